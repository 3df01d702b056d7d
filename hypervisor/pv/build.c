/* SPDX-License-Identifier: MIT */
/*
 * build.c - makes a domain out of an image: its memory, its first page tables,
 * what it finds in its registers.
 *
 * It is made in steps, each of many small parts; between any two it may stop
 * for other work, however large the domain is.  How far it is stands with the
 * domain, so whoever starts it again goes on.  Whoever has claimed it may do
 * that, and until it is built nobody finds it but to go on or to destroy it
 * (domain_get()): so no lock is held.  Its frames need not lie in a row: all is
 * written through the direct map, and the guest's own p2m list, filled first,
 * tells where.  The tables get no favour: they are approved as if the guest
 * itself had pinned them.
 */
#include <abi/grant_table.h>
#include <abi/xen.h>
#include <build.h>
#include <domain.h>
#include <hypercall.h>
#include <lib.h>
#include <mmu.h>
#include <pte.h>

#include "emul.h"

#define P2M_PER_PAGE	(PAGE_SIZE / sizeof(u64))
#define RUN_ORDER	6		/* frames are got in runs of 256 KiB */

/* Entries as Xen gives them: see abi/doc on the state at the start. */
#define TABLE_FLAGS	(PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)
#define PAGE_FLAGS	(PTE_P | PTE_RW | PTE_US | PTE_A)

struct build {
	struct build_config cfg;
	struct build_plan plan;
	struct domain *d;
	u32 step;		/* index of steps[] */
	u64 at;			/* which part of that comes next */
	u64 piece_at;		/* and where in it */
	u64 next_table;		/* the next page that becomes a table */
	u64 p2m_frames[];	/* MFN of each page of the p2m list */
};

/* A step does one part and tells whether there are more, or -E.... */
static int more(struct build *b, u64 parts)
{
	return ++b->at < parts;
}

static u64 *p2m_entry(const struct build *b, u64 pfn)
{
	u64 *page = mfn_virt(mfn(b->p2m_frames[pfn / P2M_PER_PAGE]));

	return page + pfn % P2M_PER_PAGE;
}

static mfn_t frame_at(const struct build *b, u64 pfn)
{
	return mfn(*p2m_entry(b, pfn));
}

static void *page_at(const struct build *b, u64 pfn)
{
	return mfn_virt(frame_at(b, pfn));
}

/* Where the guest sees a page of the initial mapping. */
static u64 virt_at(const struct build *b, u64 pfn)
{
	return b->cfg.image.virt_base + pfn * PAGE_SIZE;
}

static void assign(struct build *b, u64 pfn, mfn_t m)
{
	*p2m_entry(b, pfn) = m.n;
	m2p_set(m, pfn);
}

/* The pages of the p2m list come first, since it records all others. */
static int take_p2m(struct build *b)
{
	struct frame *f = frame_alloc(b->d);

	if (!f)
		return -ENOMEM;
	b->p2m_frames[b->at] = frame_mfn(f).n;
	return more(b, b->plan.p2m_pages);
}

/* A page of the list, or a run of frames for pages below or above it. */
static int take_memory(struct build *b)
{
	const struct build_plan *p = &b->plan;
	unsigned int order = RUN_ORDER;
	u64 left, i;
	struct frame *f;

	if (b->at - p->p2m < p->p2m_pages) {
		assign(b, b->at, mfn(b->p2m_frames[b->at - p->p2m]));
		return more(b, p->nr_pages);
	}
	left = (b->at < p->p2m ? p->p2m : p->nr_pages) - b->at;
	do {
		f = left >> order ? frame_alloc_order(b->d, order) : NULL;
	} while (!f && order--);
	if (!f)
		return -ENOMEM;
	for (i = 0; i < 1UL << order; i++)
		assign(b, b->at + i, mfn(frame_mfn(f).n + i));
	b->at += (1UL << order) - 1;
	return more(b, p->nr_pages);
}

/* A page of the kernel's segments or, after them, of the ramdisk. */
static int load_piece(struct build *b)
{
	const struct elf_image *img = &b->cfg.image;
	struct elf_piece p = {
		b->plan.ramdisk * PAGE_SIZE, b->cfg.ramdisk_len, b->cfg.ramdisk
	};
	u64 to, n;

	if (b->at < img->phnum)
		p = elf_piece(img, b->at);
	to = p.offset + b->piece_at;
	n = MIN(p.n - b->piece_at, PAGE_SIZE - to % PAGE_SIZE);
	memcpy((char *)page_at(b, to / PAGE_SIZE) + to % PAGE_SIZE,
	       (const char *)p.from + b->piece_at, n);
	b->piece_at += n;
	if (b->piece_at < p.n)
		return 1;
	b->piece_at = 0;
	return more(b, img->phnum + 1);
}

/*
 * The hypercall page: 128 stubs of 32 bytes, of which that of iret does not
 * return.  INT3 fills what must not be executed.
 */
static void fill_stubs(u8 *page)
{
	static const u8 call[] = {
		0x51, 0x41, 0x53,		/* push %rcx; push %r11 */
		0xb8, 0, 0, 0, 0,		/* mov $n, %eax */
		0x0f, 0x05,			/* syscall */
		0x41, 0x5b, 0x59, 0xc3,		/* pop %r11; pop %rcx; ret */
	};
	static const u8 iret[] = {
		0x51, 0x41, 0x53, 0x50,		/* and push %rax */
		0xb8, __HYPERVISOR_iret, 0, 0, 0,
		0x0f, 0x05,			/* syscall */
	};
	u32 n;

	memset(page, 0xcc, PAGE_SIZE);
	for (n = 0; n < PAGE_SIZE / 32; n++, page += 32) {
		if (n == __HYPERVISOR_iret) {
			memcpy(page, iret, sizeof(iret));
			continue;
		}
		memcpy(page, call, sizeof(call));
		page[4] = n;
	}
}

int stubs_write(struct domain *d, u64 address)
{
	mfn_t m = maddr_to_mfn(maddr(address));
	int err = -EINVAL;

	if (!(address & ~PAGE_MASK) && mfn_valid(m))
		err = frame_use_get(frame_of(m), d, USE_WRITABLE);
	if (err)
		return err;
	fill_stubs(mfn_virt(m));
	frame_use_put(frame_of(m));
	return 0;
}

static int fill_hypercall_page(struct build *b)
{
	const struct elf_image *img = &b->cfg.image;

	if (img->hypercall_page != ELF_UNSET)
		fill_stubs(page_at(b, (img->hypercall_page -
				       img->virt_base) / PAGE_SIZE));
	return 0;
}

/*
 * The level 1 entry of an address in the domain's tables; tables that lack are
 * made of the pages from next_table on.
 */
static u64 *entry_at(struct build *b, u64 va)
{
	u64 *table = page_at(b, b->plan.tables), *e;
	unsigned int level;

	for (level = 4; level > 1; level--) {
		e = table + pt_index(va, level);
		if (!*e)
			*e = mfn_to_maddr(frame_at(b, b->next_table++)).a |
			     TABLE_FLAGS;
		table = mfn_virt(pte_mfn(*e));
	}
	return table + pt_index(va, 1);
}

/* A page of the initial mapping, or of the p2m list where that is apart. */
static int map_page(struct build *b)
{
	const struct build_plan *p = &b->plan;
	u64 flags = PAGE_FLAGS, pfn = b->at, va = virt_at(b, pfn);

	if (!pfn)
		b->next_table = p->tables + 1;
	if (pfn == p->mapped)
		b->next_table = p->p2m_tables;
	if (pfn >= p->mapped) {
		pfn -= p->mapped;
		va = b->cfg.image.init_p2m + pfn * PAGE_SIZE;
		pfn += p->p2m;
	}
	if (pfn - p->tables < p->nr_tables)
		flags &= ~PTE_RW;
	*entry_at(b, va) = mfn_to_maddr(frame_at(b, pfn)).a | flags;
	return more(b, p->mapped + (p->p2m_tables ? p->p2m_pages : 0));
}

/*
 * A plain domain's console ring and its end of the store's.  A guest that has
 * a port to the store waits there for an answer, Linux for ever: one that is to
 * run without a store is told so by port 0.
 */
static int fill_rings(struct build *b, struct start_info *si)
{
	mfn_t console = frame_at(b, b->plan.console);
	port_t port = { 0 }, store = { 0 };
	int rc = pv_console_create(b->d, console, &port);

	si->console.domU.mfn = console.n;
	si->console.domU.evtchn = port.n;
	rc = rc ? rc : gnt_grow(b->d, 1);
	if (rc)
		return rc;
	pv_grant_seed(b->d, GNTTAB_RESERVED_CONSOLE, console);
	if (b->cfg.no_store)
		return 0;
	pv_grant_seed(b->d, GNTTAB_RESERVED_XENSTORE,
		      frame_at(b, b->plan.store));
	rc = evt_alloc_unbound(b->d, 0, &store);
	si->store_mfn = frame_at(b, b->plan.store).n;
	si->store_evtchn = store.n;
	return rc;
}

static void fill_lists(const struct build *b, struct start_info *si)
{
	const struct build_plan *p = &b->plan;

	si->mfn_list = virt_at(b, p->p2m);
	if (p->p2m_tables) {
		si->mfn_list = b->cfg.image.init_p2m;
		si->first_p2m_pfn = p->p2m;
		si->nr_p2m_frames = b->next_table - p->p2m;
	}
	if (!p->ramdisk_pages)
		return;
	si->mod_len = b->cfg.ramdisk_len;
	si->mod_start = virt_at(b, p->ramdisk);
	if (b->cfg.image.mod_start_pfn) {
		si->mod_start = p->ramdisk;
		si->flags |= SIF_MOD_START_PFN;
	}
}

static int fill_start_info(struct build *b)
{
	struct start_info *si = page_at(b, b->plan.start_info);
	bool first = b->d->privileged;

	strcopy(si->magic, first && b->cfg.image.pae_mode ?
		"xen-3.0-x86_64p" : "xen-3.0-x86_64", sizeof(si->magic));
	si->nr_pages = b->plan.nr_pages;
	si->shared_info = mfn_to_maddr(b->d->pv.shared_mfn).a;
	si->flags = first ? SIF_PRIVILEGED | SIF_INITDOMAIN : 0;
	si->pt_base = virt_at(b, b->plan.tables);
	si->nr_pt_frames = b->plan.nr_tables;
	fill_lists(b, si);
	strcopy((char *)si->cmd_line, b->cfg.cmdline, sizeof(si->cmd_line));
	return first ? 0 : fill_rings(b, si);
}

/* All other registers and selectors are 0, as they came. */
static void set_registers(struct build *b, struct vcpu *v)
{
	v->regs.rip = b->cfg.image.entry;
	v->regs.cs = GUEST_CS;
	v->regs.ss = GUEST_DS;
	v->regs.rflags = FLAG_FIXED | FLAG_IF;
	v->regs.rsp = virt_at(b, b->plan.stack + 1);
	v->regs.rsi = virt_at(b, b->plan.start_info);
	v->pv.in_kernel = true;
}

static int pin_tables(struct build *b)
{
	return pt_pin(b->d, frame_at(b, b->plan.tables), 4);
}

static int set_vcpu(struct build *b)
{
	set_registers(b, b->d->vcpu[0]);
	return pt_switch_kernel(b->d->vcpu[0], frame_at(b, b->plan.tables));
}

/* What is not given is 0. */
static int set_share(struct build *b)
{
	const struct sched_share *s = &b->cfg.share;
	int rc = sched_set_weight(b->d, s->weight ? s->weight : SCHED_WEIGHT);

	rc = rc ? rc : sched_set_cap(b->d, s->cap);
	return rc ? rc : sched_set_affinity(b->d, s->cpus ? s->cpus : ~0UL);
}

static const char no_memory[] = "there is not enough memory";
static const char no_tables[] = "its page tables were refused";

static const struct {
	int (*part)(struct build *b);
	const char *why;	/* it can't be done */
} steps[] = {
	{ set_share, "its cap or cpus name CPUs that do not run" },
	{ take_p2m, no_memory },
	{ take_memory, no_memory },
	{ load_piece, NULL },
	{ fill_hypercall_page, NULL },
	{ map_page, NULL },
	{ fill_start_info, "there are no ports for its console and store" },
	{ pin_tables, no_tables },
	{ set_vcpu, no_tables },
};

/* Each part is done entirely, or can be made again: it says -ERESTART. */
static int build_steps(struct build *b, const char **why)
{
	int rc;

	while (b->step < ARRAY_SIZE(steps)) {
		rc = steps[b->step].part(b);
		if (rc < 0 && rc != -ERESTART)
			*why = steps[b->step].why;
		if (rc < 0)
			return rc;
		if (!rc) {
			b->step++;
			b->at = 0;
		}
		if (hypercall_preempt())
			return -ERESTART;
	}
	return 0;
}

const char *build_begin(const struct build_config *cfg, struct domain **out)
{
	struct build_plan plan;
	const char *why = build_plan(cfg, &plan);
	struct build *b;
	u32 order = 0;
	int rc;

	if (strlen(cfg->cmdline) >= MAX_GUEST_CMDLINE)
		return "its command line is too long";
	if (why)
		return why;
	while (PAGE_SIZE << order < sizeof(*b) + plan.p2m_pages * sizeof(u64))
		order++;
	b = page_alloc(order);
	if (!b)
		return no_memory;
	b->cfg = *cfg;
	b->plan = plan;
	rc = domain_create(cfg, b, order, &b->d);
	if (rc) {
		page_free(b, order);
		return rc == -EEXIST ? "another CPU starts it" :
			"there is not enough memory for another domain";
	}
	*out = b->d;
	/* From here on domain 0 may end it, too. */
	domain_hold(b->d);
	domain_release(b->d);
	return NULL;
}

int build_continue(struct domain *d, const char **why)
{
	struct build *b;
	int rc;

	if (!READ_ONCE(d->build))
		return fail(-EEXIST);
	if (!domain_claim(d))
		return fail(-EBUSY);
	b = d->build;
	rc = !b ? fail(-EEXIST) : d->dying ? -EINVAL : build_steps(b, why);
	if (!rc) {
		printk(LOG_INFO, "domain %u \"%s\": %lu MiB, entry 0x%lx\n",
		       d->id, d->name, b->cfg.nr_pages >> (20 - PAGE_SHIFT),
		       b->cfg.image.entry);
		__atomic_store_n(&d->build, NULL, __ATOMIC_RELEASE);
		page_free(b, d->build_order);
		if (d->privileged)
			WRITE_ONCE(frames_first, 0);
	}
	domain_release(d);
	/* Not before: when domain 0 runs it may end, and finds it claimed. */
	if (!rc)
		sched_wake(d->vcpu[0]);
	if (!rc || !b || rc == -ERESTART)
		return rc;
	rc = domain_destroy(d);
	return rc ? rc : fail(-EINVAL);
}
