# SPDX-License-Identifier: MIT
"""What the benchmarks measure at one place, as one dictionary.

The guests `figures', `mmufigures', `grantfigures' and `ringcost' print single
figures, two of `idle' those of events by turns; hcbench, in pvguest, prints
JSON between two marks, and its program `ops' a line for each whole operation.
With ICOUNT a tick of the TSC is an instruction, and all repeats from run to
run; without it ticks are host time.
"""

import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts/run"))

import machine  # noqa: E402
import tap      # noqa: E402

ICOUNT = ["-icount", "shift=0,sleep=off",
          "-rtc", "clock=vm,base=2024-01-01"]
GUESTS = {"sluice": ["figures", "mmufigures", "grantfigures", "ringcost"],
          "xen": ["figures", "mmufigures", "grantfigures"], "native": []}
NOTES = re.compile(r"mitigations:|Meltdown|[Ss]pec.?[Cc]trl|Settings:|XPTI|"
                   r"PV L1TF|Hardware features")
BEGIN, END = "==== hcbench JSON begin ====", "==== hcbench JSON end ===="
# How pvguest issues changes of page tables: its option batch=.
BATCHES = {"sluice": ["single", "array", "multicall", "ring"],
           "xen": ["multicall"], "native": [None]}
PROMPT = r"^pvguest> $"
OPERATION = re.compile(r"^op (\S+) (\d+|failed)((?: \w+ \d+)*)$", re.M)
HYPERVISOR = re.compile(r"\(XEN\)|Sluice:")


class Failed(Exception):
    """A guest did not say what it should."""


def from_guest(name, place, cpu):
    """Figures that a test guest prints, and what its hypervisor says of
    mitigations."""
    result = tap.run(name, place, timeout=120, cpu=cpu, extra=ICOUNT)
    if not result.good:
        raise Failed(f"{name} on {place}: "
                     f"{result.problem or result.failed}")
    found = re.findall(r"^.*figure (\w+) (\d+)\s*$",
                       "\n".join(result.lines), re.M)
    notes = [line.strip() for line in result.lines if NOTES.search(line)]
    return {key: int(ticks) for key, ticks in found}, notes


def from_two(cpu):
    """Figures of two domains that send each other events on one CPU."""
    kernel, options = machine.hypervisor("sluice")
    idle = machine.guest("idle")
    modules = [(idle, "name=zero mem=4M -- role=ping peer=1"),
               (idle, "name=one mem=4M store=no -- role=pong peer=0")]
    args = machine.qemu(kernel, options, modules, cpu=cpu, extra=ICOUNT)
    with machine.Machine(args, "bench-two", timeout=120) as m:
        if not m.expect(r"^ok 1 - events by turns$", 120):
            raise Failed("two domains on sluice:\n" + "\n".join(m.lines[-5:]))
        found = re.findall(r"figure (\w+) (\d+)", "\n".join(m.lines))
    return {key: int(ticks) for key, ticks in found}


def parse(lines):
    """The JSON in hcbench's output; a hypervisor may have spoken meanwhile."""
    if BEGIN not in lines or END not in lines:
        raise Failed("no JSON:\n" + "\n".join(lines[-10:]))
    bad = [line for line in lines if "hcbench:" in line and "refused" in line]
    if bad:
        raise Failed("\n".join(bad))
    text = lines[lines.index(BEGIN) + 1:lines.index(END)]
    try:
        return json.loads("\n".join(
            line for line in text if not HYPERVISOR.match(line)))
    except json.JSONDecodeError as e:
        raise Failed(f"bad JSON: {e}") from None


def pvguest(place, cpu, icount, line, end, log):
    """Boot pvguest with LINE until it prints END; the lines up to there."""
    guest = machine.guest("pvguest")
    extra = ICOUNT if icount else []
    if place == "native":
        args = machine.qemu(guest, line, cpu=cpu, extra=extra)
    else:
        kernel, options = machine.hypervisor(place)
        args = machine.qemu(kernel, options, [(guest, line)], cpu=cpu,
                            extra=extra)
    log = f"{log}-{place}{'' if icount else '-host'}"
    with machine.Machine(args, log, timeout=150) as m:
        if not m.expect(end, 150):
            raise Failed(f"{line} on {place} came to no end:\n" +
                         "\n".join(m.lines[-5:]))
        return m.lines


def hcbench(place, cpu, icount):
    """What it prints as JSON; it runs by itself."""
    return parse(pvguest(place, cpu, icount, "run=hcbench",
                         r"^hcbench: done$", "hcbench"))


def operations(place, cpu, icount, batch):
    """Whole operations: by name, ticks, and counts where there are any."""
    line = "run=ops" + (f" batch={batch}" if batch else "")
    text = "\n".join(pvguest(place, cpu, icount, line, PROMPT, "ops"))
    found = {}
    for name, ticks, counts in OPERATION.findall(text):
        if ticks == "failed":
            raise Failed(f"{name} on {place}, batch {batch}")
        words = counts.split()
        found[name] = {"ticks": int(ticks)}
        found[name].update(zip(words[::2], map(int, words[1::2])))
    if not found:
        raise Failed(f"no operations on {place}")
    return found


def measure(place, cpu, batches=None):
    """All that is counted there, with the instruction-exact clock."""
    found = {"place": place, "cpu": cpu, "figures": {}, "mitigations": []}
    for name in GUESTS[place]:
        figures, notes = from_guest(name, place, cpu)
        found["figures"].update(figures)
        found["mitigations"] = found["mitigations"] or notes
    if place == "sluice":
        found["figures"].update(from_two(cpu))
    found["hcbench"] = hcbench(place, cpu, True)
    for figure in found["hcbench"]["figures"]:
        found["figures"][figure["name"]] = figure["ticks"]
    found["operations"] = {batch or "stored": operations(place, cpu, True,
                                                         batch)
                           for batch in batches or BATCHES[place]}
    return found


def series(found, op, way):
    """One curve of hcbench's, or None."""
    for s in found["hcbench"]["series"]:
        if (s["op"], s["way"]) == (op, way):
            return s
    return None
