# SPDX-License-Identifier: MIT
"""TCP against a peer that keeps no rules: we make each of its frames."""

import socket
import struct
import time

import pytest

from test_pvguest import PLACES, Shell

GUEST, PEER = "10.0.2.15", "10.0.2.2"
MAC, GUEST_MAC = b"\x02\0\0\0\0\x02", b"\x02\0\0\0\0\x03"
SYN, RST, ACK = 2, 4, 16


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Wire:
    """The other end of the guest's cable."""

    def __init__(self, port, guest_port):
        self.s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.s.bind(("127.0.0.1", port))
        self.s.settimeout(0.2)
        self.guest = ("127.0.0.1", guest_port)

    def frame(self, kind, data):
        self.s.sendto(GUEST_MAC + MAC + struct.pack(">H", kind) + data,
                      self.guest)

    def tcp(self, sport, seq, ack, flags, data=b"", options=b"",
            window=0xffff):
        ends = socket.inet_aton(PEER) + socket.inet_aton(GUEST)
        length = 20 + len(options)
        head = struct.pack(">HHIIBBHHH", sport, 80, seq, ack, length << 2,
                           flags, window, 0, 0) + options
        total = checksum(ends + struct.pack(">HH", 6, length + len(data)) +
                         head + data)
        head = head[:16] + struct.pack(">H", total) + head[18:]
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + length + len(data), 1, 0,
                         64, 6, 0)
        ip += ends
        ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
        self.frame(0x800, ip + head + data)

    def segment(self, port, timeout=10):
        """The next one for PORT: sequence, flags, data; or None."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            try:
                got = self.s.recv(65536)
            except socket.timeout:
                continue
            if got[12:14] == b"\x08\x06" and got[38:42] == \
                    socket.inet_aton(PEER):
                self.frame(0x806, got[14:20] + b"\0\2" + MAC + got[38:42] +
                           got[22:32])
            elif got[12:14] == b"\x08\0" and got[23] == 6:
                tcp = got[34:14 + struct.unpack(">H", got[16:18])[0]]
                if struct.unpack(">H", tcp[2:4])[0] == port:
                    seq, _, offset, flags = struct.unpack(">IIBB", tcp[4:14])
                    return seq, flags, tcp[(offset >> 4) * 4:]
        return None

    def connect(self, port, options):
        for _ in range(5):
            self.tcp(port, 1000, 0, SYN, options=options)
            got = self.segment(port, 1)
            if got and got[1] == SYN | ACK:
                self.tcp(port, 1001, got[0] + 1, ACK)
                return got[0] + 1
        return None


def mss(size):
    return struct.pack(">BBH", 2, 4, size)


@pytest.mark.parametrize("place", PLACES)
def test_another_mss(place):
    """Once a connection stands, nobody may say how long segments are: what
    waits to be sent, or to be sent again, is longer than that already."""
    ports = []
    for _ in range(2):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            ports.append(s.getsockname()[1])
    wire = Wire(*ports)
    extra = ["-netdev", "dgram,id=n0,local.type=inet,local.host=127.0.0.1,"
             f"local.port={ports[1]},remote.type=inet,remote.host=127.0.0.1,"
             f"remote.port={ports[0]}", "-device",
             "virtio-net-pci,disable-legacy=on,netdev=n0,mac=" +
             GUEST_MAC.hex(":")]
    with Shell(place, "mss", line=f"ip={GUEST}/24,{PEER} run=httpd",
               extra=extra) as s:
        assert s.m.expect(r"eth0 has[\s\S]*listens at|"
                          r"listens at[\s\S]*eth0 has", 60), s.text()
        seq = wire.connect(3000, mss(1460))
        assert seq, s.text()
        ask = b"GET /check HTTP/1.1\r\nHost: x\r\n\r\n"
        wire.tcp(3000, 1001, seq, ACK, ask, window=8000)
        first, sent = seq, 1001 + len(ask)
        for _ in range(60):
            got = wire.segment(3000, 20 if seq == first else 1)
            if not got:
                break
            if not got[2]:
                continue
            assert len(got[2]) <= 1460
            seq = max(seq, got[0] + len(got[2]))
            wire.tcp(3000, sent, seq, ACK, options=mss(1), window=8000)
            wire.tcp(3000, sent, seq, ACK, ask, mss(99), window=8000)
            sent += len(ask)
        # Some of the file came; it is there still, and takes others.
        assert seq > first + 1460
        wire.tcp(3000, sent, seq, RST)
        assert wire.connect(3001, mss(536)), s.text()
        wire.tcp(3001, 2000, 0, RST)
    wire.s.close()
