/* SPDX-License-Identifier: MIT */
/*
 * switch.c - the way back to a guest when there is something to do first, and
 * the change from one vCPU to another.
 *
 * A vCPU's state is loaded while cpu.cur names it, also while the CPU idles
 * after it: coming back to the same vCPU then costs nothing.  Whoever wants to
 * run it elsewhere, or look at it, must first have this CPU let go of it.
 */
#include <domain.h>
#include <machine.h>
#include <sched.h>
#include <shared.h>
#include <tlb.h>
#include <trap.h>
#include <uaccess.h>
#include <vcpu.h>
#include <x86.h>

#define CR4_GUEST	(CR4_DE | CR4_TSD | CR4_FSGSBASE)

extern void noreturn enter_guest(void);

/* The three MSRs stand side by side, in the order of enum seg_base. */
u64 seg_base_read(enum seg_base which)
{
	return rdmsr(MSR_FS_BASE + which);
}

void seg_base_write(enum seg_base which, u64 base)
{
	wrmsr(MSR_FS_BASE + which, base);
}

/* Loads a data segment register: false, and the null selector, on a fault. */
#define seg_load(reg, sel) ({						\
	__label__ bad;							\
	bool loaded = false;						\
	asm goto volatile("1: mov %0, %%" #reg "\n" EXTABLE("1b", "%l1") \
			  : : "r" ((u32)(sel)) : : bad);		\
	loaded = true;							\
bad:									\
	if (!loaded)							\
		reg_write(reg, 0);					\
	loaded;								\
})

void seg_load_gs_other(u16 sel)
{
	/* The base that a selector brings goes to whichever is active. */
	swapgs();
	(void)seg_load(gs, sel);
	swapgs();
}

static void segments_save(struct vcpu *v)
{
	struct pv_vcpu *pv = &v->pv;

	pv->ds = reg_read(ds);
	pv->es = reg_read(es);
	pv->fs = reg_read(fs);
	pv->gs = reg_read(gs);
	pv->fs_base = seg_base_read(BASE_FS);
	pv->gs_base = seg_base_read(BASE_GS_ACTIVE);
	pv->gs_base_user = seg_base_read(BASE_GS_OTHER);
}

/* False when a selector would not load: its descriptor may have changed. */
static bool segments_load(struct vcpu *v)
{
	struct pv_vcpu *pv = &v->pv;
	bool ok = seg_load(ds, pv->ds);

	ok &= seg_load(es, pv->es);
	ok &= seg_load(fs, pv->fs);
	ok &= seg_load(gs, pv->gs);
	seg_base_write(BASE_FS, pv->fs_base);
	seg_base_write(BASE_GS_ACTIVE, pv->gs_base);
	seg_base_write(BASE_GS_OTHER, pv->gs_base_user);
	return ok;
}

u64 cr4_usable(void)
{
	return CR4_DE | CR4_TSD | (cpu_has(CPU_FSGSBASE) ? CR4_FSGSBASE : 0) |
	       (fpu_xcr0 ? CR4_OSXSAVE : 0);
}

void vcpu_load_cr4(struct vcpu *v)
{
	struct cpu *c = this_cpu();
	u64 cr4 = (c->cr4 & ~CR4_GUEST) | (v->pv.cr4 & CR4_GUEST);

	if (cr4 != c->cr4) {
		c->cr4 = cr4;
		reg_write(cr4, cr4);
	}
}

/* Shows pages in the window where one is named, and nothing elsewhere. */
static void window_show(u64 *entries, const mfn_t *frames, u32 nr, u64 va)
{
	u64 pte;
	u32 i;

	for (i = 0; i < nr; i++) {
		/* Writable: the CPU sets the accessed bit of descriptors. */
		pte = frames[i].n == MFN_NONE.n ? 0 :
		      mfn_to_maddr(frames[i]).a | HV_RW;
		if (entries[i] != pte) {
			entries[i] = pte;
			invlpg(va + i * PAGE_SIZE);
		}
	}
}

/* Of all that a GDT may have, only pages that are shown or are to be. */
void vcpu_load_gdt(const struct vcpu *v)
{
	const struct cpu *c = this_cpu();
	u32 nr = (v->pv.gdt_entries + DESC_PER_PAGE - 1) / DESC_PER_PAGE;

	window_show(c->x86->window, v->pv.gdt_frames,
		    MAX(nr, c->x86->gdt_pages), DESC_BASE + c->id * DESC_SIZE);
	c->x86->gdt_pages = nr;
}

/* The limit is what the guest said; 0 entries load the null selector. */
void vcpu_load_ldt(const struct vcpu *v)
{
	const struct cpu *c = this_cpu();
	u64 va = DESC_BASE + c->id * DESC_SIZE + DESC_LDT;
	u64 limit = v->pv.ldt_entries * 8UL - 1;
	u64 *desc = c->x86->gdt + (LDT_SEL & (PAGE_SIZE - 1)) / 8;
	u16 sel = v->pv.ldt_entries ? LDT_SEL : 0;

	/* None is shown, and none is to be: as good as always. */
	if (!sel && !desc[0])
		return;
	window_show(c->x86->window + GDT_PAGES, v->pv.ldt_frames,
		    PV_LDT_FRAMES, va);
	/* SDM vol. 3, 3.5 and 7.2.3: an LDT descriptor, present. */
	desc[0] = !sel ? 0 : (limit & 0xffff) | (va & 0xffffff) << 16 |
		  0x82UL << 40 | (va >> 24 & 0xff) << 56;
	desc[1] = va >> 32;
	asm volatile("lldt %0" : : "r" (sel) : "memory");
}

void vcpu_load_debug(const struct vcpu *v)
{
	const u64 *dr = v->pv.dr;

	reg_write(dr0, dr[0]);
	reg_write(dr1, dr[1]);
	reg_write(dr2, dr[2]);
	reg_write(dr3, dr[3]);
	reg_write(dr6, DR6_INIT);
	reg_write(dr7, dr[7] | DR7_INIT);
}

/*
 * Also an address that is not armed shows: DR6 reports it with another trap.
 * So whoever leaves one in the CPU has it cleared behind him.
 */
static bool uses_debug(const struct vcpu *v)
{
	const u64 *dr = v->pv.dr;

	return dr[0] | dr[1] | dr[2] | dr[3] | (dr[7] & DR7_ARMED);
}

static void state_save(struct vcpu *v)
{
	static const struct vcpu no_breakpoints;

	v->regs = *guest_regs();
	segments_save(v);
	fpu_save(v);
	if (uses_debug(v))
		vcpu_load_debug(&no_breakpoints);
}

static void state_load(struct vcpu *v)
{
	struct regs *r = guest_regs();

	*r = v->regs;
	count_one(v, cr3_writes);
	cr3_write(v->pv.in_kernel ? v->pv.cr3_kernel : v->pv.cr3_user);
	vcpu_load_gdt(v);
	vcpu_load_ldt(v);
	vcpu_load_cr4(v);
	fpu_restore(v);
	if (uses_debug(v))
		vcpu_load_debug(v);
	if (!segments_load(v))
		pv_failsafe(v, r);
}

/* Makes this CPU hold no vCPU's state; the caller sees to CR3. */
static void let_go(struct cpu *c)
{
	struct vcpu *v = c->cur;

	if (!v)
		return;
	state_save(v);
	c->cur = NULL;
	bits_test_clear(&v->domain->tlb_cpus, c->id);
	sched_saved(v);
}

static void take(struct cpu *c, struct vcpu *v)
{
	c->cur = v;
	sched_loaded(v);
	bits_test_set(&v->domain->tlb_cpus, c->id);
	state_load(v);
	pv_update_time(v);
}

/* Halts until there is a vCPU to run. */
static struct vcpu *idle(struct cpu *c)
{
	struct vcpu *v;

	let_go(c);
	/* The tables of who ran last may go away while we wait. */
	cr3_write(hv_cr3);
	for (;;) {
		WRITE_ONCE(c->idle, true);
		/* STI takes effect after HLT has begun: no wake-up is lost. */
		if (!READ_ONCE(c->work))
			asm volatile("sti; hlt; cli" : : : "memory");
		WRITE_ONCE(c->idle, false);
		tlb_answer();
		work_take(c, WORK_EVENT);
		if (work_take(c, WORK_TIMER))
			timer_run();
		if (work_take(c, WORK_RESCHED)) {
			v = sched_pick();
			if (v)
				return v;
		}
	}
}

static void reschedule(struct cpu *c)
{
	struct vcpu *next;

	/* Before somebody who paused the vCPU may take it to have stopped. */
	if (c->cur)
		pv_leave(c->cur);
	next = sched_pick();
	if (!next)
		next = idle(c);
	if (next == c->cur)
		return;
	let_go(c);
	take(c, next);
}

void exit_work(struct regs *r)
{
	struct cpu *c = this_cpu();

	/*
	 * Ends: each kind of work is taken before it is done, and only
	 * interrupts, which are off, or other CPUs can ask for more.  Another
	 * CPU that keeps asking keeps nobody else from running.
	 */
	do {
		while (READ_ONCE(c->work) || !c->cur) {
			tlb_answer();
			work_take(c, WORK_EVENT);
			if (work_take(c, WORK_TIMER))
				timer_run();
			if (work_take(c, WORK_RESCHED) || !c->cur)
				reschedule(c);
		}
		/* A guest without room for the frame dies of it: see again. */
		pv_deliver(c->cur, r);
	} while (READ_ONCE(c->work));
}

void enter_scheduler(void)
{
	this_cpu()->work |= WORK_RESCHED;
	enter_guest();
}
