# SPDX-License-Identifier: MIT
"""The tree as the guards see it: its files, and what each may include."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OUT = Path(os.environ.get("O", ROOT / "build"))
REF = Path(os.environ.get("SLUICE_REF", ROOT / "build/ref"))
LWIP = REF / "lwip/src/include"
LIMIT_LINE = 80

# What a freestanding compiler brings.
FREESTANDING = {"stdint.h", "stdbool.h", "stddef.h", "stdarg.h", "limits.h"}

HV = ["hypervisor/include", "hypervisor/x86/include"]
GUEST = ["abi/include", "libhcall/include"]

# Folder -> where its includes may be found; the longest match counts.
INCLUDES = {
    "hypervisor/boot": HV,
    "hypervisor/x86": HV,
    "hypervisor/core": HV,
    "hypervisor/pv": HV + ["abi/include"],
    "hypervisor/debug": HV,
    "hypervisor/include": HV,
    "abi": ["abi/include"],
    "libhcall": GUEST,
    "pvguest": GUEST + ["pvguest/include", "drivers/include"],
    "pvguest/net": GUEST + ["pvguest/include", "drivers/include",
                            "pvguest/net/include"],
    "drivers": GUEST + ["pvguest/include", "drivers/include"],
    "tests/guest": GUEST + ["tests/guest/common"],
    "examples": GUEST,
}

# Headers from outside, and generated ones, or folders of them, by the folders
# that may have them.
OUTSIDE = {
    "multiboot/multiboot.h": ["hypervisor/boot"],
    "generated/asm-offsets.h": ["hypervisor/boot", "hypervisor/x86",
                                "hypervisor/pv"],
    "generated/font.h": ["hypervisor/x86", "pvguest"],
    "lwip": ["pvguest/net"],
    "netif": ["pvguest/net"],
}


def tracked(root=ROOT, new=False):
    """Files that git knows, as paths relative to root; with those that it
    would take up (new) on request."""
    args = ["git", "-C", str(root), "ls-files", "-z", "-c"]
    if new:
        args += ["-o", "--exclude-standard"]
    names = subprocess.run(args, check=True, stdout=subprocess.PIPE).stdout
    names = sorted(set(names.decode().split("\0")) - {""})
    return [Path(n) for n in names if (Path(root) / n).is_file()]


def sources(*suffixes, root=ROOT):
    """Tracked files with one of the suffixes."""
    return [p for p in tracked(root) if p.suffix in suffixes]


def rule(path):
    """The folder of INCLUDES that the file belongs to, or None."""
    parts = Path(path).parts
    for n in range(len(parts), 0, -1):
        folder = "/".join(parts[:n])
        if folder in INCLUDES:
            return folder
    return None


def read(root, path):
    return (Path(root) / path).read_text(encoding="utf-8", errors="replace")


def expect_none(complaints):
    """Fails with nothing but the complaints."""
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


def write(root, path, text):
    """For the self-tests: a file with its folders."""
    target = Path(root) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    return Path(path)
