/* SPDX-License-Identifier: MIT */
/*
 * memory.c - pages and page tables: mapping a page at an address that has no
 * tables yet.
 *
 * The kernel of this guest is at 1 MiB, so all tables for the address below
 * are missing but the L4.  Three pages become tables, in two steps each: no
 * writable mapping of the page may be left, and then an entry of the next
 * level names it, which makes the hypervisor read and approve it.
 */
#include <hcall/hcall.h>

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "memory");

#define WHERE	0x100000000000UL

static char stack[16384] __attribute__((aligned(16)));
static uint64_t tables[3][512] __attribute__((aligned(4096)));
static char data[4096] __attribute__((aligned(4096)));
static struct hc_batch batch;

static uint64_t entry_for(const void *page, uint64_t flags)
{
	return hc_pte(hc_virt_to_mfn(page), flags);
}

void hc_main(struct start_info *si)
{
	uint64_t *l4 = (uint64_t *)si->pt_base, *l3 = tables[0];
	uint64_t *l2 = tables[1], *l1 = tables[2];
	volatile char *there = (char *)WHERE;
	unsigned int i;
	long error;

	if (hc_trap_init(stack + sizeof(stack)))
		hc_shutdown(SHUTDOWN_crash);
	hc_printf("page %lu is frame 0x%lx\n", hc_virt_to_pfn(data),
		  hc_virt_to_mfn(data));

	/* As long as they are plain memory, tables are written directly. */
	l1[hc_pt_index(WHERE, 1)] = entry_for(data, HC_PTE_KERNEL);
	l2[hc_pt_index(WHERE, 2)] = entry_for(l1, HC_PTE_TABLE);
	l3[hc_pt_index(WHERE, 3)] = entry_for(l2, HC_PTE_TABLE);

	hc_batch_init(&batch, HC_BATCH_MULTI);
	for (i = 0; i < 3; i++)
		hc_batch_va(&batch, hc_addr(tables[i]),
			    entry_for(tables[i], HC_PTE_PRESENT), UVMF_INVLPG);
	hc_batch_pte(&batch, hc_virt_to_maddr(&l4[hc_pt_index(WHERE, 4)]),
		     entry_for(l3, HC_PTE_TABLE), MMU_NORMAL_PT_UPDATE);
	error = hc_batch_flush(&batch);
	hc_printf("4 changes, %lu hypercall, error %ld\n", batch.entries,
		  error);

	data[0] = 'm';
	hc_printf("seen at the new address: %c\n", *there);

	/* A table in use is changed by the hypervisor alone. */
	error = hc_map(there, 0);
	hc_printf("unmapped: error %ld\n", error);
	error = hc_map(l1, entry_for(l1, HC_PTE_KERNEL));
	hc_printf("a writable mapping of a table: error %ld\n", error);
	hc_shutdown(SHUTDOWN_poweroff);
}
