/* SPDX-License-Identifier: MIT */
/*
 * plain.c - the two domains that are looked at.
 */
#include "pair.h"

static void begin(void)
{
	set_up();
	mail.ready = 0;
	lend(REF_MAIL, &mail, ZERO, 0);
}

/* ---- The lender --------------------------------------------------------- */

static void give_back(const void *page)
{
	xen_pfn_t frame = mfn_of(page);
	struct xen_memory_reservation r = {
		.extent_start = &frame, .nr_extents = 1, .domid = DOMID_SELF,
	};

	mail.said[8] = va_map(page, 0);
	mail.said[9] = hc2(__HYPERVISOR_memory_op,
			   XENMEM_decrease_reservation, PTR(&r));
}

/* Entries change all the time, most of them to what can be used. */
static void lend_anything(void)
{
	grant_ref_t ref = REF_READ + random() % 64;

	table[ref].flags = 0;
	if (random() % 4)
		lend(ref, random() % 8 ? (void *)pages[random() % 8] :
		     kernel_l4(), random() % 3, random() % 8);
	if (random() % 64 == 0)
		table[ref].frame = random();
	mail.rounds++;
}

void lender(void)
{
	begin();
	pages[0][0] = 'r';
	pages[1][0] = 'w';
	pages[2][0] = 's';
	pages[3][0] = 'g';
	lend(REF_READ, pages[0], ZERO, GTF_readonly);
	lend(REF_WRITE, pages[1], MAPPER, 0);
	lend(REF_SHOW, pages[2], MAPPER, GTF_readonly);
	lend(REF_TABLE, kernel_l4(), ZERO, 0);
	lend(REF_GONE, pages[3], ZERO, 0);
	mail.ready = 1;
	for (;;) {
		grant_ref_t ref;

		if (mail.command == STORM) {
			lend_anything();
			continue;
		}
		for (ref = REF_READ; ref < REF_END; ref++)
			mail.said[ref - REF_READ] = table[ref].flags;
		mail.said[15] = *(volatile char *)pages[1];
		if (mail.command == GIVE_BACK) {
			give_back(pages[3]);
			mail.command = GO_ON;
		}
		mail.rounds++;
		yield();
	}
}

/* ---- Who maps ----------------------------------------------------------- */

#define RW	GNTMAP_host_map
#define RO	(GNTMAP_host_map | GNTMAP_readonly)

static grant_handle_t handles[3];

static int copy_from(grant_ref_t ref)
{
	struct gnttab_copy c = {
		.source = { .u.ref = ref, .domid = LENDER },
		.dest = { .u.gmfn = mfn_of(pages[7]), .domid = DOMID_SELF },
		.len = 1, .flags = GNTCOPY_source_gref, .status = 99,
	};

	gnt(GNTTABOP_copy, &c, 1);
	return c.status;
}

static void map_all(void)
{
	grant_handle_t none;

	while (map(pages[0], LENDER, REF_WRITE, RW, &handles[0]))
		yield();
	mail.said[0] = map(pages[1], LENDER, REF_SHOW, RW, &none);
	mail.said[1] = map(pages[1], LENDER, REF_SHOW, RO, &handles[1]);
	mail.said[2] = map(pages[2], LENDER, REF_READ, RO, &none);
	mail.said[3] = copy_from(REF_READ);
	mail.said[4] = copy_from(REF_SHOW);
	mail.said[5] = map(NULL, LENDER, REF_WRITE, GNTMAP_device_map,
			   &handles[2]);
	/* Another one's frame, but by a grant. */
	mail.said[6] = va_map(pages[2], *pte_of(pages[0]) | PTE_P);
	mail.said[7] = *(volatile char *)pages[1];
	mail.said[8] = PTE_MFN(*pte_of(pages[0]));
	*(volatile char *)pages[0] = 'm';
}

static void unmap_all(void)
{
	uint64_t bus = PTE_MFN(*pte_of(pages[0])) << 12;

	mail.said[0] = unmap(pages[0], 0, handles[0]);
	mail.said[1] = unmap(pages[1], 0, handles[1]);
	mail.said[2] = unmap(NULL, bus + 4096, handles[2]);
	mail.said[3] = unmap(NULL, bus, handles[2]);
}

/* All the handles that it may have, by grants of its own to itself. */
static void exhaust(void)
{
	grant_handle_t h;
	grant_ref_t ref;
	int i, n = 0, status = 0;

	for (ref = 100; ref < 200 && status != GNTST_no_device_space; ref++) {
		lend(ref, pages[7], MAPPER, 0);
		for (i = 0, status = 0; i < 128 && !status; i++, n++)
			status = map(NULL, MAPPER, ref, GNTMAP_device_map, &h);
	}
	mail.said[0] = n - 1;
	mail.said[1] = status;
}

/* What domain 0 alone may ask. */
static void ask(void)
{
	struct gnttab_query_size size = { .dom = LENDER };
	struct gnttab_setup_table setup = { .dom = LENDER, .nr_frames = 0 };
	struct gnttab_get_version version = { .dom = LENDER };

	gnt(GNTTABOP_query_size, &size, 1);
	gnt(GNTTABOP_setup_table, &setup, 1);
	mail.said[9] = size.status;
	mail.said[10] = setup.status;
	mail.said[11] = gnt(GNTTABOP_get_version, &version, 1);
}

static void anything(void)
{
	static grant_handle_t known[64];
	unsigned int i = random() % 64, what = random();
	void *at = pages[1 + random() % 6];

	if (what % 8 < 4)
		map(what & 16 ? at : (void *)maddr_of(pte_of(at)), LENDER,
		    REF_READ + random() % 64,
		    (what & 16 ? 0 : GNTMAP_contains_pte) |
		    (what >> 5 & 7) * (what & 1 ? 1 : 0) | GNTMAP_host_map,
		    &known[i]);
	else if (what % 8 < 6)
		unmap(at, what & 16 ? PTE_MFN(*pte_of(at)) << 12 : 0,
		      known[i]);
	else if (what % 8 == 6)
		copy_from(REF_READ + random() % 64);
	else if (what & 16)
		va_map(at, 0);
	mail.rounds++;
}

void mapper(void)
{
	int i;

	begin();
	for (i = 0; i < 7; i++)
		va_map(pages[i], 0);
	map_all();
	ask();
	mail.ready = 1;
	for (;;) {
		enum command what = __atomic_exchange_n(&mail.command, GO_ON,
							__ATOMIC_SEQ_CST);

		if (what == UNMAP)
			unmap_all();
		else if (what == EXHAUST)
			exhaust();
		while (what == STORM)
			anything();
		mail.rounds++;
		yield();
	}
}
