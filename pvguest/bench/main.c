/* SPDX-License-Identifier: MIT */
/*
 * main.c - hcbench: measures all that the place has ways for.
 *
 * A batch is measured with interrupts off, the best of some rounds; before
 * each, the entries are made what the operation starts from, which costs
 * nothing.  What came of a round is looked at: all entries must be what they
 * should, and no call may have been refused.
 */
#include <console.h>
#include <mm.h>
#include <thread.h>
#include "hcbench.h"

/* A small batch needs more, until caches and the like have settled. */
#define ROUNDS(n)	((n) <= 32 ? 16u : 4u)
#define PTE_USER	(PTE_KERNEL | PTE_U)	/* as a process's */
#define RESET	128		/* entries at a time */
/* What a hypervisor leaves as it is. */
#define PTE_OURS	(PTE_P | PTE_W | PTE_NX | PTE_FRAME)

enum operation { MAP, UNMAP, PROTECT, REMAP, OPERATIONS };

static const char *const names[OPERATIONS] = {
	"map", "unmap", "protect", "remap",
};

u64 *bench_table[BENCH_MAX / 512];
long bench_errors;

static struct bench_result results[OPERATIONS + 2];
static struct bench_value values[32];

/* Pages and tables, which are made once and kept. */
static bool area_make(char **page)
{
	static char *made[2];
	unsigned int i, level;
	u64 *table;

	for (i = 0; i < 2; i++) {
		page[i] = made[i] ? made[i] : page_zalloc();
		if (!page[i])
			return false;
	}
	for (i = made[1] ? BENCH_MAX : 0; i < BENCH_MAX; i++)
		if (space_map(&kernel_space, bench_va(i), virt_pfn(page[0]),
			      PTE_USER))
			return false;
	for (i = 0; i < ARRAY_SIZE(bench_table); i++) {
		table = pfn_virt(kernel_space.root);
		for (level = 4; level > 1; level--)
			table = pfn_virt(arch->pte_pfn(
				table[pt_index(bench_va(i * 512), level)]));
		bench_table[i] = table;
	}
	made[0] = page[0];
	made[1] = page[1];
	return true;
}

static void reset(unsigned int n, u64 pte)
{
	unsigned int i;

	preempt_disable();
	for (i = 0; i < n; i++) {
		arch->pt_write(bench_entry(i), pte);
		if (i % RESET == RESET - 1)
			arch->pt_commit();
	}
	arch->pt_flush();
	arch->pt_commit();
	preempt_enable();
}

static bool all_are(unsigned int n, u64 pte)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if ((*bench_entry(i) ^ pte) & PTE_OURS)
			return false;
	return true;
}

static void nothing(const struct bench_job *job)
{
	(void)job;
}

static u64 timed(void (*volatile go)(const struct bench_job *),
		 const struct bench_job *job)
{
	u64 start = bench_tsc();

	go(job);
	return bench_tsc() - start;
}

/* What a measurement takes by itself. */
static u64 loop_cost(const struct bench_job *job)
{
	u64 best = ~0ULL, t;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		t = timed(nothing, job);
		best = min(best, t);
	}
	return best;
}

bool bench_counts(struct bench_counts *c)
{
	return arch->bench->counts && arch->bench->counts(c);
}

/* The second reading is an entry itself. */
static void count(const struct bench_way *way, const struct bench_job *job,
		  struct bench_counts *c)
{
	struct bench_counts before, after;
	bool counted = bench_counts(&before);

	way->go(job);
	if (!counted)
		return;
	bench_counts(&after);
	c->entries = after.entries - before.entries - 1;
	c->cr3 = after.cr3 - before.cr3;
	c->flushes = after.flushes - before.flushes;
	c->pages = after.pages - before.pages;
}

/* Looked at, the tables are in caches and TLB again, as in a kernel's work. */
static void prepare(unsigned int n, const u64 *from)
{
	if (!from)
		return;
	reset(n, *from);
	bench_errors |= !all_are(n, *from);
	if (arch->null_call)
		arch->null_call();
}

static void measure(struct bench_series *s, unsigned int step,
		    struct bench_job *job, const u64 *from)
{
	const struct bench_way *way = s->way;
	unsigned int i, rounds;
	u64 t, loop = loop_cost(job);
	bool off;

	job->n = 1u << step;
	rounds = ROUNDS(job->n);
	s->ticks[step] = ~0ULL;
	s->entries[step] = way->entries(job);
	for (i = 0; i <= rounds; i++) {
		prepare(job->n, from);
		off = irq_save();
		if (i < rounds) {
			t = timed(way->go, job) - loop;
			s->ticks[step] = min(s->ticks[step], t);
		} else {
			count(way, job, &s->counts[step]);
		}
		irq_restore(off);
		if (from)
			bench_errors |= !all_are(job->n, job->pte);
	}
}

static void operation(const struct bench_ways *ways, struct bench_result *r,
		      struct bench_job *job, const u64 *from)
{
	struct bench_series *s;
	unsigned int i, step;

	r->nr = 0;
	for (i = 0; i < ways->nr; i++) {
		s = &r->series[r->nr];
		s->way = &ways->way[i];
		bench_errors = 0;
		if (s->way->begin && !s->way->begin())
			continue;
		for (step = 0; step < BENCH_STEPS; step++)
			measure(s, step, job, from);
		if (s->way->end)
			s->way->end();
		if (bench_errors)
			cprintf("hcbench: %s by %s: refused, %lx\n", r->op,
				s->way->name, bench_errors);
		bench_fit(s->ticks, &s->fit);
		r->nr++;
	}
}

static unsigned int figures(const struct bench_place *place)
{
	unsigned int i, n = 0;
	bool off, good;

	for (i = 0; i < place->nr_figures && n < ARRAY_SIZE(values); i++) {
		values[n].figure = &place->figure[i];
		bench_errors = 0;
		preempt_disable();
		off = irq_save();
		good = place->figure[i].measure(&values[n].ticks);
		irq_restore(off);
		preempt_enable();
		if (bench_errors)
			cprintf("hcbench: %s: refused, %lx\n",
				place->figure[i].name, bench_errors);
		n += good;
	}
	return n;
}

static void changes(const struct bench_place *place, char *const *page)
{
	u64 rw = arch->pte_make(virt_pfn(page[0]), PTE_USER);
	u64 other = arch->pte_make(virt_pfn(page[1]), PTE_USER);
	u64 ro = rw & ~(PTE_W | PTE_D);
	const u64 from[] = { 0, rw, rw, rw }, to[] = { rw, 0, ro, other };
	struct bench_job job;
	unsigned int i;

	for (i = 0; i < OPERATIONS; i++) {
		job.pte = to[i];
		job.flush = i != MAP;
		results[i].op = names[i];
		operation(&place->change, &results[i], &job, &from[i]);
	}
}

void cmd_hcbench(char *args)
{
	const struct bench_place *place = arch->bench;
	u64 tsc = bench_tsc(), time = arch->time();
	struct bench_report report = { .result = results, .value = values };
	struct bench_job job = { .flush = false };
	struct bench_counts counts;
	char *page[2];

	(void)args;
	if (!area_make(page)) {
		cprintf("hcbench: no memory\n");
		return;
	}
	cprintf("hcbench: on %s\n", arch->place());
	changes(place, page);
	report.nr_results = OPERATIONS;
	if (place->null.nr) {
		results[OPERATIONS].op = "null";
		operation(&place->null, &results[OPERATIONS], &job,
			  NULL);
		results[OPERATIONS + 1].op = "send";
		operation(&place->send, &results[OPERATIONS + 1], &job,
			  NULL);
		report.nr_results += 2;
	}
	report.nr_values = figures(place);
	report.counted = bench_counts(&counts);
	tsc = bench_tsc() - tsc;
	report.khz = tsc * 1000 / ((arch->time() - time) / 1000);
	bench_json(&report);
	bench_tables(&report);
	cprintf("hcbench: done\n");
}
