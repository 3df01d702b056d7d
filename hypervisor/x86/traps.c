/* SPDX-License-Identifier: MIT */
/*
 * traps.c - exceptions and interrupts, sorted by who caused them.
 *
 * What a guest raised goes to pv.  What the hypervisor itself raised is one of
 * four things: an access to guest memory that the exception table knows, the
 * fault of a guest's IRET, a debug trap that a guest has laid in our way, or a
 * bug.  No lock is taken here.
 */
#include <domain.h>
#include <lib.h>
#include <machine.h>
#include <trap.h>
#include <vcpu.h>
#include <x86.h>

extern const char iret_guest[];

static u64 dr6_take(void)
{
	u64 dr6 = reg_read(dr6);

	/* The CPU never clears it (SDM vol. 3, 17.2.3). */
	reg_write(dr6, DR6_INIT);
	return dr6;
}

/* Prints nothing: what it interrupted may hold the console's lock. */
static void machine_trap(struct regs *r)
{
	struct cpu *last = READ_ONCE(last_cpu);

	/* Not by way of panic(), which the last one is in. */
	while (last && last != this_cpu())
		asm volatile("hlt");
	if (r->vector == VEC_MC) {
		trap_show(r);
		panic("machine check");
	}
}

/* We loaded a selector for the guest, and its page of the LDT was missing. */
static bool ldt_page_shown(void)
{
	struct cpu *c = this_cpu();
	u64 at = reg_read(cr2) - DESC_BASE - c->id * DESC_SIZE - DESC_LDT;

	return c->cur && at < DESC_SIZE - DESC_LDT &&
	       pv_ldt_fault(c->cur, at);
}

void trap_guest(struct regs *r)
{
	struct vcpu *v = current();

	if (likely(r->vector == VEC_PF)) {
		pv_page_fault(v, r, reg_read(cr2));
	} else if (r->vector >= 32) {
		irq_dispatch(r->vector);
	} else if (r->vector == VEC_DB) {
		pv_debug_trap(v, r, dr6_take());
	} else if (r->vector == VEC_NMI || r->vector == VEC_MC) {
		machine_trap(r);
	} else {
		pv_exception(v, r);
	}
}

/*
 * IRET found something in the guest's frame that it does not like.  The
 * general registers hold the guest's values again by then, so what was pushed
 * for this fault is moved up to where the guest's registers belong, over the
 * stale copies there, and the fault is the guest's.
 *
 * The two places overlap: r lies below by less than its size.  Nothing else
 * lives between, as this function's own frame is below r.
 */
static struct regs *iret_fault(struct regs *r)
{
	struct regs *g = guest_regs();
	u32 error_code = r->error_code, vector = r->vector;

	memmove(g, r, offsetof(struct regs, error_code));
	g->error_code = error_code;
	g->vector = vector;
	if (vector == VEC_PF)
		trap_guest(g);		/* a descriptor's page */
	else
		bounce_trap(current(), g, vector, error_code);
	return g;
}

struct regs *trap_inside(struct regs *r)
{
	u64 fixup;

	if (r->vector >= 32) {
		irq_dispatch(r->vector);
		return r;
	}
	if (r->vector == VEC_DB) {
		/*
		 * A guest's breakpoint on data that we touched on its behalf,
		 * or MOV SS in front of SYSCALL.  It does not learn of it.
		 */
		dr6_take();
		return r;
	}
	if (r->vector == VEC_NMI) {
		machine_trap(r);
		return r;
	}
	if (r->rip == (u64)iret_guest && r->vector != VEC_DF &&
	    r->vector != VEC_MC)
		return iret_fault(r);
	if (r->vector == VEC_PF && ldt_page_shown())
		return r;
	fixup = extable_find(r->rip);
	if (fixup && r->vector != VEC_DF && r->vector != VEC_MC) {
		r->rip = fixup;
		return r;
	}
	trap_show(r);
	panic("unexpected exception %u, error code %x", r->vector,
	      r->error_code);
}
