/* SPDX-License-Identifier: MIT */
/*
 * info_test.c - a vCPU's information moves once, although two other vCPUs
 * move it at the same time: the second comes while the first takes its frame.
 */
#include <domain.h>
#include <errno.h>
#include <fake.h>
#include <machine.h>
#include <stdlib.h>
#include <tap.h>

#include "../../hypervisor/pv/ops.h"
#include "../../hypervisor/pv/ring.h"
#include "../../hypervisor/pv/shared_bits.h"

static struct shared_info *shared;
static struct domain domain;
static struct vcpu v = { .domain = &domain };
static int uses[4], second;

/* ---- The rest of the hypervisor ----------------------------------------- */

u64 frame_table_nr = 4, tlb_clock = 1, fpu_xcr0 = 3;

int frame_use_get(struct frame *f, struct domain *d, enum frame_type t)
{
	(void)d, (void)t;
	if (frame_mfn(f).n == 1)
		second = pv_vcpu_info_move(&v, mfn(2), 64);
	uses[frame_mfn(f).n]++;
	return 0;
}

void frame_use_put(struct frame *f)
{
	uses[frame_mfn(f).n]--;
}

void frame_share(struct frame *f, struct domain *d, bool writable)
{
	(void)f, (void)d, (void)writable;
}

int frame_unshare(struct frame *f)
{
	(void)f;
	return 0;
}

void *page_alloc(unsigned int order)
{
	(void)order;
	return calloc(1, PAGE_SIZE);
}

void page_free(void *p, unsigned int order)
{
	(void)order;
	free(p);
}

struct domain *domain_get(u32 id)
{
	(void)id;
	return NULL;
}

void domain_put(struct domain *d)
{
	(void)d;
}

void evt_raise_virq(struct vcpu *to, u32 virq)
{
	(void)to, (void)virq;
}

void fpu_reset(void *area)
{
	(void)area;
}

void hypercall_table_choose(struct vcpu *of)
{
	(void)of;
}

void pv_drop_descriptors(struct vcpu *of)
{
	(void)of;
}

void ring_release(struct vcpu *of)
{
	(void)of;
}

void sched_times(struct vcpu *of, struct runstate_times *out)
{
	(void)of;
	*out = (struct runstate_times){ .state = RUN_RUNNING };
}

nsec_t time_at(u64 tsc)
{
	return tsc;
}

struct time_scale time_scale = { .mul = 1 };
u64 time_wall;

/* ---- The test ----------------------------------------------------------- */

int main(void)
{
	shared = mfn_virt(mfn(3));
	v.pv.info = &shared->vcpu_info[0];
	v.pv.info_mfn = MFN_NONE;
	domain.pv.shared = shared;
	is_eq(pv_vcpu_info_move(&v, mfn(1), 4096), -ENXIO, "no room");
	is_eq(pv_vcpu_info_move(&v, mfn(1), 4), -ENXIO, "not aligned");
	is_eq(pv_vcpu_info_move(&v, mfn(4), 0), -EINVAL, "no frame");
	is_eq(pv_vcpu_info_move(&v, mfn(1), 0), -EINVAL, "the late one");
	is_eq(second, 0, "the first one");
	is_eq(uses[1], 0, "the late one holds nothing");
	is_eq(uses[2], 1, "the first one its frame");
	ok((u64)v.pv.info == (u64)mfn_virt(mfn(2)) + 64, "where it is now");
	pv_vcpu_release(&v);
	is_eq(uses[2], 0, "until the end");
	return tap_done();
}
