# SPDX-License-Identifier: MIT
"""The ten mistakes of docs/porting.md look as it says, here and, if the guest
lives on, on Xen; so does what docs/debugging.md shows of a guest's death."""

import os
import re
import struct

import pytest

import machine
import pages

ENTRY = 24      # of an ELF header


def mistakes():
    """Word -> what is seen, by the guide's table; two are of the image."""
    text = pages.text_of("docs/porting.md")
    text = text[text.index("## Ten mistakes"):]
    rows = re.findall(r"^\| (.*?) \| (.*) \| (?:`(\w+)` )?\|$", text, re.M)
    assert len(rows) == 10
    found = {word or ("notes" if "notes" in what else "base"):
             re.findall(r"`([^`]{6,})`", seen.replace("`LINE=popf`", ""))
             for what, seen, word in rows}
    assert all(found.values())
    found["popf"] = [found["cli"].pop()]
    return found


def like(text):
    """Without what depends on the compiler: addresses, offsets, values."""
    return re.sub(r"\b[0-9a-f]{16}\b|0x[0-9a-f]+|\b\d{3,}\b", "N", text)


def boot(image, word, place="sluice"):
    kernel, options = machine.hypervisor(place)
    line = word if place == "xen" else f"name=x -- {word}"
    args = machine.qemu(kernel, options, [(image, line)], mem=128)
    with machine.Machine(args, f"mistake-{word}-{place}", 60) as m:
        # The end is not waited for: a crash reboots, or halts.
        while (text := m.read_line()) is not None and not re.search(
                "power off|reboot in|halted|Hardware Dom0", text):
            pass
        return [like(x.replace("Sluice: ", "")) for x in m.lines]


def image(word, folder):
    """The guest; or one whose notes, or whose entry, are wrong."""
    path = machine.guest("examples/mistakes")
    with open(path, "rb") as f:
        data = bytearray(f.read())
    if word == "notes":
        data = data.replace(b"Xen\0", b"Zen\0")
    elif word == "base":
        entry = struct.unpack_from("<Q", data, ENTRY)[0]
        struct.pack_into("<Q", data, ENTRY, entry + (-1 << 31) % (1 << 64))
    else:
        return path
    (folder / word).write_bytes(data)
    return str(folder / word)


@pytest.mark.parametrize("word", sorted(mistakes()))
def test_mistake(word, tmp_path):
    said = boot(image(word, tmp_path), word)
    for line in mistakes()[word]:
        assert like(line) in said, said


@pytest.mark.skipif(os.environ.get("PEER") != "xen", reason="PEER is not xen")
@pytest.mark.parametrize("word", ["writable", "store", "cli", "popf",
                                  "redzone"])
def test_mistake_on_xen(word, tmp_path):
    said = boot(image(word, tmp_path), word, "xen")
    for line in mistakes()[word]:
        assert like(line) in said, said


def test_a_death_is_shown(tmp_path):
    """The block of docs/debugging.md, line by line."""
    block, = [body for kind, body in pages.blocks("docs/debugging.md")
              if body.startswith("Sluice: domain 0 (x) killed")]
    said = boot(image("traps", tmp_path), "traps")
    for line in block.strip().split("\n"):
        assert like(line.replace("Sluice: ", "")) in said, (line, said)
