/* SPDX-License-Identifier: MIT */
/*
 * console.h - the console's lines, and the log of what the kernel said.
 */
#ifndef PVGUEST_CONSOLE_H
#define PVGUEST_CONSOLE_H

#include <lib.h>

struct job;

/* To the console alone. */
void console_put(const char *buf, size_t len);
void cprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The next character; waits until the deadline for it, then -1. */
int console_get(u64 deadline);
void log_show(void);
/* The job that control C ends, or NULL: then it is a character. */
extern struct job *foreground;

/* A line with editing and history; its length, without the newline. */
size_t line_read(const char *prompt, char *line, size_t size);

void shell(void *unused);

/* The commands that are files of their own. */
void cmd_test(char *args);
void cmd_bench(char *args);

#endif
