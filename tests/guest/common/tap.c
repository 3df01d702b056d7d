/* SPDX-License-Identifier: MIT */
/*
 * tap.c - the results, line by line on the hypervisor's console.
 *
 * A line is put together here and written by one call, so that the
 * hypervisor's own messages do not come between.
 */
#include <stdarg.h>
#include "internal.h"

struct line {
	char text[240];
	unsigned int len;
};

static unsigned int points;
static bool over;

void *memset(void *p, int c, size_t n)
{
	char *q = p;

	while (n--)
		*q++ = c;
	return p;
}

void *memcpy(void *to, const void *from, size_t n)
{
	char *t = to;
	const char *f = from;

	while (n--)
		*t++ = *f++;
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n--; x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n--; a++, b++)
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

static void put_char(struct line *l, char c)
{
	if (l->len < sizeof(l->text) - 1)
		l->text[l->len++] = c;
}

static void put_number(struct line *l, uint64_t n, unsigned int base)
{
	char digits[20];
	int i = 0;

	do {
		digits[i++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (i--)
		put_char(l, digits[i]);
}

/* %s %c %d %u %x, with l; widths are not understood. */
static void put_args(struct line *l, const char *fmt, va_list ap)
{
	for (; *fmt; fmt++) {
		bool wide = false;
		const char *s;
		int64_t n;

		if (*fmt != '%') {
			put_char(l, *fmt);
			continue;
		}
		while (*++fmt == 'l')
			wide = true;
		switch (*fmt) {
		case 's':
			for (s = va_arg(ap, const char *); *s; s++)
				put_char(l, *s);
			break;
		case 'c':
			put_char(l, va_arg(ap, int));
			break;
		case 'd':
			n = wide ? va_arg(ap, long) : va_arg(ap, int);
			if (n < 0)
				put_char(l, '-');
			put_number(l, n < 0 ? -(uint64_t)n : (uint64_t)n, 10);
			break;
		case 'u':
		case 'x':
			put_number(l, wide ? va_arg(ap, unsigned long) :
				   va_arg(ap, unsigned int),
				   *fmt == 'x' ? 16 : 10);
			break;
		case '%':
			put_char(l, '%');
			break;
		}
	}
}

static void put(struct line *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void put(struct line *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_args(l, fmt, ap);
	va_end(ap);
}

static void write_line(struct line *l)
{
	l->text[l->len++] = '\n';
	hc3(__HYPERVISOR_console_io, CONSOLEIO_write, l->len, PTR(l->text));
}

static void begin_point(struct line *l, bool good)
{
	l->len = 0;
	put(l, "%sok %u - ", good ? "" : "not ", ++points);
}

void ok(bool good, const char *name, ...)
{
	struct line l;
	va_list ap;

	begin_point(&l, good);
	va_start(ap, name);
	put_args(&l, name, ap);
	va_end(ap);
	write_line(&l);
}

void is(uint64_t got, uint64_t want, const char *name, ...)
{
	struct line l;
	va_list ap;

	begin_point(&l, got == want);
	va_start(ap, name);
	put_args(&l, name, ap);
	va_end(ap);
	write_line(&l);
	if (got == want)
		return;
	if ((int64_t)got < 0 && (int64_t)got > -256)
		note("got %ld (0x%lx), wanted %ld (0x%lx)", (long)got, got,
		     (long)want, want);
	else
		note("got 0x%lx, wanted 0x%lx", got, want);
}

void skip(const char *why, const char *name)
{
	struct line l;

	begin_point(&l, true);
	put(&l, "%s # SKIP %s", name, why);
	write_line(&l);
}

void note(const char *fmt, ...)
{
	struct line l;
	va_list ap;

	l.len = 0;
	put(&l, "# ");
	va_start(ap, fmt);
	put_args(&l, fmt, ap);
	va_end(ap);
	write_line(&l);
}

static void __attribute__((noreturn)) power_off(void)
{
	uint32_t reason = 0;

	hc2(__HYPERVISOR_sched_op, 2, PTR(&reason));
	for (;;)
		;
}

void bail(const char *fmt, ...)
{
	struct line l;
	va_list ap;

	l.len = 0;
	put(&l, "Bail out! ");
	va_start(ap, fmt);
	put_args(&l, fmt, ap);
	va_end(ap);
	/* A fault while this very line was made: say no more. */
	if (!over)
		write_line(&l);
	over = true;
	power_off();
}

void expect_kill(const char *what)
{
	note("expect kill: %s", what);
}

const char *option(const char *key)
{
	const char *s = (const char *)start_info->cmd_line;
	size_t n = strlen(key);

	for (; *s; s++) {
		if (!strncmp(s, key, n) && s[n] == '=')
			return s + n + 1;
		while (*s && *s != ' ')
			s++;
		if (!*s)
			break;
	}
	return NULL;
}

uint64_t number(const char *key, uint64_t otherwise)
{
	const char *s = option(key);
	uint64_t n = 0;

	if (!s)
		return otherwise;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + *s - '0';
	return n;
}

void tap_end(void)
{
	struct line l;

	l.len = 0;
	put(&l, "1..%u", points);
	write_line(&l);
	power_off();
}
