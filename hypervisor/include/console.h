/* SPDX-License-Identifier: MIT */
/*
 * console.h - the message ring, the output devices and the input.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <types.h>

struct domain;

/* A device that shows text; write() may be called before anything else works. */
struct console_dev {
	const char *name;
	void (*write)(const char *s, size_t n);
};

void console_add(const struct console_dev *dev);

/* A guest's output: lines carry the domain's name when there are several. */
void console_guest_write(struct domain *d, const char *s, size_t n);

/* Input waiting for a domain: copies up to n bytes, returns how many. */
size_t console_guest_read(struct domain *d, char *s, size_t n);

/* From the serial interrupt: one received character. */
void console_input(char c);

#endif
