# SPDX-License-Identifier: MIT
"""A report, never a failure: how far kernels that we did not write get.

Debian's Linux and GRUB's PV image, each as domain 0 and as a plain domain
beside pvguest, and on Xen too (PEER=xen).  The table at the end of the run
has a line for each; its console is in build/log/report-*.log.
"""

import os

import pytest

import machine
import report


@pytest.mark.parametrize("name,role,place", [
    pytest.param(*run, id="-".join(run).replace(" ", ""))
    for run in report.runs(os.environ.get("PEER"))])
def test_report(name, role, place, record_property):
    try:
        row = report.run(name, role, place,
                         report.log_name(name, role, place))
    except machine.Missing as e:
        pytest.skip(str(e))
    record_property("guest_report", [name, role, place] + row.texts())


def test_table():
    """What is made of a console: stages, what was missed, the end."""
    guest = report.Guest.__new__(report.Guest)
    guest.role, guest.place = "plain", "sluice"
    guest.stages, guest.typed = report.LINUX_STAGES, []
    row = report.Row(guest)
    miss = "Sluice: a/{}.c:1: error 38 for domain {} at 1f, rax {} rcx {} " \
           "rdi {} rsi 0"
    for line in ["Linux version: of another domain",
                 "guest: [ 0.0] Linux version 6",
                 "guest: BIOS-provided physical RAM map:",
                 miss.format("emul", 0, "1", "8b", "8b"),
                 miss.format("emul", 1, "1", "c0010015", "8b"),
                 miss.format("x", 1, "c", "1f", "b"),
                 miss.format("x", 1, "c", "1f", "b"),
                 miss.format("x", 1, "14", "1f", "8"),
                 miss.format("x", 1, "7", "1f", "ffff"),
                 "guest: Run /init as init process",
                 "Sluice: domain 1 (guest) killed: why"]:
        row.take(line)
    assert row.missed == ["MSR 0xc0010015", "XENMEM_exchange", "platform_op"]
    assert row.texts() == ["8 of 12", "init", "why",
                           "MSR 0xc0010015 and 2 more"]
    lines = report.table([["linux", "plain", "sluice"] + row.texts()])
    assert [x.index("8 of 12") for x in lines[1:]] == \
        [lines[0].index("stages")]
