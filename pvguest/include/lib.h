/* SPDX-License-Identifier: MIT */
/*
 * lib.h - what every part of the kernel uses: types, lists, messages.
 */
#ifndef PVGUEST_LIB_H
#define PVGUEST_LIB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define KIB		1024UL
#define MIB		(1024 * KIB)
#define NSEC_PER_USEC	1000UL
#define NSEC_PER_MSEC	1000000UL
#define NSEC_PER_SEC	1000000000UL

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define min(a, b)	((a) < (b) ? (a) : (b))
#define max(a, b)	((a) > (b) ? (a) : (b))
#define align_up(n, to)	(((n) + (to) - 1) & ~((to) - 1))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))

/* Error numbers, as programs see them negated in RAX. */
#define EPERM		1
#define ENOENT		2
#define ESRCH		3
#define EINTR		4
#define EIO		5
#define E2BIG		7
#define ENOEXEC		8
#define EBADF		9
#define ECHILD		10
#define EAGAIN		11
#define ENOMEM		12
#define EACCES		13
#define EFAULT		14
#define EBUSY		16
#define EEXIST		17
#define ENODEV		19
#define EINVAL		22
#define ENFILE		23
#define EMFILE		24
#define ENOSPC		28
#define EROFS		30
#define EPIPE		32
#define EDOM		33
#define ENAMETOOLONG	36
#define ENOSYS		38
#define ENOTSOCK	88
#define EDESTADDRREQ	89
#define EMSGSIZE	90
#define ENOPROTOOPT	92
#define EPROTONOSUPPORT	93
#define EOPNOTSUPP	95
#define EAFNOSUPPORT	97
#define EADDRINUSE	98
#define ECONNRESET	104
#define ENOBUFS		105
#define EISCONN		106
#define ENOTCONN	107
#define ETIMEDOUT	110
#define ECONNREFUSED	111
#define EHOSTUNREACH	113
#define EALREADY	114
#define EINPROGRESS	115

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memset(void *to, int c, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *p, int c, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
/* Copies what fits, always with a NUL. */
void strcopy(char *to, const char *from, size_t size);
/* Decimal, or hexadecimal after 0x; 0 if it is neither. */
u64 number(const char *s);

/* To the console and into the log that dmesg shows. */
void kprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Says why, and crashes the machine or the domain. */
void panic(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* A ring of nodes with a head; an unlinked node points at itself. */
struct list {
	struct list *next, *prev;
};

#define LIST(name)	{ &(name), &(name) }

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

/* Before WHERE: with the head as WHERE, at the end. */
static inline void list_add(struct list *where, struct list *node)
{
	node->next = where;
	node->prev = where->prev;
	where->prev->next = node;
	where->prev = node;
}

static inline void list_del(struct list *node)
{
	node->next->prev = node->prev;
	node->prev->next = node->next;
	list_init(node);
}

#define list_for(pos, head, member)					\
	for ((pos) = container_of((head)->next, typeof(*(pos)), member);\
	     &(pos)->member != (head);					\
	     (pos) = container_of((pos)->member.next, typeof(*(pos)), member))

#define list_first(head, type, member) \
	container_of((head)->next, type, member)

#endif
