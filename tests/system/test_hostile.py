# SPDX-License-Identifier: MIT
"""A guest that makes calls at random, beside two that check themselves.

For 60 s of the guests' time; SOAK_SECONDS= is for longer, SEED= for others.
"""

import os
import re

import machine
import tap

SECONDS = int(os.environ.get("SOAK_SECONDS") or 60)
SEED = os.environ.get("SEED") or "1"
PROMPT = r"^pvguest> $"
# Virtual time runs ahead while all sleep; 32 ns for an instruction else.
ICOUNT = ["-icount", "shift=5,sleep=off",
          "-rtc", "clock=vm,base=2024-01-01"]


def test_hostile(points):
    print(f"seed {SEED}")
    honest = (machine.guest("honest"), f"mem=16M -- seconds={SECONDS} late=")
    modules = [
        (machine.guest("pvguest"), "name=zero mem=48M -- "
                                   "run=dom,guard,hostile"),
        (machine.guest("hostile"), f"name=hostile mem=8M -- seed={SEED}"),
        (honest[0], f"name=honest1 {honest[1]}100"),
        (honest[0], f"name=honest2 {honest[1]}100"),
    ]
    args = machine.qemu(machine.sluice(), "loglvl=error", modules, mem=256,
                        extra=ICOUNT)
    with machine.Machine(args, "hostile", 400 + SECONDS * 5) as m:
        done = set()
        while len(done) < 2:
            line = m.read_line()
            assert line is not None, "\n".join(m.lines[-60:])
            done |= set(re.findall(r"^(honest\d): 1\.\.4$", line))
        # Domain 0 is still there, and knows what there is.
        m.send("dom list\r")
        assert m.expect(r"hostile +(running|crashed|\w+) ", 60)
        assert m.expect(PROMPT, 60)
    text = "\n".join(m.lines)
    assert "panic" not in text
    found = [x for x in (tap.POINT.match(line[9:]) for line in m.lines
                         if line.startswith("honest")) if x]
    bad = [x[0] for x in found if x[1]]
    points(len(found) - len(bad), len(bad), [])
    lives = re.findall(r"^hostile: # seed (\d+)$", text, re.M)
    calls = sum(map(int, re.findall(r"^hostile: # (\d+) calls$", text, re.M)))
    print(f"{len(lives)} lives of the hostile one, {calls} calls at least")
    assert len(found) == 8 and not bad, bad
    assert lives
