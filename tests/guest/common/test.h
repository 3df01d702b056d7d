/* SPDX-License-Identifier: MIT */
/*
 * test.h - what a test guest has at hand: results, hypercalls, entering
 * code, and its own memory.
 *
 * A test guest is one ELF file that runs on Sluice and on Xen.  It reports in
 * TAP on the hypervisor's console and shuts its domain down.  The calls here
 * do not go through libhcall, so that what is tested is the ABI itself.
 */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <abi/xen.h>
#include "regs.h"

#define PAGE_SIZE	4096ul
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define __page		__attribute__((aligned(4096), section(".bss.page")))

/* Results.  Each call is one TAP point; the name says what is true. */
void ok(bool good, const char *name, ...)
	__attribute__((format(printf, 2, 3)));
void is(uint64_t got, uint64_t want, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
void skip(const char *why, const char *name);
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void bail(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* Each guest has this one; the plan and the shutdown follow its return. */
void test_main(void);

/* Says to the runner that the domain must be killed by what comes next. */
void expect_kill(const char *what);

/* The command line's value of "key=", or NULL. */
const char *option(const char *key);

/* The same as a decimal number, or another number. */
uint64_t number(const char *key, uint64_t otherwise);

void *memset(void *p, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

/* Any hypercall, by a syscall instruction of our own. */
static inline long hc(unsigned int nr, uint64_t a, uint64_t b, uint64_t c,
		      uint64_t d, uint64_t e)
{
	register uint64_t r10 asm("r10") = d;
	register uint64_t r8 asm("r8") = e;
	long ret;

	asm volatile("syscall"
		     : "=a" (ret), "+D" (a), "+S" (b), "+d" (c), "+r" (r10),
		       "+r" (r8)
		     : "0" ((long)nr)
		     : "rcx", "r11", "r9", "memory");
	return ret;
}

#define PTR(p)			((uint64_t)(unsigned long)(p))
#define hc0(nr)			hc(nr, 0, 0, 0, 0, 0)
#define hc1(nr, a)		hc(nr, a, 0, 0, 0, 0)
#define hc2(nr, a, b)		hc(nr, a, b, 0, 0, 0)
#define hc3(nr, a, b, c)	hc(nr, a, b, c, 0, 0)
#define hc4(nr, a, b, c, d)	hc(nr, a, b, c, d, 0)

/*
 * A piece of code to be entered; NAME and NAME_end are its bounds.  It lies
 * between other bytes, so that running out of it traps.
 */
#define SNIPPET(name, text)					\
	asm(".pushsection .snip, \"awx\"\n"			\
	    "	.balign 16, 0xcc\n"				\
	    #name ": " text "\n"				\
	    #name "_end: int3\n"				\
	    ".popsection\n");					\
	extern char name[], name##_end[]

/* The same with a label NAME_at before TEXT. */
#define SNIPPET_AT(name, before, text)				\
	SNIPPET(name, before "\n" #name "_at: " text);		\
	extern char name##_at[]

#define CS64		FLAT_RING3_CS64
#define SS64		FLAT_RING3_SS64
#define KERNEL_CS	(CS64 & ~3ul)	/* as iret and frames have it */
#define RFLAGS_IF	0x200ul
#define RFLAGS_RSVD	0x002ul

/*
 * Fill IN with a value of its own in each register, so that a lost or
 * exchanged one shows, and with what enters CODE in kernel or user mode.
 */
void regs_kernel(struct regs *in, const void *code);
void regs_user(struct regs *in, const void *code);

/* Go there; whatever comes back is in OUT. */
void enter(const struct regs *in, struct regs *out);

/* True if all general registers but RSP are the same in both. */
bool regs_same(const struct regs *a, const struct regs *b);

/*
 * What should come back.  A frame is good if RIP is the given one and the rest
 * is as IN said, in the form that frames have it.
 */
struct expect {
	uint64_t vector, rip;
	bool has_error;
	uint64_t error;
	bool regs_change;	/* the code changes registers: don't compare */
};

bool frame_good(const struct regs *in, const struct regs *out, uint64_t rip);
void check_trap(const char *name, const struct regs *in,
		const struct regs *out, const struct expect *e);

/* Let user mode use the kernel's own page tables. */
void user_tables(void);

/*
 * Trap handling.  start-up has registered all vectors below 32 with flags 0
 * but int3 and overflow, which user mode may raise, and all callbacks with
 * events masked.
 */
int trap_set(unsigned int vector, unsigned int flags);
void trap_stack(void *top);
uint64_t trap_stub(unsigned int vector);

extern struct regs start_regs;
extern struct start_info *start_info;
extern struct shared_info *shared_info;
extern struct vcpu_info *vcpu_info;
extern char stack_top[], trap_stack_top[], hypercall_page[];
extern char _text[], _end[];

/* Memory: everything lies in the one initial mapping. */
unsigned long mfn_of(const volatile void *va);
void *va_of_mfn(unsigned long mfn);
uint64_t *pte_of(const volatile void *va);
uint64_t maddr_of(const volatile void *va);
void *kernel_l4(void);
int va_map(const volatile void *va, uint64_t pte);

/*
 * Tables and pages.  page_alloc gives a zeroed page, table_alloc one that is
 * mapped read-only, as tables must be; map_at makes the tables it needs.  An
 * int is what the hypercall answered.
 */
void *page_alloc(void);
void *table_alloc(void);
int page_readonly(void *page);
int page_writable(void *page);
int pte_write(const void *entry, uint64_t val);
int mmuext(unsigned int cmd, uint64_t arg1, uint64_t arg2);
void map_at(void *l4, uint64_t va, uint64_t pte);

/*
 * System time in ns by a vCPU's clock, read on that vCPU, and the TSC that it
 * was made of; now() is the first one's.
 */
uint64_t clock_read(const volatile struct vcpu_time_info *t, uint64_t *tsc);
uint64_t now(void);

/*
 * More vCPUs: how many there are with the first, of those that are down, MAX
 * at most; and start one, which does that work on the stack below TOP and goes
 * down again.
 */
unsigned int vcpus_down(unsigned int max);
void vcpu_start(unsigned int id, void (*work)(uint64_t id), void *top);

/*
 * 1 if writing there faults: by the page fault handler that vcpu_start gives a
 * vCPU, and try_write_set this one.
 */
int try_write(uint64_t to, uint64_t value);
int try_write_set(void);

/* Where the builder mapped the domain's first page; the linker script says. */
extern char _virt_base[];
#define VIRT_BASE	PTR(_virt_base)

#define PTE_P		0x001ul
#define PTE_W		0x002ul
#define PTE_U		0x004ul
#define PTE_PWT		0x008ul
#define PTE_PCD		0x010ul
#define PTE_A		0x020ul
#define PTE_D		0x040ul
#define PTE_PS		0x080ul
#define PTE_G		0x100ul
#define PTE_NX		(1ul << 63)
#define PTE_MFN(pte)	(((pte) & 0x000ffffffffff000ul) >> 12)

#endif
