/* SPDX-License-Identifier: MIT */
/*
 * trap.h - everything by which a guest's kernel is entered: exceptions,
 * system calls, events.
 *
 * The library's stubs save all registers in a struct hc_regs on the kernel's
 * stack, call one C function, and return by hypercall iret to whatever the
 * structure then says.  A handler runs with upcalls masked; it may unmask them
 * once it has read what a second trap would overwrite (CR2).
 */
#ifndef HCALL_TRAP_H
#define HCALL_TRAP_H

/* Vectors 0 to 31 are the CPU's; these are the library's own numbers. */
#define HC_VEC_EVENT		32	/* upcall */
#define HC_VEC_FAILSAFE		33	/* a selector could not be loaded */
#define HC_VEC_SYSCALL		34	/* SYSCALL, 64-bit user mode */
#define HC_VEC_SYSCALL32	35	/* SYSCALL, 32-bit user mode */
#define HC_VEC_SYSENTER		36
#define HC_VEC_NMI		37
#define HC_VECTORS		38

/* Offsets in struct hc_regs, in bytes. */
#define HC_REGS_RDI		112
#define HC_REGS_VECTOR		120
#define HC_REGS_RIP		136
#define HC_REGS_CS		144
#define HC_REGS_SIZE		176

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <abi/xen.h>

/* The interrupted state, all of which a handler may change. */
struct hc_regs {
	uint64_t r15;
	uint64_t r14;
	uint64_t r13;
	uint64_t r12;
	uint64_t rbp;
	uint64_t rbx;
	uint64_t r11;
	uint64_t r10;
	uint64_t r9;
	uint64_t r8;
	uint64_t rax;
	uint64_t rcx;
	uint64_t rdx;
	uint64_t rsi;
	uint64_t rdi;
	uint64_t vector;	/* 0-31, or HC_VEC_ */
	uint64_t error;		/* error code, or 0 */
	uint64_t rip;
	uint16_t cs;		/* RPL 0: the kernel was interrupted */
	uint16_t cs_pad;
	uint8_t upcall_mask;	/* what evtchn_upcall_mask was */
	uint8_t mask_pad[3];
	uint64_t rflags;	/* IF: events were not masked */
	uint64_t rsp;
	uint64_t ss;
};
ABI_OFFSET(struct hc_regs, rdi, HC_REGS_RDI);
ABI_OFFSET(struct hc_regs, vector, HC_REGS_VECTOR);
ABI_OFFSET(struct hc_regs, rip, HC_REGS_RIP);
ABI_OFFSET(struct hc_regs, cs, HC_REGS_CS);
ABI_SIZE(struct hc_regs, HC_REGS_SIZE);

/* True if user mode was interrupted. */
static inline bool hc_from_user(const struct hc_regs *regs)
{
	return (regs->cs & 3) == 3;
}

typedef void (*hc_trap_fn)(struct hc_regs *regs);

/*
 * Register the stubs of all vectors below 32, the callbacks for events,
 * failsafe and system calls, and the stack that entries from user mode use:
 * KERNEL_STACK is its end, hc_kernel_stack() changes it.  INT3 and INTO may be
 * used by user mode.  Returns 0 or the first error.
 */
int hc_trap_init(void *kernel_stack);

/*
 * Let FN handle VECTOR (0 to HC_VECTORS - 1); NULL brings back the library's
 * own, which prints the state and crashes the domain.  hc_event_init() sets the
 * one for events.
 */
void hc_trap_set(unsigned int vector, hc_trap_fn fn);

/*
 * Let ENTRY, a stub of the guest's own (<hcall/entry.h>), serve INT VECTOR,
 * for which code of privilege DPL or more is allowed: 1 kernel, 3 user mode.
 * 0 or -XEN_EINVAL: an address that is not canonical.
 */
int hc_trap_gate(unsigned int vector, unsigned int dpl, void (*entry)(void));

/* The stack, by its end, of the next entry from user mode.  0. */
int hc_kernel_stack(void *end);

/* The address of the page fault that this vCPU took last. */
uint64_t hc_fault_address(void);

/* Print REGS on the console, for a guest that is about to give up. */
void hc_regs_print(const struct hc_regs *regs);

/*
 * Load all of REGS, which may lie anywhere, and go there: a first step into
 * user mode, or to another thread.  The current stack is given up.  Upcalls
 * are masked at the call, and then as REGS->rflags says.
 */
void hc_regs_enter(const struct hc_regs *regs) __attribute__((noreturn));

/* Called by the stubs; a guest with stubs of its own may call it, too. */
void hc_trap_dispatch(struct hc_regs *regs);
#endif

#endif
