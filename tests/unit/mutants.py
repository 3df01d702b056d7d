# SPDX-License-Identifier: MIT
"""Rules of the page-table code, broken one at a time: the model sees each.

A mutant is the source with one text replaced.  A rule whose text is gone from
the source is an error, so that the list keeps up with the code.
"""

MUTANTS = {
    "no flush before a frame changes its type": (
        "pv/frametype.c",
        "	if (!same)\n		tlb_flush_since(use_low(w));\n",
        ""),
    "no flush before a frame changes its owner": (
        "core/frame_alloc.c",
        "	tlb_flush_since(stamp);\n",
        ""),
    "the last use of writable memory leaves no stamp": (
        "pv/frametype.c",
        "to = use_word(t, USE_IDLE, tlb_stamp());",
        "to = use_word(t, USE_IDLE, 1);"),
    "the end of a table leaves no stamp": (
        "pv/frametype.c",
        "use_word(t, USE_IDLE, tlb_stamp()),\n			 __ATOMIC",
        "use_word(t, USE_IDLE, 1),\n			 __ATOMIC"),
    "other CPUs do not flush": (
        "x86/tlb.c",
        "		tlb_ask(~0UL, stamp);",
        "		;"),
    "a writable entry takes no use": (
        "pv/pte.c",
        "e & PTE_RW ? use_get(f, fd, USE_WRITABLE)\n				 : frame_get(f, fd)",
        "frame_get(f, fd)"),
    "an entry that becomes writable is a mere change of bits": (
        "pv/pte_fast.h",
        "#define PTE_COUNTED	(PTE_P | PTE_RW | PTE_ADDR)",
        "#define PTE_COUNTED	(PTE_P | PTE_ADDR)"),
    "whose frame it is does not matter": (
        "pv/frametype.h",
        "use_is_ready(w, type) && READ_ONCE(f->owner) == d &&\n		   use_change(f, &w, w + 1))) {\n		if (likely(READ_ONCE(f->owner) == d))",
        "use_is_ready(w, type) &&\n		   use_change(f, &w, w + 1))) {\n		if (d)"),
    "a frame in use as one thing is given out as another": (
        "pv/frametype.c",
        "		if (use_type(w) != t)\n			return use_refused(f, -EINVAL);\n		if (!use_change(f, &w, w + 1))",
        "		if (!use_change(f, &w, w + 1))"),
    "an entry is replaced without looking who was faster": (
        "pv/pte_fast.h",
        "	while (!entry_change(entry, &old, (new & ~ad) | (old & ad)))\n		;",
        "	model_yield(2);\n	*entry = (new & ~ad) | (old & ad);"),
    "a promotion that stopped goes on one entry too early": (
        "pv/frametype.c",
        "			*done = i + 1;\n			return -ERESTART;",
        "			return -ERESTART;"),
    "a promotion that failed drops all entries": (
        "pv/frametype.c",
        "		table_dies(f, t, done);\n	return ret;",
        "		table_dies(f, t, PT_ENTRIES);\n	return ret;"),
    "a second pin is counted": (
        "pv/frametype.c",
        "		if (w & USE_PINNED) {\n			use_put(f);\n			return fail(-EINVAL);\n		}\n",
        ""),
    "the hypervisor's slots can be written": (
        "pv/pte.c",
        "	if (level == 4 &&\n	    slot_is_hv((u64)entry / sizeof(u64) % PT_ENTRIES))\n		return fail(-EINVAL);\n",
        ""),
    "a root keeps what the guest wrote into the hypervisor's slots": (
        "pv/frametype.c",
        "	if (level == 4)\n		l4_init_hv(e);\n",
        ""),
    "an entry that goes keeps its reference": (
        "pv/pte_fast.h",
        "		frame_put(f);\n}",
        "		;\n}"),
    "denied device memory can be mapped": (
        "core/iomem.c",
        "			return false;\n	return true;",
        "			return true;\n	return true;"),
    "pins outlive their domain": (
        "pv/pt_root.c",
        "		frame_forsake, frame_abandon,",
        "		frame_abandon, frame_abandon,"),
    "a run of updates holds no use of its table": (
        "pv/op_mmu.c",
        "		use_put(r->f);\n	r->f = NULL;",
        "		;\n	r->f = NULL;"),
    "anybody's table will do for a mere change of bits": (
        "pv/op_mmu.c",
        "	if (use_is_ready(READ_ONCE(f->use), USE_L1) &&\n	    READ_ONCE(f->owner) == r->pt) {",
        "	if (use_is_ready(READ_ONCE(f->use), USE_L1)) {"),
    "a page is copied to whatever it is used as": (
        "pv/op_mmuext.c",
        "	ret = use_get(f, d, USE_WRITABLE);",
        "	ret = use_get(f, d, use_type(f->use));"),
}
