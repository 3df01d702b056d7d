# SPDX-License-Identifier: MIT
"""Runs a test guest and reads the results from its console."""

import os
import re

import machine

POINT = re.compile(r"(not )?ok (\d+)(?: - )?(.*)")
# How the hypervisors say that they killed a domain.
KILLED = re.compile(r"Hardware Dom0 crashed|"
                    r"[Dd]omain 0 \(domain0\)( killed|: crashed)")


class Result:
    """What a guest reported: points, and why the run as a whole is bad."""

    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []
        self.problem = None
        self.lines = []

    @property
    def good(self):
        return not self.failed and not self.problem


def _point(result, line, match, number):
    if int(match[2]) != number:
        result.problem = f"point {match[2]} where {number} was due"
    if match[1]:
        result.failed.append(line)
    elif "# SKIP" in match[3]:
        result.skipped.append(match[3])
    else:
        result.passed += 1


def modules(name, line):
    """The guest, and the ramdisk that its folder may hold."""
    ramdisk = os.path.join(machine.ROOT, "tests/guest", name, "ramdisk.img")
    found = [(machine.guest(name), line)]
    return found + ([(ramdisk, "")] if os.path.exists(ramdisk) else [])


def words(name, file):
    """What a file of the guest's folder lists, a line each; # is a comment."""
    path = os.path.join(machine.ROOT, "tests/guest", name, file)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        lines = [line.split("#")[0].strip() for line in f]
    return ["" if line == '""' else line for line in lines if line]


def run(name, place, line="", timeout=60, mem=256, cpu="max", options="",
        log=None, extra=(), vcpus=1, smp=None):
    """Boot test guest NAME at PLACE, directly, until it ends its report.

    What the guest prints as "# send TEXT" is typed into its console.  Xen gives
    domain 0 as many vCPUs as there are CPUs; on Sluice, several vCPUs have two
    CPUs unless SMP says otherwise.
    """
    kernel, fixed = machine.hypervisor(place)
    if vcpus > 1 and place == "sluice":
        line = f"name=domain0 vcpus={vcpus} -- {line}"
    args = machine.qemu(kernel, f"{fixed} {options}".strip(),
                        modules(name, line), mem=mem, cpu=cpu,
                        extra=[*extra, *" ".join(words(name, "devices"))
                               .split()],
                        smp=smp or (vcpus if place == "xen"
                                    else min(vcpus, 2)))
    result = Result()
    number, ended, kill, killed = 0, False, None, False
    with machine.Machine(args, log or f"{name}-{place}", timeout) as m:
        while not ended and not killed:
            text = m.read_line()
            if text is None:
                break
            match = POINT.match(text)
            if match:
                number += 1
                _point(result, text, match, number)
            elif text.startswith("1.."):
                ended = True
                if int(text[3:]) != number or not number:
                    result.problem = f"{number} points, plan {text}"
            elif text.startswith("Bail out!"):
                result.problem = text
                ended = True
            elif text.startswith("# expect kill"):
                kill = text
            elif text.startswith("# send "):
                m.send(text[7:] + "\r")
            elif KILLED.search(text):
                killed = True
        result.lines = m.lines
        if killed and kill:
            result.passed += 1
        elif killed:
            result.problem = f"the domain was killed: {m.lines[-1]}"
            while m.read_line(0.3):
                pass
        elif kill:
            result.problem = f"not killed: {kill}"
        elif not ended:
            result.problem = "timed out" if m.timed_out else \
                "ended without a plan"
    return result
