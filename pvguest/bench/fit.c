/* SPDX-License-Identifier: MIT */
/*
 * fit.c - a fixed cost and a cost per item, out of the costs of batches.
 *
 * The straight line is laid through the cost of one item, T / N, over 1 / N:
 * its slope is the fixed cost, and what is left at the end is the item's.  So
 * that small batches, which show the fixed cost, weigh as much as large ones.
 * N is a power of two below 4096, thus 2048 / N is whole and nothing is lost.
 */
#include "hcbench.h"

#define SCALE	1024		/* of the cost of one item */

void bench_fit(const u64 ticks[BENCH_STEPS], struct bench_fit *fit)
{
	s64 n = BENCH_STEPS, x, y, sx = 0, sy = 0, sxx = 0, sxy = 0;
	s64 slope, under;
	unsigned int i;

	for (i = 0; i < BENCH_STEPS; i++) {
		x = BENCH_MAX >> i;
		y = ticks[i] * SCALE >> i;
		sx += x;
		sy += y;
		sxx += x * x;
		sxy += x * y;
	}
	slope = n * sxy - sx * sy;
	under = n * sxx - sx * sx;
	fit->fixed = slope / under * BENCH_MAX / SCALE +
		slope % under * BENCH_MAX / SCALE / under;
	fit->item = (sy - (slope / under * sx +
			   slope % under * sx / under)) * 10 / n / SCALE;
}

u64 bench_break_even(const struct bench_fit *f, s64 single)
{
	s64 gain = single - f->item, fixed = f->fixed * 10;

	if (gain <= 0)
		return 0;
	return fixed <= gain ? 1 : (fixed + gain - 1) / gain;
}
