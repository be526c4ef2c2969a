#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""aioice as a peer, with the lines of peer.c.

A stream is a Connection, which gathers all of its candidates before it tells
one, and which cannot restart: new credentials, ours or the other side's, mean
a new Connection on new sockets, and what is under way to the old one is lost.
"""

import argparse
import asyncio
import sys
import time

import aioice
import aioice.ice

FIRST_BYTES = bytes([0x00, 0x01, 0x02, 0x03, 0x16, 0x40, 0x47, 0x80])
SEND_INTERVAL = 0.004


def say(*words):
    print(time.monotonic_ns() // 1000, *words, flush=True)


def payload(tag, sequence):
    """The same bytes as payload.c makes."""
    first = FIRST_BYTES[sequence % len(FIRST_BYTES)]
    length = 40 + sequence * 13 % 1100
    if first == 0x47:
        length = 188 * (1 + sequence // len(FIRST_BYTES) % 6)
    head = bytes([first, 0x01]) + (length - 20 + 1).to_bytes(2, "big")
    head += b"\x21\x12\xa4\x42" + sequence.to_bytes(4, "big") + bytes([tag])
    return head + bytes((sequence + i) & 0xff
                        for i in range(len(head), length))


class Channel:
    def __init__(self, tag):
        self.tag = tag
        self.forget()

    def forget(self):
        self.seen = set()
        self.duplicates = self.bad = self.expected = self.end = 0

    def take(self, data):
        sequence = int.from_bytes(data[8:12], "big")
        if len(data) < 13 or payload(self.tag, sequence) != data:
            self.bad += 1
        elif sequence in self.seen:
            self.duplicates += 1
        self.seen.add(sequence)
        self.tell_arrival()

    def tell_arrival(self):
        if self.expected and len(self.seen) >= self.expected:
            self.expected = 0
            say("arrived", self.tag >> 4, self.tag & 15, len(self.seen))


class Stream:
    def __init__(self, index, options):
        self.index = index
        self.options = options
        self.connection = None
        self.tasks = []
        self.state = "new"
        self.remote = None
        self.channels = {
            c: Channel(index * 16 + c)
            for c in range(1, options.components + 1)
        }

    async def open(self):
        options = self.options
        stun = None
        if options.stun:
            host, port = options.stun.split(":")
            stun = (host, int(port))
        self.remote = None
        self.state = "new"
        self.connection = aioice.Connection(
            ice_controlling=not options.controlled,
            components=options.components, stun_server=stun)
        say("credentials", self.index, self.connection.local_username,
            self.connection.local_password)
        await self.connection.gather_candidates()
        for candidate in self.connection.local_candidates:
            say("candidate", self.index, "candidate:" + candidate.to_sdp())
        say("end", self.index)

    async def close(self):
        for task in self.tasks:
            task.cancel()
        self.tasks.clear()
        if self.connection:
            await self.connection.close()

    async def set_credentials(self, ufrag, pwd, lite):
        if self.remote is not None and self.remote != ufrag:
            await self.close()
            await self.open()
        self.remote = ufrag
        self.connection.remote_username = ufrag
        self.connection.remote_password = pwd
        self.connection.remote_is_lite = lite
        self.tasks.append(asyncio.ensure_future(self.connect()))

    async def connect(self):
        connection = self.connection
        self.state = "checking"
        say("state checking")
        try:
            await connection.connect()
        except ConnectionError as error:
            self.state = "failed"
            say("state failed", error)
            return
        for component, pair in sorted(connection._nominated.items()):
            say("selected", self.index, component, *pair.local_addr,
                *pair.remote_addr)
        self.state = "completed"
        self.tasks.append(asyncio.ensure_future(self.receive(connection)))
        tell_completed()

    async def receive(self, connection):
        try:
            while True:
                data, component = await connection.recvfrom()
                self.channels[component].take(data)
        except ConnectionError:
            say("state disconnected")

    async def send(self, channel, count):
        first, channel.end = channel.end, channel.end + count
        component = channel.tag & 15
        for sequence in range(first, first + count):
            try:
                await self.connection.sendto(
                    payload(channel.tag, sequence), component)
            except ConnectionError:
                say("unsent", self.index, component, sequence)
            await asyncio.sleep(SEND_INTERVAL)
        say("sent", self.index, component, first + count)


streams = []


def tell_completed():
    """aioice does not tell connected from completed, which are of the whole."""
    if all(s.state == "completed" for s in streams):
        say("state connected")
        say("state completed")


async def run_stream_command(words, line):
    stream = streams[int(words[1])]
    if words[0] == "remote-credentials":
        await stream.set_credentials(words[2], words[3], "lite" in words[4:])
    elif words[0] == "remote-candidate":
        text = line.split(" ", 2)[2].removeprefix("candidate:")
        await stream.connection.add_remote_candidate(
            aioice.Candidate.from_sdp(text))
    elif words[0] == "remote-end":
        await stream.connection.add_remote_candidate(None)
        say("fed", stream.index)
    else:
        await run_payload_command(stream, words)


async def run_payload_command(stream, words):
    channel = stream.channels[int(words[2])]
    if words[0] == "send":
        asyncio.ensure_future(stream.send(channel, int(words[3])))
    elif words[0] == "expect":
        channel.expected = int(words[3])
        channel.tell_arrival()
    elif words[0] == "report":
        say("received", stream.index, words[2], len(channel.seen),
            channel.duplicates, channel.bad)
    elif words[0] == "forget":
        channel.forget()
    else:
        say("unknown", *words)


async def run_command(line):
    words = line.split()
    if words[0] == "gather":
        say("gathering")
        await asyncio.gather(*(stream.open() for stream in streams))
    elif words[0] == "restart":
        for stream in streams:
            await stream.close()
            await stream.open()
    else:
        await run_stream_command(words, line)


async def main():
    parser = argparse.ArgumentParser()
    for flag in ("controlled", "lite", "regular", "consent"):
        parser.add_argument("--" + flag, action="store_true")
    parser.add_argument("--streams", type=int, default=1)
    parser.add_argument("--components", type=int, default=1)
    parser.add_argument("--stun")
    options = parser.parse_args()
    if options.lite or options.regular:
        parser.error("aioice has no such mode")
    if options.consent:
        # Six lost ones in a row end it: within the test, not half a minute.
        aioice.ice.CONSENT_INTERVAL = 1
    streams.extend(Stream(i, options) for i in range(options.streams))

    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().strip():
        if line == "quit":
            break
        await run_command(line)
    for stream in streams:
        await stream.close()


asyncio.run(main())
