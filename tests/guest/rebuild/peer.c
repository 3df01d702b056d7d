/* SPDX-License-Identifier: MIT */
/*
 * peer.c - a domain that may end at any moment: does with the others, and with
 * domain 0, all that can be done, without end.
 */
#include "rebuild.h"

#define AREAS	4

static volatile struct grant_entry_v1 table[512] __page;
static char lent[REFS][4096] __page;
static char at[AREAS][4096] __page;
static char copy[4096] __page;
static grant_handle_t handles[AREAS];
static bool is_mapped[AREAS];
static uint64_t state;

static void lend(void)
{
	struct gnttab_setup_table setup = { .dom = DOMID_SELF, .nr_frames = 1 };
	xen_pfn_t frame;
	grant_ref_t ref;

	setup.frame_list = &frame;
	hc3(__HYPERVISOR_grant_table_op, GNTTABOP_setup_table, PTR(&setup), 1);
	va_map(table, frame << 12 | PTE_P | PTE_W);
	for (ref = REF_FIRST; ref < REF_FIRST + REFS; ref++) {
		table[ref].frame = mfn_of(lent[ref - REF_FIRST]);
		table[ref].domid = draw(&state) % (PEERS + 1);
		asm volatile("" : : : "memory");
		table[ref].flags = GTF_permit_access;
	}
}

static void use_grants(uint64_t r, domid_t dom)
{
	unsigned int i = r >> 8 & (AREAS - 1);
	grant_ref_t ref = REF_FIRST + r % REFS;

	gnt_copy(dom, ref, copy);
	if (is_mapped[i]) {
		at[i][0]++;
		is_mapped[i] = gnt_unmap(at[i], handles[i]);
	} else {
		is_mapped[i] = !gnt_map(at[i], dom, ref, GNTMAP_host_map,
					&handles[i]);
	}
	if (r >> 16 & 1)
		table[ref].domid = r >> 20 & 3;
}

static void use_ports(uint64_t r, domid_t dom)
{
	struct evtchn_alloc_unbound alloc = {
		.dom = DOMID_SELF, .remote_dom = dom,
	};
	struct evtchn_bind_interdomain bind = {
		.remote_dom = dom, .remote_port = r >> 8 & 31,
	};
	uint32_t port = 1 + (r >> 16) % 31;

	switch (r & 7) {
	case 0:
		hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound,
		    PTR(&alloc));
		break;
	case 1:
		hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_interdomain,
		    PTR(&bind));
		break;
	case 2:
		hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_close, PTR(&port));
		break;
	case 3:
		hc3(__HYPERVISOR_sluice_op, SLUICEOP_yield_to, port,
		    SLUICE_YIELD_SEND);
		break;
	default:
		hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_send, PTR(&port));
	}
}

/* Memory given back and taken, and page tables on the way. */
static void use_memory(uint64_t r)
{
	static void *spare;
	xen_pfn_t frame;
	struct xen_memory_reservation m = {
		.extent_start = &frame, .nr_extents = 1, .domid = DOMID_SELF,
	};

	if (!spare)
		spare = page_alloc();
	if (r & 1) {
		page_readonly(spare);
		mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(spare), 0);
		if (r & 2)
			mmuext(MMUEXT_UNPIN_TABLE, mfn_of(spare), 0);
		page_writable(spare);
		return;
	}
	frame = 0;
	if (hc2(__HYPERVISOR_memory_op, XENMEM_populate_physmap, PTR(&m)) == 1)
		hc2(__HYPERVISOR_memory_op, XENMEM_decrease_reservation,
		    PTR(&m));
}

static void sleep(uint64_t r)
{
	struct sched_poll poll = { .timeout = 1 };
	struct sched_shutdown end = { .reason = SHUTDOWN_poweroff };

	switch (r & 15) {
	case 0 ... 7:
		hc2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
		break;
	case 8:
		if (r >> 8 & 31)
			break;
		hc2(__HYPERVISOR_sched_op, SCHEDOP_shutdown, PTR(&end));
		break;
	case 9:
		hc1(__HYPERVISOR_set_timer_op, 1);
		break;
	default:
		hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&poll));
	}
}

void peer(void)
{
	uint32_t low, high, i;
	uint64_t r;

	asm volatile("rdtsc" : "=a" (low), "=d" (high));
	state = low | 1;
	for (i = 0; i < AREAS; i++)
		va_map(at[i], 0);
	lend();
	for (;;) {
		r = draw(&state);
		switch (r >> 40 & 7) {
		case 0 ... 2:
			use_grants(r, (r >> 32) % (PEERS + 1));
			break;
		case 3 ... 4:
			use_ports(r, (r >> 32) % (PEERS + 1));
			break;
		case 5:
			use_memory(r);
			break;
		case 6:
			sleep(r);
			break;
		default:
			if (r % 64)
				break;
			hc3(__HYPERVISOR_console_io, 0, 1, PTR("."));
		}
	}
}
