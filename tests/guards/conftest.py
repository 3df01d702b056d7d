# SPDX-License-Identifier: MIT
"""Prints the line ledger at the end of every run of the guards."""

import ledger
import tree


def pytest_sessionfinish(session):
    # With several workers, only the one that leads them prints.
    if not hasattr(session.config, "workerinput"):
        print("\nLine ledger of the hypervisor\n"
              + ledger.table(ledger.count(tree.ROOT)), flush=True)
