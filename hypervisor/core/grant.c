/* SPDX-License-Identifier: MIT */
/*
 * grant.c - pages that domains lend to each other: tables, pins and handles.
 *
 * The rule: what a lender is told by the marks in its table is true.  An entry
 * is marked before anything is done with its frame, and the marks go only when
 * the last pin has, after the last CPU has lost the translation.  Whether the
 * frame is there is no matter of pins: each mapping holds the frame itself,
 * and a handle holds the lender, so either side may end first.
 *
 * A domain's lock keeps its table, its pins and its handles.  It is held for
 * some instructions at a time, never two of them, and never while a frame is
 * taken or a page table changed.
 */
#include <domain.h>
#include <hypercall.h>
#include <lib.h>
#include <machine.h>
#include <tlb.h>

/* ---- The table ---------------------------------------------------------- */

static int grow_locked(struct gnt_domain *g, struct domain *d)
{
	struct gnt_pins **pins = &g->pins[g->nr_frames * GNT_PER_FRAME /
					  GNT_PINS_PER_PAGE];
	u64 *page;

	if (!*pins)
		*pins = page_alloc(0);
	page = *pins ? page_alloc(0) : NULL;
	if (!page)
		return fail(-ENOMEM);
	frame_share(frame_of(virt_mfn(page)), d, true);
	g->table[g->nr_frames++] = page;
	return 0;
}

int gnt_grow(struct domain *d, u32 nr_frames)
{
	struct gnt_domain *g = &d->gnt;
	int ret = 0;

	if (nr_frames > CONFIG_GRANT_FRAMES)
		return fail(-EINVAL);
	spin_lock(&g->lock);
	while (g->nr_frames < nr_frames && !ret)
		ret = grow_locked(g, d);
	spin_unlock(&g->lock);
	return ret;
}

/* ---- Pins --------------------------------------------------------------- */

static u64 *entry_of(struct gnt_domain *g, u32 ref)
{
	return &g->table[ref / GNT_PER_FRAME][ref % GNT_PER_FRAME];
}

static struct gnt_pins *pins_of(struct gnt_domain *g, u32 ref)
{
	return &g->pins[ref / GNT_PINS_PER_PAGE][ref % GNT_PINS_PER_PAGE];
}

int gnt_pin(struct domain *rd, u32 ref, u32 domid, bool write, mfn_t *m)
{
	struct gnt_domain *g = &rd->gnt;
	struct gnt_pins *pins;
	int ret = -ENOENT;

	spin_lock(&g->lock);
	if (likely(ref < g->nr_frames * GNT_PER_FRAME)) {
		/* Also when a CPU goes on as if that were so. */
		asm_hide(ref);
		ref %= CONFIG_GRANT_FRAMES * GNT_PER_FRAME;
		pins = pins_of(g, ref);
		ret = -EPERM;
		if (likely(pins->all < GNT_PINS_MAX))
			ret = pv_grant_mark(entry_of(g, ref), domid, write, m);
		if (likely(!ret)) {
			pins->all++;
			pins->writers += write;
		}
	}
	spin_unlock(&g->lock);
	return ret;
}

void gnt_unpin(struct domain *rd, u32 ref, bool write)
{
	struct gnt_domain *g = &rd->gnt;
	struct gnt_pins *pins = pins_of(g, ref);

	spin_lock(&g->lock);
	pins->all--;
	pins->writers -= write;
	if (!pins->all || (write && !pins->writers))
		pv_grant_unmark(entry_of(g, ref), pins->all);
	spin_unlock(&g->lock);
}

/* ---- Handles ------------------------------------------------------------ */

/* Who serves others maps much, the others hardly anything. */
static u32 maps_max(const struct domain *d)
{
	return (d->privileged ? PAGE_SIZE / sizeof(void *) : 32) *
	       GNT_MAPS_PER_PAGE;
}

static struct gnt_map *map_of(struct gnt_domain *g, u32 handle)
{
	return &g->maps[handle / GNT_MAPS_PER_PAGE][handle % GNT_MAPS_PER_PAGE];
}

/* A page full of free handles, the lowest first. */
static void maps_grow_locked(struct domain *d, struct gnt_domain *g)
{
	struct gnt_map *page;
	u32 i;

	if (!g->maps)
		g->maps = page_alloc(0);
	if (!g->maps || g->nr_maps == maps_max(d))
		return;
	page = page_alloc(0);
	if (!page)
		return;
	for (i = 0; i < GNT_MAPS_PER_PAGE - 1; i++)
		page[i].mfn = g->nr_maps + i + 2;
	g->maps[g->nr_maps / GNT_MAPS_PER_PAGE] = page;
	g->free_map = g->nr_maps + 1;
	g->nr_maps += GNT_MAPS_PER_PAGE;
}

struct gnt_map *gnt_map_new(struct domain *ld, u32 *handle)
{
	struct gnt_domain *g = &ld->gnt;
	struct gnt_map *map = NULL;

	spin_lock(&g->lock);
	if (unlikely(!g->free_map))
		maps_grow_locked(ld, g);
	if (likely(g->free_map)) {
		*handle = g->free_map - 1;
		map = map_of(g, *handle);
		g->free_map = map->mfn;
	}
	spin_unlock(&g->lock);
	return map;
}

/* Whoever sees the lender sees all of it. */
void gnt_map_begin(struct gnt_map *map, struct domain *rd, mfn_t m, u32 what)
{
	map->mfn = m.n;
	map->what = what;
	__atomic_store_n(&map->rd, rd, __ATOMIC_RELEASE);
}

struct gnt_map *gnt_map_take(struct domain *ld, u32 handle, u32 flags,
			     u32 *taken)
{
	struct gnt_domain *g = &ld->gnt;
	struct gnt_map *map = NULL;

	spin_lock(&g->lock);
	if (likely(handle < g->nr_maps)) {
		map = map_of(g, handle);
		/* What is at its end is no handle any more. */
		if (unlikely(!map->rd || !(map->what & GNT_LIVE)))
			map = NULL;
	}
	if (likely(map)) {
		*taken = map->what & flags;
		map->what += (*taken << GNT_TAKEN_SHIFT) - *taken;
	}
	spin_unlock(&g->lock);
	return map;
}

bool gnt_map_put(struct domain *ld, struct gnt_map *map, u32 taken, bool ended)
{
	bool last;

	spin_lock(&ld->gnt.lock);
	map->what -= taken << GNT_TAKEN_SHIFT;
	if (unlikely(!ended))
		map->what |= taken;
	last = !(map->what & (GNT_LIVE | GNT_LIVE << GNT_TAKEN_SHIFT));
	spin_unlock(&ld->gnt.lock);
	return last;
}

void gnt_map_end(struct domain *ld, u32 handle)
{
	struct gnt_domain *g = &ld->gnt;
	struct gnt_map *map = map_of(g, handle);
	struct domain *rd = map->rd;
	u32 what = map->what;

	spin_lock(&g->lock);
	map->rd = NULL;
	map->mfn = g->free_map;
	g->free_map = handle + 1;
	spin_unlock(&g->lock);
	if (!rd)
		return;
	gnt_unpin(rd, what >> GNT_REF_SHIFT, !(what & GNT_READONLY));
	domain_put(rd);
}

/* ---- The end ------------------------------------------------------------ */

/*
 * Nobody maps or unmaps for it any more.  CPUs may still have translations of
 * its tables: they lose them before the first lender is told.  Bounded by
 * stopping for other work after each page.
 */
int gnt_domain_release(struct domain *d)
{
	struct gnt_domain *g = &d->gnt;
	struct gnt_map *map;

	if (!g->nr_maps)
		return 0;
	tlb_flush_cpus(d->tlb_cpus);
	do {
		map = map_of(g, --g->nr_maps);
		if (map->rd && map->what & GNT_DEVICE)
			pv_grant_device_end(map);
		gnt_map_end(d, g->nr_maps);
		if (g->nr_maps % GNT_MAPS_PER_PAGE)
			continue;
		page_free(g->maps[g->nr_maps / GNT_MAPS_PER_PAGE], 0);
		if (hypercall_preempt())
			return -ERESTART;
	} while (g->nr_maps);
	return 0;
}

int gnt_domain_free(struct domain *d)
{
	struct gnt_domain *g = &d->gnt;
	u32 i;

	while (g->nr_frames) {
		u64 *page = g->table[g->nr_frames - 1];

		if (frame_unshare(frame_of(virt_mfn(page))))
			return -EBUSY;
		page_free(page, 0);
		g->nr_frames--;
	}
	for (i = 0; i < GNT_PINS_PAGES; i++)
		if (g->pins[i])
			page_free(g->pins[i], 0);
	if (g->maps)
		page_free(g->maps, 0);
	return 0;
}
