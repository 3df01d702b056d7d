/* SPDX-License-Identifier: MIT */
/*
 * format.c - printf's formats, as few as lib.h lists.
 */
#include <lib.h>

struct out {
	char *buf;
	size_t size, len;	/* len may grow beyond size */
};

struct spec {
	bool left, zero;
	int width, precision;	/* precision -1: none; only %s has one */
	int longs;		/* 0 int, 1 and more: 64 bits */
};

static void put(struct out *o, char c)
{
	if (o->len < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_padded(struct out *o, const struct spec *s, const char *text,
		       size_t len)
{
	int pad = s->width - (int)len;

	if (!s->left)
		for (; pad > 0; pad--)
			put(o, ' ');
	while (len--)
		put(o, *text++);
	for (; pad > 0; pad--)
		put(o, ' ');
}

static void put_number(struct out *o, const struct spec *s, u64 value,
		       unsigned int base, bool negative)
{
	char digits[64];
	char *p = digits + sizeof(digits);
	size_t width = s->zero && !s->left ? MIN(s->width, 20) : 1;

	do {
		*--p = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (digits + sizeof(digits) - p + negative < width)
		*--p = '0';
	if (negative)
		*--p = '-';
	put_padded(o, s, p, digits + sizeof(digits) - p);
}

static const char *parse_spec(const char *f, struct spec *s,
			      __builtin_va_list *ap)
{
	*s = (struct spec){ .precision = -1 };
	for (; *f == '-' || *f == '0'; f++) {
		s->left |= *f == '-';
		s->zero |= *f == '0';
	}
	for (; *f >= '0' && *f <= '9'; f++)
		s->width = s->width * 10 + *f - '0';
	if (*f == '.' && f[1] == '*') {
		s->precision = __builtin_va_arg(*ap, int);
		f += 2;
	} else if (*f == '.') {
		s->precision = 0;
		for (f++; *f >= '0' && *f <= '9'; f++)
			s->precision = s->precision * 10 + *f - '0';
	}
	for (; *f == 'l' || *f == 'z'; f++)
		s->longs++;
	return f;
}

static void put_string(struct out *o, const struct spec *s, const char *text)
{
	size_t len = 0, max = s->precision < 0 ? SIZE_MAX : s->precision;

	if (!text)
		text = "(null)";
	while (len < max && text[len])
		len++;
	put_padded(o, s, text, len);
}

static void put_signed(struct out *o, const struct spec *s, s64 value)
{
	put_number(o, s, value < 0 ? -(u64)value : value, 10, value < 0);
}

static void convert(struct out *o, char kind, struct spec *s,
		    __builtin_va_list *ap)
{
	u64 value;
	char c;

	switch (kind) {
	case 'd':
	case 'i':
		put_signed(o, s, s->longs ? __builtin_va_arg(*ap, s64)
					  : __builtin_va_arg(*ap, int));
		break;
	case 'u':
	case 'x':
		value = s->longs ? __builtin_va_arg(*ap, u64)
				 : __builtin_va_arg(*ap, u32);
		put_number(o, s, value, kind == 'u' ? 10 : 16, false);
		break;
	case 'p':
		*s = (struct spec){ .zero = true, .width = 16 };
		put_number(o, s, __builtin_va_arg(*ap, u64), 16, false);
		break;
	case 's':
		put_string(o, s, __builtin_va_arg(*ap, const char *));
		break;
	case 'c':
		c = (char)__builtin_va_arg(*ap, int);
		put_padded(o, s, &c, 1);
		break;
	default:
		put(o, '%');
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
		fmt = parse_spec(fmt + 1, &spec, &ap);
		if (*fmt == '%')
			put(&o, '%');
		else if (*fmt)
			convert(&o, *fmt, &spec, &ap);
		else
			break;
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
