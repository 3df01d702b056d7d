/* SPDX-License-Identifier: MIT */
/*
 * grant.h - grants: lending pages to other domains, and using what they lend.
 *
 * The table has one user at a time: a guest with several vCPUs, or whose event
 * functions grant as well, serializes allocating and freeing.
 */
#ifndef HCALL_GRANT_H
#define HCALL_GRANT_H

#include <stdbool.h>
#include <abi/grant_table.h>
#include <hcall/atomic.h>
#include <hcall/hypercall.h>

#define HC_GRANTS_PER_FRAME	512
#define HC_GRANT_FRAMES_MAX	64
#define HC_GRANT_NONE		0	/* reserved for the console */

/* ---- Lending ------------------------------------------------------------ */

/*
 * Map a table of FRAMES frames at AT, which is that many pages with entries in
 * tables of level 1; what was mapped there is not mapped any more.  Once.  0,
 * or
 *  -XEN_ENOMEM  the hypervisor gives no table, or none so large
 *  or the error of mapping it
 */
long hc_grant_init(void *at, unsigned int frames);

/* A reference that nobody uses, or HC_GRANT_NONE; give it back. */
grant_ref_t hc_grant_alloc(void);
void hc_grant_free(grant_ref_t ref);

/* How many there are to be had. */
unsigned int hc_grants_free(void);

/* Let DOM use the frame MFN, or only read it. */
void hc_grant_access(grant_ref_t ref, domid_t dom, uint64_t mfn,
		     bool readonly);

/*
 * Take it back; the reference stays the caller's.  False: the other domain uses
 * the frame, which then must not be used for anything else.
 */
bool hc_grant_end(grant_ref_t ref);

/* True while the other domain uses it. */
bool hc_grant_in_use(grant_ref_t ref);

/* Both at once: a new reference that lends a frame, or HC_GRANT_NONE. */
static inline grant_ref_t hc_grant(domid_t dom, uint64_t mfn, bool readonly)
{
	grant_ref_t ref = hc_grant_alloc();

	if (ref != HC_GRANT_NONE)
		hc_grant_access(ref, dom, mfn, readonly);
	return ref;
}

/* And back: false, as hc_grant_end(), and the reference is not free. */
static inline bool hc_ungrant(grant_ref_t ref)
{
	if (!hc_grant_end(ref))
		return false;
	hc_grant_free(ref);
	return true;
}

/* ---- Using -------------------------------------------------------------- */

/* Fill in a request: map a grant of DOM's at ADDR, or undo what it did. */
static inline void hc_map_fill(struct gnttab_map_grant_ref *m, uint64_t addr,
			       domid_t dom, grant_ref_t ref, bool readonly)
{
	*m = (struct gnttab_map_grant_ref){
		.host_addr = addr, .dom = dom, .ref = ref,
		.flags = GNTMAP_host_map | (readonly ? GNTMAP_readonly : 0),
	};
}

static inline void hc_unmap_fill(struct gnttab_unmap_grant_ref *u,
				 uint64_t addr, grant_handle_t handle)
{
	*u = (struct gnttab_unmap_grant_ref){
		.host_addr = addr, .handle = handle,
	};
}

/*
 * Make N requests in one call.  How many succeeded: each has a status, GNTST_.
 * The call itself fails, with a negated error, only when the list can't be
 * read.  A request's pages must be mapped by tables that are in use.
 */
long hc_grants_map(struct gnttab_map_grant_ref *list, unsigned int n);
long hc_grants_unmap(struct gnttab_unmap_grant_ref *list, unsigned int n);
long hc_grants_copy(struct gnttab_copy *list, unsigned int n);

/* One side of a copy: a grant of DOM's, or a frame of the guest's own. */
static inline void hc_copy_grant(struct gnttab_copy_ptr *p, domid_t dom,
				 grant_ref_t ref, unsigned int offset)
{
	*p = (struct gnttab_copy_ptr){
		.u.ref = ref, .domid = dom, .offset = offset,
	};
}

static inline void hc_copy_frame(struct gnttab_copy_ptr *p, uint64_t mfn,
				 unsigned int offset)
{
	*p = (struct gnttab_copy_ptr){
		.u.gmfn = mfn, .domid = DOMID_SELF, .offset = offset,
	};
}

/* One page: a status, 0 if it worked, and its handle. */
int hc_grant_map(void *at, domid_t dom, grant_ref_t ref, bool readonly,
		 grant_handle_t *handle);
int hc_grant_unmap(void *at, grant_handle_t handle);

#endif
