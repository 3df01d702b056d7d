/* SPDX-License-Identifier: MIT */
/*
 * grant_list.h - lists of requests about grants.
 *
 * Each request is copied in once.  A list stops for other work after BATCH of
 * them, which also share one flush.
 */
#pragma once

#include <abi/xen.h>

#include <domain.h>

#define BATCH	32u

/* A table of level 1 of which a use is held, for the requests to come. */
struct l1_use {
	u64 *table;		/* NULL: none */
	u64 of;			/* what addresses in it begin with */
};

/* The requests of a list that are done together. */
struct batch {
	u32 cmd;
	struct domain *d;	/* the caller */
	struct domain *rd;	/* asked for last, a reference; or NULL */
	struct l1_use at, from;	/* where it is mapped; what comes there */
	u32 left;		/* requests, this one included */
	u32 nr_handles;
	u32 handles[BATCH];	/* not yet used, or with their mapping gone */
};

/* A domain by its number, with a reference. */
static inline struct domain *peer_get(struct batch *b, domid_t id)
{
	/* Of a copy, one side is mostly the caller's own. */
	struct domain **d = id == b->d->id ? &b->d : &b->rd;

	if (!*d || (*d)->id != id) {
		if (*d)
			domain_put(*d);
		*d = domain_get(id);
	}
	if (likely(*d))
		domain_hold(*d);
	return *d;
}

/*
 * One request, at an address of the guest: 0, or -EFAULT, or -ERESTART, before
 * which nothing was done.  All else is said in its status.
 */
int op_map_grant_ref(struct batch *b, gva_t at);
int op_unmap_grant_ref(struct batch *b, gva_t at);

/* Lenders are told only when no CPU can use a translation any more. */
void batch_end(struct batch *b);
