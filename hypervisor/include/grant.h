/* SPDX-License-Identifier: MIT */
/*
 * grant.h - pages that domains lend to each other.
 *
 * The lender writes into a table that it shares with us who may use which of
 * its frames; a reference is the number of an entry.  While somebody uses an
 * entry it is pinned: marks in it tell the lender so, and we count how often.
 * Who maps a grant gets a handle, which holds the pin and the lender.
 *
 * What an entry looks like is known to pv alone: here it is a word.
 *
 * [G] gnt_domain.lock	[L] gnt_pins.lock	[A] atomic
 * [C] constant while the handle is live
 */
#pragma once

#include <lock.h>
#include <types.h>

#define GNT_PER_FRAME	(PAGE_SIZE / sizeof(u64))
#define GNT_PINS_MAX	128	/* of an entry, as guests know it from Xen */

struct gnt_pins {
	u8 lock;
	u8 all;			/* [L] */
	u8 writers;		/* [L] */
	u8 unused;
};

/* In gnt_map.what, below the reference. */
#define GNT_DEVICE	0x01u	/* the frame is held for devices */
#define GNT_HOST	0x02u	/* there is an entry of a page table */
#define GNT_LIVE	(GNT_DEVICE | GNT_HOST)
#define GNT_READONLY	0x04u
#define GNT_BY_ENTRY	0x10u	/* the entry was named, not its address */
#define GNT_FLAGS	(GNT_LIVE | GNT_READONLY | GNT_BY_ENTRY)
#define GNT_BUSY	0x20u	/* somebody is about to end some of it */
#define GNT_REF_SHIFT	8

/* What a handle stands for. */
struct gnt_map {
	struct domain *rd;	/* [C] the lender, a reference */
	u32 mfn;		/* [C] of a free one: the next one + 1; [G] */
	u32 what;		/* [A] GNT_*, reference; 0: it is not live */
};
_Static_assert(sizeof(struct gnt_map) == 16, "handles in a page");

#define GNT_MAPS_PER_PAGE	(PAGE_SIZE / sizeof(struct gnt_map))
#define GNT_MAPS_MAX	(PAGE_SIZE / sizeof(void *) * GNT_MAPS_PER_PAGE)

/*
 * What a domain lends, and what it has mapped.  The numbers only grow.  Most
 * domains need no more than one frame, and no page for its pins; those of the
 * others lie in a page for two frames.
 */
struct gnt_domain {
	spinlock_t lock;
	u32 nr_frames;			/* [G] of the table; read by all */
	u64 *table[CONFIG_GRANT_FRAMES];	/* [C] its pages */
	struct gnt_pins *pins[CONFIG_GRANT_FRAMES];	/* [C] of each frame */
	struct gnt_pins first_pins[GNT_PER_FRAME];
	struct gnt_map **maps;		/* [C] a page of pages */
	u32 nr_maps;			/* [G] handles there are; likewise */
	u32 free_map;			/* [G] the first free one + 1, or 0 */
};

/* Makes a domain's table this large at least: 0, -EINVAL, -ENOMEM. */
int must_check gnt_grow(struct domain *d, u32 nr_frames);

/*
 * Pins an entry for a domain: -ENOENT, there is none; -EPERM, it is not for
 * that, or pinned too often.  What it lends need be no frame of the lender's.
 */
int must_check gnt_pin(struct domain *rd, u32 ref, u32 domid, bool write,
		       mfn_t *m);
void gnt_unpin(struct domain *rd, u32 ref, bool write);

/*
 * Up to n handles of ld's, which nobody else sees as live: how many; and back
 * again, not live any more.
 */
u32 gnt_handles_get(struct domain *ld, u32 *handles, u32 n);
void gnt_handles_put(struct domain *ld, const u32 *handles, u32 n);

/* Makes one live.  It takes over the caller's reference to rd, and its pin. */
void gnt_map_begin(struct domain *ld, u32 handle, struct domain *rd, mfn_t m,
		   u32 what);

/*
 * A live handle, which is the caller's until gnt_map_put() says what of
 * GNT_LIVE has ended.  NULL: there is no such handle, or another vCPU has it.
 */
struct gnt_map *gnt_map_take(struct domain *ld, u32 handle);

/* True when nothing is left: gnt_map_end() is the caller's to call. */
static always_inline bool must_check gnt_map_put(struct gnt_map *map, u32 ended)
{
	u32 what = map->what & ~(ended | GNT_BUSY);

	__atomic_store_n(&map->what, what, __ATOMIC_RELEASE);
	return !(what & GNT_LIVE);
}

/* The pin and the lender go; the handle is the caller's. */
void gnt_map_end(struct domain *ld, u32 handle);

/* The domain's tables are gone: ends all its handles.  0 or -ERESTART. */
int must_check gnt_domain_release(struct domain *d);

/* -EBUSY: somebody maps its table; then nothing else was freed. */
int must_check gnt_domain_free(struct domain *d);
