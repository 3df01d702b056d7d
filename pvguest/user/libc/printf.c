/* SPDX-License-Identifier: MIT */
/*
 * printf.c - text with numbers in it, written in one piece: lines of several
 * processes do not mix.
 */
#include "../user.h"

#define TEXT_MAX	256

struct text {
	char buf[TEXT_MAX];
	size_t len;
	char pad;		/* what fills a width */
};

/* What does not fit is cut off. */
static void add(struct text *t, char c)
{
	if (t->len < TEXT_MAX)
		t->buf[t->len++] = c;
}

static void add_string(struct text *t, const char *s, size_t width)
{
	size_t n = strlen(s);

	for (; n < width; width--)
		add(t, t->pad);
	while (*s)
		add(t, *s++);
}

static void add_number(struct text *t, unsigned long n, unsigned int base,
		       int negative, size_t width)
{
	char digits[24];
	int i = sizeof(digits) - 1;

	digits[i] = 0;
	do
		digits[--i] = "0123456789abcdef"[n % base];
	while (n /= base);
	if (negative)
		digits[--i] = '-';
	add_string(t, digits + i, width);
}

static void add_value(struct text *t, char kind, int is_long, size_t width,
		      va_list *ap)
{
	long n;

	switch (kind) {
	case 'd':
		n = is_long ? va_arg(*ap, long) : va_arg(*ap, int);
		add_number(t, n < 0 ? -(unsigned long)n : (unsigned long)n, 10,
			   n < 0, width);
		break;
	case 'u':
	case 'x':
		n = is_long ? va_arg(*ap, long) :
			      (long)va_arg(*ap, unsigned int);
		add_number(t, n, kind == 'x' ? 16 : 10, 0, width);
		break;
	case 's':
		add_string(t, va_arg(*ap, const char *), width);
		break;
	case 'c':
		add(t, va_arg(*ap, int));
		break;
	default:
		add(t, kind);
	}
}

static void format(int fd, const char *fmt, va_list *ap)
{
	struct text t;
	size_t width;
	int is_long;

	t.len = 0;
	while (*fmt) {
		if (*fmt != '%') {
			add(&t, *fmt++);
			continue;
		}
		width = 0;
		t.pad = fmt[1] == '0' ? '0' : ' ';
		while (*++fmt >= '0' && *fmt <= '9')
			width = width * 10 + *fmt - '0';
		is_long = *fmt == 'l';
		fmt += is_long;
		if (*fmt)
			add_value(&t, *fmt++, is_long, width, ap);
	}
	write(fd, t.buf, t.len);
}

void printf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format(1, fmt, &ap);
	va_end(ap);
}

void warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format(2, fmt, &ap);
	va_end(ap);
}
