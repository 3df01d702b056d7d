/* SPDX-License-Identifier: MIT */
/*
 * lock.c - spin locks that check ranks and owners as strictly as the real ones
 * in a debug build, for tests that are not linked with those.
 */
#include <cpu.h>
#include <fake.h>
#include <lib.h>
#include <lock.h>
#include <machine.h>

bool spin_may_lock(enum lock_rank rank)
{
	return !(fake_cpu()->held_ranks >> rank);
}

static void taken(spinlock_t *l)
{
	fake_cpu()->held_ranks |= 1u << l->rank;
}

void spin_lock(spinlock_t *l)
{
	if (!spin_may_lock(l->rank))
		panic("lock of rank %d out of order", l->rank);
	while (__atomic_exchange_n(&l->taken, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
	taken(l);
}

bool spin_trylock(spinlock_t *l)
{
	if (__atomic_exchange_n(&l->taken, 1, __ATOMIC_ACQUIRE))
		return false;
	taken(l);
	return true;
}

void spin_unlock(spinlock_t *l)
{
	if (!(fake_cpu()->held_ranks & 1u << l->rank) || !l->taken)
		panic("lock of rank %d is not held", l->rank);
	fake_cpu()->held_ranks &= ~(1u << l->rank);
	__atomic_store_n(&l->taken, 0, __ATOMIC_RELEASE);
}
