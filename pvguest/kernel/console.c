/* SPDX-License-Identifier: MIT */
/*
 * console.c - output, the log, and the characters that were typed.
 *
 * Output and log are kept whole by interrupts being off; so is the ring of
 * input, which the console's interrupt fills.
 */
#include <arch.h>
#include <console.h>
#include <process.h>
#include "format.h"

#define LOG_SIZE	(16 * KIB)
#define INPUT_SIZE	1024
#define CTRL_C		3

struct job *foreground;

static char log[LOG_SIZE];
static size_t log_end;		/* characters ever logged */
static char input[INPUT_SIZE];
static size_t input_start, input_end;
static struct waitq readers = WAITQ(readers);

void console_put(const char *buf, size_t len)
{
	bool off = irq_save();

	arch->console_write(buf, len);
	irq_restore(off);
}

void cprintf(const char *fmt, ...)
{
	char text[256];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	n = text_format(text, sizeof(text), fmt, ap);
	va_end(ap);
	console_put(text, n);
}

void kprintf(const char *fmt, ...)
{
	char text[256];
	va_list ap;
	size_t n, i;
	bool off;

	va_start(ap, fmt);
	n = text_format(text, sizeof(text), fmt, ap);
	va_end(ap);
	off = irq_save();
	for (i = 0; i < n; i++)
		log[log_end++ % LOG_SIZE] = text[i];
	arch->console_write(text, n);
	irq_restore(off);
}

void log_show(void)
{
	size_t at = log_end > LOG_SIZE ? log_end - LOG_SIZE : 0, end = log_end;
	size_t part;

	for (; at < end; at += part) {
		part = min(end - at, LOG_SIZE - at % LOG_SIZE);
		part = min(part, 256ULL);
		console_put(&log[at % LOG_SIZE], part);
	}
}

/* What does not fit is lost: nobody reads. */
static void typed(char c)
{
	if (c == CTRL_C && foreground && job_kill(foreground->id))
		return;
	if (input_end - input_start < INPUT_SIZE)
		input[input_end++ % INPUT_SIZE] = c;
}

void console_interrupt(void)
{
	char buf[64];
	size_t n, i;

	while ((n = arch->console_read(buf, sizeof(buf))))
		for (i = 0; i < n; i++)
			typed(buf[i]);
	waitq_wake(&readers, 1);
}

int console_get(u64 deadline)
{
	bool off = irq_save();
	int c = -1;

	while (input_start == input_end &&
	       waitq_wait_killable(&readers, deadline))
		;
	if (input_start != input_end)
		c = (u8)input[input_start++ % INPUT_SIZE];
	irq_restore(off);
	return c;
}
