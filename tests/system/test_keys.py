# SPDX-License-Identifier: MIT
"""The hypervisor's debug keys on the serial console."""

import re

import machine

PROMPT = r"^pvguest> $"
SWITCH = "\x01\x01\x01"


def boot(options="", smp=1, log="keys"):
    modules = [(machine.guest("pvguest"), "name=zero mem=64M"),
               (machine.guest("high"), "name=one mem=8M -- stay"),
               (machine.guest("killed"), "name=dead mem=8M -- "
                                         "act=iret-nowhere")]
    args = machine.qemu(machine.sluice(), options, modules, smp=smp)
    m = machine.Machine(args, log, 60)
    assert m.expect(PROMPT, 40), "\n".join(m.lines)
    return m


def press(m, key, until, timeout=10):
    m.send(key)
    assert m.expect(until, timeout), "\n".join(m.lines[-40:])


def test_keys():
    with boot(smp=2) as m:
        press(m, SWITCH, "input to Sluice .*Ctrl-a three")
        press(m, "h", r"key d: registers[^$]*key R: reboot")
        press(m, "q", r"domain 0 \(zero\): 16384 of 16384 pages[^$]*"
              r"vCPU 0 on CPU \d: (runnable|blocked)[^$]*"
              r"domain 2 \(dead\).*shutdown 3[^$]*vCPU 0.*: dead")
        press(m, "r", r"CPU 0[^$]*domain 1 vCPU 0")
        press(m, "e", r"domain 0 \(zero\): \d+ ports[^$]*"
              r"virq: vCPU 0, remote 0:0, virq 2")
        press(m, "g", r"domain 1 \(one\): 1 frames of grants, room for")
        press(m, "m", r"\d+ frames, \d+ free[^$]*domain 1 \(one\): 2048")
        press(m, "c", r"domain 0 \(zero\): \d+ system calls[^$]*call 29: \d+")
        press(m, "d", r"CPU 0: (idle|domain \d vCPU 0, [^$]*rip [^$]*r15)")
        # What is no key is nobody's.
        m.send("zzz")
        press(m, SWITCH, "input to the domains")
        m.send("\r")
        assert m.expect(PROMPT)
        m.send("uptime\r")
        assert m.expect(r"up \d+\.\d+ s")
        assert "zzz" not in "\n".join(m.lines)


def test_interrupted():
    """Three times in a row, or it is the guest's."""
    with boot() as m:
        m.send("\x01\x01\r\x01\x01\r")
        m.send("uptime\r")
        assert m.expect(r"up \d+\.\d+ s")
        assert "input to Sluice" not in "\n".join(m.lines)


def test_conswitch():
    with boot("conswitch=B") as m:
        m.send(SWITCH)
        m.send("\x02\x02\x02")
        assert m.expect("input to Sluice .*Ctrl-b three")
        m.send("R")
        assert m.wait(10) == 0
    with boot("conswitch=1") as m:
        assert re.search("conswitch=: not a letter", "\n".join(m.lines))


def test_flood():
    """Every key, many times: nothing breaks, and the domains go on."""
    with boot(smp=2) as m:
        m.send(SWITCH)
        for _ in range(10):
            m.send("hdqregmc")
        m.send(SWITCH)
        assert m.expect("input to the domains", 30)
        m.send("\r")
        assert m.expect(PROMPT)
