# SPDX-License-Identifier: MIT
"""Many small domains at once: boots the guest `crowd' and takes its figures.

The clock counts instructions, so they are the same on any machine.
"""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts/run"))

import machine  # noqa: E402
import tap      # noqa: E402

EXACT = ["-icount", "shift=0,sleep=off",
         "-rtc", "clock=vm,base=2024-01-01"]
MEM = 512	# KiB of each
MOST = 500	# of one module

# As the guest calls them.
FIGURES = {
    "state": "bytes that the hypervisor keeps for an idle one",
    "load_ppm": "CPU time of all while idle, millionths of one CPU",
    "roundtrip": "event to another one and back, instructions",
    "build": "building one, instructions",
    "destroy": "ending one, instructions",
}


def measure(count, points=None, timeout=300):
    """Figures by name, with COUNT domains beside domain 0."""
    guest = machine.guest("crowd")
    modules = [(guest, "name=zero mem=4M"),
               (guest, f"name=ping mem={MEM}K -- role=ping peer=2"),
               (guest, f"name=pong mem={MEM}K -- role=pong peer=1")]
    for left in range(count - 2, 0, -MOST):
        modules.append((guest, f"name=rest{len(modules)} mem={MEM}K "
                               f"count={min(left, MOST)} -- role=rest"))
    mem = max(2048, count * 6 // 10)	# MiB
    args = machine.qemu(machine.sluice(), "", modules, mem=mem, extra=EXACT)
    with machine.Machine(args, f"crowd-{count}", timeout) as m:
        while (line := m.read_line()) is not None:
            if re.match(r"1\.\.\d|Bail out", line):
                break
        text = "\n".join(m.lines)
    found = [x for x in map(tap.POINT.match, m.lines) if x]
    bad = [x[0] for x in found if x[1]]
    if points:
        points(len(found) - len(bad), len(bad), [])
    assert line and found and not bad, text
    figures = {name: int(value) for name, value in
               re.findall(r"# figure (\w+) (\d+)", text)}
    assert figures.keys() == FIGURES.keys(), text
    return figures
