# SPDX-License-Identifier: MIT
"""Kernels that we did not write, made ready to be guests.

Linux is Debian's: the ELF file out of its bzImage, with an initramfs of
busybox and tests/system/linux-init.  GRUB is its PV image, with a script that
shows that it runs.  All are made in build/report, once.
"""

import glob
import lzma
import os
import re
import shutil
import struct

import machine

FOLDER = os.path.join(machine.OUT, "report")
INIT = os.path.join(machine.ROOT, "tests/system/linux-init")
BUSYBOX = "/bin/busybox"
BUSYBOX_PLACES = ("/bin/busybox", "/usr/bin/busybox")

# Where the boot protocol's header says what a bzImage's payload is.
SETUP_SECTS, PAYLOAD = 0x1f1, 0x248


def fresh(path, *sources):
    """Was PATH made after all of SOURCES?"""
    return os.path.exists(path) and all(
        os.path.getmtime(path) >= os.path.getmtime(s) for s in sources)


def replace(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temp = f"{path}.{os.getpid()}"
    with open(temp, "wb") as f:
        f.write(data)
    os.rename(temp, path)


def payload(image):
    """The packed kernel in a bzImage, without the length that ends it."""
    sectors = image[SETUP_SECTS] or 4
    offset, size = struct.unpack_from("<II", image, PAYLOAD)
    start = (sectors + 1) * 512 + offset
    return image[start:start + size - 4]


def linux():
    """The ELF file of Debian's Linux."""
    path = os.path.join(FOLDER, "vmlinux")
    found = glob.glob(os.path.join(machine.reference("linux"),
                                   "boot/vmlinuz-*"))
    if not found:
        raise machine.Missing("the package of Linux has no kernel in it")
    if not fresh(path, found[0]):
        with open(found[0], "rb") as f:
            packed = payload(f.read())
        try:
            replace(path, lzma.LZMADecompressor().decompress(packed))
        except lzma.LZMAError as e:
            raise machine.Missing(f"Linux is packed another way: {e}") from e
    return path


def cpio_entry(name, mode, data=b"", device=(0, 0)):
    """One file of an archive in the format that Linux calls newc."""
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0]
    head = "070701" + "".join(f"{n:08x}" for n in fields)
    entry = head.encode() + name.encode() + b"\0"
    entry += bytes(-len(entry) % 4)
    return entry + data + bytes(-len(data) % 4)


def initramfs():
    """Busybox, our init, and the device that it prints to."""
    path = os.path.join(FOLDER, "initramfs")
    found = [p for p in BUSYBOX_PLACES if os.path.exists(p)]
    if not found:
        raise machine.Missing("busybox is not installed")
    if not fresh(path, found[0], INIT, __file__):
        archive = b""
        for name in ("dev", "proc", "sys", "bin"):
            archive += cpio_entry(name, 0o040755)
        archive += cpio_entry("dev/console", 0o020600, device=(5, 1))
        for name, file in (("bin/busybox", found[0]), ("init", INIT)):
            with open(file, "rb") as f:
                archive += cpio_entry(name, 0o100755, f.read())
        replace(path, archive + cpio_entry("TRAILER!!!", 0))
    return path


def grub():
    """GRUB as a PV kernel."""
    path = os.path.join(machine.reference("grub-pv"),
                        "usr/lib/grub-xen/grub-x86_64-xen.bin")
    if not os.path.exists(path):
        raise machine.Missing("the package of GRUB has no PV image in it")
    return path


# ---- What they need, how far they get ---------------------------------------

# A stage is reached when its pattern is found in a line of the guest's.
LINUX_STAGES = [
    ("first line", r"Linux version"),
    ("memory map", r"physical RAM map"),
    ("memory", r"Memory: \d+K/\d+K available"),
    ("timer", r"installing Xen timer"),
    ("processes", r"devtmpfs: initialized"),
    ("console", r"hvc0\] enabled"),
    ("initramfs", r"Freeing initrd memory"),
    ("init", r"Run /init as init"),
    ("user space", r"report: user space"),
    ("fork and wait", r"report: 50 processes"),
    ("sleep", r"report: slept"),
    ("shell", r"report: shell"),
]
# Only domain 0 gets what is typed.
LINUX_TYPED = [
    ("typed command", r"report: 42 typed", "echo report: $((6*7)) typed"),
    ("power off", r"report: shell has ended", "exit"),
]
GRUB_STAGES = [
    ("first line", r"GRUB|grub"),
    # What stands above it: a prompt is no line, which a plain domain's are.
    ("prompt", r"grub>|line editing is supported"),
]

CPU = "max,-smap"	# QEMU 7.2 misreads a far return's stack under SMAP
END = re.compile(r"Kernel panic[^:]*: (.*)|"
                 r"killed: (?:vCPU \d+: )?(.*?)(?: at [0-9a-f]{16}.*)?$|"
                 r": (crashed|powered off)|"
                 r"(Hardware Dom0 \w+)|(d0v0 Unhandled: .*)|refused: (.*)")
MISSED = re.compile(r"Sluice: (\S+):\d+: error 38 for domain (\d+) at \w+, "
                    r"rax (\w+) rcx (\w+) rdi (\w+)")


class Guest:
    """A guest and its modules at a place, as domain 0 or as a plain domain."""

    def __init__(self, name, role, place):
        self.role, self.place = role, place
        linux_line = "console=hvc0 earlyprintk=xen panic=-1"
        if name == "linux":
            self.files = [(linux(), linux_line), (initramfs(), "")]
            self.stages = LINUX_STAGES
            self.mem = {"domain 0": "dom0_mem=256M",
                        "plain": "mem=128M store=no"}
        else:
            self.files = [(grub(), "")]
            self.stages = GRUB_STAGES
            # Without a store it maps frame 0 for it, and fails at that.
            self.mem = {"domain 0": "dom0_mem=128M", "plain": "mem=64M"}
        self.typed = LINUX_TYPED if name == "linux" and \
            role != "plain" else []

    def modules(self):
        if self.role == "domain 0":
            return self.files
        kernel, line = self.files[0]
        if self.role == "4 vCPUs":
            return [(kernel, f"name=l vcpus=4 mem=256M ramdisk=disk -- {line}"),
                    (self.files[1][0], "name=disk")]
        first = f"name=guest {self.mem['plain']}"
        if len(self.files) > 1:
            first += " ramdisk=disk"
        return [(machine.guest("pvguest"), "name=driver mem=64M"),
                (kernel, f"{first} -- {line}")] + \
            [(path, "name=disk") for path, _ in self.files[1:]]

    def options(self, fixed):
        level = [] if self.place == "xen" else ["loglvl=debug"]
        own = [self.mem["domain 0"]] if self.role == "domain 0" else []
        return " ".join([fixed] + level + own).strip()

    def domain(self):
        return 1 if self.role == "plain" else 0

    def text(self, line):
        """A line of the guest's, or None when it is somebody else's."""
        if line.startswith(("Sluice: ", "(XEN)")):
            return None
        if self.role != "plain":
            return line
        return line[7:] if line.startswith("guest: ") else None


def call_names():
    """Number and name of each hypercall, those included that are left out."""
    with open(os.path.join(machine.ROOT, "abi/include/abi/hypercalls.def"),
              encoding="utf-8") as f:
        text = f.read()
    found = re.findall(r"HYPERCALL\((\d+), (\w+)", text)
    found += re.findall(r"(\d+) (\w+)(?=[:,])", text)
    return {int(n): name for n, name in found}


def sub_names(prefix):
    """Number and name of each sub-operation whose name begins so."""
    names = {}
    for path in glob.glob(os.path.join(machine.ROOT, "abi/include/abi/*.h")):
        with open(path, encoding="utf-8") as f:
            for name, n in re.findall(
                    rf"#define ({prefix}_\w+)\s+\(?(\d+)\b", f.read()):
                names.setdefault(int(n), name)
    return names


SUBS = {"memory_op": "XENMEM", "event_channel_op": "EVTCHNOP",
        "physdev_op": "PHYSDEVOP", "grant_table_op": "GNTTABOP",
        "xen_version": "XENVER", "vcpu_op": "VCPUOP", "sched_op": "SCHEDOP"}

# Xen answers the same.
NOT_ON_XEN = ["GNTTABOP_set_version"]


def missed(line, domain):
    """What a domain asked for in vain, if that is what LINE says."""
    found = MISSED.match(line)
    if not found or int(found[2]) != domain:
        return None
    rax, rcx, rdi = (int(x, 16) for x in found.groups()[2:])
    if "emul" in found[1]:
        return f"MSR 0x{rcx & 0xffffffff:x}"
    call = call_names().get(rax, f"call {rax}")
    if call not in SUBS:
        return call
    return sub_names(SUBS[call]).get(rdi, f"{call} {rdi}")


class Row:
    """How far one guest got at one place."""

    def __init__(self, guest):
        self.guest = guest
        self.todo = list(guest.stages) + [t[:2] for t in guest.typed]
        self.total = len(self.todo)
        self.reached = "nothing"
        self.missed = []
        self.end = None

    def take(self, line):
        miss = missed(line, self.guest.domain())
        if miss and miss not in self.missed + NOT_ON_XEN:
            self.missed.append(miss)
        text = self.guest.text(line)
        for i, (name, pattern) in enumerate(self.todo):
            if text is not None and re.search(pattern, text):
                self.reached = name
                # One whose line is never shown was passed all the same.
                del self.todo[:i + 1]
                break
        end = END.search(line)
        if end and not self.end:
            self.end = next(x for x in end.groups() if x)

    def texts(self):
        more = f" and {len(self.missed) - 1} more" if self.missed[1:] else ""
        return [f"{self.total - len(self.todo)} of {self.total}",
                self.reached, (self.end or "-")[:48],
                (self.missed or ["-"])[0] + more]


def run(name, role, place, log=None, timeout=150):
    """Starts a guest and watches it: a Row."""
    guest = Guest(name, role, place)
    kernel, fixed = machine.hypervisor(place)
    args = machine.qemu(kernel, guest.options(fixed), guest.modules(),
                        mem=768, cpu=CPU,
                        smp=2 if role == "4 vCPUs" else 1)
    row, typed = Row(guest), list(guest.typed)
    with machine.Machine(args, log or f"report-{name}", timeout) as m:
        while row.todo and not row.end:
            line = m.read_line(60)
            if line is None:
                row.end = "stands still" if m.process.poll() is None else None
                break
            row.take(line)
            if typed and len(row.todo) == len(typed):
                m.send(typed.pop(0)[2] + "\n")
    return row


HEAD = ["guest", "started as", "on", "stages", "the last", "then", "missed"]


def table(rows):
    """Lines of a table: each row begins with guest, role and place."""
    widths = [max(len(r[i]) for r in [HEAD] + rows) for i in range(len(HEAD))]
    return ["  ".join(x.ljust(w) for x, w in zip(r, widths)).rstrip()
            for r in [HEAD] + rows]


def runs(peer):
    """Which guest is started how, and where."""
    found = []
    for name in ("linux", "grub"):
        found += [(name, "domain 0", "sluice"), (name, "plain", "sluice")]
        if name == "linux":
            found.append((name, "4 vCPUs", "sluice"))
        if peer == "xen":
            found.append((name, "domain 0", "xen"))
    return found


def log_name(name, role, place):
    return f"report-{name}-{role.replace(' ', '')}-{place}"
