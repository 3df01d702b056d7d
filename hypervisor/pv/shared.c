/* SPDX-License-Identifier: MIT */
/*
 * shared.c - the memory that guests and the hypervisor both write: the shared
 * page, each vCPU's information, its clock and its runstate area.
 *
 * Guests change it at any time, so nothing that is read here is trusted: it
 * decides only when the guest itself is called.  No lock: bits are set and
 * cleared by locked operations, the rest is the vCPU's own.
 */
#include <abi/vcpu.h>
#include <abi/xen.h>

#include <domain.h>
#include <hypercall.h>
#include <lib.h>
#include <machine.h>
#include <mmu.h>
#include <uaccess.h>
#include <vcpu.h>

#include "emul.h"
#include "ring.h"
#include "shared_bits.h"

_Static_assert(EVT_MAX_PORTS == 64 * 64, "ports of the two-level layout");
_Static_assert(EVT_NR_VIRQS == NR_VIRQS, "virtual interrupts");
_Static_assert(CONFIG_MAX_VCPUS <= XEN_LEGACY_MAX_VCPUS, "vCPUs fit the page");

#define XCR0_X87_SSE	3

/* ---- Events ------------------------------------------------------------- */

enum pv_pending pv_evt_set_pending(struct vcpu *v, u32 port)
{
	return evt_set_pending(v, port);
}

void pv_evt_clear_pending(struct domain *d, u32 port)
{
	bits_test_clear(d->pv.shared->evtchn_pending, port);
}

bool pv_evt_is_pending(struct domain *d, u32 port)
{
	return bits_test(d->pv.shared->evtchn_pending, port);
}

bool pv_evt_unmask(struct vcpu *v, u32 port)
{
	struct shared_info *s = v->domain->pv.shared;

	if (!bits_test_clear(s->evtchn_mask, port) ||
	    !bits_test(s->evtchn_pending, port))
		return false;
	return evt_mark(v, port / 64) == PV_UPCALL;
}

bool pv_upcall_waits(const struct vcpu *v)
{
	const struct vcpu_info *info = v->pv.info;

	return READ_ONCE(info->evtchn_upcall_pending) &&
	       !READ_ONCE(info->evtchn_upcall_mask);
}

void pv_timer_expired(struct vcpu *v)
{
	evt_raise_virq(v, VIRQ_TIMER);
}

static void tell_first(u32 virq)
{
	struct domain *d = domain_get(0);

	if (!d)
		return;
	evt_raise_virq(d->vcpu[0], virq);
	domain_put(d);
}

void pv_console_input(void)
{
	tell_first(VIRQ_CONSOLE);
}

void pv_domain_exception(void)
{
	tell_first(VIRQ_DOM_EXC);
}

/* ---- The place of a vCPU's information ---------------------------------- */

int pv_vcpu_info_move(struct vcpu *v, mfn_t m, u32 offset)
{
	mfn_t none = MFN_NONE;
	struct vcpu_info *to;
	int rc;

	if (offset > PAGE_SIZE - sizeof(*to) || offset % sizeof(u64))
		return fail(-ENXIO);
	if (!mfn_eq(v->pv.info_mfn, MFN_NONE))
		return fail(-EINVAL);
	if (!mfn_valid(m))
		return fail(-EINVAL);
	rc = frame_use_get(frame_of(m), v->domain, USE_WRITABLE);
	if (rc)
		return fail(-EINVAL);
	/* Another vCPU may be at it, too. */
	if (!cmpxchg(&v->pv.info_mfn.n, &none.n, m.n)) {
		frame_use_put(frame_of(m));
		return fail(-EINVAL);
	}
	to = (void *)((char *)mfn_virt(m) + offset);
	*to = *v->pv.info;
	__atomic_store_n(&v->pv.info, to, __ATOMIC_SEQ_CST);
	/* Events that were marked in the old place: the guest looks at all. */
	__atomic_store_n(&to->evtchn_pending_sel, ~0UL, __ATOMIC_SEQ_CST);
	__atomic_store_n(&to->evtchn_upcall_pending, 1, __ATOMIC_SEQ_CST);
	return 0;
}

/* ---- Time --------------------------------------------------------------- */

/*
 * From the time of writing on, since some guests take system_time for the
 * present, or multiply in 64 bits.  All vCPUs count by the one scale, so
 * wherever one stands, the clocks of two differ by a nanosecond at most.
 */
static void clock_fill(struct vcpu_time_info *t)
{
	t->tsc_timestamp = rdtsc();
	t->system_time = time_at(t->tsc_timestamp);
	t->tsc_to_system_mul = time_scale.mul;
	t->tsc_shift = time_scale.shift;
	t->flags = 0;
}

/* Any other CPU of the guest may read it meanwhile: version is odd then. */
static void clock_write(struct vcpu_time_info *t)
{
	u32 version = t->version | 1;

	WRITE_ONCE(t->version, version);
	barrier();
	clock_fill(t);
	barrier();
	WRITE_ONCE(t->version, version + 1);
}

static void wall_clock_write(struct shared_info *s)
{
	u64 sec = time_wall;

	s->wc_version = 1;
	barrier();
	s->wc_sec = sec;
	s->wc_sec_hi = sec >> 32;
	s->wc_nsec = 0;
	barrier();
	s->wc_version = 2;
}

/*
 * The registered areas are named by the guest kernel's addresses.  One that
 * can't be written is left as it is; the guest finds out by itself.
 */
static void time_area_write(struct vcpu *v)
{
	struct vcpu_time_info t = { 0 };
	gva_t area = gva(v->pv.time_area);

	if (copy_from_guest(&t.version, area, sizeof(t.version)))
		return;
	t.version |= 1;
	clock_fill(&t);
	if (copy_to_guest(area, &t, sizeof(t)))
		return;
	t.version++;
	if (copy_to_guest(area, &t.version, sizeof(t.version)))
		return;
}

void pv_runstate_read(struct vcpu *v, struct vcpu_runstate_info *info)
{
	struct runstate_times now;
	u32 i;

	_Static_assert((u32)RUN_RUNNING == RUNSTATE_running &&
		       (u32)RUN_WAITING == RUNSTATE_runnable &&
		       (u32)RUN_BLOCKED == RUNSTATE_blocked &&
		       (u32)RUN_OFFLINE == RUNSTATE_offline, "runstates");
	sched_times(v, &now);
	*info = (struct vcpu_runstate_info){
		.state = now.state, .state_entry_time = now.since,
	};
	for (i = 0; i < ARRAY_SIZE(info->time); i++)
		info->time[i] = now.in_state[i];
}

/* Another vCPU may read it meanwhile, if the guest has asked to be told. */
static void runstate_write(struct vcpu *v)
{
	gva_t area = gva(v->pv.runstate_area);
	gva_t entry = gva_add(area, offsetof(struct vcpu_runstate_info,
					     state_entry_time));
	struct vcpu_runstate_info info;
	u64 since;

	pv_runstate_read(v, &info);
	since = info.state_entry_time;
	if (v->domain->pv.vm_assist &
	    1u << VMASST_TYPE_runstate_update_flag) {
		info.state_entry_time |= XEN_RUNSTATE_UPDATE;
		if (guest_write_u64(entry, info.state_entry_time))
			return;
	}
	if (copy_to_guest(area, &info, sizeof(info)))
		return;
	if (info.state_entry_time != since && guest_write_u64(entry, since))
		return;
}

/* The areas are at addresses of the guest's kernel. */
void pv_update_time(struct vcpu *v)
{
	clock_write(&v->pv.info->time);
	if (likely(!v->pv.runstate_area && !v->pv.time_area))
		return;
	if (!v->pv.in_kernel)
		cr3_write(v->pv.cr3_kernel);
	if (v->pv.runstate_area)
		runstate_write(v);
	if (v->pv.time_area)
		time_area_write(v);
	if (!v->pv.in_kernel)
		cr3_write(v->pv.cr3_user);
}

void pv_clock_write(struct vcpu *v)
{
	clock_write(&v->pv.info->time);
}

/* ---- The beginning and the end ------------------------------------------ */

int pv_domain_init(struct domain *d)
{
	u32 i;

	d->pv.shared = page_alloc(0);
	if (!d->pv.shared)
		return fail(-ENOMEM);
	d->pv.shared_mfn = virt_mfn(d->pv.shared);
	frame_share(frame_of(d->pv.shared_mfn), d, true);
	wall_clock_write(d->pv.shared);
	for (i = 0; i < XEN_LEGACY_MAX_VCPUS; i++)
		d->pv.shared->vcpu_info[i].evtchn_upcall_mask = 1;
	return 0;
}

int pv_vcpu_init(struct vcpu *v)
{
	struct pv_vcpu *pv = &v->pv;
	u32 i;

	pv->info = &v->domain->pv.shared->vcpu_info[v->id];
	pv->info_mfn = MFN_NONE;
	clock_write(&pv->info->time);
	pv->in_kernel = true;
	hypercall_table_choose(v);
	pv->cr4 = PV_CR4_FIXED;
	for (i = 0; i < PV_GDT_FRAMES; i++)
		pv->gdt_frames[i] = MFN_NONE;
	for (i = 0; i < PV_LDT_FRAMES; i++)
		pv->ldt_frames[i] = MFN_NONE;
	pv->xcr0 = fpu_xcr0 & XCR0_X87_SSE;
	pv->dr[6] = DR6_INIT;
	pv->dr[7] = DR7_INIT;
	pv->traps = page_alloc(0);
	v->fpu = page_alloc(0);
	if (!pv->traps || !v->fpu)
		return fail(-ENOMEM);
	fpu_reset(v->fpu);
	return 0;
}

void pv_vcpu_free(struct vcpu *v)
{
	page_free(v->pv.traps, 0);
	page_free(v->fpu, 0);
}

void pv_vcpu_release(struct vcpu *v)
{
	pv_drop_descriptors(v);
	ring_release(v);
	if (mfn_eq(v->pv.info_mfn, MFN_NONE))
		return;
	/* Nobody sends to it any more; the shared page is there to the end. */
	v->pv.info = &v->domain->pv.shared->vcpu_info[v->id];
	frame_use_put(frame_of(v->pv.info_mfn));
	v->pv.info_mfn = MFN_NONE;
}

int pv_domain_free(struct domain *d)
{
	if (!d->pv.shared)
		return 0;
	/* Domain 0 may map it. */
	if (frame_unshare(frame_of(d->pv.shared_mfn)))
		return -EBUSY;
	page_free(d->pv.shared, 0);
	return 0;
}
