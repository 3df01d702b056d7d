/* SPDX-License-Identifier: MIT */
/*
 * console.c - domain 0's console, both ways.
 *
 * Output comes out unchanged; input, which the runner types when it is asked
 * to, makes VIRQ_CONSOLE pending and is read in pieces.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/sched.h>
#include "test.h"

#define NOWHERE	0x700000000000ul
#define HIDDEN	0xffff830000000000ul

static char buf[256];

static long console(uint64_t cmd, uint64_t count, uint64_t at)
{
	return hc3(__HYPERVISOR_console_io, cmd, count, at);
}

static void test_write(void)
{
	static const char twice[] = "# two lines\n# in one call\n";

	is(console(CONSOLEIO_write, sizeof(twice) - 1, PTR(twice)), 0,
	   "write two lines");
	is(console(CONSOLEIO_write, 0, PTR(buf)), 0, "write nothing");
	is(console(CONSOLEIO_write, 0, NOWHERE), 0, "write nothing, nowhere");
	is(console(CONSOLEIO_write, 5, NOWHERE), -XEN_EFAULT,
	   "write from nowhere");
	is(console(CONSOLEIO_write, 5, HIDDEN), -XEN_EFAULT,
	   "write out of the hypervisor");
	is(console(2, 0, 0), -XEN_ENOSYS, "no operation 2");
	is(console(0xffffffff, 0, 0), -XEN_ENOSYS, "nor 2^32 - 1");
	is(console(CONSOLEIO_read, 0xffffffff, PTR(buf)), -XEN_E2BIG,
	   "read 4 GiB");
}

/* Read until the line's end, or for at most three seconds. */
static size_t read_line(uint32_t port, size_t piece)
{
	size_t n = 0;
	int tries = 30;

	while (tries--) {
		struct sched_poll p = {
			.ports = &port, .nr_ports = 1,
			.timeout = vcpu_info->time.system_time + 1000000000,
		};
		long got;

		shared_info->evtchn_pending[0] = 0;
		while ((got = console(CONSOLEIO_read, piece, PTR(buf + n))) > 0)
			n += got;
		if (n && (buf[n - 1] == '\n' || buf[n - 1] == '\r'))
			break;
		hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&p));
	}
	return n;
}

static void test_read(void)
{
	struct evtchn_bind_virq b = { .virq = VIRQ_CONSOLE };
	struct sched_poll p = { .ports = &b.port, .nr_ports = 1 };

	is(hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, PTR(&b)), 0,
	   "bind the console");
	is(console(CONSOLEIO_read, sizeof(buf), PTR(buf)), 0,
	   "nothing to read yet");
	is(console(CONSOLEIO_read, 0, PTR(buf)), 0, "read no bytes");
	shared_info->evtchn_pending[0] = 0;
	note("send hello, domain");
	is(hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&p)), 0,
	   "wait for input");
	is(read_line(b.port, sizeof(buf)), 14, "a line is read");
	is(memcmp(buf, "hello, domain", 13), 0, "as it was typed");
	note("send in small pieces");
	is(read_line(b.port, 3), 16, "one more, three bytes at a time");
	is(memcmp(buf, "in small pieces", 15), 0, "as it was typed");
	is(console(CONSOLEIO_read, sizeof(buf), PTR(buf)), 0,
	   "nothing more to read");
	note("send lost");
	is(hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&p)), 0,
	   "wait for more");
	is(console(CONSOLEIO_read, 1, NOWHERE), -XEN_EFAULT,
	   "read it to nowhere");
}

void test_main(void)
{
	test_write();
	test_read();
}
