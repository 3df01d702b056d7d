# SPDX-License-Identifier: MIT
"""The pages' blocks of code, and a copy of the tree to try them in."""

import os
import re
import shutil
import subprocess

import machine

COMMAND = re.compile(r"([A-Z]+=\S* )*(make|scripts/|tests/bench/|dd )")


def pages():
    """All pages that we wrote, by their paths in the tree."""
    found = subprocess.run(["git", "ls-files", "*.md"], cwd=machine.ROOT,
                           check=True, text=True, stdout=subprocess.PIPE)
    return found.stdout.split()


def text_of(page):
    with open(os.path.join(machine.ROOT, page), encoding="utf-8") as f:
        return f.read()


def kind_of(text):
    """Of an indented block, which does not say."""
    if COMMAND.match(text):
        return "sh"
    grub = ("menuentry ", "multiboot2 ", "module2 ")
    return "grub" if text.startswith(grub) else "other"


def blocks(page):
    """(kind, text) of each: fenced, or indented after an empty line."""
    text, found = text_of(page), []
    for kind, body in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S):
        found.append((kind or "other", body))
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    for body in re.findall(r"\n\n((?:(?:\t|    )[^\n]*\n)+)(?=\n|\Z)", text):
        body = re.sub(r"^(\t|    )", "", body, flags=re.M)
        found.append((kind_of(body), body))
    return found


def commands(block):
    """Its lines, without what is said about them."""
    lines = [re.sub(r"(^|\s{2,})#.*", "", x).strip()
             for x in block.split("\n")]
    # In a column beside the command, without a # before it.
    return [re.split(r"\s{3,}", x)[0] for x in lines if x]


REF = os.environ.get("SLUICE_REF") or os.path.join(machine.ROOT, "build/ref")


def clean_env():
    """A newcomer's, but that nothing is fetched again."""
    env = {k: v for k, v in os.environ.items()
           if k not in ("O", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "V")}
    return dict(env, SLUICE_REF=REF)


def copy_built(to):
    """What was built, so that make finds nothing to do at the new place.

    The commands and dependencies that it compares with hold the old paths.
    """
    parts = ("obj", "include", "libhcall", "lwip", "examples", "tests",
             "sluice", "sluice.cmd", "pvguest", "pvguest.cmd", ".config")
    for part in parts:
        there, here = (os.path.join(x, part)
                       for x in (machine.OUT, f"{to}/build"))
        if os.path.isdir(there):
            shutil.copytree(there, here, symlinks=True)
        elif os.path.exists(there):
            shutil.copy2(there, here)
    for folder, _, names in os.walk(os.path.join(to, "build")):
        for name in names:
            path = os.path.join(folder, name)
            if not name.endswith((".cmd", ".d")) or os.path.islink(path):
                continue
            times = os.stat(path)
            with open(path, encoding="utf-8") as f:
                text = f.read()
            for old, new in ((REF, "\0"), (machine.OUT, f"{to}/build"),
                             (machine.ROOT, str(to)), ("\0", REF)):
                text = text.replace(old, new)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def clone(to):
    """The files that git knows of, as they are now, and what was built."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"],
                           cwd=machine.ROOT, check=True, text=True,
                           stdout=subprocess.PIPE).stdout.split("\n")
    for name in names:
        path = os.path.join(machine.ROOT, name)
        if name and os.path.isfile(path):
            os.makedirs(os.path.dirname(os.path.join(to, name)),
                        exist_ok=True)
            shutil.copy2(path, os.path.join(to, name))
    copy_built(to)
