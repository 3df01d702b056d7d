/* SPDX-License-Identifier: MIT */
/*
 * hypercall.h - a stub for every hypercall, made from the ABI's one list.
 *
 * hc_NAME(...) takes as many 64-bit arguments as call NAME has and returns what
 * RAX holds then: 0 or more, or a negated XEN_E number (<abi/errno.h>).  Typed
 * functions for most of them are in the other headers.
 *
 * A SYSCALL instruction anywhere in a guest's kernel is as good as the stubs
 * in the hypercall page; a file that defines HC_USE_PAGE before it includes
 * this header goes through the page (the image must have the note for it).
 */
#ifndef HCALL_HYPERCALL_H
#define HCALL_HYPERCALL_H

#include <abi/xen.h>

#ifdef __ASSEMBLY__

/* Arguments are in RDI RSI RDX R10 R8; RAX is the result, RCX, R11 are lost. */
	.macro	HC_CALL name:req
	mov	$__HYPERVISOR_\name, %eax
	syscall
	.endm

#else

#ifdef HC_USE_PAGE
extern char hypercall_page[];
#define HC_INSTRUCTION	"call hypercall_page + (%c[page])"
#define HC_PAGE_ARG(nr)	[page] "i" ((nr) * 32)
#else
#define HC_INSTRUCTION	"syscall"
#define HC_PAGE_ARG(nr)	[page] "i" (0)
#endif

/*
 * A call may change the registers of its own arguments, and no others but
 * RAX, RCX and R11 (RCX and R11 survive a call through the page).  It may read
 * and write any memory.
 */
#define HC_ASM(nr, ret, ...)						\
	asm volatile(HC_INSTRUCTION					\
		     : "=a" (ret) __VA_ARGS__				\
		     : "0" ((uint64_t)(nr)), HC_PAGE_ARG(nr)		\
		     : "rcx", "r11", "memory")

/* HC_ASM's arguments: a comma comes first, so that there may be none. */
#define HC_REGS_1	, "+D" (a)
#define HC_REGS_2	HC_REGS_1, "+S" (b)
#define HC_REGS_3	HC_REGS_2, "+d" (c)
#define HC_REGS_4	HC_REGS_3, "+r" (r10)

#define HC_STUB(nr, name, regs, ...)					\
static inline __attribute__((always_inline)) long			\
hc_##name(__VA_ARGS__)							\
{									\
	long ret;							\
									\
	HC_ASM(nr, ret, regs);						\
	return ret;							\
}

#define HC_STUB_1(nr, name)						\
	HC_STUB(nr, name, HC_REGS_1, uint64_t a)
#define HC_STUB_2(nr, name)						\
	HC_STUB(nr, name, HC_REGS_2, uint64_t a, uint64_t b)
#define HC_STUB_3(nr, name)						\
	HC_STUB(nr, name, HC_REGS_3, uint64_t a, uint64_t b, uint64_t c)
#define HC_STUB_4(nr, name)						\
static inline __attribute__((always_inline)) long			\
hc_##name(uint64_t a, uint64_t b, uint64_t c, uint64_t d)		\
{									\
	register uint64_t r10 asm("r10") = d;				\
	long ret;							\
									\
	HC_ASM(nr, ret, HC_REGS_4);					\
	return ret;							\
}
/* iret alone has no argument.  It does not return: see <hcall/entry.h>. */
#define HC_STUB_0(nr, name)

#define HYPERCALL(number, name, nargs)	HC_STUB_##nargs(number, name)
#include <abi/hypercalls.def>
#undef HYPERCALL

/* An address as an argument. */
static inline uint64_t hc_addr(const volatile void *p)
{
	return (uint64_t)(uintptr_t)p;
}

#endif /* !__ASSEMBLY__ */

#endif
