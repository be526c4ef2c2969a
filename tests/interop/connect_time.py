#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long two agents need over real sockets, with next to no round trip time:
from the moment that both have the other one's candidates until both can send,
and to gather from one STUN server. libnice's figures are of the same run."""

import contextlib
import os
import signal
import statistics
import sys

from net import Network, NoNetwork, become_root
from peer import Call, Mismatch, Peer

RUNS = 20
CONNECT_LIMIT_MS = 30
GATHER_LIMIT_MS = 10
CONNECTED = (["state", "connected"], ["state", "completed"])
COMPLETED = (["state", "completed"],)
# libnice as it comes has ICE-TCP; without it, it is the fairer comparison.
AGENTS = {
    "gst-ice": ("gstice",),
    "libnice": ("nice",),
    "libnice with ICE-TCP": ("nice", "--tcp"),
}


def milliseconds(start, end):
    return (end - start) / 1000


def measure_connecting(network, kind):
    """([until connected], [until completed]) of that agent with itself."""
    connected, completed = [], []
    for _ in range(RUNS):
        with Call(network, kind, (*kind, "--controlled"),
                  trickle=False) as call:
            call.connect()
            fed = max(peer.wait_words("fed")[0] for peer in call.peers)
            for states, times in ((CONNECTED, connected),
                                  (COMPLETED, completed)):
                last = max(peer.wait("state", lambda w: w in states)[0]
                           for peer in call.peers)
                times.append(milliseconds(fed, last))
    return connected, completed


def measure_gathering(network, kind):
    times = []
    for _ in range(RUNS):
        peer = Peer(network.a, *kind, "--stun=" + network.stun)
        try:
            peer.do("gather")
            times.append(milliseconds(peer.wait_words("gathering")[0],
                                      peer.wait_words("end")[0]))
            if not peer.find(lambda w: w[0] == "candidate" and "srflx" in w):
                raise Mismatch(f"{peer.name} learnt nothing from the server")
        finally:
            peer.close()
    return times


def text(values):
    return (f"median {statistics.median(values):.1f} ms "
            f"({min(values):.1f} to {max(values):.1f})")


def judge(number, what, limit, by_agent):
    ours = by_agent["gst-ice"]
    ok = statistics.median(ours) <= limit
    for agent, values in by_agent.items():
        print(f"# {what}, {agent}: {text(values)}")
    print(f"{'ok' if ok else 'not ok'} {number} - {what}: {text(ours)}, "
          f"at most {limit} ms", flush=True)
    return ok


def go_before_others():
    """Not what else the machine does is to be measured. Root only."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def run():
    with Network() as network:
        both_families, _ = measure_connecting(network, AGENTS["gst-ice"])
    with Network(ipv6=False) as network:
        connecting = {name: measure_connecting(network, kind)
                      for name, kind in AGENTS.items()}
    with Network(nat=True) as network:
        gathering = {name: measure_gathering(network, AGENTS[name])
                     for name in ("gst-ice", "libnice")}
    for name, (_, completed) in connecting.items():
        print(f"# completed, {name}: {text(completed)}")
    return all([
        judge(1, "connected", CONNECT_LIMIT_MS,
              {name: times for name, (times, _) in connecting.items()}),
        judge(2, "connected, IPv4 and IPv6", CONNECT_LIMIT_MS,
              {"gst-ice": both_families}),
        judge(3, "gathered from a STUN server", GATHER_LIMIT_MS, gathering),
    ])


def main():
    # As an exception, so that everything is taken down again.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        become_root()
        print("1..3")
        go_before_others()
        return 0 if run() else 1
    except (Mismatch, NoNetwork) as why:
        print("\n".join(f"# {line}" for line in str(why).splitlines()))
        print("not ok 1 - the measurement came to its end")
        return 1


sys.exit(main())
