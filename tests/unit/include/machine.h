/* SPDX-License-Identifier: MIT */
/*
 * machine.h - the fake machine's twin of hypervisor/x86/include/machine.h:
 * the same names, on a host.
 */
#ifndef FAKE_MACHINE_H
#define FAKE_MACHINE_H

#include <cpu.h>
#include <fake.h>
#include <layout.h>

static always_inline struct cpu *this_cpu(void)
{
	return fake_cpu();
}

static always_inline struct vcpu *current(void)
{
	return this_cpu()->cur;
}

#define guest_regs() \
	((struct regs *)((char *)this_cpu() + PERCPU_TOP - \
			 sizeof(struct regs)))

static always_inline void *maddr_virt(maddr_t a)
{
	return fake_ram + a.a;
}

static always_inline void *mfn_virt(mfn_t m)
{
	return maddr_virt(mfn_to_maddr(m));
}

static always_inline mfn_t virt_mfn(const void *p)
{
	return mfn(((u64)p - (u64)fake_ram) >> PAGE_SHIFT);
}

static always_inline void cpu_relax(void)
{
	if (fake_hooks.relax)
		fake_hooks.relax();
	else
		__builtin_ia32_pause();
}

static always_inline void barrier(void)
{
	asm volatile("" : : : "memory");
}

static always_inline bool bits_test_set(u64 *words, u64 nr)
{
	u64 bit = 1UL << nr % 64;

	if (fake_hooks.locked)
		fake_hooks.locked();
	return __atomic_fetch_or(&words[nr / 64], bit, __ATOMIC_SEQ_CST) & bit;
}

static always_inline bool bits_test_clear(u64 *words, u64 nr)
{
	u64 bit = 1UL << nr % 64;

	if (fake_hooks.locked)
		fake_hooks.locked();
	return __atomic_fetch_and(&words[nr / 64], ~bit, __ATOMIC_SEQ_CST) &
	       bit;
}

static always_inline bool bits_test(const u64 *words, u64 nr)
{
	return READ_ONCE(words[nr / 64]) >> nr % 64 & 1;
}

static always_inline void irq_window(void)
{
	__atomic_add_fetch(&fake_counts.windows, 1, __ATOMIC_RELAXED);
}

static always_inline u64 rdtsc(void)
{
	if (fake_hooks.tsc)
		return fake_hooks.tsc();
	return __atomic_load_n(&fake_tsc, __ATOMIC_RELAXED);
}

static always_inline void invlpg(u64 va)
{
	(void)va;
	__atomic_add_fetch(&fake_counts.invlpgs, 1, __ATOMIC_RELAXED);
}

static always_inline void page_clear(void *p)
{
	__builtin_memset(p, 0, PAGE_SIZE);
}

static always_inline void page_copy(void *dst, const void *src)
{
	__builtin_memcpy(dst, src, PAGE_SIZE);
}

extern u64 tlb_clock;

static always_inline u64 cr3_read(void)
{
	return fake_cr3[this_cpu()->id];
}

static always_inline void cr3_write(u64 cr3)
{
	struct cpu *c = this_cpu();
	u64 time = READ_ONCE(tlb_clock);

	fake_cr3[c->id] = cr3;
	__atomic_add_fetch(&fake_counts.cr3_writes, 1, __ATOMIC_RELAXED);
	if (fake_hooks.flush)
		fake_hooks.flush(c);
	WRITE_ONCE(c->tlb_time, time);
}

void l4_fill_hv_slots(u64 *l4);

#define frame_table	((struct frame *)FRAMETABLE_BASE)

#endif
