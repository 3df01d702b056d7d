/* SPDX-License-Identifier: MIT */
/*
 * mmu_model.c - frame types and page tables against MMUs that forget nothing
 * (model/): random calls of four vCPUs of two domains, valid and hostile, that
 * overtake each other at every atomic operation.  At each step an independent
 * checker looks at all that the CPUs can reach, stale entries included; between
 * calls all counts are made anew; in the end all memory must be back.
 *
 *   mmu_model [SECONDS [SEED [WORLDS]]]
 *
 * runs worlds one after another.  What is found is printed with its seed: the
 * same first seed finds it again.
 */
#include <stdlib.h>
#include <tap.h>
#include <time.h>

#include "model/model.h"

#define STEPS	6000

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? atoi(argv[1]) : 8;
	u64 seed = argc > 2 ? atol(argv[2]) : 1;
	time_t end = time(NULL) + seconds;
	u64 max = argc > 3 ? atol(argv[3]) : ~0UL, worlds = 0;

	do {
		choices_seed(seed++);
		world_run(STEPS);
		worlds++;
	} while (time(NULL) < end && worlds < max);
	printf("# %lu worlds, %lu steps, %lu calls, %lu recounts\n", worlds,
	       nr_steps, nr_calls, nr_recounts);
	ok(nr_calls > 0, "no step broke what must hold at any time");
	ok(nr_recounts > 0, "all counts were what a recount gave");
	ok(worlds > 0, "all memory came back at the end of each world");
	return tap_done();
}
