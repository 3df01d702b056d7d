/* SPDX-License-Identifier: MIT */
/*
 * mistakes.c - what porters do wrong, one at a time: LINE= says which.
 *
 * Not to be copied.  docs/porting.md lists what each looks like.
 */
#include <hcall/hcall.h>

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "mistakes");

#define NOWHERE	(1UL << 40)

static char stack[16384] __attribute__((aligned(16)));
static uint64_t table[512] __attribute__((aligned(4096)));
static char page[4096] __attribute__((aligned(4096)));
static struct hc_regs user = {
	.rip = NOWHERE,
	.cs = FLAT_USER_CS,
	.ss = FLAT_USER_SS,
	.rflags = 0x200,
};

static void traps_init(void)
{
	if (hc_trap_init(stack + sizeof(stack)))
		hc_shutdown(SHUTDOWN_crash);
}

/* A pointer that leads nowhere, before anybody could be told of it. */
static void no_traps(void)
{
	*(volatile char *)NOWHERE = 1;
}

/* User mode faults at once, and there is nowhere to put the frame. */
static void no_stack(void)
{
	traps_init();
	hc_kernel_stack(NULL);
	hc_map(table, hc_pte(hc_virt_to_mfn(table), HC_PTE_PRESENT));
	hc_pin(hc_virt_to_mfn(table), 4);
	hc_mmuext_op(hc_addr(&(struct mmuext_op){
		.cmd = MMUEXT_NEW_USER_BASEPTR,
		.arg1.mfn = hc_virt_to_mfn(table),
	}), 1, 0, DOMID_SELF);
	hc_regs_enter(&user);
}

static void no_tables(void)
{
	traps_init();
	hc_regs_enter(&user);
}

/* Page 512 is ours; frame 512, at 2 MiB, is Sluice's. */
static void pfn_in_entry(void)
{
	hc_printf("mapped by its pfn: error %ld\n",
		  hc_map(page, hc_pte(512, HC_PTE_KERNEL)));
}

static void writable_table(void)
{
	hc_printf("pinned while it is writable: error %ld\n",
		  hc_pin(hc_virt_to_mfn(table), 1));
}

static void plain_store(void)
{
	uint64_t *l4 = (uint64_t *)hc_start_info()->pt_base;

	traps_init();
	*(volatile uint64_t *)l4 = 0;
}

static volatile unsigned int upcalls;

static void upcall(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port, (void)regs, (void)arg;
	upcalls++;
}

static void cli(void)
{
	traps_init();
	asm volatile("cli");
}

/* POPF, to clear IF. */
static void popf(void)
{
	long port;

	traps_init();
	hc_event_init();
	port = hc_event_bind_ipi(0, upcall, NULL);
	hc_upcalls_unmask();
	asm volatile("push $0; popf" ::: "memory", "cc");
	hc_event_send(port);
	hc_printf("masked by POPF: %u upcall\n", upcalls);
}

static void nothing(struct hc_regs *regs)
{
	(void)regs;
}

/* What a compiler does in a function that calls nobody. */
static void red_zone(void)
{
	uint64_t local;

	traps_init();
	hc_trap_set(3, nothing);
	asm volatile("movq $42, -8(%%rsp)\n\tint3\n\tmovq -8(%%rsp), %0"
		     : "=r" (local) :: "memory");
	hc_printf("the local was 42, is %lu\n", local);
}

void hc_main(struct start_info *si)
{
	static const struct {
		char word[12];
		void (*fn)(void);
	} all[] = {
		{ "traps", no_traps }, { "stack", no_stack },
		{ "tables", no_tables }, { "pfn", pfn_in_entry },
		{ "writable", writable_table }, { "store", plain_store },
		{ "cli", cli }, { "popf", popf },
		{ "redzone", red_zone },
	};
	char value[2];
	unsigned int i;

	(void)si;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (hc_cmdline(all[i].word, value, sizeof(value)) >= 0)
			all[i].fn();
	hc_shutdown(SHUTDOWN_poweroff);
}
