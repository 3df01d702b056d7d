# SPDX-License-Identifier: MIT
"""Pages that domains lend to each other, while either comes to its end."""

import pytest

import machine
import tap


@pytest.mark.parametrize("smp", [1, 2])
def test_grants(smp, points):
    """A lender, one who maps, and domain 0."""
    guest = machine.guest("grantpair")
    modules = [(guest, "name=zero mem=16M"),
               (guest, "name=lender mem=8M -- lender=1"),
               (guest, "name=mapper mem=8M store=no -- mapper=1")]
    args = machine.qemu(machine.sluice(), "", modules, smp=smp)
    with machine.Machine(args, f"grants-{smp}", timeout=100) as m:
        done = m.expect(r"1\.\.\d+$", 90)
        found = [x for x in map(tap.POINT.match, m.lines) if x]
    bad = [x[0] for x in found if x[1]]
    points(len(found) - len(bad), len(bad), [])
    assert done and found and not bad, "\n".join(m.lines[-60:])
