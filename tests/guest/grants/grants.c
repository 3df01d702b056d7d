/* SPDX-License-Identifier: MIT */
/*
 * grants.c - grant tables, as far as one domain can show them.
 *
 * A domain may lend to itself, so each way to map, unmap and copy a grant is
 * shown by what is then in memory, in the page table and in the table's marks,
 * and each refusal by its status.
 */
#include "grants.h"

volatile char table_page[4096] __page, lent[4096] __page, other[4096] __page;
volatile char at_a[4096] __page, at_b[4096] __page;
domid_t self;

long gnt(unsigned int cmd, const void *list, uint64_t count)
{
	return hc3(__HYPERVISOR_grant_table_op, cmd, PTR(list), count);
}

/* Lets self use a frame. */
void lend(grant_ref_t ref, uint64_t mfn, uint16_t flags)
{
	table[ref].frame = mfn;
	table[ref].domid = self;
	asm volatile("" : : : "memory");
	table[ref].flags = GTF_permit_access | flags;
}

struct gnttab_map_grant_ref map_of(const volatile void *at, grant_ref_t ref,
					  uint32_t flags)
{
	return (struct gnttab_map_grant_ref){
		.host_addr = PTR(at), .flags = flags, .ref = ref, .dom = self,
		.status = 99, .handle = 0x77777777, .dev_bus_addr = 7,
	};
}

int map(struct gnttab_map_grant_ref *m)
{
	long ret = gnt(GNTTABOP_map_grant_ref, m, 1);

	return ret ? 1000 - ret : m->status;
}

int unmap(uint64_t addr, uint64_t bus, grant_handle_t handle)
{
	struct gnttab_unmap_grant_ref u = {
		.host_addr = addr, .dev_bus_addr = bus, .handle = handle,
		.status = 99,
	};
	long ret = gnt(GNTTABOP_unmap_grant_ref, &u, 1);

	return ret ? 1000 - ret : u.status;
}

int status_map(const volatile void *at, grant_ref_t ref, uint32_t flags)
{
	struct gnttab_map_grant_ref m = map_of(at, ref, flags);

	return map(&m);
}

static domid_t own_number(void)
{
	struct gnttab_query_size q = { .status = 99 };
	domid_t id;

	/* Only its own size is told to a domain without rights. */
	for (id = 0; id < 100; id++) {
		q.dom = id;
		gnt(GNTTABOP_query_size, &q, 1);
		if (q.status == GNTST_okay)
			return id;
	}
	return 0;
}

static xen_pfn_t frames[64];
static struct gnttab_setup_table setup = {
	.dom = DOMID_SELF, .nr_frames = 1, .status = 99, .frame_list = frames,
};
static struct gnttab_query_size size = { .dom = DOMID_SELF, .status = 99 };

static void test_table(void)
{
	uint32_t i;
	bool good = true;

	is(gnt(GNTTABOP_query_size, &size, 1), 0, "query_size");
	is(size.status, GNTST_okay, "its status");
	ok(size.max_nr_frames >= 4 && size.max_nr_frames <= 64, "has a limit");
	is(gnt(GNTTABOP_setup_table, &setup, 1), 0, "setup_table");
	is(setup.status, GNTST_okay, "its status");
	ok(frames[0] && !frames[1], "one frame");
	is(va_map(table_page, frames[0] << 12 | PTE_P | PTE_W), 0,
	   "which can be mapped");
	for (i = FIRST; i < 512; i++)
		good = good && !table[i].flags;
	ok(good, "all entries are free");

	setup.nr_frames = 4;
	gnt(GNTTABOP_setup_table, &setup, 1);
	is(setup.status, GNTST_okay, "make it larger");
	ok(frames[3] && PTE_MFN(*pte_of(table_page)) == frames[0],
	   "the first frame stays");
	gnt(GNTTABOP_query_size, &size, 1);
	is(size.nr_frames, 4, "it is larger");
	setup.nr_frames = 1;
	gnt(GNTTABOP_setup_table, &setup, 1);
	gnt(GNTTABOP_query_size, &size, 1);
	is(size.nr_frames, 4, "and never gets smaller");
}

static void test_table_refused(void)
{
	setup.nr_frames = size.max_nr_frames + 1;
	is(gnt(GNTTABOP_setup_table, &setup, 1), 0, "larger than may be");
	is(setup.status, GNTST_general_error, "is refused");
	setup.nr_frames = 1;
	setup.dom = 77;
	gnt(GNTTABOP_setup_table, &setup, 1);
	is(setup.status, GNTST_bad_domain, "of no domain");
	setup.dom = DOMID_SELF;
	setup.frame_list = (void *)NOWHERE;
	gnt(GNTTABOP_setup_table, &setup, 1);
	is(setup.status, GNTST_bad_virt_addr, "told to nowhere");
	size.dom = 77;
	gnt(GNTTABOP_query_size, &size, 1);
	is(size.status, GNTST_bad_domain, "query_size of no domain");

	is(gnt(GNTTABOP_setup_table, &setup, 2), -XEN_EINVAL, "two set-ups");
	is(gnt(GNTTABOP_setup_table, &setup, 0), -XEN_EINVAL, "none");
	is(gnt(GNTTABOP_query_size, &size, 2), -XEN_EINVAL, "two sizes");
	is(gnt(GNTTABOP_setup_table, (void *)NOWHERE, 1), -XEN_EFAULT,
	   "set up from nowhere");
	is(gnt(GNTTABOP_query_size, (void *)NOWHERE, 1), -XEN_EFAULT,
	   "ask to nowhere");
}

static void test_version(void)
{
	struct gnttab_get_version get = { .dom = DOMID_SELF };
	struct gnttab_set_version set = { 1 };

	is(gnt(GNTTABOP_get_version, &get, 1), 0, "get_version");
	is(get.version, 1, "is 1");
	get.dom = 77;
	is(gnt(GNTTABOP_get_version, &get, 1), -XEN_ESRCH, "of no domain");
	is(gnt(GNTTABOP_get_version, (void *)NOWHERE, 1), -XEN_EFAULT,
	   "to nowhere");
	is(gnt(GNTTABOP_set_version, &set, 1), 0, "set version 1");
	get.dom = DOMID_SELF;
	gnt(GNTTABOP_get_version, &get, 1);
	is(get.version, 1, "it stays 1");
	is(gnt(GNTTABOP_set_version, (void *)NOWHERE, 1), -XEN_EFAULT,
	   "set from nowhere");
	set.version = 3;
	is(gnt(GNTTABOP_set_version, &set, 1), -XEN_EINVAL, "no version 3");
	is(gnt(99, &size, 1), -XEN_ENOSYS, "no grant_table_op 99");
	is(gnt(99, &size, 1ul << 31), -XEN_EINVAL, "a negative count");
}

void test_main(void)
{
	self = own_number();
	test_table();
	test_table_refused();
	test_version();
	is(va_map(at_a, 0), 0, "unmap a page");
	is(va_map(at_b, 0), 0, "and another");
	test_map();
	test_flush();
	test_map_readonly();
	test_by_entry();
	test_device();
	test_device_holds();
	test_map_refused();
	test_unmap_refused();
	test_lost();
	test_revoke();
	test_replace();
	test_many();
	test_half_list();
	test_copy();
	test_copy_refused();
	test_copy_list();
	test_random();
}
