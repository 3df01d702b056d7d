# SPDX-License-Identifier: MIT
"""Sizes, offsets and numbers of abi/ are those of Xen's public headers."""

import shutil
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


def run_index(script):
    return subprocess.run([str(script), "--check"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def test_every_call_has_its_page():
    done = run_index(tree.ROOT / "scripts/abi-index")
    assert done.returncode == 0, done.stdout


def test_missing_pages_are_noticed(tmp_path):
    for part in ("scripts/abi-index", "abi/doc", "abi/include"):
        target = tmp_path / part
        if (tree.ROOT / part).is_dir():
            shutil.copytree(tree.ROOT / part, target)
        else:
            target.parent.mkdir()
            shutil.copy2(tree.ROOT / part, target)
    (tmp_path / "abi/doc/iret.md").unlink()
    page = tmp_path / "abi/doc/set_gdt.md"
    page.write_text(page.read_text().replace("## Errors", "## Faults"))
    with open(tmp_path / "abi/include/abi/hypercalls.def", "a") as f:
        f.write("HYPERCALL(60, novel_op, 1)\n")
    done = run_index(tmp_path / "scripts/abi-index")
    assert done.returncode
    for complaint in ("iret.md is missing", "set_gdt.md: sections",
                      "novel_op.md is missing", "index is not current",
                      "there is no tests/guest/fpu"):
        assert complaint in done.stdout
