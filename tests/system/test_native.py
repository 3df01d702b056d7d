# SPDX-License-Identifier: MIT
"""pvguest on the bare machine: what only that has.  Its shell and its own
tests are in test_pvguest.py, for all places."""

import os
import re
import socket
import subprocess
import time

import pytest

import machine
from test_boot import screen_text

PROMPT = r"^pvguest> $"


class Stub:
    """QEMU's debugging stub, by GDB's remote protocol."""

    def __init__(self, path):
        self.got = b""
        self.s = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + 10
        while self.s.connect_ex(path) and time.monotonic() < end:
            time.sleep(0.1)
        self.s.settimeout(20)

    def ask(self, text):
        """The answer; news of a stop count only where one is waited for."""
        self.s.sendall(f"${text}#{sum(text.encode()) % 256:02x}".encode())
        while True:
            while not (found := re.search(rb"\$([^#]*)#..", self.got)):
                data = self.s.recv(4096)
                assert data, "the stub has hung up"
                self.got += data
            self.got = self.got[found.end():]
            self.s.sendall(b"+")
            if not found[1].startswith(b"T") or text in ("c", "s"):
                return found[1].decode()

    def stack_pointer(self):
        return int.from_bytes(bytes.fromhex(self.ask("g"))[56:64], "little")


def monitor(path, *commands):
    """QEMU's own commands, given and done; what the last one said."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.settimeout(20)
        for command in ("", *commands):
            if command:
                s.sendall(f"{command}\n".encode())
            got = b""
            while not got.endswith(b"(qemu) "):
                got += s.recv(4096)
    return got.decode("utf-8", "replace")


def start(log, line="", modules=(), **how):
    args = machine.qemu(machine.guest("pvguest"), line, list(modules), **how)
    return machine.Machine(args, f"native-{log}", 60)


@pytest.mark.parametrize("cpu,said", [
    ("max,-lm", "this CPU has no 64-bit mode: cannot start"),
    ("qemu64,-apic", "panic: this CPU has no local APIC"),
])
def test_cpu_refused(cpu, said):
    with start("cpu-refused", cpu=cpu) as m:
        assert m.expect(f"pvguest: {said}", 20), "\n".join(m.lines)


@pytest.mark.parametrize("cpu", ["qemu64", "qemu64,-nx", "max,-smap,-smep"])
def test_plain_cpus(cpu):
    """Without what is younger than 64-bit mode itself."""
    with start("plain-cpu", cpu=cpu) as m:
        assert m.expect(PROMPT, 20), "\n".join(m.lines)
        m.send("run hello\r")
        assert m.expect("hello from user mode", 20)


def test_protections(tmp_path):
    """What the CPU has is on: WP, SMEP, SMAP, NX."""
    path = str(tmp_path / "monitor")
    extra = ["-monitor", f"unix:{path},server=on,wait=off"]
    with start("protections", extra=extra) as m:
        assert m.expect(PROMPT, 20)
        said = monitor(path, "info registers")
    found = {name: int(re.search(rf"{name}=([0-9a-f]+)", said)[1], 16)
             for name in ("CR0", "CR4", "EFER")}
    assert found["CR0"] & 1 << 16
    assert found["CR4"] & 3 << 20 == 3 << 20
    assert found["EFER"] & 1 << 11


def test_not_a_loader(tmp_path):
    """Entered with another magic number, as by the first Multiboot."""
    with open(machine.guest("pvguest"), "rb") as f:
        data = bytearray(f.read())
    # mov $PVH_MAGIC, %eax
    at = data.index(b"\xb8\x78\xc5\x6e\x33")
    data[at + 1:at + 5] = b"\x02\xb0\xad\x2b"
    path = tmp_path / "pvguest"
    path.write_bytes(data)
    with machine.Machine(machine.qemu(str(path)), "native-loader", 30) as m:
        assert m.expect("panic: started by a loader that is unknown, "
                        "magic 2badb002", 20), "\n".join(m.lines)


def own_ramdisk(tmp_path, size=0):
    """The programs' own, with another name in it; at least SIZE bytes."""
    elf = os.path.join(machine.OUT, "obj/pvguest/user/ramdisk.cpio")
    with open(elf, "rb") as f:
        data = f.read().replace(b"readme.txt", b"grubme.txt")
    path = tmp_path / "ramdisk"
    path.write_bytes(data + bytes(max(0, size - len(data))))
    return str(path)


def test_q35_and_much_memory(tmp_path):
    """Tables and ramdisk beyond what the kernel maps: it is copied."""
    with start("q35", mem=3000, modules=[(own_ramdisk(tmp_path, 5 << 20), "")],
               extra=["-machine", "q35"]) as m:
        assert m.expect(r"\d+ MiB more are left unused", 20)
        assert m.expect(PROMPT, 20)
        m.send("ls\r")
        assert m.expect("grubme.txt", 20)
        m.send("run hello\r")
        assert m.expect("hello from user mode", 20)
        m.send("halt\r")
        assert m.wait(20) is not None


def test_ramdisk_too_big(tmp_path):
    """For the gigabyte, it is said to be: the image's own is used."""
    path = str(tmp_path / "stub")
    with start("big-ramdisk", modules=[(own_ramdisk(tmp_path), "")],
               extra=["-S", "-gdb", f"unix:{path},server=on,wait=off"]) as m:
        stub = Stub(path)
        assert stub.ask(f"Z1,{symbol('native_memory_init')},1") == "OK"
        stub.ask("c")
        # REGIONS_MAX regions, their number, then where the ramdisk begins.
        end = int(symbol("loaded"), 16) + 128 * 24 + 16
        assert stub.ask(f"M{end:x},8:{'ff' * 7}0f") == "OK"
        assert stub.ask(f"z1,{symbol('native_memory_init')},1") == "OK"
        assert stub.ask("D") == "OK"
        assert m.expect("no place for the ramdisk", 20), "\n".join(m.lines)
        assert m.expect(PROMPT, 20)
        m.send("ls\r")
        assert m.expect("readme.txt", 20)


def test_no_pit():
    """ACPI's timer measures the clock then."""
    with start("no-pit", extra=["-machine", "q35,pit=off"]) as m:
        assert m.expect(PROMPT, 20), "\n".join(m.lines)
        up = []
        for _ in range(2):
            m.send("uptime\r")
            up.append(float(m.expect(r"up (\d+\.\d+) s", 20)[1]))
            time.sleep(1)
        assert 0.9 < up[1] - up[0] < 10


def test_no_clock():
    with start("no-clock", extra=["-machine", "pc,pit=off,acpi=off"]) as m:
        assert m.expect("panic: no PIT or ACPI timer", 20)


def test_no_acpi():
    """Then it cannot be switched off; that is said."""
    with start("no-acpi", extra=["-no-acpi"]) as m:
        assert m.expect(PROMPT, 20)
        m.send("halt\r")
        assert m.expect("can't be switched off by software", 20)


def test_grub_ramdisk(tmp_path):
    """GRUB's module and command line."""
    iso = machine.make_iso(machine.guest("pvguest"), "by GRUB",
                           [(own_ramdisk(tmp_path), "")])
    with machine.Machine(machine.qemu(iso=iso), "native-grub", 100) as m:
        assert m.expect("command line 'by GRUB'", 60)
        assert m.expect(PROMPT, 20)
        m.send("ls\r")
        assert m.expect("grubme.txt", 20)


def test_wall_clock():
    with start("clock", extra=["-rtc", "base=2024-02-29T23:59:58"]) as m:
        assert m.expect(PROMPT, 20)
        m.send("uptime\r")
        found = m.expect(r"(\d+) s since 1970", 20)
        assert 1709251198 <= int(found[1]) <= 1709251210


def test_start_time():
    """From the loader's jump to the prompt: below half a second, counted in
    instructions of a nanosecond."""
    extra = ["-icount", "shift=0,sleep=off",
             "-rtc", "clock=vm,base=2024-01-01"]
    with start("start", extra=extra) as m:
        found = m.expect(r"ready at (\d+) us", 20)
        assert int(found[1]) < 500000
        assert m.expect(PROMPT, 20)


def symbol(name):
    for line in subprocess.run(["nm", machine.guest("pvguest")], check=True,
                               stdout=subprocess.PIPE,
                               text=True).stdout.splitlines():
        if line.endswith(f" {name}"):
            return line.split()[0]
    return None


def test_iret_fault(tmp_path):
    """What a process can't return to is its own fault: here, a selector that
    the stub puts where IRET takes it from, as QEMU's own IRET accepts any
    address."""
    path = str(tmp_path / "stub")
    at = symbol("native_iret")
    with start("iret", extra=["-gdb",
                              f"unix:{path},server=on,wait=off"]) as m:
        assert m.expect(PROMPT, 20)
        stub = Stub(path)
        m.send("run hello\r")
        for _ in range(100):
            assert stub.ask(f"Z0,{at},1") == "OK"
            stub.ask("c")
            assert stub.ask(f"z0,{at},1") == "OK"
            cs = stub.stack_pointer() + 8
            if stub.ask(f"m{cs:x},1") == "2b":
                break
            stub.ask("s")
        assert stub.ask(f"M{cs:x},2:0310") == "OK"
        assert stub.ask("D") == "OK"
        assert m.expect(r"hello\[1\]: protection fault at rip \w+, error "
                        "1000,", 20), "\n".join(m.lines)
        m.send("run hello again\r")
        assert m.expect("hello from user mode, process 2: again", 20)


def drawn(path, tmp_path):
    """The rows of text on a frame buffer; the cursor is no character."""
    file = tmp_path / "screen.ppm"
    monitor(path, f'screendump "{file}"')
    rows = screen_text(file).split("\n")[:25]
    return [row.replace("?", " ").rstrip() for row in rows]


def screen(path, tmp_path):
    """The rows of the text screen."""
    file = tmp_path / "cells"
    monitor(path, f'pmemsave 0xb8000 4000 "{file}"')
    text = file.read_bytes()[::2].decode("latin-1")
    return [text[i:i + 80].rstrip() for i in range(0, 2000, 80)]


def keys(text):
    names = {" ": "spc", "\r": "ret", "\x7f": "backspace", "<": "left",
             "^": "up", "\x01": "ctrl-a"}
    names.update({c: f"shift-{c.lower()}" for c in text if c.isupper()})
    return [f"sendkey {names.get(c, c)} 20" for c in text]


@pytest.mark.parametrize("boot", ["direct", "iso", "uefi"])
def test_screen_and_keyboard(boot, tmp_path):
    """A PC's own console, text or (by GRUB) a frame buffer: the line editor's
    commands are obeyed, and after a few screens the last one is there."""
    path = str(tmp_path / "monitor")
    look = screen if boot == "direct" else drawn
    extra = ["-monitor", f"unix:{path},server=on,wait=off"]
    args = machine.qemu(machine.guest("pvguest"), extra=extra) \
        if boot == "direct" else \
        machine.qemu(iso=machine.make_iso(machine.guest("pvguest")),
                     uefi=boot == "uefi", extra=extra)
    with machine.Machine(args, f"native-screen-{boot}", 150) as m:
        assert m.expect(PROMPT, 100), "\n".join(m.lines)
        rows = look(path, tmp_path)
        assert rows[0].startswith("pvguest on bare hardware"), rows
        assert "pvguest>" in rows
        for c in keys("run heXX\x7f\x7fllo Aa<<b\r"):
            monitor(path, c)
        assert m.expect("hello from user mode, process 1: bAa", 20), \
            look(path, tmp_path)
        assert m.expect(PROMPT, 20)
        rows = look(path, tmp_path)
        assert "pvguest> run hello bAa" in rows
        for _ in range(2):
            m.send("help\r")
            assert m.expect(r"\n", 20) and m.expect(PROMPT, 20)
        rows = look(path, tmp_path)
        assert rows[-1] == "pvguest>"
        assert rows[-2].startswith("  panic "), rows


def test_no_screen_no_keyboard():
    """A machine without them is used by its serial port."""
    extra = ["-vga", "none", "-machine", "q35,i8042=off"]
    with start("bare", extra=extra) as m:
        assert m.expect(PROMPT, 20), "\n".join(m.lines)
        m.send("run hello\r")
        assert m.expect("hello from user mode", 20)


def test_no_serial_port(tmp_path):
    path = str(tmp_path / "monitor")
    args = machine.qemu(machine.guest("pvguest"), extra=[
        "-monitor", f"unix:{path},server=on,wait=off"])
    args[args.index("-serial") + 1] = "none"
    with machine.Machine(args, "native-noserial", 60):
        end = time.monotonic() + 20
        rows = []
        while "pvguest>" not in rows and time.monotonic() < end:
            time.sleep(0.5)
            rows = screen(path, tmp_path)
        assert "pvguest>" in rows, rows
