# SPDX-License-Identifier: MIT
"""The network's figures: `make bench NET=1'.

Counted (QEMU's exact clock, one CPU, so that time is instructions): a byte by
TCP between domain 0 and a guest each way, and from guest to guest; a byte on
the bare machine's loopback; a ping's round trip; and what each packet cost in
calls and notifications.  With the CPU never idle, a nanosecond is an
instruction.

In time, which is noisy: the same, and between a guest and a program outside,
beside the bare machine with the same NIC.
"""

import os
import re
import shutil
import socket
import subprocess
import time

import collect
from collect import machine

GATEWAY, DRIVER = "10.0.2.2", "10.0.2.15"
GUESTS = ["10.0.2.21", "10.0.2.22"]
PORT = 5001
NEXT_CONSOLE = "\x1d"
PROMPT = r"^pvguest> $"
# Time does not run ahead while nobody has anything to do but we, who type: what
# is due by time would be counted.
ICOUNT = ["-icount", "shift=0", "-rtc", "clock=vm,base=2024-01-01"]
SEGMENT = 1448                  # of TCP's data in a frame of 1,500 bytes
MTUS = {1500: "64M", 9000: "64M"}
DONE = r"sec +(\d+) bytes +([\d.]+) Mbits/sec"
NAMES = {"to": "driver domain to guest", "from": "guest to driver domain",
         "between": "guest to guest"}

# Linux on Xen 4.17 in the same QEMU; None: not known.
REFERENCE = {"to": 7.1, "from": 5.5, "between": 7.2, "loopback": 3.3,
             "ping": 79000}
TARGETS = {("to", 1500): 4, ("from", 1500): 4, ("between", 1500): 6,
           ("to", 9000): 2, ("from", 9000): 2, ("between", 9000): 3}
PING_TARGET, CALLS_TARGET = 15000, 0.3
# Linux on Xen in such a QEMU, Mbit/s, the best that was seen.
REFERENCE_TIME = {"to": 102, "from": 102, "between": 25, "up": 17, "down": 53}
TIMES = {"to": 3, "from": 3, "between": 3, "up": 3, "down": 3}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


class Consoles:
    """A machine whose shells are typed to."""

    def __init__(self, args, log):
        self.m = machine.Machine(args, log, timeout=300)
        self.at = 0             # whose console it is
        self.domains = 1

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.m.close()

    def expect(self, pattern, timeout=100):
        found = self.m.expect(pattern, timeout)
        if not found:
            raise collect.Failed(f"no {pattern}:\n" +
                                 "\n".join(self.m.lines[-12:]))
        return found

    def quiet(self):
        self.m.expect("never printed", 0.2)
        self.m.rest = b""

    def focus(self, domain):
        while self.at != domain:
            self.m.send(NEXT_CONSOLE)
            self.at = (self.at + 1) % self.domains
            self.expect(r"\[console of ")
        self.quiet()

    def start(self, domain, line, wait):
        """Type LINE to a domain that shall say WAIT."""
        self.focus(domain)
        self.m.send(line + "\r")
        return self.expect(wait)

    def run(self, line, timeout=100):
        """What domain 0's shell answers."""
        self.focus(0)
        self.m.send(line + "\r")
        self.expect(re.escape(line) + r"\n")
        start = len(self.m.lines) - 1
        self.expect(PROMPT, timeout)
        return "\n".join(self.m.lines[start:-1])


class Domains(Consoles):
    """Domain 0 and two guests, joined by its bridge."""

    def __init__(self, cpu, icount, mtu=1500, extra=()):
        guest = machine.guest("pvguest")
        big = "" if mtu == 1500 else f" mtu={mtu}"
        modules = [(guest, f"ip={DRIVER}/24,{GATEWAY}{big}")] + [
            (guest, f"name=web{i} mem=32M -- ip={address}/24,{GATEWAY}{big}")
            for i, address in enumerate(GUESTS, 1)]
        args = machine.qemu(machine.sluice(), "", modules, cpu=cpu, extra=[
            *(ICOUNT if icount else []), *extra])
        super().__init__(args, f"net-{'count' if icount else 'time'}-{mtu}")
        self.domains = 3
        for i in (1, 2):
            if not any(re.search(f"web{i}: .*eth0 has", line)
                       for line in self.m.lines):
                self.expect(f"web{i}: .*eth0 has")
        for address in GUESTS:
            self.run(f"run ping -q -c 1 {address}")

    def counters(self):
        """Hypercalls of all three; packets and notifications of the vifs."""
        calls = 0
        for domain in range(3):
            text = self.run(f"dom counters {domain}")
            entries, system, traps = map(int, re.search(
                r"entries (\d+): system calls (\d+), traps (\d+)",
                text).groups())
            calls += entries - system - traps
        text = self.run("vif")
        events = map(int, re.findall(r"(\d+) events", text))
        notes = map(int, re.findall(r"(\d+) notifications", text))
        packets = map(int, re.findall(r"(?:from|to) it (\d+) packets", text))
        return {"calls": calls, "notes": sum(events) + sum(notes),
                "packets": sum(packets)}

    def transfer(self, way, amount):
        """Bytes and Mbit/s of iperf's server."""
        server, client = {"to": (1, 0), "from": (0, 1),
                          "between": (1, 2)}[way]
        address = DRIVER if server == 0 else GUESTS[server - 1]
        self.start(server, "iperf -s -1", "Server listening.*\n")
        self.start(client, f"iperf -c {address} {amount}", DONE + r".*\n")
        # Both say it; the domain whose console it is not says it by lines.
        ends = [line for line in self.m.lines[-6:] if re.search(DONE, line)]
        size, speed = re.search(DONE, ends[-1]).groups()
        self.focus(0)
        self.m.send("\r")
        self.expect(PROMPT)
        return int(size), float(speed)


def counted(cpu, mtu, amount):
    found = {}
    with Domains(cpu, True, mtu) as d:
        for way in NAMES:
            d.transfer(way, "-n 2M")
            before = d.counters()
            size, speed = d.transfer(way, f"-n {amount}")
            after = d.counters()
            # Mbit/s are bits a microsecond: instructions, a thousand.
            found[way] = {key: after[key] - before[key] for key in after}
            found[way].update(bytes=size, instructions=8000 / speed)
        text = d.run(f"run ping -q -c 100 -i 0.02 {GUESTS[0]}")
        mean = re.search(r"rtt \S+ = [\d.]+/([\d.]+)/", text)
        found["ping"] = round(float(mean[1]) * 1e6)
    return found


def loopback(cpu, icount, amount):
    """On the bare machine, without a NIC."""
    args = machine.qemu(machine.guest("pvguest"), "", cpu=cpu,
                        extra=ICOUNT if icount else [])
    with Consoles(args, "net-loopback") as c:
        c.expect(PROMPT)
        text = c.run("iperf -s -1 | iperf -c 127.0.0.1 " + amount)
    return float(re.search(DONE, text)[2])


# ---- In time ---------------------------------------------------------------


def wait_listening(port):
    for _ in range(100):
        with open("/proc/net/tcp", encoding="utf-8") as f:
            if re.search(rf":{port:04X} [0-9A-F:]+ 0A ", f.read()):
                return
        time.sleep(0.1)
    raise collect.Failed(f"nobody listens at port {port}")


def outside(console, domain, forwarded):
    """Up and down, Mbit/s, to and from a program of the host."""
    port = free_port()
    with subprocess.Popen(["iperf", "-s", "-p", str(port)],
                          stdout=subprocess.PIPE) as server:
        wait_listening(port)
        up = console.start(domain, f"iperf -c {GATEWAY} -p {port} -t 4",
                           DONE + r".*\n")
        server.kill()
    console.start(domain, "iperf -s -1", "Server listening.*\n")
    subprocess.run(["iperf", "-c", "127.0.0.1", "-p", str(forwarded), "-t",
                    "4"], stdout=subprocess.PIPE, check=True, timeout=60)
    down = console.expect(DONE + r".*\n")
    return {"up": float(up[2]), "down": float(down[2])}


def nic(address, port):
    return ["-netdev", f"user,id=n0,hostfwd=tcp:127.0.0.1:{port}-"
            f"{address}:{PORT}", "-device",
            "virtio-net-pci,disable-legacy=on,netdev=n0"]


def timed(cpu):
    """Of domains, and of the bare machine."""
    found, port = {}, free_port()
    with Domains(cpu, False, extra=nic(GUESTS[0], port)) as d:
        for way in NAMES:
            found[way] = d.transfer(way, "-t 4")[1]
        if shutil.which("iperf"):
            found.update(outside(d, 1, port))
    native = {"loopback": loopback(cpu, False, "-t 4")}
    if shutil.which("iperf"):
        args = machine.qemu(machine.guest("pvguest"),
                            f"ip={DRIVER}/24,{GATEWAY}", cpu=cpu,
                            extra=nic(DRIVER, port))
        with Consoles(args, "net-native") as c:
            c.expect("eth0 has.*\n")
            c.start(0, "", PROMPT)
            native.update(outside(c, 0, port))
    return {"sluice": found, "native": native}


# ---- Tables ----------------------------------------------------------------


def verdict(value, target, more=False):
    if value is None or target is None:
        return ""
    return "" if (value >= target if more else value <= target) else "missed"


def number(value, form):
    return "-" if value is None else form.format(value)


def count_rows(found):
    rows = [["instructions", "MTU", "Sluice", "target", "",
             "Linux on Xen", "ratio"]]

    def add(title, mtu, value, target, reference, form):
        rows.append([title, mtu, number(value, form), number(target, "{:,}"),
                     verdict(value, target), number(reference, "{:,}"),
                     number(value / reference if reference else None,
                            "{:.2f}")])

    for mtu in found["counted"]:
        counts = found["counted"][mtu]
        for way, name in NAMES.items():
            add("a byte, " + name, str(mtu), counts[way]["instructions"],
                TARGETS.get((way, int(mtu))),
                REFERENCE[way] if int(mtu) == 1500 else None, "{:.2f}")
    add("a byte, loopback, bare machine", "", found["loopback"], None,
        REFERENCE["loopback"], "{:.2f}")
    for mtu in found["counted"]:
        add("ping, driver domain to guest and back", str(mtu),
            found["counted"][mtu]["ping"], PING_TARGET,
            REFERENCE["ping"] if int(mtu) == 1500 else None, "{:,}")
    return rows


def packet_rows(found):
    rows = [["under load", "MTU", "bytes a packet", "hypercalls a packet",
             f"... {SEGMENT} bytes", "target", "", "packets a notification"]]
    for mtu, counts in found["counted"].items():
        for way, name in NAMES.items():
            c = counts[way]
            # Between guests each byte passes two vifs.
            data = c["bytes"] * (2 if way == "between" else 1)
            # The target speaks of frames.
            calls = c["calls"] * SEGMENT / data
            rows.append([name, str(mtu), f"{data / c['packets']:,.0f}",
                         f"{c['calls'] / c['packets']:.2f}", f"{calls:.2f}",
                         str(CALLS_TARGET), verdict(calls, CALLS_TARGET),
                         f"{c['packets'] / max(c['notes'], 1):.1f}"])
    return rows


def time_rows(found):
    rows = [["Mbit/s, noisy", "Sluice", "native", "of native",
             "Linux on Xen", "ratio", "target", ""]]
    names = dict(NAMES, up="guest to outside", down="outside to guest")
    sluice, native = found["timed"]["sluice"], found["timed"]["native"]
    for way, name in names.items():
        value, alone = sluice.get(way), native.get(way)
        if value is None:
            continue
        reference = REFERENCE_TIME[way]
        times = value / reference
        rows.append([name, f"{value:.0f}", number(alone, "{:.0f}"),
                     number(value / alone if alone else None, "{:.2f}"),
                     str(reference), f"{times:.1f}", str(TIMES[way]),
                     verdict(times, TIMES[way], True)])
    rows.append(["loopback, bare machine", "-",
                 f"{native['loopback']:.0f}", "-", "-", "-", "-", ""])
    return rows


def measure(cpu):
    found = {"counted": {}, "cpu": cpu}
    for mtu, amount in MTUS.items():
        found["counted"][mtu] = counted(cpu, mtu, amount)
    found["loopback"] = 8000 / loopback(cpu, True, "-n 16M")
    if not os.environ.get("COUNT"):
        found["timed"] = timed(cpu)
    return found


def tables_of(found):
    """By name, for the terminal and docs/benchmarks.md."""
    made = {"net_counts": count_rows(found), "net_packets": packet_rows(found)}
    if "timed" in found:
        made["net_times"] = time_rows(found)
    return made
