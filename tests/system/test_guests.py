# SPDX-License-Identifier: MIT
"""Every test guest, on Sluice and (PEER=xen) on Xen.

A guest's folder may hold a file `cases', a boot for each of its lines, which
is the guest's command line ("" for none); a file `place' with the one place
where the guest can run, if there is only one, and why; a file `cpus' with the
models on which it is run, if that makes a difference; a file `vcpus' with how
many it has, if not one; and a file `devices' with what QEMU adds.
"""

import os

import pytest

import machine
import tap

GUESTS = os.path.join(machine.ROOT, "tests/guest")


def runs():
    places = ["sluice"]
    if os.environ.get("PEER") == "xen":
        places.append("xen")
    for name in sorted(os.listdir(GUESTS)):
        if name == "common" or not os.path.isdir(os.path.join(GUESTS, name)):
            continue
        only = tap.words(name, "place")
        for place in places:
            if only and place not in only:
                continue
            for line in tap.words(name, "cases") or [""]:
                for cpu in tap.words(name, "cpus") or ["max"]:
                    parts = [name, line, place, cpu if cpu != "max" else ""]
                    yield pytest.param(name, place, line, cpu,
                                       id="-".join(filter(None, parts)))


@pytest.mark.parametrize("name,place,line,cpu", list(runs()))
def test_guest(name, place, line, cpu, points):
    log = "-".join(filter(None, [name, line, place, cpu]))
    vcpus = int(tap.words(name, "vcpus")[0]) if tap.words(name, "vcpus") else 1
    result = tap.run(name, place, line, timeout=120, cpu=cpu, vcpus=vcpus,
                     log=log.replace("/", "_").replace(" ", "_"))
    points(result.passed, max(len(result.failed), 0 if result.good else 1),
           result.skipped)
    if not result.good:
        pytest.fail("\n".join([result.problem or "points failed"] +
                              result.failed + ["", "The console:"] +
                              result.lines[-60:]), pytrace=False)
