/* SPDX-License-Identifier: MIT */
/*
 * build.c - makes a domain out of an image: its memory, its first page tables,
 * what it finds in its registers.
 *
 * The domain does not run yet and nobody else knows of it, so no lock is held.
 * Its frames need not lie in a row: all is written through the direct map, and
 * the guest's own p2m list, filled first, tells where.  The tables get no
 * favour: they are approved as if the guest itself had pinned them.
 */
#include <abi/grant_table.h>
#include <abi/xen.h>
#include <build.h>
#include <domain.h>
#include <lib.h>
#include <mmu.h>
#include <pte.h>
#include <tlb.h>

#define P2M_PER_PAGE	(PAGE_SIZE / sizeof(u64))
#define RUN_ORDER	9		/* frames are got in runs of 2 MiB */

/* Entries as Xen gives them: see abi/doc on the state at the start. */
#define TABLE_FLAGS	(PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)
#define PAGE_FLAGS	(PTE_P | PTE_RW | PTE_US | PTE_A)

struct build {
	const struct build_config *cfg;
	struct build_plan plan;
	struct domain *d;
	u64 *p2m_frames;	/* MFN of each page of the p2m list */
	unsigned int p2m_order;	/* size of that array */
	u64 next_table;		/* the next page that becomes a table */
};

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
	return b->cfg->image.virt_base + pfn * PAGE_SIZE;
}

static void assign(struct build *b, u64 pfn, mfn_t m)
{
	*p2m_entry(b, pfn) = m.n;
	m2p_set(m, pfn);
}

/* Frames for n pages from that page on. */
static int fill_pages(struct build *b, u64 pfn, u64 n)
{
	unsigned int order = RUN_ORDER;
	struct frame *f;
	u64 i;

	while (n) {
		tlb_answer();	/* others may wait for us meanwhile */
		f = n >> order ? frame_alloc_order(b->d, order) : NULL;
		if (!f) {
			if (!order--)
				return -ENOMEM;
			continue;
		}
		for (i = 0; i < 1UL << order; i++)
			assign(b, pfn + i, mfn(frame_mfn(f).n + i));
		pfn += 1UL << order;
		n -= 1UL << order;
	}
	return 0;
}

/* The pages of the p2m list come first, since it records all others. */
static int fill_memory(struct build *b)
{
	const struct build_plan *p = &b->plan;
	u64 i, end = p->p2m + p->p2m_pages;
	struct frame *f;
	int rc;

	for (i = 0; i < p->p2m_pages; i++) {
		f = frame_alloc(b->d);
		if (!f)
			return -ENOMEM;
		b->p2m_frames[i] = frame_mfn(f).n;
	}
	for (i = 0; i < p->p2m_pages; i++)
		assign(b, p->p2m + i, mfn(b->p2m_frames[i]));
	rc = fill_pages(b, 0, p->p2m);
	return rc ? rc : fill_pages(b, end, p->nr_pages - end);
}

/* Copies to a place counted from the guest's first page. */
static void put(void *arg, u64 offset, const void *from, u64 n)
{
	const struct build *b = arg;
	const char *src = from;
	u64 part;

	for (; n; n -= part, src += part, offset += part) {
		part = MIN(n, PAGE_SIZE - offset % PAGE_SIZE);
		memcpy((char *)page_at(b, offset / PAGE_SIZE) +
		       offset % PAGE_SIZE, src, part);
	}
}

/*
 * The hypercall page: 128 stubs of 32 bytes, of which that of iret does not
 * return.  INT3 fills what must not be executed.
 */
static void fill_hypercall_page(u8 *page)
{
	static const u8 call[] = {
		0x51,				/* push %rcx */
		0x41, 0x53,			/* push %r11 */
		0xb8, 0, 0, 0, 0,		/* mov $n, %eax */
		0x0f, 0x05,			/* syscall */
		0x41, 0x5b,			/* pop %r11 */
		0x59,				/* pop %rcx */
		0xc3,				/* ret */
	};
	static const u8 iret[] = {
		0x51,				/* push %rcx */
		0x41, 0x53,			/* push %r11 */
		0x50,				/* push %rax */
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

static void load_image(struct build *b)
{
	const struct elf_image *img = &b->cfg->image;

	elf_load(img, put, b);
	if (img->hypercall_page != ELF_UNSET)
		fill_hypercall_page(page_at(b, (img->hypercall_page -
					img->virt_base) / PAGE_SIZE));
	if (b->cfg->ramdisk_len)
		put(b, b->plan.ramdisk * PAGE_SIZE, b->cfg->ramdisk,
		    b->cfg->ramdisk_len);
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

static void map_pages(struct build *b, u64 va, u64 pfn, u64 n)
{
	u64 flags;

	for (; n; n--, pfn++, va += PAGE_SIZE) {
		flags = PAGE_FLAGS;
		if (pfn - b->plan.tables < b->plan.nr_tables)
			flags &= ~PTE_RW;
		*entry_at(b, va) = mfn_to_maddr(frame_at(b, pfn)).a | flags;
	}
}

static void fill_tables(struct build *b)
{
	const struct build_plan *p = &b->plan;

	b->next_table = p->tables + 1;
	map_pages(b, b->cfg->image.virt_base, 0, p->mapped);
	if (p->p2m_tables) {
		b->next_table = p->p2m_tables;
		map_pages(b, b->cfg->image.init_p2m, p->p2m, p->p2m_pages);
	}
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
	if (b->cfg->no_store)
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
		si->mfn_list = b->cfg->image.init_p2m;
		si->first_p2m_pfn = p->p2m;
		si->nr_p2m_frames = b->next_table - p->p2m;
	}
	if (!p->ramdisk_pages)
		return;
	si->mod_len = b->cfg->ramdisk_len;
	si->mod_start = virt_at(b, p->ramdisk);
	if (b->cfg->image.mod_start_pfn) {
		si->mod_start = p->ramdisk;
		si->flags |= SIF_MOD_START_PFN;
	}
}

static int fill_start_info(struct build *b)
{
	struct start_info *si = page_at(b, b->plan.start_info);
	bool first = b->d->privileged;

	strcopy(si->magic, first && b->cfg->image.pae_mode ?
		"xen-3.0-x86_64p" : "xen-3.0-x86_64", sizeof(si->magic));
	si->nr_pages = b->plan.nr_pages;
	si->shared_info = mfn_to_maddr(b->d->pv.shared_mfn).a;
	si->flags = first ? SIF_PRIVILEGED | SIF_INITDOMAIN : 0;
	si->pt_base = virt_at(b, b->plan.tables);
	si->nr_pt_frames = b->plan.nr_tables;
	fill_lists(b, si);
	strcopy((char *)si->cmd_line, b->cfg->cmdline, sizeof(si->cmd_line));
	return first ? 0 : fill_rings(b, si);
}

/* All other registers and selectors are 0, as they came. */
static void set_registers(struct build *b, struct vcpu *v)
{
	v->regs.rip = b->cfg->image.entry;
	v->regs.cs = GUEST_CS;
	v->regs.ss = GUEST_DS;
	v->regs.rflags = FLAG_FIXED | FLAG_IF;
	v->regs.rsp = virt_at(b, b->plan.stack + 1);
	v->regs.rsi = virt_at(b, b->plan.start_info);
	v->pv.in_kernel = true;
}

/* Nothing else runs while the first domains are built: just go on. */
static int pin_tables(struct build *b, struct vcpu *v)
{
	mfn_t root = frame_at(b, b->plan.tables);
	int rc;

	do
		rc = pt_pin(b->d, root, 4);
	while (rc == -ERESTART);
	if (rc)
		return rc;
	do
		rc = pt_switch_kernel(v, root);
	while (rc == -ERESTART);
	return rc;
}

static const char *fill_domain(struct build *b)
{
	struct vcpu *v = b->d->vcpu[0];

	if (fill_memory(b))
		return "there is not enough memory";
	load_image(b);
	fill_tables(b);
	if (fill_start_info(b))
		return "there are no ports for its console and store";
	set_registers(b, v);
	return pin_tables(b, v) ? "its page tables were refused" : NULL;
}

/* What is not given is 0. */
static int set_share(struct domain *d, const struct sched_share *s)
{
	int rc = sched_set_weight(d, s->weight ? s->weight : SCHED_WEIGHT);

	rc = rc ? rc : sched_set_cap(d, s->cap);
	return rc ? rc : sched_set_affinity(d, s->cpus ? s->cpus : ~0UL);
}

const char *build_domain(const struct build_config *cfg)
{
	struct build b = { .cfg = cfg };
	const char *why;

	if (strlen(cfg->cmdline) >= MAX_GUEST_CMDLINE)
		return "its command line is too long";
	why = build_plan(cfg, &b.plan);
	if (why)
		return why;
	while (PAGE_SIZE << b.p2m_order < b.plan.p2m_pages * sizeof(u64))
		b.p2m_order++;
	b.p2m_frames = page_alloc(b.p2m_order);
	if (!b.p2m_frames)
		return "there is not enough memory";
	if (domain_create(cfg->id, cfg->name, cfg->vcpus, cfg->nr_pages, &b.d))
		why = "there is not enough memory for another domain";
	else if (set_share(b.d, &cfg->share))
		why = "its cap or cpus name CPUs that do not run";
	else
		why = fill_domain(&b);
	page_free(b.p2m_frames, b.p2m_order);
	if (!b.d)
		return why;
	/* From here on domain 0 may end it. */
	domain_hold(b.d);
	domain_release(b.d);
	if (!why)
		sched_wake(b.d->vcpu[0]);
	/* Bounded by its memory. */
	while (why && domain_destroy(b.d) == -ERESTART)
		;
	domain_put(b.d);
	return why;
}
