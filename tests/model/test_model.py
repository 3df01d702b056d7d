# SPDX-License-Identifier: MIT
"""Models that spin searches through, whole and with a rule broken."""

import os
import re
import shutil
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
pytestmark = pytest.mark.skipif(not shutil.which("spin"),
                                reason="spin is not installed")


def search(model, folder, broken=0):
    """Errors found, and states seen."""
    subprocess.run(["spin", f"-DBREAK={broken}", "-a",
                    os.path.join(HERE, model)], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["gcc", "-O2", "-w", "-DSAFETY", "-DNOFAIR",
                    "-DVECTORSZ=2048", "-o", "pan", "pan.c"], cwd=folder,
                   check=True)
    # Invalid end states are meant: a guest that sleeps for good.
    out = subprocess.run(["./pan", "-E", "-m1000000"], cwd=folder, text=True,
                         stdout=subprocess.PIPE, timeout=300).stdout
    assert "max search depth too small" not in out
    return (int(re.search(r"errors: (\d+)", out)[1]),
            float(re.search(r"([\d.e+]+) states, stored", out)[1]))


@pytest.mark.parametrize("model", ["event.pml", "poll.pml"])
def test_no_event_is_lost(model, tmp_path):
    errors, states = search(model, tmp_path)
    assert errors == 0
    assert states > 10000


@pytest.mark.parametrize("broken", [1, 2, 3, 4])
def test_broken_rules_are_noticed(broken, tmp_path):
    """The mask is read first; the selector is cleared first; no second look
    when blocking; unmasking does not look."""
    assert search("event.pml", tmp_path, broken)[0] > 0


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_broken_polls_are_noticed(broken, tmp_path):
    """Pollers are looked at before the event is marked; ports are looked at
    before the vCPU has blocked; a poll does not wait for who ends the last."""
    assert search("poll.pml", tmp_path, broken)[0] > 0
