/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - the x87, SSE and AVX state, and the virtual CR0.TS.
 *
 * The state must be clean at first, survive every way into the hypervisor and
 * back, and be the guest's in both modes.  With TS set by call or by CR0 the
 * next use is a #NM, whose delivery clears TS again.
 */
#include <abi/sched.h>
#include "test.h"

#define STOP	"; ud2"

SNIPPET(do_sse, "xorps %xmm0, %xmm0" STOP);
SNIPPET(do_x87, "fldz; fstp %st(0)" STOP);
SNIPPET(do_wait, "fwait" STOP);
SNIPPET(do_get_cr0, "mov %cr0, %rax" STOP);
SNIPPET(do_set_cr0, "mov %rax, %cr0" STOP);
SNIPPET(do_set_cr4, "mov %rax, %cr4" STOP);
SNIPPET(do_clts, "clts" STOP);
SNIPPET(do_xsetbv, "xor %ecx, %ecx; xor %edx, %edx; mov $7, %eax; xsetbv"
	STOP);
SNIPPET(do_xmm_error, "ldmxcsr (%rbx); xorps %xmm0, %xmm0; divss %xmm0, %xmm0"
	STOP);
SNIPPET(do_nop, "nop" STOP);

static uint8_t image[2][1024] __attribute__((aligned(64)));
static struct regs in, out;

static unsigned int run(const char *code, uint64_t rax, bool user)
{
	(user ? regs_user : regs_kernel)(&in, code);
	in.rax = rax;
	enter(&in, &out);
	return out.vector;
}

static long taskswitch(uint64_t set)
{
	return hc1(__HYPERVISOR_fpu_taskswitch, set);
}

static bool ts(void)
{
	run(do_get_cr0, 0, false);
	return out.rax & 8;
}

static bool has_xsave(void)
{
	uint32_t a = 1, b, c, d;

	asm("cpuid" : "+a" (a), "=b" (b), "=c" (c), "=d" (d));
	return c >> 26 & 1;
}

static void save(void *to)
{
	memset(to, 0, 1024);
	if (has_xsave())
		asm volatile("xsave64 (%0)" : : "r" (to), "a" (7), "d" (0)
			     : "memory");
	else
		asm volatile("fxsave64 (%0)" : : "r" (to) : "memory");
}

static void load(const void *from)
{
	if (has_xsave())
		asm volatile("xrstor64 (%0)" : : "r" (from), "a" (7), "d" (0)
			     : "memory");
	else
		asm volatile("fxrstor64 (%0)" : : "r" (from) : "memory");
}

/* MXCSR 0x1f80, FCW 0x37f, nothing in any register. */
static void test_first(void)
{
	uint32_t i, sum = 0, mxcsr;
	uint16_t fcw;

	ok(!ts(), "CR0.TS is clear at first");
	asm volatile("fxsave64 (%0)" : : "r" (image[0]) : "memory");
	fcw = image[0][0] | image[0][1] << 8;
	memcpy(&mxcsr, &image[0][24], 4);
	is(fcw, 0x37f, "the x87 control word");
	is(image[0][4], 0, "no x87 register is in use");
	is(mxcsr, 0x1f80, "MXCSR");
	for (i = 160; i < 416; i++)
		sum |= image[0][i];
	is(sum, 0, "SSE registers are 0");
}

static void test_ts(void)
{
	static const char *const uses[] = { do_sse, do_x87, do_wait };
	unsigned int i, user;

	for (user = 0; user < 2; user++)
		for (i = 0; i < ARRAY_SIZE(uses); i++) {
			struct expect e = { .vector = 7,
					    .rip = PTR(uses[i]) };

			if (uses[i] == do_wait)
				continue;
			is(taskswitch(1), 0, "fpu_taskswitch(1)");
			ok(ts(), "CR0 shows it");
			run(uses[i], 0, user);
			check_trap("a use with TS", &in, &out, &e);
			ok(!ts(), "the #NM has cleared it");
			is(run(uses[i], 0, user), 6, "the next one works");
		}
	is(taskswitch(1), 0, "fpu_taskswitch(1)");
	is(taskswitch(1), 0, "fpu_taskswitch(1) once more");
	is(taskswitch(0), 0, "fpu_taskswitch(0)");
	is(run(do_sse, 0, false), 6, "no #NM then");
	is(taskswitch(0x10), 0, "any value sets it");
	is(run(do_clts, 0, false), 6, "clts");
	is(run(do_sse, 0, false), 6, "no #NM after clts");
	is(run(do_set_cr0, 0x8005003b, false), 6, "TS by CR0");
	is(run(do_sse, 0, true), 7, "#NM in user mode then");
	is(run(do_sse, 0, true), 6, "once");
}

static void test_errors(void)
{
	uint32_t mxcsr = 0x1f80 & ~0x80, now;

	regs_user(&in, do_xmm_error);
	in.rbx = PTR(&mxcsr);
	enter(&in, &out);
	/* QEMU sets the flag and does not raise the exception. */
	ok(out.vector == 19 || out.vector == 6, "an unmasked SSE error");
	mxcsr = 0x1f80;
	asm volatile("ldmxcsr %0" : : "m" (mxcsr));
	asm volatile("stmxcsr %0" : "=m" (now));
	is(now, 0x1f80, "MXCSR as before");
}

/* A pattern in all of XMM, YMM and the x87 stack. */
static void load_pattern(void)
{
	unsigned int i;

	asm volatile("fninit; fldpi; fldl2e; fldl2t");
	save(image[0]);
	for (i = 160; i < 416; i++)
		image[0][i] = i * 7 + 1;
	for (i = 576; i < 832; i++)
		image[0][i] = i * 5 + 3;
	image[0][512] = 7;
	load(image[0]);
	save(image[0]);
}

static void kept(const char *through)
{
	save(image[1]);
	/* The pointers of the last x87 instruction may differ. */
	memset(&image[0][6], 0, 18);
	memset(&image[1][6], 0, 18);
	is(memcmp(image[0], image[1], 832), 0, "kept through %s", through);
}

static void test_kept(void)
{
	uint64_t soon;
	char c = '\n';

	if (has_xsave()) {
		run(do_xsetbv, 0, false);
		is(out.rip, PTR(do_xsetbv) + 9,
		   "no XSETBV without CR4.OSXSAVE");
		run(do_set_cr4, 0x40000, false);
		run(do_xsetbv, 0, false);
		is(out.rip, PTR(do_xsetbv) + 12, "AVX is switched on");
	}
	load_pattern();
	hc1(__HYPERVISOR_xen_version, 0);
	kept("a hypercall");
	run(do_nop, 0, false);
	kept("a trap in the kernel");
	run(do_nop, 0, true);
	kept("iret and a trap in user mode");
	hc2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
	kept("a yield");
	hc3(__HYPERVISOR_console_io, CONSOLEIO_write, 1, PTR(&c));
	kept("console output");
	soon = vcpu_info->time.system_time;
	hc1(__HYPERVISOR_set_timer_op, soon + 1);
	run(do_get_cr0, 0, false);
	kept("an emulated instruction");
	taskswitch(1);
	run(do_sse, 0, true);
	kept("TS and #NM");
	hc2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
	kept("one more yield");
}

void test_main(void)
{
	user_tables();
	test_first();
	test_ts();
	test_errors();
	test_kept();
}
