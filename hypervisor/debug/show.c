/* SPDX-License-Identifier: MIT */
/*
 * show.c - the state of domains, CPUs, ports and memory, for the debug keys.
 *
 * Nothing is stopped for it, so what is shown may not belong together.  A
 * domain is held while it is looked at.  The console is slow, and interrupts
 * are off: so a timer shows one domain after the other, some lines of a list at
 * a time, and the guests run in between.  The next key ends it.
 */
#include <bootline.h>
#include <debug.h>
#include <domain.h>
#include <lib.h>
#include <machine.h>
#include <timer.h>

#define LINES	16	/* at a time */
#define PATIENCE (NSEC_PER_SEC / 1000)

#define show(...) printk(LOG_ERR, __VA_ARGS__)

/*
 * Shows some lines of what there is from that number on, and the domain itself
 * at 0; returns with which to go on, or 0.
 */
typedef u32 show_fn(struct domain *d, u32 from);

static show_fn *show_part;
static u32 show_id, show_from;

static void show_more(struct timer *t)
{
	struct boot_domain known;
	struct domain *d;

	/* Numbers have no gaps, but a domain may have ended. */
	if (domain_described(show_id, &known) == NO_MODULE)
		return;
	d = domain_find(show_id);
	show_from = d ? show_part(d, show_from) : 0;
	show_id += !show_from;
	if (d)
		domain_put(d);
	timer_set(t, time_now() + PATIENCE);
}

static void each_domain(show_fn *part)
{
	static struct timer more = { .fire = show_more };

	show_part = part;
	show_id = show_from = 0;
	show_more(&more);
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

static u32 show_domain(struct domain *d, u32 from)
{
	u32 i;

	(void)from;
	show("domain %u (%s): %u of %u pages, %u references, shutdown %d%s%s"
	     "%s\n", d->id, d->name, d->nr_pages, d->max_pages, d->refs,
	     d->shutdown, d->dying ? ", dying" : "", d->paused ? ", paused" :
	     "", d->held ? ", held" : "");
	for (i = 0; i < d->nr_vcpus; i++)
		show_vcpu(d->vcpu[i]);
	return 0;
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

static u32 show_queued(struct domain *d, u32 from)
{
	const struct sched_vcpu *s;
	u32 i;

	(void)from;
	for (i = 0; i < d->nr_vcpus; i++) {
		s = &d->vcpu[i]->sched;
		if (s->running || !list_empty(&s->queue))
			show("domain %u vCPU %u %s CPU %u\n", d->id, i,
			     s->running ? "runs on" : "waits for",
			     d->vcpu[i]->cpu);
	}
	return 0;
}

void show_queues(void)
{
	u32 i;

	for (i = 0; i < nr_cpus; i++)
		show("CPU %u%s, work %x\n", i, cpus[i]->idle ? ", idle" : "",
		     cpus[i]->work);
	each_domain(show_queued);
}

static u32 show_ports(struct domain *d, u32 from)
{
	static const char *const states[] = {
		"free", "reserved", "unbound", "interdomain", "pirq", "virq",
		"ipi",
	};
	struct evt_status st;
	u32 p, shown = 0;

	if (!from)
		show("domain %u (%s): %u ports\n", d->id, d->name,
		     d->evt.nr_ports);
	for (p = MAX(from, 1); p < d->evt.nr_ports; p++) {
		if (shown == LINES)
			return p;
		if (evt_status(d, port(p), &st) || st.state == EVT_FREE)
			continue;
		shown++;
		show("  %u %s: vCPU %u, remote %u:%u, virq %u, pirq %u%s\n", p,
		     states[st.state], st.vcpu, st.remote_dom, st.remote_port,
		     st.virq, st.pirq,
		     pv_evt_is_pending(d, p) ? ", pending" : "");
	}
	return 0;
}

void show_events(void)
{
	each_domain(show_ports);
}

static bool show_lent(struct domain *d, u32 ref)
{
	const struct gnt_domain *g = &d->gnt;
	const struct gnt_pins *pins = &g->pins[ref / GNT_PER_FRAME]
					      [ref % GNT_PER_FRAME];

	if (pins->all)
		show("  %u: entry %lx, used %u times, %u to write\n", ref,
		     g->table[ref / GNT_PER_FRAME][ref % GNT_PER_FRAME],
		     pins->all, pins->writers);
	return pins->all;
}

static bool show_mapped(struct domain *d, u32 handle)
{
	const struct gnt_map *map = &d->gnt.maps[handle / GNT_MAPS_PER_PAGE]
						[handle % GNT_MAPS_PER_PAGE];
	bool live = map->what & GNT_LIVE;

	if (live)
		show("  handle %u: frame %x by domain %u's %u, flags %x\n",
		     handle, map->mfn, map->rd->id,
		     map->what >> GNT_REF_SHIFT, map->what & GNT_FLAGS);
	return live;
}

/* Entries of its table that somebody uses, then its handles. */
static u32 show_grant(struct domain *d, u32 from)
{
	const u32 most = CONFIG_GRANT_FRAMES * GNT_PER_FRAME;
	const struct gnt_domain *g = &d->gnt;
	u32 i, shown = 0;

	if (!from)
		show("domain %u (%s): %u frames of grants, room for %u "
		     "handles\n", d->id, d->name, g->nr_frames, g->nr_maps);
	for (i = from; i < most + g->nr_maps && shown < LINES; i++)
		if (i >= most)
			shown += show_mapped(d, i - most);
		else if (i < g->nr_frames * GNT_PER_FRAME)
			shown += show_lent(d, i);
		else
			i = most - 1;
	return shown == LINES ? i : 0;
}

void show_grants(void)
{
	each_domain(show_grant);
}

static u32 show_pages(struct domain *d, u32 from)
{
	(void)from;
	show("domain %u (%s): %u pages, %u at most, %lu wished\n", d->id,
	     d->name, d->nr_pages, d->max_pages, d->target);
	return 0;
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

static u32 show_calls(struct domain *d, u32 from)
{
	const struct counters *c = &d->vcpu[0]->counters;
	u64 calls, multi;
	u32 i, shown = 0;

	if (!from)
		show("domain %u (%s): %lu system calls, %lu traps, %lu "
		     "restarts, %lu flushes, %lu invlpg, %lu ring calls\n",
		     d->id, d->name, total(d, &c->syscalls),
		     total(d, &c->traps), total(d, &c->restarts),
		     total(d, &c->tlb_flushes), total(d, &c->invlpgs),
		     total(d, &c->ring_calls));
	for (i = from; i < COUNTED_CALLS && shown < LINES; i++) {
		calls = total(d, &c->calls[i]);
		multi = total(d, &c->multi[i]);
		if (!calls && !multi)
			continue;
		shown++;
		show("  call %u: %lu, in multicalls %lu\n", i, calls, multi);
	}
	return i < COUNTED_CALLS ? i : 0;
}

void show_counters(void)
{
	if (IS_ENABLED(CONFIG_COUNTERS))
		each_domain(show_calls);
	else
		show("nothing is counted\n");
}
