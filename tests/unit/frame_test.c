/* SPDX-License-Identifier: MIT */
/*
 * frame_test.c - the allocator against a list of what is taken, and references:
 * blocks don't overlap, are aligned and zeroed, merge again; counts don't
 * overflow; shared pages come back only when nobody has them.
 */
#include <domain.h>
#include <frame.h>
#include <lib.h>
#include <machine.h>
#include <stdlib.h>
#include <string.h>
#include <tap.h>
#include <tlb.h>

#define FRAMES	4096u

u64 tlb_clock = 1;
static u64 all;			/* frames that were given */
static u64 asked_since;		/* the highest stamp of a flush */
static struct domain dom, other;
static u8 taken[FRAMES];

void tlb_flush_since(u64 stamp)
{
	asked_since = MAX(asked_since, stamp);
}

void domain_hold(struct domain *d)
{
	d->refs++;
}

void domain_put(struct domain *d)
{
	d->refs--;
}

static bool zeroed(const void *p, u64 bytes)
{
	const u64 *w = p;
	u64 i;

	for (i = 0; i < bytes / 8; i++)
		if (w[i])
			return false;
	return true;
}

/* Marks a block as taken, and dirties it: true if it was free and clean. */
static bool take(void *p, unsigned int order)
{
	u64 n = virt_mfn(p).n, i;
	bool good = !(n & ((1UL << order) - 1)) && n &&
		    n + (1UL << order) <= FRAMES &&
		    zeroed(p, PAGE_SIZE << order);

	for (i = 0; i < 1UL << order; i++)
		good &= !taken[n + i]++;
	memset(p, 0xff, PAGE_SIZE << order);
	return good;
}

static void give(void *p, unsigned int order)
{
	memset(&taken[virt_mfn(p).n], 0, 1UL << order);
	page_free(p, order);
}

/* Two ranges with a hole, the first with odd ends. */
static void test_ranges(void)
{
	u64 total = 0;
	void *p;

	frame_table_init(FRAMES, fake_m2p);
	frame_free_range(mfn(0), 1003);
	frame_free_range(mfn(1100), FRAMES + 5 - 1100);
	all = frames_free();
	is_eq(all, 1002 + FRAMES - 1100,
	      "frame 0 and what is beyond the table stay out");
	memset(&taken[1003], 1, 97);
	while ((p = page_alloc(0)))
		total += take(p, 0);
	is_eq(total, all, "each is given once, zeroed");
	is_eq(frames_free(), 0, "then there are none");
	ok(!page_alloc(3), "nor larger blocks");
	for (total = 0; total < FRAMES; total++)
		if (taken[total] && (total < 1003 || total >= 1100))
			give(mfn_virt(mfn(total)), 0);
	is_eq(frames_free(), all, "all come back");
	p = page_alloc(11);
	ok(p && take(p, 11), "and have merged to large blocks");
	ok(!page_alloc(FRAME_MAX_ORDER), "none is larger than all");
	ok(!page_alloc(FRAME_MAX_ORDER + 1), "nor than the largest");
	give(p, 11);
}

static void test_random(void)
{
	static struct { void *p; unsigned int order; } have[256];
	bool good = true;
	u32 i, k;

	for (i = 0; i < 20000; i++) {
		k = rand() % 256;
		if (have[k].p) {
			give(have[k].p, have[k].order);
			have[k].p = NULL;
			continue;
		}
		have[k].order = rand() % 5;
		have[k].p = page_alloc(have[k].order);
		if (have[k].p)
			good &= take(have[k].p, have[k].order);
	}
	ok(good, "blocks of all sizes in any order");
	for (k = 0; k < 256; k++)
		if (have[k].p)
			give(have[k].p, have[k].order);
	is_eq(frames_free(), all, "all come back");
}

static void test_owner(void)
{
	struct frame *f, *g;
	u64 before = frames_free();

	dom.max_pages = 3;
	f = frame_alloc(&dom);
	ok(f && f->owner == &dom && dom.nr_pages == 1, "a domain's frame");
	is_eq(dom.refs, 1, "its frames hold the domain");
	is_eq(frame_get(f, &other), -EPERM, "is not another's");
	is_eq(frame_get(f + 1, &dom), -EPERM, "a free one is nobody's");
	ok(!frame_alloc_order(&dom, 2), "not more than it may have");
	g = frame_alloc_order(&dom, 1);
	ok(g && dom.nr_pages == 3, "as many as it may have");
	ok(!frame_alloc(&dom), "and no more");
	g = frame_alloc_instead(&dom, 0);
	ok(g && dom.nr_pages == 4, "but instead of others");

	is_eq(frame_get(f, &dom), 0, "a reference");
	is_eq(frame_withdraw(f, &dom), -EINVAL, "more than its owner has it");
	is_eq(frame_release(f), 0, "its owner gives it back");
	is_eq(frame_release(f), -EINVAL, "not twice");
	is_eq(dom.nr_pages, 4, "but it counts while there is a reference");
	asked_since = 0;
	tlb_clock = 77;
	frame_put(f);
	is_eq(dom.nr_pages, 3, "and then no more");
	ok(!f->owner && !f->refs, "it is free");
	while ((f = page_alloc(0)))
		;
	is_eq(asked_since, 77, "no TLB has it when it is given again");

	is_eq(frame_withdraw(g, &other), -EINVAL, "not another's");
	is_eq(frame_withdraw(g, &dom), 0, "out of reach");
	is_eq(frame_get(g, &dom), -EPERM, "of everybody");
	frame_return(g);
	is_eq(frame_get(g, &dom), 0, "back again");
	g->refs = FRAME_REF_OWNER + FRAME_REF_OWNER - 2;
	is_eq(frame_get(g, &dom), -EBUSY, "references do not overflow");
	ok(before, "there was memory");
}

static void test_dying(void)
{
	dom.dying = true;
	dom.max_pages = 100;
	ok(!frame_alloc(&dom), "a dying domain gets nothing");
}

static void test_share(void)
{
	struct frame *f;

	frame_free_range(mfn(1010), 4);
	f = frame_of(virt_mfn(page_alloc(0)));
	frame_share(f, &other, false);
	is_eq(frame_get(f, &other), 0, "a shared page can be referred to");
	is_eq(use_type(f->use), USE_SHARED, "but not written");
	is_eq(frame_unshare(f), -EBUSY, "nor taken back while it is");
	is_eq(use_type(f->use), USE_SHARED, "it stays what it was");
	frame_put(f);
	is_eq(frame_unshare(f), 0, "afterwards it can");
	is_eq(frame_get(f, &other), -EPERM, "and is nobody's");
	is_eq(frame_release(f), -EINVAL, "not to be given back");
	page_free(frame_virt(f), 0);
}

int main(void)
{
	spin_init(&dom.pages_lock, RANK_PAGES);
	test_ranges();
	test_random();
	test_share();
	test_owner();
	test_dying();
	return tap_done();
}
