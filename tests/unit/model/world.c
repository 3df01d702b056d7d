/* SPDX-License-Identifier: MIT */
/*
 * world.c - fibers as CPUs, choices, the beginning and the end of a world; and
 * what the page-table code needs of the rest of the hypervisor.
 */
#include <boot.h>
#include <fake.h>
#include <hypercall.h>
#include <insn.h>
#include <iomem.h>
#include <lib.h>
#include <machine.h>
#include <mmu.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tlb.h>
#include <ucontext.h>
#include <vcpu.h>

#include "model.h"
#include "yield.h"

#undef READ_ONCE
#define READ_ONCE(x)	(*(const volatile typeof(x) *)&(x))

struct model_vcpu vcpus[NR_VCPUS];
struct domain *domains[NR_DOMAINS];
u32 here;
u64 nr_steps, nr_calls, nr_recounts;
bool more_choices;

struct boot_info boot_info;
struct cpu *cpus[CONFIG_NR_CPUS];
u32 nr_cpus = NR_VCPUS;

/* ---- Choices ------------------------------------------------------------ */

static u64 seed_state, world_seed;
static const u8 *bytes;
static size_t bytes_left;

void choices_seed(u64 seed)
{
	world_seed = seed;
	seed_state = seed * 0x9e3779b97f4a7c15UL + 1;
	bytes = NULL;
	more_choices = true;
}

void choices_bytes(const u8 *data, size_t size)
{
	choices_seed(1);
	bytes = data;
	bytes_left = size;
}

u32 choose(u32 n)
{
	if (bytes) {
		if (!bytes_left) {
			more_choices = false;
			bytes = NULL;
			return 0;
		}
		bytes_left--;
		return *bytes++ % n;
	}
	if (!more_choices)
		return 0;
	seed_state ^= seed_state << 13;
	seed_state ^= seed_state >> 7;
	seed_state ^= seed_state << 17;
	return (seed_state >> 33) % n;
}

bool chance(u32 in)
{
	return choose(in) == in - 1 && more_choices;
}

void broken(const char *fmt, ...)
{
	va_list ap;

	printf("# broken: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(" (seed %lu, step %lu, call %lu)\n", world_seed, nr_steps,
	       nr_calls);
	fflush(stdout);
	abort();
}

/* ---- Fibers ------------------------------------------------------------- */

#define STACK_SIZE	(256 << 10)

/* The sanitizer has to be told of each change of stacks. */
void __sanitizer_start_switch_fiber(void **save, const void *bottom,
				    size_t size) __attribute__((weak));
void __sanitizer_finish_switch_fiber(void *save, const void **bottom,
				     size_t *size) __attribute__((weak));

static ucontext_t main_ctx, ctx[NR_VCPUS];
static void *stacks[NR_VCPUS];
static const void *main_stack;
static size_t main_size;
static bool in_fiber, hold, stopping, finished[NR_VCPUS];
static u64 call_yields[NR_VCPUS];

static void fiber_leave(bool for_good)
{
	void *save = NULL;

	if (__sanitizer_start_switch_fiber)
		__sanitizer_start_switch_fiber(for_good ? NULL : &save,
					       main_stack, main_size);
	swapcontext(&ctx[here], &main_ctx);
	if (__sanitizer_finish_switch_fiber)
		__sanitizer_finish_switch_fiber(save, NULL, NULL);
}

static void fiber_enter(u32 i)
{
	void *save = NULL;

	here = i;
	fake_become(vcpus[i].cpu);
	in_fiber = true;
	if (__sanitizer_start_switch_fiber)
		__sanitizer_start_switch_fiber(&save, stacks[i], STACK_SIZE);
	swapcontext(&main_ctx, &ctx[i]);
	if (__sanitizer_finish_switch_fiber)
		__sanitizer_finish_switch_fiber(save, NULL, NULL);
	in_fiber = false;
}

void model_yield(u32 how_often)
{
	if (!in_fiber || !chance(how_often))
		return;
	if (++call_yields[here] > 1000000)
		broken("vcpu %u does not come to an end", here);
	fiber_leave(false);
}

/* While worlds are made there are no fibers: the others answer at once. */
static void answer_for_all(void)
{
	struct cpu *self = this_cpu();
	u32 i, was = here;

	for (i = 0; i < NR_VCPUS; i++) {
		here = i;
		fake_become(cpus[i]);
		tlb_answer();
	}
	here = was;
	fake_become(self);
}

static void relax(void)
{
	if (!in_fiber) {
		answer_for_all();
		return;
	}
	if (++call_yields[here] > 1000000)
		broken("vcpu %u waits for ever", here);
	fiber_leave(false);
	/* As who waits for a lock does; here, any who waits. */
	if (chance(2))
		tlb_answer();
}

static void fiber_main(void)
{
	if (__sanitizer_finish_switch_fiber)
		__sanitizer_finish_switch_fiber(NULL, &main_stack, &main_size);
	while (!stopping) {
		tlb_answer();
		call_yields[here] = 0;
		if (!hold) {
			vcpus[here].at_rest = false;
			guest_step();
			vcpus[here].at_rest = true;
		}
		fiber_leave(false);
	}
	finished[here] = true;
	vcpus[here].at_rest = true;
	for (;;) {
		tlb_answer();
		fiber_leave(false);
	}
}

static void fibers_start(void)
{
	u32 i;

	stopping = hold = false;
	for (i = 0; i < NR_VCPUS; i++) {
		if (!stacks[i])
			stacks[i] = malloc(STACK_SIZE);
		finished[i] = false;
		vcpus[i].at_rest = true;
		getcontext(&ctx[i]);
		ctx[i].uc_stack.ss_sp = stacks[i];
		ctx[i].uc_stack.ss_size = STACK_SIZE;
		ctx[i].uc_link = NULL;
		makecontext(&ctx[i], fiber_main, 0);
	}
}

static bool all_at_rest(void)
{
	u32 i;

	for (i = 0; i < NR_VCPUS; i++)
		if (!vcpus[i].at_rest)
			return false;
	return true;
}

static u32 next_fiber(void)
{
	static u32 turn;

	/* Without choices left, in turn: all come to their end. */
	return more_choices ? choose(NR_VCPUS) : turn++ % NR_VCPUS;
}

static void fibers_run(u64 max_steps)
{
	u64 end = nr_steps + max_steps;

	for (;; nr_steps++) {
		if (nr_steps >= end || !more_choices)
			stopping = true;
		if (nr_steps % 256 == 0)
			hold = true;
		fiber_enter(next_fiber());
		mmu_step();
		check_reach();
		if (!all_at_rest())
			continue;
		if (hold || stopping)
			check_counts();
		hold = false;
		if (stopping && finished[0] && finished[1] && finished[2] &&
		    finished[3])
			return;
	}
}

/* ---- The rest of the hypervisor ----------------------------------------- */

void cpu_kick(struct cpu *c, u32 work)
{
	c->work |= work;
}

bool hypercall_preempt(void)
{
	model_yield(2);
	return vcpus[here].cpu->work || chance(8);
}

s64 hypercall_continue(u64 a1, u64 a2, u64 a3, u64 a4)
{
	u64 *cont = current()->pv.cont;

	cont[0] = a1;
	cont[1] = a2;
	cont[2] = a3;
	cont[3] = a4;
	return -ERESTART;
}

struct domain *domain_get(u32 id)
{
	if (id >= NR_DOMAINS)
		return NULL;
	domain_hold(domains[id]);
	return domains[id];
}

void domain_hold(struct domain *d)
{
	d->refs++;
}

void domain_put(struct domain *d)
{
	if (!d->refs--)
		broken("domain %u: a reference too few", d->id);
}

bool boot_is_ram(maddr_t a)
{
	return a.a >> PAGE_SHIFT < NR_FRAMES;
}

void wbinvd_native(void)
{
}

void emul_done(struct vcpu *v, struct regs *r, u64 len);
void emul_done(struct vcpu *v, struct regs *r, u64 len)
{
	(void)v;
	r->rip += len;
}

/* Any pattern will do, if it is told apart from what guests write. */
void l4_fill_hv_slots(u64 *l4)
{
	u32 i;

	for (i = HV_FIRST_SLOT; i < HV_END_SLOT; i++)
		l4[i] = (HV_ENTRIES + i * PAGE_SIZE) | PTE_P;
}

/* Approves what no entry with NX looks like. */
int desc_page_check(u64 *page)
{
	u32 i;

	for (i = 0; i < SLOTS; i++)
		if (page[i] & PTE_NX)
			return -EINVAL;
	return 0;
}

int pv_set_ldt(struct vcpu *v, u64 base, u32 entries)
{
	u64 pte = entries ? pt_lookup(v, gva(base)) : 0;
	mfn_t *m = &v->pv.ldt_frames[0];

	if (!mfn_eq(*m, MFN_NONE))
		frame_use_put(frame_of(*m));
	*m = MFN_NONE;
	if (pte & PTE_P && !desc_page_get(v->domain, pte_mfn(pte)))
		*m = pte_mfn(pte);
	return 0;
}

/* ---- The beginning and the end ------------------------------------------ */

static void flush_hook(struct cpu *c)
{
	mmu_flush(c->id, fake_cr3[c->id]);
}

static void machine_make(void)
{
	static bool made;
	u32 i;

	if (made)
		return;
	made = true;
	fake_hooks.relax = relax;
	fake_hooks.flush = flush_hook;
	for (i = 0; i < NR_VCPUS; i++) {
		cpus[i] = fake_cpu_new();
		vcpus[i].cpu = cpus[i];
		vcpus[i].args = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	}
	fake_become(cpus[0]);
	frame_table_init(NR_ENTRIES, fake_m2p);
	frame_free_range(mfn(1), NR_FRAMES - 1);
	iomem_init(40);
	iomem_deny(mfn(DENIED_MFN), 1);
	fake_guest_window(NULL, ~0UL);
}

static void domain_make(u32 id)
{
	struct domain *d = calloc(1, sizeof(*d));
	u32 i;

	domains[id] = d;
	d->id = id;
	d->privileged = !id;
	spin_init(&d->pages_lock, RANK_PAGES);
	d->max_pages = 44;
	d->nr_vcpus = NR_VCPUS / NR_DOMAINS;
	d->pv.vm_assist = ~0u;
	for (i = 0; i < d->nr_vcpus; i++) {
		u32 n = id * d->nr_vcpus + i;
		struct vcpu *v = calloc(1, sizeof(*v));

		d->vcpu[i] = v;
		v->domain = d;
		v->id = i;
		v->cpu = n;
		v->pv.in_kernel = true;
		v->pv.ldt_frames[0] = MFN_NONE;
		vcpus[n].v = v;
		vcpus[n].pending = -1;
		cpus[n]->cur = v;
		cpus[n]->online = true;
		d->tlb_cpus |= 1UL << n;
	}
	d->pv.shared = page_alloc(0);
	frame_share(frame_of(virt_mfn(d->pv.shared)), d, id);
	guest_build(d, &vcpus[id * d->nr_vcpus]);
}

static void vcpu_unload(u32 n)
{
	struct vcpu *v = vcpus[n].v;

	here = n;
	fake_become(cpus[n]);
	cr3_write(0);
	cpus[n]->cur = NULL;
	cpus[n]->work = 0;
	if (!mfn_eq(v->pv.ldt_frames[0], MFN_NONE))
		frame_use_put(frame_of(v->pv.ldt_frames[0]));
	v->pv.ldt_frames[0] = MFN_NONE;
}

static void domain_end(u32 id)
{
	struct domain *d = domains[id];
	u32 tries = 0;

	d->dying = true;
	while (mmu_domain_relinquish(d))
		if (++tries > 10000)
			broken("domain %u does not end", id);
}

static void domain_free(u32 id)
{
	struct domain *d = domains[id];
	u32 i;

	if (d->refs)
		broken("domain %u: %u references too many", id, d->refs);
	if (d->nr_pages)
		broken("domain %u still has %u pages", id, d->nr_pages);
	if (frame_unshare(frame_of(virt_mfn(d->pv.shared))))
		broken("domain %u: its shared page is in use", id);
	page_free(d->pv.shared, 0);
	for (i = 0; i < d->nr_vcpus; i++)
		free(d->vcpu[i]);
	free(d);
	domains[id] = NULL;
}

void world_run(u64 max_steps)
{
	u64 before;
	u32 i;

	machine_make();
	before = frames_free();
	for (i = 0; i < NR_DOMAINS; i++)
		domain_make(i);
	check_counts();
	fibers_start();
	fibers_run(max_steps);
	/* All CPUs but the last stand still, so nobody waits for them. */
	for (i = 0; i < NR_VCPUS; i++) {
		vcpu_unload(i);
		cpus[i]->online = i == NR_VCPUS - 1;
	}
	for (i = NR_DOMAINS; i > 0; i--)
		domain_end(i - 1);
	for (i = 0; i < NR_DOMAINS; i++)
		domain_free(i);
	if (frames_free() != before)
		broken("%lu frames free, %lu before", frames_free(), before);
}
