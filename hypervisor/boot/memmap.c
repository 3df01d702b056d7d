/* SPDX-License-Identifier: MIT */
/*
 * memmap.c - what memory there is, and who has it until the frame table takes
 * over.
 *
 * The loader's map may be unsorted, overlap itself and wrap around.  RAM is
 * what an entry calls RAM and no entry calls anything else, in whole pages;
 * what cannot be understood is left out with a message.  Sets of addresses are
 * kept as sorted and disjoint ranges: adding and removing in any order and with
 * any overlap gives a proper set, so a map that contradicts itself needs no
 * special treatment.  Start-up only, before there is a second CPU: no lock.
 */
#include <layout.h>
#include <lib.h>
#include <setup.h>

#define LOW_RESERVED	0x100000UL	/* firmware's; other CPUs start there */
#define LOW_RAM_END	0xa0000UL
#define MIN_RAM		(16UL << 20)
#define MAX_ADDRESS	(1UL << 52)
#define MAX_RAM		(4UL << 40)	/* what fits the direct map */
#define MANAGE_BYTES	40	/* frame table and M2P, for each frame */

#define RANGES_MAX	256

static struct ranges {
	u32 nr;
	struct mem_range r[RANGES_MAX];
} ram, holes, unused;

u64 ap_page;

static void delete_at(struct ranges *s, u32 i)
{
	memmove(&s->r[i], &s->r[i + 1], (--s->nr - i) * sizeof(s->r[0]));
}

static bool insert_at(struct ranges *s, u32 i, u64 start, u64 end)
{
	if (s->nr == RANGES_MAX)
		return false;
	memmove(&s->r[i + 1], &s->r[i], (s->nr++ - i) * sizeof(s->r[0]));
	s->r[i] = (struct mem_range){ start, end };
	return true;
}

/* False when the set is full and something had to be left out. */
static bool ranges_add(struct ranges *s, u64 start, u64 end)
{
	u32 i = 0;

	if (start >= end)
		return true;
	while (i < s->nr && s->r[i].end < start)
		i++;
	/* Swallow all that overlap or touch. */
	while (i < s->nr && s->r[i].start <= end) {
		start = MIN(start, s->r[i].start);
		end = MAX(end, s->r[i].end);
		delete_at(s, i);
	}
	return insert_at(s, i, start, end);
}

/* Likewise. */
static bool ranges_remove(struct ranges *s, u64 start, u64 end)
{
	bool room = true;
	u32 i = 0;

	if (start >= end)
		return true;
	while (i < s->nr) {
		struct mem_range old = s->r[i];

		if (old.end <= start || old.start >= end) {
			i++;
			continue;
		}
		delete_at(s, i);
		if (old.start < start)
			insert_at(s, i++, old.start, start);
		if (old.end > end)
			room &= insert_at(s, i++, end, old.end);
	}
	return room;
}

/* True when all of it is in the set; of an empty one, where it begins. */
static bool ranges_contain(const struct ranges *s, u64 start, u64 end)
{
	u32 i;

	for (i = 0; i < s->nr; i++)
		if (s->r[i].start <= start && start < s->r[i].end)
			return end <= s->r[i].end;
	return false;
}

static u64 ranges_bytes(const struct ranges *s)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < s->nr; i++)
		sum += s->r[i].end - s->r[i].start;
	return sum;
}

/*
 * Takes size bytes out of the set, as high as possible below limit; align is
 * a power of two.  0 when there is no such place.
 */
static u64 ranges_take(struct ranges *s, u64 size, u64 align, u64 limit)
{
	u32 i = s->nr;

	while (i--) {
		u64 end = MIN(s->r[i].end, limit), start;

		if (end < size)
			continue;
		start = (end - size) & ~(align - 1);
		if (start < s->r[i].start)
			continue;
		/* Full: splitting would lose what is above; try another. */
		if (s->nr == RANGES_MAX && start + size < s->r[i].end)
			continue;
		ranges_remove(s, start, start + size);
		return start;
	}
	return 0;
}

void memmap_add(u64 base, u64 len, u32 type)
{
	u64 end = base + len;
	bool room;

	if (!len)
		return;
	if (end < base || end > MAX_ADDRESS) {
		printk(LOG_WARN, "memory map: %lx bytes at %lx wrap around, "
		       "left out\n", len, base);
		return;
	}
	/* As it came, for domain 0; what has no room is left out. */
	if (boot_info.nr_mem < BOOT_MAX_MEM)
		boot_info.mem[boot_info.nr_mem++] =
			(struct boot_mem){ base, len, type };
	if (type == MEM_RAM)
		room = ranges_add(&ram, ROUND_UP(base, PAGE_SIZE),
				  end & PAGE_MASK);
	else
		room = ranges_add(&holes, base & PAGE_MASK,
				  ROUND_UP(end, PAGE_SIZE));
	if (!room)
		printk(LOG_WARN, "memory map: too many pieces, %lx bytes at "
		       "%lx left out\n", len, base);
}

u64 memmap_top(void)
{
	return ram.nr ? ram.r[ram.nr - 1].end : 0;
}

u64 memmap_bytes(void)
{
	return ranges_bytes(&ram);
}

/*
 * The frame table covers all frames up to the highest, so a little RAM at a
 * very high address would cost more than it gives.
 */
static void drop_costly(void)
{
	if (memmap_top() > MAX_RAM) {
		printk(LOG_WARN, "RAM above %lu GiB is not used\n",
		       MAX_RAM >> 30);
		ranges_remove(&ram, MAX_RAM, MAX_ADDRESS);
	}
	while (ram.nr > 1 && memmap_top() / PAGE_SIZE * MANAGE_BYTES >
			     ranges_bytes(&ram) / 4) {
		printk(LOG_WARN, "RAM from %lx to %lx is too far up: unused\n",
		       ram.r[ram.nr - 1].start, ram.r[ram.nr - 1].end);
		ram.nr--;
	}
}

static void reserve_modules(void)
{
	struct boot_module *m = boot_info.modules;
	struct boot_module *end = m + boot_info.nr_modules;

	for (; m < end; m++) {
		if (m->bad)
			continue;
		if (m->start.a >= m->end.a)
			m->bad = "it is empty";
		else if (!ranges_contain(&ram, m->start.a, m->end.a))
			m->bad = "it is not in RAM";
		else if (!ranges_contain(&unused, m->start.a, m->end.a))
			m->bad = "it overlaps another module or the hypervisor";
		else
			ranges_remove(&unused, m->start.a, m->end.a);
	}
}

void memmap_finish(void)
{
	u32 i;

	for (i = 0; i < holes.nr; i++)
		if (!ranges_remove(&ram, holes.r[i].start, holes.r[i].end))
			boot_stop("memory map: too many pieces");
	drop_costly();
	if (ranges_bytes(&ram) < MIN_RAM)
		boot_stop("%lu KiB of RAM in the boot loader's memory map, "
			  "at least %lu MiB are needed",
			  ranges_bytes(&ram) >> 10, MIN_RAM >> 20);
	if (!ranges_contain(&ram, IMAGE_PHYS, image_phys_end()))
		boot_stop("memory map: no RAM where the hypervisor was loaded");

	unused = ram;
	ranges_remove(&unused, IMAGE_PHYS, image_phys_end());
	reserve_modules();
	/* Last, as small modules may lie there. */
	ap_page = ranges_take(&unused, PAGE_SIZE, PAGE_SIZE, LOW_RAM_END);
	ranges_remove(&unused, 0, LOW_RESERVED);
	/* Page-aligned from here on: a module's last page is its own. */
	for (i = 0; i < unused.nr; i++) {
		unused.r[i].start = ROUND_UP(unused.r[i].start, PAGE_SIZE);
		unused.r[i].end &= PAGE_MASK;
	}
}

u64 early_alloc(u64 size, u64 align, u64 limit)
{
	u64 a = ranges_take(&unused, ROUND_UP(size, PAGE_SIZE), align, limit);

	if (!a)
		boot_stop("no room for %lu KiB of the hypervisor's own",
			  size >> 10);
	return a;
}

static void each(const struct ranges *s, void (*fn)(mfn_t start, u64 n))
{
	u32 i;

	for (i = 0; i < s->nr; i++)
		if (s->r[i].start < s->r[i].end)
			fn(maddr_to_mfn(maddr(s->r[i].start)),
			   (s->r[i].end - s->r[i].start) / PAGE_SIZE);
}

void memmap_each_ram(void (*fn)(mfn_t start, u64 n))
{
	each(&ram, fn);
}

void memmap_each_free(void (*fn)(mfn_t start, u64 n))
{
	each(&unused, fn);
}

bool boot_is_ram(maddr_t a)
{
	return ranges_contain(&ram, a.a, a.a);
}
