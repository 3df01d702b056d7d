/* SPDX-License-Identifier: MIT */
/*
 * domain.c - the list of domains, their beginning and their end.
 *
 * A domain is found by its number in a hash table under list_lock; the table
 * holds one reference.  It is freed with its last reference, long after it
 * has given back its memory.
 */
#include <boot.h>
#include <build.h>
#include <domain.h>
#include <guest_trace.h>
#include <irq.h>
#include <lib.h>
#include <machine.h>
#include <mmu.h>

#define BUCKETS	64
#define REBUILD_PAUSE	(50 * 1000UL)	/* others come first */

static spinlock_t list_lock = SPINLOCK(RANK_DOMLIST);
static struct domain *buckets[BUCKETS];
static u32 nr_domains;

_Static_assert(sizeof(struct domain) <= PAGE_SIZE, "a domain is a page");
_Static_assert(sizeof(struct vcpu) <= PAGE_SIZE, "a vCPU is a page");

/* ---- Finding ------------------------------------------------------------ */

static struct domain *find_locked(u32 id)
{
	struct domain *d = buckets[id % BUCKETS];

	while (d && d->id != id)
		d = d->next;
	return d;
}

void domain_hold(struct domain *d)
{
	__atomic_fetch_add(&d->refs, 1, __ATOMIC_RELAXED);
}

static struct domain *find(u32 id, bool being_built)
{
	struct domain *d;

	spin_lock(&list_lock);
	d = find_locked(id);
	if (d && READ_ONCE(d->build) && !being_built)
		d = NULL;
	if (d)
		domain_hold(d);
	spin_unlock(&list_lock);
	return d;
}

struct domain *domain_get(u32 id)
{
	return find(id, false);
}

struct domain *domain_find(u32 id)
{
	return find(id, true);
}

u32 domains_count(void)
{
	return READ_ONCE(nr_domains);
}

static int list_enter(struct domain *d)
{
	struct domain **bucket = &buckets[d->id % BUCKETS];
	int rc = 0;

	spin_lock(&list_lock);
	if (find_locked(d->id)) {
		rc = fail(-EEXIST);
	} else {
		d->next = *bucket;
		*bucket = d;
		nr_domains++;
	}
	spin_unlock(&list_lock);
	return rc;
}

/* False when somebody else has taken it out. */
static bool list_leave(struct domain *d)
{
	struct domain **p = &buckets[d->id % BUCKETS];

	spin_lock(&list_lock);
	while (*p && *p != d)
		p = &(*p)->next;
	if (!*p) {
		spin_unlock(&list_lock);
		return false;
	}
	*p = d->next;
	nr_domains--;
	spin_unlock(&list_lock);
	return true;
}

/* ---- The beginning ------------------------------------------------------ */

/* Guests know it from Xen, where they stop it before they set their own. */
#define PERIOD_DEFAULT	(10 * 1000 * 1000UL)

static void timer_expired(struct timer *t)
{
	pv_timer_expired(container_of(t, struct vcpu, timer));
}

/* Only while the vCPU runs: sched.c stops and starts it. */
static void period_expired(struct timer *t)
{
	struct vcpu *v = container_of(t, struct vcpu, periodic);
	nsec_t period = READ_ONCE(v->period);

	pv_timer_expired(v);
	if (period)
		timer_set(t, time_now() + period);
}

static int vcpu_create(struct domain *d, u32 id)
{
	struct vcpu *v = page_alloc(0);

	if (!v)
		return fail(-ENOMEM);
	d->vcpu[id] = v;
	v->domain = d;
	v->id = id;
	v->init = id ? INIT_NONE : INIT_DONE;	/* by the builder */
	timer_init(&v->timer, timer_expired);
	timer_init(&v->periodic, period_expired);
	v->period = PERIOD_DEFAULT;
	sched_init_vcpu(v);
	return pv_vcpu_init(v);
}

static void watchdog_expired(struct timer *t)
{
	struct watchdog *w = container_of(t, struct watchdog, timer);

	printk(LOG_WARN, "domain %u (%s): watchdog expired\n", w->domain->id,
	       w->domain->name);
	domain_shutdown(w->domain, SHUT_WATCHDOG);
}

static void domain_init(struct domain *d, const struct build_config *cfg)
{
	u32 i;

	d->id = cfg->id;
	d->refs = 1;
	d->held = true;
	d->nr_vcpus = cfg->vcpus;
	d->target = d->max_pages = cfg->nr_pages;
	strcopy(d->name, cfg->name, sizeof(d->name));
	d->privileged = cfg->id == 0;
	d->rebuilt = option_flag("dom0_restart");
	d->shutdown = SHUT_NONE;
	spin_init(&d->lock, RANK_DOMAIN);
	spin_init(&d->pages_lock, RANK_PAGES);
	spin_init(&d->gnt.lock, RANK_GRANT);
	sched_init_domain(d);
	d->console.ring = MFN_NONE;
	spin_init(&d->console.lock, RANK_RING);
	for (i = 0; i < DOMAIN_WATCHDOGS; i++) {
		d->watchdog[i].domain = d;
		timer_init(&d->watchdog[i].timer, watchdog_expired);
	}
}

/* Frees what no frame or other domain refers to any more. */
static void domain_free(struct domain *d)
{
	u32 i;

	if (gnt_domain_free(d) || pv_domain_free(d)) {
		printk(LOG_WARN, "domain %u (%s): kept, a page is in use\n",
		       d->id, d->name);
		return;
	}
	for (i = 0; i < d->nr_vcpus; i++) {
		if (!d->vcpu[i])
			continue;
		pv_vcpu_free(d->vcpu[i]);
		page_free(d->vcpu[i], 0);
	}
	evt_domain_free(d);
	page_free(d->build, d->build_order);
	page_free(d, 0);
}

int domain_create(const struct build_config *cfg, void *build, u32 build_order,
		  struct domain **out)
{
	struct domain *d;
	u32 i;
	int rc;

	if (cfg->id > DOMID_MAX || !cfg->vcpus ||
	    cfg->vcpus > CONFIG_MAX_VCPUS)
		return fail(-EINVAL);
	d = page_alloc(0);
	if (!d)
		return fail(-ENOMEM);
	domain_init(d, cfg);
	d->build = build;
	d->build_order = build_order;
	rc = pv_domain_init(d);
	for (i = 0; i < d->nr_vcpus && !rc; i++)
		rc = vcpu_create(d, i);
	if (!rc)
		rc = evt_domain_init(d);
	if (!rc)
		rc = list_enter(d);
	if (rc) {
		d->build = NULL;
		domain_free(d);
		return rc;
	}
	*out = d;
	return 0;
}

/* ---- The end ------------------------------------------------------------ */

void domain_put(struct domain *d)
{
	if (!__atomic_sub_fetch(&d->refs, 1, __ATOMIC_ACQ_REL))
		domain_free(d);
}

static void timers_cancel(struct domain *d)
{
	u32 i;

	for (i = 0; i < d->nr_vcpus; i++) {
		struct vcpu *v = d->vcpu[i];

		WRITE_ONCE(v->period, 0);
		timer_cancel(&v->timer);
		timer_cancel(&v->periodic);
		timer_cancel(&v->sched.wake);
		timer_cancel(&v->sched.park);
	}
	for (i = 0; i < DOMAIN_WATCHDOGS; i++)
		timer_cancel(&d->watchdog[i].timer);
}

/* False: a device may go on writing to the domain's memory. */
static bool devices_release(struct domain *d)
{
	irq_release(d);
	return !d->privileged || pci_stop_all();
}

static void domain_stop(struct domain *d)
{
	u32 i;

	spin_lock(&d->lock);
	d->dying = true;
	d->stopped = true;
	spin_unlock(&d->lock);
	for (i = 0; i < d->nr_vcpus; i++) {
		sched_kill(d->vcpu[i]);
		sched_pause(d->vcpu[i]);
	}
	timers_cancel(d);
}

/* Each step finds done what was done before, so all can be made again. */
static int domain_empty(struct domain *d)
{
	u32 i;

	if (evt_domain_close(d))
		return -ERESTART;
	if (!devices_release(d)) {
		printk(LOG_ERR, "domain %u (%s): kept, a device uses its "
		       "memory\n", d->id, d->name);
		return fail(-EBUSY);
	}
	console_guest_flush(d);
	for (i = 0; i < d->nr_vcpus; i++)
		pv_vcpu_release(d->vcpu[i]);
	pv_console_release(d);
	return mmu_domain_relinquish(d) ? -ERESTART : gnt_domain_release(d);
}

bool domain_claim(struct domain *d)
{
	return !__atomic_exchange_n(&d->held, true, __ATOMIC_ACQUIRE);
}

void domain_release(struct domain *d)
{
	__atomic_store_n(&d->held, false, __ATOMIC_RELEASE);
}

/* Found by its number to the end, so that whoever stops half-way can go on. */
int domain_destroy(struct domain *d)
{
	int rc;

	if (!domain_claim(d))
		return fail(-EBUSY);
	if (!d->dying)
		domain_stop(d);
	rc = domain_empty(d);
	domain_release(d);
	if (rc || !list_leave(d))
		return rc;
	pv_domain_exception();
	domain_put(d);
	return 0;
}

/* No lock: who finds it changing, by another CPU, is refused. */
int domain_pause(struct domain *d, bool on)
{
	u32 was = on ? PAUSE_OFF : PAUSE_ON, i;

	if (!cmpxchg(&d->paused, &was, PAUSE_CHANGES))
		return fail(-EINVAL);
	for (i = 0; i < d->nr_vcpus; i++)
		on ? sched_pause(d->vcpu[i]) : sched_unpause(d->vcpu[i]);
	__atomic_store_n(&d->paused, on ? PAUSE_ON : PAUSE_OFF,
			 __ATOMIC_SEQ_CST);
	return 0;
}

static void noreturn machine_end(enum shutdown_reason reason)
{
	if (reason == SHUT_POWEROFF)
		machine_poweroff();
	if (reason == SHUT_REBOOT || reason == SHUT_WATCHDOG)
		machine_reboot();
	machine_crashed();
}

/*
 * Domain 0 ends and is built again while the others go on.  Not in a call, nor
 * while a CPU has one of its vCPUs: this may be its tables, and another one's
 * may wait, in a call, for whoever runs here.  Bounded pieces, whenever this
 * fires.
 */
static void rebuild(struct timer *t)
{
	struct domain *d = domain_get(0);
	bool leaves = d && READ_ONCE(d->tlb_cpus);
	int rc = d ? leaves ? 0 : domain_destroy(d) : op_domain_start(0, 0);

	if (rc == -ERESTART || (d && !rc))
		timer_set(t, time_now() + REBUILD_PAUSE);
	else if (rc)
		machine_end(SHUT_CRASH);
	if (d)
		domain_put(d);
}

static struct timer rebuild_timer = { .fire = rebuild };

static const char *const reasons[] = {
	[SHUT_POWEROFF] = "powered off", [SHUT_REBOOT] = "reboots",
	[SHUT_SUSPEND] = "suspended", [SHUT_CRASH] = "crashed",
	[SHUT_WATCHDOG] = "stopped by its watchdog",
	[SHUT_SOFT_RESET] = "asks for a soft reset",
};

void domain_shutdown_code(struct domain *d, enum shutdown_reason reason)
{
	spin_lock(&d->lock);
	if (d->shutdown == SHUT_NONE)
		d->shutdown = reason;
	spin_unlock(&d->lock);
}

void domain_shutdown(struct domain *d, enum shutdown_reason reason)
{
	const struct vcpu *v = current();
	const void *image;
	u64 size = 0;
	bool first;
	u32 i;

	domain_shutdown_code(d, reason);
	spin_lock(&d->lock);
	first = !d->stopped;
	d->stopped = true;
	reason = d->shutdown;
	spin_unlock(&d->lock);
	if (!first)
		return;
	console_guest_flush(d);
	printk(LOG_INFO, "domain %u (%s): %s\n", d->id, d->name,
	       (u32)reason < ARRAY_SIZE(reasons) ? reasons[reason] :
	       "stopped for an unknown reason");
	image = domain_image(d->id, &size);
	if (IS_ENABLED(CONFIG_GUEST_TRACE) && reason == SHUT_CRASH &&
	    v && v->domain == d)
		guest_trace(v, image, size);
	if (d->privileged) {
		devices_release(d);
		if (!d->rebuilt || reason == SHUT_POWEROFF)
			machine_end(reason);
		WRITE_ONCE(frames_first, d->max_pages);
		timer_set(&rebuild_timer, time_now() + REBUILD_PAUSE);
	}
	for (i = 0; i < d->nr_vcpus; i++)
		sched_kill(d->vcpu[i]);
	pv_domain_exception();
}

void domain_kill(struct domain *d, const char *fmt, ...)
{
	char why[120];
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	__builtin_va_end(ap);
	printk(LOG_ERR, "domain %u (%s) killed: %s\n", d->id, d->name, why);
	spin_lock(&d->lock);
	if (!*d->why)
		strcopy(d->why, why, sizeof(d->why));
	spin_unlock(&d->lock);
	domain_shutdown(d, SHUT_CRASH);
}

int domain_watchdog(struct domain *d, u32 id, u32 seconds)
{
	struct watchdog *w = NULL;
	u32 i;
	int rc;

	if (id > DOMAIN_WATCHDOGS)
		return fail(-EINVAL);
	spin_lock(&d->lock);
	for (i = 0; i < DOMAIN_WATCHDOGS && !w; i++)
		if (id ? i + 1 == id : !d->watchdog[i].armed)
			w = &d->watchdog[i];
	if (!w) {
		rc = fail(-ENOSPC);
	} else if (id && !w->armed) {
		rc = fail(-EINVAL);
	} else {
		rc = id ? 0 : i;
		/* A new one of 0 seconds bites at once. */
		w->armed = seconds || !id;
		if (w->armed)
			timer_set(&w->timer,
				  time_now() + seconds * NSEC_PER_SEC);
		else
			timer_stop(&w->timer);
	}
	spin_unlock(&d->lock);
	return rc;
}
