# SPDX-License-Identifier: MIT
"""What `make install' gives is enough to build a guest, away from the tree."""

import os
import subprocess

import pytest
import tree

CFLAGS = ["-std=gnu11", "-O2", "-ffreestanding", "-mgeneral-regs-only",
          "-mno-red-zone", "-fno-stack-protector", "-fno-pic", "-Werror"]
LDFLAGS = ["-nostdlib", "-static", "-no-pie", "-Wl,--fatal-warnings",
           "-Wl,--no-warn-rwx-segments", "-Wl,--build-id=none"]


def flags(root, what):
    env = dict(os.environ, PKG_CONFIG_SYSROOT_DIR=str(root),
               PKG_CONFIG_LIBDIR=str(root / "usr/lib/pkgconfig"))
    return subprocess.run(["pkg-config", what, "libhcall"], env=env, text=True,
                          check=True, stdout=subprocess.PIPE).stdout.split()


def install(tmp):
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "O", "CC", "V")}
    root = tmp / "root"
    subprocess.run(["make", f"O={tmp}/out", f"DESTDIR={root}", "PREFIX=/usr",
                    "install"], cwd=tree.ROOT, env=env, check=True,
                   stdout=subprocess.DEVNULL)
    return root


def build(root, source, out):
    """Preprocess the example's linker script, compile, link."""
    script = out.with_suffix(".lds")
    subprocess.run(["cpp", "-P", tree.ROOT / "examples/hello/guest.lds.S",
                    script], check=True)
    return subprocess.run(["gcc", *CFLAGS, *flags(root, "--cflags"), source,
                           *LDFLAGS, "-T", script, "-o", out,
                           *flags(root, "--libs")], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_installed_library(tmp_path):
    try:
        subprocess.run(["pkg-config", "--version"], check=True,
                       stdout=subprocess.DEVNULL)
    except FileNotFoundError:
        pytest.skip("pkg-config is not installed")
    root = install(tmp_path)
    hello = tree.ROOT / "examples/hello/hello.c"
    done = build(root, hello, tmp_path / "hello")
    assert done.returncode == 0, done.stdout
    notes = subprocess.run(["readelf", "-n", tmp_path / "hello"], text=True,
                           stdout=subprocess.PIPE).stdout
    assert notes.count("Xen ") >= 4, notes

    # And it is the installed files that do it.
    (root / "usr/include/hcall/print.h").unlink()
    assert build(root, hello, tmp_path / "hello").returncode
