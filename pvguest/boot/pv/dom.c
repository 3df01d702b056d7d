/* SPDX-License-Identifier: MIT */
/*
 * dom.c - the shell's command `dom': other domains, as domain 0 sees them.
 *
 * All of it asks the hypervisor, which knows best; nothing is kept here.  A
 * domain is named by its name or its number.
 */
#include <console.h>
#include <mm.h>
#include <thread.h>
#include <hcall/hcall.h>
#include <xenbus.h>
#include "pv.h"

#define ERRORS(X) \
	X(EPERM, "only domain 0 may") X(ESRCH, "there is no such domain") \
	X(EINVAL, "not in its state, or not on domain 0") \
	X(EEXIST, "it exists already") X(ENOSYS, "not on this hypervisor") \
	X(ENOMEM, "there is not enough memory") X(EBUSY, "it is busy")

static const char *error_text(long error)
{
#define X(name, text) if (error == -XEN_##name) return text;
	ERRORS(X)
#undef X
	return "it was refused";
}

static char *word(char **text)
{
	char *start = *text, *end;

	while (*start == ' ')
		start++;
	for (end = start; *end && *end != ' '; end++)
		;
	if (*end)
		*end++ = 0;
	*text = end;
	return start;
}

/* Its number, or -1 and a message. */
static int find(const char *name, struct sluice_domain *info)
{
	domid_t id;
	long ret;

	for (id = 0; !(ret = hc_domain_info(id, info)); id++)
		if (!strcmp(info->name, name) ||
		    (*name >= '0' && *name <= '9' && number(name) == id))
			return id;
	cprintf("dom: %s: %s\n", name, error_text(ret));
	return -1;
}

static const char *state(const struct sluice_domain *d)
{
	static const char *const ends[] = {
		[SHUTDOWN_poweroff] = "off", [SHUTDOWN_reboot] = "rebooting",
		[SHUTDOWN_suspend] = "suspended", [SHUTDOWN_crash] = "crashed",
		[SHUTDOWN_watchdog] = "watchdog",
	};

	if (d->flags & SLUICE_DOM_building)
		return "building";
	if (!(d->flags & SLUICE_DOM_exists))
		return "-";
	if (d->flags & SLUICE_DOM_dying)
		return "dying";
	if (d->flags & SLUICE_DOM_stopped)
		return d->reason >= 0 && d->reason < (int)ARRAY_SIZE(ends) ?
			ends[d->reason] : "stopped";
	return d->flags & SLUICE_DOM_paused ? "paused" : "running";
}

static void list_domains(void)
{
	struct sluice_machine m;
	struct sluice_domain d;
	long ret = hc_machine(&m);
	domid_t id;

	if (ret) {
		cprintf("dom: %s\n", error_text(ret));
		return;
	}
	cprintf("%u CPUs, %lu MiB, %lu free pages, %u domains\n", m.cpus,
		m.frames * PAGE_SIZE / MIB, m.free, m.domains);
	cprintf("  ID NAME            STATE     VCPUS  PAGES TARGET    "
		"CPU TIME WEIGHT CAP\n");
	for (id = 0; !hc_domain_info(id, &d); id++)
		cprintf("%4u %-15s %-9s %5u %6lu %6lu %7lu.%03lu %6u %3u %s\n",
			id, d.name, state(&d), d.vcpus, d.pages,
			d.target_pages, d.cpu_time / NSEC_PER_SEC,
			d.cpu_time / NSEC_PER_MSEC % 1000, d.weight, d.cap,
			d.why);
}

/* Shares of a second, or as many as are asked for. */
static void top(const char *seconds)
{
	u64 start, n = max(number(seconds), 1UL), percent, *before;
	struct sluice_domain d;
	domid_t id, ids = 0;

	while (!hc_domain_info(ids, &d))
		ids++;
	before = kmalloc(ids * sizeof(*before));
	if (!before) {
		cprintf("dom: %s\n", error_text(-XEN_ENOMEM));
		return;
	}
	for (id = 0; id < ids && !hc_domain_info(id, &d); id++)
		before[id] = d.cpu_time;
	start = hc_time();
	thread_sleep(n * NSEC_PER_SEC);
	start = hc_time() - start;
	for (id = 0; id < ids && !hc_domain_info(id, &d); id++) {
		if (!(d.flags & SLUICE_DOM_exists))
			continue;
		percent = (d.cpu_time - before[id]) * 1000 / start;
		cprintf("%4u %-15s %3lu.%lu%%\n", id, d.name, percent / 10,
			percent % 10);
	}
	kfree(before);
}

static long restart(domid_t id)
{
	long ret = hc_control(SLUICEOP_destroy, id, 0);

	if (!ret || ret == -XEN_ESRCH)
		ret = hc_control(SLUICEOP_start, id, 0);
	xenbus_domains_changed();
	return ret;
}

/* key=number; memory in MiB, the CPUs as a mask. */
static long set(domid_t id, const char *what)
{
	static const struct {
		const char *key;
		unsigned int cmd;
		u64 unit;
	} keys[] = {
		{ "mem=", SLUICEOP_wish_target, MIB / PAGE_SIZE },
		{ "weight=", SLUICEOP_weight, 1 },
		{ "cap=", SLUICEOP_cap, 1 },
		{ "cpus=", SLUICEOP_cpus, 1 },
	};
	unsigned int i;
	size_t n;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		n = strlen(keys[i].key);
		if (strlen(what) > n && !memcmp(what, keys[i].key, n))
			return hc_control(keys[i].cmd, id,
					  number(what + n) * keys[i].unit);
	}
	return -XEN_EINVAL;
}

/* How a memory's first second of counters reads to a human. */
static void show_counters(domid_t id)
{
	static const struct {
		u32 nr;
		const char *name;
	} shown[] = {
		{ __HYPERVISOR_mmu_update, "mmu_update" },
		{ __HYPERVISOR_update_va_mapping, "update_va_mapping" },
		{ __HYPERVISOR_mmuext_op, "mmuext_op" },
		{ __HYPERVISOR_multicall, "multicall" },
		{ __HYPERVISOR_iret, "iret" },
		{ __HYPERVISOR_event_channel_op, "event_channel_op" },
		{ __HYPERVISOR_sched_op, "sched_op" },
	};
	static struct sluice_counters c;
	unsigned int i;
	long ret = hc_counters(id, &c);

	if (ret) {
		cprintf("dom: %s\n", error_text(ret));
		return;
	}
	cprintf("entries %lu: system calls %lu, traps %lu, restarts %lu\n",
		hc_counted_entries(&c), c.syscalls, c.traps, c.restarts);
	cprintf("CR3 writes %lu, flushes %lu, of a page %lu\n", c.cr3_writes,
		c.tlb_flushes, c.invlpgs);
	for (i = 0; i < ARRAY_SIZE(shown); i++)
		cprintf("%-18s %10lu, in multicalls %10lu\n", shown[i].name,
			c.calls[shown[i].nr], c.multi[shown[i].nr]);
}

/* ---- Who ends, and is to start again ------------------------------------ */

static u8 guarded[DOMID_FIRST_RESERVED / 8];	/* a bit for each domain */
static bool news = true;	/* with interrupts off */
static struct waitq watchers = WAITQ(watchers);

static void on_exception(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port;
	(void)regs;
	(void)arg;
	news = true;
	waitq_wake(&watchers, 1);
	xenbus_domains_changed();
}

/* Also who asks for a reboot is started again, guarded or not. */
static void look_after(domid_t id, const struct sluice_domain *d)
{
	bool guard = guarded[id / 8] >> id % 8 & 1;
	long ret;

	if (!(d->flags & SLUICE_DOM_stopped) ||
	    !(guard || d->reason == SHUTDOWN_reboot))
		return;
	ret = restart(id);
	if (ret)
		kprintf("dom: %s can't be started again: %s\n", d->name,
			error_text(ret));
}

static void watch(void *unused)
{
	struct sluice_domain d;
	domid_t id;
	bool off;

	(void)unused;
	for (;;) {
		off = irq_save();
		while (!news)
			waitq_wait(&watchers, NEVER);
		news = false;
		irq_restore(off);
		for (id = 1; !hc_domain_info(id, &d); id++)
			look_after(id, &d);
	}
}

void pv_dom_watch(void)
{
	struct sluice_domain d;

	/* Nobody to look after, or we are not the one to do it. */
	if (hc_domain_info(1, &d))
		return;
	if (hc_event_bind_virq(VIRQ_DOM_EXC, 0, on_exception, NULL) < 0 ||
	    !thread_create("domains", PRIO_HIGH, watch, NULL))
		kprintf("pvguest: domains that end stay as they are\n");
}

static long guard(domid_t id)
{
	if (!id)
		return -XEN_EINVAL;
	guarded[id / 8] ^= 1 << id % 8;
	cprintf("dom: %s started again when it ends\n",
		guarded[id / 8] >> id % 8 & 1 ? "it is" : "it is no longer");
	on_exception(0, NULL, NULL);
	return 0;
}

static void act(const char *what, domid_t id, char *rest)
{
	long ret = -XEN_ENOSYS;

	if (!strcmp(what, "kill"))
		ret = hc_control(SLUICEOP_destroy, id, 0);
	else if (!strcmp(what, "restart"))
		ret = restart(id);
	else if (!strcmp(what, "pause"))
		ret = hc_control(SLUICEOP_pause, id, 0);
	else if (!strcmp(what, "resume"))
		ret = hc_control(SLUICEOP_unpause, id, 0);
	else if (!strcmp(what, "set"))
		ret = set(id, word(&rest));
	else if (!strcmp(what, "shutdown"))
		ret = hc_control(SLUICEOP_wish_end, id, SHUTDOWN_poweroff);
	else if (!strcmp(what, "console"))
		ret = pv_console_focus(id);
	else if (!strcmp(what, "guard"))
		ret = guard(id);
	else
		cprintf("dom: %s?\n", what);
	if (ret)
		cprintf("dom: %s\n", error_text(ret));
}

void pv_dom(char *args)
{
	static const char usage[] =
		"dom list | top [SECONDS] | counters [DOMAIN]\n"
		"dom kill | restart | pause | resume | shutdown | console | "
		"guard DOMAIN\n"
		"dom set DOMAIN mem=MIB | weight=N | cap=PERCENT | "
		"cpus=MASK\n";
	struct sluice_domain info;
	char *what = word(&args), *name = word(&args);
	int id;

	if (!*what) {
		cprintf("%s", usage);
	} else if (!strcmp(what, "list")) {
		list_domains();
	} else if (!strcmp(what, "top")) {
		top(name);
	} else {
		id = *name ? find(name, &info) : 0;
		if (id >= 0 && !strcmp(what, "counters"))
			show_counters(id);
		else if (id >= 0)
			act(what, id, args);
	}
}
