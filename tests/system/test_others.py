# SPDX-License-Identifier: MIT
"""What domains are refused about each other."""

import machine
import tap


def report(modules, prefix, log, points, **how):
    args = machine.qemu(machine.sluice(), "", modules, **how)
    with machine.Machine(args, log) as m:
        assert m.expect(rf"^{prefix}1\.\.\d+\n", 50), "\n".join(m.lines)
    found = [tap.POINT.match(x[len(prefix):]) for x in m.lines
             if x.startswith(prefix)]
    bad = [x[0] for x in found if x and x[1]]
    points(sum(map(bool, found)) - len(bad), len(bad), [])
    assert any(found) and not bad, "\n".join(m.lines)


def test_plain(points):
    """A plain domain, about domain 0 and the machine."""
    report([(machine.guest("high"), "name=zero mem=16M -- stay"),
            (machine.guest("others"), "name=plain mem=16M")],
           "plain: ", "others-plain", points)


def test_zero(points):
    """Domain 0, about a plain one."""
    report([(machine.guest("others"), "name=zero mem=16M"),
            (machine.guest("high"), "name=plain mem=16M -- stay")],
           "", "others-zero", points)


def test_no_memory(points):
    """The hypervisor has a few pages left, and soon none."""
    def modules(kib, count=""):
        return [(machine.guest("nomem"), f"name=zero vcpus=2 mem={kib}K -- "
                 f"{count}"),
                (machine.guest("high"), "name=other mem=60M")]

    args = machine.qemu(machine.sluice(), "", modules(16384, "count=1"),
                        mem=64)
    with machine.Machine(args, "others-count") as m:
        assert (left := m.expect(r"^# (\d+) pages left", 50)), m.lines
    # Beside those that are kept for the hypervisor itself, which are 512.
    report(modules(16384 + (int(left[1]) - 512) * 4), "", "others-no-memory",
           points, mem=64)
