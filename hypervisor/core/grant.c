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
 * Pins are counted under a lock of their own entry, which is held for a few
 * instructions: who waits for it need not answer flushes.  A handle that is
 * live changes by compare and exchange.  The domain's lock keeps what grows,
 * and the list of free handles; what grew is there before its number says so.
 */
#include <domain.h>
#include <hypercall.h>
#include <lib.h>
#include <machine.h>
#include <tlb.h>

/* ---- The table ---------------------------------------------------------- */

static int grow_locked(struct gnt_domain *g, struct domain *d)
{
	u32 n = g->nr_frames;
	struct gnt_pins **pins = &g->pins[n];
	u64 *page;

	if (!*pins)
		*pins = !n ? g->first_pins : n % 2 ? page_alloc_for(d) :
			pins[-1] + GNT_PER_FRAME;
	page = *pins ? page_alloc_for(d) : NULL;
	if (!page)
		return fail(-ENOMEM);
	frame_share(frame_of(virt_mfn(page)), d, true);
	g->table[n] = page;
	__atomic_store_n(&g->nr_frames, n + 1, __ATOMIC_RELEASE);
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

static always_inline u64 *entry_of(struct gnt_domain *g, u32 ref)
{
	return &g->table[ref / GNT_PER_FRAME][ref % GNT_PER_FRAME];
}

static always_inline struct gnt_pins *pins_lock(struct gnt_domain *g, u32 ref)
{
	struct gnt_pins *pins;

	pins = &g->pins[ref / GNT_PER_FRAME][ref % GNT_PER_FRAME];
	while (unlikely(__atomic_exchange_n(&pins->lock, 1, __ATOMIC_ACQUIRE)))
		cpu_relax();
	return pins;
}

static always_inline void pins_unlock(struct gnt_pins *pins)
{
	__atomic_store_n(&pins->lock, 0, __ATOMIC_RELEASE);
}

int gnt_pin(struct domain *rd, u32 ref, u32 domid, bool write, mfn_t *m)
{
	struct gnt_domain *g = &rd->gnt;
	struct gnt_pins *pins;
	int ret = -EPERM;

	if (unlikely(ref >= READ_ONCE(g->nr_frames) * GNT_PER_FRAME))
		return fail(-ENOENT);
	/* Also when a CPU goes on as if it were there. */
	asm_hide(ref);
	ref %= CONFIG_GRANT_FRAMES * GNT_PER_FRAME;
	pins = pins_lock(g, ref);
	if (likely(pins->all < GNT_PINS_MAX))
		ret = pv_grant_mark(entry_of(g, ref), domid, write, m);
	if (likely(!ret)) {
		pins->all++;
		pins->writers += write;
	}
	pins_unlock(pins);
	return ret;
}

void gnt_unpin(struct domain *rd, u32 ref, bool write)
{
	struct gnt_domain *g = &rd->gnt;
	struct gnt_pins *pins = pins_lock(g, ref);

	pins->all--;
	pins->writers -= write;
	if (likely(!pins->all || (write && !pins->writers)))
		pv_grant_unmark(entry_of(g, ref), pins->all);
	pins_unlock(pins);
}

/* ---- Handles ------------------------------------------------------------ */

/* Who serves others maps much, the others hardly anything. */
static u32 maps_max(const struct domain *d)
{
	return d->privileged ? GNT_MAPS_MAX : 32 * GNT_MAPS_PER_PAGE;
}

static always_inline struct gnt_map *map_of(struct gnt_domain *g, u32 handle)
{
	return &g->maps[handle / GNT_MAPS_PER_PAGE][handle % GNT_MAPS_PER_PAGE];
}

/* A page full of free handles, the lowest first. */
static void maps_grow_locked(struct domain *d, struct gnt_domain *g)
{
	struct gnt_map *page;
	u32 i;

	if (!g->maps)
		g->maps = page_alloc_for(d);
	if (!g->maps || g->nr_maps == maps_max(d))
		return;
	page = page_alloc_for(d);
	if (!page)
		return;
	for (i = 0; i < GNT_MAPS_PER_PAGE - 1; i++)
		page[i].mfn = g->nr_maps + i + 2;
	g->maps[g->nr_maps / GNT_MAPS_PER_PAGE] = page;
	g->free_map = g->nr_maps + 1;
	__atomic_store_n(&g->nr_maps, g->nr_maps + GNT_MAPS_PER_PAGE,
			 __ATOMIC_RELEASE);
}

u32 gnt_handles_get(struct domain *ld, u32 *handles, u32 n)
{
	struct gnt_domain *g = &ld->gnt;
	u32 i;

	spin_lock(&g->lock);
	for (i = 0; i < n; i++) {
		if (unlikely(!g->free_map))
			maps_grow_locked(ld, g);
		if (unlikely(!g->free_map))
			break;
		handles[i] = g->free_map - 1;
		g->free_map = map_of(g, handles[i])->mfn;
	}
	spin_unlock(&g->lock);
	return i;
}

void gnt_handles_put(struct domain *ld, const u32 *handles, u32 n)
{
	struct gnt_domain *g = &ld->gnt;

	spin_lock(&g->lock);
	while (n--) {
		map_of(g, handles[n])->mfn = g->free_map;
		g->free_map = handles[n] + 1;
	}
	spin_unlock(&g->lock);
}

/* Whoever sees that it is live sees all of it. */
void gnt_map_begin(struct domain *ld, u32 handle, struct domain *rd, mfn_t m,
		   u32 what)
{
	struct gnt_map *map = map_of(&ld->gnt, handle);

	map->rd = rd;
	map->mfn = m.n;
	__atomic_store_n(&map->what, what, __ATOMIC_RELEASE);
}

struct gnt_map *gnt_map_take(struct domain *ld, u32 handle)
{
	struct gnt_domain *g = &ld->gnt;
	struct gnt_map *map;
	u32 what;

	if (unlikely(handle >= READ_ONCE(g->nr_maps)))
		return NULL;
	asm_hide(handle);
	map = map_of(g, handle % GNT_MAPS_MAX);
	what = READ_ONCE(map->what);
	/* What has ended, but is not given back yet, is no handle any more. */
	if (unlikely(!(what & GNT_LIVE) || what & GNT_BUSY ||
		     !cmpxchg(&map->what, &what, what | GNT_BUSY)))
		return NULL;
	return map;
}

void gnt_map_end(struct domain *ld, u32 handle)
{
	struct gnt_map *map = map_of(&ld->gnt, handle);
	u32 what = map->what;

	WRITE_ONCE(map->what, 0);
	gnt_unpin(map->rd, what >> GNT_REF_SHIFT, !(what & GNT_READONLY));
	domain_put(map->rd);
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
		if (map->what & GNT_DEVICE)
			pv_grant_device_end(map);
		if (map->what & GNT_LIVE)
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
	for (i = 1; i < CONFIG_GRANT_FRAMES; i += 2)
		page_free(g->pins[i], 0);
	page_free(g->maps, 0);
	return 0;
}
