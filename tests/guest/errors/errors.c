/* SPDX-License-Identifier: MIT */
/*
 * errors.c - what calls refuse, as far as no other guest tries it.
 *
 * Trap table, stacks, callbacks, physdev_op and vcpu_op with arguments that
 * are wrong in each way, and what is accepted though it looks wrong: a guest
 * may depend on either.
 */
#include <abi/callback.h>
#include <abi/errno.h>
#include <abi/physdev.h>
#include <abi/sluice.h>
#include <abi/vcpu.h>
#include "test.h"

#define NOWHERE		0x700000000000ul
#define HIDDEN		0xffff830000000000ul
#define NONCANON	0x800000000000ul

static long trap_table(uint8_t vector, uint16_t cs, uint64_t address)
{
	struct trap_info ti[2] = { { vector, 4, cs, address } };

	return hc1(__HYPERVISOR_set_trap_table, PTR(ti));
}

static void test_trap_table(void)
{
	uint64_t handler = trap_stub(200);

	is(trap_table(200, CS64, NONCANON), -XEN_EINVAL, "a trap nowhere");
	is(trap_table(200, CS64, HIDDEN), 0, "a trap in the hypervisor");
	is(trap_table(200, 0x1234, handler), 0, "a selector past the GDT");
	is(trap_table(200, 0, handler), 0, "a null selector");
	is(trap_table(200, 0xe030, handler), 0, "an RPL of 0");
	is(hc1(__HYPERVISOR_set_trap_table, NOWHERE), -XEN_EFAULT,
	   "a table nowhere");
	is(hc1(__HYPERVISOR_set_trap_table, HIDDEN), -XEN_EFAULT,
	   "a table in the hypervisor");
	is(hc1(__HYPERVISOR_set_trap_table, NONCANON), -XEN_EFAULT,
	   "a table that is not canonical");
	is(trap_table(6, CS64, trap_stub(6)), 0, "#UD as before");
}

SNIPPET(do_ud, "ud2");
SNIPPET(do_int, "int $128");

/* Entries before a bad one count, those behind it do not. */
static void test_trap_list(void)
{
	struct trap_info ti[4] = {
		{ 128, 7, CS64, trap_stub(128) }, { 202, 7, CS64, NONCANON },
		{ 6, 7, CS64, trap_stub(203) },
	};
	struct regs in, out;

	is(hc1(__HYPERVISOR_set_trap_table, PTR(ti)), -XEN_EINVAL,
	   "the second of three is bad");
	regs_user(&in, do_int);
	enter(&in, &out);
	is(out.vector, 128, "the first is taken");
	regs_user(&in, do_ud);
	enter(&in, &out);
	is(out.vector, 6, "the third is not");
}

static void test_stack(void)
{
	is(hc2(__HYPERVISOR_stack_switch, SS64, NONCANON), 0,
	   "a stack that is not canonical");
	is(hc2(__HYPERVISOR_stack_switch, 0, PTR(trap_stack_top)), 0,
	   "a null SS");
	is(hc2(__HYPERVISOR_stack_switch, 0xe008, PTR(trap_stack_top)), 0,
	   "the hypervisor's code as SS");
	is(hc2(__HYPERVISOR_stack_switch, SS64, PTR(trap_stack_top)), 0,
	   "all right");
}

static long callback(unsigned int cmd, unsigned int type, unsigned int flags,
		     uint64_t address)
{
	struct callback_register cb = {
		.type = type, .flags = flags, .address = address,
	};

	return hc2(__HYPERVISOR_callback_op, cmd, PTR(&cb));
}

/* Sluice never lets SYSENTER through, and says so; Xen takes the entry. */
static bool no_sysenter(void)
{
	uint32_t a = 0, b, c = 0, d;

	asm("cpuid" : "+a" (a), "=b" (b), "+c" (c), "=d" (d));
	return b == 0x756e6547 &&	/* "Genu" */
	       hc3(__HYPERVISOR_sluice_op, SLUICEOP_version, 0, 0) > 0;
}

static void test_callbacks(void)
{
	static const struct {
		uint16_t type;
		uint16_t came;
	} kinds[] = {
		{ CALLBACKTYPE_event, CAME_EVENT },
		{ CALLBACKTYPE_failsafe, CAME_FAILSAFE },
		{ CALLBACKTYPE_syscall, CAME_SYSCALL },
		{ CALLBACKTYPE_syscall32, CAME_SYSCALL32 },
		{ CALLBACKTYPE_sysenter, CAME_SYSENTER },
		{ CALLBACKTYPE_nmi, CAME_NMI },
	};
	static const unsigned int none[] = { 3, 6, 8, 0xffff };
	uint64_t event = trap_stub(CAME_EVENT);
	uint64_t failsafe = trap_stub(CAME_FAILSAFE);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		unsigned int type = kinds[i].type;
		bool nmi = type == CALLBACKTYPE_nmi;
		bool not = type == CALLBACKTYPE_sysenter && no_sysenter();

		is(callback(CALLBACKOP_register, type, 1, NONCANON),
		   -XEN_EINVAL, "callback %u nowhere", type);
		is(callback(CALLBACKOP_register, type, 1,
			    trap_stub(kinds[i].came)), not ? -XEN_EINVAL : 0,
		   "callback %u", type);
		is(callback(CALLBACKOP_unregister, type, 0, 0),
		   nmi ? 0 : -XEN_EINVAL, "callback %u, unregister", type);
	}
	for (i = 0; i < ARRAY_SIZE(none); i++) {
		is(callback(CALLBACKOP_register, none[i], 1, event),
		   -XEN_ENOSYS, "no callback %u", none[i]);
		is(callback(CALLBACKOP_register, none[i], 1, NONCANON),
		   -XEN_EINVAL, "no callback %u nowhere", none[i]);
		is(callback(CALLBACKOP_unregister, none[i], 0, 0),
		   -XEN_ENOSYS, "no callback %u to unregister", none[i]);
	}
	is(callback(CALLBACKOP_register, CALLBACKTYPE_event, 0xfffe, event),
	   0, "flags that mean nothing");
	is(hc2(__HYPERVISOR_callback_op, 2, 0), -XEN_ENOSYS, "no operation 2");
	is(hc2(__HYPERVISOR_callback_op, 0xffffffff, 0), -XEN_ENOSYS,
	   "nor 2^32 - 1");
	is(hc2(__HYPERVISOR_callback_op, CALLBACKOP_register, NOWHERE),
	   -XEN_EFAULT, "register nowhere");
	is(hc2(__HYPERVISOR_callback_op, CALLBACKOP_unregister, NOWHERE),
	   -XEN_EFAULT, "unregister nowhere");
	is(hc3(__HYPERVISOR_set_callbacks, event, failsafe, NONCANON), 0,
	   "set_callbacks looks at no address");
	is(hc3(__HYPERVISOR_set_callbacks, event, failsafe,
	       trap_stub(CAME_SYSCALL)), 0, "set_callbacks");
}

static void test_physdev(void)
{
	uint64_t arg = 0;

	is(hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_set_iopl, NOWHERE),
	   -XEN_EFAULT, "set_iopl of nothing");
	is(hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_set_iobitmap, NOWHERE),
	   -XEN_EFAULT, "set_iobitmap of nothing");
	is(hc2(__HYPERVISOR_physdev_op, 99, PTR(&arg)), -XEN_ENOSYS,
	   "no physdev_op 99");
	is(hc2(__HYPERVISOR_physdev_op, 0xffffffff, PTR(&arg)), -XEN_ENOSYS,
	   "nor 2^32 - 1");
}

static long vcpu(unsigned int cmd, uint64_t id, uint64_t arg)
{
	return hc3(__HYPERVISOR_vcpu_op, cmd, id, arg);
}

static void test_vcpu(void)
{
	static struct vcpu_runstate_info state;
	struct vcpu_register_runstate_memory_area area = {
		.addr.v = &state,
	};
	struct vcpu_register_vcpu_info info = {
		.mfn = mfn_of(&state), .offset = 4096 - 32,
	};
	uint64_t sum, i;

	is(vcpu(VCPUOP_get_runstate_info, 0, PTR(&state)), 0, "runstate");
	is(state.state, RUNSTATE_running, "it runs");
	for (i = 0, sum = 0; i < 4; i++)
		sum += state.time[i];
	ok(sum > 0, "and has run");
	is(vcpu(VCPUOP_get_runstate_info, 0, NOWHERE), -XEN_EFAULT,
	   "runstate to nowhere");
	memset(&state, 0x5a, sizeof(state));
	is(vcpu(VCPUOP_register_runstate_memory_area, 0, PTR(&area)), 0,
	   "a place for the runstate");
	is(state.state, RUNSTATE_running, "is filled at once");
	is(vcpu(VCPUOP_register_runstate_memory_area, 0, NOWHERE),
	   -XEN_EFAULT, "its address nowhere");
	area.addr.p = 0;
	is(vcpu(VCPUOP_register_runstate_memory_area, 0, PTR(&area)), 0,
	   "no place");
	is(vcpu(VCPUOP_register_vcpu_info, 0, PTR(&info)), -XEN_ENXIO,
	   "vcpu_info over a page's end");
	info.offset = 1;
	is(vcpu(VCPUOP_register_vcpu_info, 0, PTR(&info)), -XEN_ENXIO,
	   "vcpu_info not aligned");
	info.offset = 0;
	info.mfn = 0xfffffffff;
	is(vcpu(VCPUOP_register_vcpu_info, 0, PTR(&info)), -XEN_EINVAL,
	   "vcpu_info in no frame");
	info.mfn = mfn_of(kernel_l4());
	is(vcpu(VCPUOP_register_vcpu_info, 0, PTR(&info)), -XEN_EINVAL,
	   "vcpu_info in a page table");
	is(vcpu(VCPUOP_register_vcpu_info, 0, NOWHERE), -XEN_EFAULT,
	   "vcpu_info of nothing");
	is(vcpu(VCPUOP_up, 0, 0), 0, "up, as it is");
	is(vcpu(VCPUOP_initialise, 0, NOWHERE), -XEN_EFAULT,
	   "initialise it with nothing");
}

/* Once; what was in the old place is in the new one then. */
static void test_vcpu_info(void)
{
	static struct vcpu_info place __attribute__((aligned(64)));
	struct vcpu_register_vcpu_info info = {
		.mfn = mfn_of(&place), .offset = PTR(&place) & 4095,
	};

	vcpu_info->arch.cr2 = 0x1234;
	is(vcpu(VCPUOP_register_vcpu_info, 0, PTR(&info)), 0,
	   "vcpu_info in a place of our own");
	is(place.arch.cr2, 0x1234, "has what the old one had");
	is(place.evtchn_upcall_mask, 1, "with the mask");
	is(place.evtchn_upcall_pending, 1, "and an upcall to be sure");
	is(place.evtchn_pending_sel, ~0ul, "for every word");
	is(vcpu(VCPUOP_register_vcpu_info, 0, PTR(&info)), -XEN_EINVAL,
	   "but once");
	vcpu_info = &place;
}

static void test_absent(void)
{
	static const unsigned int none[] = {
		11, 43, 44, 45, 46, 47, 50, 51, 52, 53, 54, 56, 57, 62, 63,
		64, 100, 127, 128, 1000,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(none); i++)
		is(hc0(none[i]), -XEN_ENOSYS, "no hypercall %u", none[i]);
}

void test_main(void)
{
	user_tables();
	test_trap_table();
	test_trap_list();
	test_stack();
	test_callbacks();
	test_physdev();
	test_vcpu();
	test_absent();
	test_vcpu_info();
}
