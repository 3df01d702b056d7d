# SPDX-License-Identifier: MIT
"""Domain 0 and the others: list, pause, end, start again, type to them."""

import re
import time

import pytest

import machine
import tap

PROMPT = r"^pvguest> $"


def domains(*others, mem=256, smp=1, log="control", line="", timeout=100):
    """A machine with pvguest as domain 0 beside others, at its prompt."""
    modules = [(machine.guest("pvguest"), f"name=zero mem=64M -- {line}")]
    modules += [(machine.guest(name), rest) for name, rest in others]
    args = machine.qemu(machine.sluice(), "", modules, mem=mem, smp=smp)
    m = machine.Machine(args, log, timeout)
    assert m.expect(PROMPT, 60), "\n".join(m.lines)
    return m


def run(m, line, timeout=30):
    start = len(m.lines)
    m.send(line + "\r")
    assert m.expect(PROMPT, timeout), "\n".join(m.lines[-60:])
    return "\n".join(m.lines[start:])


def listed(m):
    """Free pages, and the state of each domain by name."""
    text = run(m, "dom list")
    free = int(re.search(r"(\d+) free pages", text)[1])
    rows = re.findall(r"^ +\d+ (\S+) +(\S+) +\d+ +(\d+) +\d+ +[\d.]+ "
                      r"+\d+ +\d+ ?(.*)$",
                      text, re.M)
    return free, {name: state for name, state, _, _ in rows}, rows


def wait_state(m, name, state):
    for _ in range(50):
        if listed(m)[1].get(name) == state:
            return
    pytest.fail(f"{name} never was {state}:\n" + "\n".join(m.lines[-30:]))


def test_errors(points):
    """In a plain domain all of it is refused."""
    modules = [(machine.guest("high"), "name=zero mem=16M -- stay"),
               (machine.guest("control"), "name=plain mem=16M")]
    args = machine.qemu(machine.sluice(), "", modules)
    with machine.Machine(args, "control-errors") as m:
        assert m.expect(r"^plain: 1\.\.\d+", 60), "\n".join(m.lines)
        found = [x for x in map(tap.POINT.match, [
            x[7:] for x in m.lines if x.startswith("plain: ")]) if x]
    bad = [x[0] for x in found if x[1]]
    points(len(found) - len(bad), len(bad), [])
    assert found and not bad, bad


def wait_vifs(m, count):
    """Guests have their network, and the memory that takes."""
    for _ in range(50):
        if run(m, "vif").count(": connected") == count:
            return
        time.sleep(0.1)
    raise AssertionError(run(m, "vif"))


def wait_free(m, pages):
    """Domain 0 lets go of the pages that it shares once it has heard."""
    for _ in range(50):
        if listed(m)[0] >= pages:
            return
        time.sleep(0.1)
    raise AssertionError((listed(m), pages))


def test_states():
    """A domain can be ended in any state, and gives back all it had."""
    with domains(("pvguest", "name=spins mem=16M -- run=run,spin"),
                 ("pvguest", "name=idles mem=16M"),
                 ("killed", "name=dies mem=16M -- act=iret-nowhere"),
                 ("high", "name=stays mem=8M vcpus=2 -- stay")) as m:
        wait_state(m, "dies", "crashed")
        wait_vifs(m, 2)
        free, states, rows = listed(m)
        assert states == {"zero": "running", "spins": "running",
                          "idles": "running", "dies": "crashed",
                          "stays": "running"}
        assert "iret" in [r[3] for r in rows if r[0] == "dies"][0]
        used = {r[0]: int(r[2]) for r in rows}
        for name, before in (("spins", "pause"), ("idles", None),
                             ("dies", None), ("stays", None)):
            if before:
                run(m, f"dom {before} {name}")
                assert listed(m)[1][name] == "paused"
            last = listed(m)[0]
            assert "dom:" not in run(m, f"dom kill {name}")
            assert listed(m)[1][name] == "-"
            wait_free(m, last + used[name])
            assert "no such domain" in run(m, f"dom kill {name}")
        for name in ("spins", "idles", "dies", "stays"):
            assert "dom:" not in run(m, f"dom restart {name}")
        wait_state(m, "dies", "crashed")
        assert listed(m)[1]["spins"] == "running"
        wait_vifs(m, 2)
        wait_free(m, free)
        assert listed(m)[0] == free, "memory after is memory before"
        for _ in range(5):
            for name in ("spins", "dies", "stays"):
                assert "dom:" not in run(m, f"dom restart {name}")
        wait_state(m, "dies", "crashed")
        wait_vifs(m, 2)
        wait_free(m, free)
        assert listed(m)[0] == free


def test_pause():
    """Who is paused does not run, whatever he waits for."""
    with domains(("pvguest", "name=spins mem=16M -- run=run,spin")) as m:
        def spent():
            text = run(m, "dom top 1")
            return float(re.search(r"spins +([\d.]+)%", text)[1])
        assert spent() > 50
        run(m, "dom pause spins")
        assert "not in its state" in run(m, "dom pause spins")
        assert spent() == 0
        run(m, "dom resume spins")
        assert "not in its state" in run(m, "dom resume spins")
        assert spent() > 50


def test_no_memory():
    """A domain that no longer fits says so, and takes nothing."""
    with domains(("pvguest", "name=small mem=16M"),
                 ("pvguest", "name=large mem=200M")) as m:
        free, states, _ = listed(m)
        assert states["large"] == "-"
        for _ in range(3):
            text = run(m, "dom restart large")
            assert "it wants 200 MiB" in text and "dom:" in text
        assert listed(m)[0] == free


def test_console():
    """What is typed goes where the key says; prompts of others show."""
    with domains(("pvguest", "name=one mem=16M"),
                 ("high", "name=two mem=8M -- stay")) as m:
        assert "Ctrl-] goes to the next" in "\n".join(m.lines)
        m.send("\x1d")
        assert m.expect(r"^\[console of one")
        m.send("\r")
        assert m.expect(PROMPT)
        m.send("run hello from one\r")
        assert m.expect(r"user mode, process 1: from one", 10), \
            "\n".join(m.lines[-20:])
        assert m.expect(PROMPT)
        m.send("\x1d")
        assert m.expect(r"^\[console of two")
        # It never reads: its ring fills, and nobody waits.
        for _ in range(30):
            m.send("x" * 100)
            m.expect("nothing comes of it", 0.05)
        # What is typed faster than it is read is lost, keys as well.
        m.expect("nothing comes of it", 1)
        m.send("\x1d")
        assert m.expect(r"^\[console of zero", 20)
        assert "running" in run(m, "dom list")
        # Whoever is looked at and dies gives the keyboard back.
        run(m, "")
        m.send("dom console one\r")
        assert m.expect(r"^\[console of one")
        m.send("\rhalt\r")
        assert m.expect(r"powered off", 10)
        m.send("y")
        assert m.expect(r"^\[console of zero", 10)


def test_set():
    """Weights, caps and CPUs by hand; bad ones are refused."""
    spin = "mem=16M -- run=run,spin"
    with domains(("pvguest", f"name=one {spin}"),
                 ("pvguest", f"name=two {spin}")) as m:
        def shares():
            text = run(m, "dom top 2")
            return [float(re.search(rf"{name} +([\d.]+)%", text)[1])
                    for name in ("one", "two")]
        for bad in ("weight=0", "weight=65536", "cap=101", "cpus=2",
                    "weight=", "colour=3", "mem=17"):
            assert "not in its state" in run(m, f"dom set one {bad}")
        assert "dom:" not in run(m, "dom set one weight=768")
        one, two = shares()
        assert 60 < one < 85 and 15 < two < 35
        assert "dom:" not in run(m, "dom set one cap=10")
        one, two = shares()
        assert one < 15 and two > 70
        assert "dom:" not in run(m, "dom set one cpus=1")
        assert "dom:" not in run(m, "dom set one mem=8")
        assert re.search(r"one .* +2048 +[\d.]+ +768 +10",
                         run(m, "dom list"))


def pages_of(m, name):
    text = run(m, "dom list")
    return int(re.search(rf" {name} +\S+ +\d+ +(\d+) ", text)[1])


def wait_pages(m, name, wanted):
    for _ in range(50):
        if pages_of(m, name) == wanted:
            return
    pytest.fail(f"{name} never had {wanted} pages\n" +
                "\n".join(m.lines[-20:]))


def test_balloon():
    """Memory is given back and taken again, and the guest goes on."""
    with domains(("pvguest", "name=one mem=32M"),
                 ("high", "name=deaf mem=8M -- stay")) as m:
        free = listed(m)[0]
        for mib in (20, 12, 30, 32, 10, 32):
            assert "dom:" not in run(m, f"dom set one mem={mib}")
            wait_pages(m, "one", mib * 256)
            # Page tables of the linear part stay.
            assert listed(m)[0] == free + (32 - mib) * 256
        assert "not in its state" in run(m, "dom set one mem=33")
        # It is as it was: its own test of memory, with less and with all.
        for mib in (12, 32):
            run(m, f"dom set one mem={mib}")
            wait_pages(m, "one", mib * 256)
            run(m, "")
            m.send("dom console one\r")
            assert m.expect(r"^\[console of one")
            # Domain 0's own, which would come between the other's.
            assert m.expect(PROMPT, 10)
            for test in ("pages", "exhaust", "heap", "protection"):
                m.send(f"\rtest {test}\r")
                assert m.expect(rf"^ok 1 - {test}", 60), \
                    "\n".join(m.lines[-30:])
                assert m.expect(r"^1\.\.1", 10) and m.expect(PROMPT, 10)
            assert not [x for x in m.lines if "not ok" in x]
            m.send("\x1d\x1d")
            assert m.expect(r"^\[console of zero", 20)
        # More than it can give, and what somebody does who does not listen.
        run(m, "dom set one mem=1")
        run(m, "dom set deaf mem=4")
        least, last = pages_of(m, "one"), 0
        while least != last:
            run(m, "dom top 1")
            least, last = pages_of(m, "one"), least
        assert 256 < least < 8 * 256
        assert pages_of(m, "deaf") == 2048
        run(m, "dom set one mem=32")
        wait_pages(m, "one", 8192)


def test_shutdown():
    """A wish to end: who listens powers off, and can be started again."""
    with domains(("pvguest", "name=one mem=16M"),
                 ("high", "name=deaf mem=8M -- stay")) as m:
        run(m, "dom shutdown one")
        run(m, "dom shutdown deaf")
        wait_state(m, "one", "off")
        assert listed(m)[1]["deaf"] == "running"
        assert "dom:" not in run(m, "dom restart one")
        assert listed(m)[1]["one"] == "running"
        # Who reboots is started again without being told.
        run(m, "")
        m.send("dom console one\r")
        assert m.expect(r"^\[console of one")
        m.send("\rreboot\r")
        assert m.expect(r'domain 1 "one": 16 MiB', 20), m.lines[-10:]
