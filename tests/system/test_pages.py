# SPDX-License-Identifier: MIT
"""Every block of code on every page does what the page says.

Commands run, one after the other, in a copy of the tree: what is built is taken
along. Words that stand for something are replaced; commands that take long are
left to the test that runs them. GRUB entries are read by GRUB's own checker,
messages are those of a boot, C is a piece of an example (test_guide.py), and
what else there is is named here.
"""

import os
import re
import shutil
import subprocess

import pytest

import machine
import pages

# What stands for something on a page, and what is taken for it.
WORDS = [("GUEST=path/to/kernel RAMDISK=file LINE=words",
          "GUEST=examples/hello RAMDISK=README.md LINE=words"),
         ("/dev/sdX", "stick"), ("MINUTES=60", "MINUTES=0.1"),
         ("tests/guest/NAME", "tests/guest/version"),
         ("scripts/run/guest NAME", "scripts/run/guest version"),
         ("-k NAME", "-k version"),
         ("make new-guest NAME=mine DIR=/some/where",
          "make new-guest NAME=mine DIR=somewhere")]
# Commands that take longer: the test that does the same, or the reason.
ELSEWHERE = {
    "make run": "tests/system/test_run.py::test_tour",
    "make test": "it is what runs this",
    "make run PLACE=native": "tests/system/test_run.py::test_tour",
    "make run PLACE=xen": "tests/system/test_run.py::test_tour",
    "make run BOOT=iso": "tests/system/test_run.py::test_tour_from_iso",
    "make bench": "minutes, and .ci/run calls tests/bench/bench --check",
    "make bench NET=1": "minutes, of figures that nothing depends on",
}
# Neither commands nor output: what each is, by its first words.
DRAWINGS = ["front end: device/vif/N", "producer   ", "system_time + (((",
            "pfn    ", "0000000000000000  slots", "         no error code",
            "interrupted            hypervisor", "SYSCALL -> stub of",
            "name=NAME [SETTING...]"]
PAGES = [page for page in pages.pages() if pages.blocks(page)]


def like(text):
    """Without what differs between machines and runs."""
    return re.sub(r"0x[0-9a-f]+|\b\d+\b", "N", text.strip())


def of_kind(*kinds):
    return [(page, body) for page in PAGES
            for kind, body in pages.blocks(page) if kind in kinds]


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    to = tmp_path_factory.mktemp("tree")
    pages.clone(to)
    return to


def test_nothing_is_built_again(tree):
    """Else the tests below are dear, and try what nobody else does."""
    got = subprocess.run(["make", "all"], cwd=tree, env=pages.clean_env(),
                         text=True, stdout=subprocess.PIPE, check=True)
    assert not got.stdout


@pytest.mark.parametrize(
    "page", sorted({page for page, _ in of_kind("sh")}))
def test_commands(page, tree):
    said = ""
    for kind, block in pages.blocks(page):
        for command in pages.commands(block) if kind == "sh" else ():
            if command in ELSEWHERE or \
                    "xen" in command and os.environ.get("PEER") != "xen":
                continue
            for word, instead in WORDS:
                command = command.replace(word, instead)
            got = subprocess.run(
                ["sh", "-ec", command], cwd=tree, env=pages.clean_env(),
                stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT)
            assert not got.returncode, command + "\n" + got.stdout[-3000:]
            said += got.stdout
    if page == "docs/porting.md":
        assert "hello from a guest" in said
    if page == "docs/debugging.md" and shutil.which("gdb"):
        assert "breakpoint (regs=" in said


def test_what_is_run_elsewhere_is():
    commands = {c for _, block in of_kind("sh")
                for c in pages.commands(block)}
    assert set(ELSEWHERE) <= commands
    for where in [w for w in ELSEWHERE.values() if "::" in w]:
        path, name = where.split("::")
        assert f"\ndef {name}(" in pages.text_of(path), where


def test_grub_entries(tmp_path):
    entries = of_kind("grub")
    assert entries
    for page, body in entries:
        (tmp_path / "grub.cfg").write_text(body)
        got = subprocess.run(["grub-script-check", tmp_path / "grub.cfg"],
                             text=True, stderr=subprocess.PIPE)
        assert not got.returncode, page + got.stderr
        modules = re.findall(r"module2 /boot/(\w+)", body)
        for name in re.findall(r"ramdisk=(\w+)", body):
            assert name in modules


def messages():
    """What Sluice says on a CPU that leaks, with modules that are no good."""
    hello = machine.guest("examples/hello")
    args = machine.qemu(machine.sluice(), "", [
        (hello, "name=driver mem=32M --"), (hello, "name=tools"),
        (hello, "name=web mem=64 -- x")],
        cpu="max,vendor=GenuineIntel", smp=2)
    with machine.Machine(args, "pages-messages", 60) as m:
        while m.read_line() is not None:
            pass
        return [like(x.replace("Sluice: module", "module")) for x in m.lines]


def test_messages():
    blocks = [(p, b) for p, b in of_kind("other")
              if re.match(r"Sluice: |module ", b) and
              p != "docs/debugging.md"]     # for test_mistakes.py
    said = messages()
    assert len(blocks) == 2
    for page, body in blocks:
        for line in body.strip().split("\n"):
            assert like(line) in said, (page, line, said)


def test_every_block_is_known():
    for page, body in of_kind("other"):
        assert re.match(r"Sluice: |module ", body) or \
            body.startswith(tuple(DRAWINGS)), (page, body)


def test_make_targets():
    """`make WORD' in a sentence names a target."""
    makefile = pages.text_of("Makefile") + \
        pages.text_of("scripts/build/install.mk")
    for page in pages.pages():
        text = re.sub(r"^```.*?^```$", "", pages.text_of(page),
                      flags=re.M | re.S)
        for word in set(re.findall(r"`make ([a-z][a-z-]*)", text)):
            assert re.search(rf"(?<![\w-]){word}(?![\w-])", makefile), \
                (page, word)
