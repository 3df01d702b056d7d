# SPDX-License-Identifier: MIT
"""A guest that crashes is shown where it was, by its own symbols."""

import os
import shutil
import subprocess

import machine


def crash(kernel):
    args = machine.qemu(machine.sluice(), "noreboot debug-exit",
                        [(kernel, "act=crash")])
    with machine.Machine(args, "trace", 60) as m:
        while m.read_line() is not None:
            pass
        return "\n".join(m.lines)


def test_names():
    text = crash(machine.guest("killed"))
    assert "Sluice: domain 0, vCPU 0: RIP 0x" in text
    assert " test_main+0x" in text, text


def test_without_symbols(tmp_path):
    bare = tmp_path / "bare"
    shutil.copy(machine.guest("killed"), bare)
    subprocess.run(["strip", bare], check=True)
    text = crash(str(bare))
    assert "domain 0, vCPU 0: RIP 0x" in text and "+0x" not in text


def test_broken_symbols(tmp_path):
    """A symbol table that lies outside of the file, and names likewise."""
    with open(machine.guest("killed"), "rb") as f:
        image = bytearray(f.read())
    at = int.from_bytes(image[0x28:0x30], "little")
    for i in range(int.from_bytes(image[0x3c:0x3e], "little")):
        section = at + 64 * i
        if image[section + 4] in (2, 3):        # SYMTAB, STRTAB
            image[section + 24:section + 32] = b"\xff" * 8
    bad = tmp_path / "bad"
    bad.write_bytes(image)
    os.chmod(bad, 0o755)
    text = crash(str(bad))
    assert "domain 0, vCPU 0: RIP 0x" in text and "+0x" not in text
