/* SPDX-License-Identifier: MIT */
/*
 * refused.c - requests that can't be read, answers that can't be written, and
 * numbers past the end, as far as no guest of the call's own tries them.
 *
 * Why: each error that a page of the reference names is to be seen once.
 * How: scripts/run/refusals tells which refusal no test shows; what one domain
 * alone can show is here, what takes two is in tests/guest/others.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/grant_table.h>
#include <abi/memory.h>
#include <abi/physdev.h>
#include <abi/sched.h>
#include <abi/sluice.h>
#include <abi/vcpu.h>
#include "test.h"

#define NOWHERE		0x700000000000ul
#define HIDDEN		0xffff830000000000ul
#define NO_FRAME	0xfffffffffful
#define NOBODY		77u
#define PREEMPTED	0x80000000u	/* the hypervisor's own mark */

static char fixed[4096] __page;		/* read-only from the start on */
static char page[4096] __page;
static volatile char extra[4096] __page;
static uint64_t frames[8];

static bool on_sluice(void)
{
	return hc3(__HYPERVISOR_sluice_op, SLUICEOP_version, 0, 0) >= 1;
}

/* Writes what lies in a page that the hypervisor can't write to then. */
static void *fix(const void *what, size_t size)
{
	page_writable(fixed);
	memcpy(fixed, what, size);
	if (page_readonly(fixed))
		bail("making a page read-only");
	return fixed;
}

#define FIX(x)	fix(&(x), sizeof(x))

static long evt(unsigned int cmd, const void *arg)
{
	return hc2(__HYPERVISOR_event_channel_op, cmd, PTR(arg));
}

static void test_events(void)
{
	struct evtchn_alloc_unbound a = { DOMID_SELF, DOMID_SELF, 0 };
	struct evtchn_bind_vcpu b = { .port = 4000 };
	struct evtchn_status s = { .dom = DOMID_SELF, .port = 1 };

	is(evt(EVTCHNOP_bind_vcpu, &b), -XEN_EINVAL, "move no port");
	b.port = ~0u;
	is(evt(EVTCHNOP_bind_vcpu, &b), -XEN_EINVAL, "nor the last number");
	is(evt(EVTCHNOP_alloc_unbound, &a), 0, "a port");
	is(evt(EVTCHNOP_alloc_unbound, FIX(a)), -XEN_EFAULT,
	   "one whose number can't be written");
	s.port = a.port + 1;
	is(evt(EVTCHNOP_status, &s), 0, "it is there");
	is(s.status, EVTCHNSTAT_unbound, "all the same");
	is(evt(EVTCHNOP_status, FIX(s)), -XEN_EFAULT,
	   "a state that can't be written");
	if (!on_sluice())
		return;
	is(evt(EVTCHNOP_init_control, &a), -XEN_ENOSYS, "no FIFO events");
	is(evt(EVTCHNOP_set_priority, &a), -XEN_ENOSYS, "no priorities");
	is(evt(EVTCHNOP_expand_array, &a), -XEN_ENOSYS, "no arrays");
}

static long mem(unsigned int cmd, const void *arg)
{
	return hc2(__HYPERVISOR_memory_op, cmd, PTR(arg));
}

static void test_maps(void)
{
	struct xen_machphys_mfn_list list = { 8, (void *)NOWHERE, 0 };
	struct xen_memory_map map = { 1, (void *)NOWHERE };
	struct xen_foreign_memory_map set = {
		DOMID_SELF, { 1, (void *)NOWHERE },
	};

	is(mem(XENMEM_machphys_mfn_list, (void *)NOWHERE), -XEN_EFAULT,
	   "machphys_mfn_list of nothing");
	is(mem(XENMEM_machphys_mfn_list, &list), -XEN_EFAULT,
	   "a list nowhere");
	is(mem(XENMEM_set_memory_map, (void *)NOWHERE), -XEN_EFAULT,
	   "set_memory_map of nothing");
	is(mem(XENMEM_set_memory_map, &set), -XEN_EFAULT, "a map nowhere");
	set.map.buffer = page;
	set.map.nr_entries = 100000;
	is(mem(XENMEM_set_memory_map, &set), -XEN_EINVAL, "100000 entries");
	set.map.nr_entries = 1;
	is(mem(XENMEM_set_memory_map, &set), 0, "one");
	is(mem(XENMEM_memory_map, (void *)NOWHERE), -XEN_EFAULT,
	   "memory_map of nothing");
	is(mem(XENMEM_memory_map, &map), -XEN_EFAULT, "a buffer nowhere");
}

static long exchange(const struct xen_memory_exchange *x)
{
	return mem(XENMEM_exchange, x);
}

static void test_exchange(void)
{
	struct xen_memory_exchange x = {
		.in = { frames, 1, 0, 0, DOMID_SELF },
		.out = { frames + 1, 1, 0, 0, DOMID_SELF },
	};
	uint64_t mfn = mfn_of(page);

	frames[0] = mfn;
	is(va_map(page, 0), 0, "unmap a page");
	x.in.extent_start = (void *)NOWHERE;
	is(exchange(&x), -XEN_EFAULT, "exchange what can't be read");
	x.in.extent_start = frames;
	x.out.mem_flags = XENMEMF_address_bits(13);
	is(exchange(&x), -XEN_ENOMEM, "for one of the first two frames");
	x.out.mem_flags = 0;
	x.out.extent_order = x.in.extent_order = 9;
	is(exchange(&x), -XEN_EINVAL, "511 more that are not ours");
	x.out.extent_order = x.in.extent_order = 0;
	frames[1] = (PTR(page) - VIRT_BASE) >> 12;
	is(exchange(FIX(x)), -XEN_EFAULT, "a count that can't be written");
	is(va_map(page, mfn << 12 | 7), -XEN_EBUSY, "the page has gone");
	is(va_map(page, frames[1] << 12 | 7), 0, "and one has come");
	((unsigned long *)start_info->mfn_list)[(PTR(page) - VIRT_BASE) >> 12] =
		frames[1];
}

/* It stays as long as it is mapped, but is given back once. */
static void test_mapped(void)
{
	uint64_t mfn = mfn_of(extra);
	struct xen_memory_reservation r = {
		.extent_start = &mfn, .nr_extents = 1, .domid = DOMID_SELF,
	};

	is(mem(XENMEM_decrease_reservation, &r), 1, "give back a mapped page");
	extra[0] = 'x';
	is(extra[0], 'x', "it is still there");
	/* Xen counts it as done, and does nothing. */
	is(mem(XENMEM_decrease_reservation, &r), !on_sluice(),
	   "give it back again");
	is(va_map(extra, 0), 0, "unmap it");
	is(mem(XENMEM_decrease_reservation, &r), 0, "now it has gone");
	is(va_map(extra, mfn << 12 | 7), -XEN_EBUSY, "for good");
}

static long update(const struct mmu_update *u, unsigned int count,
		   uint64_t done, unsigned int who)
{
	return hc4(__HYPERVISOR_mmu_update, PTR(u), count, done, who);
}

/* An entry that is written again as it is. */
static struct mmu_update same(void)
{
	return (struct mmu_update){
		maddr_of(pte_of(page)) | MMU_NORMAL_PT_UPDATE, *pte_of(page),
	};
}

static void test_updates(void)
{
	struct mmu_update u = same(), two[2] = { same(), { 7, 0 } };
	uint32_t done = 9;

	is(update(&u, 1, 0, DOMID_SELF), 0, "an entry as it is");
	is(update(&u, 1, NOWHERE, DOMID_SELF), 0,
	   "a count that can't be written");
	is(update(&u, 1, HIDDEN, DOMID_SELF), 0, "a count in the hypervisor");
	is(update(&u, 1 | PREEMPTED, NOWHERE, DOMID_SELF), 0,
	   "a count that can't be read, of a call that goes on");
	is(update(&u, 1 | PREEMPTED, PTR(&done), DOMID_SELF), 0,
	   "such a call counts");
	is(done, 10, "from where it was");
	is(update(two, 2, PTR(&done), DOMID_SELF), -XEN_ENOSYS,
	   "two, the second is no request");
	is(done, 1, "the first was made");
	is(update(&u, 1, 0, NOBODY), -XEN_ESRCH, "nobody's frames");
	is(update(&u, 1, 0, 0), -XEN_ESRCH,
	   "our frames by our number, not DOMID_SELF");
	is(update(&u, 1, 0, (NOBODY + 1) << 16 | DOMID_SELF), -XEN_ESRCH,
	   "nobody's tables");
	is(update(&u, 1, 0, 1u << 16 | DOMID_SELF), 0,
	   "our tables by our number");
	u.ptr = maddr_of(page) | MMU_MACHPHYS_UPDATE;
	u.val = (PTR(page) - VIRT_BASE) >> 12;
	is(update(&u, 1, 0, 1u << 16 | DOMID_SELF), 0, "and our M2P entry");
}

static long ext(const struct mmuext_op *op, uint64_t done, unsigned int who)
{
	return hc4(__HYPERVISOR_mmuext_op, PTR(op), 1, done, who);
}

static void test_tables(void)
{
	struct mmuext_op flush = { .cmd = MMUEXT_TLB_FLUSH_LOCAL };
	uint64_t bad = NO_FRAME;

	is(mmuext(MMUEXT_CLEAR_PAGE, NO_FRAME, 0), -XEN_EINVAL,
	   "clear no frame");
	is(mmuext(MMUEXT_COPY_PAGE, NO_FRAME, mfn_of(page)), -XEN_EINVAL,
	   "copy to no frame");
	is(mmuext(MMUEXT_COPY_PAGE, mfn_of(page), NO_FRAME), -XEN_EINVAL,
	   "copy from no frame");
	is(mmuext(MMUEXT_PIN_L1_TABLE, NO_FRAME, 0), -XEN_EINVAL,
	   "pin no frame");
	is(mmuext(MMUEXT_UNPIN_TABLE, NO_FRAME, 0), -XEN_EINVAL,
	   "unpin no frame");
	is(mmuext(MMUEXT_NEW_BASEPTR, NO_FRAME, 0), -XEN_EINVAL,
	   "load no frame");
	is(ext(&flush, NOWHERE, DOMID_SELF), 0,
	   "a count that can't be written");
	is(ext(&flush, 0, NOBODY), -XEN_ESRCH, "for nobody");
	is(ext(&flush, 0, 0), -XEN_ESRCH, "for us by our number");
	is(hc2(__HYPERVISOR_set_gdt, PTR(&bad), 512), -XEN_EINVAL,
	   "a GDT in no frame");
	is(hc2(__HYPERVISOR_set_gdt, NOWHERE, 512), -XEN_EFAULT,
	   "a GDT of nothing");
}

static void test_vcpu(void)
{
	struct vcpu_register_runstate_memory_area run = {
		.addr.p = HIDDEN,
	};
	struct vcpu_register_time_memory_area time = { .addr.p = HIDDEN };
	uint32_t port = 1;
	struct sched_poll poll = {
		.ports = (void *)NOWHERE, .nr_ports = 2, .timeout = 1,
	};

	is(hc3(__HYPERVISOR_vcpu_op, VCPUOP_register_runstate_memory_area, 0,
	       PTR(&run)), -XEN_EFAULT, "the runstate in the hypervisor");
	is(hc3(__HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_time_memory_area, 0,
	       PTR(&time)), -XEN_EFAULT, "the clock in the hypervisor");
	vcpu_info->evtchn_upcall_pending = 0;
	is(hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&poll)), -XEN_EFAULT,
	   "poll for two ports nowhere");
	poll.nr_ports = 1;
	is(hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&poll)), -XEN_EFAULT,
	   "for one");
	poll.ports = (void *)HIDDEN;
	is(hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&poll)), -XEN_EFAULT,
	   "in the hypervisor");
	poll.ports = &port;
	poll.nr_ports = 129;
	is(hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&poll)), -XEN_EINVAL,
	   "for 129");
}

static volatile struct grant_entry_v1 table[512] __page;

static long gnt(unsigned int cmd, const void *list, uint64_t count)
{
	return hc3(__HYPERVISOR_grant_table_op, cmd, PTR(list), count);
}

/* Done, but the answer is lost: the mark that the lender sees tells. */
static void test_grants(void)
{
	struct gnttab_setup_table setup = { .dom = DOMID_SELF, .nr_frames = 1 };
	struct gnttab_map_grant_ref m = {
		.host_addr = PTR(page), .flags = GNTMAP_host_map, .ref = 20,
	};
	struct gnttab_set_version v = { .version = 3 };
	xen_pfn_t frame;

	setup.frame_list = &frame;
	is(gnt(GNTTABOP_setup_table, &setup, 1), 0, "a grant table");
	is(va_map(table, frame << 12 | 7), 0, "mapped");
	table[20].frame = mfn_of(page);
	table[20].flags = GTF_permit_access;
	is(gnt(GNTTABOP_map_grant_ref, FIX(m), 1), -XEN_EFAULT,
	   "a status that can't be written");
	is(table[20].flags & GTF_writing, GTF_writing, "the grant is mapped");
	is(gnt(GNTTABOP_set_version, &v, 1), -XEN_EINVAL, "no version 3");
	v.version = 2;
	if (on_sluice())
		is(gnt(GNTTABOP_set_version, &v, 1), -XEN_ENOSYS,
		   "no version 2");
}

static void test_pirq(void)
{
	struct physdev_map_pirq in = {
		.domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_MSI, .index = -1,
		.pirq = -1, .bus = 0xff, .devfn = 0xff,
	};

	is(hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_map_pirq, PTR(&in)),
	   -XEN_ENODEV, "a message of no device");
	in.bus = 0x1ff;
	is(hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_map_pirq, PTR(&in)),
	   -XEN_ENODEV, "of a bus past the last");
	in.type = 99;
	is(hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_map_pirq, PTR(&in)),
	   -XEN_EINVAL, "of no kind");
}

static void test_multicall(void)
{
	struct multicall_entry e = {
		.op = __HYPERVISOR_sched_op, .args = { SCHEDOP_yield },
	};

	is(hc2(__HYPERVISOR_multicall, PTR(FIX(e)), 1), -XEN_EFAULT,
	   "a result that can't be written");
	is(hc2(__HYPERVISOR_multicall, HIDDEN, 1), -XEN_EFAULT,
	   "a list in the hypervisor");
}

void test_main(void)
{
	test_events();
	test_maps();
	test_exchange();
	test_mapped();
	test_updates();
	test_tables();
	test_vcpu();
	test_pirq();
	test_multicall();
	test_grants();
}
