# SPDX-License-Identifier: MIT
"""QEMU machines that run Sluice, Xen or a bare kernel, and their consoles.

A machine is started either directly (QEMU loads hypervisor and modules itself,
by Multiboot 1: half a second) or from an ISO by GRUB, as a user would.  Its
first serial port is our standard output's pipe; every line goes to a log file
too.  No machine outlives its object or its deadline.
"""

import ctypes
import gzip
import hashlib
import os
import re
import select
import shutil
import signal
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OUT = os.path.abspath(os.environ.get("O") or os.path.join(ROOT, "build"))

XEN_OPTIONS = ("console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all "
               "noreboot")
SLUICE_OPTIONS = ""
# What is written to this port, shifted left by one, plus one, is QEMU's status.
EXIT_PORT = "isa-debug-exit,iobase=0xf4,iosize=0x04"

GRUB_MODULES = "multiboot multiboot2 part_gpt part_msdos iso9660 normal " \
               "serial terminal gzio all_video"


class Missing(Exception):
    """Something that the machine is made of is not there; says what."""


def sluice():
    path = os.path.join(OUT, "sluice")
    if not os.path.exists(path):
        raise Missing(f"{path} is not built")
    return path


def reference(name):
    """The folder of a package that is compared with, fetched if need be."""
    got = subprocess.run([os.path.join(ROOT, "scripts/fetch-ref"), name],
                         stdout=subprocess.PIPE, text=True)
    if got.returncode:
        raise Missing(f"reference package {name} can't be had")
    return got.stdout.split("\n")[-2]


def xen():
    """Xen's ELF, out of its .gz: QEMU does not unpack it."""
    folder = reference("xen")
    path = os.path.join(folder, "xen.elf")
    if not os.path.exists(path):
        boot = os.path.join(folder, "boot")
        packed = [f for f in os.listdir(boot) if f.endswith(".gz")]
        temp = f"{path}.{os.getpid()}"
        with gzip.open(os.path.join(boot, packed[0])) as src, \
                open(temp, "wb") as dst:
            shutil.copyfileobj(src, dst)
        os.rename(temp, path)
    return path


def hypervisor(place):
    """Image and options of a place."""
    if place == "xen":
        return xen(), XEN_OPTIONS
    return sluice(), SLUICE_OPTIONS


def guest(name):
    if "/" in name and os.path.isfile(name):
        return os.path.abspath(name)
    path = os.path.join(OUT, name if "/" in name or name == "pvguest"
                        else f"tests/guest/{name}")
    if not os.path.exists(path):
        raise Missing(f"{path} is not built")
    return path


def grub_config(kernel, options, modules):
    lines = ["serial --unit=0 --speed=115200", "terminal_output serial",
             "set timeout=0", "insmod all_video", "menuentry boot {",
             f"\tmultiboot2 /boot/{kernel} {options}"]
    for i, (_, line) in enumerate(modules):
        lines.append(f"\tmodule2 /boot/module{i} {line}")
    return "\n".join(lines + ["}", ""])


def make_iso(kernel, options="", modules=(), extra=()):
    """An ISO that boots under BIOS and UEFI, from a disc or a stick.

    KERNEL is a file, MODULES pairs of file and line, EXTRA pairs of a path on
    the image and its contents.  An image of the same parts is not made again.
    """
    config = grub_config("kernel", options, modules)
    digest = hashlib.sha256(config.encode())
    for path in [kernel] + [path for path, _ in modules]:
        with open(path, "rb") as f:
            digest.update(hashlib.sha256(f.read()).digest())
    for name, data in extra:
        digest.update(name.encode() + b"\0" + data)
    iso = os.path.join(OUT, "iso", digest.hexdigest()[:16] + ".iso")
    if os.path.exists(iso):
        return iso
    tree = f"{iso}.{os.getpid()}.d"
    os.makedirs(os.path.join(tree, "boot/grub"))
    shutil.copy(kernel, os.path.join(tree, "boot/kernel"))
    for i, (path, _) in enumerate(modules):
        shutil.copy(path, os.path.join(tree, f"boot/module{i}"))
    for name, data in [("boot/grub/grub.cfg", config.encode()), *extra]:
        os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
        with open(os.path.join(tree, name), "wb") as f:
            f.write(data)
    got = subprocess.run(
        ["grub-mkrescue", f"--install-modules={GRUB_MODULES}", "--locales=",
         "--fonts=", "--themes=", "-o", f"{tree}.iso", tree],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    shutil.rmtree(tree)
    if got.returncode:
        raise RuntimeError("grub-mkrescue:\n" + got.stdout)
    os.rename(f"{tree}.iso", iso)
    return iso


def initrd(modules):
    """Modules as -initrd wants them: a comma in a line is doubled."""
    return ",".join((path + " " + line).strip().replace(",", ",,")
                    for path, line in modules)


def qemu(kernel=None, options="", modules=(), iso=None, stick=False,
         uefi=False, mem=256, cpu="max", smp=1, extra=()):
    """QEMU's command line, its serial port on standard input and output."""
    args = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", cpu,
            "-m", str(mem), "-smp", str(smp), "-display", "none",
            "-serial", "stdio", "-monitor", "none", "-no-reboot",
            "-net", "none", "-device", EXIT_PORT]
    if uefi:
        args += uefi_args()
    if os.environ.get("COVERAGE"):
        args += coverage_args(os.environ["COVERAGE"])
    if iso and stick:
        args += ["-drive", f"file={iso},format=raw,if=virtio,readonly=on"]
    elif iso:
        args += ["-cdrom", iso]
    else:
        args += ["-kernel", kernel]
        if options:
            args += ["-append", options]
        if modules:
            args += ["-initrd", initrd(modules)]
    return args + list(extra)


def coverage_args(folder):
    """A list of the hypervisor's instructions that were translated."""
    got = subprocess.run(["nm", sluice()], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    start, end = (re.search(rf"^(\w+) \w {name}$", got, re.M)[1]
                  for name in ("__text_start", "__text_end"))
    return ["-d", "in_asm", "-dfilter", f"0x{start}..0x{end}",
            "-D", os.path.join(folder, "%d.log")]


def uefi_args():
    """Firmware and a copy of its variables, which it writes to."""
    code = "/usr/share/OVMF/OVMF_CODE_4M.fd"
    if not os.path.exists(code):
        raise Missing("OVMF, the UEFI firmware, is not installed")
    variables = os.path.join(OUT, "iso", f"vars.{os.getpid()}.fd")
    os.makedirs(os.path.dirname(variables), exist_ok=True)
    shutil.copy("/usr/share/OVMF/OVMF_VARS_4M.fd", variables)
    return ["-machine", "q35",
            "-drive", f"if=pflash,format=raw,readonly=on,file={code}",
            "-drive", f"if=pflash,format=raw,file={variables}"]


def die_with_parent():
    """In the child: whoever kills us without mercy ends QEMU, too."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG


class Machine:
    """A running QEMU and its serial console."""

    def __init__(self, args, log=None, timeout=60):
        self.lines = []
        self.deadline = time.monotonic() + timeout
        self.timed_out = False
        self.rest = b""
        self.log = None
        if log:
            path = os.path.join(OUT, "log", log + ".log")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            self.log = open(path, "wb")
        self.process = subprocess.Popen(
            args, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=die_with_parent)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()

    def _read(self, until):
        """More bytes before UNTIL, or b'' at the end or the deadline."""
        left = min(until, self.deadline) - time.monotonic()
        pipe = self.process.stdout
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            self.timed_out = time.monotonic() >= self.deadline
            return b""
        data = os.read(pipe.fileno(), 65536)
        if self.log:
            self.log.write(data)
            self.log.flush()
        return data

    def read_line(self, timeout=1e9):
        """The next line, or None when there is none (in time)."""
        until = time.monotonic() + timeout
        while b"\n" not in self.rest:
            data = self._read(until)
            if not data:
                return None
            self.rest += data
        line, self.rest = self.rest.split(b"\n", 1)
        text = line.replace(b"\r", b"").decode("utf-8", "replace")
        self.lines.append(text)
        return text

    def expect(self, pattern, timeout=30):
        """Read on until PATTERN is found, in a line or an unfinished one."""
        until = time.monotonic() + timeout
        while True:
            text = self.rest.decode("utf-8", "replace").replace("\r", "")
            found = re.search(pattern, text, re.M)
            if found:
                used = len(text[:found.end()].encode())
                self.lines += text[:found.end()].split("\n")
                self.rest = self.rest.replace(b"\r", b"")[used:]
                return found
            data = self._read(until)
            if not data:
                self.lines += text.split("\n")
                return None
            self.rest += data

    def send(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def wait(self, timeout=5):
        """QEMU's status if it ends by itself in time, else None."""
        until = time.monotonic() + timeout
        while data := self._read(until):
            self.rest += data
        try:
            return self.process.wait(max(0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        if self.log:
            self.log.close()
