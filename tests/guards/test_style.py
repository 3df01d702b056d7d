# SPDX-License-Identifier: MIT
"""What the eye asks for: lengths of lines, functions and files, no #if in .c
files, and the licence in the first line."""

import json
import re
import subprocess

import tree

FUNCTION_LINES = 60
FILE_LINES = 500
COLUMNS = 80
C = {".c", ".h", ".S"}
CONDITIONAL = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b")
# cases and place are lists of words beside a test guest.
NO_SPDX = {"LICENSE", ".gitignore", "cases", "place"}
NO_SPDX_SUFFIX = {".md", ".txt", ".json", ".svg"}


def check_conditionals(root, paths):
    said = []
    for path in paths:
        if path.suffix != ".c":
            continue
        for n, line in enumerate(tree.read(root, path).splitlines(), 1):
            if CONDITIONAL.match(line):
                said.append(f"{path}:{n}: #if in a .c file")
    return said


def check_functions(root, paths):
    """ctags gives the first line of a function and that of its last brace."""
    names = [str(p) for p in paths if p.suffix in (".c", ".h")]
    if not names:
        return []
    out = subprocess.run(
        ["ctags", "--output-format=json", "--fields=+ne", "--c-kinds=f",
         "--languages=C", "--langmap=C:.c.h", "-f", "-"] + names,
        cwd=root, check=True, stdout=subprocess.PIPE).stdout.decode()
    said = []
    for line in out.splitlines():
        tag = json.loads(line)
        length = tag.get("end", tag["line"]) - tag["line"] + 1
        if length > FUNCTION_LINES:
            said.append(f"{tag['path']}:{tag['line']}: {tag['name']} has "
                        f"{length} lines, the limit is {FUNCTION_LINES}")
    return said


def check_lengths(root, paths):
    said = []
    for path in paths:
        if path.suffix not in C | {".py"}:
            continue
        lines = tree.read(root, path).splitlines()
        if len(lines) >= FILE_LINES:
            said.append(f"{path}: {len(lines)} lines, below {FILE_LINES} "
                        "is the rule")
        for n, line in enumerate(lines, 1):
            if len(line.expandtabs(8)) > COLUMNS:
                said.append(f"{path}:{n}: wider than {COLUMNS} columns")
            if line != line.rstrip():
                said.append(f"{path}:{n}: space at the end of the line")
    return said


def check_spdx(root, paths):
    """In the first line; in the second after #!."""
    said = []
    for path in paths:
        if path.name in NO_SPDX or path.suffix in NO_SPDX_SUFFIX:
            continue
        lines = tree.read(root, path).splitlines()
        if lines and lines[0].startswith("#!"):
            lines = lines[1:]
        first = lines[0] if lines else ""
        want = "# SPDX-License-Identifier: MIT"
        if path.suffix in C | {".def", ".pml"}:
            want = "/* SPDX-License-Identifier: MIT */"
        if first != want:
            said.append(f"{path}: does not begin with {want}")
    return said


def test_no_conditionals():
    tree.expect_none(check_conditionals(tree.ROOT, tree.tracked()))


def test_function_length():
    tree.expect_none(check_functions(tree.ROOT, tree.tracked()))


def test_line_and_file_length():
    tree.expect_none(check_lengths(tree.ROOT, tree.tracked()))


def test_spdx():
    tree.expect_none(check_spdx(tree.ROOT, tree.tracked()))


def test_no_conditionals_sees(tmp_path):
    text = "#ifdef A\n # if B\n#define C\n\tif (a)\n#endif\n"
    path = tree.write(tmp_path, "a.c", text)
    assert len(check_conditionals(tmp_path, [path])) == 2
    header = tree.write(tmp_path, "a.h", text)
    assert check_conditionals(tmp_path, [header]) == []


def test_function_length_sees(tmp_path):
    def body(n):
        return "static int f(int a)\n{\n" + "\ta++;\n" * (n - 3) + "}\n"
    good = tree.write(tmp_path, "a.c", body(60))
    bad = tree.write(tmp_path, "b.h", body(61))
    assert check_functions(tmp_path, [good]) == []
    assert len(check_functions(tmp_path, [good, bad])) == 1


def test_line_and_file_length_sees(tmp_path):
    for name, text, n in [("a.c", "\t" + "x" * 72 + "\n", 0),
                          ("b.c", "\t" + "x" * 73 + "\n", 1),
                          ("c.h", "x\n" * 499, 0), ("d.h", "x\n" * 500, 1),
                          ("e.S", "x \n", 1)]:
        path = tree.write(tmp_path, name, text)
        assert len(check_lengths(tmp_path, [path])) == n, name


def test_spdx_sees(tmp_path):
    line = "SPDX-License-Identifier: MIT"
    for name, text, n in [("a.c", f"/* {line} */\n", 0), ("b.c", "int a;\n", 1),
                          ("c.c", f"// {line}\n", 1), ("d", "", 1),
                          ("e", f"#!/bin/sh\n# {line}\n", 0),
                          ("f.py", f"\n# {line}\n", 1), ("g.md", "x\n", 0)]:
        path = tree.write(tmp_path, name, text)
        assert len(check_spdx(tmp_path, [path])) == n, name
