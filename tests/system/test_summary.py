# SPDX-License-Identifier: MIT
"""The sum of a test run: its last line, and its status."""

import os
import subprocess

import pytest

import machine
import tap

TEST = os.path.join(machine.ROOT, "scripts/run/test")


def sum_up(folder, text):
    """The last line and the status of a run of a file with TEXT."""
    path = folder / "test_it.py"
    path.write_text(text)
    got = subprocess.run([TEST, str(path)], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, timeout=100,
                         env={**os.environ, "JOBS": "0"})
    return got.stdout.split("\n")[-2], got.returncode


@pytest.mark.parametrize("text,line,status", [
    ("def test_a():\n    pass\n", "1 passed, 0 failed, 0 skipped", 0),
    ("def test_a():\n    assert 0\n", "0 passed, 1 failed, 0 skipped", 1),
    ("import pytest\ndef test_a():\n    pass\n"
     "def test_b():\n    pytest.skip('no')\n",
     "1 passed, 0 failed, 1 skipped", 0),
    ("", "0 passed, 1 failed, 0 skipped", 1),
    ("import nothing_such\n", "0 passed, 1 failed, 0 skipped", 1),
    ("def test_a(record_property):\n"
     "    record_property('points', (5, 0, ['why']))\n",
     "5 passed, 0 failed, 1 skipped", 0),
    ("def test_a(record_property):\n"
     "    record_property('points', (5, 2, []))\n    assert 0\n",
     "5 passed, 2 failed, 0 skipped", 1),
    ("def test_a(record_property):\n"
     "    record_property('points', (5, 0, []))\n    assert 0\n",
     "5 passed, 1 failed, 0 skipped", 1),
])
def test_last_line(tmp_path, text, line, status):
    assert sum_up(tmp_path, text) == (line, status)


def test_absent():
    got = subprocess.run([TEST, "tests/nowhere/test_nothing.py"],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True, timeout=100)
    assert got.returncode == 1
    assert "is not there" in got.stdout


class Console:
    """A machine that says what it is told to."""

    def __init__(self, lines):
        self.todo = list(lines)
        self.lines = []
        self.timed_out = False

    def __call__(self, *_):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def read_line(self, _timeout=0):
        if not self.todo:
            return None
        self.lines.append(self.todo.pop(0))
        return self.lines[-1]

    def send(self, text):
        self.lines.append("sent " + text)


KILL = "Domain 0 (domain0) killed: why"


@pytest.mark.parametrize("lines,passed,problem", [
    (["ok 1 - a", "1..1"], 1, None),
    (["ok 1 - a", "ok 2 - b # SKIP no", "1..2"], 1, None),
    (["ok 1 - a"], 1, "ended without a plan"),
    (["ok 1 - a", "1..2"], 1, "1 points, plan 1..2"),
    (["1..0"], 0, "0 points, plan 1..0"),
    (["ok 2 - a", "1..1"], 1, "point 2 where 1 was due"),
    (["ok 1 - a", "Bail out! no"], 1, "Bail out! no"),
    (["ok 1 - a", KILL], 1, "the domain was killed: " + KILL),
    (["# expect kill: it", KILL], 1, None),
    (["# expect kill: it", "ok 1 - alive", "1..1"], 1,
     "not killed: # expect kill: it"),
    ([], 0, "ended without a plan"),
])
def test_reports(monkeypatch, lines, passed, problem):
    """What is made of a guest's console."""
    monkeypatch.setattr(machine, "Machine", Console(lines))
    monkeypatch.setattr(machine, "hypervisor", lambda place: ("", ""))
    monkeypatch.setattr(machine, "guest", lambda name: "")
    result = tap.run("usermode", "sluice")
    assert (result.passed, result.problem) == (passed, problem)
    assert result.good == (problem is None)
