/* SPDX-License-Identifier: MIT */
/*
 * timer.c - one-shot timers, a pairing heap of them for each CPU.
 *
 * The heap lives in the timers themselves, so setting one never fails.
 * Setting takes a handful of steps; taking the first one out takes steps for
 * each of its children, of which there are fewer than timers on the CPU, and
 * on average the logarithm of that.
 *
 * The hardware is set when a new timer becomes the first.  It is not when the
 * first one is taken out: it then interrupts once for nothing, which costs
 * less than setting it each time a guest changes its mind.  What is due
 * already is work for the way back to the guest and needs no interrupt.
 *
 * One lock for each heap.  A timer whose link is set is in the heap of
 * timer.cpu.
 */
#include <cpu.h>
#include <lib.h>
#include <lock.h>
#include <machine.h>
#include <timer.h>

struct heap {
	spinlock_t lock;
	struct timer *root;
	struct timer *firing;	/* it is in no heap, unless it set itself */
};

static struct heap heaps[CONFIG_NR_CPUS];

void timer_init_cpu(u32 cpu)
{
	spin_init(&heaps[cpu].lock, RANK_TIMER);
	cpus[cpu]->timer_deadline = ~0UL;
}

void timer_init(struct timer *t, void (*fire)(struct timer *t))
{
	*t = (struct timer){ .fire = fire };
}

/* ---- The heap ----------------------------------------------------------- */

/* Two heaps become one: the later root is the earlier one's first child. */
static struct timer *meld(struct timer *a, struct timer *b)
{
	struct timer *first = a->deadline <= b->deadline ? a : b;
	struct timer *child = first == a ? b : a;

	child->next = first->child;
	if (child->next)
		child->next->link = &child->next;
	first->child = child;
	child->link = &first->child;
	return first;
}

/* Neighbours in pairs, then all pairs from the last one on. */
static struct timer *meld_all(struct timer *list)
{
	struct timer *pairs = NULL, *all, *a, *b;

	while (list) {
		a = list;
		b = a->next;
		list = b ? b->next : NULL;
		if (b)
			a = meld(a, b);
		a->next = pairs;
		pairs = a;
	}
	all = pairs;
	while (all && all->next) {
		b = all->next;
		a = b->next;
		all = meld(all, b);
		all->next = a;
	}
	return all;
}

static void heap_add(struct heap *h, struct timer *t)
{
	t->child = NULL;
	t = h->root ? meld(h->root, t) : t;
	t->next = NULL;
	t->link = &h->root;
	h->root = t;
}

static void heap_remove(struct heap *h, struct timer *t)
{
	struct timer *rest;

	*t->link = t->next;
	if (t->next)
		t->next->link = t->link;
	WRITE_ONCE(t->link, NULL);
	rest = meld_all(t->child);
	if (!rest)
		return;
	rest = h->root ? meld(h->root, rest) : rest;
	rest->next = NULL;
	rest->link = &h->root;
	h->root = rest;
}

/*
 * Nothing need move when the first one becomes earlier, or one that has no
 * children later.
 */
static always_inline bool heap_keeps(const struct heap *h,
				     const struct timer *t, nsec_t deadline)
{
	return t->link &&
	       (deadline < t->deadline ? h->root == t : !t->child);
}

/* ---- Timers ------------------------------------------------------------- */

/* Is it firing on another CPU at this moment? */
static bool take_out(struct timer *t)
{
	struct heap *h = &heaps[t->cpu];
	bool fires;

	spin_lock(&h->lock);
	if (t->link)
		heap_remove(h, t);
	fires = h->firing == t && t->cpu != this_cpu()->id;
	spin_unlock(&h->lock);
	return fires;
}

void timer_stop(struct timer *t)
{
	(void)take_out(t);
}

void timer_set(struct timer *t, nsec_t deadline)
{
	struct cpu *c = this_cpu();
	struct heap *h = &heaps[c->id];

	if (t->link && t->cpu != c->id)
		timer_stop(t);
	spin_lock(&h->lock);
	if (heap_keeps(h, t, deadline)) {
		t->deadline = deadline;
	} else {
		if (t->link)
			heap_remove(h, t);
		t->deadline = deadline;
		t->cpu = c->id;
		heap_add(h, t);
	}
	if (h->root == t && deadline < c->timer_deadline)
		timer_hw_set(deadline);
	spin_unlock(&h->lock);
}

void timer_cancel(struct timer *t)
{
	/*
	 * It may set itself again while it fires: then once more.  What one
	 * does that is ever cancelled waits for locks at the most, and never
	 * for other CPUs to flush: so we need not answer such requests.
	 */
	while (take_out(t))
		cpu_relax();
}

void timer_run(void)
{
	struct cpu *c = this_cpu();
	struct heap *h = &heaps[c->id];
	struct timer *t;

	spin_lock(&h->lock);
	/* Ends: whoever sets itself again sets a time that is still to come. */
	while ((t = h->root) && t->deadline <= time_now()) {
		heap_remove(h, t);
		h->firing = t;
		spin_unlock(&h->lock);
		t->fire(t);
		spin_lock(&h->lock);
		h->firing = NULL;
	}
	timer_hw_set(h->root ? h->root->deadline : ~0UL);
	spin_unlock(&h->lock);
}
