# SPDX-License-Identifier: MIT
"""pvguest's TCP/IP: its sockets over the loopback device."""

import hashlib
import json
import os
import re

import pytest

import machine
import tap
from test_pvguest import PLACES, Shell, elf

WITHOUT = "net: built without lwIP"


@pytest.fixture(params=PLACES, name="place")
def _place(request):
    return request.param


def start(shell):
    """Up to the prompt; skips if there is no TCP/IP to be tested."""
    shell.prompt()
    if WITHOUT in shell.run("net"):
        pytest.skip("pvguest was built without lwIP")


def test_sockets(place, points):
    """Good calls and bad ones, on the program's own report."""
    with Shell(place, "sockets") as s:
        start(s)
        s.run("run hello")
        free = s.run("free")
        lines = s.run("run netcheck", 90).split("\n")
        found = [match for match in map(tap.POINT.match, lines) if match]
        failed = [match[0] for match in found if match[1]]
        points(len(found) - len(failed), len(failed))
        assert not failed, "\n".join(lines)
        assert f"1..{len(found)}" in lines and len(found) > 60
        # Everything that it had, and what was being sent, is given back.
        for _ in range(8):
            s.run("run netcheck", 90)
        assert abs(pages(s.run("free")) - pages(free)) < 16


def pages(text):
    return int(re.search(r"free (\d+)", text)[1])


def test_loopback(place):
    """Files and counters by HTTP, from the first command of the boot line."""
    with Shell(place, "loopback", line="run=httpd,-p,8080 hostname=tester"
               ) as s:
        start(s)
        assert "httpd: listens at port 8080" in s.text()
        assert s.run("httpd") == "httpd: it runs already, or the port is taken"
        text = s.run("run ping -c 2 -i 0.2 127.0.0.1")
        assert "2 packets transmitted, 2 received, 0% packet loss" in text
        assert "1 received" in s.run("run ping -c 1 -s 4000 ::1")
        text = s.run("run fetch http://127.0.0.1:8080/")
        assert "<title>tester</title>" in text and "netcheck" in text
        text = s.run("run fetch http://[::1]:8080/status.json")
        found = json.loads(text)
        assert found["uptime_ms"] > 0 and found["tcp_connections"] > 0
        assert found["memory_bytes"] > found["memory_free_bytes"] > 0
        assert "<td>uptime_ms" in s.run("run fetch localhost:8080/status.html")
        assert "the server says 404" in s.run("run fetch localhost:8080/none")
        assert "no connection (error 111)" in s.run("run fetch 127.0.0.1")
        assert "no such host" in s.run("run fetch nowhere.invalid")


def test_hash(place):
    """The sum by which transfers are checked, on a file that we have, too."""
    with open(elf("check"), "rb") as f:
        want = hashlib.sha256(f.read()).hexdigest()
    with Shell(place, "hash") as s:
        s.prompt()
        assert s.run("run sha256sum check") == f"{want}  check"


BAD_SETTINGS = ["10.0.0.1", "10.0.0.1/33", "10.0.0/24", "10.0.0.1/24,", "x",
                "10.0.0.1/24,1.2.3.4,", "fe80::1/129", "/24", "1/2/3",
                "10.0.0.1/24,fe80::1", "," * 300]


def test_log_without_devices(place):
    """Settings for devices that are not there do no harm."""
    with Shell(place, "settings", line="ip=" + BAD_SETTINGS[-1]) as s:
        start(s)
        assert s.run("net eth0 dhcp") == "net: no device eth0"
        assert "stack:" in s.run("net")
