# SPDX-License-Identifier: MIT
"""Every header compiles alone, with the include path of its folder."""

import subprocess

import pytest
import tree


def compiler_includes():
    out = subprocess.run(["gcc", "-print-file-name=include"], check=True,
                         stdout=subprocess.PIPE)
    return out.stdout.decode().strip()


def complaints(root, paths):
    said = []
    system = compiler_includes()
    for path in paths:
        folder = tree.rule(path)
        if not folder or ("<lwip/" in tree.read(root, path) and
                          not tree.LWIP.exists()):
            continue
        args = ["gcc", "-std=gnu11", "-ffreestanding", "-nostdinc",
                "-isystem", system, "-isystem", str(tree.LWIP),
                "-m64", "-mgeneral-regs-only", "-Wall",
                "-Wextra", "-Wundef", "-Werror", "-fsyntax-only",
                "-include", str(tree.OUT / "include/generated/autoconf.h"),
                "-I", str(tree.OUT / "include")]
        for d in tree.INCLUDES[folder]:
            args += ["-I", str(root / d)]
        # As an include, not as the main file, and twice: guards work.
        code = f'#include "{root / path}"\n' * 2 + "int nothing_else;\n"
        done = subprocess.run(args + ["-x", "c", "-"], input=code.encode(),
                              stderr=subprocess.PIPE)
        if done.returncode:
            said.append(f"{path}: {done.stderr.decode()}")
    return said


@pytest.fixture(autouse=True)
def configured():
    if not (tree.OUT / "include/generated/autoconf.h").exists():
        subprocess.run(["make", "-s", f"O={tree.OUT}", "olddefconfig"],
                       cwd=tree.ROOT, check=True)
        subprocess.run(["make", "-s", f"O={tree.OUT}",
                        "include/config/auto.conf"],
                       cwd=tree.ROOT, check=True)


def test_headers_alone():
    tree.expect_none(complaints(tree.ROOT, tree.sources(".h")))


def test_headers_alone_sees(tmp_path):
    good = tree.write(tmp_path, "hypervisor/include/a.h",
                      "#ifndef A\n#define A\n#include <stdint.h>\n"
                      "struct a { uint8_t a; };\n#endif\n")
    needy = tree.write(tmp_path, "hypervisor/include/b.h", "uint8_t b;\n")
    bare = tree.write(tmp_path, "hypervisor/include/c.h",
                      "struct c { int c; };\n")
    assert complaints(tmp_path, [good]) == []
    assert len(complaints(tmp_path, [needy])) == 1
    assert len(complaints(tmp_path, [bare])) == 1
