/* SPDX-License-Identifier: MIT */
/*
 * lib.c - messages and panics on the host.  A test that is linked with the
 * real ones gets those: this is an archive member, taken only when needed.
 */
#include <fake.h>
#include <lib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local jmp_buf *panic_goes_to;

/* As comments among the test's points. */
void printk(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	(void)level;
	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

void panic(const char *fmt, ...)
{
	va_list ap;

	if (panic_goes_to)
		longjmp(*panic_goes_to, 1);
	fprintf(stderr, "panic: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	abort();
}

bool fake_panics(void (*f)(void *arg), void *arg)
{
	jmp_buf here;
	bool panicked = true;

	panic_goes_to = &here;
	if (!setjmp(here)) {
		f(arg);
		panicked = false;
	}
	panic_goes_to = NULL;
	return panicked;
}

void fail_log(int err, const char *file, int line)
{
	(void)err;
	(void)file;
	(void)line;
}
