/* SPDX-License-Identifier: MIT */
/*
 * grants.c - a page that one domain lends and another maps.
 *
 * Both are this domain here, which is domain 0; between two the lender tells
 * the other his reference, by the store as a rule.
 */
#include <hcall/hcall.h>

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "grants");

#define page	__attribute__((aligned(HC_PAGE_SIZE)))
#define OTHER	0

static char stack[16384] __attribute__((aligned(16)));
static char table[HC_PAGE_SIZE] page, here[HC_PAGE_SIZE] page;
static volatile char lent[HC_PAGE_SIZE] page;

/* What the other domain does. */
static void other_side(domid_t lender, grant_ref_t ref)
{
	grant_handle_t handle;
	int status = hc_grant_map(here, lender, ref, true, &handle);

	if (status) {
		hc_printf("not mapped: status %d\n", status);
		return;
	}
	hc_printf("the page says: %s\n", here);
	hc_printf("taken back while it is mapped: %s\n",
		  hc_grant_end(ref) ? "yes" : "no");
	hc_grant_unmap(here, handle);
}

void hc_main(struct start_info *si)
{
	static const char text[] = "hello";
	grant_ref_t ref;
	unsigned int i;

	(void)si;
	if (hc_trap_init(stack + sizeof(stack)) || hc_grant_init(table, 1))
		hc_shutdown(SHUTDOWN_crash);
	for (i = 0; i < sizeof(text); i++)
		lent[i] = text[i];
	ref = hc_grant(OTHER, hc_virt_to_mfn(lent), true);
	hc_printf("lent by reference %u\n", ref);
	other_side(0, ref);
	hc_printf("taken back after that: %s\n",
		  hc_ungrant(ref) ? "yes" : "no");
	hc_shutdown(SHUTDOWN_poweroff);
}
