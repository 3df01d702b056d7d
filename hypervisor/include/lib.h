/* SPDX-License-Identifier: MIT */
/*
 * lib.h - strings, messages, assertions.
 */
#pragma once

#include <errno.h>
#include <types.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);

/* Copies at most size - 1 characters and always ends the string. */
void strcopy(char *dst, const char *src, size_t size);

/*
 * Formats: %d %u %x %p %s %.*s %c %%, with 0, a width, and l, ll or z.
 * Returns the length that the whole text would have; writes at most size
 * bytes, the closing zero included.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, __builtin_va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) printf_like(3, 4);

/*
 * Console messages.  The level decides whether a message is shown (boot option
 * loglvl=) and is not part of the text.  Usable from the first instruction of
 * C on, from any context but NMI and #MC.
 */
enum log_level { LOG_ERR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void printk(enum log_level level, const char *fmt, ...) printf_like(2, 3);

/* Prints why, registers, a back trace and the last messages; then halts. */
void noreturn panic(const char *fmt, ...) printf_like(1, 2);

/* There is nothing left to do: for ever, interrupts off. */
void noreturn machine_halt(void);

/* After a panic: reboots after five seconds; with noreboot halts. */
void noreturn machine_crashed(void);

/* Only for our own invariants: no input from a guest can make one fail. */
#define ASSERT(x) do {							\
	if (IS_ENABLED(CONFIG_DEBUG) && unlikely(!(x)))			\
		panic("assertion failed: %s, %s:%d", #x, __FILE__, __LINE__); \
} while (0)

/*
 * A refusal: its argument.  CONFIG_DEBUG_FAIL logs file, line, domain and what
 * was asked at LOG_DEBUG, and all builds do so of calls that there are not,
 * once for each: to know what a guest misses, boot with loglvl=debug.
 */
void fail_log(int err, const char *file, int line);
#define fail(err) ({							\
	const int err_ = (err);						\
	if (IS_ENABLED(CONFIG_DEBUG_FAIL) || err_ == -ENOSYS)		\
		fail_log(err_, __FILE__, __LINE__);			\
	err_;								\
})
