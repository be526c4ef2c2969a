# SPDX-License-Identifier: LGPL-2.1-or-later
"""Peer programs, and the signalling between two of them."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Between two lines of the signalling, when it trickles.
TRICKLE_DELAY = 0.02
# What no peer must say in any case.
TROUBLE = ("refused", "unsent", "unknown")


class Mismatch(Exception):
    """What a case found wrong."""


def program(kind):
    if kind == "aioice":
        return [sys.executable, str(HERE / "peer-aioice.py")]
    built = os.environ.get("INTEROP_PEERS") or HERE.parents[1] / "build/tests/interop"
    return [str(Path(built) / f"peer-{kind}")]


class Peer:
    """A running peer program. Its lines are kept as (microseconds, words)."""

    running = set()
    # Set when the test was told to end: what still runs is not worth its time.
    given_up = False

    def __init__(self, host, kind, *options):
        if Peer.given_up:
            raise Mismatch("given up")
        self.name = f"{kind} on {host.name}"
        self.kind = kind
        self.told = []
        self.changed = threading.Condition()
        self.outlet = None  # where the signalling takes the lines
        self.process = subprocess.Popen(
            host.command(*program(kind), *options), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=dict(os.environ, G_DEBUG="fatal-criticals"))
        Peer.running.add(self)
        self.errors = []
        self.readers = [
            threading.Thread(target=self.read_lines),
            threading.Thread(target=self.read_errors),
        ]
        for reader in self.readers:
            reader.start()

    def read_lines(self):
        for line in self.process.stdout:
            at, *words = line.split()
            with self.changed:
                self.told.append((int(at), words))
                self.changed.notify_all()
            if self.outlet:
                self.outlet.put(words)
        with self.changed:
            self.told.append((0, ["ended"]))
            self.changed.notify_all()

    def read_errors(self):
        self.errors.extend(self.process.stderr)

    def do(self, *lines):
        try:
            self.process.stdin.write("".join(line + "\n" for line in lines))
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Mismatch(f"{self.name} has ended") from None

    def find(self, wanted, since=0):
        """The first line from index since on that a function likes."""
        for at, words in self.told[since:]:
            if wanted(words):
                return at, words
        return None

    def wait(self, what, wanted, since=0, timeout=10):
        """(time, words) of that line, for which it waits."""
        deadline = time.monotonic() + timeout
        with self.changed:
            while True:
                found = self.find(wanted, since)
                if found:
                    return found
                left = deadline - time.monotonic()
                if left <= 0 or self.told and self.told[-1][1] == ["ended"]:
                    raise Mismatch(f"{self.name}: no {what}")
                self.changed.wait(left)

    def wait_words(self, *words, since=0, timeout=10):
        words = [str(word) for word in words]
        return self.wait(" ".join(words), lambda w: w[:len(words)] == words,
                         since, timeout)

    def never(self, what, wanted, since, seconds):
        """That line must not come for so long."""
        try:
            at, words = self.wait(what, wanted, since, seconds)
        except Mismatch:
            if self.process.poll() is None:
                return
            raise
        raise Mismatch(f"{self.name}: {' '.join(words)}")

    def mark(self):
        with self.changed:
            return len(self.told)

    def last(self, *words):
        words = [str(word) for word in words]
        for at, told in reversed(self.told):
            if told[:len(words)] == words:
                return told[len(words):]
        return None

    def story(self):
        lines = [f"{at} {' '.join(words)}" for at, words in self.told]
        return "\n".join([f"-- {self.name}:", *lines, *self.errors])

    @classmethod
    def give_up(cls):
        cls.given_up = True
        for peer in list(cls.running):
            peer.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        """Asks it to end, which it must do by itself and well."""
        code = self.process.poll()
        if code is None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
            try:
                code = self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
                code = "killed: did not end by itself"
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        Peer.running.discard(self)
        return code


class Signalling:
    """Carries one peer's credentials and candidates to the other: each as it
    comes but some time later, or all at once when the last one is there."""

    def __init__(self, source, target, trickle, streams):
        self.source, self.target = source, target
        self.trickle = trickle
        self.streams = streams
        self.lines = queue.Queue()
        source.outlet = self.lines
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        held, ended = [], 0
        while (words := self.lines.get()) is not None:
            if words[0] not in ("credentials", "candidate", "end"):
                continue
            held.append("remote-" + " ".join(words))
            ended += words[0] == "end"
            if self.trickle:
                time.sleep(TRICKLE_DELAY)
            elif ended < self.streams:
                continue
            try:
                self.target.do(*held)
            except (Mismatch, ValueError):
                pass  # the case finds its target gone by itself
            held, ended = [], 0

    def close(self):
        self.source.outlet = None
        self.lines.put(None)
        self.thread.join()


class Call:
    """Two peers and the signalling between them."""

    def __init__(self, network, a, b, trickle=True, streams=1, components=1):
        shape = [f"--streams={streams}", f"--components={components}"]
        self.channels = [(s, c) for s in range(streams)
                         for c in range(1, components + 1)]
        self.a = Peer(network.a, *a, *shape)
        self.b = Peer(network.b, *b, *shape)
        self.peers = (self.a, self.b)
        self.links = [Signalling(self.a, self.b, trickle, streams),
                      Signalling(self.b, self.a, trickle, streams)]

    def __enter__(self):
        return self

    def __exit__(self, kind, value, _):
        codes = [peer.close() for peer in self.peers]
        for link in self.links:
            link.close()
        stories = "\n".join(peer.story() for peer in self.peers)
        if isinstance(value, Mismatch):
            raise Mismatch(f"{value}\n{stories}") from None
        for peer, code in zip(self.peers, codes):
            trouble = peer.find(lambda w: w[0] in TROUBLE)
            if trouble:
                code = "trouble: " + " ".join(trouble[1])
            if kind is None and code not in (0, -signal.SIGKILL):
                raise Mismatch(f"{peer.name} ended with {code}\n{stories}")

    def other(self, peer):
        return self.b if peer is self.a else self.a

    def wait_completed(self, since=(0, 0), timeout=15):
        for peer, mark in zip(self.peers, since):
            peer.wait("completed", lambda w: w == ["state", "completed"], mark,
                      timeout)

    def connect(self):
        for peer in self.peers:
            peer.do("gather")
        self.wait_completed()

    def start_payloads(self, count):
        for peer in self.peers:
            peer.do(*(f"send {s} {c} {count}" for s, c in self.channels))

    def check_payloads(self, count):
        """All that was sent has come, whole and once, to where it belongs."""
        marks = [peer.mark() for peer in self.peers]
        for peer in self.peers:
            peer.do(*(f"expect {s} {c} {count}" for s, c in self.channels))
        for peer, mark in zip(self.peers, marks):
            for s, c in self.channels:
                try:
                    peer.wait_words("arrived", s, c, since=mark)
                except Mismatch:
                    raise Mismatch(self.count(peer, s, c, count)) from None
                got = self.received(peer, s, c)
                if got != [count, 0, 0]:
                    raise Mismatch(self.count(peer, s, c, count))

    def received(self, peer, stream, component):
        """[distinct, again, not as they were sent]"""
        mark = peer.mark()
        peer.do(f"report {stream} {component}")
        _, words = peer.wait_words("received", stream, component, since=mark)
        return [int(word) for word in words[3:]]

    def count(self, peer, stream, component, count):
        got = self.received(peer, stream, component)
        return (f"{peer.name}, stream {stream}, component {component}: "
                f"{got[0]} of {count} payloads, {got[1]} twice, {got[2]} bad")

    def forget(self):
        """Counts begin anew, before the other side sends again."""
        for peer in self.peers:
            peer.do(*(f"forget {s} {c}" for s, c in self.channels))
        for peer in self.peers:
            for s, c in self.channels:
                if self.received(peer, s, c) != [0, 0, 0]:
                    raise Mismatch(f"{peer.name}: payloads out of nowhere")

    def exchange(self, count=200):
        self.forget()
        self.start_payloads(count)
        self.check_payloads(count)

    def check_selected(self):
        """One's path is the other's, seen from its end."""
        for s, c in self.channels:
            def crossed(s=s, c=c):
                mine = self.a.last("selected", s, c)
                theirs = self.b.last("selected", s, c)
                return mine and theirs and mine == theirs[2:] + theirs[:2]
            deadline = time.monotonic() + 3
            while not crossed():
                self.await_selected(s, c, deadline)

    def await_selected(self, stream, component, deadline):
        if time.monotonic() > deadline:
            raise Mismatch(f"stream {stream}, component {component}: "
                           "the selected pairs differ")
        # The slower side may still follow the faster one.
        mark = self.a.mark()
        try:
            self.a.wait_words("selected", since=mark, timeout=0.1)
        except Mismatch:
            pass
