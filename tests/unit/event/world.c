/* SPDX-License-Identifier: MIT */
/*
 * world.c - see world.h.
 */
#include <irq.h>
#include <lib.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

struct cpu *cpus[CONFIG_NR_CPUS];
u32 nr_cpus = 1;

struct domain doms[NR_DOMS];
struct vcpu vcpus[NR_DOMS][NR_VCPUS];
struct shared_info shared[NR_DOMS];
u32 consoles, sources;
bool preempt;
void (*marked)(void);

/* ---- The rest of the hypervisor ----------------------------------------- */

nsec_t time_now(void)
{
	return 1;
}

void timer_hw_set(nsec_t deadline)
{
	this_cpu()->timer_deadline = deadline;
}

void cpu_kick(struct cpu *c, u32 work)
{
	__atomic_fetch_or(&c->work, work, __ATOMIC_SEQ_CST);
}

void tlb_answer(void)
{
}

void *page_alloc(unsigned int order)
{
	return calloc(1, PAGE_SIZE << order);
}

void *page_alloc_for(const struct domain *d)
{
	(void)d;
	return page_alloc(0);
}

void page_free(void *p, unsigned int order)
{
	(void)order;
	free(p);
}

void irq_source_set(const struct irq *q, u32 pirq, bool on)
{
	(void)q;
	sources = on ? sources | 1u << pirq : sources & ~(1u << pirq);
}

struct domain *domain_get(u32 id)
{
	if (id >= NR_DOMS)
		return NULL;
	doms[id].refs++;
	return &doms[id];
}

void domain_put(struct domain *d)
{
	d->refs--;
}

enum pv_pending pv_evt_set_pending(struct vcpu *v, u32 port)
{
	enum pv_pending what = evt_set_pending(v, port);

	if (marked)
		marked();
	return what;
}

void pv_evt_clear_pending(struct domain *d, u32 port)
{
	bits_test_clear(d->pv.shared->evtchn_pending, port);
}

bool pv_evt_unmask(struct vcpu *v, u32 port)
{
	struct shared_info *s = v->domain->pv.shared;

	return bits_test_clear(s->evtchn_mask, port) &&
	       bits_test(s->evtchn_pending, port) &&
	       evt_mark(v, port / 64) == PV_UPCALL;
}

int pv_console_notified(struct domain *d)
{
	(void)d;
	consoles++;
	return 0;
}

bool hypercall_preempt(void)
{
	return preempt;
}

s64 hypercall_continue(u64 a1, u64 a2, u64 a3, u64 a4)
{
	(void)a1, (void)a2, (void)a3, (void)a4;
	return -ERESTART;
}

/* ---- Helpers ------------------------------------------------------------ */

struct args args[CONFIG_NR_CPUS];

struct args *mine(void)
{
	return &args[this_cpu()->id];
}

s64 call(u32 dom, u32 cmd)
{
	this_cpu()->cur = &vcpus[dom][0];
	return op_event_channel_op(cmd, (u64)mine());
}

s64 port_call(u32 dom, u32 cmd, u32 number)
{
	mine()->port = number;
	return call(dom, cmd);
}

s64 alloc(u32 dom, u32 remote)
{
	mine()->alloc = (struct evtchn_alloc_unbound){
		.dom = DOMID_SELF, .remote_dom = remote,
	};
	return call(dom, EVTCHNOP_alloc_unbound) ?: mine()->alloc.port;
}

s64 inter(u32 dom, u32 remote, u32 number)
{
	mine()->inter = (struct evtchn_bind_interdomain){
		.remote_dom = remote, .remote_port = number,
	};
	return call(dom, EVTCHNOP_bind_interdomain) ?:
	       mine()->inter.local_port;
}

s64 status(u32 caller, u32 dom, u32 number)
{
	mine()->status = (struct evtchn_status){ .dom = dom, .port = number };
	return call(caller, EVTCHNOP_status) ?: mine()->status.status;
}

bool pending(u32 dom, u32 number)
{
	return bits_test(shared[dom].evtchn_pending, number);
}

void clear(u32 dom)
{
	memset(&shared[dom], 0, sizeof(shared[dom]));
}

void setup(void)
{
	u32 i, j;

	cpus[this_cpu()->id] = this_cpu();
	sched_init_cpu(this_cpu()->id);
	fake_guest_window(args, sizeof(args));

	for (i = 0; i < NR_DOMS; i++) {
		struct domain *d = &doms[i];

		if (d->nr_vcpus) {
			while (evt_domain_close(d))
				;
			evt_domain_free(d);
		}
		*d = (struct domain){
			.id = i, .privileged = !i, .nr_vcpus = NR_VCPUS,
			.pv.shared = &shared[i],
		};
		sched_init_domain(d);
		clear(i);
		for (j = 0; j < NR_VCPUS; j++) {
			struct vcpu *v = &vcpus[i][j];

			*v = (struct vcpu){
				.domain = d, .id = j,
				.pv.info = &shared[i].vcpu_info[j],
			};
			d->vcpu[j] = v;
			sched_init_vcpu(v);
			v->cpu = this_cpu()->id;
			v->sched.state = VCPU_RUNNABLE;
		}
		if (evt_domain_init(d))
			abort();
	}
}
