# SPDX-License-Identifier: MIT
"""Breaks rules of the page-table code on purpose: the model must notice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from mutants import MUTANTS  # noqa: E402
from test_unit import OUT, ROOT, NotBuilt, make  # noqa: E402

COMPILER = "clang"
SECONDS = "20"


def mutate(root, file, old, new):
    path = root / "hypervisor" / file
    text = path.read_text()
    assert text.count(old) == 1, f"{file} does not have, once: {old}"
    path.write_text(text.replace(old, new))
    # What was copied does not say who includes a header.
    if path.suffix == ".h":
        for source in path.parent.glob("*.c"):
            source.touch()


def copy(tmp):
    """The sources and what was made of them, with their times."""
    for name in ("hypervisor", "tests/unit", "abi/include"):
        shutil.copytree(ROOT / name, tmp / name)
    made = Path("tests/unit") / COMPILER
    for name in ("obj/mmu_model", "obj/fake"):
        shutil.copytree(OUT / made / name, tmp / "out" / made / name)
    shutil.copy2(OUT / made / "libfake.a", tmp / "out" / made)
    shutil.copytree(OUT / "include", tmp / "out/include")


@pytest.mark.parametrize("rule", MUTANTS)
def test_mutant(rule, tmp_path):
    if not shutil.which(COMPILER):
        pytest.skip(f"{COMPILER} is not installed")
    make(COMPILER, "mmu_model")
    copy(tmp_path)
    mutate(tmp_path, *MUTANTS[rule])
    model = make(COMPILER, "mmu_model", tmp_path / "out", tmp_path)
    try:
        done = subprocess.run([str(model), SECONDS], timeout=60,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    finally:
        shutil.rmtree(tmp_path, ignore_errors=True)
    said = done.stdout.decode(errors="replace")
    # By the checker, or by an assertion of the code itself.
    assert done.returncode and ("# broken:" in said or "panic:" in said), \
        f"not noticed: {rule}\n{said}"
    print(said)
