/* SPDX-License-Identifier: MIT */
/*
 * control.c - what domain 0 may do to others: every refusal that needs no
 * other domain, or (in a plain domain) that domain 0 alone may.
 *
 * What: each command with numbers, pointers and states that can't be; what a
 * domain is wished to do.
 * Why: whoever controls others must be domain 0, and must not harm itself.
 * How: by hand; tests/system does it to domains that exist.
 */
#include <abi/errno.h>
#include <abi/sched.h>
#include <abi/sluice.h>
#include "test.h"

#define NOBODY		77
#define BAD_POINTER	0x500000000000ul

static struct sluice_domain info;
static struct sluice_machine machine;

static long op(unsigned int cmd, uint64_t arg, uint64_t domid)
{
	return hc3(__HYPERVISOR_sluice_op, cmd, arg, domid);
}

static void test_plain(void)
{
	unsigned int cmd;

	for (cmd = SLUICEOP_info; cmd <= SLUICEOP_cpus; cmd++) {
		is(op(cmd, PTR(&info), 0), -XEN_EPERM,
		   "command %u on domain 0", cmd);
		is(op(cmd, PTR(&info), NOBODY), -XEN_EPERM,
		   "and on nobody, which is as secret");
	}
	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_counters, PTR(&info), 0),
	   -XEN_EPERM, "domain 0's counters");
}

static void test_wishes(void)
{
	struct sluice_wishes wishes = { .end = 7 };

	is(op(SLUICEOP_wishes, PTR(&wishes), 0), 0, "what is wished of us");
	is(wishes.end, 0, "to go on");
	is(wishes.target_pages, start_info->nr_pages, "with what we have");
	is(op(SLUICEOP_wishes, BAD_POINTER, 0), -XEN_EFAULT, "a bad pointer");
}

static void test_info(void)
{
	is(op(SLUICEOP_info, PTR(&info), 0), 0, "about domain 0");
	is(info.domid, 0, "its number");
	is(info.flags, SLUICE_DOM_exists, "it exists");
	is(info.pages, start_info->nr_pages, "its memory");
	ok(!strcmp(info.name, "domain0"), "its name");
	ok(info.cpu_time, "it has run");
	ok(info.reason == -1, "and has not stopped");
	is(op(SLUICEOP_info, PTR(&info), NOBODY), -XEN_ESRCH, "about nobody");
	is(op(SLUICEOP_info, BAD_POINTER, 0), -XEN_EFAULT, "a bad pointer");

	is(op(SLUICEOP_machine, PTR(&machine), 0), 0, "about the machine");
	is(machine.domains, 1, "one domain");
	ok(machine.cpus >= 1 && machine.frames > machine.free, "CPUs, memory");
	is(op(SLUICEOP_machine, BAD_POINTER, 0), -XEN_EFAULT, "a bad pointer");
}

static void test_refusals(void)
{
	static const unsigned int cmds[] = {
		SLUICEOP_pause, SLUICEOP_unpause, SLUICEOP_destroy,
		SLUICEOP_wish_target, SLUICEOP_wish_end, SLUICEOP_console_put,
		SLUICEOP_console_raw, SLUICEOP_weight, SLUICEOP_cap,
		SLUICEOP_cpus,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		is(op(cmds[i], 0, 0), -XEN_EINVAL, "command %u on ourselves",
		   cmds[i]);
		is(op(cmds[i], 0, NOBODY), -XEN_ESRCH, "and on nobody");
		is(op(cmds[i], 0, DOMID_SELF), -XEN_ESRCH,
		   "there is no short name for us");
	}
	is(op(SLUICEOP_start, 0, 0), -XEN_EEXIST, "start what runs");
	is(op(SLUICEOP_start, 0, NOBODY), -XEN_ESRCH, "start nobody");
	is(op(SLUICEOP_CONTROL - 1, 0, 0), -XEN_ENOSYS, "no such command");
	is(op(200, 0, 0), -XEN_ENOSYS, "nor that");
	is(op(~0u, 0, 0), -XEN_ENOSYS, "nor the last one");
}

void test_main(void)
{
	test_wishes();
	if (!(start_info->flags & SIF_INITDOMAIN)) {
		test_plain();
		return;
	}
	test_info();
	test_refusals();
}
