/* SPDX-License-Identifier: MIT */
/*
 * serial.c - a 16550 serial port: polled output, input by interrupt.
 *
 * Output is under the console's lock.  A port that does not get rid of a
 * character within some time is taken for dead and not waited for again.
 */
#include <console.h>
#include <machine.h>
#include <setup.h>
#include <x86.h>

enum {				/* registers, from the base port */
	DATA = 0, IER = 1, FCR = 2, LCR = 3, MCR = 4, LSR = 5, SCRATCH = 7,
};
#define IER_RX		0x01
#define FCR_ON_CLEAR	0x07
#define LCR_8N1		0x03
#define LCR_DIVISOR	0x80
#define MCR_DTR_RTS_OUT2 0x0b	/* OUT2 lets the interrupt out */
#define LSR_DATA	0x01
#define LSR_ROOM	0x20
#define BASE_BAUD	115200
#define PATIENCE	200000

static u16 port_base;		/* 0: no port */

bool serial_open(u16 io, u32 baud)
{
	u32 divisor = BASE_BAUD / baud;

	port_base = 0;
	outb(io + SCRATCH, 0x5a);
	if (inb(io + SCRATCH) != 0x5a)
		return false;
	outb(io + IER, 0);
	outb(io + LCR, LCR_DIVISOR);
	outb(io + DATA, divisor);
	outb(io + IER, divisor >> 8);
	outb(io + LCR, LCR_8N1);
	outb(io + FCR, FCR_ON_CLEAR);
	outb(io + MCR, MCR_DTR_RTS_OUT2);
	port_base = io;
	return true;
}

static void put(char c)
{
	u32 i = 0;

	while (port_base && !(inb(port_base + LSR) & LSR_ROOM)) {
		if (++i == PATIENCE)
			port_base = 0;
		cpu_relax();
	}
	if (port_base)
		outb(port_base + DATA, c);
}

void serial_write(const char *s, size_t n)
{
	for (; n; n--, s++) {
		if (*s == '\n')
			put('\r');
		put(*s);
	}
}

void serial_interrupt(void)
{
	u32 i;

	/* Bounded: a line that never falls silent must not hold the CPU. */
	for (i = 0; i < 64 && inb(port_base + LSR) & LSR_DATA; i++)
		console_input(inb(port_base + DATA));
}

void serial_input_init(void)
{
	if (!port_base)
		return;
	isa_irq_enable(port_base == 0x3f8 ? 4 : 3);
	outb(port_base + IER, IER_RX);
}
