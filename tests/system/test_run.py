# SPDX-License-Identifier: MIT
"""`make run' without a terminal, and with one."""

import os
import pty
import select
import subprocess
import time

import pytest

import machine

RUN = os.path.join(machine.ROOT, "scripts/run/run")
PLACES = ["sluice", "native"] + \
    (["xen"] if os.environ.get("PEER") == "xen" else [])


def run(**env):
    return subprocess.run([RUN], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=200, env={**os.environ, **env})


@pytest.mark.parametrize("place", PLACES)
def test_tour(place):
    got = run(PLACE=place)
    assert not got.returncode, got.stdout
    assert got.stdout.endswith("run: the tour went well\n"), got.stdout


@pytest.mark.parametrize("place,boot", [
    ("sluice", "iso"), ("native", "iso"), ("native", "uefi")])
def test_tour_from_iso(place, boot):
    got = run(PLACE=place, BOOT=boot)
    assert not got.returncode, got.stdout


def test_another_guest():
    """One without a shell is shown up to its end."""
    got = run(GUEST="tests/guest/usermode")
    assert not got.returncode, got.stdout
    assert "\n1..9\n" in got.stdout


def test_beside_the_driver_domain(tmp_path):
    disk = tmp_path / "disk"
    disk.write_bytes(bytes(3000))
    hello = os.path.join(machine.OUT, "examples/hello")
    got = run(GUEST=hello, DOMAINS="2", MEM="32", RAMDISK=str(disk),
              SETTINGS="store=no")
    assert not got.returncode, got.stdout
    assert "guest: hello from a guest with 8192 pages on Sluice" in got.stdout


def test_no_guest():
    """A tour of a machine that starts nothing has not gone well."""
    got = run(CMDLINE="dom0_mem=1M debug-exit", DOMAINS="1")
    assert got.returncode == 1
    assert "no prompt after the start" in got.stdout


@pytest.mark.parametrize("env,words", [
    ({"PLACE": "moon"}, "PLACE=sluice|xen|native"),
    ({"GUEST": "nobody"}, "tests/guest/nobody is not built"),
    ({"RAMDISK": "nothing"}, "nothing is no file"),
])
def test_refused(env, words):
    got = run(**env)
    assert got.returncode == 1
    assert words in got.stdout


@pytest.mark.parametrize("place", ["sluice", "native"])
def test_terminal(place):
    """Typed into a terminal of its own."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([RUN], stdin=theirs, stdout=theirs, stderr=theirs,
                          env={**os.environ, "PLACE": place},
                          start_new_session=True) as p:
        os.close(theirs)
        text = b""
        try:
            for typed, wanted in [(b"", b"pvguest> "),
                                  (b"uptime\r", b" since 1970"),
                                  (b"halt\r", b"pvguest: halted")]:
                os.write(ours, typed)
                end = time.monotonic() + 30
                while wanted not in text and time.monotonic() < end:
                    if select.select([ours], [], [], 1)[0]:
                        text += os.read(ours, 65536)
                assert wanted in text, text.decode()
            assert p.wait(20) in (0, 1)
        finally:
            p.kill()
            os.close(ours)


def test_list_for_coverage(tmp_path):
    """COVERAGE=: QEMU writes down which of the hypervisor's code it ran."""
    got = run(GUEST="examples/hello", COVERAGE=str(tmp_path))
    assert not got.returncode, got.stdout
    log, = tmp_path.glob("*.log")
    code = [line for line in log.read_text().split("\n")
            if line.startswith("0x")]
    assert len(code) > 1000
    assert all(line.startswith("0xffff8080002") for line in code)
