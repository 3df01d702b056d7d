/* SPDX-License-Identifier: MIT */
/*
 * console.c - the first serial port, a 16550: output is polled, input comes by
 * interrupt.  Screen and keyboard take part in both, if they are there.
 */
#include "native.h"

#define COM1		0x3f8
#define DATA		COM1
#define DIVISOR_LOW	COM1
#define ENABLE		(COM1 + 1)
#define DIVISOR_HIGH	(COM1 + 1)
#define FIFO		(COM1 + 2)
#define LINE		(COM1 + 3)
#define MODEM		(COM1 + 4)
#define STATUS		(COM1 + 5)
#define SCRATCH		(COM1 + 7)

#define LINE_8N1	0x03
#define LINE_DIVISOR	0x80
#define FIFO_ON		0x07		/* and emptied */
#define MODEM_ON	0x0b		/* DTR, RTS, and the interrupt's way */
#define ENABLE_INPUT	0x01
#define STATUS_INPUT	0x01
#define STATUS_SENT	0x20
#define FIFO_SIZE	16

static bool there;

void native_console_init(void)
{
	native_screen_init();
	outb(SCRATCH, 0x5a);
	there = inb(SCRATCH) == 0x5a;
	if (!there)
		return;
	outb(ENABLE, 0);
	outb(LINE, LINE_8N1 | LINE_DIVISOR);
	outb(DIVISOR_LOW, 1);
	outb(DIVISOR_HIGH, 0);
	outb(LINE, LINE_8N1);
	outb(FIFO, FIFO_ON);
	outb(MODEM, MODEM_ON);
	outb(ENABLE, ENABLE_INPUT);
}

/* As many as the FIFO holds, once it is empty; waits, but not for ever. */
static void put(char c)
{
	static unsigned int room;
	unsigned int tries;

	for (tries = 0; !room && tries < 1000000; tries++)
		if (inb(STATUS) & STATUS_SENT)
			room = FIFO_SIZE;
	if (room) {
		outb(DATA, c);
		room--;
	}
}

void native_console_write(const char *buf, size_t len)
{
	native_screen_write(buf, len);
	for (; there && len; len--, buf++) {
		if (*buf == '\n')
			put('\r');
		put(*buf);
	}
}

size_t native_console_read(char *buf, size_t size)
{
	size_t n = native_keyboard_read(buf, size);

	while (there && n < size && inb(STATUS) & STATUS_INPUT)
		buf[n++] = inb(DATA);
	return n;
}
