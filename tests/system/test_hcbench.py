# SPDX-License-Identifier: MIT
"""hcbench: complete at each place, its counts and its fit are right."""

import os
import subprocess
import time
import sys

import pytest

import machine

sys.path.insert(0, os.path.join(machine.ROOT, "tests/bench"))

import collect  # noqa: E402
import tables   # noqa: E402

WAYS = {
    "sluice": {"pte-single", "pte-array", "va-single", "va-multi", "written",
               "ring"},
    "xen": {"pte-single", "pte-array", "va-single", "va-multi", "written"},
    "native": {"stored", "gathered"},
}
PLACES = ["sluice", "native"] + (
    ["xen"] if os.environ.get("PEER") == "xen" else [])


def line_through(ticks):
    """Least squares of T / N over 1 / N: fixed cost, cost of an item."""
    xs = [1 / n for n in tables.SIZES]
    ys = [t / n for t, n in zip(ticks, tables.SIZES)]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys)) / \
        sum((a - x) ** 2 for a in xs)
    return slope, y - slope * x


@pytest.mark.parametrize("place", PLACES)
def test_complete(place):
    found = {place: {"hcbench": collect.hcbench(place, "max", True)}}
    for op in tables.OPERATIONS:
        ways = [s["way"] for s in found[place]["hcbench"]["series"]
                if s["op"] == op]
        assert set(ways) == WAYS[place]
    for s in found[place]["hcbench"]["series"]:
        assert len(s["ticks"]) == len(tables.SIZES)
        fixed, item = line_through(s["ticks"])
        assert abs(s["fixed"] - fixed) <= 1
        assert abs(s["item"] - item) <= 0.2
        # What it counts is what it does, but for an interrupt now and then.
        for said, counted in zip(s["entries"], s.get("counted", [])):
            assert said <= counted <= said + 3
    assert place != "sluice" or "counted" in s


def test_output():
    """A hypervisor may speak between two lines; a refusal is none of it."""
    good = ["x", collect.BEGIN, '{"series":[', "(XEN) hello", "]}",
            collect.END]
    assert collect.parse(good) == {"series": []}
    for bad in (good[:-1], good[2:], good[:4] + ["x"] + good[4:],
                ["hcbench: map by ring: refused, 1"] + good):
        with pytest.raises(collect.Failed):
            collect.parse(bad)


@pytest.mark.parametrize("way,said", [
    ("single", 0), ("array", 0), ("multicall", 0), ("ring", 0), ("no", 1)])
def test_ways(way, said, points):
    """The kernel tests itself, its page tables changed in another way.

    Turns are short, so that somebody else runs wherever that is allowed.
    """
    kernel, options = machine.hypervisor("sluice")
    args = machine.qemu(kernel, options, [
        (machine.guest("pvguest"), f"batch={way} slice=100")])
    with machine.Machine(args, f"hcbench-way-{way}", 100) as m:
        assert m.expect(r"^pvguest> $", 30), "\n".join(m.lines[-5:])
        # The store's threads have begun by then: objects are counted.
        time.sleep(1)
        m.send("test\r")
        assert m.expect(r"^1\.\.\d+\n", 90), "\n".join(m.lines[-5:])
    good = [line for line in m.lines if line.startswith("ok ")]
    bad = [line for line in m.lines if line.startswith("not ok ")]
    points(len(good), len(bad), [])
    assert len(good) > 15 and not bad, bad
    assert sum("batch=no: unknown" in line for line in m.lines) == said


@pytest.mark.parametrize("entry,place", [
    ("bench", "Sluice"), ("native-bench", "bare hardware")])
def test_iso(entry, place):
    """The image's entry measures by itself, tables last."""
    subprocess.run([os.path.join(machine.ROOT, "scripts/run/iso")],
                   check=True, env={**os.environ, "ENTRY": entry})
    args = machine.qemu(iso=os.path.join(machine.OUT, "sluice.iso"),
                        extra=["-accel", "tcg,tb-size=8"])
    with machine.Machine(args, f"hcbench-{entry}", 110) as m:
        assert m.expect(r"^hcbench: done$", 100), "\n".join(m.lines[-5:])
        assert collect.parse(m.lines)["place"] == place
        text = "\n".join(m.lines)
    assert text.index("JSON end") < text.index("map: ticks for each") < \
        text.index("cost of N =")
