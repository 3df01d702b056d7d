# SPDX-License-Identifier: MIT
"""Builds each fuzz target and lets it run for FUZZ_SECONDS (10).

An input that breaks something is left in build/tests/fuzz/NAME.crash; run the
target with it to see it again."""

import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OUT = Path(os.environ.get("O", ROOT / "build"))
SECONDS = int(os.environ.get("FUZZ_SECONDS", "10"))
FLAGS = """-std=gnu11 -O1 -g -Wall -Wextra -Werror -Wno-sign-compare
-fno-strict-aliasing -fsanitize=fuzzer,address,undefined
-fno-sanitize-recover=all -D__HYPERVISOR__ -Itests/unit/include
-Ihypervisor/include -Iabi/include""".split()


def settings(what):
    kbuild = (ROOT / "tests/fuzz/Kbuild").read_text().replace("\\\n", " ")
    return dict(re.findall(rf"^{what}-(\S+)\s*:=(.*)$", kbuild, re.M))


def targets():
    return settings("src")


def note(kind, desc):
    return struct.pack("<III", 4, len(desc), kind) + b"Xen\0" + desc + \
        b"\0" * (-len(desc) % 4)


def good_elf():
    """A kernel with all the notes that matter."""
    base = 0xffffffff80000000
    notes = b"".join([
        note(5, b"xen-3.0\0"), note(8, b"generic\0"),
        note(10, b"!writable_page_tables|pae_pgdir_above_4gb"),
        note(16, struct.pack("<I", 1))] + [
        note(kind, struct.pack("<Q", value)) for kind, value in [
            (1, base + 0x1000), (2, base + 0x2000), (3, base), (4, 0),
            (12, 0xffff800000000000), (15, 0x8000000000)]])
    data = 64 + 3 * 56 + len(notes)
    segments = [(1, data, 0x1000, 64, 0x2000), (1, data, 0x3000, 32, 0x900),
                (4, 64 + 3 * 56, 0, len(notes), 0)]
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", 2, 62, 1, base + 0x1000, 64, 0, 0, 64, 56, 3, 64,
        0, 0)
    return head + b"".join(
        struct.pack("<IIQQQQQQ", kind, 7, offset, 0, paddr, filesz, memsz, 0)
        for kind, offset, paddr, filesz, memsz in segments) + \
        notes + b"x" * 64


SEEDS = {
    "virtio": [b"\x08\0" + bytes(range(256)) * 4,
               b"\x08\0" + b"\2\0\1\0\0\0\0\0\0\0\0\0\0\0\x07" * 40 +
               b"\4\0\1\0\0\1\0\5" * 20],
    "segment": [b"\xff\x0f\0\x64\1" + bytes(60), b"\0\x20\2\0\3" +
                bytes(range(256)), b"\0\x20\5\xb4\1" + bytes(range(256))],
    # Requests and answers of all kinds, taken by twos.
    "vif_back": [b"\1\1\0" + (b"\0\x64\0\1\0\5\1" + b"\0\x64\2\1\5\6\1" +
                              b"\0\x10\0\1\0\7\1\5" + bytes(range(1, 99)) +
                              b"\2\x1f\7\x50\1\1\0") * 6],
    "vif_front": [(b"\2\x64\0\1\1\0\1" + b"\2\x64\0\1\0\xf0\x0f\0\1\5" +
                   b"\2\x20\0\1\1\6\1" + b"\2\x30\0\1\1\0\1\5" +
                   b"\0\x40\5\1\1\0\1\1\7") * 6],
    "elf": [good_elf(), b""],
    "bootline": [
        b"name=a mem=64M vcpus=2 ramdisk=r -- x -- y\nname=r\nbare\n\n1G",
        b"name=b.C_9-\nname=a mem=1K",
    ],
}


def build(name):
    target = OUT / "tests/fuzz" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    config = OUT / "include/generated/autoconf.h"
    if not config.exists():
        env = {k: v for k, v in os.environ.items()
               if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        subprocess.run(["make", "-s", f"O={OUT}", "include/config/auto.conf"],
                       cwd=ROOT, check=True, env=env)
    fakes = sorted(str(p) for p in (ROOT / "tests/unit/fake").glob("*.c"))
    library = target.with_suffix(".a")
    objects = []
    flags = FLAGS + ["-include", str(config)]
    for source in fakes:
        objects.append(f"{target}.{Path(source).stem}.o")
        subprocess.run(["clang", *flags, "-c", source, "-o", objects[-1]],
                       cwd=ROOT, check=True)
    library.unlink(missing_ok=True)
    subprocess.run(["ar", "rcD", str(library), *objects], check=True)
    flags = settings("first").get(name, "").split() + flags + \
        settings("flags").get(name, "").split()
    subprocess.run(["clang", *flags, f"tests/fuzz/{name}.c",
                    *targets()[name].split(), str(library), "-o",
                    str(target)], cwd=ROOT, check=True)
    return target


def fuzz(target, name, corpus, seconds):
    for i, seed in enumerate(SEEDS.get(name, [])):
        (corpus / f"seed{i}").write_bytes(seed)
    crash = target.with_suffix(".crash")
    crash.unlink(missing_ok=True)
    longest = settings("len").get(name, "2048").strip()
    return subprocess.run(
        [str(target), f"-max_total_time={seconds}", f"-max_len={longest}",
         "-timeout=5", f"-exact_artifact_path={crash}",
         "-print_final_stats=1", str(corpus)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.parametrize("name", targets())
def test_fuzz(name, tmp_path):
    if not shutil.which("clang"):
        pytest.skip("clang is not installed")
    done = fuzz(build(name), name, tmp_path, SECONDS)
    assert not done.returncode, done.stdout.decode(errors="replace")[-4000:]


def test_every_target_is_built():
    there = sorted(p.stem for p in (ROOT / "tests/fuzz").glob("*.c"))
    assert there == sorted(targets())
