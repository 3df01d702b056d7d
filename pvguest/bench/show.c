/* SPDX-License-Identifier: MIT */
/*
 * show.c - what hcbench found: tables for people, JSON for programs.
 */
#include <console.h>
#include "hcbench.h"

/* Cost of one, rounded. */
static u64 each(const struct bench_series *s, unsigned int step)
{
	return (s->ticks[step] + (1ULL << step) / 2) >> step;
}

/* Tenths, which a disturbed fit may have below 0. */
struct tenths {
	const char *sign;
	s64 whole, rest;
};

static struct tenths tenths(s64 n)
{
	s64 size = n < 0 ? -n : n;

	return (struct tenths){ n < 0 ? "-" : "", size / 10, size % 10 };
}

/* What one costs by the way that S is used instead of, in ticks / 10. */
static s64 alone(const struct bench_result *r, const struct bench_series *s)
{
	unsigned int i;

	for (i = 0; i < r->nr; i++)
		if (!strcmp(r->series[i].way->name, s->way->instead))
			return r->series[i].fit.item;
	return 0;
}

static u64 break_even(const struct bench_result *r,
		      const struct bench_series *s)
{
	return s->way->instead ? bench_break_even(&s->fit, alone(r, s)) : 0;
}

static void table_curves(const struct bench_result *r)
{
	unsigned int step, i;

	cprintf("\n%s: ticks for each, by how many at once\n%8s", r->op, "N");
	for (i = 0; i < r->nr; i++)
		cprintf("%12s", r->series[i].way->name);
	for (step = 0; step < BENCH_STEPS; step++) {
		cprintf("\n%8u", 1u << step);
		for (i = 0; i < r->nr; i++)
			cprintf("%12lu", each(&r->series[i], step));
	}
	cprintf("\n");
}

static void table_fits(const struct bench_result *r)
{
	const struct bench_series *s;
	unsigned int i, last = BENCH_STEPS - 1;
	struct tenths item;
	u64 even;

	for (i = 0; i < r->nr; i++) {
		s = &r->series[i];
		item = tenths(s->fit.item);
		cprintf("%-8s%-12s%7ld %1s%5ld.%ld", i ? "" : r->op,
			s->way->name, s->fit.fixed, item.sign, item.whole,
			item.rest);
		even = break_even(r, s);
		if (even)
			cprintf("%10lu", even);
		else
			cprintf("%10s", s->way->instead ? "never" : "-");
		cprintf("%10lu\n", s->entries[last]);
	}
}

/* The counts, where somebody counts. */
static void table_counts(const struct bench_result *r)
{
	const struct bench_counts *c;
	unsigned int i, step;

	for (i = 0; i < r->nr; i++) {
		cprintf("%-8s%-12s", i ? "" : r->op, r->series[i].way->name);
		for (step = 0; step < BENCH_STEPS; step += 5) {
			c = &r->series[i].counts[step];
			cprintf("%6lu%4lu%3lu%6lu", c->entries, c->cr3,
				c->flushes, c->pages);
		}
		cprintf("\n");
	}
}

static void table_figures(const struct bench_report *r)
{
	unsigned int i;

	cprintf("\n%-44s%10s%10s\n", "one of", "ticks", "entries");
	for (i = 0; i < r->nr_values; i++)
		cprintf("%-44s%10lu%10lu\n", r->value[i].figure->what,
			r->value[i].ticks, r->value[i].figure->entries);
}

void bench_tables(const struct bench_report *r)
{
	unsigned int i;

	cprintf("\nhcbench on %s: %lu ticks of the TSC are a microsecond\n",
		arch->place(), r->khz / 1000);
	for (i = 0; i < r->nr_results; i++)
		table_curves(&r->result[i]);
	if (r->counted) {
		cprintf("\ncounted for batches of 1, 32, 1024: entries, CR3 "
			"writes,\nTLB flushes of all, of one page\n");
		for (i = 0; i < r->nr_results; i++)
			table_counts(&r->result[i]);
	}
	table_figures(r);
	cprintf("\ncost of N = fixed + N * item; entries for N = %u\n"
		"%-20s%7s%9s%10s%10s\n", BENCH_MAX, "", "fixed", "item",
		"pays from", "entries");
	for (i = 0; i < r->nr_results; i++)
		table_fits(&r->result[i]);
}

static void json_numbers(const char *name, const u64 *first, size_t stride)
{
	unsigned int step;

	cprintf(",\"%s\":[", name);
	for (step = 0; step < BENCH_STEPS; step++)
		cprintf("%s%lu", step ? "," : "",
			*(const u64 *)((const char *)first + step * stride));
	cprintf("]");
}

static void json_series(const struct bench_report *r,
			const struct bench_result *result,
			const struct bench_series *s, bool more)
{
	struct tenths item = tenths(s->fit.item);
	size_t stride = sizeof(s->counts[0]);

	cprintf("{\"op\":\"%s\",\"way\":\"%s\",\"fixed\":%ld,"
		"\"item\":%s%ld.%ld", result->op, s->way->name, s->fit.fixed,
		item.sign, item.whole, item.rest);
	if (s->way->instead)
		cprintf(",\"instead\":\"%s\",\"pays_from\":%lu",
			s->way->instead, break_even(result, s));
	json_numbers("ticks", s->ticks, sizeof(u64));
	json_numbers("entries", s->entries, sizeof(u64));
	if (r->counted) {
		json_numbers("counted", &s->counts[0].entries, stride);
		json_numbers("cr3", &s->counts[0].cr3, stride);
		json_numbers("flushes", &s->counts[0].flushes, stride);
		json_numbers("pages", &s->counts[0].pages, stride);
	}
	cprintf("}%s\n", more ? "," : "");
}

void bench_json(const struct bench_report *r)
{
	const struct bench_result *result;
	unsigned int i, k;
	bool more;

	cprintf("==== hcbench JSON begin ====\n"
		"{\"place\":\"%s\",\"tsc_khz\":%lu,\"series\":[\n",
		arch->place(), r->khz);
	for (i = 0; i < r->nr_results; i++) {
		result = &r->result[i];
		more = i + 1 < r->nr_results;
		for (k = 0; k < result->nr; k++)
			json_series(r, result, &result->series[k],
				    more || k + 1 < result->nr);
	}
	cprintf("],\"figures\":[\n");
	for (i = 0; i < r->nr_values; i++)
		cprintf("{\"name\":\"%s\",\"what\":\"%s\",\"ticks\":%lu,"
			"\"entries\":%lu}%s\n", r->value[i].figure->name,
			r->value[i].figure->what, r->value[i].ticks,
			r->value[i].figure->entries,
			i + 1 < r->nr_values ? "," : "");
	cprintf("]}\n==== hcbench JSON end ====\n");
}
