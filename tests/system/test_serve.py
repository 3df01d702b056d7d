# SPDX-License-Identifier: MIT
"""One vCPU of a driver domain serves the network of 64 guests.

All of them are of one line, so domain 0 asks at the addresses that follow from
their cards: IPv6's link-local ones.  Instructions are counted: no result
depends on how busy the machine is, and the times that are printed are virtual.
"""

import re

import machine
from test_pvguest import PROMPT, elf

GUESTS = 64
ZERO, EACH = 64, 8              # MiB: pvguest takes no less than 8
FIRST = "fe80::216:3eff:fe00:1"
FILE = "check"


class Crowd:
    """Domain 0, which asks all guests once by itself, and these."""

    def __init__(self):
        guest = machine.guest("pvguest")
        ask = f"run,visit,-w,20,{GUESTS},{FIRST},/{FILE}"
        modules = [(guest, f"name=zero mem={ZERO}M -- run={ask}"),
                   (guest, f"name=web mem={EACH}M count={GUESTS} -- "
                    "run=httpd")]
        self.m = machine.Machine(machine.qemu(
            machine.sluice(), "", modules, mem=ZERO + GUESTS * EACH + 64,
            extra=["-icount", "shift=0,sleep=off"]), "serve", 150)

    def text(self):
        return "\n".join(self.m.lines[-40:])

    def run(self, line):
        self.m.send(line + "\r")
        assert self.m.expect(re.escape(line) + r"\n", 30), self.text()
        start = len(self.m.lines)
        assert self.m.expect(PROMPT, 60), self.text()
        return "\n".join(self.m.lines[start:])

    def visited(self, start):
        """What came of a visit to all: its virtual time in ms."""
        done = self.m.expect(r"^visit: (\d+) of (\d+) answered in (\d+) us\n",
                             60)
        assert done, self.text()
        lines = [x for x in self.m.lines[start:] if "bytes, sum" in x]
        assert done.groups()[:2] == (str(GUESTS),) * 2, self.m.lines[start:]
        assert len(lines) == GUESTS
        assert len(set(re.findall(r"fe00:\w+: ", "".join(lines)))) == GUESTS
        with open(elf(FILE), "rb") as f:
            data = f.read()
        want = f"{len(data)} bytes, sum {fnv(data):x}"
        assert all(x.endswith(want) for x in lines), (want, lines)
        return int(done[3]) / 1000

    def visit(self, options=""):
        start = len(self.m.lines)
        self.m.send(f"run visit {options} {GUESTS} {FIRST} /{FILE}\r")
        took = self.visited(start)
        assert self.m.expect(PROMPT, 10), self.text()
        return took

    def each(self, what):
        for n in range(1, GUESTS + 1):
            assert "dom:" not in self.run(f"dom {what} web#{n}")

    def free(self):
        """Free pages of the machine and of domain 0, no guest being there."""
        for _ in range(50):
            if "vif" not in self.run("bridge"):
                break
        assert "vif" not in self.run("bridge") + self.run("vif")
        return (int(re.search(r"(\d+) free pages", self.run("dom list"))[1]),
                int(re.search(r"free (\d+)", self.run("free"))[1]))


def fnv(data):
    """FNV-1a, as visit.c has it."""
    total = 2166136261
    for byte in data:
        total = ((total ^ byte) * 16777619) & 0xffffffff
    return total


def test_64():
    """All answer, 60 at a time; nothing is lost, nor kept when they end."""
    c = Crowd()
    with c.m:
        first = c.visited(0)
        assert c.m.expect(PROMPT, 30), c.text()
        ready = [int(n) / 1000 for n in re.findall(r"ready at (\d+) us",
                                                   "\n".join(c.m.lines))]
        assert len(ready) == GUESTS + 1
        took = c.visit()
        text = c.run("vif")
        assert len(re.findall("connected, ", text)) == GUESTS, text
        # What stands behind the first card is told of each of them.
        for what in ("dropped", "errors", "of false origin", "waiting"):
            assert set(re.findall(rf"(\d+) {what}", text)) == {"0"}, text
        copies = [int(n) for n in re.findall(r"(\d+) copies", text)]
        assert min(copies) > 30
        held = int(re.search(r"free (\d+)", c.run("free"))[1])
        cpu = float(re.search(r"zero +running.* (\d+\.\d+) ",
                              c.run("dom list"))[1])
        c.each("kill")
        machine_free, zero_free = c.free()
        c.each("restart")
        again = c.visit("-w 20")
        c.each("kill")
        assert c.free()[0] == machine_free
        # The heap may be in more pieces; each guest would cost a page.
        assert c.free()[1] > zero_free - GUESTS // 2
        print(f"{GUESTS} guests of {EACH} MiB ready after {max(ready):.0f} "
              f"ms, all had answered {first:.0f} ms later; a file of each at "
              f"once {took:.1f} ms; after a restart {again:.0f} ms; domain 0 "
              f"of {ZERO} MiB had {cpu} s of CPU time, and kept "
              f"{(zero_free - held) * 4096 / GUESTS / 1024:.1f} KiB a guest")
