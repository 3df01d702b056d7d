# SPDX-License-Identifier: MIT
"""Domains that are ended and started again beside others, who do not mind.

Late: time is virtual, an instruction takes 4 ns, so what is late is the
same on a busy machine.  Race: real CPUs, as only these race.
"""

import re

import pytest

import machine
import tap

EXACT = ["-icount", "shift=2,sleep=off",
         "-rtc", "clock=vm,base=2024-01-01"]
LATE = 2000     # microseconds


def boot(modules, smp, ends, log, extra=(), mem=256, options=""):
    """Lines until ENDS domains have ended their report."""
    args = machine.qemu(machine.sluice(), f"loglvl=error {options}", modules,
                        mem=mem, smp=smp, extra=extra)
    with machine.Machine(args, log, timeout=150) as m:
        while ends:
            line = m.read_line()
            assert line is not None, "\n".join(m.lines[-60:])
            assert "panic" not in line, "\n".join(m.lines[-60:])
            ends -= bool(re.search(r"1\.\.\d+$", line))
        return m.lines


def count(lines, points):
    lines = [re.sub(r"^\w+: ", "", x) for x in lines]
    found = [x for x in map(tap.POINT.match, lines) if x]
    bad = [x[0] for x in found if x[1]]
    points(len(found) - len(bad), len(bad), [])
    assert found and not bad, "\n".join(lines[-60:])


@pytest.mark.parametrize("smp", [1, 2])
def test_late(smp, points):
    """Nobody's timer is late because another domain is built or ended.

    QEMU lets a CPU run until a timer is due before it goes on with another, so
    there are timers on all, and one is late by as much as they are apart.
    """
    guest, idle = machine.guest("rebuild"), machine.guest("idle")
    ticks = "mem=4M store=no -- role=ticks seconds=1 every=1000"
    lines = boot([(guest, "name=zero mem=16M -- role=late seconds=2"),
                  (idle, f"name=one cpus=0 {ticks}"),
                  (guest, "name=large mem=128M -- role=peer"),
                  (idle, f"name=two cpus={smp - 1} {ticks}")],
                 smp, 3, f"rebuild-late-{smp}", EXACT)
    count(lines, points)
    text = "\n".join(lines)
    rounds = int(re.search(r"# rebuilt (\d+) times", text)[1])
    late = [int(x) for x in re.findall(r"# late (\d+)", text)]
    print(f"rebuilt {rounds} times; late by {late} us at most")
    assert rounds > 10 and len(late) == 2 and max(late) <= LATE, late


@pytest.mark.parametrize("smp", [1, 2])
def test_race(smp, points):
    """Several vCPUs of domain 0 do all they can to domains that do, too."""
    guest = machine.guest("rebuild")
    peers = [(guest, f"name=peer{i} mem=2M store=no -- role=peer")
             for i in range(3)]
    lines = boot([(guest, "name=zero vcpus=3 mem=16M -- role=race rounds=1500"),
                  *peers],
                 smp, 1, f"rebuild-race-{smp}",
                 ["-accel", "tcg,thread=multi"], 64)
    count(lines, points)


def test_greed(points):
    """Who takes all that calls can cost the hypervisor does not get all."""
    guest = machine.guest("rebuild")
    lines = boot([(guest, "name=zero mem=8M -- role=greed"),
                  (guest, "name=greedy count=100 mem=2M store=no -- "
                          "role=greedy")],
                 1, 1, "rebuild-greed", mem=64)
    count(lines, points)


def test_reborn(points):
    """Nor do they get what domain 0 had, while it is built again."""
    guest = machine.guest("rebuild")
    lines = boot([(guest, "name=zero mem=8M -- role=reborn"),
                  (guest, "name=greedy count=100 mem=2M store=no -- "
                          "role=greedy")],
                 1, 1, "rebuild-reborn", mem=64, options="dom0_restart")
    count(lines, points)


def test_flood(points):
    """Who gets events without pause gets the CPU, too."""
    guest = machine.guest("rebuild")
    lines = boot([(guest, "name=zero mem=8M -- role=flooded"),
                  (guest, "name=flood mem=4M store=no -- role=flood")],
                 1, 1, "rebuild-flood", EXACT)
    count(lines, points)
