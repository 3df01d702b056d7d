# SPDX-License-Identifier: MIT
"""Who may include whom, and where assembly may be.

abi sees only abi; the hypervisor's core, x86 and boot see no abi; pv sees all
of it; libhcall sees abi; guests and drivers see abi and libhcall and nothing of
the hypervisor.  Assembly is in boot and x86 (guest code has its own)."""

import os
import re
from pathlib import Path

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', re.M)
# An empty one, which only keeps the compiler from knowing something, is none.
ASM = re.compile(r"\b(asm|__asm__)\b\s*(volatile|__volatile__|goto)?\s*"
                 r"\((?!\s*\"\"\s*:)")
COMMENT = re.compile(r"/\*.*?\*/", re.S)
NO_ASM = ("hypervisor/core", "hypervisor/pv", "hypervisor/include",
          "hypervisor/debug")
# asm-offsets.c hands numbers to assembly and leaves no instruction.
ASM_ANYWAY = {"hypervisor/pv/asm-offsets.c"}


def allowed(root, path, name, quoted):
    folder = tree.rule(path)
    if name in tree.FREESTANDING:
        return True
    for outside in (name, name.split("/")[0]):
        if outside in tree.OUTSIDE:
            return folder in tree.OUTSIDE[outside]
    if quoted and (root / path.parent / name).is_file():
        there = Path(os.path.normpath(path.parent / name))
        return tree.rule(there) == folder
    return any((root / d / name).is_file() for d in tree.INCLUDES[folder])


def complaints(root, paths):
    said = []
    for path in paths:
        folder = tree.rule(path)
        if not folder:
            continue
        text = tree.read(root, path)
        for bracket, quote in INCLUDE.findall(text):
            if not allowed(root, path, bracket or quote, bool(quote)):
                said.append(f"{path}: may not include {bracket or quote}")
        if folder not in NO_ASM or str(path) in ASM_ANYWAY:
            continue
        if path.suffix == ".S" or ASM.search(COMMENT.sub("", text)):
            said.append(f"{path}: assembly outside boot and x86")
    return said


def test_includes():
    paths = tree.sources(".c", ".h", ".S", ".def")
    tree.expect_none(complaints(tree.ROOT, paths))


def test_includes_sees(tmp_path):
    tree.write(tmp_path, "abi/include/abi/xen.h", "")
    tree.write(tmp_path, "hypervisor/include/types.h", "")
    tree.write(tmp_path, "libhcall/include/hcall/hcall.h", "")
    abi, hv = "#include <abi/xen.h>\n", "#include <types.h>\n"
    hcall = "  #  include <hcall/hcall.h>\n"
    good = [("hypervisor/pv/a.c", abi + hv), ("hypervisor/core/a.c", hv),
            ("libhcall/a.c", abi + hcall + "#include <stdint.h>\n"),
            ("pvguest/a.c", abi + hcall),
            ("pvguest/net/a.c", "#include <lwip/tcp.h>\n"),
            ("hypervisor/x86/a.S", hv),
            ("hypervisor/core/b.c", "/* asm(x) */\n"),
            ("hypervisor/core/f.c", 'asm volatile("" : : : "memory");\n')]
    bad = [("hypervisor/core/a.c", abi), ("hypervisor/x86/a.c", abi),
           ("hypervisor/boot/a.c", abi), ("hypervisor/include/b.h", abi),
           ("abi/include/abi/b.h", hv), ("abi/include/abi/c.h", hcall),
           ("libhcall/a.c", hv), ("pvguest/a.c", hv), ("drivers/a.c", hv),
           ("pvguest/mm/a.c", "#include <lwip/tcp.h>\n"),
           ("tests/guest/a/a.c", hv), ("examples/a/a.c", hv),
           ("hypervisor/core/c.c", '#include "../pv/x.h"\n'),
           ("hypervisor/core/d.c", "#include <generated/asm-offsets.h>\n"),
           ("hypervisor/pv/d.c", "#include <stdio.h>\n"),
           ("hypervisor/core/e.c", "void f(void) { asm volatile (\"\"); }\n"),
           ("hypervisor/pv/e.S", "\tnop\n")]
    for name, text in good:
        path = tree.write(tmp_path, name, text)
        assert complaints(tmp_path, [path]) == []
    for name, text in bad:
        path = tree.write(tmp_path, name, text)
        assert len(complaints(tmp_path, [path])) == 1, name
