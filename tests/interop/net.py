# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts and routers out of network namespaces.

Each namespace is held by a child of ours that ends with our end of a pipe, and
the namespace with it: nothing stays behind, whatever becomes of the test."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

STUN_PORT = 3478


class NoNetwork(Exception):
    """Why there can be no test network here, in words."""


def become_root():
    """Without root, the namespaces are made in a user namespace of our own."""
    if os.geteuid() == 0:
        return
    probe = subprocess.run(["unshare", "--user", "--map-root-user", "true"],
                           capture_output=True, text=True)
    if probe.returncode != 0:
        raise NoNetwork(f"neither root nor user namespaces: {probe.stderr}")
    os.execvp("unshare", ["unshare", "--user", "--map-root-user",
                          sys.executable, *sys.argv])


class Host:
    """A network namespace."""

    def __init__(self, name):
        self.name = name
        self.holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo; exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        if not self.holder.stdout.readline():
            raise NoNetwork("network namespaces cannot be made: "
                            + self.holder.stderr.read().decode().strip())

    @property
    def pid(self):
        return str(self.holder.pid)

    def command(self, *words):
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", "--", *words]

    def run(self, *words, text=None):
        done = subprocess.run(self.command(*words), input=text,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise NoNetwork(f"{self.name}: {' '.join(words)}: {done.stderr}")

    def ip(self, *lines):
        self.run("ip", "-batch", "-", text="\n".join(lines) + "\n")

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()
        self.holder.stdout.close()
        self.holder.stderr.close()


NO_IPV6 = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6\n"
QUIET_IPV6 = """
for family in all default; do
  echo 0 > /proc/sys/net/ipv6/conf/$family/accept_dad
  echo 0 > /proc/sys/net/ipv6/conf/$family/router_solicitations
done
"""
FORWARD = """
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
"""
# As home routers do it. Unasked packets leave no trace: the kernel would give
# the port that they came to away, and the answer to them would use another.
NAT = """
table ip home {
  chain leave {
    type nat hook postrouting priority srcnat
    oifname eth0 masquerade
  }
  chain enter {
    type filter hook input priority filter
    iifname eth0 ct state new drop
  }
}
"""


class Network:
    """Hosts a and b on either side of a router. With nat, each has a router of
    its own before that one, and a STUN server stands between them."""

    def __init__(self, ipv4=True, ipv6=True, nat=False):
        for tool in ("unshare", "nsenter", "ip"):
            if not shutil.which(tool):
                raise NoNetwork(f"there is no {tool}")
        self.ipv4 = ipv4
        self.ipv6 = ipv6 and not nat
        self.server = None
        self.hosts = []
        try:
            self.build(nat)
        except BaseException:
            self.close()
            raise

    def build(self, nat):
        router = self.add_router("router")
        self.a, self.b = self.add("a"), self.add("b")
        if not nat:
            self.plug(self.a, router, 1, "10.77.1")
            self.plug(self.b, router, 2, "10.77.2")
            return
        for number, host in (1, self.a), (2, self.b):
            home = self.add_router(f"home of {host.name}")
            self.plug(home, router, number, f"198.51.{number}")
            self.plug(host, home, number, f"10.77.{number}")
            home.run("nft", "-f", "-", text=NAT)
        server = self.add("server")
        self.plug(server, router, 3, "198.51.3")
        self.server = StunServer(server, "198.51.3.2")

    def add(self, name):
        host = Host(name)
        self.hosts.append(host)
        host.run("sh", "-c", QUIET_IPV6 if self.ipv6 else NO_IPV6)
        host.ip("link set lo up")
        return host

    def add_router(self, name):
        router = self.add(name)
        router.run("sh", "-c", FORWARD)
        return router

    def plug(self, host, router, number, net):
        """A cable to the router, addresses on both ends, and the way out."""
        port, net6 = f"port{number}", f"fd77:0:{number}:"
        router.ip(f"link add {port} type veth peer name eth0 netns {host.pid}")
        near, far, routes = [], [], []
        if self.ipv4:
            near.append(f"addr add {net}.1/24 dev {port}")
            far.append(f"addr add {net}.2/24 dev eth0")
            routes.append(f"route add default via {net}.1")
        if self.ipv6:
            near.append(f"addr add {net6}:1/64 dev {port} nodad")
            far.append(f"addr add {net6}:2/64 dev eth0 nodad")
            routes.append(f"route add ::/0 via {net6}:1")
        router.ip(*near, f"link set {port} up")
        host.ip(*far, "link set eth0 up", *routes)
        self.await_carrier(host)

    def await_carrier(self, host):
        """Some agents leave out an interface that is not running yet."""
        for _ in range(200):
            shown = subprocess.run(
                host.command("ip", "-brief", "link", "show", "eth0"),
                capture_output=True, text=True).stdout
            if " UP " in shown:
                return
            time.sleep(0.01)
        raise NoNetwork(f"{host.name}: the link does not come up: {shown}")

    @property
    def stun(self):
        return f"{self.server.address}:{STUN_PORT}"

    @property
    def public(self):
        """What the world sees of a and of b."""
        return "198.51.1.2", "198.51.2.2"

    def close(self):
        if self.server:
            self.server.close()
        for host in self.hosts:
            host.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def end_with_parent():
    """Runs in the child: a server does not read its input as a peer does."""
    death_signal = 1  # PR_SET_PDEATHSIG
    ctypes.CDLL(None).prctl(death_signal, signal.SIGTERM)


class StunServer:
    """coturn in a namespace, answering Binding requests and nothing else."""

    def __init__(self, host, address):
        self.address = address
        if not shutil.which("turnserver"):
            raise NoNetwork("there is no turnserver (coturn)")
        self.folder = tempfile.TemporaryDirectory(prefix="gst-ice-coturn.")
        self.process = subprocess.Popen(
            host.command(
                "turnserver", "-n", "-v", "--stun-only", "--no-cli",
                "--no-tcp", "--no-tls", "--no-dtls", "--log-file=stdout",
                f"--pidfile={self.folder.name}/pid",
                f"--userdb={self.folder.name}/db",
                f"--listening-ip={address}", f"--listening-port={STUN_PORT}"),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, preexec_fn=end_with_parent)
        self.log = []
        self.ready = threading.Event()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        self.ready.wait(10)
        if self.process.poll() is not None or not self.ready.is_set():
            self.close()
            raise NoNetwork("turnserver: " + "".join(self.log[-10:]))

    def read(self):
        for line in self.process.stdout:
            self.log.append(line)
            # Starts after all of its sockets are open.
            if "admin thread" in line:
                self.ready.set()
        self.ready.set()

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        self.folder.cleanup()
