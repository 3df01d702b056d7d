# SPDX-License-Identifier: MIT
"""What all tests share: the machine modules, and the points of a test."""

import os
import sys

import pytest

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "scripts/run"))


def pytest_configure(config):
    # The texts of failed assertions ask for it; without pytest's terminal
    # reporter nobody else sets it.
    if not hasattr(config.option, "verbose"):
        config.option.verbose = 0


@pytest.fixture
def points(record_property):
    """points(passed, failed, skipped): this test counts as so many.

    SKIPPED is a list of reasons.
    """
    def record(passed, failed, skipped=()):
        record_property("points", (passed, failed, list(skipped)))
    return record
