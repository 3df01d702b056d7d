# SPDX-License-Identifier: MIT
"""libhcall's headers as pages: what each declares, and the comments above it.

A header is its own manual: this takes the text before the include guard as the
page's introduction, and each block of declarations with the comment that
stands above it.  Bodies of inline functions are left out.
"""

import glob
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
HEADERS = os.path.join(ROOT, "libhcall/include/hcall")


def comment_text(lines):
    """The text of one comment, without its stars."""
    text = "\n".join(lines).strip()
    text = re.sub(r"^/\*\s?|\s*\*/$", "", text)
    return "\n".join(re.sub(r"^\s*\*\s?", "", x) for x in
                     text.split("\n")).strip()


def without_body(code):
    """An inline function's declaration; anything else as it is."""
    if not code.startswith("static ") or "{" not in code:
        return code
    return re.sub(r"\s*\{.*", ";", code, flags=re.S)


class Header:
    """name, title, intro, and parts: pairs of a text and of code."""

    def __init__(self, path):
        self.name = os.path.basename(path)[:-2]
        with open(path, encoding="utf-8") as f:
            lines = f.read().split("\n")
        self.title, self.intro, self.parts = "", "", []
        self._split(lines)

    def _split(self, lines):
        comment, code, depth, at = [], [], 0, 0
        while at < len(lines):
            line = lines[at]
            at += 1
            if not code and line.lstrip().startswith("/*"):
                comment = [line]
                while "*/" not in lines[at - 1]:
                    comment.append(lines[at])
                    at += 1
                self._head(comment)
                continue
            if not line.strip() and depth == 0:
                self._part(comment, code)
                comment, code = ([], []) if code else (comment, code)
                continue
            code.append(line)
            depth += line.count("{") - line.count("}")
            if line.endswith("\\") or line.startswith("#"):
                depth = 0
        self._part(comment, code)

    def _head(self, comment):
        text = comment_text(comment)
        found = re.match(r"[\w-]+\.h - (.*?)(?:\n\n(.*))?$", text, re.S)
        if found and not self.title:
            self.title = " ".join(found[1].split()).rstrip(".")
            self.intro = found[2] or ""
            comment.clear()

    def _part(self, comment, code):
        text = "\n".join(code).strip()
        if not text or re.match(r"#(include|ifndef|endif|ifdef|if |else)",
                                text) or text.startswith("HC_DECLARE"):
            return
        words = comment_text(comment) if comment else ""
        # One of several functions below one comment belongs to it.
        if not words and self.parts and self.parts[-1][1]:
            self.parts[-1][1].append(without_body(text))
        else:
            self.parts.append((words, [without_body(text)]))

    def functions(self):
        code = "\n".join(c for _, block in self.parts for c in block)
        return sorted(set(re.findall(r"^(?!#|typedef|\s)[^=\n]*?\b(hc_\w+)\(",
                                     code, re.M)))


def paragraphs(text):
    """A comment as Markdown: its paragraphs; its lists as they are."""
    out = []
    for part in re.split(r"\n\s*\n", text):
        if re.search(r"^\s{1,3}\S", part, re.M):
            out.append("\n".join("    " + x for x in part.split("\n")))
        else:
            out.append(re.sub(r"([_*<>`\\])", r"\\\1",
                              " ".join(part.split())))
    return "\n\n".join(out)


def body(header, level):
    mark = "#" * level
    lines = [paragraphs(header.intro), ""]
    for words, block in header.parts:
        lines += ["", mark + "# " + heading(block), ""] if level else [""]
        lines += ["```c", "\n\n".join(block), "```", ""]
        if words:
            lines += [paragraphs(words), ""]
    return "\n".join(lines)


def heading(block):
    """The first names that a block declares."""
    names = []
    for code in block:
        found = re.match(r"#define (\w+)", code) or \
            re.match(r"(?:struct|enum|union) (\w+) \{", code) or \
            re.search(r"(\w+)\s*\)?\s*\(", code) or \
            re.search(r"(\w+)(?:\[.*\])?;", code)
        if found and found[1] not in names:
            names.append(found[1])
    return ", ".join(f"`{n}`" for n in names[:3]) + \
        (" ..." if len(names) > 3 else "")


def all_headers():
    return [Header(p) for p in sorted(glob.glob(HEADERS + "/*.h"))]
