/* SPDX-License-Identifier: MIT */
/*
 * honest.c - a guest that minds its own business, and checks it: memory that
 * keeps what was written, a clock that goes forward at the right speed, timers
 * that come neither early nor (much) late.
 *
 * For seconds= (default 60) of its own time; one line each ten, and the report.
 * late=MS is how late a wake-up may be: the machine is shared.
 */
#include <hcall/hcall.h>

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "sluice-honest");

#define WORDS	(256 * 1024ul)	/* 2 MiB */
#define SECOND	1000000000ul
#define NAP	(20 * 1000 * 1000ul)

static uint64_t memory[WORDS];
static uint64_t bad_memory, early, late, backwards, naps, worst;

static uint64_t number(const char *key, uint64_t otherwise)
{
	uint64_t n = 0;
	char buf[16], *s = buf;

	if (hc_cmdline(key, buf, sizeof(buf)) < 0)
		return otherwise;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + *s - '0';
	return n;
}

static uint64_t pattern(uint64_t i, uint64_t round)
{
	return (i + round) * 0x9e3779b97f4a7c15ul;
}

/* A piece is checked, and written anew, each time. */
static void check_memory(uint64_t round, uint64_t pieces)
{
	uint64_t n = WORDS / pieces, at = round % pieces * n, i;

	for (i = at; i < at + n; i++) {
		if (round >= pieces &&
		    memory[i] != pattern(i, round - pieces))
			bad_memory++;
		memory[i] = pattern(i, round);
	}
}

static void nap(uint64_t patience)
{
	uint64_t until = hc_time() + NAP, now;

	/* Any event ends it sooner: there is none but the timer. */
	do {
		hc_poll(NULL, 0, until);
		now = hc_time();
	} while (now < until && early++ < 1000);
	if (now - until > worst)
		worst = now - until;
	late += now - until > patience;
	naps++;
}

static void ok(bool good, unsigned int nr, const char *what, uint64_t n)
{
	hc_printf("%sok %u - %s\n", good ? "" : "not ", nr, what);
	if (!good)
		hc_printf("# %lu times\n", n);
}

void hc_main(struct start_info *si)
{
	uint64_t seconds, patience, start, end, now, last, round = 0, said = 0;

	hc_init(si, 0);
	seconds = number("seconds", 60);
	patience = number("late", 100) * 1000000;
	start = last = hc_time();
	end = start + seconds * SECOND;
	while ((now = hc_time()) < end) {
		backwards += now < last;
		last = now;
		check_memory(round++, 64);
		nap(patience);
		if ((now - start) / SECOND / 10 > said) {
			said++;
			hc_printf("# %lu s, %lu naps, at most %lu us late\n",
				  (now - start) / SECOND, naps, worst / 1000);
		}
	}
	ok(!bad_memory, 1, "memory keeps what was written", bad_memory);
	ok(!backwards, 2, "the clock goes forward", backwards);
	ok(!late, 3, "no timer was late", late);
	ok(naps > seconds * 2, 4, "the timers came", naps);
	hc_printf("# %lu naps, at most %lu us late, %lu early\n", naps,
		  worst / 1000, early);
	hc_printf("1..4\n");
	hc_shutdown(SHUTDOWN_poweroff);
}
