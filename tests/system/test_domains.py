# SPDX-License-Identifier: MIT
"""Domains out of modules: what they find, and what bad ones cost."""

import os
import re

import pytest

import machine
import tap

PLACES = ["sluice"] + (["xen"] if os.environ.get("PEER") == "xen" else [])
DISK = bytes((i * 7 + i // 4096) & 255 for i in range(3 * 4096 + 123))


def boot(modules, until, place="sluice", options="", timeout=60, **how):
    """The console's lines up to the first that UNTIL matches."""
    kernel, fixed = machine.hypervisor(place)
    log = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split(" ")[0]
    args = machine.qemu(kernel, f"{fixed} {options}".strip(), modules, **how)
    with machine.Machine(args, "domains-" + re.sub(r"\W+", "-", log),
                         timeout) as m:
        while True:
            line = m.read_line()
            assert line is not None, "\n".join(m.lines)
            if re.search(until, line):
                return m.lines


def count(lines, points, prefix=""):
    """Reports a guest's points; its lines carry PREFIX."""
    lines = [x[len(prefix):] for x in lines if x.startswith(prefix)]
    found = [m for m in map(tap.POINT.match, lines) if m]
    bad = [m[0] for m in found if m[1]]
    points(len(found) - len(bad), len(bad), [])
    assert not bad, "\n".join(lines)
    assert lines[-1] == f"1..{len(found)}" and found


@pytest.fixture(name="disk")
def make_disk(tmp_path):
    path = tmp_path / "disk"
    path.write_bytes(DISK)
    return str(path)


@pytest.mark.parametrize("place", PLACES)
def test_ramdisk(place, disk, points):
    """Domain 0 and its ramdisk without names, as under Xen."""
    lines = boot([(machine.guest("high"), "ramdisk"), (disk, "")], r"^1\.\.",
                 place)
    count(lines, points)


@pytest.mark.parametrize("mem", [8, 33, 200])
def test_plain(mem, disk, points):
    """A domain that is not domain 0, which was refused."""
    high = machine.guest("high")
    lines = boot([(high, "name=zero nonsense"),
                  (high, f"name=plain mem={mem}M ramdisk=d -- ramdisk"),
                  (disk, "name=d")], r"^plain: 1\.\.")
    assert f'Sluice: domain 1 "plain": {mem} MiB' in "\n".join(lines)
    assert not any('domain 0 "' in x for x in lines)
    count(lines, points, "plain: ")


@pytest.mark.parametrize("place", PLACES)
def test_two_vcpus(place, points):
    """A domain's second vCPU."""
    line, options = ("name=two vcpus=2", "") if place == "sluice" else \
        ("", "dom0_max_vcpus=2")
    result = tap.run("vcpus", place, line, options=options,
                     log=f"domains-vcpus-{place}")
    points(result.passed, len(result.failed))
    assert result.good and result.passed > 1, "\n".join(result.lines)


def test_without_store(points):
    """A domain that is told to do without, beside a domain 0."""
    lines = boot([(machine.guest("high"), "name=zero mem=32M -- stay"),
                  (machine.guest("high"), "name=plain store=no -- nostore")],
                 r"^plain: 1\.\.")
    count(lines, points, "plain: ")


def test_count():
    """Several of one line, until memory ends; who comes behind has his number.
    """
    sleep = "store=no -- role=sleep seconds="
    lines = boot([(machine.guest("high"), "name=zero mem=16M -- stay"),
                  (machine.guest("idle"), f"name=few count=3 mem=2M {sleep}99"),
                  (machine.guest("idle"),
                   f"name=many count=500 mem=60M {sleep}99"),
                  (machine.guest("idle"), f"name=last mem=2M {sleep}1")],
                 "^last: 1[.][.]|halted")
    text = "\n".join(lines)
    assert re.findall(r'domain (\d+) "(\S+)": (\d+) MiB', text) == [
        ("0", "zero", "16")] + [
        (str(n), f"few#{n}", "2") for n in range(1, 4)] + [
        (str(n + 3), f"many#{n}", "60") for n in range(1, 4)] + [
        ("504", "last", "2")]
    refused = re.findall(r"module \d .*refused.*", text)
    assert len(refused) == 1
    assert "module 3 (many#4) refused: it wants 60 MiB" in refused[0]


REFUSED = [
    ("name=bad mem=64", "mem=64: not a number with K, M or G"),
    ("name=bad colour=red", "colour=red: unknown, or given twice"),
    ("name=bad ramdisk=none", "ramdisk=none: no module has that name"),
    ("name=good", "module 1 has that name already"),
    ("name=bad count=501 mem=2M", "count=501: not a number from 1 to 500"),
    ("name=elevenchars- count=2", "count=2: its name is too long"),
    ("name=bad count=9 mem=100G", "it wants 102400 MiB"),
    ("name=bad mem=100G", "it wants 102400 MiB"),
    ("name=bad mem=1M", "its memory is too small for its kernel"),
    ("name=bad mem=4K", "its memory is too small for its kernel"),
    ("name=bad -- " + "x" * 1024, "its command line is too long"),
    ("name=bad -- " + "x" * 5000, "its line is too long"),
]


@pytest.mark.parametrize("line,why", REFUSED,
                         ids=[line[:20] for line, _ in REFUSED])
def test_bad_line(line, why, points):
    """A bad line is said why, and the other domain runs."""
    guest = machine.guest("high")
    lines = boot([(guest, "name=good mem=16M"), (guest, line)], r"^1\.\.")
    refused = [x for x in lines if "Sluice: module 2 (" in x]
    assert len(refused) == 1 and why in refused[0], "\n".join(lines)
    count(lines, points)


def test_third_bare(disk, points):
    """Without names there are domain 0 and its ramdisk, and no more."""
    guest = machine.guest("high")
    lines = boot([(guest, "ramdisk"), (disk, ""), (guest, "what?")],
                 r"^1\.\.")
    refused = [x for x in lines if "refused: " in x]
    assert len(refused) == 1 and "module 3 (domain0) refused: only domain 0 " \
        "and its ramdisk need no name=" in refused[0], "\n".join(lines)
    count(lines, points)


def patched(data, offset, new):
    return data[:offset] + new + data[offset + len(new):]


@pytest.mark.parametrize("change,why", [
    (lambda d: b"", "module 2: it is empty"),
    (lambda d: b"#!/bin/sh\n" * 20, "not an ELF file"),
    (lambda d: patched(d, 4, b"\1"), "not a 64-bit ELF file"),
    (lambda d: patched(d, 18, b"\3\0"), "not an executable for x86-64"),
    (lambda d: d[:0x2000], "a segment outside of the file"),
    (lambda d: d.replace(b"Xen\0", b"Yen\0"), "no Xen notes"),
    (lambda d: patched(d, 64 + 56 + 24, d[64 + 24:64 + 32]), "overlap"),
    (lambda d: patched(d, 64 + 40, b"\xff" * 8), "wraps around"),
    (lambda d: patched(d, 64 + 56 + 40, b"\0\0\0\x40" + bytes(4)),
     "too small"),
], ids=["empty", "text", "32-bit", "other", "half", "notes", "overlap", "wrap",
        "large"])
def test_bad_file(change, why, tmp_path, points):
    with open(machine.guest("high"), "rb") as f:
        good = f.read()
    (tmp_path / "bad").write_bytes(change(good))
    lines = boot([(machine.guest("high"), "name=good mem=16M"),
                  (str(tmp_path / "bad"), "name=bad mem=16M")], r"^1\.\.")
    text = "\n".join(lines)
    assert re.search(rf"Sluice: module 2 \(bad\) refused: .*({why})", text), \
        text
    count(lines, points)


@pytest.mark.parametrize("line,options,mem,want", [
    ("", "", 64, range(55, 62)), ("", "", 256, range(235, 251)),
    ("", "", 2048, range(1024, 1025)),
    ("", "dom0_mem=48M", 256, range(48, 49)),
    ("name=a", "", 2048, range(1024, 1025)),
    ("name=a mem=5000K", "", 256, range(4, 5)),
])
def test_memory_alone(line, options, mem, want):
    lines = boot([(machine.guest("high"), line)], r"^1\.\.", options=options,
                 mem=mem)
    text = "\n".join(lines)
    assert int(re.search(r'domain 0 "\w+": (\d+) MiB', text)[1]) in want
    assert "unknown option" not in text


def test_memory_two():
    guest = machine.guest("high")
    lines = boot([(guest, "name=a"), (guest, "name=b")], r"^1\.\.", mem=512)
    text = "\n".join(lines)
    assert 'domain 0 "a": 128 MiB' in text
    assert 'domain 1 "b": 128 MiB' in text


def test_second_domain_on_leaky_cpu():
    guest = machine.guest("high")
    lines = boot([(guest, "name=a"), (guest, "name=b")], r"^1\.\.",
                 cpu="Skylake-Client")
    assert "Sluice: module 2 (b) refused: this CPU leaks between domains " \
        "(unsafe-cpu)" in lines


def boot_until_all(modules, due, log):
    """The console's lines until each of DUE has matched one."""
    kernel, options = machine.hypervisor("sluice")
    with machine.Machine(machine.qemu(kernel, options, modules), log,
                         120) as m:
        while due:
            line = m.read_line()
            assert line is not None, "\n".join([*due, ""] + m.lines)
            due = [x for x in due if not re.search(x, line)]
        return m.lines


def test_side_by_side():
    """Domains that never give the CPU away do not keep others from it."""
    limits = machine.guest("limits")
    lines = boot_until_all([
        (limits, "name=zero mem=8M -- do=wait"),
        (limits, "name=one mem=8M store=no -- do=spin"),
        (limits, "name=two mem=8M store=no -- do=spin"),
        (limits, "name=dog mem=8M store=no -- do=bite"),
        (machine.guest("timer"), "name=timer mem=8M store=no")], [
            r"^timer: 1\.\.", r"\(dog\): stopped by its watchdog",
            r"^one: # spinning 3", r"^two: # spinning 3"],
        "domains-side-by-side")
    # Nobody's line begins in the middle of another's.
    known = re.compile(r"(Sluice|one|two|dog|timer): ")
    assert all(map(known.match, lines)), "\n".join(lines)
    # What it says of times is not to be had beside others.
    assert "timer: ok 53 - it took its time" in lines


def test_shutdown():
    """Domains end, each for its reason, which stays what was said first."""
    why = ["powered off", "reboots", "suspended", "crashed",
           "stopped by its watchdog", "asks for a soft reset",
           "stopped for an unknown reason"]
    limits = machine.guest("limits")
    lines = boot_until_all(
        [(limits, "name=zero mem=8M -- do=wait")] +
        [(limits, f"name=d{i} mem=4M store=no -- do=end-{i}")
         for i in range(len(why))],
        [rf"domain {i + 1} \(d{i}\): {x}" for i, x in enumerate(why)],
        "domains-shutdown")
    assert sum("ok 1 - the reason" in x for x in lines) == len(why)
    assert not any("has ended" in x for x in lines)
