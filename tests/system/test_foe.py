# SPDX-License-Identifier: MIT
"""A guest that breaks every rule of its vif and of the store, beside others.

What it does, and what it is told, is its own report (tests/guest/netfoe);
meanwhile files go to and fro, and afterwards nothing is lost."""

import hashlib
import os
import re
import threading
import time

import machine
import tap
from test_pvguest import elf
from test_vif import ADDRESSES, GATEWAY, Net, fetch

KEPT = 100
SECONDS = int(os.environ.get("SOAK_SECONDS") or 3)


def free(n):
    return int(re.findall(r"free (\d+)", n.run("free"))[-1])


def report(m, points):
    """Of the guest, when it is done."""
    found = [x for x in (tap.POINT.match(line[8:]) for line in m.lines
                         if line.startswith("netfoe: ")) if x]
    bad = [x[0] for x in found if x[1]]
    points(len(found) - len(bad), len(bad), [])
    assert not bad, bad
    assert len(found) > 40


def test_foe(points):
    """Honest guests' files arrive, whole; domain 0 answers; all is freed."""
    with open(elf("check"), "rb") as f:
        want = hashlib.sha256(f.read()).hexdigest()
    foe = (machine.guest("netfoe"), "name=netfoe mem=8M -- "
           f"seconds={SECONDS} seed={os.environ.get('SEED') or 1}")
    with Net("foe", more=[foe], smp=2, timeout=150 + 4 * SECONDS) as n:
        assert n.seen("bridge0 has")
        stop, got = threading.Event(), []

        def load():
            while not stop.is_set():
                for i in (0, 1):
                    got.append(hashlib.sha256(
                        fetch(n.url(i, "check"))).hexdigest())

        worker = threading.Thread(target=load)
        worker.start()
        done = n.seen(r"^netfoe: 1\.\.\d+", 100 + 3 * SECONDS)
        stop.set()
        worker.join(40)
        report(n.m, points)
        assert done, n.text()
        print(f"{len(got)} files meanwhile")
        assert len(got) > 10 and set(got) == {want}
        for address in ADDRESSES + [GATEWAY]:
            assert "1 received" in n.run(f"run ping -q -c 1 {address}")
        n.run("dom kill netfoe")
        assert any("vif3" not in n.run("vif") for _ in range(20))
        before = free(n)
        for _ in range(1):
            n.run("dom restart netfoe")
            assert n.m.expect(r"netfoe: 1\.\.\d+", 60 + 3 * SECONDS), n.text()
            n.run("dom kill netfoe")
        # Packets' buffers and threads' stacks are kept for the next.
        print(f"{before - free(n)} pages fewer after one more life")
        assert free(n) > before - KEPT
        assert "panic" not in n.text()


def test_rate_of_one_that_is_gone():
    """Who waits for his share of time, and goes, has nobody wait for him."""
    with Net("rate-gone", line="vif.web1=rate=2000/4000000") as n:
        assert n.seen("bridge0 has")
        # Eight answers: one passes in four seconds.
        text = n.run(f"run ping -q -c 8 -i 0.1 -W 0.1 -s 1400 {ADDRESSES[0]}")
        assert " 8 received" not in text
        assert n.run("store rm /local/domain/1/device/vif/0") == ""
        assert any("vif1.0: not connected" in n.run("vif") for _ in range(20))
        # When it would have been his turn, domain 0 is at rest.
        n.run("dom top 5")
        share = re.search(r"^ *0 \S+ +([\d.]+)%", n.run("dom top 2"), re.M)
        assert float(share[1]) < 50, share[0]
