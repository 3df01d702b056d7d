# SPDX-License-Identifier: MIT
"""GRUB, a kernel that we did not write, on a plain domain's console."""

import pytest

import machine
import report


def test_prompt():
    """It reaches its prompt, and what is typed in domain 0 gets there."""
    try:
        grub = report.grub()
    except machine.Missing as e:
        pytest.skip(str(e))
    modules = [(machine.guest("pvguest"), "name=zero mem=64M"),
               (grub, "name=grub mem=64M")]
    args = machine.qemu(machine.sluice(), "", modules, cpu=report.CPU)
    with machine.Machine(args, "grub", 100) as m:
        assert m.expect(r"^pvguest> $", 40), m.lines[-20:]
        # Whole lines carry its name; the prompt is none.
        assert m.expect(r"^grub: .*GNU GRUB", 40), m.lines[-20:]
        m.send("\x1d")
        assert m.expect(r"^\[console of grub")
        m.send("\r")
        assert m.expect(r"grub> *", 20), m.lines[-20:]
        m.send("echo six $grub_platform $grub_cpu\r")
        assert m.expect(r"six xen x86_64\s", 20), m.lines[-20:]
        assert m.expect(r"grub> *", 20), m.lines[-20:]
        m.send("\x1d")
        assert m.expect(r"^\[console of zero")
        m.send("dom kill grub\r")
        assert m.expect(r"^pvguest> $", 20)
