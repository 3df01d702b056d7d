# SPDX-License-Identifier: MIT
"""pvguest, typed into: its shell, its tests of itself, its ends.

The same on Sluice, on the bare machine and, with PEER=xen, on Xen.
"""

import os
import re
import subprocess

import pytest

import machine
import tap

PROMPT = r"^pvguest> $"
PLACES = ["sluice", "native"] + \
    (["xen"] if os.environ.get("PEER") == "xen" else [])
ICOUNT = ["-icount", "shift=0,sleep=off",
          "-rtc", "clock=vm,base=2024-01-01"]
CPIO = os.path.join(machine.ROOT, "pvguest/user/cpio")


def memory(place, mib):
    """What gives pvguest so much of it: arguments of Shell."""
    return {"sluice": {"line": f"name=pv mem={mib}M --"},
            "xen": {"options": f"dom0_mem={mib}M"},
            "native": {"mem": mib}}[place]


class Shell:
    """A machine whose kernel, or domain 0, is pvguest, up to its prompt."""

    def __init__(self, place, log, options="", line="", ramdisk=None,
                 timeout=100, **how):
        files = [(ramdisk, "")] if ramdisk else []
        if place == "native":
            args = machine.qemu(machine.guest("pvguest"), line, files, **how)
        else:
            kernel, fixed = machine.hypervisor(place)
            args = machine.qemu(kernel, f"{fixed} {options}".strip(),
                                [(machine.guest("pvguest"), line)] + files,
                                **how)
        self.m = machine.Machine(args, f"pvguest-{log}-{place}", timeout)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.m.close()

    def prompt(self, timeout=60):
        assert self.m.expect(PROMPT, timeout), "\n".join(self.m.lines[-40:])

    def run(self, line, timeout=60):
        """What the shell prints between LINE's echo and its prompt."""
        self.m.send(line + "\r")
        assert self.m.expect(r"\n", timeout)
        start = len(self.m.lines) - 1
        self.prompt(timeout)
        return "\n".join(self.m.lines[start:-1]).strip()

    def text(self):
        while self.m.read_line(0.5):
            pass
        return "\n".join(self.m.lines)


@pytest.fixture(params=PLACES, name="place")
def _place(request):
    return request.param


def test_shell(place):
    with Shell(place, "shell", line="some words") as s:
        s.prompt()
        assert "some words" in s.run("dmesg")
        assert "uptime" in s.run("help")
        assert re.search(r"running .* shell", s.run("ps"))
        assert re.search(r"pages: \d+, free \d+", s.run("free"))
        assert re.search(r"up \d+\.\d+ s", s.run("uptime"))
        assert s.run("nonsense").startswith("nonsense: no such command")
        assert s.run("") == ""
        assert " readme.txt" in s.run("ls")
        assert "files for ls and cat" in s.run("cat readme.txt")
        assert s.run("cat nothing") == "cat: no file nothing"
        assert "user mode, process 1: a b" in s.run("run hello a b")
        assert s.run("run nothing") == "run: no file nothing"
        assert s.run("run readme.txt") == "run: readme.txt: error 8"
        assert s.run("kill 77") == "kill: no process 77"
        s.m.send("halt\r")
        assert s.m.expect("pvguest: halted")


def test_pipes(place):
    """Programs by name, several in a line, timed."""
    with Shell(place, "pipes") as s:
        s.prompt()
        assert s.run("echo a  b") == "a b"
        assert s.run("cat readme.txt | wc") == "1 12 61"
        lines = len(s.run("ls | cat").split("\n"))
        assert s.run("run ls | cat | wc").startswith(f"{lines} {lines} ")
        assert s.run("cat readme.txt | true") in ("", "true: status 1")
        assert s.run("echo x | nothing") == "run: no file nothing"
        assert s.run("nothing | cat") == "run: no file nothing"
        assert s.run("echo | " * 8 + "cat").startswith("run: more than 8")
        assert s.run("cat nothing | cat") == "cat: no file nothing"
        assert re.search(r"^hello .*\n0\.\d{6} s$", s.run("time hello"))
        assert re.search(r"^pid \d+$", s.run("true | true &"))
        s.m.send("cat | wc\rsome words\r")
        assert not s.m.expect(PROMPT, 1)
        s.m.send("\x03")
        s.prompt()
        assert "cat" not in s.run("ps")


def test_job(place):
    """A program that forks without end, beside the shell."""
    with Shell(place, "job") as s:
        s.prompt()
        s.run("hello")
        pid = re.search(r"pid (\d+)", s.run("spin | spin &"))[1]
        assert len(re.findall(r" spin$", s.run("ps"), re.M)) == 2
        assert s.run(f"kill -{pid}") == ""
        assert any("spin" not in s.run("ps") for _ in range(20))
        assert s.run(f"kill -{pid}") == f"kill: no process -{pid}"
        s.run("procs bomb &")
        assert s.m.expect(r"job \d+: forks without end, is ended", 30)
        assert any("procs" not in s.run("ps") for _ in range(20))
        assert "hello from" in s.run("hello")


def test_background(place):
    """A program that never ends: the shell goes on, and ends it."""
    with Shell(place, "background") as s:
        s.prompt()
        pid = re.search(r"pid (\d+)", s.run("run spin &"))[1]
        assert re.search(rf" {pid} .* spin", s.run("ps"))
        assert s.run(f"kill {pid}") == ""
        # It ends when its turn comes.
        assert any("spin" not in s.run("ps") for _ in range(20))


def test_control_c(place):
    """It ends the program that the shell waits for."""
    with Shell(place, "control-c") as s:
        s.prompt()
        s.m.send("run spin\r")
        assert s.m.expect("\n") and not s.m.expect(PROMPT, 1)
        s.m.send("\x03")
        assert s.m.expect("^spin: killed\n", 20)
        s.prompt()
        assert "spin" not in s.run("ps")


def test_editing(place):
    """Keys as a VT100 sends them: what counts is the line that results."""
    keys = [("helpp\x7f", "this list"), ("xhelp\x01\x1b[3~", "this list"),
            ("hep\x1b[Dl", "this list"), ("elp\x1b[Hh", "this list"),
            ("zzz\x15free", "pages:"), ("free zzz\x1b[D\x1b[D\x1b[D\x0b",
                                        "pages:"),
            ("\x1b[A", "pages:"), ("nonsense", "nonsense: no such"),
            ("\x1b[A\x1b[A", "pages:"), ("\x1b[A\x1b[A\x1b[B\x03help",
                                         "this list"),
            ("\x1b[A\x1b[A\x1b[B", "this list"),
            ("x" * 300, "x" * 127 + ": no such command"),
            ("\x1b[99~\x1bq", "")]
    with Shell(place, "editing") as s:
        s.prompt()
        for typed, shown in keys:
            s.m.send(typed + "\r")
            assert s.m.expect(r"\n(?=(?s:.*)\npvguest> $)|\npvguest> $", 20)
            text = s.m.rest.decode("utf-8", "replace").replace("\r", "")
            assert shown in text, (typed, text)
            s.m.rest = b""


def test_itself(place, points):
    """The kernel's own tests, on its own report."""
    with Shell(place, "itself") as s:
        s.prompt()
        lines = s.run("test", 90).split("\n")
    found = [tap.POINT.match(line) for line in lines]
    found = [match for match in found if match]
    failed = [match[0] for match in found if match[1]]
    points(len(found) - len(failed), len(failed), [])
    assert not failed, "\n".join(lines)
    assert f"1..{len(found)}" in lines[-2:] and len(found) > 15


# A minute of the machine's time, where an instruction takes 32 ns.
MINUTE = ["-icount", "shift=5,sleep=off",
          "-rtc", "clock=vm,base=2024-01-01"]


def test_stress(place):
    """The same lines wherever it runs, and nothing is lost."""
    with Shell(place, "stress", timeout=280, extra=MINUTE) as s:
        s.prompt()
        # Stacks are kept: the most that it needs at a time.
        s.run("stress 1 7")
        free = s.run("free")
        lines = s.run("time stress 120", 250).split("\n")
        assert s.run("free") == free
    assert len(lines) == 122 and lines[120] == "stress: done"
    assert lines[119] == ("stress: round 120: 31 in a tree, 39 at most, "
                          "sum a03fd70191bfcd6e")
    # About a minute; less, as what it does gets cheaper.
    assert float(lines[121].split()[0]) > 30


def test_crash_messages(place):
    with Shell(place, "messages") as s:
        s.prompt()
        assert re.search(r"crash\[1\]: page fault at rip \w+, error 6, "
                         r"address 0,", s.run("run crash null"))
        assert "illegal instruction" in s.run("run crash ud2")
        assert "pages:" in s.run("free")


def test_exhaustion(place):
    """A program that takes all memory is ended, and all of it comes back."""
    with Shell(place, "exhaustion", **memory(place, 24)) as s:
        s.prompt()
        s.run("run hello")
        free = s.run("free")
        for _ in range(3):
            assert "page fault (no memory) at" in s.run("run crash hog")
        assert s.run("free") == free


def test_figures(place):
    """All are there, and, counted in instructions, the same twice."""
    seen = []
    for _ in range(2):
        with Shell(place, "figures", extra=ICOUNT) as s:
            s.prompt()
            seen.append(s.run("bench"))
    named = re.findall(r"^bench: (.*?): \d+ \(the loop took \d+ more\)$",
                       seen[0], re.M)
    assert named == (["null hypercall"] if place != "native" else []) + [
        "event sent to oneself and taken",
        "system call from user mode and back",
        "page fault from user mode and back", "first touch of a page"]
    assert "bench: done" in seen[0]
    assert seen[0] == seen[1]


def test_reboot(place):
    """QEMU is told to end when the machine starts again."""
    options = "noreboot=0" if place == "xen" else ""
    with Shell(place, "reboot", options) as s:
        s.prompt()
        s.m.send("reboot\r")
        assert s.m.expect("pvguest: reboots")
        assert s.m.wait(15) is not None or place == "xen"


def test_little_memory(place):
    """One line says so."""
    with Shell(place, "little", timeout=20, **memory(place, 4)) as s:
        assert s.m.expect("pvguest: needs [68] MiB of memory, has [34]")


@pytest.mark.parametrize("where,mib", [
    ("sluice", 8), ("sluice", 12), ("sluice", 64), ("sluice", 1500),
    ("native", 8), ("native", 64), ("native", 1500)])
def test_memory_sizes(where, mib):
    how = memory(where, mib)
    with Shell(where, f"memory{mib}", **{"mem": mib + 64, **how}) as s:
        s.prompt()
        assert "hello from user mode" in s.run("run hello")
        if mib > 1024:
            assert re.search(r"(475|476) MiB more are left", s.run("dmesg"))


def test_second_domain():
    """Not domain 0: its console is a ring.  Nobody types there; it starts,
    and waits without taking the CPU from the other."""
    options = "name=first mem=32M --"
    args = machine.qemu(machine.sluice(), "", [
        (machine.guest("pvguest"), options),
        (machine.guest("pvguest"), "name=second mem=48M -- words")])
    with machine.Machine(args, "pvguest-second", 60) as m:
        assert m.expect("second: pvguest on Sluice, 48 MiB, command line "
                        "'words'", 30), "\n".join(m.lines)
        # Whether or not the prompt is there: what is typed early is kept.
        m.send("run hello\r")
        assert m.expect("hello from user mode", 20)
        m.send("halt\r")
        assert m.expect("pvguest: halted", 20)


def elf(prog):
    return os.path.join(machine.OUT, f"obj/pvguest/user/{prog}.elf")


def patched(path, changes):
    """A program with bytes changed: pairs of offset and bytes."""
    with open(path, "rb") as f:
        data = bytearray(f.read())
    for offset, value in changes:
        data[offset:offset + len(value)] = value
    return bytes(data)


def le64(n):
    return n.to_bytes(8, "little")


def ramdisk(folder, files):
    """A cpio of FILES, name: contents."""
    paths = []
    for name, data in files.items():
        paths.append(folder / name)
        paths[-1].write_bytes(data)
    out = folder / "ramdisk.cpio"
    subprocess.run([CPIO, out] + paths, check=True)
    return str(out)


# Offsets: of the header, and of the first program header at 64.
BAD_PROGRAMS = {
    "class": [(4, b"\1")], "machine": [(18, b"\3\0")],
    "type": [(16, b"\3\0")], "phdrs-far": [(32, le64(1 << 63))],
    "phdrs-many": [(56, b"\xff\xff")], "phentsize": [(54, b"\x20\0")],
    "entry-high": [(24, le64(0xffffffff80100000))], "entry-0": [(24, le64(0))],
    "offset": [(64 + 8, le64(1 << 63))], "filesz": [(64 + 32, le64(1 << 40))],
    "memsz-small": [(64 + 40, le64(1))],
    "memsz-wrap": [(64 + 40, le64((1 << 64) - 1))],
    "vaddr-kernel": [(64 + 16, le64(0xffffffff80100000))],
    "vaddr-0": [(64 + 16, le64(0))], "vaddr-top": [
        (64 + 16, le64(0x7fffffffe000))],
    "vaddr-stack": [(64 + 16, le64(0x100f0000))],
    "flags-wx": [(64 + 4, b"\7")], "overlap": [(64 + 40, le64(0x100000))],
}


def test_bad_programs(place, tmp_path):
    files = {name: patched(elf("hello"), changes)
             for name, changes in BAD_PROGRAMS.items()}
    files["empty"] = b""
    files["short"] = patched(elf("hello"), [])[:63]
    files["cut"] = patched(elf("hello"), [])[:200]
    files["good"] = patched(elf("hello"), [])
    with Shell(place, "programs", ramdisk=ramdisk(tmp_path, files)) as s:
        s.prompt()
        for name in files:
            want = "hello from" if name == "good" else f"run: {name}: error 8"
            assert s.run(f"run {name}").startswith(want)


@pytest.mark.parametrize("fault", ["magic", "digits", "name", "size",
                                   "cut", "noise"])
def test_bad_ramdisk(fault, tmp_path):
    """Refused with a reason; the image's own is used instead."""
    path = ramdisk(tmp_path, {"a": b"x" * 100, "b": b"y"})
    with open(path, "rb") as f:
        good = f.read()
    at = {"magic": 0, "digits": 54, "name": 94, "size": 54}.get(fault, 0)
    bad = {"cut": good[:-60], "noise": os.urandom(5000), "magic": b"080701",
           "digits": b"0000zz00"}.get(fault, b"fffffff0")
    with open(path, "wb") as f:
        f.write(bad if fault in ("cut", "noise") else
                good[:at] + bad + good[at + len(bad):])
    at = r"[0-9a-f]+" if fault == "cut" else "0"
    place = "sluice" if fault != "size" else "native"
    with Shell(place, f"ramdisk-{fault}", ramdisk=path) as s:
        s.prompt()
        assert re.search(f"ramdisk: no record at byte 0x{at} of",
                         s.run("dmesg"))
        assert " hello" in s.run("ls")
