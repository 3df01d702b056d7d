# SPDX-License-Identifier: MIT
"""gdb commands that read the hypervisor's own structures; `help sluice'.

They only read memory: the machine may be stopped anywhere, in a guest too,
since the hypervisor's part of the address space is the same in all tables.
"""

import gdb

VCPU_STATES = ["down", "runnable", "blocked", "dead"]
EVT_STATES = ["free", "reserved", "unbound", "interdomain", "pirq", "virq",
              "ipi"]
USES = ["none", "writable", "L1", "L2", "L3", "L4", "descriptors", "shared"]
USE_STATES = ["idle", "ready", "busy", "partial", "dying"]
PTE_ADDR = 0x000ffffffffff000
PAGE = 4096
DIRECTMAP = 0xffff820000000000
FRAMETABLE = 0xffff810000000000
M2P = 0xffff800000000000
PORTS_PER_PAGE = 128


def value(text):
    return gdb.parse_and_eval(text)


def cast(address, kind):
    return gdb.Value(address).cast(gdb.lookup_type(kind).pointer())


def domains():
    """All domains, by number."""
    buckets = value("'domain.c'::buckets")
    low, high = buckets.type.range()
    found = []
    for i in range(low, high + 1):
        d = buckets[i]
        while int(d):
            found.append(d.dereference())
            d = d["next"]
    return sorted(found, key=lambda d: int(d["id"]))


def domain(number):
    for d in domains():
        if int(d["id"]) == number:
            return d
    raise gdb.GdbError(f"there is no domain {number}")


def vcpus(d):
    return [d["vcpu"][i].dereference() for i in range(int(d["nr_vcpus"]))
            if int(d["vcpu"][i])]


def numbers(text, least, names):
    args = gdb.string_to_argv(text)
    if len(args) < least:
        raise gdb.GdbError("usage: " + names)
    return [int(value(a)) for a in args]


def word(address):
    return int(cast(address, "unsigned long").dereference())


def frame_text(mfn):
    """What the frame table says of a frame."""
    if mfn >= int(value("frame_table_nr")):
        return "no RAM"
    f = cast(FRAMETABLE + 32 * mfn, "struct frame").dereference()
    use, owner = int(f["use"]), int(f["owner"])
    state = USE_STATES[use >> 57 & 7]
    text = f"{USES[use >> 60]} {state}"
    if state == "ready":
        text += f" by {use & (1 << 48) - 1}"
    if use >> 56 & 1:
        text += ", pinned"
    who = f"domain {int(f['owner'].dereference()['id'])}" if owner else \
        "free" if int(f["free"]) else "nobody"
    refs = int(f["refs"])
    return (f"{text}; {refs & 0x7fffffff} references"
            f"{' and its owner' if refs >> 31 else ''}, {who}, "
            f"pfn 0x{word(M2P + 8 * mfn):x}")


class Sluice(gdb.Command):
    """Read the hypervisor's structures."""

    def __init__(self):
        super().__init__("sluice", gdb.COMMAND_DATA, prefix=True)


class Domains(gdb.Command):
    """sluice domains: each domain, and each of its vCPUs."""

    def __init__(self):
        super().__init__("sluice domains", gdb.COMMAND_DATA)

    def invoke(self, text, from_tty):
        for d in domains():
            end = ", dying" if int(d["dying"]) else \
                ", stopped" if int(d["stopped"]) else ""
            print(f"domain {int(d['id'])} \"{d['name'].string()}\": "
                  f"{int(d['nr_pages'])} pages of {int(d['max_pages'])}, "
                  f"{int(d['nr_vcpus'])} vCPUs{end}")
            for v in vcpus(d):
                self.show(v)

    @staticmethod
    def show(v):
        s, pv = v["sched"], v["pv"]
        regs = v["regs"]
        print(f"  vCPU {int(v['id'])}: "
              f"{VCPU_STATES[int(s['state'])]}"
              f"{', running' if int(s['running']) else ''}"
              f", CPU {int(v['cpu'])}, "
              f"{'kernel' if int(pv['in_kernel']) else 'user'}; left at "
              f"0x{int(regs['rip']):x}, stack 0x{int(regs['rsp']):x}; "
              f"kernel's tables 0x{int(pv['cr3_kernel']):x}, "
              f"user's 0x{int(pv['cr3_user']):x}")


class Events(gdb.Command):
    """sluice events DOMAIN: its ports that are in use."""

    def __init__(self):
        super().__init__("sluice events", gdb.COMMAND_DATA)

    def invoke(self, text, from_tty):
        number, = numbers(text, 1, "sluice events DOMAIN")
        d = domain(number)
        shared = d["pv"]["shared"]
        for port in range(int(d["evt"]["nr_ports"])):
            page = d["evt"]["pages"][port // PORTS_PER_PAGE]
            if not int(page):
                continue
            e = (page + port % PORTS_PER_PAGE).dereference()
            if int(e["state"]):
                self.show(port, e, shared)

    @staticmethod
    def show(port, e, shared):
        bit = 1 << port % 64
        flags = [name for name, field in (("pending", "evtchn_pending"),
                                          ("masked", "evtchn_mask"))
                 if int(shared[field][port // 64]) & bit]
        peer = ""
        if int(e["peer"]) and EVT_STATES[int(e["state"])] == "interdomain":
            p = e["peer"].dereference()
            peer = (f" to port {int(p['port'])} of domain "
                    f"{int(p['vcpu']['domain']['id'])}")
        if EVT_STATES[int(e["state"])] == "virq":
            peer = f" {int(e['virq'])}"
        print(f"port {port}: {EVT_STATES[int(e['state'])]}{peer}, vCPU "
              f"{int(e['vcpu']['id'])} {' '.join(flags)}")


class Walk(gdb.Command):
    """sluice walk DOMAIN ADDRESS [VCPU]: how a guest's address is mapped, by
the tables of its kernel and, if it has them, of its user mode."""

    def __init__(self):
        super().__init__("sluice walk", gdb.COMMAND_DATA)

    def invoke(self, text, from_tty):
        args = numbers(text, 2, "sluice walk DOMAIN ADDRESS [VCPU]")
        v = vcpus(domain(args[0]))[args[2] if len(args) > 2 else 0]
        for mode in "kernel", "user":
            root = int(v["pv"]["cr3_" + mode])
            if root:
                print(f"{mode}:")
                self.walk(root, args[1] & (1 << 64) - 1)

    @staticmethod
    def walk(root, address):
        table = root & PTE_ADDR
        for level in 4, 3, 2, 1:
            print(f"  L{level} frame 0x{table // PAGE:x} "
                  f"({frame_text(table // PAGE)})")
            index = address >> 12 + 9 * (level - 1) & 511
            entry = word(DIRECTMAP + table + 8 * index)
            bits = "".join(name for name, bit in (
                ("P", 0), ("W", 1), ("U", 2), ("A", 5), ("D", 6), ("X", 63))
                if (entry >> bit & 1) != (name == "X"))
            print(f"     [{index}] 0x{entry:016x} {bits}")
            if not entry & 1:
                return
            table = entry & PTE_ADDR
        print(f"  page 0x{table // PAGE:x} ({frame_text(table // PAGE)})")


class Frame(gdb.Command):
    """sluice frame MFN: what a frame is used as, by how many, and whose."""

    def __init__(self):
        super().__init__("sluice frame", gdb.COMMAND_DATA)

    def invoke(self, text, from_tty):
        mfn, = numbers(text, 1, "sluice frame MFN")
        print(f"frame 0x{mfn:x}: {frame_text(mfn)}")


for command in Sluice, Domains, Events, Walk, Frame:
    command()
