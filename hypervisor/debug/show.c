/* SPDX-License-Identifier: MIT */
/*
 * show.c - the state of domains, CPUs, ports and memory, for the debug keys.
 *
 * Nothing is stopped for it, so what is shown may not belong together.  A
 * domain is held while it is looked at.  Each list is cut after some lines:
 * the console is slow, and interrupts are off.
 */
#include <boot.h>
#include <debug.h>
#include <domain.h>
#include <lib.h>
#include <machine.h>
#include <timer.h>

#define LINES	24	/* of one list */
#define PATIENCE (NSEC_PER_SEC / 1000)

#define show(...) printk(LOG_ERR, __VA_ARGS__)

/* Numbers of domains are the places of modules. */
static void each_domain(void (*fn)(struct domain *d))
{
	struct domain *d;
	u32 id;

	for (id = 0; id < BOOT_MAX_MODULES; id++) {
		d = domain_get(id);
		if (!d)
			continue;
		fn(d);
		domain_put(d);
	}
}

static void show_vcpu(const struct vcpu *v)
{
	static const char *const states[] = {
		"down", "runnable", "blocked", "dead",
	};

	show("  vCPU %u on CPU %u: %s%s, paused %u, %s, rip %p rsp %p, "
	     "upcall %s\n", v->id, v->cpu, states[v->sched.state],
	     v->sched.running ? " (runs)" : "", v->sched.pause_count,
	     v->pv.in_kernel ? "kernel" : "user", (void *)v->regs.rip,
	     (void *)v->regs.rsp, pv_upcall_waits(v) ? "waits" : "none");
}

static void show_domain(struct domain *d)
{
	u32 i;

	show("domain %u (%s): %u of %u pages, %u references, shutdown %d%s%s"
	     "%s\n", d->id, d->name, d->nr_pages, d->max_pages, d->refs,
	     d->shutdown, d->dying ? ", dying" : "", d->paused ? ", paused" :
	     "", d->held ? ", held" : "");
	for (i = 0; i < d->nr_vcpus; i++)
		show_vcpu(d->vcpu[i]);
}

void show_domains(void)
{
	each_domain(show_domain);
}

/* Of the guest that a CPU runs, or has interrupted. */
static void show_cpu(struct cpu *c)
{
	const struct regs *r = (struct regs *)((char *)c + PERCPU_TOP) - 1;
	const struct vcpu *v = READ_ONCE(c->cur);

	if (!v || c->idle) {
		show("CPU %u: idle\n", c->id);
		return;
	}
	show("CPU %u: domain %u vCPU %u, cr3 %lx, vector %x error %x\n", c->id,
	     v->domain->id, v->id, c->cr3, r->vector, r->error_code);
	show("  rip %p cs %lx rflags %lx rsp %p ss %lx\n", (void *)r->rip,
	     r->cs, r->rflags, (void *)r->rsp, r->ss);
	show("  rax %p rbx %p rcx %p rdx %p\n", (void *)r->rax,
	     (void *)r->rbx, (void *)r->rcx, (void *)r->rdx);
	show("  rsi %p rdi %p rbp %p r8  %p\n", (void *)r->rsi,
	     (void *)r->rdi, (void *)r->rbp, (void *)r->r8);
	show("  r9  %p r10 %p r11 %p r12 %p\n", (void *)r->r9,
	     (void *)r->r10, (void *)r->r11, (void *)r->r12);
	show("  r13 %p r14 %p r15 %p\n", (void *)r->r13, (void *)r->r14,
	     (void *)r->r15);
}

/* What a CPU has interrupted lies on its stack: so it is made to do so. */
void show_registers(void)
{
	nsec_t end = time_now() + PATIENCE;
	u32 i;

	for (i = 0; i < nr_cpus; i++)
		if (cpus[i] != this_cpu() && cpus[i]->online)
			cpu_kick(cpus[i], WORK_RESCHED);
	while (nr_cpus > 1 && time_now() < end)
		cpu_relax();
	for (i = 0; i < nr_cpus; i++)
		if (cpus[i]->online)
			show_cpu(cpus[i]);
}

static u32 queue_cpu;

static void show_queued(struct domain *d)
{
	const struct sched_vcpu *s;
	u32 i;

	for (i = 0; i < d->nr_vcpus; i++) {
		s = &d->vcpu[i]->sched;
		if (d->vcpu[i]->cpu == queue_cpu &&
		    (s->running || !list_empty(&s->queue)))
			show("  domain %u vCPU %u %s\n", d->id, i,
			     s->running ? "runs" : "waits");
	}
}

void show_queues(void)
{
	for (queue_cpu = 0; queue_cpu < nr_cpus; queue_cpu++) {
		show("CPU %u%s, work %x\n", queue_cpu,
		     cpus[queue_cpu]->idle ? ", idle" : "",
		     cpus[queue_cpu]->work);
		each_domain(show_queued);
	}
}

static void show_ports(struct domain *d)
{
	static const char *const states[] = {
		"free", "reserved", "unbound", "interdomain", "pirq", "virq",
		"ipi",
	};
	struct evt_status st;
	u32 p, shown = 0;

	show("domain %u (%s): %u ports\n", d->id, d->name, d->evt.nr_ports);
	for (p = 1; p < d->evt.nr_ports && shown < LINES; p++) {
		if (evt_status(d, port(p), &st) || st.state == EVT_FREE)
			continue;
		shown++;
		show("  %u %s: vCPU %u, remote %u:%u, virq %u, pirq %u%s\n", p,
		     states[st.state], st.vcpu, st.remote_dom, st.remote_port,
		     st.virq, st.pirq,
		     pv_evt_is_pending(d, p) ? ", pending" : "");
	}
}

void show_events(void)
{
	each_domain(show_ports);
}

/* Entries of its table that somebody uses; and its handles. */
static void show_lent(struct domain *d)
{
	const struct gnt_domain *g = &d->gnt;
	const struct gnt_pins *pins;
	u32 ref, shown = 0;

	show("domain %u (%s): %u frames of grants, room for %u handles\n",
	     d->id, d->name, g->nr_frames, g->nr_maps);
	for (ref = 0; ref < g->nr_frames * GNT_PER_FRAME && shown < LINES;
	     ref++) {
		pins = &g->pins[ref / GNT_PINS_PER_PAGE]
			       [ref % GNT_PINS_PER_PAGE];
		if (!pins->all)
			continue;
		shown++;
		show("  %u: entry %lx, used %u times, %u to write\n", ref,
		     g->table[ref / GNT_PER_FRAME][ref % GNT_PER_FRAME],
		     pins->all, pins->writers);
	}
}

static void show_mapped(struct domain *d)
{
	const struct gnt_domain *g = &d->gnt;
	const struct gnt_map *map;
	u32 handle, shown = 0;

	for (handle = 0; handle < g->nr_maps && shown < LINES; handle++) {
		map = &g->maps[handle / GNT_MAPS_PER_PAGE]
			      [handle % GNT_MAPS_PER_PAGE];
		if (!(map->what & GNT_LIVE))
			continue;
		shown++;
		show("  handle %u: frame %x by domain %u's %u, flags %x\n",
		     handle, map->mfn, map->rd->id,
		     map->what >> GNT_REF_SHIFT, map->what & GNT_FLAGS);
	}
}

void show_grants(void)
{
	each_domain(show_lent);
	each_domain(show_mapped);
}

static void show_pages(struct domain *d)
{
	show("domain %u (%s): %u pages, %u at most, %lu wished\n", d->id,
	     d->name, d->nr_pages, d->max_pages, d->target);
}

void show_memory(void)
{
	show("%lu frames, %lu free\n", frame_table_nr, frames_free());
	each_domain(show_pages);
}

/* Of all its vCPUs. */
static u64 total(const struct domain *d, const u64 *field)
{
	u64 offset = (const char *)field -
		     (const char *)&d->vcpu[0]->counters, sum = 0;
	u32 i;

	for (i = 0; i < d->nr_vcpus; i++)
		sum += *(const u64 *)((const char *)&d->vcpu[i]->counters +
				      offset);
	return sum;
}

static void show_calls(struct domain *d)
{
	const struct counters *c = &d->vcpu[0]->counters;
	u64 calls, multi;
	u32 i;

	show("domain %u (%s): %lu system calls, %lu traps, %lu restarts, "
	     "%lu flushes, %lu invlpg, %lu ring calls\n", d->id, d->name,
	     total(d, &c->syscalls), total(d, &c->traps),
	     total(d, &c->restarts), total(d, &c->tlb_flushes),
	     total(d, &c->invlpgs), total(d, &c->ring_calls));
	for (i = 0; i < COUNTED_CALLS; i++) {
		calls = total(d, &c->calls[i]);
		multi = total(d, &c->multi[i]);
		if (calls || multi)
			show("  call %u: %lu, in multicalls %lu\n", i, calls,
			     multi);
	}
}

void show_counters(void)
{
	if (IS_ENABLED(CONFIG_COUNTERS))
		each_domain(show_calls);
	else
		show("nothing is counted\n");
}
