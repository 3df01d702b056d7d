# SPDX-License-Identifier: MIT
"""pvguest drives the machine's NICs as domain 0, on Sluice and, with PEER=xen,
on Xen, and on the bare machine: what it finds, and frames in and out as QEMU
saw them."""

import os
import re
import socket
import struct
import subprocess

import pytest

import machine
from test_pvguest import PLACES, Shell

VIRTIO = "virtio-net-pci,disable-legacy=on,mac=52:54:00:12:34:56"
MAC = bytes.fromhex("525400123456")
# Of each model, its device, and what lspci says of it.
MODELS = {
    "virtio": (VIRTIO, "1af4:1041 (rev 01) virtio-net eth0"),
    "e1000e": ("e1000e,mac=52:54:00:12:34:56",
               "8086:10d3 (rev 00) e1000e eth0"),
}


def nic(device, dump=None, net=""):
    args = ["-netdev", f"user,id=n0{net}", "-device", f"{device},netdev=n0"]
    if dump:
        args += ["-object", f"filter-dump,id=f0,netdev=n0,file={dump}"]
    return args


def frames(path):
    """The frames of a pcap file, whose numbers are little endian."""
    with open(path, "rb") as f:
        data = f.read()
    at, found = 24, []
    while at + 16 <= len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        found.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return found


@pytest.fixture(params=PLACES, name="place")
def _place(request):
    return request.param


@pytest.fixture(params=sorted(MODELS), name="model")
def _model(request):
    return request.param


def ready(shell, sign):
    """Up to a prompt that no message of another thread has come behind."""
    assert shell.m.expect(sign, 40), shell.text()
    while shell.m.read_line(0.5):
        pass
    shell.m.send("\r")
    assert shell.m.expect(r"\n", 20), shell.text()
    shell.prompt()


def stats(text):
    """Packets received and sent."""
    got = re.search(r"received (\d+) packets", text)
    sent = re.search(r"sent (\d+) packets", text)
    assert got and sent, text
    return int(got[1]), int(sent[1])


def test_found_and_driven(place, model, points):
    """Its address, had by DHCP, and the frames of that."""
    device, listed = MODELS[model]
    dump = os.path.join(machine.OUT, "log", f"nic-{model}-{place}.pcap")
    os.makedirs(os.path.dirname(dump), exist_ok=True)
    with Shell(place, f"nic-{model}", extra=nic(device, dump)) as s:
        ready(s, r"eth0 has 10\.0\.2\.15")
        text = s.run("lspci -v")
        assert listed in text, text
        assert re.search(r"region \d: memory at [0-9a-f]+, \d+ bytes", text)
        assert "MSI" in text
        text = s.run("net")
        assert "eth0: link up, mtu 1500, 52:54:00:12:34:56" in text, text
        received, sent = stats(text)
        assert received >= 2 and sent >= 2, text
        assert "0 errors, 0 dropped" in text
    seen = frames(dump)
    ask = [f for f in seen if f[6:12] == MAC and f[12:14] == b"\x08\x06"]
    answers = [f for f in seen if f[6:12] != MAC]
    assert ask and answers, f"{len(seen)} frames"
    points(9, 0)


def sum16(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def checksum_good(frame):
    """Of TCP or UDP in IPv4: True or False; None for anything else."""
    if frame[12:14] != b"\x08\x00" or frame[23] not in (6, 17):
        return None
    start = 14 + (frame[14] & 15) * 4
    data = frame[start:14 + struct.unpack(">H", frame[16:18])[0]]
    pseudo = frame[26:34] + struct.pack(">HH", frame[23], len(data))
    return sum16(pseudo + data) == 0xffff


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def fetch(port):
    """The status of a page from the guest; tried until it listens."""
    got = subprocess.run(
        ["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "-m", "20",
         "--retry", "5", "--retry-all-errors", f"http://127.0.0.1:{port}/"],
        stdout=subprocess.PIPE, text=True)
    return got.stdout


def test_reset_under_load(place, model, points):
    """Pages to a client outside, while the device is reset; every packet that
    went out had its checksum, whoever made it."""
    device, _ = MODELS[model]
    dump = os.path.join(machine.OUT, "log", f"nic-load-{model}-{place}.pcap")
    port = free_port()
    extra = nic(device, dump, f",hostfwd=tcp:127.0.0.1:{port}-:80")
    with Shell(place, f"nic-load-{model}", line="run=httpd",
               extra=extra) as s:
        ready(s, r"eth0 has 10\.0\.2\.15")
        for _ in range(3):
            assert [fetch(port) for _ in range(5)] == ["200"] * 5
            s.m.send("nic eth0 reset\r")
            ready(s, "the device is reset")
        assert fetch(port) == "200"
        assert re.search(r"sent \d+ packets, \d+ bytes, 0 dropped",
                         s.run("nic"))
    sums = [checksum_good(f) for f in frames(dump) if f[6:12] == MAC]
    assert sums.count(True) > 20 and False not in sums, sums
    points(22, 0)


def test_two_behind_a_bridge(place):
    """A PCIe machine: one NIC behind a bridge, another of the other model."""
    extra = ["-machine", "q35", "-device", "pcie-root-port,id=rp,chassis=1",
             "-netdev", "user,id=n0", "-netdev", "user,id=n1",
             "-device", "virtio-net-pci,netdev=n0,bus=rp,addr=0",
             "-device", "e1000e,netdev=n1"]
    with Shell(place, "nic-bridge", extra=extra) as s:
        ready(s, r"eth1 has 10\.0\.2\.15")
        text = s.run("lspci")
        assert re.search(r"01:00\.0 0200: 1af4:1041 .* virtio-net eth\d", text)
        assert re.search(r"00:\d\d\.0 0200: 8086:10d3 .* e1000e eth\d", text)
        assert len(re.findall(r"inet 10\.0\.2\.15/24", s.run("net"))) == 2


@pytest.mark.skipif("sluice" not in PLACES, reason="what Sluice does")
@pytest.mark.parametrize("end", ["halt", "reboot"])
def test_devices_stop(end):
    """When domain 0 ends, its NIC may write to memory no more: by what QEMU
    saw written to the command register, whose bit 2 that is."""
    trace = os.path.join(machine.OUT, "log", f"nic-{end}.trace")
    extra = nic(VIRTIO) + ["-trace", "pci_cfg_write", "-D", trace]
    with Shell("sluice", f"nic-{end}", extra=extra) as s:
        ready(s, r"eth0 has 10\.0\.2\.15")
        s.m.send(end + "\r")
        assert s.m.wait(20) is not None, s.text()
    with open(trace, encoding="utf-8") as f:
        written = [int(x, 16) for x in re.findall(
            r"virtio-net-pci 00:03\.0 @0x4 <- (\w+)", f.read())]
    assert any(x & 4 for x in written), written
    assert not written[-1] & 4, written


def test_no_nic(place):
    """Without one there is none, and nothing fails."""
    with Shell(place, "nic-none") as s:
        ready(s, r"pvguest> ")
        assert "virtio" not in s.run("lspci")
        assert "eth0" not in s.run("net")


@pytest.mark.skipif("sluice" not in PLACES, reason="of domains on Sluice")
def test_plain_domain_has_none():
    """A domain that is not the first finds no device."""
    kernel, fixed = machine.hypervisor("sluice")
    guest = machine.guest("pvguest")
    modules = [(guest, "name=first mem=64M -- run=lspci"),
               (guest, "name=second mem=32M -- run=lspci")]
    args = machine.qemu(kernel, fixed, modules, extra=nic(VIRTIO))
    with machine.Machine(args, "nic-plain-sluice", 60) as m:
        text = ""
        while not re.search("1af4:1041", text) or \
                not re.search("lspci: no devices", text):
            line = m.read_line()
            assert line is not None, text
            text += line + "\n"
