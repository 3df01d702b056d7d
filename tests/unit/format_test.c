/* SPDX-License-Identifier: MIT */
/*
 * format_test.c - our printf against the host's, which is what
 * vsnprintf and snprintf name here; ours have the prefix hv_.
 */
#define vsnprintf hv_vsnprintf
#define snprintf hv_snprintf
#include "../../hypervisor/core/format.c"
#undef vsnprintf
#undef snprintf

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <tap.h>

/* Both must write the same and return the same. */
#define same(...) do {							\
	char want_[128], got_[128];					\
	int want_n_ = snprintf(want_, sizeof(want_), __VA_ARGS__);	\
	int got_n_ = hv_snprintf(got_, sizeof(got_), __VA_ARGS__);	\
									\
	ok(want_n_ == got_n_ && !strcmp(want_, got_), #__VA_ARGS__);	\
	if (strcmp(want_, got_))					\
		printf("# got \"%s\", want \"%s\"\n", got_, want_);	\
} while (0)

/* Without the compiler's look at the format. */
static void format_any(char *buf, size_t size, const char *fmt, ...)
{
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	hv_vsnprintf(buf, size, fmt, ap);
	__builtin_va_end(ap);
}

static void test_cut(void)
{
	const char *none = NULL, *early = "50%";
	char buf[8];

	memset(buf, 'x', sizeof(buf));
	is_eq(hv_snprintf(buf, 4, "%d", 123456), 6, "the whole length");
	ok(!memcmp(buf, "123\0xxxx", 8), "of a text that is cut");
	is_eq(hv_snprintf(buf, 0, "abc"), 3, "no room at all");
	ok(buf[0] == '1', "is not written to");
	format_any(buf, sizeof(buf), "%s", none);
	ok(!strcmp(buf, "(null)"), "a string that is not there");
	format_any(buf, sizeof(buf), early);
	ok(!strcmp(buf, "50"), "a format that ends early");
}

int main(void)
{
	char open_end[3] = { 'a', 'b', 'c' };

	same("plain %% text");
	same("%d %d %d %d", 0, -1, INT_MAX, INT_MIN);
	same("%u %x %lu %lx", 0u, UINT_MAX, ULONG_MAX, ULONG_MAX);
	same("%ld %zd %zu", LONG_MIN, (ssize_t)-5, (size_t)7);
	same("%lld %llx", LLONG_MIN, 0x123456789abcdefULL);
	same("[%5d] [%05d] [%5u] [%2u]", 42, 42, 42, 4242);
	same("[%8x] [%08x] [%016lx]", 0xabc, 0xabc, 0xabcdefUL);
	same("[%s] [%6s] [%2s]", "abc", "abc", "abc");
	same("[%.*s] [%6.*s]", 1, "abc", 2, "abc");
	same("[%.*s]", 3, open_end);
	same("%c%c|", 'a', 'b');
	test_cut();
	return tap_done();
}
