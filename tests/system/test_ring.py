# SPDX-License-Identifier: MIT
"""The deferred-call ring of a vCPU that loses its CPU: see wait.c there."""

import machine
from test_domains import boot, count


def test_preempted(points):
    """Beside a domain that wants the CPU all the time."""
    lines = boot([(machine.guest("ring"), "name=zero mem=32M -- wait=1"),
                  (machine.guest("limits"),
                   "name=other mem=8M store=no -- do=spin")], r"^1\.\.")
    count(lines, points)
