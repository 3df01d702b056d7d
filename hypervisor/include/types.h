/* SPDX-License-Identifier: MIT */
/*
 * types.h - integers, and the kinds of number that must not be mixed.
 *
 * A frame number, a machine address, a guest's virtual address and a port are
 * all integers to the machine.  Each is a struct of one member here, so that
 * passing one for another does not compile.  They are passed by value and cost
 * nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int32_t s32;
typedef int64_t s64;

/* Machine frame number: a machine address divided by the page size. */
typedef struct { u64 n; } mfn_t;

/* Machine address, in bytes. */
typedef struct { u64 a; } maddr_t;

/* Virtual address chosen by a guest: never to be dereferenced directly. */
typedef struct { u64 a; } gva_t;

/* Event channel port of one domain. */
typedef struct { u32 n; } port_t;

/* Time since the hypervisor started, in nanoseconds. */
typedef u64 nsec_t;

/* What headers pass pointers to and need not know more of. */
struct cpu;
struct domain;
struct gnt_map;
struct regs;
struct vcpu;

#define PAGE_SHIFT	12
#define PAGE_SIZE	4096UL
#define PAGE_MASK	(~(PAGE_SIZE - 1))

/* No frame: above every frame number that fits a page-table entry. */
#define MFN_NONE	((mfn_t){ ~0UL })

static inline mfn_t mfn(u64 n) { return (mfn_t){ n }; }
static inline maddr_t maddr(u64 a) { return (maddr_t){ a }; }
static inline gva_t gva(u64 a) { return (gva_t){ a }; }
static inline port_t port(u32 n) { return (port_t){ n }; }

static inline bool mfn_eq(mfn_t a, mfn_t b) { return a.n == b.n; }

static inline maddr_t mfn_to_maddr(mfn_t m)
{
	return maddr(m.n << PAGE_SHIFT);
}

static inline mfn_t maddr_to_mfn(maddr_t a)
{
	return mfn(a.a >> PAGE_SHIFT);
}

static inline gva_t gva_add(gva_t g, u64 bytes)
{
	return gva(g.a + bytes);
}

/* Bits 63 to 47 are all alike (SDM vol. 1, 3.3.7.1; four-level paging). */
static inline bool is_canonical(u64 a)
{
	return (u64)(((s64)a >> 47) + 1) <= 1;
}

/* Makes the compiler forget what it knows of an integer. */
#define asm_hide(x)	asm("" : "+r" (x))

#define ARRAY_SIZE(x)		(sizeof(x) / sizeof((x)[0]))
#define MIN(a, b)		((a) < (b) ? (a) : (b))
#define MAX(a, b)		((a) > (b) ? (a) : (b))
#define ROUND_UP(x, a)		(((x) + (a) - 1) & ~((u64)(a) - 1))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))

#define must_check	__attribute__((warn_unused_result))
#define noreturn	__attribute__((noreturn))
#define printf_like(f, a) __attribute__((format(printf, f, a)))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define always_inline	inline __attribute__((always_inline))
#define noinline	__attribute__((noinline))
#define not_used	__attribute__((unused))

#define READ_ONCE(x)	(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile typeof(x) *)(void *)&(x) = (v))

/* True when *p was *old and is new now; else *old becomes what it is. */
#define cmpxchg(p, old, new) \
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST, \
				    __ATOMIC_SEQ_CST)

/*
 * IS_ENABLED(CONFIG_X): 1 when the option is y, else 0; for use in plain C
 * conditions instead of #if.
 */
#define IS_ENABLED_ARG_1	0,
#define IS_ENABLED_SECOND(a, b, ...)	b
#define IS_ENABLED__(x)		IS_ENABLED_SECOND(x 1, 0)
#define IS_ENABLED_(x)		IS_ENABLED__(IS_ENABLED_ARG_##x)
#define IS_ENABLED(x)		IS_ENABLED_(x)
