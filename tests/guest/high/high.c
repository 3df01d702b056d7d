/* SPDX-License-Identifier: MIT */
/*
 * high.c - what the builder leaves to a kernel that has wishes of its own.
 *
 * It lives at -2 GiB, wants its p2m list at a place of its own and its ramdisk
 * by frame number, and has no hypercall page.  Started as domain 0 or as a
 * plain domain, with a ramdisk (option ramdisk) or without, and with a store or
 * without (option nostore); the ramdisk's byte i is (i * 7 + i / 4096) & 255.
 * It may have to stay at the end, so that the machine does.
 * Everything that is found in start_info is followed to where it leads.
 */
#include <hcall/hcall.h>
#include "high.h"

extern char _text[], _bss[], _end[];
extern uint64_t first_rsp, kept;

uint64_t first_rsp;

static struct start_info *si;
static unsigned int points;
uint64_t kept = 0x123456789abcdef0;
static char window[4096] __attribute__((aligned(4096)));

static void ok(bool good, const char *name)
{
	hc_printf("%sok %u - %s\n", good ? "" : "not ", ++points, name);
}

static void is(uint64_t got, uint64_t want, const char *name)
{
	ok(got == want, name);
	if (got != want)
		hc_printf("# got 0x%lx, want 0x%lx\n", got, want);
}

static uint64_t page_up(uint64_t a)
{
	return (a + 4095) & ~4095ul;
}

static uint64_t pfn_of(uint64_t va)
{
	return (va - VIRT_BASE) / 4096;
}

static void test_image(void)
{
	uint64_t sum = 0;
	char *p;

	is(si->magic[14], 0, "the magic has no p: there is no PAE_MODE note");
	is(hc_addr(_text), VIRT_BASE + 0x100000, "the code is high up");
	is(kept, 0x123456789abcdef0, "the data is there");
	for (p = (char *)page_up(hc_addr(_bss)) + 65536; p < _end; p++)
		sum |= *p;
	is(sum, 0, "the bss is zero");
	is(hc_addr(si), page_up(hc_addr(_end)), "start_info follows the image");
	is(si->nr_pt_frames, 3 + (first_rsp + 0x80000 - VIRT_BASE +
				  0x3fffff) / 0x400000 * 2,
	   "the tables map 4 MiB each pair");
	is(first_rsp, si->pt_base + (si->nr_pt_frames + 1) * 4096,
	   "the stack follows the page tables");
}

static uint64_t entry_of(uint64_t va)
{
	uint64_t *e = hc_pt_entry((uint64_t *)si->pt_base, va, 1);

	return e ? *e : 0;
}

/* Frames between those that are mapped and the rest. */
static bool is_p2m_page(uint64_t mfn)
{
	return hc_mfn_to_pfn(mfn) - si->first_p2m_pfn < si->nr_p2m_frames;
}

/* The tables of the list can be read where the M2P says. */
static uint64_t p2m_entry(uint64_t va)
{
	uint64_t *l4 = (uint64_t *)si->pt_base, e = l4[hc_pt_index(va, 4)];
	unsigned int level;

	for (level = 3; level; level--) {
		if (!(e & HC_PTE_PRESENT) || !is_p2m_page(hc_pte_mfn(e)))
			return 0;
		hc_map(window, hc_pte(hc_pte_mfn(e), HC_PTE_PRESENT));
		e = ((uint64_t *)window)[hc_pt_index(va, level)];
	}
	return e;
}

static void test_p2m(void)
{
	const uint64_t *p2m = (const uint64_t *)si->mfn_list;
	uint64_t own = hc_virt_to_mfn(window);
	uint64_t data = page_up(si->nr_pages * 8) / 4096;
	uint64_t i, bad = 0;

	is(si->mfn_list, P2M_BASE, "the p2m list is at INIT_P2M");
	for (i = 0; i < si->nr_pages; i++)
		bad += hc_mfn_to_pfn(p2m[i]) != i;
	is(bad, 0, "M2P and p2m agree on all pages");
	is(si->nr_p2m_frames, data + (data + 511) / 512 + 2,
	   "it has frames apart, and its tables too");
	ok(si->first_p2m_pfn > pfn_of(first_rsp), "above the kernel");
	for (i = 0, bad = 0; i < data; i++)
		bad += !is_p2m_page(hc_pte_mfn(p2m_entry(P2M_BASE + i * 4096)));
	is(bad, 0, "that is where it is mapped");
	is(p2m_entry(P2M_BASE + data * 4096), 0, "and no further");
	hc_map(window, hc_pte(own, HC_PTE_KERNEL));
}

static void test_no_ramdisk(void)
{
	is(si->mod_start, 0, "there is no ramdisk");
	is(si->mod_len, 0, "of no length");
	is(si->flags & SIF_MOD_START_PFN, 0, "and no flag for it");
}

static void test_ramdisk(void)
{
	uint64_t own = hc_virt_to_mfn(window), i, bad = 0;

	is(si->flags & SIF_MOD_START_PFN, SIF_MOD_START_PFN,
	   "the ramdisk is given by number");
	ok(si->mod_start > pfn_of(first_rsp), "it is not mapped");
	ok(si->mod_len, "it is not empty");
	for (i = 0; i < si->mod_len; i++) {
		if (i % 4096 == 0)
			hc_map(window, hc_pte(hc_pfn_to_mfn(si->mod_start +
							    i / 4096),
					      HC_PTE_PRESENT));
		bad += (window[i % 4096] & 255) != ((i * 7 + i / 4096) & 255);
	}
	is(bad, 0, "each byte of it");
	for (bad = 0; i % 4096; i++)
		bad += window[i % 4096] != 0;
	is(bad, 0, "and zeroes up to the page's end");
	hc_map(window, hc_pte(own, HC_PTE_KERNEL));
}

static void test_first(void)
{
	is(si->flags & (SIF_PRIVILEGED | SIF_INITDOMAIN),
	   SIF_PRIVILEGED | SIF_INITDOMAIN, "the flags are domain 0's");
	is(si->store_evtchn, 0, "there is no store");
}

static int port_state(evtchn_port_t port)
{
	struct evtchn_status st = { .dom = DOMID_SELF, .port = port };

	return hc_event_channel_op(EVTCHNOP_status, hc_addr(&st)) ? -1 :
	       st.status;
}

static void test_plain(void)
{
	uint64_t store = hc_addr(si) + 4096, console = store + 4096;
	char option[8];

	is(si->flags & (SIF_PRIVILEGED | SIF_INITDOMAIN), 0, "no privilege");
	is(si->pt_base, console + 4096, "two pages behind start_info");
	is(si->console.domU.mfn, hc_pte_mfn(entry_of(console)),
	   "the console's");
	is(*(uint64_t *)store, 0, "the store's is empty");
	is(port_state(si->console.domU.evtchn), EVTCHNSTAT_interdomain,
	   "the console's port is bound");
	if (hc_cmdline("nostore", option, sizeof(option)) >= 0) {
		is(si->store_mfn, 0, "there is no store");
		is(si->store_evtchn, 0, "and no port to it");
		return;
	}
	is(si->store_mfn, hc_pte_mfn(entry_of(store)), "the store's");
	is(port_state(si->store_evtchn), EVTCHNSTAT_unbound, "its port waits");
}

void hc_main(struct start_info *start)
{
	char option[8];

	si = start;
	test_image();
	test_p2m();
	if (hc_cmdline("ramdisk", option, sizeof(option)) >= 0)
		test_ramdisk();
	else
		test_no_ramdisk();
	if (hc_is_initial_domain())
		test_first();
	else
		test_plain();
	hc_printf("1..%u\n", points);
	while (hc_cmdline("stay", option, sizeof(option)) >= 0)
		hc_sched_op(SCHEDOP_block, 0);
	hc_shutdown(SHUTDOWN_poweroff);
}
