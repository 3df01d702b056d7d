# SPDX-License-Identifier: MIT
"""Frames from the wire that nobody should send, to domain 0 and, through its
bridge, to guests: malformed at every layer, cut off, giant, by the thousand.

We are the wire: a datagram is a frame.  Meanwhile and afterwards ARP and ping
are answered with the data that they carry."""

import os
import random
import re
import socket
import struct
import time

import machine
from test_pvguest import PROMPT

SEED = int(os.environ.get("SEED") or 1)
FRAMES = int(os.environ.get("FRAMES") or 3000)
OURS = bytes.fromhex("0200000000ee")
OUR_IP, ZERO_IP, GUEST_IP = (bytes([10, 0, 3, i]) for i in (9, 1, 2))
OUR_6, ALL_6 = (bytes.fromhex(x) for x in (
    "fe80000000000000000000fffe0000ee", "ff020000000000000000000000000001"))
ALL = b"\xff" * 6


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def eth(to, kind, data):
    return to + OURS + struct.pack("!H", kind) + data


def arp(op, mac, ip):
    return eth(ALL, 0x806, struct.pack("!HHBBH", 1, 0x800, 6, 4, op) + OURS +
               OUR_IP + mac + ip)


def ipv4(to, proto, data, flags=0, ident=1):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(data), ident, flags, 64,
                       proto, 0) + OUR_IP + to
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + data


def ipv6(proto, data):
    """With a checksum, as it is refused at once without one."""
    pseudo = OUR_6 + ALL_6 + struct.pack("!II", len(data), proto)
    at = {58: 2, 17: 6, 6: 16}[proto]
    data = data[:at] + struct.pack("!H", checksum(pseudo + data)) + \
        data[at + 2:]
    return struct.pack("!IHBB", 6 << 28, len(data), proto, 255) + OUR_6 + \
        ALL_6 + data


def echo(data, ident):
    text = struct.pack("!BBHHH", 8, 0, 0, ident, 1) + data
    return text[:2] + struct.pack("!H", checksum(text)) + text[4:]


def udp(source, to, data):
    return struct.pack("!HHHH", source, to, 8 + len(data), 0) + data


def tcp(to, flags, options, data=b""):
    text = struct.pack("!HHIIBBHHH", 1234, 80, 7, 9,
                       (5 + len(options) // 4) << 4, flags, 1000, 0, 0)
    text += options + data
    pseudo = OUR_IP + to + struct.pack("!HH", 6, len(text))
    return text[:16] + struct.pack("!H", checksum(pseudo + text)) + text[18:]


def dhcp(xid, options):
    """An answer of a server's."""
    return udp(67, 68, struct.pack("!BBBBIHH", 2, 1, 6, 0, xid, 0, 0) +
               bytes(4) + GUEST_IP + OUR_IP + bytes(4) + bytes(202) +
               bytes.fromhex("63825363") + options)


def noise(rng, n):
    return bytes(rng.getrandbits(8) for _ in range(n))


class Wire:
    """Our end of a cable to the NIC's."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            self.to = other.getsockname()
        self.xids, self.macs = [0x1234], {}

    def args(self):
        ends = ",".join(
            f"{side}.type=inet,{side}.host=127.0.0.1,{side}.port={port}"
            for side, port in (("local", self.to[1]),
                               ("remote", self.sock.getsockname()[1])))
        return ["-netdev", f"dgram,id=n0,{ends}", "-device",
                "virtio-net-pci,disable-legacy=on,netdev=n0"]

    def send(self, frame):
        try:
            self.sock.sendto(frame, self.to)
        except OSError:         # not there yet, or too large
            pass

    def hear(self, timeout):
        """One frame, or None; numbers of DHCP's questions are kept."""
        self.sock.settimeout(timeout)
        try:
            frame = self.sock.recv(65536)
        except (socket.timeout, ConnectionError):
            return None
        if frame[12:14] == b"\x08\0" and frame[23] == 17 and \
                frame[36:38] == b"\0\x43":
            self.xids = self.xids[-3:] + [
                struct.unpack_from("!I", frame, 46)[0]]
        return frame

    def answered(self, question, good):
        """Asked again and again, as one frame may be lost."""
        for _ in range(20):
            self.send(question)
            end = time.monotonic() + 0.5
            while time.monotonic() < end:
                frame = self.hear(0.5)
                if frame and good(frame):
                    return frame
        return None

    def ask_all(self):
        """ARP and ping, of domain 0 and of the guest."""
        for ip in (ZERO_IP, GUEST_IP):
            got = self.answered(arp(1, bytes(6), ip), lambda f: (
                f[:6] == OURS and f[12:14] == b"\x08\x06" and f[28:32] == ip))
            assert got, f"no ARP from {ip}"
            self.macs[ip] = got[22:28]
            data = noise(random.Random(), 600)
            assert self.answered(
                eth(got[22:28], 0x800, ipv4(ip, 1, echo(data, 77))),
                lambda f: (f[12:14] == b"\x08\0" and f[26:30] == ip and
                           f[34:35] == b"\0" and f[42:642] == data)), \
                f"no ping from {ip}"


def good_frame(rng, wire):
    """Of any protocol, and right up to what is odd about it."""
    ip = rng.choice((ZERO_IP, GUEST_IP))
    mac = rng.choice((ALL, wire.macs[ip], wire.macs[ip]))
    size = rng.choice((0, 1, 7, 8, 40, 200, 1400))
    data = noise(rng, min(size, 60)) + bytes(max(0, size - 60))
    option = noise(rng, 4 * rng.randrange(6))
    nd = rng.choice((133, 134, 135, 136, 137))
    options = rng.choice((
        b"\1\0", b"\1\1" + OURS, b"\3\4" + noise(rng, 30), b"\5\1" + data[:6],
        b"\3\0" * 20, b"\x19\3" + noise(rng, 22), noise(rng, 40)))
    body = {133: 4, 134: 12, 135: 20, 136: 20, 137: 36}[nd]
    choices = [
        arp(rng.choice((1, 2, 99)), mac, ip),
        eth(mac, 0x800, ipv4(ip, 1, echo(data, 5))),
        eth(mac, 0x800, ipv4(ip, 1, bytes([rng.randrange(20), 0]) + data)),
        eth(mac, 0x800, ipv4(ip, 17, udp(53, rng.randrange(65536), data))),
        eth(mac, 0x800, ipv4(ip, 6, tcp(ip, rng.randrange(64), option, data))),
        # Pieces of a packet, which may lie over each other and its end.
        eth(mac, 0x800, ipv4(ip, 17, data, rng.choice((0, 0x2000)) |
                             rng.choice((0, 1, 2, 8, 0x1fff)),
                             rng.randrange(4))),
        eth(ALL, 0x800, ipv4(b"\xff" * 4, 17, dhcp(
            rng.choice(wire.xids), rng.choice((
                b"\x35\1\2\xff", b"\x35\xff\2", b"\x35\1\5\1\4",
                b"\x35\1\2\x33\0\xff", b"\x34\1\3" + noise(rng, 60),
                b"\x35\1\5\6\x40" + noise(rng, 20), noise(rng, 100)))))),
        eth(b"\x33\x33\0\0\0\1", 0x86dd, ipv6(
            58, bytes([nd, 0, 0, 0]) + noise(rng, body) + options)),
        eth(b"\x33\x33\0\0\0\1", 0x86dd, ipv6(17, udp(1, 2, data))),
        eth(mac, rng.choice((0x8100, 0x88cc, 0, 5, 0xffff)), data),
    ]
    return rng.choice(choices)


def bad_frame(rng, wire):
    """One like that, spoilt in a place or two, cut off, or stretched."""
    frame = bytearray(good_frame(rng, wire))
    for _ in range(rng.choice((0, 0, 1, 1, 2, 8))):
        at = rng.randrange(12, min(len(frame), 80))
        frame[at] = rng.choice((0, 1, 0x7f, 0x80, 0xff, frame[at] ^ 1,
                                rng.randrange(256)))
    kind = rng.randrange(12)
    if kind == 0:
        frame = frame[:rng.randrange(1, len(frame))]
    elif kind == 1:
        frame += bytes(rng.choice((1, 1514, 2000, 9000, 40000)))
    elif kind == 2:
        frame[6:12] = rng.choice((ALL, bytes(6), wire.macs[GUEST_IP],
                                  wire.macs[ZERO_IP], noise(rng, 6)))
    return bytes(frame)


def run(m, line):
    m.send(line + "\r")
    assert m.expect(re.escape(line) + r"\n", 20), m.lines[-20:]
    start = len(m.lines)
    assert m.expect(PROMPT, 20), m.lines[-20:]
    return "\n".join(m.lines[start:-1])


def test_wire():
    wire, rng = Wire(), random.Random(SEED)
    guest = machine.guest("pvguest")
    args = machine.qemu(machine.sluice(), "", [
        (guest, "ip=10.0.3.1/24 run=httpd"),
        (guest, "name=web mem=32M -- ip=10.0.3.2/24 run=httpd"),
        (guest, "name=asks mem=32M -- ip=dhcp")], extra=wire.args())
    with machine.Machine(args, "wire", 150) as m:
        assert m.expect(r"web: .*eth0 has.*\n", 60), m.lines[-20:]
        time.sleep(1)
        wire.ask_all()
        for i in range(FRAMES):
            wire.send(bad_frame(rng, wire))
            # No more than what waits for the NIC, or most would be lost.
            if i % 25 == 24:
                wire.answered(arp(1, bytes(6), ZERO_IP),
                              lambda f: f[12:14] == b"\x08\x06")
            if i % 1000 == 999:
                wire.ask_all()
        # What was asked for in vain is given up, and pieces of packets.
        wire.ask_all()
        text = run(m, "net") + run(m, "nic") + run(m, "bridge")
        print(text)
        assert int(re.search(r"(\d+) frames went everywhere, (\d+) were of "
                             "false", text)[2]) > 10
        assert not any("panic" in line for line in m.lines)
