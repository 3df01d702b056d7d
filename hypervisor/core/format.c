/* SPDX-License-Identifier: MIT */
/*
 * format.c - printf's formats, as few as lib.h lists.
 */
#include <lib.h>

struct out {
	char *buf;
	size_t size, len;	/* len may grow beyond size */
};

/* What stands between % and the letter. */
struct spec {
	char fill;		/* ' ' or '0' */
	size_t width, max;	/* max: of %.*s */
	bool is_long;
};

static void put(struct out *o, char c)
{
	if (o->len < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_text(struct out *o, const struct spec *s, const char *text)
{
	size_t len = 0, pad;

	while (len < s->max && text[len])
		len++;
	for (pad = len; pad < s->width; pad++)
		put(o, s->fill);
	while (len--)
		put(o, *text++);
}

static void put_number(struct out *o, struct spec *s, u64 value, u32 base)
{
	char digits[24];
	char *p = digits + sizeof(digits);

	*--p = '\0';
	do {
		*--p = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	put_text(o, s, p);
}

static const char *parse(const char *f, struct spec *s, __builtin_va_list *ap)
{
	*s = (struct spec){ .fill = ' ', .max = SIZE_MAX };
	if (*f == '0')
		s->fill = *f++;
	for (; *f >= '0' && *f <= '9'; f++)
		s->width = s->width * 10 + *f - '0';
	if (*f == '.' && f[1] == '*') {
		s->max = __builtin_va_arg(*ap, int);
		f += 2;
	}
	for (; *f == 'l' || *f == 'z'; f++)
		s->is_long = true;
	return f;
}

static u64 number(const struct spec *s, __builtin_va_list *ap)
{
	return s->is_long ? __builtin_va_arg(*ap, u64)
			  : __builtin_va_arg(*ap, u32);
}

static void convert(struct out *o, char kind, struct spec *s,
		    __builtin_va_list *ap)
{
	const char *text;
	s64 n;

	switch (kind) {
	case 'd':
		n = s->is_long ? __builtin_va_arg(*ap, s64)
			       : __builtin_va_arg(*ap, s32);
		if (n < 0)
			put(o, '-');
		put_number(o, s, n < 0 ? -(u64)n : n, 10);
		break;
	case 'u':
		put_number(o, s, number(s, ap), 10);
		break;
	case 'p':
		*s = (struct spec){ '0', 16, SIZE_MAX, true };
		/* fall through */
	case 'x':
		put_number(o, s, number(s, ap), 16);
		break;
	case 's':
		text = __builtin_va_arg(*ap, const char *);
		put_text(o, s, text ? text : "(null)");
		break;
	case 'c':
		kind = (char)__builtin_va_arg(*ap, int);
		/* fall through */
	default:
		put(o, kind);
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, __builtin_va_list args)
{
	struct out o = { buf, size, 0 };
	__builtin_va_list ap;
	struct spec spec;

	__builtin_va_copy(ap, args);
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		fmt = parse(fmt + 1, &spec, &ap);
		if (!*fmt)
			break;
		convert(&o, *fmt, &spec, &ap);
	}
	__builtin_va_end(ap);
	if (size)
		buf[MIN(o.len, size - 1)] = '\0';
	return (int)o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	__builtin_va_list ap;
	int n;

	__builtin_va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	__builtin_va_end(ap);
	return n;
}
