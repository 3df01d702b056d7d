/* SPDX-License-Identifier: MIT */
/*
 * pirq.c - interrupts of a device: its line, MSI and MSI-X.
 *
 * An Intel 82574L, which raises an interrupt when its register ICS is written.
 * It is found in configuration space and its registers are mapped; then each
 * kind of interrupt is mapped, bound, raised, closed and unmapped, with the
 * answers to what can't be done.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/physdev.h>
#include <abi/sched.h>
#include <abi/sluice.h>
#include "test.h"

#define NOWHERE		((void *)0x7ffff0000000)
#define VENDOR_DEVICE	0x10d38086
#define CTRL		0x00		/* registers of the 82574L */
#define ICR		0xc0
#define ICS		0xc8
#define IMS		0xd0
#define IMC		0xd8
#define IVAR		0xe4
#define CTRL_RESET	(1u << 26)
#define CAUSE		(1u << 24)	/* "other", in ICS and IMS */
#define IVAR_OTHER	0x80000		/* entry 0, valid */
#define COMMAND		4
#define IOAPIC		0xfec00000ul
#define POLL_TIME	20000000ul	/* ns */

static char window[4096] __page;
static volatile uint32_t *regs = (volatile uint32_t *)window;
static uint32_t devfn;

static long evt(unsigned int cmd, void *arg)
{
	return hc2(__HYPERVISOR_event_channel_op, cmd, PTR(arg));
}

static long physdev(unsigned int cmd, void *arg)
{
	return hc2(__HYPERVISOR_physdev_op, cmd, PTR(arg));
}

static void out32(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %1" : : "a" (value), "Nd" (port));
}

static uint32_t in32(uint16_t port)
{
	uint32_t value;

	asm volatile("inl %1, %0" : "=a" (value) : "Nd" (port));
	return value;
}

static uint32_t config_read(uint32_t at)
{
	out32(0xcf8, 0x80000000 | devfn << 8 | at);
	return in32(0xcfc);
}

static void config_write(uint32_t at, uint32_t value)
{
	out32(0xcf8, 0x80000000 | devfn << 8 | at);
	out32(0xcfc, value);
}

/* The upper half of a register: Xen wants that alone for MSI-X. */
static void config_control(uint32_t at, uint16_t value)
{
	out32(0xcf8, 0x80000000 | devfn << 8 | at);
	asm volatile("outw %0, %1" : : "a" (value), "Nd" ((uint16_t)0xcfe));
}

static uint32_t capability(uint32_t id)
{
	uint32_t at = config_read(0x34) & 0xfc;

	while (at && (config_read(at) & 0xff) != id)
		at = config_read(at) >> 8 & 0xfc;
	return at;
}

static bool on_sluice(void)
{
	return hc3(__HYPERVISOR_sluice_op, SLUICEOP_version, 0, 0) >= 1;
}

static bool find_device(void)
{
	for (devfn = 0; devfn < 256; devfn++)
		if (config_read(0) == VENDOR_DEVICE)
			return true;
	return false;
}

static long map_pirq(int type, int index, int entry, uint64_t table,
		     int32_t *pirq)
{
	struct physdev_map_pirq in = {
		.domid = DOMID_SELF, .type = type, .index = index,
		.pirq = *pirq, .devfn = devfn, .entry_nr = entry,
		.table_base = table,
	};
	long ret = physdev(PHYSDEVOP_map_pirq, &in);

	*pirq = in.pirq;
	return ret;
}

static long unmap_pirq(int32_t pirq)
{
	struct physdev_unmap_pirq in = { DOMID_SELF, pirq };

	return physdev(PHYSDEVOP_unmap_pirq, &in);
}

static long bind_pirq(int32_t pirq, uint32_t *port)
{
	struct evtchn_bind_pirq in = {
		.pirq = pirq, .flags = BIND_PIRQ__WILL_SHARE,
	};
	long ret = evt(EVTCHNOP_bind_pirq, &in);

	*port = in.port;
	return ret;
}

static long eoi(uint32_t pirq)
{
	struct physdev_eoi in = { pirq };

	return physdev(PHYSDEVOP_eoi, &in);
}

static long close_port(uint32_t port)
{
	return evt(EVTCHNOP_close, &port);
}

/* Waits for the port for a while, and takes the event. */
static bool comes(uint32_t port)
{
	uint64_t bit = 1ul << port % 64, *word;
	struct sched_poll poll = { .ports = &port, .nr_ports = 1 };
	bool was;

	word = &shared_info->evtchn_pending[port / 64];
	poll.timeout = now() + POLL_TIME;
	hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&poll));
	was = *(volatile uint64_t *)word & bit;
	asm volatile("lock andq %1, %0" : "+m" (*word) : "r" (~bit));
	return was;
}

static void raise(void)
{
	regs[ICS / 4] = CAUSE;
}

/* What the driver's handler would do. */
static void serve(int32_t pirq)
{
	(void)*(volatile uint32_t *)&regs[ICR / 4];
	regs[ICR / 4] = ~0u;
	eoi(pirq);
}

static void test_refusals(void)
{
	struct physdev_map_pirq in = {
		.domid = 77, .type = MAP_PIRQ_TYPE_GSI, .index = 9, .pirq = 9,
	};
	struct physdev_unmap_pirq out = { 77, 9 };
	uint32_t table = config_read(0x1c) & ~15u, port, real = devfn;
	int32_t pirq = -1;

	is(physdev(PHYSDEVOP_map_pirq, NOWHERE), -XEN_EFAULT, "map nowhere");
	is(physdev(PHYSDEVOP_map_pirq, &in), -XEN_ESRCH,
	   "for a domain that is not");
	is(physdev(PHYSDEVOP_unmap_pirq, NOWHERE), -XEN_EFAULT,
	   "unmap nowhere");
	is(physdev(PHYSDEVOP_unmap_pirq, &out), -XEN_ESRCH,
	   "of a domain that is not");
	is(map_pirq(9, -1, 0, 0, &pirq), -XEN_EINVAL, "no such type");
	is(map_pirq(MAP_PIRQ_TYPE_GSI, -1, 0, 0, &pirq), -XEN_EINVAL,
	   "a line below the first");
	is(map_pirq(MAP_PIRQ_TYPE_GSI, 5000, 0, 0, &pirq), -XEN_EINVAL,
	   "a line beyond the last");
	devfn = 0xfa;
	is(map_pirq(MAP_PIRQ_TYPE_MSI_SEG, -1, 0, 0, &pirq), -XEN_ENODEV,
	   "MSI of no device");
	is(map_pirq(MAP_PIRQ_TYPE_MSI_SEG, -1, 0, table, &pirq), -XEN_ENODEV,
	   "MSI-X of no device");
	devfn = real;
	pirq = -1;
	is(map_pirq(MAP_PIRQ_TYPE_MSI_SEG, -1, 5, table, &pirq), -XEN_EINVAL,
	   "an MSI-X entry past the last");
	is(unmap_pirq(-1), -XEN_EINVAL, "unmap number -1");
	is(unmap_pirq(100000), -XEN_EINVAL, "unmap what can't be");
	is(unmap_pirq(150), -XEN_EINVAL, "unmap what is not mapped");
	is(bind_pirq(150, &port), -XEN_EPERM, "nor bind that");
	is(eoi(150), -XEN_EINVAL, "nor end it");
	is(eoi(100000), -XEN_EINVAL, "nor what can't be");
}

/* Xen gives other numbers as well. */
static void test_numbers(void)
{
	int32_t line = config_read(0x3c) & 0xff, pirq = line + 1;

	if (!on_sluice()) {
		skip("Xen would", "another number");
		return;
	}
	is(map_pirq(MAP_PIRQ_TYPE_GSI, line, 0, 0, &pirq), -XEN_EINVAL,
	   "a line by another number");
	pirq = line;
	is(map_pirq(MAP_PIRQ_TYPE_MSI_SEG, -1, 0, 0, &pirq), -XEN_EINVAL,
	   "MSI by a number of its choice");
	is(va_map(page_alloc(), IOAPIC | PTE_P | PTE_W), -XEN_EPERM,
	   "the I/O APIC can't be mapped");
	pirq = -1;
	is(map_pirq(MAP_PIRQ_TYPE_GSI, 4, 0, 0, &pirq), -XEN_EPERM,
	   "the line of the hypervisor's UART");
}

/* Where the device has no table, or says that it is in memory. */
static void test_tables(void)
{
	uint32_t bar = config_read(0x1c);
	int32_t pirq = -1;

	config_write(COMMAND, 4);
	is(map_pirq(MAP_PIRQ_TYPE_MSI_SEG, -1, 0, bar & ~15u, &pirq),
	   -XEN_ENXIO, "MSI-X while its memory is off");
	if (!on_sluice()) {
		skip("Xen would write there", "MSI-X entry in RAM");
	} else {
		config_write(0x1c, maddr_of(page_alloc()) & ~0x3ffful);
		config_write(COMMAND, 6);
		pirq = -1;
		is(map_pirq(MAP_PIRQ_TYPE_MSI_SEG, -1, 0, 1, &pirq),
		   -XEN_ENXIO, "MSI-X entry in RAM");
		config_write(0x1c, 0xfee00000);
		pirq = -1;
		is(map_pirq(MAP_PIRQ_TYPE_MSI_SEG, -1, 0, 1, &pirq),
		   -XEN_ENXIO, "MSI-X entry in the local APIC");
		config_write(0x1c, bar);
	}
	config_write(COMMAND, 6);
}

/* It writes messages only when it may write memory at all. */
static void reset(void)
{
	regs[CTRL / 4] |= CTRL_RESET;
	while (regs[CTRL / 4] & CTRL_RESET)
		;
	regs[IMC / 4] = ~0u;
	serve(150);
	regs[IMS / 4] = CAUSE;
	config_write(COMMAND, 7);
}

/* Mapped as PIRQ, whichever kind it is. */
static void test_kind(const char *kind, int32_t pirq)
{
	struct evtchn_status st = { .dom = DOMID_SELF };
	uint32_t port, other;

	is(bind_pirq(pirq, &port), 0, "%s: bound", kind);
	st.port = port;
	is(evt(EVTCHNOP_status, &st), 0, "%s: the port's status", kind);
	is(st.status, EVTCHNSTAT_pirq, "%s: says pirq", kind);
	is(st.u.pirq, pirq, "%s: says which", kind);
	is(bind_pirq(pirq, &other), -XEN_EEXIST, "%s: not bound twice", kind);
	ok(!comes(port), "%s: quiet", kind);
	raise();
	ok(comes(port), "%s: comes", kind);
	is(eoi(pirq), 0, "%s: ended", kind);
	serve(pirq);
	comes(port);	/* a line that was high until it was served */
	serve(pirq);
	ok(!comes(port), "%s: once", kind);
	raise();
	ok(comes(port), "%s: comes again", kind);
	serve(pirq);
	is(close_port(port), 0, "%s: closed", kind);
	raise();
	ok(!comes(port), "%s: comes no more", kind);
	serve(pirq);
	is(bind_pirq(pirq, &port), 0, "%s: bound again", kind);
	comes(port);
	serve(pirq);
	raise();
	ok(comes(port), "%s: comes again", kind);
	serve(pirq);
	is(close_port(port), 0, "%s: closed again", kind);
	is(unmap_pirq(pirq), 0, "%s: unmapped", kind);
	is(unmap_pirq(pirq), -XEN_EINVAL, "%s: not twice", kind);
	is(bind_pirq(pirq, &port), -XEN_EPERM, "%s: not bound", kind);
}

static void test_line(void)
{
	int32_t line = config_read(0x3c) & 0xff, pirq = line;
	struct physdev_setup_gsi setup = { line, 1, 0 };

	note("line %d", line);
	reset();
	physdev(PHYSDEVOP_setup_gsi, &setup);
	is(map_pirq(MAP_PIRQ_TYPE_GSI, line, 0, 0, &pirq), 0, "line: mapped");
	is(pirq, line, "line: by its own number");
	is(map_pirq(MAP_PIRQ_TYPE_GSI, line, 0, 0, &pirq), 0,
	   "line: mapped again is the same");
	test_kind("line", pirq);
}

/* Xen says so on its console, and gives a second number. */
static void twice(const char *kind, uint64_t table)
{
	int32_t more = -1;

	if (!on_sluice())
		skip("not Sluice", "mapped twice");
	else
		is(map_pirq(MAP_PIRQ_TYPE_MSI_SEG, -1, 0, table, &more),
		   -XEN_EEXIST, "%s: not twice", kind);
}

static void test_msi(void)
{
	uint32_t cap = capability(5);
	int32_t pirq = -1;

	reset();
	is(map_pirq(MAP_PIRQ_TYPE_MSI_SEG, -1, 0, 0, &pirq), 0, "MSI: mapped");
	twice("MSI", 0);
	config_control(cap, config_read(cap) >> 16 | 1);
	test_kind("MSI", pirq);
	ok(!(config_read(cap) >> 16 & 1), "MSI: off");
}

static void test_msix(void)
{
	uint32_t cap = capability(0x11), table = config_read(0x1c) & ~15u;
	int32_t pirq = -1, more = -1;

	reset();
	regs[IVAR / 4] = IVAR_OTHER;
	is(map_pirq(MAP_PIRQ_TYPE_MSI_SEG, -1, 0, table, &pirq), 0,
	   "MSI-X: mapped");
	twice("MSI-X", table);
	is(map_pirq(MAP_PIRQ_TYPE_MSI_SEG, -1, 4, table, &more), 0,
	   "MSI-X: another entry");
	ok(more != pirq, "MSI-X: by another number");
	is(unmap_pirq(more), 0, "MSI-X: unmapped");
	config_control(cap, 0x8000);
	test_kind("MSI-X", pirq);
	config_control(cap, 0);
}

void test_main(void)
{
	struct physdev_set_iopl iopl = { 1 };
	struct physdev_pci_device_add add = { 0 };

	physdev(PHYSDEVOP_set_iopl, &iopl);
	if (!find_device())
		bail("no 82574L");
	add.devfn = devfn;
	is(physdev(PHYSDEVOP_pci_device_add, &add), 0, "a device is told of");
	ok(config_read(COMMAND) & 2, "its memory is on");
	is(va_map(window, (config_read(0x10) & ~15ul) | PTE_P | PTE_W |
		  PTE_PCD | PTE_NX), 0, "its registers are mapped");
	test_refusals();
	test_tables();
	test_numbers();
	test_line();
	test_msi();
	test_msix();
}
