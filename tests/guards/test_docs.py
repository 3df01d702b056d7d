# SPDX-License-Identifier: MIT
"""The documents: the book has no dead link, each function a manual page."""

import os
import re
import shutil
import subprocess
import sys

import pytest
import tree

BOOK = os.path.join(tree.ROOT, "scripts/docs/book")
sys.path.insert(0, os.path.dirname(BOOK))

import headers  # noqa: E402

needs_pandoc = pytest.mark.skipif(not shutil.which("pandoc"),
                                  reason="pandoc is not installed")


def book(out, root=tree.ROOT):
    script = os.path.join(root, "scripts/docs/book")
    return subprocess.run([script, str(out)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)


@needs_pandoc
def test_book(tmp_path):
    got = book(tmp_path)
    assert got.returncode == 0, got.stderr
    assert not got.stderr
    html = (tmp_path / "sluice.html").read_text()
    for page in os.listdir(os.path.join(tree.ROOT, "abi/doc")):
        assert f'id="file-abi-doc-{page.replace(".", "-")}"' in html, page


@needs_pandoc
def test_manual_pages(tmp_path):
    assert book(tmp_path).returncode == 0
    folder = tmp_path / "man/man3"
    for header in headers.all_headers():
        assert header.title, f"{header.name}.h does not say what it is"
        assert (folder / f"hcall_{header.name}.3").exists()
        for name in header.functions():
            assert (folder / f"{name}.3").exists()
    if shutil.which("groff"):
        pages = sorted(folder.glob("hcall_*.3"))
        got = subprocess.run(["groff", "-man", "-ww", "-z", *pages],
                             stderr=subprocess.PIPE, text=True)
        assert not got.stderr


@needs_pandoc
def test_dead_links_are_noticed(tmp_path):
    root = tmp_path / "tree"
    shutil.copytree(tree.ROOT, root, ignore=shutil.ignore_patterns(
        "build*", ".git", "hypervisor", "tests"))
    os.makedirs(root / "tests/guest")
    (root / "tests/guest/README.md").write_text("# none\n")
    page = root / "docs/booting.md"
    page.write_text(page.read_text() + "\n[gone](nowhere.md)\n")
    got = book(tmp_path / "out", str(root))
    assert got.returncode and "nowhere.md leads nowhere" in got.stderr
    page.write_text(page.read_text().replace("(nowhere.md)",
                                             "(machine.md#no-such-part)"))
    got = book(tmp_path / "out", str(root))
    assert got.returncode and "#no-such-part leads nowhere" in got.stderr


def test_no_function_without_words():
    """Each function of the library stands below a comment, or shares one."""
    bare = [f"{h.name}.h: {code[0].splitlines()[0]}"
            for h in headers.all_headers() for words, code in h.parts
            if not words and re.search(r"\bhc_\w+\(", code[0])]
    assert not bare
