# SPDX-License-Identifier: MIT
"""The deferred-call ring of a vCPU that loses its CPU: see wait.c there."""

import machine
from test_domains import boot, count


def test_preempted(points):
    """Two domains that want the CPU all the time."""
    guest = machine.guest("ring")
    lines = boot([(guest, "name=zero mem=32M -- wait=1"),
                  (guest, "name=other -- wait=1")], r"^1\.\.")
    count(lines, points)
