/* SPDX-License-Identifier: MIT */
/*
 * crowd.c - many small domains at once, and what each of them costs.
 *
 * What: as domain 0, how much of a CPU all domains take while they have
 * nothing to do; what ending all the others gives back and takes; what
 * building them again takes, and the memory that the hypervisor keeps for each
 * of them; that memory after is memory before.  With role=rest it is one of
 * the others, which sleeps for ever; with role=ping and role=pong one of two
 * that send each other events by turns, after a while.
 * Why: whatever is done for each domain there is shows when there are many.
 * How: tests/system/test_scale.py, with a clock that counts instructions.
 */
#include <abi/event_channel.h>
#include <abi/sched.h>
#include <abi/sluice.h>
#include <abi/vcpu.h>
#include "test.h"

#define MS	1000000ul
#define ROUNDS	200
#define LATER	(200 * MS)	/* all have come to rest */

static struct sluice_machine machine;

/* Until one of the ports is pending, or for that time. */
static void poll(uint32_t *port, uint64_t timeout)
{
	struct sched_poll p = {
		.ports = port, .nr_ports = port != NULL, .timeout = timeout
	};

	hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&p));
}

static void sleep(uint64_t ns)
{
	uint64_t end = now() + ns;

	while (now() < end)
		poll(NULL, end);
}

static void rest(void)
{
	for (;;)
		poll(NULL, 0);
}

/* ---- Two by turns ------------------------------------------------------- */

static long evt(unsigned int cmd, void *arg)
{
	return hc2(__HYPERVISOR_event_channel_op, cmd, PTR(arg));
}

static uint32_t half(void)
{
	struct evtchn_alloc_unbound a = {
		.dom = DOMID_SELF, .remote_dom = number("peer", 0)
	};

	if (evt(EVTCHNOP_alloc_unbound, &a))
		bail("no port");
	return a.port;
}

static uint32_t other_half(void)
{
	struct evtchn_bind_interdomain b = { .remote_dom = number("peer", 0) };

	while (evt(EVTCHNOP_bind_interdomain, &b))
		b.remote_port = (b.remote_port + 1) % 64;
	return b.local_port;
}

static void wait(uint32_t port)
{
	uint64_t *word = &shared_info->evtchn_pending[port / 64];

	while (!(*(volatile uint64_t *)word >> port % 64 & 1))
		poll(&port, 0);
	__atomic_fetch_and(word, ~(1ul << port % 64), __ATOMIC_SEQ_CST);
	vcpu_info->evtchn_pending_sel = 0;
	vcpu_info->evtchn_upcall_pending = 0;
}

static void ping(void)
{
	struct evtchn_send to;
	uint64_t start = 0;
	uint32_t i;

	sleep(LATER);
	to.port = other_half();
	/* A new port is pending: so is the answer to it. */
	for (i = 0; i < 2 * ROUNDS; i++) {
		if (i == ROUNDS)
			start = now();
		evt(EVTCHNOP_send, &to);
		wait(to.port);
	}
	note("figure roundtrip %lu", (now() - start) / ROUNDS);
	rest();
}

static void pong(void)
{
	struct evtchn_send to = { .port = half() };

	for (;;) {
		wait(to.port);
		evt(EVTCHNOP_send, &to);
	}
}

/* ---- Domain 0 ----------------------------------------------------------- */

static long op(unsigned int cmd, void *arg, uint64_t domid)
{
	return hc3(__HYPERVISOR_sluice_op, cmd, PTR(arg), domid);
}

static uint64_t free_frames(void)
{
	op(SLUICEOP_machine, &machine, 0);
	return machine.free;
}

/* What all domains have run, and how many frames the others have. */
static uint64_t run_time(uint64_t *frames)
{
	struct sluice_domain d;
	uint64_t sum = 0;
	uint32_t id;

	*frames = 0;
	for (id = 0; !op(SLUICEOP_info, &d, id); id++) {
		sum += d.cpu_time;
		*frames += id ? d.pages : 0;
	}
	return sum;
}

/* Made again until each is done, as long as that takes. */
static uint32_t for_others(unsigned int cmd, uint32_t count)
{
	uint32_t id, done = 0;

	for (id = 1; id <= count; id++)
		done += !op(cmd, NULL, id);
	return done;
}

static void test_load(void)
{
	uint64_t frames, start, ran;

	sleep(2 * LATER);
	start = now();
	ran = run_time(&frames);
	sleep(2000 * MS);
	ran = run_time(&frames) - ran;
	start = now() - start;
	note("figure load_ppm %lu", ran * 1000000 / start);
	ok(ran * 100 < start, "the machine is idle");
}

static void test_memory(uint32_t others)
{
	uint64_t before, after, frames, start = now();

	is(for_others(SLUICEOP_destroy, others), others, "all are ended");
	note("figure destroy %lu", (now() - start) / others);
	before = free_frames();
	is(machine.domains, 1, "nobody is left");
	start = now();
	is(for_others(SLUICEOP_start, others), others, "all are built again");
	note("figure build %lu", (now() - start) / others);
	after = free_frames();
	is(machine.domains, others + 1, "all of them");
	sleep(LATER);
	run_time(&frames);
	note("figure state %lu", (before - after - frames) * PAGE_SIZE /
	     others);
	ok(before - after - frames <= 8ul * others, "32 KiB for each at most");
	is(for_others(SLUICEOP_destroy, others), others, "all end once more");
	is(free_frames(), before, "memory after is memory before");
}

void test_main(void)
{
	const char *role = option("role");

	hc3(__HYPERVISOR_vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
	if (role && !strncmp(role, "ping", 4))
		ping();
	if (role && !strncmp(role, "pong", 4))
		pong();
	if (role)
		rest();
	free_frames();
	if (machine.domains == 1) {
		ok(true, "nobody else is there");
		return;
	}
	test_load();
	test_memory(machine.domains - 1);
}
