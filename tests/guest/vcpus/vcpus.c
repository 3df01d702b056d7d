/* SPDX-License-Identifier: MIT */
/*
 * vcpus.c - a second vCPU: brought up in a given state, put down, and up again.
 *
 * The first vCPU describes the second, which looks at what it got and writes it
 * down.  Domains have one by default; the test of domains starts it with two.
 */
#include <test.h>
#include <abi/errno.h>
#include <abi/sched.h>
#include <abi/vcpu.h>

#define OTHER		1
#define IOPL_1		0x1000ul
#define DMA_PAGE	0x87		/* a port that can be read harmlessly */
#define TRIES		1000000
#define STACK_SIZE	8192

/* What the second vCPU sees. */
struct seen {
	uint64_t rflags, rsp, cr3, fs, gs, r15;
	uint64_t done, trapped, again;
};

static struct seen seen;
static struct vcpu_guest_context context;
static uint64_t fs_word = 0x1111, gs_word = 0x2222;
static char stack[STACK_SIZE] __attribute__((aligned(16)));

static long vcpu(unsigned int cmd, const void *arg)
{
	return hc3(__HYPERVISOR_vcpu_op, cmd, OTHER, PTR(arg));
}

static void set(uint64_t *word, uint64_t val)
{
	__atomic_store_n(word, val, __ATOMIC_SEQ_CST);
}

static uint64_t get(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static void other_trapped(void)
{
	set(&seen.trapped, 1);
	for (;;)
		vcpu(VCPUOP_down, NULL);
}

static void other_main(struct seen *s)
{
	uint8_t byte;

	asm volatile("mov %%r15, %0" : "=m" (s->r15));
	asm volatile("mov %%rsp, %0" : "=m" (s->rsp));
	asm volatile("pushfq; popq %0" : "=m" (s->rflags));
	asm volatile("mov %%cr3, %0" : "=r" (s->cr3));
	asm volatile("mov %%fs:0, %0" : "=r" (s->fs));
	asm volatile("mov %%gs:0, %0" : "=r" (s->gs));
	asm volatile("inb %1, %0" : "=a" (byte) : "N" (DMA_PAGE));
	set(&s->done, 1);
	vcpu(VCPUOP_down, NULL);
	for (;;) {
		set(&s->again, s->again + 1);
		vcpu(VCPUOP_down, NULL);
	}
}

static void describe(struct vcpu_guest_context *c)
{
	uint16_t fcw = 0x37f;
	uint32_t mxcsr = 0x1f80;

	memcpy(&c->fpu_ctxt.x[0], &fcw, sizeof(fcw));
	memcpy(&c->fpu_ctxt.x[24], &mxcsr, sizeof(mxcsr));
	c->flags = VGCF_I387_VALID | VGCF_in_kernel;
	c->user_regs.rip = PTR(other_main);
	c->user_regs.rdi = PTR(&seen);
	c->user_regs.r15 = 0x1515151515151515;
	/* As after a call. */
	c->user_regs.rsp = PTR(stack) + STACK_SIZE - 8;
	c->user_regs.rflags = IOPL_1;
	c->user_regs.cs = FLAT_KERNEL_CS;
	c->user_regs.ss = FLAT_KERNEL_SS;
	c->trap_ctxt[13].vector = 13;
	c->trap_ctxt[13].cs = FLAT_KERNEL_CS;
	c->trap_ctxt[13].address = PTR(other_trapped);
	c->kernel_ss = FLAT_KERNEL_SS;
	c->kernel_sp = PTR(stack) + STACK_SIZE;
	c->ctrlreg[3] = mfn_of(kernel_l4()) << 12;
	c->fs_base = PTR(&fs_word);
	c->gs_base_kernel = PTR(&gs_word);
}

/* Both vCPUs may have one CPU only. */
static bool wait_for(const uint64_t *word, uint64_t val)
{
	unsigned int i;

	for (i = 0; i < TRIES && get(word) != val && !get(&seen.trapped); i++)
		hc2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
	return get(word) == val;
}

static void wait_down(void)
{
	unsigned int i;

	for (i = 0; i < TRIES && vcpu(VCPUOP_is_up, NULL); i++)
		hc2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
	is(vcpu(VCPUOP_is_up, NULL), 0, "it is down");
}

static void test_refused(void)
{
	is(vcpu(VCPUOP_is_up, NULL), 0, "the second vCPU is down");
	is(vcpu(VCPUOP_up, NULL), -XEN_EINVAL, "up with no state");
	is(vcpu(VCPUOP_initialise, (void *)0x7000000000), -XEN_EFAULT,
	   "a state of nothing");
	context.gs_base_kernel = 0x800000000000;
	is(vcpu(VCPUOP_initialise, &context), -XEN_EINVAL,
	   "a base that is not canonical");
	describe(&context);
	context.gdt_ents = 7169;
	is(vcpu(VCPUOP_initialise, &context), -XEN_EINVAL, "a GDT too large");
	context.gdt_ents = 0;
	context.ctrlreg[3] = 0xfffffffful << 12;
	is(vcpu(VCPUOP_initialise, &context), -XEN_EINVAL, "no page tables");
	describe(&context);
}

static void test_first_state(void)
{
	ok(wait_for(&seen.done, 1), "it runs");
	is(seen.trapped, 0, "its IOPL was taken: it may use ports");
	is(seen.r15, 0x1515151515151515, "a general register");
	ok(PTR(stack) + STACK_SIZE - seen.rsp < 256, "its stack");
	is(seen.rflags & 0x3200, 0x200, "IF is set, no IOPL shows");
	is(seen.cr3, mfn_of(kernel_l4()) << 12, "its page tables");
	is(seen.fs, fs_word, "FS");
	is(seen.gs, gs_word, "GS of its kernel");
}

void test_main(void)
{
	if (vcpu(VCPUOP_is_up, NULL) == -XEN_ENOENT) {
		is(vcpu(VCPUOP_initialise, &context), -XEN_ENOENT,
		   "there is no second vCPU");
		return;
	}
	test_refused();
	is(vcpu(VCPUOP_initialise, &context), 0, "give it a state");
	is(vcpu(VCPUOP_initialise, &context), -XEN_EEXIST, "but once");
	is(vcpu(VCPUOP_is_up, NULL), 0, "it is down still");
	is(vcpu(VCPUOP_up, NULL), 0, "up");
	test_first_state();
	wait_down();
	is(vcpu(VCPUOP_up, NULL), 0, "up again");
	ok(wait_for(&seen.again, 1), "it goes on where it was");
	wait_down();
}
