/* SPDX-License-Identifier: MIT */
/*
 * grant.c - the grant table, and lists of requests about others' grants.
 *
 * Entries that are free form a list through their frame fields: nobody else
 * looks at those while an entry's flags are 0.
 */
#include <hcall/grant.h>
#include <abi/errno.h>
#include <hcall/mmu.h>
#include "internal.h"

static volatile struct grant_entry_v1 *entries;
static unsigned int nr_free;
static grant_ref_t first_free;

/* ---- Lending ------------------------------------------------------------ */

static long table_map(char *at, const xen_pfn_t *mfns, unsigned int n)
{
	unsigned int i;
	long ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = hc_map(at + i * HC_PAGE_SIZE,
			     hc_pte(mfns[i], HC_PTE_KERNEL | HC_PTE_NX));
	return ret;
}

long hc_grant_init(void *at, unsigned int frames)
{
	xen_pfn_t mfns[HC_GRANT_FRAMES_MAX];
	struct gnttab_setup_table setup = {
		.dom = DOMID_SELF,
		.nr_frames = frames,
		.frame_list = mfns,
	};
	unsigned int i;
	long ret;

	if (!frames || frames > HC_GRANT_FRAMES_MAX)
		return -XEN_ENOMEM;
	ret = hc_grant_table_op(GNTTABOP_setup_table, hc_addr(&setup), 1);
	if (!ret && setup.status)
		ret = -XEN_ENOMEM;
	if (!ret)
		ret = table_map(at, mfns, frames);
	if (ret)
		return ret;
	entries = at;
	for (i = frames * HC_GRANTS_PER_FRAME;
	     i-- > GNTTAB_NR_RESERVED_ENTRIES; )
		hc_grant_free(i);
	return 0;
}

grant_ref_t hc_grant_alloc(void)
{
	grant_ref_t ref = first_free;

	if (ref != HC_GRANT_NONE) {
		first_free = entries[ref].frame;
		nr_free--;
	}
	return ref;
}

void hc_grant_free(grant_ref_t ref)
{
	entries[ref].frame = first_free;
	first_free = ref;
	nr_free++;
}

unsigned int hc_grants_free(void)
{
	return nr_free;
}

/* The flags last: they make it valid. */
void hc_grant_access(grant_ref_t ref, domid_t dom, uint64_t mfn, bool readonly)
{
	entries[ref].frame = mfn;
	entries[ref].domid = dom;
	hc_barrier();
	entries[ref].flags = GTF_permit_access | (readonly ? GTF_readonly : 0);
}

bool hc_grant_in_use(grant_ref_t ref)
{
	return entries[ref].flags & (GTF_reading | GTF_writing);
}

/* Another try is due when the hypervisor has just set or cleared a mark. */
bool hc_grant_end(grant_ref_t ref)
{
	uint16_t flags = entries[ref].flags;

	do {
		if (flags & (GTF_reading | GTF_writing))
			return false;
	} while (!__atomic_compare_exchange_n(&entries[ref].flags, &flags, 0,
					      false, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	return true;
}

/* ---- Using -------------------------------------------------------------- */

/* The status of each is an int16_t at the same place of its structure. */
static long run(unsigned int cmd, void *list, unsigned int n, size_t size,
		size_t status)
{
	const char *at = list;
	long ret, good = 0;
	unsigned int i;

	ret = hc_grant_table_op(cmd, hc_addr(list), n);
	if (ret)
		return ret;
	for (i = 0; i < n; i++, at += size)
		good += *(const int16_t *)(const void *)(at + status) ==
			GNTST_okay;
	return good;
}

#define RUN(cmd, list, n) \
	run(GNTTABOP_##cmd, list, n, sizeof(*(list)), \
	    offsetof(__typeof__(*(list)), status))

long hc_grants_map(struct gnttab_map_grant_ref *list, unsigned int n)
{
	return RUN(map_grant_ref, list, n);
}

long hc_grants_unmap(struct gnttab_unmap_grant_ref *list, unsigned int n)
{
	return RUN(unmap_grant_ref, list, n);
}

long hc_grants_copy(struct gnttab_copy *list, unsigned int n)
{
	return RUN(copy, list, n);
}

int hc_grant_map(void *at, domid_t dom, grant_ref_t ref, bool readonly,
		 grant_handle_t *handle)
{
	struct gnttab_map_grant_ref m;

	hc_map_fill(&m, hc_addr(at), dom, ref, readonly);
	if (hc_grants_map(&m, 1) < 0)
		return GNTST_general_error;
	*handle = m.handle;
	return m.status;
}

int hc_grant_unmap(void *at, grant_handle_t handle)
{
	struct gnttab_unmap_grant_ref u;

	hc_unmap_fill(&u, hc_addr(at), handle);
	if (hc_grants_unmap(&u, 1) < 0)
		return GNTST_general_error;
	return u.status;
}
