# SPDX-License-Identifier: MIT
"""Prints the line ledger at the end of a run that had it checked."""

import ledger
import tree


def pytest_terminal_summary(terminalreporter):
    reports = [r for kind in ("passed", "failed")
               for r in terminalreporter.stats.get(kind, [])]
    if any("test_ledger" in r.nodeid for r in reports):
        terminalreporter.section("line ledger of the hypervisor")
        terminalreporter.write_line(ledger.table(ledger.count(tree.ROOT)))
