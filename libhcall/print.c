/* SPDX-License-Identifier: MIT */
/*
 * print.c - formatting, into a buffer or piece by piece to the console.
 */
#include <stdbool.h>
#include <hcall/console.h>
#include <hcall/print.h>
#include "internal.h"

/* Where the characters go: BUF, emptied to the console when full, or not. */
struct out {
	char *buf;
	size_t size;
	size_t used;		/* of buf */
	int total;
	bool console;
};

struct spec {
	unsigned int width;
	bool zero, left;
	unsigned int longs;	/* 0: int */
};

static void out_flush(struct out *o)
{
	if (o->used)
		hc_console_write(o->buf, o->used);
	o->used = 0;
}

static void out_char(struct out *o, char c)
{
	if (o->console && o->used == o->size)
		out_flush(o);
	if (o->used < o->size)
		o->buf[o->used++] = c;
	o->total++;
}

static void out_pad(struct out *o, char c, unsigned int len, unsigned int width)
{
	for (; len < width; len++)
		out_char(o, c);
}

static void out_text(struct out *o, const struct spec *s, const char *text,
		     unsigned int len)
{
	unsigned int i;

	if (!s->left)
		out_pad(o, ' ', len, s->width);
	for (i = 0; i < len; i++)
		out_char(o, text[i]);
	if (s->left)
		out_pad(o, ' ', len, s->width);
}

static void out_number(struct out *o, const struct spec *s, uint64_t n,
		       unsigned int base, bool minus, const char *digits)
{
	char text[24];
	unsigned int i = sizeof(text);

	do {
		text[--i] = digits[n % base];
		n /= base;
	} while (n);
	if (minus && s->zero && !s->left)
		out_char(o, '-');
	if (s->zero && !s->left) {
		out_pad(o, '0', sizeof(text) - i + minus, s->width);
	} else {
		if (minus)
			text[--i] = '-';
		out_text(o, s, text + i, sizeof(text) - i);
		return;
	}
	while (i < sizeof(text))
		out_char(o, text[i++]);
}

static unsigned int text_length(const char *s)
{
	unsigned int n = 0;

	while (s[n])
		n++;
	return n;
}

static const char *parse_spec(struct spec *s, const char *fmt)
{
	*s = (struct spec){ 0 };
	for (;; fmt++) {
		if (*fmt == '0')
			s->zero = true;
		else if (*fmt == '-')
			s->left = true;
		else
			break;
	}
	for (; *fmt >= '0' && *fmt <= '9'; fmt++)
		s->width = s->width * 10 + *fmt - '0';
	for (; *fmt == 'l' || *fmt == 'z'; fmt++)
		s->longs++;
	return fmt;
}

static void out_signed(struct out *o, const struct spec *s, int64_t n)
{
	uint64_t size = n < 0 ? -(uint64_t)n : (uint64_t)n;

	out_number(o, s, size, 10, n < 0, "0123456789");
}

/* A list of arguments that a function can take one from. */
struct args {
	va_list ap;
};

static uint64_t arg_unsigned(const struct spec *s, struct args *a)
{
	return s->longs ? va_arg(a->ap, unsigned long) :
			  va_arg(a->ap, unsigned int);
}

static void out_one(struct out *o, struct spec *s, char what, struct args *a)
{
	const char *text;
	char c;

	switch (what) {
	case 'c':
		c = va_arg(a->ap, int);
		out_text(o, s, &c, 1);
		break;
	case 's':
		text = va_arg(a->ap, const char *);
		text = text ? text : "(null)";
		out_text(o, s, text, text_length(text));
		break;
	case 'd':
	case 'i':
		out_signed(o, s, s->longs ? va_arg(a->ap, long) :
					    va_arg(a->ap, int));
		break;
	case 'u':
		out_number(o, s, arg_unsigned(s, a), 10, false, "0123456789");
		break;
	case 'p':
		s->longs = 1;
		out_char(o, '0');
		out_char(o, 'x');
		__attribute__((fallthrough));
	case 'x':
		out_number(o, s, arg_unsigned(s, a), 16, false,
			   "0123456789abcdef");
		break;
	case 'X':
		out_number(o, s, arg_unsigned(s, a), 16, false,
			   "0123456789ABCDEF");
		break;
	default:
		out_char(o, what);
	}
}

static void format(struct out *o, const char *fmt, struct args *a)
{
	struct spec s;

	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			out_char(o, *fmt);
			continue;
		}
		fmt = parse_spec(&s, fmt + 1);
		if (!*fmt)
			break;
		out_one(o, &s, *fmt, a);
	}
}

int hc_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = { .buf = buf, .size = size ? size - 1 : 0 };
	struct args a;

	va_copy(a.ap, ap);
	format(&o, fmt, &a);
	va_end(a.ap);
	if (size)
		buf[o.used] = 0;
	return o.total;
}

int hc_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = hc_vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

int hc_vprintf(const char *fmt, va_list ap)
{
	char buf[128];
	struct out o = { .buf = buf, .size = sizeof(buf), .console = true };
	struct args a;

	va_copy(a.ap, ap);
	format(&o, fmt, &a);
	va_end(a.ap);
	out_flush(&o);
	return o.total;
}

int hc_printf(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = hc_vprintf(fmt, ap);
	va_end(ap);
	return n;
}
