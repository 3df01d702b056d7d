# SPDX-License-Identifier: MIT
"""Many small domains at once: what each costs, and that nobody notices them.

Instructions are counted, so the figures are the same in every run and on any
machine; docs/benchmarks.md has those for more domains.
"""

import os
import re
import sys

import machine

sys.path.insert(0, os.path.join(machine.ROOT, "tests/bench"))

import crowd    # noqa: E402


def test_two_hundred(points):
    """200 domains cost little, and an event no more than between two."""
    few, many = crowd.measure(2), crowd.measure(200, points)
    print(few, many)
    assert many["load_ppm"] < 10000
    assert many["state"] < 32768
    # Nothing is searched that grows with the domains.
    for name in "roundtrip", "build", "destroy":
        assert many[name] <= few[name] * 1.1, (name, few, many)


PROMPT = r"^pvguest> $"


def boot(zero, line, log, extra=()):
    """A machine with 200 domains that sleep beside domain 0."""
    modules = [(machine.guest(zero), line),
               (machine.guest("crowd"), "name=rest mem=512K count=200 -- "
                                        "role=rest")]
    return machine.Machine(machine.qemu(machine.sluice(), "", modules,
                                        mem=512, extra=extra),
                           f"scale-{log}", 100)


def test_keys():
    """Debug keys show all of them, and hold nobody up.

    An instruction takes 64 ns here, and a line that is shown some thousand.
    """
    slow = ["-icount", "shift=6,sleep=off", *crowd.EXACT[2:]]
    with boot("idle", "name=zero mem=4M -- role=ticks from=4", "keys",
              slow) as m:
        assert m.expect("# watching")
        m.send("\x01\x01\x01")
        assert m.expect("input to Sluice")
        for key in "qegmc":
            m.send(key)
            assert m.expect(r"domain 0 \(zero\)[^$]*"
                            r"domain 200 \(rest#200\).*\n"), m.lines[-9:]
        m.send("\x01\x01\x01x")
        late = m.expect(r"# late (\d+)\n", 60)
        assert late and int(late[1]) <= 5000, m.lines[-9:]
        listed = re.findall(r"domain (\d+) \(\S+\): \d+ ports",
                            "\n".join(m.lines))
        assert [int(n) for n in listed] == list(range(201))


def test_shell():
    """Domain 0's shell, its store and its back ends have all of them, too."""
    with boot("pvguest", "name=zero mem=64M", "shell") as m:
        def run(line):
            start = len(m.lines)
            m.send(line + "\r")
            assert m.expect(PROMPT), m.lines[-20:]
            return "\n".join(m.lines[start:])
        assert m.expect(PROMPT), m.lines[-20:]
        listed = re.findall(r"^ *(\d+) (\S+) +running", run("dom list"), re.M)
        assert listed == [("0", "zero")] + [
            (str(n), f"rest#{n}") for n in range(1, 201)]
        assert len(re.findall("rest#.*%", run("dom top 1"))) == 200
        assert "it is started again" in run("dom guard rest#200")
        run("dom kill rest#150")
        assert "dom:" not in run("dom restart rest#200")
        states = run("dom list")
        assert re.search(r"150 rest#150 +- ", states)
        assert re.search(r"200 rest#200 +running ", states)
        assert run("vif").count("vif") >= 199
