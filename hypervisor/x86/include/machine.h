/* SPDX-License-Identifier: MIT */
/*
 * machine.h - the few instructions that core and pv need, by name.
 *
 * tests/unit has a header of the same name for the fake machine.
 */
#pragma once

#include <cpu.h>
#include <layout.h>

static always_inline struct cpu *this_cpu(void)
{
	u64 sp;

	/* Volatile would forbid reuse: the answer never changes on one CPU. */
	asm("mov %%rsp, %0" : "=r" (sp));
	return (struct cpu *)(sp & ~(PERCPU_SIZE - 1));
}

static always_inline struct vcpu *current(void)
{
	return this_cpu()->cur;
}

/* The registers of the guest that was interrupted last on this CPU. */
#define guest_regs() \
	((struct regs *)((char *)this_cpu() + PERCPU_TOP - \
			 sizeof(struct regs)))

static always_inline void *maddr_virt(maddr_t a)
{
	return (void *)(DIRECTMAP_BASE + a.a);
}

static always_inline void *mfn_virt(mfn_t m)
{
	return (void *)(DIRECTMAP_BASE + (m.n << PAGE_SHIFT));
}

/* Only for addresses in the direct map. */
static always_inline mfn_t virt_mfn(const void *p)
{
	return mfn(((u64)p - DIRECTMAP_BASE) >> PAGE_SHIFT);
}

/* Instructions that only take effect. */
#define INSTRUCTION(name, text)						\
static always_inline void name(void) { asm volatile(text : : : "memory"); }

INSTRUCTION(barrier, "")
INSTRUCTION(cpu_relax, "pause")
INSTRUCTION(clts, "clts")
/* Changes between the guest's kernel and user GS base. */
INSTRUCTION(swapgs, "swapgs")
/* Lets interrupts that are due in, and shuts the door again. */
INSTRUCTION(irq_window, "sti; nop; cli")

/*
 * One bit of an array of words, by a locked instruction: returns what it was.
 * The number counts from the first word on.
 */
#define BITS_CHANGE(name, insn)						\
static always_inline bool name(u64 *words, u64 nr)			\
{									\
	bool was;							\
									\
	asm volatile("lock " insn " %2, %1" : "=@ccc" (was),		\
		     "+m" (*words) : "r" (nr) : "memory");		\
	return was;							\
}
BITS_CHANGE(bits_test_set, "bts")
BITS_CHANGE(bits_test_clear, "btr")

static always_inline bool bits_test(const u64 *words, u64 nr)
{
	bool is;

	asm volatile("bt %2, %1"
		     : "=@ccc" (is) : "m" (*words), "r" (nr) : "memory");
	return is;
}

static always_inline u64 rdtsc(void)
{
	u32 lo, hi;

	asm volatile("rdtsc" : "=a" (lo), "=d" (hi));
	return lo | (u64)hi << 32;
}

/* Removes the translation of one page, global ones included (SDM 4.10.4). */
static always_inline void invlpg(u64 va)
{
	asm volatile("invlpg (%0)" : : "r" (va) : "memory");
}

/* A whole page, by string instructions: nothing is shorter. */
static always_inline void page_clear(void *p)
{
	u64 n = PAGE_SIZE / 8;

	asm volatile("rep stosq" : "+D" (p), "+c" (n) : "a" (0UL) : "memory");
}

static always_inline void page_copy(void *dst, const void *src)
{
	u64 n = PAGE_SIZE / 8;

	asm volatile("rep movsq" : "+D" (dst), "+S" (src), "+c" (n)
		     : : "memory");
}

/* [A] The TLB clock: see tlb.h. */
extern u64 tlb_clock;

/*
 * Also a complete flush, of all but the hypervisor's own mappings.  Does not
 * advance the clock: every system call of a guest comes through here, and a
 * word that all CPUs write is no place to pass on each.
 */
static always_inline void cr3_write(u64 cr3)
{
	struct cpu *c = this_cpu();
	u64 time = READ_ONCE(tlb_clock);

	c->cr3 = cr3;
	asm volatile("mov %0, %%cr3" : : "r" (cr3) : "memory");
	WRITE_ONCE(c->tlb_time, time);
}

/* Start-up's tables into slots 256 to 271: see layout.h. */
void l4_fill_hv_slots(u64 *l4);

/* One entry per frame (frame.h). */
#define frame_table	((struct frame *)FRAMETABLE_BASE)
