# SPDX-License-Identifier: MIT
"""Start-up: loaders, CPUs, memory, options, and how the machine ends.

Most of these boot without a guest: Sluice then says so and halts, and with
`debug-exit' ends QEMU with status 5 (1 is power off, 3 a reboot).
"""

import json
import os
import re
import shutil
import socket
import subprocess

import pytest

import machine

STOPPED = 5
ICOUNT = ["-icount", "shift=0,sleep=off", "-rtc", "clock=vm,base=2024-01-01"]


def boot(options="debug-exit", timeout=60, **how):
    """Boots to the end: QEMU's status and what the console showed."""
    log = os.environ.get("PYTEST_CURRENT_TEST", "boot").split("::")[-1]
    log = "boot-" + re.sub(r"[^a-z0-9]+", "-", log.split(" ")[0])
    if "iso" not in how:
        how["kernel"] = machine.sluice()
    with machine.Machine(machine.qemu(options=options, **how), log=log,
                         timeout=timeout) as m:
        while m.read_line() is not None:
            pass
        return m.wait(), "\n".join(m.lines)


# ---- Loaders ----------------------------------------------------------------

@pytest.mark.parametrize("how", ["disc", "stick", "uefi", "uefi-stick"])
def test_grub(how):
    """GRUB, Multiboot 2: both modules arrive, with their lines."""
    iso = machine.make_iso(machine.sluice(), "debug-exit first",
                           [(__file__, "name=a b=c"), (__file__, "d e")])
    status, text = boot(iso=iso, stick="stick" in how, uefi="uefi" in how,
                        extra=["-accel", "tcg,tb-size=8"], timeout=110)
    assert status == STOPPED, text
    assert "unknown option first" in text
    assert re.search(r"module 1 \(a\) refused: b", text)
    assert re.search(r"module 2 \(domain0\) refused: not an ELF", text)


def grub_menu(*lines):
    iso_lines = ["serial --unit=0 --speed=115200", "terminal_output serial",
                 "set timeout=0", "menuentry boot {", *lines, "}", ""]
    return [("boot/grub/grub.cfg", "\n".join(iso_lines).encode())]


def test_grub_multiboot_1():
    """GRUB leaves the files' names out of protocol 1 as well."""
    iso = machine.make_iso(machine.sluice(), extra=grub_menu(
        "multiboot /boot/kernel debug-exit first", "module /boot/kernel a=b"))
    status, text = boot(iso=iso, extra=["-accel", "tcg,tb-size=8"])
    assert status == STOPPED, text
    assert "unknown option first" in text
    assert "kernel debug" not in text


def test_memory_with_holes():
    """GRUB's cutmem takes pieces out of the memory map."""
    iso = machine.make_iso(machine.sluice(), extra=grub_menu(
        "cutmem 32M 48M", "cutmem 0x5001000 0x5003000",
        "multiboot2 /boot/kernel debug-exit"))
    status, text = boot(iso=iso, mem=128, extra=["-accel", "tcg,tb-size=8"])
    assert status == STOPPED, text
    assert "111 MiB RAM" in text


# ---- CPUs -------------------------------------------------------------------

@pytest.mark.parametrize("cpu,line", [
    ("qemu32", "this CPU has no 64-bit mode"),
    ("max,-nx", "this CPU lacks no-execute pages: halted"),
    ("max,-syscall", "this CPU lacks SYSCALL: halted"),
    ("max,-pge", "this CPU lacks global pages: halted"),
    ("max,-pat", "this CPU lacks a page attribute table: halted"),
    ("max,-apic", "this CPU lacks a local APIC: halted"),
])
def test_cpu_refused(cpu, line):
    with machine.Machine(machine.qemu(machine.sluice(), "debug-exit",
                                      cpu=cpu)) as m:
        assert m.expect(re.escape(line), 20), m.lines
        assert not m.expect("panic", 1)


@pytest.mark.parametrize("cpu,smep,smap,leaks", [
    ("max", "on", "on", False), ("max,-smap", "on", "missing", False),
    ("qemu64", "missing", "missing", False),
    ("max,pdpe1gb=off", "on", "on", False),
    ("Skylake-Client", "on", "on", True),
])
def test_cpu_report(cpu, smep, smap, leaks):
    status, text = boot(cpu=cpu)
    assert status == STOPPED, text
    assert f"SMEP {smep}, SMAP {smap}, NX on" in text
    assert ("affected, no page-table isolation: one domain only" in text) == \
        leaks
    assert ("Meltdown and L1TF: not affected" in text) != leaks


def test_unsafe_cpu():
    text = boot("debug-exit unsafe-cpu", cpu="Skylake-Client")[1]
    assert "unsafe-cpu allows several domains" in text
    assert "unknown option" not in text


# ---- Memory and time --------------------------------------------------------

@pytest.mark.parametrize("mib,most", [
    (64, 200), (1024, 200), (4096, 200), (5120, 210), (16384, 320)])
def test_memory(mib, most):
    """All of it is found and little of it used; start-up's virtual time."""
    status, text = boot(mem=mib, extra=ICOUNT)
    assert status == STOPPED, text
    found = re.search(r"(\d+) MiB RAM, (\d+) MiB free, started in (\d+) ms",
                      text)
    assert found, text
    ram, free, took = map(int, found.groups())
    assert mib - 2 <= ram <= mib
    assert ram - free < 3 + mib / 64
    assert took <= most


def test_too_little_memory():
    status, text = boot(mem=12)
    assert status == STOPPED, text
    assert re.search(r"\d+ KiB of RAM in the boot loader's memory map, at "
                     "least 16 MiB are needed: halted", text)


def test_clocks():
    """Rates and the date, under icount: both timers run at 1 GHz then."""
    text = boot("debug-exit loglvl=debug", extra=ICOUNT)[1]
    tsc, apic = re.search(r"TSC (\d+) kHz, APIC timer (\d+) kHz, by the PIT",
                          text).groups()
    assert abs(int(tsc) - 1000000) < 100 and abs(int(apic) - 1000000) < 100
    # 2024-01-01, plus what the firmware took.
    date = int(re.search(r"(\d+) seconds since 1970", text).group(1))
    assert 0 <= date - 1704067200 < 30


def test_clock_without_pit():
    text = boot(extra=["-machine", "pc,pit=off"] + ICOUNT)[1]
    tsc = re.search(r"TSC (\d+) kHz, .* by the ACPI timer", text).group(1)
    assert abs(int(tsc) - 1000000) < 100


# ---- Options ----------------------------------------------------------------

def test_options():
    text = boot("debug-exit loglvl=all nonsense=1 more noreboot")[1]
    assert "unknown option nonsense=1" in text
    assert "unknown option more" in text
    assert "unknown option noreboot" not in text
    assert "by the PIT; TSC not said to be steady" in text


def test_options_refused():
    text = boot("debug-exit loglvl=loud console=com1,com3,9600,vga,1")[1]
    assert "loglvl=: error, warning, info or debug" in text
    assert "console=: unknown part com3" in text
    assert "console=: unknown part 1\n" in text


def test_loglvl_error():
    text = boot("debug-exit loglvl=error")[1]
    assert "MiB RAM" not in text
    assert "no domain can be started: halted" in text


def test_console_com2(tmp_path):
    other = tmp_path / "com2"
    text = boot("debug-exit console=com2,57600",
                extra=["-serial", f"file:{other}"])[1]
    assert "MiB RAM" not in text
    assert "MiB RAM" in other.read_text()


def test_console_none():
    status, text = boot("debug-exit console=none")
    assert status == STOPPED
    assert "MiB RAM" not in text


def test_long_line():
    with machine.Machine(machine.qemu(machine.sluice(), "x" * 4096)) as m:
        assert m.expect("the boot line is too long: ignored"), m.lines
        assert m.expect("no domain can be started: halted"), m.lines


def test_too_many_options():
    text = boot("debug-exit" + " o" * 100)[1]
    assert "more than 64 options" in text


# ---- The end ----------------------------------------------------------------

@pytest.mark.parametrize("how", ["pc", "q35", "uefi"])
def test_power_off(how):
    """Domain 0's end switches the machine off by ACPI: QEMU's status is 0."""
    modules = [(machine.guest("usermode"), "")]
    if how == "uefi":
        iso = machine.make_iso(machine.sluice(), "", modules)
        status, text = boot(iso=iso, uefi=True, options="", timeout=110,
                            extra=["-accel", "tcg,tb-size=8"])
    else:
        status, text = boot("", modules=modules, extra=["-machine", how])
    assert "Sluice: power off" in text
    assert "cannot be switched off" not in text
    assert status == 0


# ---- With QEMU's monitor ----------------------------------------------------

class Monitor:
    """QEMU's monitor, for what only the world outside can do or see."""

    def __init__(self, path):
        self.path = str(path)
        self.args = ["-qmp", f"unix:{path},server=on,wait=off"]

    def __call__(self, line):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.path)
            with s.makefile("rw") as f:
                f.readline()
                for command, args in [
                        ("qmp_capabilities", {}),
                        ("human-monitor-command", {"command-line": line})]:
                    f.write(json.dumps({"execute": command,
                                        "arguments": args}) + "\n")
                    f.flush()
                    answer = json.loads(f.readline())
                    while "return" not in answer:
                        answer = json.loads(f.readline())
                return answer["return"]


@pytest.fixture
def monitor(tmp_path):
    return Monitor(tmp_path / "qmp")


def halted(monitor, options, **how):
    m = machine.Machine(machine.qemu(machine.sluice(), options,
                                     extra=monitor.args, **how))
    assert m.expect("no domain can be started: halted\n"), m.lines
    return m


# Bank 0, an uncorrected error whose place is not known.
MACHINE_CHECK = "mce 0 0 0xb200000000000000 0x4 0 0"


def test_panic(monitor):
    """A machine check: registers, callers by name, the last messages.

    NMIs that come before do not disturb who is interrupted.
    """
    with halted(monitor, "noreboot") as m:
        for _ in range(3):
            monitor("nmi")
        monitor(MACHINE_CHECK)
        assert m.expect(r"back trace:\n", 5), m.lines
        assert m.expect("boot_stop\\+", 5), m.lines
        assert m.expect("boot_main\\+", 5), m.lines
        assert m.expect("panic: .* 18", 5), m.lines
        assert m.expect("last messages:\n"), m.lines
        assert m.expect("MiB RAM", 5), m.lines
        assert m.expect("no domain can be started", 5), m.lines
        assert m.expect("Sluice: halted\n", 5), m.lines
        text = "\n".join(m.lines)
        assert re.search("vector 18, error code 0, hypervisor", text)
        assert re.search("rip ffff8080[0-9a-f]{8}, cs e008, ", text)
        assert "machine_halt+" in text
        assert not m.expect("reboot", 1)


def test_panic_reboots(monitor):
    with halted(monitor, "") as m:
        monitor(MACHINE_CHECK)
        assert m.expect("reboot in 5 seconds\n"), m.lines
        assert m.wait(15) == 0


def test_stack_overflow(tmp_path):
    """gdb leaves 16 bytes of stack: the guard page is hit, by a double fault
    that has a stack of its own, and the callers can still be told."""
    if not shutil.which("gdb"):
        pytest.skip("gdb is not installed")
    gdb = tmp_path / "gdb"
    args = ["-S", "-gdb", f"unix:{gdb},server=on,wait=off"]
    with machine.Machine(machine.qemu(machine.sluice(), "noreboot",
                                      extra=args)) as m:
        done = subprocess.run(
            ["gdb", "-batch", "-nx", "-iex", "set tcp auto-retry on",
             machine.sluice(), "-ex", f"target remote {gdb}",
             "-ex", "hbreak boot_stop", "-ex", "continue",
             "-ex", "set $rsp = 0xffff80804000c010",
             "-ex", "delete", "-ex", "detach"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=50)
        assert m.expect("vector 8, error code 0, hypervisor\n"), \
            (done.stdout, m.lines)
        assert m.expect("stack overflow\n", 5), m.lines
        assert m.expect("panic: unexpected exception 8", 5), m.lines
        assert m.expect("Sluice: halted\n", 5), m.lines


def test_nothing_writable_is_executable(monitor):
    """Nor is text writable by its other address, or a guard page there."""
    with halted(monitor, ""):
        pages = re.findall(r"^([0-9a-f]{16}): ([0-9a-f]{16}) (\S+)$",
                           monitor("info tlb").replace("\r", ""), re.M)
    assert len(pages) > 100
    text = set()
    for va, _, flags in pages:
        assert va >= "ffff800000000000", va
        # X is printed for no-execute.
        if flags[0] != "X":
            assert "W" not in flags, (va, flags)
            text.add(int(va, 16) - 0xffff808000000000)
        # What guests may read: the M2P alone.
        if "U" in flags:
            assert va < "ffff808000000000" and "W" not in flags
    assert text
    for va, _, flags in pages:
        if int(va, 16) - 0xffff820000000000 in text:
            assert "W" not in flags, va
    cpu0 = {int(va, 16) - 0xffff808040000000 >> 12 for va, _, _ in pages
            if va.startswith("ffff80804000")}
    assert cpu0 == {0, 2, 4, 6, 8, 12, 13, 14, 15}


def test_screen(monitor):
    """The VGA text screen shows what the serial port does."""
    with halted(monitor, "console=vga,com1"):
        # The serial port is written first: the screen may come a bit later.
        for _ in range(50):
            dump = monitor("xp /4000bx 0xb8000")
            cells = [int(x, 16) for line in dump.splitlines()
                     for x in line.split(":")[1].split()]
            screen = "".join(map(chr, cells[::2]))
            if "no domain can be started: halted" in screen:
                break
    assert "Sluice: version" in screen
    assert "no domain can be started: halted" in screen


def font():
    """Glyph -> character, from what the build made of GRUB's font."""
    with open(os.path.join(machine.OUT, "include/generated/font.h"),
              encoding="utf-8") as f:
        glyphs = re.findall(r"\{ (.*?) \}", f.read())
    return {bytes(int(x, 16) for x in g.split(", ")): chr(32 + i)
            for i, g in enumerate(glyphs)}


def screen_text(path):
    """The lines of characters that a screen dump (PPM) shows."""
    with open(path, "rb") as f:
        _, size, _, dots = f.read().split(b"\n", 3)
    width, height = map(int, size.split())
    glyphs, lines = font(), []
    for y in range(0, height - 15, 16):
        line = ""
        for x in range(0, width - 7, 8):
            glyph = bytes(sum(0x80 >> i for i in range(8) if
                              dots[3 * ((y + j) * width + x + i)])
                          for j in range(16))
            line += glyphs.get(glyph, "?")
        lines.append(line.rstrip())
    return "\n".join(lines)


@pytest.mark.parametrize("uefi", [False, True], ids=["bios", "uefi"])
def test_frame_buffer(uefi, monitor, tmp_path):
    """What GRUB left as a frame buffer shows what the serial port shows."""
    iso = machine.make_iso(machine.sluice(), "noreboot first",
                           [(__file__, "name=a")])
    args = machine.qemu(iso=iso, uefi=uefi, extra=monitor.args)
    with machine.Machine(args, timeout=110) as m:
        assert m.expect("no domain can be started: halted\n"), m.lines
        monitor(f"screendump {tmp_path}/screen.ppm")
    text = screen_text(tmp_path / "screen.ppm")
    for line in m.lines:
        if line.startswith("Sluice: ") and "version" not in line:
            assert line[:60] in text, text
