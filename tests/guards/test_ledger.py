# SPDX-License-Identifier: MIT
"""The hypervisor stays small enough to read."""

import ledger
import tree


def test_ledger_limits():
    lines = ledger.count(tree.ROOT)
    print(ledger.table(lines))
    tree.expect_none(ledger.judge(lines))


def test_ledger_counts(tmp_path):
    """Comments and empty lines are free, everything else is counted, and a
    file outside all accounts is seen."""
    tree.write(tmp_path, "hypervisor/core/a.c", "/* x\n * y */\n\nint a;\n")
    tree.write(tmp_path, "hypervisor/core/b.c", "/* x\n * y */\n\nint a;\n")
    tree.write(tmp_path, "hypervisor/x86/a.S", "\tnop\n\tnop\n")
    tree.write(tmp_path, "hypervisor/include/a.h", "int a;\n")
    tree.write(tmp_path, "hypervisor/debug/a.c", "int a;\n")
    lines = ledger.count(tmp_path)
    assert lines["core"] == 2 and lines["x86"] == 2
    assert lines["headers"] == 1 and lines["debug"] == 1
    assert ledger.judge(lines) == []
    tree.write(tmp_path, "hypervisor/more/a.c", "int a;\n")
    assert ledger.judge(ledger.count(tmp_path)) != []


def test_ledger_sees():
    within = dict.fromkeys(ledger.LIMITS, 100) | {"debug": 0, "other": 0}
    assert ledger.judge(within) == []
    much = ledger.LIMITS["core"] + 1
    assert "core" in ledger.judge(within | {"core": much})[0]
    full = dict(ledger.LIMITS, debug=0, other=0)
    assert "in all" in ledger.judge(full)[-1]
    assert "debug" in ledger.judge(within | {"debug": 801})[0]
    assert "no folder" in ledger.judge(within | {"other": 1})[0]
