# SPDX-License-Identifier: MIT
"""Several CPUs and several domains: shares, caps, latency, events by turns.

Where figures are compared time is virtual (-icount): an instruction takes 16
ns, so ten seconds are over in a few, and the figures are the same on a busy
machine.  Several CPUs take turns then, at each pause of a guest, so that all
see the same time go by and each gets half as much done in it.
"""

import os
import re

import pytest

import machine
import tap

CLOCK = ["-icount", "shift=4,sleep=off",
         "-rtc", "clock=vm,base=2024-01-01"]
EXACT = ["-icount", "shift=0,sleep=off",
         "-rtc", "clock=vm,base=2024-01-01"]


def boot(domains, ends, smp, extra=(), options="", timeout=100):
    """Lines until ENDS domains have ended their report; DOMAINS: name, line."""
    kernel, fixed = machine.hypervisor("sluice")
    modules = [(machine.guest(guest), line) for guest, line in domains]
    log = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split(" ")[0]
    args = machine.qemu(kernel, f"{fixed} {options}".strip(), modules,
                        smp=smp, extra=extra)
    with machine.Machine(args, "smp-" + re.sub(r"\W+", "-", log),
                         timeout) as m:
        while ends:
            line = m.read_line()
            assert line is not None, "\n".join(m.lines)
            assert "panic" not in line, "\n".join(m.lines)
            if re.search(r"1\.\.\d|ok 1 - spun", line):
                ends -= 1
        return m.lines


def figures(lines, key):
    return [int(n) for n in
            re.findall(rf"# {key} (\d+)", "\n".join(lines))]


@pytest.mark.parametrize("smp,settings,want", [
    (1, ["weight=256", "weight=512", "weight=1024"], [143, 286, 571]),
    (1, ["cap=20", "", "weight=768"], [200, 200, 600]),
    (2, ["", "", ""], [667, 667, 667]),
    (2, ["weight=512", "", ""], [1000, 500, 500]),
    (2, ["cap=20 cpus=0", "cpus=0", "cap=50"], [200, 800, 500]),
])
def test_shares(smp, settings, want):
    """Domains that spin get what their lines say, to 2%."""
    spin = "store=no mem=4M -- role=spin seconds=10"
    lines = boot([("idle", "name=zero mem=4M -- role=sleep seconds=30")] +
                 [("idle", f"name=d{i} {s} {spin}")
                  for i, s in enumerate(settings)], len(want), smp, CLOCK)
    got = {}
    for line in lines:
        match = re.search(r"^d(\d): # share (\d+)", line)
        if match:
            got[int(match[1])] = int(match[2])
    print(got, want)
    for i, share in enumerate(want):
        assert abs(got[i] - share) <= share / 50, (got, want)


def test_latency():
    """A timer comes in time whoever spins on the same CPU."""
    spin = "store=no mem=4M -- role=spin seconds=5"
    lines = boot([("idle", "name=zero mem=4M -- role=ticks seconds=3")] +
                 [("idle", f"name=d{i} {spin}") for i in range(3)],
                 1, 1, CLOCK)
    assert figures(lines, "late")[0] <= 5000, lines


def test_nothing_to_do():
    """An idle domain takes no tick, and an idle machine halts its CPUs.

    Who does not halt executes 16 ns after 16 ns: ten minutes take as many then.
    """
    sleep = "mem=4M -- role=sleep seconds="
    lines = boot([("idle", f"name=zero {sleep}601")] +
                 [("idle", f"name=d{i} store=no {sleep}600")
                  for i in range(3)], 4, 2, CLOCK, timeout=60)
    assert figures(lines, "times") == [1, 1, 1, 1]
    assert all(us < 2000 for us in figures(lines, "ran")), lines


def test_flood():
    """Nor if somebody fills his console's ring with ends of lines.

    An instruction takes 64 ns here, as a line that is shown is some thousand
    of them: a ringful at once would be 70 ms.
    """
    slow = ["-icount", "shift=6,sleep=off", *CLOCK[2:]]
    lines = boot([("idle", "name=zero mem=4M -- role=ticks seconds=3"),
                  ("flood", "name=longest-name-of mem=2M -- role=flood")],
                 1, 1, slow)
    late = figures(lines, "late")[0]
    assert late <= 2000, f"{late} us late"
    assert any("lines were too many" in x for x in lines), "no flood"


def test_console_ring(points):
    """All of a full ring is shown, by any way to send."""
    lines = boot([("idle", "name=zero mem=4M -- role=sleep seconds=600"),
                  ("flood", "name=f mem=2M")], 1, 1)
    found = [x for x in lines if re.match("f: (not )?ok", x)]
    bad = [x for x in found if x.startswith("f: not")]
    points(len(found) - len(bad), len(bad), [])
    assert found and not bad, bad
    assert lines.count("f: ") > 2000


def test_turns():
    """Events by turns between two domains on one CPU."""
    lines = boot([("idle", "name=zero mem=4M -- role=ping peer=1"),
                  ("idle", "name=one mem=4M store=no -- role=pong peer=0")],
                 1, 1, EXACT)
    for key in "roundtrip", "roundtrip_directed", "domain_switch":
        found = figures(lines, f"figure {key}")
        assert len(found) == 1 and found[0] < 4000, lines


@pytest.mark.parametrize("smp", [1, 2, 8])
@pytest.mark.parametrize("threads", ["single", "multi"])
def test_cpus(smp, threads):
    """A guest on any number of CPUs, in either kind of emulator."""
    extra = ["-accel", f"tcg,thread={threads}"]
    for name in "vcpus", "events", "limits":
        result = tap.run(name, "sluice", vcpus=2, smp=smp, extra=extra,
                         log=f"smp-{name}-{smp}-{threads}")
        assert result.good, "\n".join(result.lines)
    assert any(f" {smp} CPUs run, 0 did" in x for x in result.lines)


def test_page_tables():
    """Longer than by itself, with real CPUs."""
    result = tap.run("race", "sluice", line="rounds=8000", vcpus=4, smp=2,
                     timeout=150, log="smp-race")
    assert result.good, "\n".join(result.lines)


@pytest.mark.parametrize("options,run,left", [
    ("nosmp", 1, 3), ("maxcpus=2", 2, 2), ("maxcpus=0", 4, 0),
    ("maxcpus=x", 4, 0), ("maxcpus=99", 4, 0),
])
def test_options(options, run, left):
    result = tap.run("hcall", "sluice", smp=4, options=options,
                     log=f"smp-{options}")
    text = "\n".join(result.lines)
    assert f"{run} CPUs run, 0 did not start, {left} are left asleep" in text
    assert ("not a number of CPUs" in text) == (options[-1] in "0x")


def test_many_cpus():
    """More than the configuration has room for."""
    result = tap.run("hcall", "sluice", smp=11, log="smp-many")
    assert any("8 CPUs run, 0 did not start, 3 are left asleep" in x
               for x in result.lines)


def test_bad_share():
    lines = boot([("idle", "name=zero mem=4M -- role=sleep seconds=1"),
                  ("idle", "name=far cpus=5 mem=4M -- role=spin seconds=1"),
                  ("idle", "name=much cap=300 mem=4M -- role=spin seconds=1"),
                  ("idle", "name=odd weight=0 mem=4M -- role=spin seconds=1")],
                 1, 2)
    text = "\n".join(lines)
    for name in "far", "much":
        assert f"({name}) refused: its cap or cpus name CPUs" in text
    assert "(odd) refused: weight=0" in text
