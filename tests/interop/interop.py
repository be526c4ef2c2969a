#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our agent against peers that nobody here wrote, as separate processes on
separate hosts of a network of namespaces.

    interop.py [NAME…]   runs those cases whose name begins so, or all
"""

import concurrent.futures
import ipaddress
import signal
import sys
import time

from net import Network, NoNetwork, become_root
from peer import Call, Mismatch, Peer

# Most of a case is waiting.
AT_ONCE = 4

cases = {}


def case(name):
    def add(function):
        cases[name] = function
        return function
    return add


class Networks:
    """Made when a case is the first to need one; all cases share them."""

    def __init__(self):
        self.dual = Network()
        self.v6 = Network(ipv4=False)
        self.nat = Network(nat=True)

    def close(self):
        for network in (self.dual, self.v6, self.nat):
            network.close()


def connect_exchange(network, a, b, **shape):
    with Call(network, a, b, **shape) as call:
        call.connect()
        if not one_picks_any(a, b):
            call.check_selected()
        call.exchange()


def one_picks_any(a, b):
    """Of several nominated pairs aioice keeps the one whose answer came last:
    what the other side uses, it cannot know. It nominates all that work, as
    aggressive peers do."""
    if "aioice" not in (a[0], b[0]):
        return False
    if ("--controlled" in a) == ("--controlled" in b):
        return True
    controlling = a if "--controlled" in b else b
    return controlling[0] != "gstice" or "--aggressive" in controlling


# --- both roles, trickle and not


def add_basic(other, ours_controls, trickle):
    roles = ([], ["--controlled"]) if ours_controls else (
        ["--controlled"], [])
    name = "{} with {}, {}".format(
        "controlling" if ours_controls else "controlled", other,
        "trickle" if trickle else "all candidates at once")

    @case(name)
    def _(nets):
        connect_exchange(nets.dual, ("gstice", *roles[0]),
                         (other, *roles[1]), trickle=trickle)


for other in ("nice", "aioice", "gstice"):
    for ours_controls in (True, False)[:1 if other == "gstice" else 2]:
        for trickle in (True, False):
            add_basic(other, ours_controls, trickle)


@case("the scaffolding: nice with aioice")
def _(nets):
    connect_exchange(nets.dual, ("nice",), ("aioice", "--controlled"))


@case("controlled with nice, regular nomination")
def _(nets):
    connect_exchange(nets.dual, ("gstice", "--controlled"),
                     ("nice", "--regular"))


@case("aggressive nomination by us, with nice")
def _(nets):
    connect_exchange(nets.dual, ("gstice", "--aggressive"),
                     ("nice", "--controlled"))


@case("aggressive nomination by us, with aioice")
def _(nets):
    connect_exchange(nets.dual, ("gstice", "--aggressive"),
                     ("aioice", "--controlled"))


# --- roles that conflict


def add_conflict(other, role):
    options = [] if role == "controlling" else ["--controlled"]

    @case(f"both {role}, with {other}")
    def _(nets):
        connect_exchange(nets.dual, ("gstice", *options), (other, *options))


for other in ("nice", "aioice"):
    for role in ("controlling", "controlled"):
        add_conflict(other, role)


# --- lite


@case("lite, with nice")
def _(nets):
    connect_exchange(nets.dual, ("gstice", "--lite", "--controlled"),
                     ("nice",))


@case("lite, with aioice")
def _(nets):
    connect_exchange(nets.dual, ("gstice", "--lite", "--controlled"),
                     ("aioice",))


@case("controlling with a lite nice")
def _(nets):
    connect_exchange(nets.dual, ("gstice",),
                     ("nice", "--lite", "--controlled"))


# --- more than one


@case("RTP and RTCP of two streams, with nice")
def _(nets):
    connect_exchange(nets.dual, ("gstice",), ("nice", "--controlled"),
                     streams=2, components=2)


@case("RTP and RTCP of two streams, controlled by nice")
def _(nets):
    connect_exchange(nets.dual, ("gstice", "--controlled"), ("nice",),
                     streams=2, components=2, trickle=False)


@case("RTP and RTCP of two streams, with aioice")
def _(nets):
    connect_exchange(nets.dual, ("gstice",), ("aioice", "--controlled"),
                     streams=2, components=2)


# --- families


@case("IPv6 only, with nice")
def _(nets):
    check_v6(nets, "nice")


@case("IPv6 only, with aioice")
def _(nets):
    check_v6(nets, "aioice")


def check_v6(nets, other):
    with Call(nets.v6, ("gstice",), (other, "--controlled")) as call:
        call.connect()
        call.check_selected()
        local = call.a.last("selected", 0, 1)[0]
        if ipaddress.ip_address(local).version != 6:
            raise Mismatch(f"selected {local}")
        call.exchange()


# --- server-reflexive


def add_nat(other, ours_controls):
    @case("through two NATs with {}, {}".format(
        other, "controlling" if ours_controls else "controlled"))
    def _(nets):
        stun = "--stun=" + nets.nat.stun
        roles = ([], ["--controlled"]) if ours_controls else (
            ["--controlled"], [])
        with Call(nets.nat, ("gstice", stun, *roles[0]),
                  (other, stun, *roles[1])) as call:
            call.connect()
            check_reflexive(call, nets.nat.public)
            call.exchange()


def check_reflexive(call, publics):
    """Each side sees the other one's public address only."""
    for peer, public in zip(call.peers, reversed(publics)):
        remote = peer.last("selected", 0, 1)[2]
        if remote != public:
            raise Mismatch(f"{peer.name} selected {remote}, not {public}")
    peer = call.a
    if not peer.find(lambda w: w[0] == "candidate" and "srflx" in w
                     and publics[0] in w):
        raise Mismatch(f"{peer.name} has no server-reflexive candidate")


for other in ("nice", "aioice"):
    for ours_controls in (True, False):
        add_nat(other, ours_controls)


# --- restart


def restart(call, first, count):
    """By one or both, with payloads under way, none of which may be lost."""
    call.forget()
    marks = [peer.mark() for peer in call.peers]
    call.start_payloads(count)
    for peer in call.peers:
        peer.do(*(f"expect {s} {c} 20" for s, c in call.channels))
    for peer, mark in zip(call.peers, marks):
        peer.wait_words("arrived", since=mark)
    for peer in first:
        peer.do("restart")
    for peer, mark in zip(call.peers, marks):
        await_renewal(peer, mark)
    call.check_payloads(count)
    call.check_selected()


def await_renewal(peer, mark):
    """Other credentials, the other side's candidates, a path chosen anew."""
    _, old = peer.wait_words("credentials", 0)
    _, new = peer.wait_words("credentials", 0, since=mark)
    if old[2] == new[2] or old[3] == new[3]:
        raise Mismatch(f"{peer.name}: the same credentials again")
    peer.wait_words("fed", since=mark)
    peer.wait_words("selected", since=mark)


def add_restart(who, choose, network="dual", options=lambda nets: (), **shape):
    @case(f"restart by {who}, with nice")
    def _(nets):
        more = options(nets)
        with Call(getattr(nets, network), ("gstice", *more),
                  ("nice", "--controlled", *more), **shape) as call:
            call.connect()
            for _ in range(2):
                restart(call, choose(call), 250)
                call.exchange(20)


add_restart("us", lambda call: [call.a])
add_restart("nice", lambda call: [call.b])
add_restart("both at once", lambda call: call.peers)
add_restart("us, all candidates at once", lambda call: [call.a], trickle=False)
add_restart("us, two streams", lambda call: [call.a], streams=2, components=2)
add_restart("nice, two streams", lambda call: [call.b], streams=2,
            components=2)
add_restart("us, through two NATs", lambda call: [call.a], "nat",
            lambda nets: ("--stun=" + nets.nat.stun,))


# aioice cannot restart; its new connection is one with new sockets, too, and
# what was on the way to the old ones is lost.
def add_new_session(by_us):
    @case("restart by {}".format("us, with aioice" if by_us
                                 else "a new session of aioice"))
    def _(nets):
        with Call(nets.dual, ("gstice",), ("aioice", "--controlled")) as call:
            call.connect()
            call.exchange(50)
            marks = [peer.mark() for peer in call.peers]
            (call.a if by_us else call.b).do("restart")
            for peer, mark in zip(call.peers, marks):
                await_renewal(peer, mark)
            call.check_selected()
            call.exchange()


for by_us in (True, False):
    add_new_session(by_us)


# --- consent


def is_loss(words):
    return words[0] == "state" and words[1] in ("disconnected", "failed")


def add_consent(other):
    @case(f"consent of {other} is kept, and missed when it is gone")
    def _(nets):
        with Call(nets.dual, ("gstice", "--consent"),
                  (other, "--consent", "--controlled")) as call:
            call.connect()
            marks = [peer.mark() for peer in call.peers]
            for peer, mark, seconds in zip(call.peers, marks, (12, 0.1)):
                peer.never("loss", is_loss, mark, seconds)
            call.exchange()
            mark = call.a.mark()
            call.b.kill()
            # Two checks in a row without an answer, and one was just made.
            call.a.wait("state after the peer's end", is_loss, mark, 14)


for other in ("nice", "aioice"):
    add_consent(other)


def run_one(name, nets):
    started = time.monotonic()
    try:
        cases[name](nets)
        complaint = None
    except Mismatch as mismatch:
        complaint = str(mismatch)
    return complaint, time.monotonic() - started


def tell(number, name, complaint, seconds):
    print(f"{'not ok' if complaint else 'ok'} {number} - {name} "
          f"({seconds:.1f} s)")
    for line in (complaint or "").splitlines():
        print(f"# {line}")
    sys.stdout.flush()


def run(chosen, nets):
    failed = 0
    # The longest ones first, so that nothing waits for them in the end.
    chosen = sorted(chosen, key=lambda name: "consent" not in name)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = {pool.submit(run_one, name, nets): name for name in chosen}
        try:
            done = concurrent.futures.as_completed(jobs)
            for number, job in enumerate(done, 1):
                complaint, seconds = job.result()
                failed += complaint is not None
                tell(number, jobs[job], complaint, seconds)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            Peer.give_up()
            raise
    return failed


def main():
    # As an exception, so that everything is taken down again.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    names = sys.argv[1:]
    chosen = [name for name in cases
              if not names or name.startswith(tuple(names))]
    try:
        become_root()
        nets = Networks()
    except NoNetwork as why:
        print(f"1..1\nnot ok 1 - a test network: {why}")
        return 1
    print(f"1..{len(chosen)}", flush=True)
    try:
        return 1 if run(chosen, nets) or not chosen else 0
    finally:
        nets.close()


sys.exit(main())
