# SPDX-License-Identifier: MIT
"""The network of domains: netfront, netback and the bridge, by real programs.

Domain 0 has a virtio NIC in QEMU's user network, and two guests serve HTTP;
what they are typed goes to their consoles through domain 0."""

import glob
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time

import pytest

import machine
import report
from test_net import call, free_ports, receive
from test_pvguest import PROMPT, elf

GATEWAY = "10.0.2.2"
ADDRESSES = ["10.0.2.21", "10.0.2.22"]
LINUX = "10.0.2.23"
MUCH = 20 << 20
# More of it: `make soak WHAT=transfer'.
TRANSFER = int(os.environ.get("SOAK_MIB") or 20) << 20


class Net:
    """Domain 0, a NIC, and two guests that serve their files."""

    def __init__(self, log, extra=(), more=(), line="", timeout=150,
                 before=(), options="", **how):
        inner = [(a, p) for a in ADDRESSES + [LINUX] for p in (80, 5001)]
        self.ports = free_ports(len(inner))
        forward = "".join(f",hostfwd=tcp:127.0.0.1:{outer}-{a}:{port}"
                          for outer, (a, port) in zip(self.ports, inner))
        guest = machine.guest("pvguest")
        modules = [(guest, line)] + [
            (guest, f"name=web{i} mem=32M -- hostname=web{i} run=httpd "
             f"ip={address}/24,{GATEWAY}") for i, address in
            enumerate(ADDRESSES, 1)] + list(more)
        args = machine.qemu(
            machine.sluice(), options, modules, **how, extra=[
                "-netdev", f"user,id=n0{forward}", "-device",
                "virtio-net-pci,disable-legacy=on,netdev=n0", *extra])
        self.m = machine.Machine([*before, *args], f"vif-{log}", timeout)
        self.where = ""

    def __enter__(self):
        for what in ("web1: .*eth0 has", "web2: .*eth0 has"):
            assert self.seen(what), self.text()
        return self

    def __exit__(self, *what):
        self.m.close()

    def text(self):
        while self.m.read_line(0.5) is not None:
            pass
        return "\n".join(self.m.lines)

    def seen(self, what, timeout=60):
        """In what was printed so far, or soon."""
        if any(re.search(what, line) for line in self.m.lines):
            return True
        return self.m.expect(what + r".*\n", timeout)

    def run(self, line, timeout=60):
        """What domain 0's shell answers."""
        self.m.expect("never printed", 0.3)
        self.m.rest = b""
        self.m.send(line + "\r")
        assert self.m.expect(re.escape(line) + r"\n", timeout), self.text()
        start = len(self.m.lines) - 1
        assert self.m.expect(PROMPT, timeout), self.text()
        return "\n".join(self.m.lines[start:-1]).strip()

    def url(self, guest, path):
        return f"http://127.0.0.1:{self.ports[2 * guest]}/{path}"


def fetch(url):
    return subprocess.run(["curl", "-sS", "-m", "30", url],
                          stdout=subprocess.PIPE, check=True).stdout


def test_curl():
    """Pages and files of both guests from outside, and what was counted."""
    with open(elf("check"), "rb") as f:
        want = hashlib.sha256(f.read()).hexdigest()
    with Net("curl") as n:
        for i in (0, 1):
            text = call("curl", "-sSi", "-m", "30", n.url(i, ""))
            assert "200 OK" in text and f"web{i + 1}" in text
            got = fetch(n.url(i, "check"))
            assert hashlib.sha256(got).hexdigest() == want
        found = json.loads(fetch(n.url(0, "status.json")))
        assert found["eth0_link"] == 1 and found["eth0_rx_errors"] == 0
        assert found["tcp_checksum_errors"] == 0
        text = n.run("vif")
        assert len(re.findall("connected", text)) == 2
        assert "not connected" not in text
        text = n.run("bridge")
        assert re.search(r"bridge0\n.*vif\d\.0\n +00:16:3e", text, re.S)


def test_many(tmp_path):
    """200 connections at once to a guest: each request is answered soon."""
    shim = str(tmp_path / "backlog.so")
    here = os.path.dirname(os.path.abspath(__file__))
    call("cc", "-shared", "-fPIC", "-o", shim, f"{here}/backlog.c")
    with Net("many", before=["env", f"LD_PRELOAD={shim}"]) as n:
        assert n.seen("bridge0 has")
        for _ in range(3):
            text = call("ab", "-q", "-n", "2000", "-c", "200", n.url(0, ""))
            assert re.search(r"Complete requests: +2000\n", text), text
            assert re.search(r"Failed requests: +0\n", text), text
        # None was lost for want of room: not at the NIC, nor at the vif.
        assert re.search(r"sent .* 0 dropped, 0 errors", n.run("nic"))
        assert "vif1.0" in (text := n.run("vif")).split("\n", maxsplit=1)[0]
        assert re.search(r"to it .* 0 dropped, 0 errors", text), text
        # What both ends' addresses are was known all the time.
        flooded = re.search(r"(\d+) frames went everywhere", n.run("bridge"))
        assert int(flooded[1]) < 100, flooded[0]


def test_ping():
    """From domain 0 to guests and out, in sizes around the MTU's."""
    with Net("ping") as n:
        assert n.seen("bridge0 has")
        for address in ADDRESSES + [GATEWAY]:
            for size in (0, 56, 1472, 1473, 4000):
                text = n.run(f"run ping -q -c 1 -s {size} {address}")
                assert "1 received" in text, (address, size, text)
        for mtu in (67, 65522, "x"):
            assert "error 22" in n.run(f"net bridge0 mtu {mtu}"), mtu
        assert n.run("net bridge0 mtu 9000") == ""
        assert "bridge0: link up, mtu 9000" in n.run("net")
        for size in (8972, 8973, 60000):
            text = n.run(f"run ping -q -c 1 -s {size} {ADDRESSES[0]}")
            assert "1 received" in text, (size, text)


def test_restart():
    """All back ends end and come again under load: TCP goes on."""
    with Net("restart") as n:
        assert n.seen("bridge0 has")
        n.run("run ping -c 1 10.0.2.21")
        stop, got = threading.Event(), []

        def load():
            while not stop.is_set():
                got.append(len(fetch(n.url(0, "check"))))

        worker = threading.Thread(target=load)
        worker.start()
        for _ in range(5):
            time.sleep(0.5)
            n.run("vif restart")
        before = len(got)
        time.sleep(3)
        stop.set()
        worker.join(40)
        assert len(got) > before and len(set(got)) == 1, got
        assert "not connected" not in n.run("vif")


def free_pages(n):
    """Of the machine, when all vifs are connected."""
    for _ in range(50):
        if n.run("vif").count(": connected") == 2:
            break
        time.sleep(0.1)
    return int(re.search(r"(\d+) free pages", n.run("dom list"))[1])


@pytest.mark.parametrize("smp", [1, 2])
def test_driver_domain(smp):
    """Domain 0 ends and comes again under load, twice: TCP goes on."""
    with socket.create_server(("127.0.0.1", 0)) as server, \
            Net(f"driver-{smp}", options="dom0_restart", smp=smp) as n:
        assert n.seen("bridge0 has")
        free, got, stop, pages = free_pages(n), [], threading.Event(), []
        n.run("dom console web1")
        n.m.send("\r")
        assert n.m.expect(PROMPT, 20), n.text()
        out = threading.Thread(target=receive, args=(server, MUCH, got))
        port = server.getsockname()[1]

        def load():
            while not stop.is_set():
                pages.append(len(fetch(n.url(1, "check"))))

        fetcher = threading.Thread(target=load)
        for thread in (out, fetcher):
            thread.start()
        n.m.send(f"gen {MUCH} | nc {GATEWAY} {port}\r")
        time.sleep(1)
        n.m.send("\x1d\x1d\r")
        assert n.m.expect(r"^pvguest> ", 20), n.text()
        for end, said in (("reboot", "reboots"), ("panic", "crashed")):
            n.m.send(end + "\r")
            assert n.m.expect(rf"domain 0 \(domain0\): {said}\n"), n.text()
            assert n.m.expect(r"^net: bridge0 has .*\n|"
                              r"^pvguest> net: bridge0 has .*\n", 30), n.text()
            time.sleep(1)
        out.join(60)
        stop.set()
        fetcher.join(30)
        assert got and got[0][0] == MUCH, (got, n.text())
        assert len(pages) > 2 and len(set(pages)) == 1, pages
        # Domain 0 may hold a few more of its buffers, and no page is lost.
        assert free_pages(n) == free
        n.run("dom console web1")
        n.m.send(f"\rgen {MUCH} | sha256sum\r")
        assert n.m.expect(got[0][1] + "  -", 60), n.text()


def test_driver_domain_time():
    """Guests have their network again within a second of virtual time."""
    with Net("driver-time", options="dom0_restart", timeout=200,
             extra=["-icount", "shift=0,sleep=off"]) as n:
        assert n.seen("bridge0 has")
        n.run("dom console web1")
        n.m.send(f"\rrun ping -q -i 0.01 -W 0.01 -c 2000 {GATEWAY}\r")
        assert n.m.expect("PING.*\n", 30), n.text()
        n.m.send("\x1d\x1dreboot\r")
        assert n.m.expect("domain 0 .*reboots\n", 60), n.text()
        found = n.m.expect(r"(\d+) received.*\n", 100)
        assert found and 1900 <= int(found[1]) < 2000, n.text()


def test_domain_restart():
    """A guest that is started again has its network again."""
    with Net("domain") as n:
        n.run("dom restart web1")
        assert n.m.expect(r"web1: .*eth0 has.*\n", 30), n.text()
        assert "200 OK" in call("curl", "-sSi", "-m", "30",
                                  n.url(0, ""))
        assert "200 OK" in call("curl", "-sSi", "-m", "30", n.url(1, ""))


def test_between_guests():
    """One guest gets a file of the other, through the bridge alone."""
    with Net("between") as n:
        assert n.seen("bridge0 has")
        n.run("dom console web2")
        n.m.send("\r")
        assert n.m.expect(PROMPT, 20), n.text()
        n.m.send(f"run ping -q -c 3 -i 0.2 {ADDRESSES[0]}\r")
        assert n.m.expect("3 received", 20), n.text()
        n.m.send(f"fetch http://{ADDRESSES[0]}/check | sha256sum\r")
        with open(elf("check"), "rb") as f:
            want = hashlib.sha256(f.read()).hexdigest()
        assert n.m.expect(want, 30), n.text()


@pytest.mark.parametrize("way", ["out", "in"])
def test_transfer(way):
    """Much data each way, checked by its hash."""
    patience = 100 + (TRANSFER >> 20)
    with socket.create_server(("127.0.0.1", 0)) as server, \
            Net(f"transfer-{way}", timeout=2 * patience) as n:
        n.run("dom console web1")
        n.m.send("\r")
        assert n.m.expect(PROMPT, 20), n.text()
        if way == "out":
            got = []
            worker = threading.Thread(target=receive,
                                      args=(server, TRANSFER, got))
            start = time.monotonic()
            worker.start()
            port = server.getsockname()[1]
            n.m.send(f"gen {TRANSFER} | nc {GATEWAY} {port}\r")
            worker.join(patience)
            took = time.monotonic() - start
            count, digest = got[0]
            assert count == TRANSFER
            n.m.send(f"gen {TRANSFER} | sha256sum\r")
        else:
            sum_ = hashlib.sha256()
            n.m.send("nc -l -d 5001 | sha256sum\r")
            time.sleep(1)
            start = time.monotonic()
            with socket.create_connection(("127.0.0.1", n.ports[1])) as conn:
                for _ in range(TRANSFER >> 20):
                    block = os.urandom(1 << 20)
                    conn.sendall(block)
                    sum_.update(block)
            digest, took = sum_.hexdigest(), 0
        assert n.m.expect(digest + "  -", patience), n.text()
        took = took or time.monotonic() - start
        print(f"{way}: {TRANSFER >> 20} MiB in {took:.1f} s, sha256 {digest}")
        # Nothing was lost in the ring or for want of buffers.
        n.m.send("\x1d\x1d\r")
        assert n.m.expect(r"^pvguest> ", 20), n.text()
        text = n.run("vif")
        assert set(re.findall(r"(\d+) (?:dropped|errors)", text)) == {"0"}, \
            text


BAD = "_ws.malformed || frame.len > 1514 || " + " || ".join(
    f"{kind}.checksum.status == Bad"
    for kind in ("ip", "tcp", "udp", "icmp", "icmpv6"))
# Nobody speaks for another: each address and whose card it is.
FALSE = " || ".join(
    f"(ip.src == {address} && eth.src != 00:16:3e:00:00:0{i})"
    for i, address in enumerate(ADDRESSES, 1))


def test_capture(tmp_path):
    """What guests send, as it is on the wire: cut into frames, and right."""
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    path = str(tmp_path / "frames.pcap")
    with open(elf("check"), "rb") as f:
        want = hashlib.sha256(f.read()).hexdigest()
    with Net("capture", extra=["-object", "filter-dump,id=f0,netdev=n0,"
                               f"file={path}"]) as n:
        for i in (0, 1):
            call("curl", "-sS", "-o", "/dev/null", n.url(i, "status.html"))
            assert hashlib.sha256(fetch(n.url(i, "check"))).hexdigest() == want
        n.run("dom console web1")
        n.m.send("\r")
        assert n.m.expect(PROMPT, 20), n.text()
        n.m.send(f"net eth0 {ADDRESSES[0]}/24,{GATEWAY},10.0.2.3\r")
        assert n.m.expect(r"\n", 20) and n.m.expect(PROMPT, 20), n.text()
        for line, end in ((f"-c 1 -s 3000 {GATEWAY}", "rtt min"),
                          ("-c 8 -i 0.5 fec0::2", "rtt min"),
                          ("-c 1 nowhere.invalid", "no such host")):
            n.m.send(f"run ping -q {line}\r")
            assert n.m.expect(end, 40), n.text()
            assert n.m.expect(PROMPT, 20), n.text()

    def frames(what):
        text = call("tshark", "-r", path, "-Y", what, *(
            x for kind in ("ip", "tcp", "udp")
            for x in ("-o", f"{kind}.check_checksum:TRUE")))
        return [x for x in text.split("\n") if re.match(r" *\d+ ", x)]
    wrong = frames(f"{BAD} || {FALSE}")
    assert not wrong, "\n".join(wrong)
    # It was looked at, and of the guests' own.
    cards = "(eth.src == 00:16:3e:00:00:01 || eth.src == 00:16:3e:00:00:02)"
    counts = {what: len(frames(f"{cards} && {what}")) for what in (
        "tcp.checksum.status == Good", "udp.checksum.status == Good",
        "ip.checksum.status == Good", "ip.flags.mf == 1", "icmpv6", "arp",
        "dns", "http", "tcp.len > 1400")}
    print(counts)
    assert min(counts.values()) > 0, counts


def inner(i):
    """A guest's address in the network that QEMU's router names."""
    return f"fec0::216:3eff:fe00:{i}"


def test_ipv6():
    """Between guests and to domain 0, in sizes around the MTU's."""
    with open(elf("check"), "rb") as f:
        want = hashlib.sha256(f.read()).hexdigest()
    with Net("ipv6") as n:
        for _ in range(100):
            if "FEC0::" in n.run("net"):
                break
            time.sleep(0.1)
        for size in (0, 1452, 1453, 4000):
            text = n.run(f"run ping -q -c 1 -s {size} {inner(1)}")
            assert "1 received" in text, (size, text)
        assert want in n.run(f"fetch http://[{inner(1)}]/check | sha256sum")
        n.run("dom console web2")
        n.m.send("\r")
        assert n.m.expect(PROMPT, 20), n.text()
        for size in (56, 1453):
            n.m.send(f"run ping -q -c 1 -s {size} {inner(1)}\r")
            assert n.m.expect(" 1 received", 20), n.text()
        n.m.send(f"fetch http://[{inner(1)}]/check | sha256sum\r")
        assert n.m.expect(want, 30), n.text()


def test_bad_wire():
    """Frames are lost and overtaken: what arrives is whole all the same."""
    with open(elf("check"), "rb") as f:
        want = hashlib.sha256(f.read()).digest()
    with socket.create_server(("127.0.0.1", 0)) as server, \
            Net("wire") as n:
        assert n.seen("bridge0 has")
        n.run("bridge loss 1 reorder 5")
        for _ in range(5):
            assert hashlib.sha256(fetch(n.url(0, "check"))).digest() == want
        n.run("dom console web2")
        n.m.send("\r")
        assert n.m.expect(PROMPT, 20), n.text()
        got, size = [], 4 << 20
        worker = threading.Thread(target=receive, args=(server, size, got))
        worker.start()
        n.m.send(f"gen {size} | nc {GATEWAY} {server.getsockname()[1]}\r")
        worker.join(60)
        assert got and got[0][0] == size, n.text()
        n.m.send(f"gen {size} | sha256sum\r")
        assert n.m.expect(got[0][1] + "  -", 30), n.text()
        n.m.send(f"fetch http://{ADDRESSES[0]}/check | sha256sum\r")
        assert n.m.expect(want.hex(), 60), n.text()
        n.m.send("\x1d\r")
        assert n.m.expect(PROMPT, 20), n.text()
        lost, late = map(int, re.search(r"lost: (\d+), \d+% late: (\d+)",
                                        n.run("bridge")).groups())
        assert lost > 10 and late > 10


def linux_disk(path):
    """An initramfs with Debian's netfront and a web server."""
    found = glob.glob(os.path.join(
        machine.reference("linux"), "lib/modules/*/kernel/drivers/net/"
        "xen-netfront.ko"))
    boxes = [p for p in report.BUSYBOX_PLACES if os.path.exists(p)]
    if not found or not boxes:
        pytest.skip("Linux's netfront or busybox is not there")
    entry, data = report.cpio_entry, b""
    for name in ("dev", "proc", "sys", "bin"):
        data += entry(name, 0o040755)
    data += entry("dev/console", 0o020600, device=(5, 1))
    here = os.path.dirname(os.path.abspath(__file__))
    for name, file in (("bin/busybox", boxes[0]),
                       ("init", os.path.join(here, "linux-net-init")),
                       ("xen-netfront.ko", found[0])):
        with open(file, "rb") as f:
            data += entry(name, 0o100755, f.read())
    path.write_bytes(data + entry("TRAILER!!!", 0))
    return str(path)


def test_linux(tmp_path):
    """Debian's Linux as a plain domain: its netfront and our back end."""
    try:
        kernel = report.linux()
    except machine.Missing as e:
        pytest.skip(str(e))
    line = "console=hvc0 panic=-1"
    more = [(kernel, f"name=linux mem=160M ramdisk=disk -- {line}"),
            (linux_disk(tmp_path / "disk"), "name=disk")]
    with open(elf("check"), "rb") as f:
        want = hashlib.sha256(f.read()).hexdigest()
    with Net("linux", more=more, line="", mem=448, cpu="max,-smap") as n:
        assert n.seen("linux: check: ready", 90), n.text()
        assert any(f"check: {want}" in line for line in n.m.lines), n.text()
        assert n.seen("5 packets received")
        assert b"this is Linux" in fetch(n.url(2, ""))
        got = fetch(n.url(2, "large"))
        assert hashlib.sha256(got).digest() == \
            hashlib.sha256(bytes(8 << 20)).digest()


def lines_of(text, name):
    return [line for line in text.split("\n") if line.startswith(name)]


def test_settings():
    """Cards as domain 0's command line wants them; one more, and one less."""
    line = ("vif.web1.1=mac=02:00:00:00:00:77,mtu=1400 "
            "vif.web2=rate=20000/100000 vif.web2.3=mac=01:00:00:00:00:01 "
            "vif.web2.1=mtu=3 vif.web2.2=none vif.web2.4=colour=red "
            "vif.web2.5=rate=5 vif.web2.6=bridge=br1 vif.web2.7=mac")
    with Net("settings", line=line) as n:
        text = n.text()
        for handle, key in ((3, "mac"), (1, "mtu"), (4, "colour"), (5, "rate"),
                            (6, "bridge"), (7, "mac")):
            assert f"vif2.{handle}: of web2: '{key}' can't be: no card" in text
        assert "vif2.2" not in text
        text = n.run("vif")
        assert len(lines_of(text, "vif1.1: connected")) == 1, text
        assert "vif2.0: at most 20000 bytes in 100000 us" in text
        assert "vif2.1" not in text
        assert "02:00:00:00:00:77" in n.run("bridge")
        # 200 kB/s from the one, and no limit of the other.
        size, start = len(fetch(n.url(0, "check"))), time.monotonic()
        for _ in range(100000 // size + 1):
            assert len(fetch(n.url(1, "check"))) == size
        assert time.monotonic() - start > 100000 / 200000 * 0.6
        assert n.run("vif del web1 1") == ""
        assert any("vif1.1" not in n.run("vif") for _ in range(20))
        assert "no such card" in n.run("vif del web1 1")
        for _ in range(3):
            assert n.run("vif add web1 1 mac=02:00:00:00:00:77") == ""
            assert any("vif1.1: connected" in n.run("vif")
                       for _ in range(20))
            assert n.run("vif del 1 1") == ""
        assert "there is such a card" in n.run("vif add web1 0")
        assert "no such domain" in n.run("vif add web9 0")
        assert "DOMAIN NUMBER" in n.run("vif add web1 8")
        assert "KEY=VALUE" in n.run("vif add web1")
        assert "mac=A" in n.run("vif add web1 2 mac=12")
        assert fetch(n.url(0, "check")) == fetch(n.url(1, "check"))
