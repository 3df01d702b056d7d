# SPDX-License-Identifier: MIT
"""The guides do what they say.

Each example prints what the page shows (numbers apart that are the machine's),
on Sluice and (PEER=xen) on Xen; each C block is a piece of an example.  What
the commands do is for test_pages.py.
"""

import glob
import os
import re
import shutil
import socket
import subprocess

import pytest

import machine
import pages

GUIDES = ["docs/porting.md", "docs/debugging.md"]
PLACES = ["sluice"] + ["xen"] * (os.environ.get("PEER") == "xen")
# How many vCPUs an example needs.
VCPUS = {"vcpus": 2}


def guide():
    text = ""
    for name in GUIDES:
        with open(os.path.join(machine.ROOT, name), encoding="utf-8") as f:
            text += f.read()
    return text


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", guide(), re.M | re.S)


def shown():
    """Example -> the lines that the guide shows."""
    return dict(re.findall(r"^`examples/(\w+)` prints[^\n]*:\n\n```text\n"
                           r"(.*?)^```$", guide(), re.M | re.S))


def like(text):
    """Without what differs between machines, and between the two places."""
    text = re.sub(r"0x[0-9a-f]+|\b\d{3,}\b", "N", text.strip())
    return re.sub(r"on (Sluice|Xen)$", "on it", text)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", sorted(set(shown()) - {"network"}))
def test_example(name, place):
    vcpus = VCPUS.get(name, 1)
    line = f"name={name} vcpus={vcpus} --" if place == "sluice" else ""
    kernel, options = machine.hypervisor(place)
    args = machine.qemu(kernel, options,
                        [(machine.guest(f"examples/{name}"), line)],
                        smp=vcpus if place == "xen" else 1)
    left = [like(x) for x in shown()[name].strip().split("\n")]
    with machine.Machine(args, f"example-{name}-{place}", 60) as m:
        text = ""
        while left and text is not None:
            text = m.read_line()
            if text is not None and like(text) == left[0]:
                left.pop(0)
        assert not left, (left, m.lines[-20:])


def test_network():
    """Beside a driver domain: ping, UDP, and a back end that comes again."""
    said = r"^" + re.sub("(?::[0-9a-f]{2}){6}", "(:..){6}",
                         shown()["network"].strip()) + r"\n"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    args = machine.qemu(
        machine.sluice(), "", [
            (machine.guest("pvguest"), ""),
            (machine.guest("examples/network"), "name=guest mem=16M --")],
        extra=["-netdev", f"user,id=n0,hostfwd=udp:127.0.0.1:{port}"
               "-10.0.2.30:7", "-device",
               "virtio-net-pci,disable-legacy=on,netdev=n0"])
    with machine.Machine(args, "example-network", 120) as m:
        assert m.expect(said, 60), m.lines
        assert m.expect("bridge0 has.*\n"), m.lines
        m.send("run ping -c 3 10.0.2.30\r")
        assert m.expect(", 3 received"), m.lines
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(30)
            for size in (1, 100, 1472):
                s.sendto(bytes(size), ("127.0.0.1", port))
                assert s.recv(2000) == bytes(size)
        m.send("vif restart\r")
        assert m.expect("guest: the back end has gone\n"), m.lines
        assert m.expect(said), m.lines
        # More than one ring of packets.
        m.send("run ping -q -c 400 -i 0.001 10.0.2.30\r")
        assert m.expect(", 400 received"), m.lines


def test_every_example_is_shown():
    folders = {os.path.basename(os.path.dirname(p)) for p in
               glob.glob(os.path.join(machine.ROOT, "examples/*/*.c"))}
    assert folders == set(shown()) | {"mistakes"}


def test_code_is_from_the_examples():
    sources = ""
    for path in sorted(glob.glob(os.path.join(machine.ROOT,
                                              "examples/*/*.c"))):
        with open(path, encoding="utf-8") as f:
            sources += f.read()
    for block in blocks("c"):
        assert block.strip("\n") in sources, block


def test_a_guest_apart(tmp_path):
    """make new-guest with DIR: builds against what make install gave."""
    if not shutil.which("pkg-config"):
        pytest.skip("pkg-config is not installed")
    env = pages.clean_env()
    prefix = tmp_path / "usr"
    env["PKG_CONFIG_PATH"] = str(prefix / "lib/pkgconfig")
    for command in (["make", f"O={tmp_path}/out", f"PREFIX={prefix}",
                     "install"],
                    ["make", "new-guest", "NAME=mine", f"DIR={tmp_path}"]):
        subprocess.run(command, cwd=machine.ROOT, env=env, check=True,
                       stdout=subprocess.DEVNULL)
    subprocess.run(["make", "-C", tmp_path / "mine"], env=env, check=True,
                   stdout=subprocess.DEVNULL)
    assert (tmp_path / "mine/mine.elf").exists()
    again = subprocess.run([os.path.join(machine.ROOT, "scripts/new-guest"),
                            "mine", str(tmp_path)], stderr=subprocess.PIPE,
                           text=True)
    assert again.returncode == 1 and "is there already" in again.stderr
    bad = subprocess.run([os.path.join(machine.ROOT, "scripts/new-guest"),
                          "../x"], stderr=subprocess.PIPE, text=True)
    assert bad.returncode == 2
