/* SPDX-License-Identifier: MIT */
/*
 * plain.c - a plain domain: what is domain 0's alone, and everybody's frames.
 */
#include <abi/event_channel.h>
#include <abi/grant_table.h>
#include <abi/memory.h>
#include <abi/physdev.h>
#include <abi/sched.h>
#include <abi/vcpu.h>
#include "others.h"

#define M2P	((const uint64_t *)MACH2PHYS_VIRT_START)

static char page[4096] __page;

static void test_events(void)
{
	struct evtchn_alloc_unbound a = { ZERO, DOMID_SELF, 0 };
	struct evtchn_bind_interdomain b = { .remote_dom = ZERO,
					     .remote_port = 1 };
	struct evtchn_status s = { .dom = ZERO, .port = 1 };
	struct evtchn_reset r = { ZERO };
	struct evtchn_bind_pirq q = { .pirq = 4 };

	is(evt(EVTCHNOP_alloc_unbound, &a), -XEN_EPERM, "a port of domain 0");
	is(evt(EVTCHNOP_status, &s), -XEN_EPERM, "what a port of its is");
	is(evt(EVTCHNOP_reset, &r), -XEN_EPERM, "close all of its");
	is(evt(EVTCHNOP_bind_interdomain, &b), -XEN_EINVAL,
	   "a port that is not for us");
	is(evt(EVTCHNOP_bind_pirq, &q), -XEN_EPERM, "a device's interrupt");
	a.dom = s.dom = r.dom = b.remote_dom = NOBODY;
	is(evt(EVTCHNOP_alloc_unbound, &a), -XEN_ESRCH, "nobody's port");
	is(evt(EVTCHNOP_status, &s), -XEN_ESRCH, "what it is");
	is(evt(EVTCHNOP_reset, &r), -XEN_ESRCH, "close them");
	is(evt(EVTCHNOP_bind_interdomain, &b), -XEN_ESRCH, "bind to one");
}

static void test_grants(void)
{
	struct gnttab_setup_table setup = { .dom = ZERO };
	struct gnttab_query_size size = { .dom = ZERO };
	struct gnttab_get_version version = { .dom = ZERO };

	is(gnt(GNTTABOP_setup_table, &setup), 0, "domain 0's grant table");
	is(setup.status, GNTST_permission_denied, "is its own");
	is(gnt(GNTTABOP_query_size, &size), 0, "its size");
	is(size.status, GNTST_permission_denied, "is, too");
	is(gnt(GNTTABOP_get_version, &version), -XEN_EPERM, "its version");
	setup.dom = size.dom = version.dom = NOBODY;
	gnt(GNTTABOP_setup_table, &setup);
	is(setup.status, GNTST_bad_domain, "nobody's table");
	gnt(GNTTABOP_query_size, &size);
	is(size.status, GNTST_bad_domain, "its size");
	is(gnt(GNTTABOP_get_version, &version), -XEN_ESRCH, "its version");
}

static void test_memory(void)
{
	struct xen_memory_reservation r = {
		.extent_start = (void *)page, .nr_extents = 1, .domid = ZERO,
	};
	struct xen_memory_exchange x = {
		.in = { (void *)page, 1, 0, 0, ZERO },
		.out = { (void *)page, 1, 0, 0, ZERO },
	};
	struct xen_memory_map map = { 1, page };
	struct xen_foreign_memory_map set = { DOMID_SELF, { 1, page } };
	struct e820entry *e = (void *)page;
	domid_t zero = ZERO;

	is(mem(XENMEM_current_reservation, &zero), -XEN_EPERM,
	   "domain 0's memory");
	is(mem(XENMEM_maximum_reservation, &zero), -XEN_EPERM, "its limit");
	is(mem(XENMEM_maximum_gpfn, &zero), -XEN_EPERM, "its last page");
	is(mem(XENMEM_increase_reservation, &r), 0, "more of it");
	is(mem(XENMEM_decrease_reservation, &r), 0, "less");
	is(mem(XENMEM_exchange, &x), -XEN_EPERM, "other");
	is(mem(XENMEM_machine_memory_map, &map), -XEN_EPERM,
	   "the machine's map");
	is(mem(XENMEM_memory_map, &map), 0, "our map");
	is(map.nr_entries, 1, "is one entry");
	is(e->type, E820_RAM, "of memory");
	map.buffer = (void *)NOWHERE;
	is(mem(XENMEM_memory_map, &map), -XEN_EFAULT, "to nowhere");
	is(mem(XENMEM_memory_map, (void *)NOWHERE), -XEN_EFAULT, "of nothing");
	is(mem(XENMEM_set_memory_map, &set), -XEN_EPERM,
	   "another one is domain 0's to give");
	set.domid = ZERO;
	is(mem(XENMEM_set_memory_map, &set), -XEN_EPERM, "not ours");
}

static void test_tables(void)
{
	uint64_t ptr = maddr_of(pte_of(page)), val = *pte_of(page);

	is(update(ptr, val, ZERO), -XEN_EPERM, "domain 0's frames");
	is(update(ptr, val, DOMID_IO), -XEN_EPERM, "devices");
	is(update(ptr, val, NOBODY), -XEN_ESRCH, "nobody's");
	is(update(ptr, val, ONE), -XEN_ESRCH, "ours by our number");
	is(update(ptr, val, TABLES_OF(ZERO) | DOMID_SELF), -XEN_EPERM,
	   "domain 0's tables");
	is(update(ptr, val, TABLES_OF(ONE) | DOMID_SELF), 0,
	   "our tables by our number");
	is(ext(MMUEXT_PIN_L1_TABLE, mfn_of(page), ZERO), -XEN_EPERM,
	   "a pin for domain 0");
	is(ext(MMUEXT_PIN_L1_TABLE, mfn_of(page), DOMID_IO), -XEN_EPERM,
	   "for devices");
	is(ext(MMUEXT_FLUSH_CACHE, 0, DOMID_SELF), -XEN_EACCES,
	   "empty the caches");
	is(ext(MMUEXT_FLUSH_CACHE_GLOBAL, 0, DOMID_SELF), -XEN_EINVAL,
	   "all of them");
	is(hc4(__HYPERVISOR_update_va_mapping_otherdomain, PTR(page), val, 0,
	       ZERO), -XEN_EPERM, "map domain 0's frame");
	is(hc4(__HYPERVISOR_update_va_mapping_otherdomain, PTR(page), val, 0,
	       DOMID_IO), -XEN_EPERM, "a device's");
	is(va_map(page, val | PTE_PCD), -XEN_EINVAL, "no caching");
	is(va_map(page, val | PTE_PWT), -XEN_EINVAL, "write-through");
	is(va_map(page, val | PTE_PS), -XEN_EINVAL, "or by the PAT");
}

/* Is it one of those that the builder gave us? */
static bool ours(uint64_t mfn)
{
	const uint64_t *p2m = (void *)start_info->mfn_list;
	uint64_t pfn = M2P[mfn];

	return pfn < start_info->nr_pages && p2m[pfn] == mfn;
}

/* Every frame of the machine, also what is no memory, to read and to write. */
static void test_frames(void)
{
	uint64_t end = mem(XENMEM_maximum_ram_page, NULL), mine = 0, got = 0;
	uint64_t others = 0, was = *pte_of(page), mfn;
	uint64_t shared = start_info->shared_info >> 12;
	uint64_t apic = 0xfee00;

	for (mfn = 0; mfn < end; mfn++) {
		bool may = ours(mfn) || mfn == shared;
		bool read = !va_map(page, mfn << 12 | PTE_P | PTE_U);
		bool write = !may && !va_map(page, mfn << 12 | 7);

		mine += may;
		got += may && read;
		others += !may && (read || write);
	}
	is(va_map(page, was), 0, "as it was");
	is(mine, start_info->nr_pages + 1, "our frames, and the shared one");
	is(got, mine, "each can be mapped");
	is(others, 1, "of all others only the grant table's first can");
	is(va_map(page, apic << 12 | 7), -XEN_EPERM, "nor can the APIC");
	is(va_map(page, (1ul << 40) - 0xfff), -XEN_EPERM,
	   "nor what is past all memory");
}

SNIPPET(do_in, "in %dx, %al; out %al, %dx");
SNIPPET(do_wbinvd, "wbinvd");
SNIPPET(do_rdmsr, "rdmsr");

static void enter_with(const char *code, uint64_t number, struct regs *out)
{
	struct regs in;

	regs_kernel(&in, code);
	in.rcx = in.rdx = number;
	enter(&in, out);
}

/* No port is its own: there is nothing there, and what is written is lost. */
static void test_ports(void)
{
	static const uint16_t ports[] = { 0x3fd, 0x64, 0xcf8, 0xcfc, 0xffff };
	struct physdev_set_iopl iopl = { 0 };
	struct regs out;
	unsigned int i;

	hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_set_iopl, PTR(&iopl));
	enter_with(do_in, ports[0], &out);
	is(out.vector, 13, "a port without an IOPL: #GP");
	is(out.rip, PTR(do_in), "there");
	iopl.iopl = 1;
	is(hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_set_iopl, PTR(&iopl)), 0,
	   "a virtual IOPL");
	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		enter_with(do_in, ports[i], &out);
		is(out.vector, 3, "then port 0x%x can be used", ports[i]);
		is(out.rax & 0xff, 0xff, "and nothing is there");
	}
	enter_with(do_wbinvd, 0, &out);
	is(out.vector, 3, "WBINVD does nothing");
	enter_with(do_rdmsr, 0x186, &out);
	is(out.vector, 13, "a counter's MSR: #GP");
	is(out.rip, PTR(do_rdmsr), "there");
}

static void test_machine(void)
{
	struct sched_remote_shutdown s = { .domain_id = ZERO };
	struct sched_pin_override pin = { .pcpu = 0 };
	struct physdev_map_pirq map = {
		.domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_GSI, .index = 4,
		.pirq = 4,
	};
	struct physdev_unmap_pirq unmap = { DOMID_SELF, 4 };
	struct physdev_setup_gsi gsi = { .gsi = 4 };
	struct physdev_eoi eoi = { 4 };
	struct vcpu_get_physid id;
	char c;

	is(sched(SCHEDOP_remote_shutdown, &s), -XEN_EPERM, "end domain 0");
	s.domain_id = NOBODY;
	is(sched(SCHEDOP_remote_shutdown, &s), -XEN_ESRCH, "end nobody");
	is(sched(SCHEDOP_pin_override, &pin), -XEN_EPERM, "stay on a CPU");
	is(hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_map_pirq, PTR(&map)),
	   -XEN_EPERM, "a line");
	is(hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_unmap_pirq, PTR(&unmap)),
	   -XEN_EPERM, "give it back");
	is(hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_setup_gsi, PTR(&gsi)),
	   -XEN_EPERM, "set it up");
	is(hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_eoi, PTR(&eoi)),
	   -XEN_EINVAL, "say that it was served");
	is(hc3(__HYPERVISOR_console_io, CONSOLEIO_read, 1, PTR(&c)),
	   -XEN_EPERM, "read domain 0's console");
	is(hc3(__HYPERVISOR_vcpu_op, VCPUOP_get_physid, 0, PTR(&id)),
	   -XEN_EINVAL, "which CPU we are on");
}

void test_plain(void)
{
	test_events();
	test_grants();
	test_memory();
	test_tables();
	test_frames();
	test_machine();
	test_ports();
}
