/* SPDX-License-Identifier: MIT */
/*
 * lock.c - see lock.h.
 *
 * Who waits answers flush requests, since the holder may be waiting for just
 * that.  In debug builds each CPU keeps a mask of the ranks it holds.
 */
#include <lib.h>
#include <lock.h>
#include <machine.h>
#include <tlb.h>

bool spin_may_lock(enum lock_rank rank)
{
	return this_cpu()->held_ranks >> rank == 0;
}

static void rank_enter(const spinlock_t *l)
{
	if (IS_ENABLED(CONFIG_DEBUG))
		this_cpu()->held_ranks |= 1u << l->rank;
}

static noinline void out_of_order(const spinlock_t *l)
{
	panic("lock of rank %u taken while holding ranks %x", l->rank,
	      this_cpu()->held_ranks);
}

static noinline void wait_for(spinlock_t *l)
{
	do {
		while (READ_ONCE(l->taken)) {
			tlb_answer();
			cpu_relax();
		}
	} while (__atomic_exchange_n(&l->taken, 1, __ATOMIC_ACQUIRE));
	rank_enter(l);
}

/* The free lock needs no stack: both other ways are tails. */
void spin_lock(spinlock_t *l)
{
	if (IS_ENABLED(CONFIG_DEBUG) && unlikely(!spin_may_lock(l->rank)))
		out_of_order(l);
	else if (unlikely(__atomic_exchange_n(&l->taken, 1, __ATOMIC_ACQUIRE)))
		wait_for(l);
	else
		rank_enter(l);
}

bool spin_trylock(spinlock_t *l)
{
	if (__atomic_exchange_n(&l->taken, 1, __ATOMIC_ACQUIRE))
		return false;
	rank_enter(l);
	return true;
}

void spin_unlock(spinlock_t *l)
{
	if (IS_ENABLED(CONFIG_DEBUG))
		this_cpu()->held_ranks &= ~(1u << l->rank);
	__atomic_store_n(&l->taken, 0, __ATOMIC_RELEASE);
}
