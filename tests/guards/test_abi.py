# SPDX-License-Identifier: MIT
"""Sizes, offsets and numbers of abi/ are those of Xen's public headers."""

import shutil
import subprocess

import pytest
import tree


def test_abi_against_xen():
    check = tree.ROOT / "scripts/check-abi"
    if not check.exists():
        pytest.skip("scripts/check-abi does not exist yet")
    done = subprocess.run([str(check)], cwd=tree.ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()


def test_mistakes_are_noticed():
    check = tree.ROOT / "scripts/check-abi"
    done = subprocess.run([str(check), "--self-test"], cwd=tree.ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()


def run_index(script):
    return subprocess.run([str(script), "--check"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def test_every_call_has_its_page():
    done = run_index(tree.ROOT / "scripts/abi-index")
    assert done.returncode == 0, done.stdout


def complete(root=tree.ROOT):
    return subprocess.run([str(root / "scripts/abi-complete")], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_the_reference_is_complete():
    done = complete()
    assert done.returncode == 0, done.stdout


def change(path, old, new):
    text = path.read_text()
    assert old in text, (path, old)
    path.write_text(text.replace(old, new))


def test_what_is_left_unsaid_is_noticed(tmp_path):
    for part in ("abi", "hypervisor"):
        shutil.copytree(tree.ROOT / part, tmp_path / part)
    (tmp_path / "scripts").mkdir()
    shutil.copy2(tree.ROOT / "scripts/abi-complete", tmp_path / "scripts")
    assert complete(tmp_path).returncode == 0
    headers, doc = tmp_path / "abi/include/abi", tmp_path / "abi/doc"
    with open(headers / "sched.h", "a") as f:
        f.write("#define SCHEDOP_novel 9\nstruct sched_novel {\n};\n")
    change(doc / "net.md", "netif_extra_info", "netif_more")
    change(doc / "vcpu_op.md", "`VCPUOP_is_up`", "`VCPUOP_nmi`")
    change(doc / "memory_op.md", "-EPERM", "-EACCES")
    change(doc / "grant_table_op.md", "GNTST_bad_dev_addr", "GNTST_bad_dev")
    pv = tmp_path / "hypervisor/pv"
    # In a handler, in what it calls, in what only a table names.
    change(pv / "op_timer.c", "timer_stop(&v->timer);",
           "return fail(-EDOM);")
    change(pv / "op_debug.c", "return fail(-ENODEV);",
           "return fail(-ERANGE);")
    change(pv / "op_sched.c", "sched_yield();", "return fail(-EXDEV);")
    done = complete(tmp_path)
    assert done.returncode
    for complaint in ("sched_op.md does not name SCHEDOP_novel",
                      "no page that names struct sched_novel",
                      "no page that names struct netif_extra_info",
                      "vcpu_op.md does not name VCPUOP_is_up",
                      "memory_op.md does not explain -EPERM",
                      "memory_op.md explains -EACCES: nothing gives it",
                      "grant_table_op.md does not explain GNTST_bad_dev_addr",
                      "grant_table_op.md explains GNTST_bad_dev: nothing",
                      "set_timer_op.md does not explain -EDOM",
                      "set_debugreg.md does not explain -ERANGE",
                      "sched_op.md does not explain -EXDEV"):
        assert complaint in done.stdout, (complaint, done.stdout)


def test_missing_pages_are_noticed(tmp_path):
    for part in ("scripts/abi-index", "abi/doc", "abi/include"):
        target = tmp_path / part
        if (tree.ROOT / part).is_dir():
            shutil.copytree(tree.ROOT / part, target)
        else:
            target.parent.mkdir()
            shutil.copy2(tree.ROOT / part, target)
    (tmp_path / "abi/doc/iret.md").unlink()
    page = tmp_path / "abi/doc/set_gdt.md"
    page.write_text(page.read_text().replace("## Errors", "## Faults"))
    with open(tmp_path / "abi/include/abi/hypercalls.def", "a") as f:
        f.write("HYPERCALL(60, novel_op, 1)\n")
    done = run_index(tmp_path / "scripts/abi-index")
    assert done.returncode
    for complaint in ("iret.md is missing", "set_gdt.md: sections",
                      "novel_op.md is missing", "index is not current",
                      "there is no tests/guest/fpu"):
        assert complaint in done.stdout
