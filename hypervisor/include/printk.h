/* SPDX-License-Identifier: MIT */
/*
 * printk.h - the message ring's other side: what consoles, guests' output and
 * a panic need of printk.c.
 */
#pragma once

#include <lib.h>

/* Shows text as it is on all devices; it does not go into the ring. */
void console_write(const char *s, size_t n);

/* The same for whole lines: not in the middle of somebody else's. */
void console_write_line(const char *s, size_t n);

void console_remove_all(void);
struct console_dev;
void console_replace(const struct console_dev *from,
		     const struct console_dev *to);

/* Messages up to this level are shown; all go into the ring. */
void printk_level(enum log_level level);

/*
 * From now on nothing takes the console's lock, whose holder may be dead, and
 * the ring keeps the messages that led here.
 */
void printk_panic(void);

/* Shows the end of the ring once more: whole lines, about that many chars. */
void printk_last(size_t chars);
