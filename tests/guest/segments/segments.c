/* SPDX-License-Identifier: MIT */
/*
 * segments.c - the guest's descriptors: which are taken, and what they do.
 *
 * A descriptor can open the hypervisor (a gate, a system segment, privilege),
 * so each is checked when it is written or when its page becomes a GDT; DPL is
 * raised to 3.  Then selectors of all sorts are loaded, in both modes, and
 * given to iret, which must pass the fault on to the guest.
 */
#include <abi/errno.h>
#include "test.h"

static uint64_t gdt[512] __page;
static uint64_t spare[512] __page;
static uint64_t frames[16];

SNIPPET(do_ds, "mov %ebx, %ds; ud2");
SNIPPET(do_es, "mov %ebx, %es; ud2");
SNIPPET(do_fs, "mov %ebx, %fs; ud2");
SNIPPET(do_gs, "mov %ebx, %gs; ud2");
SNIPPET(do_ss, "mov %ebx, %ss; ud2");
SNIPPET(do_ud, "ud2");

static int set_gdt(uint64_t mfn, unsigned int n)
{
	frames[0] = mfn;
	return hc2(__HYPERVISOR_set_gdt, PTR(frames), n);
}

static long update(const void *at, uint64_t desc)
{
	return hc2(__HYPERVISOR_update_descriptor, maddr_of(at), desc);
}

static void test_set_gdt(void)
{
	uint64_t pte = *pte_of(gdt);

	is(set_gdt(mfn_of(gdt), 512), -XEN_EINVAL,
	   "set_gdt: a page mapped writable");
	is(page_readonly(gdt), 0, "it becomes read-only");
	is(set_gdt(mfn_of(gdt), 512), 0, "set_gdt: a read-only one");
	is(set_gdt(mfn_of(gdt), 7169), -XEN_EINVAL,
	   "set_gdt: entries in the reserved part");
	is(set_gdt(mfn_of(gdt), 7168), -XEN_EINVAL,
	   "set_gdt: frames that are not its own");
	is(hc2(__HYPERVISOR_set_gdt, 0x700000000000, 512), -XEN_EFAULT,
	   "set_gdt: frames nowhere");
	is(page_writable(gdt), -XEN_EBUSY, "a GDT can't be mapped writable");
	is(set_gdt(0, 0), 0, "set_gdt: no entries");
	is(page_writable(gdt), 0, "then it can");
	is(*pte_of(gdt) & 7, pte & 7, "and is");

	gdt[7] = 0x0000ee00e0330000;
	is(page_readonly(gdt), 0, "read-only with a gate in it");
	is(set_gdt(mfn_of(gdt), 512), -XEN_EINVAL, "set_gdt: a gate");
	is(page_writable(gdt), 0, "writable to take it out");
	gdt[7] = 0x00cf92000000ffff;
	is(page_readonly(gdt), 0, "read-only with a segment for level 0");
	is(set_gdt(mfn_of(gdt), 512), 0, "set_gdt takes it");
	is(gdt[7], 0x00cff2000000ffff, "and raises it to 3");
}

/*
 * What becomes of a descriptor: what loads as DS, ES, FS, GS and SS give, -1
 * for success, else vector << 16 | error code without the selector.
 */
#define LOADS	(-1)
#define GP	(13 << 16)
#define NP	(11 << 16)
#define SS	(12 << 16)

static const struct {
	const char *name;
	uint64_t given, kept;
	int data, stack;
} descs[] = {
	{ "64-bit code", 0x00affa000000ffff, 0x00affa000000ffff, LOADS, GP },
	{ "32-bit code", 0x00cffa000000ffff, 0x00cffa000000ffff, LOADS, GP },
	{ "data", 0x00cff2000000ffff, 0x00cff2000000ffff, LOADS, LOADS },
	{ "data of level 0", 0x00cf92000000ffff, 0x00cff2000000ffff, LOADS,
	  LOADS },
	{ "code of level 0", 0x00af9a000000ffff, 0x00affa000000ffff, LOADS,
	  GP },
	{ "data not present", 0x00cf72000000ffff, 0x00cf72000000ffff, NP, SS },
	{ "conforming code", 0x00affe000000ffff, 0x00affe000000ffff, LOADS,
	  GP },
	{ "code with L and D", 0x00effa000000ffff, 0x00effa000000ffff, LOADS,
	  GP },
	{ "type 0", 0x0000e00012345678, 0x0000e00012345678, GP, GP },
	{ "call gate", 0x0000ec00e0330000, 0x00008c00e0330000, GP, GP },
	{ "call gate to level 0", 0x0000ec0000080000, 0x00008c00000b0000, GP,
	  GP },
	{ "TSS not present", 0x0000690000000067, 0x0000690000000067, GP, GP },
	{ "read-only expand-down", 0x00cff4000000ffff, 0x00cff4000000ffff,
	  LOADS, GP },
	{ "read-only data", 0x00cff0000000ffff, 0x00cff0000000ffff, LOADS,
	  GP },
	{ "execute-only code", 0x00aff8000000ffff, 0x00aff8000000ffff, GP,
	  GP },
	{ "data with a base", 0x12cff23456780000, 0x12cff23456780000, LOADS,
	  LOADS },
};

static bool load_good(const char *code, unsigned int sel, int want, bool user)
{
	struct regs in, out;
	bool good;

	(user ? regs_user : regs_kernel)(&in, code);
	in.rbx = sel;
	enter(&in, &out);
	if (want == LOADS)
		good = out.vector == 6 &&
		       (code != do_ss || out.ss == sel);
	else
		good = out.vector == (uint32_t)want >> 16 && out.has_error &&
		       out.error == (sel & ~3u) &&
		       frame_good(&in, &out, PTR(code));
	if (!good)
		note("vector %lu, error 0x%lx, ss 0x%lx", out.vector,
		     out.error, out.ss);
	return good;
}

static void test_loads(void)
{
	static const char *const code[] = { do_ds, do_es, do_fs, do_gs };
	unsigned int i, j, user;

	for (i = 0; i < ARRAY_SIZE(descs); i++) {
		unsigned int sel = (i + 1) * 8 + 3;
		bool data = true, stack = true;

		is(update(&gdt[i + 1], descs[i].given), 0,
		   "update_descriptor: %s", descs[i].name);
		is(gdt[i + 1], descs[i].kept, "%s: as kept", descs[i].name);
		for (user = 0; user < 2; user++) {
			for (j = 0; j < 4; j++)
				data &= load_good(code[j], sel, descs[i].data,
						  user);
			stack &= load_good(do_ss, sel, descs[i].stack, user);
		}
		ok(data, "%s: in DS, ES, FS, GS", descs[i].name);
		ok(stack, "%s: in SS", descs[i].name);
	}
	for (user = 0; user < 2; user++) {
		bool good = true;

		for (j = 0; j < 4; j++)
			good &= load_good(code[j], 0, LOADS, user) &&
				load_good(code[j], 3, LOADS, user);
		ok(good, "null selectors load");
		ok(load_good(do_ss, 3, GP, user), "but in SS");
		ok(load_good(do_ds, 0xe02b, LOADS, user), "0xe02b loads");
		ok(load_good(do_ss, 0xe02b, LOADS, user), "also in SS");
		ok(load_good(do_ds, 0xe00b, GP, user), "0xe00b does not");
		ok(load_good(do_ds, 0xfffb, GP, user), "nor does 0xfffb");
	}
}

static void test_refusals(void)
{
	static const struct {
		const char *name;
		uint64_t desc;
	} bad[] = {
		{ "interrupt gate", 0x0000ee00e0330000 },
		{ "trap gate", 0x0000ef00e0330000 },
		{ "TSS", 0x0000e90000000067 },
		{ "busy TSS", 0x0000eb0000000067 },
		{ "LDT", 0x0000e20000000067 },
		{ "task gate", 0x0000e50012340000 },
		{ "call gate to 0xe008", 0x0000ec00e0080000 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		is(update(&gdt[100], bad[i].desc), -XEN_EINVAL,
		   "update_descriptor: %s", bad[i].name);
		is(gdt[100], 0, "%s: is not written", bad[i].name);
	}
	is(update((char *)gdt + 1, descs[0].given), -XEN_EINVAL,
	   "update_descriptor: not aligned");
	is(hc2(__HYPERVISOR_update_descriptor, 0x7ffffffffff000, 0),
	   -XEN_EINVAL, "update_descriptor: no such frame");
	is(hc2(__HYPERVISOR_update_descriptor, 0, 0), -XEN_EINVAL,
	   "update_descriptor: another's frame");
	is(update(kernel_l4(), 0), -XEN_EINVAL,
	   "update_descriptor: a page table");
	is(update(&spare[1], descs[0].given), 0,
	   "update_descriptor: a plain page");
	is(spare[1], descs[0].given, "which has it now");
}

/* What iret can't load faults where it would have gone. */
static void iret_bad(const char *name, unsigned int cs, unsigned int ss,
		     unsigned int vector, unsigned int error)
{
	struct regs in, out;

	regs_user(&in, do_ud);
	in.cs = cs;
	in.ss = ss;
	enter(&in, &out);
	is(out.vector, vector, "iret: %s: vector", name);
	is(out.error, error, "iret: %s: code", name);
	is(out.rip, in.rip, "iret: %s: RIP", name);
	is(out.cs & 0xffffffff, cs, "iret: %s: CS", name);
	is(out.ss, ss | 3, "iret: %s: SS", name);
	ok(regs_same(&in, &out), "iret: %s: registers", name);
}

static void test_iret(void)
{
	iret_bad("own code", 0x0b, SS64, 6, 0);
	iret_bad("own 32-bit code", 0x13, SS64, 6, 0);
	iret_bad("flat 32-bit code", 0xe023, SS64, 6, 0);
	iret_bad("own stack", CS64, 0x1b, 6, 0);
	iret_bad("own code, to the kernel", 0x08, SS64, 6, 0);
	iret_bad("data as code", 0x1b, SS64, 13, 0x18);
	iret_bad("data as code, to the kernel", 0x18, SS64, 13, 0x18);
	iret_bad("code past the GDT", 0x1233, SS64, 13, 0x1230);
	iret_bad("code past it, to the kernel", 0x1230, SS64, 13, 0x1230);
	iret_bad("the hypervisor's code", 0xe00b, SS64, 13, 0xe008);
	iret_bad("stack past the GDT", CS64, 0x1233, 13, 0x1230);
	iret_bad("null stack", CS64, 0, 13, 0);
}

void test_main(void)
{
	user_tables();
	test_set_gdt();
	test_loads();
	test_refusals();
	test_iret();
}
