# SPDX-License-Identifier: MIT
"""pvguest's TCP/IP: its sockets over the loopback device, and real programs at
the other end of a virtio NIC in QEMU's user network."""

import hashlib
import json
import random
import re
import shutil
import socket
import struct
import subprocess
import threading
import time

import pytest

import machine
import tap
from test_pvguest import PLACES, Shell, elf

WITHOUT = "net: built without lwIP"


@pytest.fixture(params=PLACES, name="place")
def _place(request):
    return request.param


def start(shell):
    """Up to the prompt; skips if there is no TCP/IP to be tested."""
    shell.prompt()
    if WITHOUT in shell.run("net"):
        pytest.skip("pvguest was built without lwIP")


def test_sockets(place, points):
    """Good calls and bad ones, on the program's own report."""
    with Shell(place, "sockets") as s:
        start(s)
        s.run("run hello")
        free = s.run("free")
        lines = s.run("run netcheck", 90).split("\n")
        found = [match for match in map(tap.POINT.match, lines) if match]
        failed = [match[0] for match in found if match[1]]
        points(len(found) - len(failed), len(failed))
        assert not failed, "\n".join(lines)
        assert f"1..{len(found)}" in lines and len(found) > 60
        # Everything that it had, and what was being sent, is given back.
        for _ in range(8):
            s.run("run netcheck", 90)
        assert abs(pages(s.run("free")) - pages(free)) < 16


def pages(text):
    return int(re.search(r"free (\d+)", text)[1])


def test_loopback(place):
    """Files and counters by HTTP, from the first command of the boot line."""
    with Shell(place, "loopback", line="run=httpd,-p,8080 hostname=tester"
               ) as s:
        start(s)
        assert "httpd: listens at port 8080" in s.text()
        assert s.run("httpd") == "httpd: it runs already"
        text = s.run("run ping -c 2 -i 0.2 127.0.0.1")
        assert "2 packets transmitted, 2 received, 0% packet loss" in text
        assert "1 received" in s.run("run ping -c 1 -s 4000 ::1")
        text = s.run("run fetch http://127.0.0.1:8080/")
        assert "<title>tester</title>" in text and "netcheck" in text
        text = s.run("run fetch http://[::1]:8080/status.json")
        found = json.loads(text)
        assert found["uptime_ms"] > 0 and found["tcp_connections"] > 0
        assert found["memory_bytes"] > found["memory_free_bytes"] > 0
        assert "<td>uptime_ms" in s.run("run fetch localhost:8080/status.html")
        assert "the server says 404" in s.run("run fetch localhost:8080/none")
        assert "no connection (error 111)" in s.run("run fetch 127.0.0.1")
        assert "no such host" in s.run("run fetch nowhere.invalid")


def test_hash(place):
    """The sum by which transfers are checked, on a file that we have, too."""
    with open(elf("check"), "rb") as f:
        want = hashlib.sha256(f.read()).hexdigest()
    with Shell(place, "hash") as s:
        s.prompt()
        assert s.run("run sha256sum check") == f"{want}  check"


# ---- From outside ----------------------------------------------------------

HTTP, OTHER = 80, 5001
HOST = "10.0.2.2"


def free_ports(count):
    """Ports of the loopback device that nobody has."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


class Guest(Shell):
    """pvguest with a NIC, its HTTP server running, and its prompt."""

    def __init__(self, place, log, line="run=httpd", more=(), **how):
        self.http, self.other = free_ports(2)
        forward = "".join(f",hostfwd=tcp:127.0.0.1:{outer}-:{inner}"
                          for outer, inner in ((self.http, HTTP),
                                               (self.other, OTHER)))
        extra = ["-netdev", f"user,id=n0{forward}", "-device",
                 "virtio-net-pci,disable-legacy=on,netdev=n0", *more]
        super().__init__(place, log, line=line, extra=extra, **how)

    def __enter__(self):
        assert self.m.expect(r"eth0 has .*\n", 60), self.text()
        self.m.send("\r")
        self.prompt()
        # What was said meanwhile may have come behind a prompt.
        while self.m.read_line(0.3) is not None:
            pass
        self.m.rest = b""
        return self

    def url(self, path):
        return f"http://127.0.0.1:{self.http}/{path}"


def call(*command, timeout=60):
    """A program's output; skips the test if there is no such program."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=timeout,
                          stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_curl(place):
    with open(elf("check"), "rb") as f:
        want = hashlib.sha256(f.read()).hexdigest()
    with Guest(place, "curl") as s:
        assert "inet 10.0.2.15/24 gateway 10.0.2.2" in s.run("net")
        found = json.loads(call("curl", "-sS", s.url("status.json")))
        assert found["eth0_link"] == 1 and found["eth0_rx_packets"] > 2
        assert found["tcp_checksum_errors"] == 0
        text = call("curl", "-sSi", s.url(""))
        assert "200 OK" in text and "status.html" in text
        assert "404" in call("curl", "-sSi", s.url("none"))
        # Twice by one connection.
        text = call("curl", "-sSv", s.url("readme.txt"), s.url("readme.txt"))
        assert "Re-using existing connection" in text
        got = subprocess.run(["curl", "-sS", s.url("check")],
                             stdout=subprocess.PIPE, check=True).stdout
        assert hashlib.sha256(got).hexdigest() == want


def test_ping(place):
    """Of QEMU's own host, by both protocols; sizes around the MTU's."""
    with Guest(place, "ping") as s:
        text = s.run(f"run ping -c 3 -i 0.2 {HOST}")
        assert "3 packets transmitted, 3 received" in text, text
        for size in (0, 1472, 1473, 8000):
            text = s.run(f"run ping -q -c 1 -s {size} {HOST}")
            assert "1 received" in text, (size, text)
        # Its own address is not used before others had time to object.
        for _ in range(60):
            if "inet6 FEC0:" in s.run("net"):
                break
            time.sleep(0.2)
        assert "1 received" in s.run("run ping -c 1 fec0::2")


def receive(server, size, got):
    """Takes one connection: bytes and their hash."""
    conn, _ = server.accept()
    digest, count = hashlib.sha256(), 0
    with conn:
        while data := conn.recv(1 << 18):
            digest.update(data)
            count += len(data)
    got.append((count, digest.hexdigest()))


MUCH = 100 << 20


def test_transfer_out(place):
    """From the guest to a program outside, which counts and hashes."""
    size, got = MUCH, []
    with socket.create_server(("127.0.0.1", 0)) as server, \
            Guest(place, "out", timeout=200) as s:
        port = server.getsockname()[1]
        worker = threading.Thread(target=receive, args=(server, size, got))
        worker.start()
        s.run(f"gen {size} | nc {HOST} {port}", 180)
        worker.join(60)
        count, digest = got[0]
        assert count == size
        # The guest's own sum of what it sent.
        assert s.run(f"gen {size} | sha256sum", 90) == f"{digest}  -"


def test_transfer_in(place):
    """From a program outside to a program in the guest, which hashes."""
    block = random.Random(1).randbytes(1 << 20)
    digest = hashlib.sha256()
    with Guest(place, "in", timeout=200) as s:
        s.m.send(f"nc -l -d {OTHER} | sha256sum\r")
        time.sleep(1)
        with socket.create_connection(("127.0.0.1", s.other)) as conn:
            for _ in range(MUCH >> 20):
                conn.sendall(block)
                digest.update(block)
        found = s.m.expect(r"([0-9a-f]{64})  -", 150)
        assert found, s.text()
        assert found[1] == digest.hexdigest()


def ask(conn, path):
    conn.sendall(f"GET /{path} HTTP/1.1\r\nHost: guest\r\n\r\n".encode())


def reply(stream):
    """Status and body of the next one."""
    status = int(stream.readline().split()[1])
    length = 0
    while (line := stream.readline().strip()):
        name, value = line.split(b": ", 1)
        if name == b"Content-Length":
            length = int(value)
    return status, stream.read(length)


def test_many(place):
    """Two hundred connections at a time.  One after the other comes into
    being, as QEMU's end of them takes only one unaccepted connection; then
    all ask at the same time, for three things at once."""
    with Guest(place, "many", timeout=150) as s:
        conns = []
        for _ in range(200):
            conn = socket.create_connection(("127.0.0.1", s.http), 20)
            conns.append((conn, conn.makefile("rb")))
            ask(conn, "readme.txt")
            assert reply(conns[-1][1])[0] == 200
        for conn, _ in conns:
            for path in ("hello", "none", "status.json"):
                ask(conn, path)
        with open(elf("hello"), "rb") as f:
            hello = f.read()
        most = 0
        for _, stream in conns:
            assert reply(stream) == (200, hello)
            assert reply(stream)[0] == 404
            status, text = reply(stream)
            assert status == 200
            most = max(most, json.loads(text)["http_connections"])
        assert most >= 200
        for conn, stream in conns:
            stream.close()
            conn.close()
        text = call("ab", "-q", "-n", "1000", "-c", "8", s.url("readme.txt"))
        assert re.search(r"Complete requests: +1000\n", text), text
        assert re.search(r"Failed requests: +0\n", text), text
        for _ in range(50):
            found = json.loads(call("curl", "-sS", s.url("status.json")))
            if found["http_connections"] == 1:
                break
            time.sleep(0.1)
        assert found["http_connections"] == 1
        assert found["packet_buffers_refused"] == 0


BAD_REQUESTS = {
    b"\r\n\r\n": 400, b"GET\r\n\r\n": 400, b"GET / HTTP/2.0\r\n\r\n": 400,
    b"GET x HTTP/1.1\r\n\r\n": 400, b"POST / HTTP/1.1\r\n\r\n": 405,
    b"GET /../x HTTP/1.1\r\n\r\n": 404, b"a" * 3000: 431,
    b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 600: 431,
    b"GET /\0 HTTP/1.1\r\n\r\n": 431, b"\0" * 100: 431,
    b"GET /" + b"x" * 1900 + b" HTTP/1.1\r\n\r\n": 404,
}


def test_bad_requests(place):
    """Each gets its answer, and the server goes on."""
    with Guest(place, "requests") as s:
        for text, want in BAD_REQUESTS.items():
            with socket.create_connection(("127.0.0.1", s.http), 20) as conn:
                conn.sendall(text)
                assert reply(conn.makefile("rb"))[0] == want, text[:40]
        # In pieces, with the end of the connection right behind.
        with socket.create_connection(("127.0.0.1", s.http), 20) as conn:
            for c in "GET /readme.txt?x=1 HTTP/1.0\r\n\r\n":
                conn.sendall(c.encode())
                time.sleep(0.002)
            conn.shutdown(socket.SHUT_WR)
            assert b"200 OK" in conn.makefile("rb").read()
        # Resets in the middle of a transfer and of a request.
        for text in (b"GET /check HTTP/1.1\r\n\r\n" * 40, b"GET /"):
            conn = socket.create_connection(("127.0.0.1", s.http), 20)
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
            conn.sendall(text)
            conn.close()
        assert call("curl", "-sS", s.url("readme.txt")).startswith("This")
        text = call("curl", "-sSI", s.url("check"))
        assert "Content-Length: " in text and "octet-stream" in text


def wait_listening(port):
    """Until a program of the host listens there, at most 10 s."""
    for _ in range(100):
        with open("/proc/net/tcp", encoding="utf-8") as f:
            if re.search(rf":{port:04X} [0-9A-F:]+ 0A ", f.read()):
                return
        time.sleep(0.1)
    raise AssertionError(f"nobody listens at port {port}")


def test_iperf(place):
    """iperf 2 at the other end, both ways."""
    if not shutil.which("iperf"):
        pytest.skip("iperf is not installed")
    with Guest(place, "iperf", timeout=120) as s:
        s.m.send("iperf -s -1\r")
        assert s.m.expect("Server listening on TCP port 5001")
        text = call("iperf", "-c", "127.0.0.1", "-p", str(s.other), "-t", "3")
        assert re.search(r"\d [GM]?bits/sec", text), text
        assert s.m.expect(r"\d bytes +[\d.]+ Mbits/sec", 30), s.text()
        s.prompt()
        port = free_ports(1)[0]
        with subprocess.Popen(["iperf", "-s", "-p", str(port)],
                              stdout=subprocess.PIPE, text=True) as server:
            wait_listening(port)
            text = s.run(f"iperf -c {HOST} -p {port} -t 3 -i 1")
            server.kill()
        assert len(re.findall(r"Mbits/sec", text)) >= 3, text


BAD_SETTINGS = ["10.0.0.1", "10.0.0.1/33", "10.0.0/24x", "x", "/24", "1/2/3",
                "fe80::1/129", "10.0.0.1/24,fe80::1", "10.0.0.1/24;1.2.3.4",
                "10.0.0.1/24," + "1" * 100]


def test_settings(place):
    """Of a device, by the command line and by hand."""
    line = "ip=192.168.9.9/28 ip.eth0=10.0.2.77/24,10.0.2.2,10.0.2.3"
    with Guest(place, "settings", line=line) as s:
        assert "inet 10.0.2.77/24 gateway 10.0.2.2" in s.run("net")
        assert "name server 10.0.2.3" in s.run("net")
        assert "1 received" in s.run(f"ping -c 1 {HOST}")
        for setting in BAD_SETTINGS:
            assert "error 22" in s.run(f"net eth0 {setting}")[-9:], setting
        assert "inet 10.0.2.77/24" in s.run("net")
        assert s.run("net eth0 none") == ""
        assert "not used" in s.run("net")
        assert "error 113" in s.run(f"ping -c 1 {HOST}")
        assert s.run("net eth0 10.0.2.78/24,10.0.2.2").endswith(
            "eth0 has 10.0.2.78/24, gateway 10.0.2.2")
        assert "1 received" in s.run(f"ping -c 1 {HOST}")
        assert "no device eth7" in s.run("net eth7 dhcp")


def test_capture(place, tmp_path):
    """Frames as they were on the wire: nothing in them is wrong."""
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    path = str(tmp_path / "frames.pcap")
    more = ["-object", f"filter-dump,id=f0,netdev=n0,file={path}"]
    with Guest(place, "capture", more=more) as s:
        for name in ("status.html", "check", "none"):
            call("curl", "-sS", "-o", "/dev/null", s.url(name))
        s.run(f"ping -c 1 -s 3000 {HOST}")
        s.run("ping -c 1 nowhere.invalid")
    # What a card adds is what QEMU's host never sees: not that.
    wrong = call("tshark", "-r", path, "-o", "ip.check_checksum:TRUE", "-Y",
                 "_ws.malformed || ip.checksum.status == Bad || "
                 "tcp.analysis.retransmission || tcp.analysis.zero_window ||"
                 "tcp.analysis.duplicate_ack || tcp.flags.reset == 1 ||"
                 "icmp.checksum.status == Bad || udp.checksum.status == Bad")
    wrong = [line for line in wrong.split("\n") if re.match(r" *\d+ ", line)]
    assert not wrong, "\n".join(wrong)
    seen = call("tshark", "-r", path)
    for what in ("DHCP", "ARP", "HTTP", "ICMP", "DNS"):
        assert f" {what} " in seen, seen
