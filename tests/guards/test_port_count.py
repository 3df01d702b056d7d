# SPDX-License-Identifier: MIT
"""`make port-count': every file of the back ends is in a group, and what one
has the other has."""

import re
import subprocess

import tree


def test_port_count():
    got = subprocess.run([tree.ROOT / "scripts/port-count"], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert not got.returncode, got.stdout
    rows = re.findall(r"^(\D+?) +(\d+) +(\d+) +(\d+)$", got.stdout, re.M)
    assert len(rows) == 12
    assert all(int(native) and int(pv) for name, native, pv, _ in rows
               if name != "not in arch.h")
    for i in (1, 2, 3):
        assert sum(int(row[i]) for row in rows[:-1]) == int(rows[-1][i])
