# SPDX-License-Identifier: MIT
"""Sizes, offsets and numbers of abi/ are those of Xen's public headers."""

import subprocess

import pytest
import tree


def test_abi_against_xen():
    check = tree.ROOT / "scripts/check-abi"
    if not check.exists():
        pytest.skip("scripts/check-abi does not exist yet")
    done = subprocess.run([str(check)], cwd=tree.ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()


def test_mistakes_are_noticed():
    check = tree.ROOT / "scripts/check-abi"
    done = subprocess.run([str(check), "--self-test"], cwd=tree.ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()
