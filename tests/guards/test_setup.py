# SPDX-License-Identifier: MIT
"""scripts/setup on a machine of our making: what it installs and says when a
package can't be had."""

import os
import subprocess

import pytest
import tree

DPKG = """#!/bin/sh
for last; do :; done
[ -e "$STATE/$last" ] && echo "install ok installed"
"""
APT = """#!/bin/sh
echo "apt-get $*" >>"$STATE/log"
[ "$1" = install ] || exit 0
status=0
for p; do
    case $p in
    install|-*) ;;
    gone*) status=100 ;;
    *) names="$names $p" ;;
    esac
done
[ $status = 0 ] && for p in $names; do : >"$STATE/$p"; done
exit $status
"""


@pytest.fixture
def machine(tmp_path):
    """Gives setup(list, *args) -> (status, what it said, apt-get's calls)."""
    state = tmp_path / "state"
    state.mkdir()
    for name, text in [("dpkg-query", DPKG), ("apt-get", APT),
                       ("sudo", '#!/bin/sh\nexec "$@"\n')]:
        path = tree.write(tmp_path, f"bin/{name}", text)
        (tmp_path / path).chmod(0o755)

    def setup(packages, *args):
        listed = tmp_path / "packages"
        if not listed.exists() or listed.read_text() != packages:
            listed.write_text(packages)
        env = dict(os.environ, STATE=str(state), O=str(tmp_path / "out"),
                   SLUICE_PACKAGES=str(listed),
                   PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
        log = state / "log"
        log.write_text("")
        done = subprocess.run([str(tree.ROOT / "scripts/setup"), *args],
                              env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        return done.returncode, done.stdout.decode(), log.read_text()
    return setup


def test_setup_installs_what_is_missing(machine):
    status, said, calls = machine("a # x\nb ? # y\n")
    assert status == 0 and "installing a b" in said
    assert calls.count("update") == 1 and calls.count("get install") == 1
    status, said, calls = machine("a # x\nb ? # y\n")
    assert status == 0 and calls == "" and "all packages" in said
    assert machine("a # x\nb ? # y\n", "--quick") == (0, "", "")


def test_setup_names_what_is_lost(machine):
    packages = "a # x\ngone ? # the moon\n"
    status, said, calls = machine(packages)
    assert status == 0
    assert "without gone: lost: the moon" in said
    assert machine(packages, "--quick") == (0, "", "")


def test_setup_fails_without_what_is_needed(machine):
    status, said, calls = machine("gone # the sun\na # x\n", "--quick")
    assert status == 1
    assert "can't have gone, which is needed: the sun" in said
    assert "install -y -q --no-install-recommends a" in calls
