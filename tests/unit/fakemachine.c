/* SPDX-License-Identifier: MIT */
/*
 * fakemachine.c - the fake machine itself: a fault where guest memory ends, a
 * panic that a test expects, locks out of order, a CPU for each thread.
 */
#include <errno.h>
#include <fake.h>
#include <lib.h>
#include <lock.h>
#include <machine.h>
#include <pthread.h>
#include <tap.h>
#include <uaccess.h>

static spinlock_t low = SPINLOCK(RANK_DOMAIN), high = SPINLOCK(RANK_EVENT);
static unsigned long counter;

static void take_low(void *arg)
{
	(void)arg;
	spin_lock(&low);
}

static void release_low(void *arg)
{
	(void)arg;
	spin_unlock(&low);
}

static void *count(void *arg)
{
	int i;

	for (i = 0; i < 10000; i++) {
		spin_lock(&low);
		counter++;
		spin_unlock(&low);
	}
	*(u32 *)arg = this_cpu()->id;
	return NULL;
}

static void test_guest_memory(void)
{
	u64 guest[4] = { 1, 2, 3, 4 }, in[4] = { 0 };
	gva_t g = gva((u64)guest);

	is_eq(copy_from_guest(in, g, 32), -EFAULT, "no window, no access");
	fake_guest_window(guest, sizeof(guest));
	is_eq(copy_from_guest(in, g, 32), 0, "all of the window");
	is_eq(in[3], 4, "the last word came");
	is_eq(copy_from_guest(in, gva_add(g, 1), 32), -EFAULT, "past its end");
	is_eq(copy_from_guest(in, gva_add(g, 32), 0), 0, "nothing, at its end");
	is_eq(guest_write_u64(gva_add(g, 24), 9), 0, "write the last word");
	is_eq(guest[3], 9, "the word is there");
	is_eq(guest_write_u64(gva_add(g, 25), 9), -EFAULT, "write past it");
	is_eq(guest_read_u64s(in, gva(HV_VIRT_START), 1), -EFAULT,
	      "the hypervisor's addresses");
}

static void test_locks(void)
{
	u32 ids[2] = { 0, 0 };
	pthread_t threads[2];

	spin_lock(&high);
	ok(fake_panics(take_low, NULL), "a lower rank after a higher one");
	spin_unlock(&high);
	ok(fake_panics(release_low, NULL), "unlock of what is not locked");
	ok(!fake_panics(take_low, NULL), "rank in order");
	ok(!fake_panics(release_low, NULL), "unlock");
	pthread_create(&threads[0], NULL, count, &ids[0]);
	pthread_create(&threads[1], NULL, count, &ids[1]);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	is_eq(counter, 20000, "two CPUs count under a lock");
	ok(ids[0] != ids[1] && ids[0] && ids[1], "each thread is a CPU");
}

int main(void)
{
	is_eq(this_cpu()->id, 0, "the first CPU");
	is_eq(virt_mfn(mfn_virt(mfn(5))).n, 5, "frame to address and back");
	test_guest_memory();
	test_locks();
	return tap_done();
}
