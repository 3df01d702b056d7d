# SPDX-License-Identifier: MIT
"""Words that have no place in the tree: marks of unfinished work, and names of
trackers, machines and hosts that mean nothing to a reader."""

import re

import tree

# This file is the one that may spell them.
THIS = "tests/guards/test_words.py"
WORDS = [
    (r"\b(TODO|FIXME|XXX|HACK|WIP)\b", 0),
    (r"\bfor now\b", re.I),
    (r"\b(issue|ticket|milestone) ?#?[0-9]+\b", re.I),
    (r"\b(chat|coding|agent|work) session\b|\bsessions? of\b", re.I),
    (r"\b(AI|LLM|GPT)[- ](assist|generat|written|model|agent)", re.I),
    (r"(?<![\w.])/(work|root|home)/\w", 0),
    (r"/tmp/(brief|bash_jobs|claude)", 0),
    (r"\.\./shared/", 0),
    (r"\b(deb|security|snapshot|archive)\.debian\.org\b", 0),
    (r"\b(pypi\.org|pythonhosted|npmjs|crates\.io|proxy\.golang)", 0),
]
PATTERNS = [re.compile(word, flags) for word, flags in WORDS]


def complaints(root, paths):
    said = []
    for path in paths:
        if str(path) == THIS:
            continue
        for n, line in enumerate(tree.read(root, path).splitlines(), 1):
            for pattern in PATTERNS:
                found = pattern.search(line)
                if found:
                    said.append(f"{path}:{n}: {found.group(0)}")
    return said


def test_words():
    tree.expect_none(complaints(tree.ROOT, tree.tracked()))


def test_words_sees(tmp_path):
    bad = ["/* TODO: x */", "XXX", "FIXME", "# see issue 12", "Issue #3",
           "cd /work/main", "/root/x", "in ../shared/design",
           "http://deb.debian.org/", "a coding session", "AI generated",
           "enough for now"]
    for line in bad:
        path = tree.write(tmp_path, "a.c", line + "\n")
        assert len(complaints(tmp_path, [path])) == 1, line
    good = ["an issue of its own", "TODOS", "a TCP session", "network/work/x",
            "build/ref", "issues"]
    for line in good:
        path = tree.write(tmp_path, "a.c", line + "\n")
        assert complaints(tmp_path, [path]) == [], line
