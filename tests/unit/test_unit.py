# SPDX-License-Identifier: MIT
"""Builds the unit tests with both compilers and counts their points."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OUT = Path(os.environ.get("O", ROOT / "build"))
POINT = re.compile(r"^(not )?ok (\d+)(?: - )?(.*)$", re.M)
PLAN = re.compile(r"^1\.\.(\d+)$", re.M)
COMPILERS = ("gcc", "clang")


class NotBuilt(Exception):
    pass


def programs():
    kbuild = (ROOT / "tests/unit/Kbuild").read_text()
    return re.findall(r"^src-(\S+)\s*:?=", kbuild, re.M)


def judge(status, said):
    """(passed, failed, reasons of skipped points, what is wrong or None)"""
    passed, failed, skipped, wrong = 0, 0, [], None
    for number, (bad, n, name) in enumerate(POINT.findall(said), 1):
        if int(n) != number:
            wrong = f"point {n} where {number} was due"
        if bad:
            failed += 1
        elif "# SKIP" in name:
            skipped.append(name)
        else:
            passed += 1
    plan = PLAN.findall(said)
    if failed:
        wrong = wrong or f"{failed} points failed"
    elif not plan or int(plan[-1]) != passed + len(skipped) or plan == ["0"]:
        wrong = wrong or "ended without its plan"
    elif status:
        wrong = wrong or f"exit status {status}"
    return passed, failed, skipped, wrong


def make(compiler, program, out=OUT, root=ROOT):
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    if not (out / "include/generated/autoconf.h").exists():
        subprocess.run(["make", "-s", f"O={out}", "include/config/auto.conf"],
                       cwd=root, check=True, env=env)
    target = out / "tests/unit" / compiler / program
    done = subprocess.run(["flock", str(out / ".unit-lock"), "make", "-s",
                           "-f", "tests/unit/Makefile", f"OUT={out}",
                           f"COMPILER={compiler}", str(target)],
                          cwd=root, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode:
        raise NotBuilt(done.stdout.decode())
    return target


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("program", programs())
def test_unit(program, compiler, record_property):
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    done = subprocess.run([str(make(compiler, program))], timeout=180,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode(errors="replace")
    passed, failed, skipped, wrong = judge(done.returncode, said)
    record_property("points", (passed, max(failed, bool(wrong)), skipped))
    if wrong:
        pytest.fail(f"{wrong}\n{said}", pytrace=False)


def test_every_unit_is_built():
    there = sorted(p.stem for p in (ROOT / "tests/unit").glob("*.c"))
    assert there == sorted(programs())


def test_judge():
    assert judge(0, "ok 1 - a\nok 2 - b\n1..2\n") == (2, 0, [], None)
    assert judge(0, "ok 1 - a # SKIP b\n1..1\n")[2:] == (["a # SKIP b"], None)
    for status, said in [(0, ""), (0, "1..0\n"), (0, "ok 1 - a\n"),
                         (0, "ok 1 - a\n1..2\n"), (0, "ok 2 - a\n1..1\n"),
                         (1, "not ok 1 - a\n1..1\n"), (1, "ok 1 - a\n1..1\n"),
                         (-11, "ok 1 - a\n1..1\n")]:
        assert judge(status, said)[3], said


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("code,complaint", [
    ("char *volatile p = malloc(8); free(p); return p[argc];",
     "heap-use-after-free"),
    ("argc += 0x7fffffff;", "signed integer overflow"),
    ("not_declared();", "not_declared"),
])
def test_unit_sees(tmp_path, compiler, code, complaint):
    """The sanitizers are really there, and warnings are errors."""
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    for name in ("Makefile", "include/tap.h"):
        target = tmp_path / "tests/unit" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests/unit" / name, target)
    (tmp_path / "tests/unit/Kbuild").write_text("src-bad :=\n")
    (tmp_path / "tests/unit/bad.c").write_text(
        "#include <stdlib.h>\n#include <tap.h>\n"
        "int main(int argc, char **argv)\n{\n\t(void)argv;\n"
        f"\t{code}\n\tok(argc, \"a\");\n\treturn tap_done();\n}}\n")
    config = tmp_path / "out/include/generated/autoconf.h"
    config.parent.mkdir(parents=True)
    config.write_text("")
    try:
        bad = make(compiler, "bad", tmp_path / "out", tmp_path)
    except NotBuilt as e:
        assert complaint in str(e)
        return
    done = subprocess.run([str(bad)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert complaint in done.stdout.decode()
    assert judge(done.returncode, done.stdout.decode())[3]
