# SPDX-License-Identifier: MIT
"""The build: bit-identical, exact, with both compilers, without a warning, and
small.  Works on copies of the tree, far from build/."""

import filecmp
import os
import re
import shutil
import subprocess

import pytest
import tree

SIZE = 512 * 1024
STEP = re.compile(r"^  (\S+) +(\S+)$", re.M)


def copy(to):
    """A clean clone, with what is not yet committed."""
    for path in tree.tracked(new=True):
        target = to / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(tree.ROOT / path, target)
    return to


class BadBuild(Exception):
    pass


def make(where, *args):
    """Returns the set of (step, target) that make says it did."""
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "O", "CC", "V")}
    # What is fetched is fetched once.
    env["SLUICE_REF"] = str(tree.REF)
    done = subprocess.run(["make", "-j2", *args], cwd=where, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode()
    if done.returncode or "warning" in said:
        raise BadBuild(said)
    return set(STEP.findall(said))


def results(out):
    """The files that a build is for."""
    out_files = [p for p in out.rglob("*") if p.is_file()
                 and p.suffix not in (".cmd", ".d")]
    keep = [p.relative_to(out) for p in out_files]
    return sorted(p for p in keep if p.parts[0] not in ("obj", "include")
                  and not p.name.startswith("."))


def differing(a, b):
    """Names of results that are not the same in two builds."""
    names = results(a)
    if names != results(b):
        return [str(p) for p in set(names) ^ set(results(b))]
    return [str(p) for p in names
            if not filecmp.cmp(a / p, b / p, shallow=False)]


def loaded(image):
    """Bytes of text and data that an image takes, bss not counted."""
    out = subprocess.run(["size", "-A", "-d", str(image)], check=True,
                         stdout=subprocess.PIPE).stdout.decode()
    total = 0
    for line in out.splitlines():
        words = line.split()
        if len(words) == 3 and words[0].startswith(".") and words[2] != "0" \
                and ".bss" not in words[0]:
            total += int(words[1])
    return total


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    src = copy(tmp_path_factory.mktemp("one"))
    make(src)
    return src


def test_build_identical(built, tmp_path):
    """Another folder, another object folder, another order."""
    src = copy(tmp_path / "another/place")
    out = tmp_path / "out"
    make(src, "-j1", f"O={out}")
    assert results(out) != []
    assert differing(built / "build", out) == []


def test_build_identical_sees(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    for d in a, b:
        tree.write(d, "obj/x", str(d))
        tree.write(d, "sluice", "same")
        tree.write(d, "tests/guest/x", str(d))
    assert differing(a, b) == ["tests/guest/x"]
    tree.write(b, "pvguest", "x")
    assert differing(a, b) == ["pvguest"]


def test_build_clang(built):
    make(built, f"O={built / 'clang'}", "CC=clang")


def test_build_debug_options_off(built):
    """The other value of each option compiles too."""
    out = built / "off"
    make(built, f"O={out}", "allnoconfig")
    config = (out / ".config").read_text()
    (out / ".config").write_text(config.replace(
        "# CONFIG_WERROR is not set", "CONFIG_WERROR=y"))
    make(built, f"O={out}")


def test_build_debug_options_on(built):
    out = built / "on"
    make(built, f"O={out}", "allyesconfig")
    make(built, f"O={out}")


def test_build_exact(built, tmp_path):
    """Nothing changed: nothing is made.  A source, a header, an option or a
    flag changed: what depends on it is made, and nothing else."""
    src = copy(tmp_path / "src")
    ksym = "obj/hypervisor/debug/ksym.o"
    make(src)
    assert make(src) == set()

    source = src / "hypervisor/debug/ksym.c"
    source.write_text(source.read_text() + "\n/* changed */\n")
    first = make(src)
    assert {t for s, t in first if s == "cc"} == {ksym}
    assert make(src) == set()

    header = src / "hypervisor/include/ksym.h"
    header.write_text(header.read_text() + "\n/* changed */\n")
    users = {t for s, t in make(src) if s in ("cc", "as")}
    assert ksym in users
    named = subprocess.run(["grep", "-rl", "ksym.h", "build/obj",
                            "--include=*.o.d"], cwd=src, check=True,
                           stdout=subprocess.PIPE).stdout.decode().split()
    assert users == {n[len("build/"):-len(".d")] for n in named}

    kbuild = src / "hypervisor/x86/Kbuild"
    kbuild.write_text(kbuild.read_text() + "CFLAGS_ksym.o := -DCHANGED\n")
    assert {t for s, t in make(src) if s in ("cc", "as")} == {ksym}
    assert make(src) == set()


def test_build_exact_option(built, tmp_path):
    """An option's objects are those whose sources name it."""
    src = copy(tmp_path / "src")
    source = src / "hypervisor/debug/ksym.c"
    source.write_text(source.read_text()
                      + "_Static_assert(CONFIG_SLICE_US > 1, \"option\");\n")
    make(src)
    config = src / "build/.config"
    config.write_text(config.read_text().replace(
        "CONFIG_SLICE_US=5000", "CONFIG_SLICE_US=4000"))
    done = {t for s, t in make(src) if s in ("cc", "as")}
    named = {t for t in done if "SLICE_US" in
             (src / t.replace("obj/", "").replace(".o", ".c")).read_text()}
    assert "obj/hypervisor/debug/ksym.o" in done
    headers = subprocess.run(["grep", "-rl", "CONFIG_SLICE_US",
                              "hypervisor/include", "hypervisor/x86/include"],
                             cwd=src, stdout=subprocess.PIPE).stdout
    assert headers or done == named
    assert make(src) == set()


def test_build_refuses_warning(built, tmp_path):
    src = copy(tmp_path / "src")
    source = src / "hypervisor/debug/ksym.c"
    source.write_text(source.read_text() + "static int unused;\n")
    with pytest.raises(BadBuild, match="-Werror=unused"):
        make(src)


def test_defconfig_round_trip(built):
    """What is not the default is kept; what is, is not written."""
    out = built / "round"
    make(built, f"O={out}", "defconfig")
    make(built, f"O={out}", "savedefconfig")
    assert (out / "defconfig").read_text().strip() == ""
    config = (out / ".config").read_text()
    (out / ".config").write_text(config.replace(
        "CONFIG_NR_CPUS=8", "CONFIG_NR_CPUS=4"))
    make(built, f"O={out}", "savedefconfig")
    assert (out / "defconfig").read_text() == "CONFIG_NR_CPUS=4\n"


def test_hypervisor_size(built):
    image = built / "build/sluice"
    if not image.exists():
        pytest.skip("there is no hypervisor image yet")
    assert 0 < loaded(image) < SIZE


def test_hypervisor_size_sees(tmp_path):
    tree.write(tmp_path, "a.S", "\t.data\n\t.space 600000\n"
               "\t.bss\n\t.space 900000\n")
    subprocess.run(["gcc", "-nostdlib", "-static", "-Wl,-e0", "-o",
                    tmp_path / "a", tmp_path / "a.S"], check=True,
                   stderr=subprocess.DEVNULL)
    assert SIZE < loaded(tmp_path / "a") < 700000


def test_install(built, tmp_path):
    """A guest's author finds library, headers and libhcall.pc."""
    if not (tree.ROOT / "libhcall/libhcall.pc.in").exists():
        pytest.skip("there is no libhcall.pc.in yet")
    make(built, "install", f"DESTDIR={tmp_path}", "PREFIX=/opt/sluice")
    top = tmp_path / "opt/sluice"
    assert (top / "lib/libhcall.a").stat().st_size > 0
    assert (top / "include/abi/xen.h").exists()
    assert (top / "include/hcall/hcall.h").exists()
    pc = (top / "lib/pkgconfig/libhcall.pc").read_text()
    assert "prefix=/opt/sluice" in pc and "@" not in pc
    # And the example is built with nothing but these.
    hello = tree.ROOT / "examples/hello"
    subprocess.run(["gcc", "-E", "-P", "-x", "c", "-o", tmp_path / "lds",
                    hello / "guest.lds.S"], check=True)
    done = subprocess.run(
        ["gcc", "-ffreestanding", "-mgeneral-regs-only", "-mno-red-zone",
         "-fno-pic", "-fno-stack-protector", "-fcf-protection=none", "-Wall",
         "-Wextra", "-Werror", "-nostdlib", "-static", "-no-pie",
         "-Wl,--build-id=none,--no-warn-rwx-segments", f"-I{top}/include",
         "-T", tmp_path / "lds", hello / "hello.c", f"-L{top}/lib", "-lhcall",
         "-o", tmp_path / "hello"], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()


def test_clean(built, tmp_path):
    src = copy(tmp_path / "src")
    make(src)
    make(src, "clean")
    assert results(src / "build") == []
    assert (src / "build/.config").exists()
    make(src, "mrproper")
    assert not (src / "build/.config").exists()
