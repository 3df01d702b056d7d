/* SPDX-License-Identifier: MIT */
/*
 * balloon.c - what domain 0 wishes this domain to do: to give memory back, or
 * take it again, and to end.
 *
 * One thread does it.  Pages that are given back leave the linear part before
 * their frames go, and stay on a list by their number; each comes back with
 * another frame.  Some pages are kept whatever is wished, so that the kernel
 * goes on; who wishes for less than that waits.
 */
#include <mm.h>
#include <thread.h>
#include <hcall/hcall.h>
#include "pv.h"

#define BATCH	256u
#define KEEP	512u		/* free pages that are never given back */
#define RETRY	NSEC_PER_SEC

static u32 given;		/* the first on the list, by page.next; or 0 */
static u64 nr_given;
static u64 list[BATCH];
static bool news = true;	/* with interrupts off */
static struct waitq wishers = WAITQ(wishers);

static void map(u64 pfn, u64 pte)
{
	u64 *l4 = pfn_virt(virt_pfn((void *)hc_start_info()->pt_base));

	pv_pt_write(hc_pt_entry(l4, (u64)pfn_virt(pfn), 1), pte);
}

/* The first N of the list again; what they had is lost. */
static void take_back(u64 n)
{
	u32 pfn;

	preempt_disable();
	while (n--) {
		pfn = given;
		given = pages[pfn].next;
		nr_given--;
		pages_adjust(1);
		map(pfn, pv_pte_make(pfn, PTE_KERNEL));
		pv_pt_commit();
		page_free(pfn_virt(pfn));
	}
	preempt_enable();
}

/* Up to N pages; how many. */
static u64 give(u64 n)
{
	u64 i, pfn;
	void *page;
	long done;

	preempt_disable();
	for (i = 0; i < min(n, BATCH) && pages_free() > KEEP; i++) {
		page = page_alloc(0);
		if (!page)
			break;
		pfn = virt_pfn(page);
		list[i] = hc_pfn_to_mfn(pfn);
		pages[pfn].next = given;
		given = pfn;
		nr_given++;
		pages_adjust(-1);
		map(pfn, 0);
	}
	pv_pt_flush();
	pv_pt_commit();
	preempt_enable();
	done = i ? hc_memory_decrease(list, i) : 0;
	if (done != (long)i)
		panic("the hypervisor took %ld of %lu pages", done, i);
	return i;
}

/* The same the other way round; there may be no frames. */
static u64 take(u64 n)
{
	u32 pfn = given;
	u64 i;
	long done;

	for (i = 0; i < min(n, BATCH) && pfn; i++, pfn = pages[pfn].next)
		list[i] = pfn;
	done = i ? hc_memory_populate(list, i) : 0;
	if (done <= 0)
		return 0;
	for (i = 0, pfn = given; i < (u64)done; i++, pfn = pages[pfn].next)
		hc_p2m_set(pfn, list[i]);
	take_back(done);
	return done;
}

/* True when all is as it is wished to be. */
static bool balloon(u64 target)
{
	u64 all = hc_start_info()->nr_pages, moved = 1;

	while (moved && all - nr_given != target)
		moved = all - nr_given > target ?
			give(all - nr_given - target) :
			take(target - (all - nr_given));
	return moved;
}

static void on_wish(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port;
	(void)regs;
	(void)arg;
	news = true;
	waitq_wake(&wishers, 1);
}

static void obey(void *unused)
{
	struct sluice_wishes wishes;
	bool off, content = true;

	(void)unused;
	for (;;) {
		off = irq_save();
		while (!news &&
		       waitq_wait(&wishers, content ? NEVER :
				  hc_time() + RETRY))
			;
		news = false;
		irq_restore(off);
		if (hc_wishes(&wishes))
			return;
		if (wishes.end) {
			kprintf("pvguest: domain 0 wishes us to end\n");
			wishes.end - 1 == SHUTDOWN_reboot ? pv_reboot() :
				pv_power_off();
		}
		content = balloon(wishes.target_pages);
	}
}

void pv_balloon_start(void)
{
	struct sluice_wishes wishes;

	if (hc_wishes(&wishes))
		return;
	if (hc_event_bind_virq(VIRQ_SLUICE_WISH, 0, on_wish, NULL) < 0 ||
	    !thread_create("balloon", PRIO_HIGH, obey, NULL))
		kprintf("pvguest: deaf to what domain 0 wishes\n");
}
