# SPDX-License-Identifier: MIT
"""Many small domains at once: what each costs, and that nobody notices them.

Instructions are counted, so the figures are the same in every run and on any
machine; docs/benchmarks.md has those for more domains.
"""

import os
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
