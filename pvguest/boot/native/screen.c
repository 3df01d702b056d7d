/* SPDX-License-Identifier: MIT */
/*
 * screen.c - what goes to the serial port is shown on a PC's text screen, too,
 * if the loader left one: 80 by 25 cells of a character and its colour.  Or the
 * same cells are drawn on a frame buffer (fb.c).
 */
#include "native.h"

#define COLUMNS		SCREEN_COLUMNS
#define ROWS		SCREEN_ROWS
#define BLANK		0x0720		/* a grey space on black */

#define CRTC_INDEX	0x3d4
#define CRTC_DATA	0x3d5
#define CRTC_CURSOR	0x0e		/* high byte, then low byte */

static u16 *cells = (u16 *)(KERNEL_BASE + 0xb8000);
static unsigned int at;

static void fill(unsigned int from, unsigned int to)
{
	while (from < to)
		cells[from++] = BLANK;
}

static void scroll(void)
{
	memmove(cells, cells + COLUMNS, (ROWS - 1) * COLUMNS * sizeof(u16));
	at -= COLUMNS;
	fill((ROWS - 1) * COLUMNS, ROWS * COLUMNS);
}

/* Of a terminal's commands those that the line editor gives. */
static void command(char c, unsigned int n)
{
	unsigned int column = at % COLUMNS;

	if (c == 'D') {
		at -= min(max(n, 1U), column);
	} else if (c == 'K') {
		fill(at, at - column + COLUMNS);
	} else if (c == 'H') {
		at = 0;
	} else if (c == 'J') {
		fill(0, ROWS * COLUMNS);
	}
}

/* ESC [ number letter */
static bool in_command(char c)
{
	static unsigned int number;
	static bool escape;

	if (c == 0x1b) {
		escape = true;
		number = 0;
		return true;
	}
	if (!escape)
		return false;
	if (c >= '0' && c <= '9') {
		number = number * 10 + c - '0';
	} else if (c != '[') {
		escape = false;
		command(c, number);
	}
	return true;
}

static void put(char c)
{
	if (in_command(c))
		return;
	if (c == '\n')
		at += COLUMNS;
	else if (c == '\r')
		at -= at % COLUMNS;
	else if (c == '\b')
		at -= at % COLUMNS != 0;
	else if ((u8)c >= ' ')
		cells[at++] = (BLANK & 0xff00) | (u8)c;
	if (at >= ROWS * COLUMNS)
		scroll();
}

void native_screen_write(const char *buf, size_t len)
{
	if (!loaded.screen)
		return;
	for (; len; len--, buf++) {
		if (*buf == '\n')
			put('\r');
		put(*buf);
	}
	if (native_fb_cells()) {
		native_fb_show(at);
		return;
	}
	outb(CRTC_INDEX, CRTC_CURSOR);
	outb(CRTC_DATA, at >> 8);
	outb(CRTC_INDEX, CRTC_CURSOR + 1);
	outb(CRTC_DATA, at);
}

void native_screen_init(void)
{
	if (!loaded.screen)
		return;
	if (native_fb_cells())
		cells = native_fb_cells();
	fill(0, ROWS * COLUMNS);
}
