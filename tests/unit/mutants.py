# SPDX-License-Identifier: MIT
"""Rules of the page-table code, broken one at a time: the model sees each.

A mutant is the source with one text replaced.  A rule whose text is gone from
the source is an error, so that the list keeps up with the code.
"""

MUTANTS = {
    "no flush before a frame changes its type": (
        "pv/frametype.c",
        "\tif (!same)\n"
        "\t\ttlb_flush_since(use_low(w));\n",
        ""),
    "no flush before a frame changes its owner": (
        "core/frame_alloc.c",
        "\ttlb_flush_since(stamp);\n",
        ""),
    "the last use of writable memory leaves no stamp": (
        "pv/frametype.c",
        "to = use_word(t, USE_IDLE, tlb_stamp());",
        "to = use_word(t, USE_IDLE, 1);"),
    "the end of a table leaves no stamp": (
        "pv/frametype.c",
        "use_word(t, USE_IDLE, tlb_stamp()),\n"
        "\t\t\t __ATOMIC",
        "use_word(t, USE_IDLE, 1),\n"
        "\t\t\t __ATOMIC"),
    "other CPUs do not flush": (
        "x86/tlb.c",
        "\t\ttlb_ask(~0UL, stamp);",
        "\t\t;"),
    "a writable entry takes no use": (
        "pv/pte.c",
        "e & PTE_RW ? use_get(f, fd, USE_WRITABLE)\n"
        "\t\t\t\t : frame_get(f, fd)",
        "frame_get(f, fd)"),
    "an entry that becomes writable is a mere change of bits": (
        "pv/pte_fast.h",
        "#define PTE_COUNTED\t(PTE_P | PTE_RW | PTE_ADDR)",
        "#define PTE_COUNTED\t(PTE_P | PTE_ADDR)"),
    "whose frame it is does not matter": (
        "pv/frametype.h",
        "use_is_ready(w, type) && READ_ONCE(f->owner) == d &&\n"
        "\t\t   use_change(f, &w, w + 1))) {\n"
        "\t\tif (likely(READ_ONCE(f->owner) == d))",
        "use_is_ready(w, type) &&\n"
        "\t\t   use_change(f, &w, w + 1))) {\n"
        "\t\tif (d)"),
    "a frame in use as one thing is given out as another": (
        "pv/frametype.c",
        "\t\tif (use_type(w) != t)\n"
        "\t\t\treturn use_refused(f, -EINVAL);\n"
        "\t\tif (!use_change(f, &w, w + 1))",
        "\t\tif (!use_change(f, &w, w + 1))"),
    "an entry is replaced without looking who was faster": (
        "pv/pte_fast.h",
        "\twhile (!entry_change(entry, &old, (new & ~ad) | (old & ad)))\n"
        "\t\t;",
        "\tmodel_yield(2);\n"
        "\t*entry = (new & ~ad) | (old & ad);"),
    "a promotion that stopped goes on one entry too early": (
        "pv/frametype.c",
        "\t\t\t*done = i + 1;\n"
        "\t\t\treturn -ERESTART;",
        "\t\t\treturn -ERESTART;"),
    "a promotion that failed drops all entries": (
        "pv/frametype.c",
        "\t\ttable_dies(f, t, done);\n"
        "\treturn ret;",
        "\t\ttable_dies(f, t, PT_ENTRIES);\n"
        "\treturn ret;"),
    "a second pin is counted": (
        "pv/frametype.c",
        "\t\tif (w & USE_PINNED) {\n"
        "\t\t\tuse_put(f);\n"
        "\t\t\treturn fail(-EINVAL);\n"
        "\t\t}\n",
        ""),
    "the hypervisor's slots can be written": (
        "pv/pte.c",
        "\tif (level == 4 &&\n"
        "\t    slot_is_hv((u64)entry / sizeof(u64) % PT_ENTRIES))\n"
        "\t\treturn fail(-EINVAL);\n",
        ""),
    "a root keeps what the guest wrote into the hypervisor's slots": (
        "pv/frametype.c",
        "\tif (level == 4)\n"
        "\t\tl4_init_hv(e);\n",
        ""),
    "an entry that goes keeps its reference": (
        "pv/pte_fast.h",
        "\t\tframe_put(f);\n"
        "}",
        "\t\t;\n"
        "}"),
    "denied device memory can be mapped": (
        "core/iomem.c",
        "\t\t\treturn false;\n"
        "\treturn true;",
        "\t\t\treturn true;\n"
        "\treturn true;"),
    "pins outlive their domain": (
        "pv/pt_root.c",
        "\t\tif (release)\n", "\t\tif (release || f)\n"),
    "a run of updates holds no use of its table": (
        "pv/op_mmu.c",
        "\t\tuse_put(r->f);\n"
        "\tr->f = NULL;",
        "\t\t;\n"
        "\tr->f = NULL;"),
    "anybody's table will do for a mere change of bits": (
        "pv/op_mmu.c",
        "\tif (use_is_ready(READ_ONCE(f->use), USE_L1) &&\n"
        "\t    READ_ONCE(f->owner) == r->pt) {",
        "\tif (use_is_ready(READ_ONCE(f->use), USE_L1)) {"),
    "a page is copied to whatever it is used as": (
        "pv/op_mmuext.c",
        "\tret = use_get(f, d, USE_WRITABLE);",
        "\tret = use_get(f, d, use_type(f->use));"),
}
