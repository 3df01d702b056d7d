/* SPDX-License-Identifier: MIT */
/*
 * console_test.c - guests' output by lines and by ring, and what is typed:
 * nobody can imitate another, and no index leads out of the ring.
 */
#include <abi/io/console.h>
#include <abi/xen.h>
#include <domain.h>
#include <errno.h>
#include <fake.h>
#include <hypercall.h>
#include <machine.h>
#include <printk.h>
#include <stdlib.h>
#include <string.h>
#include <tap.h>

#include "../../hypervisor/pv/ops.h"

static struct domain doms[2] = {
	{ .id = 0, .name = "zero", .privileged = true },
	{ .id = 1, .name = "one" },
};
static struct vcpu vcpus[2] = {
	{ .domain = &doms[0] }, { .domain = &doms[1] },
};
static char shown[16384], guest[4096];
static u32 inputs, uses, notified;
static bool preempt;
static u64 continued_at, continued_left;

/* ---- The rest of the hypervisor ----------------------------------------- */

void console_write(const char *s, size_t n)
{
	if (strlen(shown) + n < sizeof(shown))
		strncat(shown, s, n);
}

void console_write_line(const char *s, size_t n)
{
	console_write(s, n);
}

static nsec_t now = 1000 * NSEC_PER_SEC;

nsec_t time_now(void)
{
	return now;
}

bool debug_key(char c)
{
	return c == '\x7f';
}

void pv_console_input(void)
{
	inputs++;
}

int frame_use_get(struct frame *f, struct domain *d, enum frame_type type)
{
	(void)f;
	uses++;
	return d == &doms[1] && type == USE_WRITABLE ? 0 : -EPERM;
}

void frame_use_put(struct frame *f)
{
	(void)f;
	uses--;
}

int evt_bind(struct domain *d, const struct evt *to, port_t *out)
{
	(void)d;
	*out = port(5);
	return to->consumer == EVT_CONSOLE ? 0 : -EINVAL;
}

void evt_notify(struct domain *d, port_t p)
{
	notified += d == &doms[1] && p.n == 5;
}

bool hypercall_preempt(void)
{
	return preempt;
}

s64 hypercall_continue(u64 a1, u64 a2, u64 a3, u64 a4)
{
	(void)a1, (void)a4;
	continued_left = a2;
	continued_at = a3;
	return -ERESTART;
}

/* ---- Helpers ------------------------------------------------------------ */

static size_t calls, longest;	/* longest: the most that one of them showed */

static void watched(size_t before)
{
	calls++;
	longest = MAX(longest, strlen(shown) - before);
}

static void says(const char *want, const char *name)
{
	if (!ok(!strcmp(shown, want), name))
		printf("# got <%s>\n# not <%s>\n", shown, want);
	shown[0] = '\0';
}

static void write_all(struct domain *d, const char *s, size_t n)
{
	size_t taken, before;

	for (; n; n -= taken, s += taken) {
		before = strlen(shown);
		taken = console_guest_write(d, s, n);
		watched(before);
		if (!ok(taken && taken <= n, "some of it"))
			return;
	}
}

static void print(u32 id, const char *s)
{
	write_all(&doms[id], s, strlen(s));
}

/* As a guest that is sent back until all is taken. */
static void notify(void)
{
	size_t before;
	int rc;

	do {
		before = strlen(shown);
		rc = pv_console_notified(&doms[1]);
		watched(before);
	} while (rc == -ERESTART);
}

static s64 io(u32 id, u64 cmd, u64 count, u64 buffer)
{
	this_cpu()->cur = &vcpus[id];
	return op_console_io(cmd, count, buffer);
}

/* ---- Tests -------------------------------------------------------------- */

static void test_lines(void)
{
	char line[CONSOLE_LINE + 3];

	print(0, "prompt> ");
	says("prompt> ", "domain 0's output is shown at once");
	print(1, "half a");
	says("", "another's is kept");
	print(1, " line\nand");
	says("one: half a line\n", "until its line ends");
	console_guest_flush(&doms[1]);
	says("one: and\n", "or the domain");
	console_guest_flush(&doms[1]);
	says("", "once");
	print(1, "\033[2J\r\b\x9b" "a\tb\xff\n");
	says("one: [2Ja\tb\n", "without control characters");
	print(1, "Sluice: panic\nzero: hello\n\n");
	says("one: Sluice: panic\none: zero: hello\none: \n",
	     "each line has its name");
	memset(line, 'x', sizeof(line));
	write_all(&doms[1], line, CONSOLE_LINE + 1);
	is_eq(strlen(shown), CONSOLE_LINE + 6, "a long line is cut");
	shown[0] = '\0';
	print(1, "\n");
	says("one: x\n", "and goes on in the next");
}

static void test_calls(void)
{
	s64 rc;

	memset(guest, 'g', sizeof(guest));
	is_eq(io(0, CONSOLEIO_write, 300, (u64)guest), 0, "write");
	is_eq(strlen(shown), 300, "all of it");
	shown[0] = '\0';
	is_eq(io(0, CONSOLEIO_write, 300, (u64)guest + 4000), -EFAULT,
	      "out of memory's end");
	shown[0] = '\0';
	is_eq(io(0, CONSOLEIO_write, 0, 0), 0, "nothing from nowhere");
	preempt = true;
	rc = io(0, CONSOLEIO_write, 300, (u64)guest);
	is_eq(rc, -ERESTART, "a write stops for other work");
	is_eq(continued_left, 300 - strlen(shown), "and knows what is left");
	is_eq(continued_at, (u64)guest + strlen(shown), "and where");
	preempt = false;
	shown[0] = '\0';
	is_eq(io(1, CONSOLEIO_read, 1, (u64)guest), -EPERM, "domain 0 reads");
	is_eq(io(0, CONSOLEIO_read, 1u << 31, (u64)guest), -E2BIG, "too much");
	is_eq(io(0, 2, 1, (u64)guest), -ENOSYS, "no such command");
	is_eq(io(0, CONSOLEIO_read, 10, (u64)guest), 0, "nothing was typed");
}

static void test_input(void)
{
	u32 i;

	console_input('h');
	console_input('i');
	is_eq(inputs, 2, "each character is an interrupt");
	is_eq(io(0, CONSOLEIO_read, 10, (u64)guest), 2, "two were typed");
	ok(guest[0] == 'h' && guest[1] == 'i', "these");
	for (i = 0; i < 1000; i++)
		console_input('0' + i % 10);
	is_eq(io(0, CONSOLEIO_read, 1000, (u64)guest), 256,
	      "what nobody reads is lost");
	ok(guest[0] == '0' && guest[255] == '5', "the last first");
	console_input('x');
	is_eq(io(0, CONSOLEIO_read, 10, (u64)guest), 1, "and then it goes on");
}

static void test_ring(void)
{
	struct xencons_interface *ring = mfn_virt(mfn(3));
	port_t p;

	doms[1].console.ring = MFN_NONE;
	is_eq(pv_console_create(&doms[1], mfn(3), &p), 0, "a ring");
	is_eq(uses, 1, "its frame is in use");
	strcpy(ring->out, "hello\n");
	ring->out_prod = 6;
	notify();
	says("one: hello\n", "what is in it is shown");
	is_eq(ring->out_cons, 6, "and taken out");
	is_eq(notified, 1, "and its domain is told");
	notify();
	is_eq(notified, 1, "but not of nothing");

	ring->out_cons = ring->out_prod = 0xfffffffe;
	ring->out[2046] = 'w';
	ring->out[2047] = 'r';
	ring->out[0] = 'a';
	ring->out[1] = '\n';
	ring->out_prod += 4;
	notify();
	says("one: wra\n", "indices run round");

	memset(ring->out, 'y', sizeof(ring->out));
	ring->out_prod = ring->out_cons - 1;
	notify();
	is_eq(strlen(shown), 2048 / CONSOLE_LINE * (CONSOLE_LINE + 6),
	      "who claims too much is shown a ring of it");
	shown[0] = '\0';
	pv_console_release(&doms[1]);
	is_eq(uses, 0, "the frame is let go");
	pv_console_release(&doms[1]);
	is_eq(uses, 0, "once");
	is_eq(pv_console_create(&doms[0], mfn(3), &p), -EPERM,
	      "another's frame is no ring");
}

/* Whatever is in the ring: an interrupt waits for one line at the most. */
static void test_bounded(void)
{
	struct xencons_interface *ring = mfn_virt(mfn(3));
	port_t p;

	is_eq(pv_console_create(&doms[1], mfn(3), &p), 0, "a ring");
	now += 100 * NSEC_PER_SEC;
	memset(ring->out, '\n', sizeof(ring->out));
	ring->out_prod = ring->out_cons + sizeof(ring->out);
	calls = longest = 0;
	notified = 0;
	notify();
	is_eq(calls, sizeof(ring->out), "a call for each empty line");
	is_eq(longest, strlen("one: \n"), "which shows that one");
	is_eq(strlen(shown), calls * longest, "all of them are shown");
	is_eq(ring->out_cons, ring->out_prod, "and taken out");
	is_eq(notified, 1, "upon which the domain is told");
	shown[0] = '\0';
	memset(ring->out, 'z', sizeof(ring->out));
	ring->out_prod = ring->out_cons + sizeof(ring->out);
	calls = longest = 0;
	notify();
	is_eq(calls, sizeof(ring->out) / CONSOLE_LINE, "a call for each line");
	is_eq(longest, CONSOLE_LINE + 6, "also without ends of lines");
	shown[0] = '\0';
	memset(guest, '\n', sizeof(guest));
	preempt = true;
	is_eq(io(1, CONSOLEIO_write, 1000, (u64)guest), -ERESTART,
	      "a write stops as well");
	says("one: \n", "after a line");
	is_eq(continued_left, 999, "and goes on behind it");
	preempt = false;
	pv_console_release(&doms[1]);
}

static void test_flood(void)
{
	u32 i, lines = 65536 / (CONSOLE_LINE + 6);
	char line[CONSOLE_LINE];

	now += 100 * NSEC_PER_SEC;
	memset(line, 'f', sizeof(line));
	for (i = 0; i < lines; i++) {
		write_all(&doms[1], line, sizeof(line));
		ok(*shown, "a line of a burst");
		shown[0] = '\0';
	}
	for (i = 0; i < 5; i++)
		write_all(&doms[1], line, sizeof(line));
	says("", "more than that is lost");
	is_eq(doms[1].console.lost, 5, "and counted");
	now += 10 * NSEC_PER_SEC / 1000;
	print(1, "a\n");
	says("one: a\n", "time forgives");
	is_eq(doms[1].console.lost, 0, "what was lost has been said");
	for (i = 0; i < 100; i++) {
		now += 100 * NSEC_PER_SEC / 1000;
		print(1, "slow\n");
	}
	is_eq(strlen(shown), 100 * 10, "who is slow loses nothing");
	shown[0] = '\0';
	print(0, "zero");
	says("zero", "domain 0 has no limit");
}

int main(void)
{
	spin_init(&doms[1].console.lock, RANK_RING);
	fake_guest_window(guest, sizeof(guest));
	test_lines();
	test_calls();
	test_input();
	test_ring();
	test_bounded();
	test_flood();
	return tap_done();
}
