# SPDX-License-Identifier: MIT
"""gdb on the machine: the script connects, and the commands tell the truth."""

import os
import re
import shutil
import subprocess

import pytest

import machine

DEBUG = os.path.join(machine.ROOT, "scripts/run/debug")
pytestmark = pytest.mark.skipif(not shutil.which("gdb"),
                                reason="gdb is not installed")


def gdb(guest, *commands, line=""):
    args = [DEBUG, "-batch"] + [x for c in commands for x in ("-ex", c)]
    env = dict(os.environ, GUEST=guest, LINE=line)
    return subprocess.run(args, env=env, timeout=100, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout


def test_commands():
    text = gdb("tests/guest/vcpus", "hbreak domain_shutdown", "continue",
               "sluice domains", "sluice events 0", "sluice walk 0 0x101000",
               "sluice frame 0x200", "bt", line="name=v vcpus=2 --")
    assert re.search(r'^domain 0 "v": \d+ pages of \d+, 2 vCPUs$', text, re.M)
    assert "vCPU 0: runnable, running, CPU" in text
    assert re.search(r"^port 1: ipi, vCPU 0 ?$", text, re.M)
    assert re.search(r"L4 frame 0x[0-9a-f]+ \(L4 ready by \d+, pinned; ", text)
    assert re.search(r"^  page 0x[0-9a-f]+ \(writable ready by", text, re.M)
    # The image's own first frame.
    assert re.search(r"^frame 0x200: .*nobody", text, re.M)
    assert re.search(r"^#0 .*domain_shutdown", text, re.M)


def test_symbols_of_the_guest():
    text = gdb("examples/traps", "hbreak breakpoint", "continue", "bt",
               "sluice walk 9 0")
    assert re.search(r"^#0 .*breakpoint \(regs=", text, re.M)
    assert "there is no domain 9" in text
