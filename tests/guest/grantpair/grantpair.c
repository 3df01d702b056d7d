/* SPDX-License-Identifier: MIT */
/*
 * grantpair.c - grants between domains: a lender, one who maps, and domain 0,
 * which looks on, ends them in all states, and counts the machine's memory.
 *
 * Each plain domain lends a page to domain 0, in which it says what it saw and
 * did, and is told what to do next.
 */
#include "pair.h"

volatile struct grant_entry_v1 table[512] __page;
struct mail mail __page;
char pages[8][4096] __page;

long gnt(unsigned int cmd, const void *list, uint64_t count)
{
	return hc3(__HYPERVISOR_grant_table_op, cmd, PTR(list), count);
}

int map(void *at, domid_t dom, grant_ref_t ref, uint32_t flags,
	grant_handle_t *handle)
{
	struct gnttab_map_grant_ref m = {
		.host_addr = PTR(at), .flags = flags, .ref = ref, .dom = dom,
		.status = 99,
	};

	if (gnt(GNTTABOP_map_grant_ref, &m, 1))
		return 1000;
	if (!m.status)
		*handle = m.handle;
	return m.status;
}

int unmap(void *at, uint64_t bus, grant_handle_t handle)
{
	struct gnttab_unmap_grant_ref u = {
		.host_addr = PTR(at), .dev_bus_addr = bus, .handle = handle,
		.status = 99,
	};

	return gnt(GNTTABOP_unmap_grant_ref, &u, 1) ? 1000 : u.status;
}

void lend(grant_ref_t ref, const volatile void *page, domid_t to,
	  uint16_t flags)
{
	table[ref].frame = mfn_of(page);
	table[ref].domid = to;
	asm volatile("" : : : "memory");
	table[ref].flags = GTF_permit_access | flags;
}

void set_up(void)
{
	struct gnttab_setup_table setup = { .dom = DOMID_SELF, .nr_frames = 1 };
	xen_pfn_t frame;

	setup.frame_list = &frame;
	gnt(GNTTABOP_setup_table, &setup, 1);
	va_map(table, frame << 12 | PTE_P | PTE_W);
}

void yield(void)
{
	hc2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
}

uint32_t random(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005ul + 1442695040888963407ul;
	return state >> 33;
}

void test_main(void)
{
	if (option("lender"))
		lender();
	else if (option("mapper"))
		mapper();
	else
		zero();
}
