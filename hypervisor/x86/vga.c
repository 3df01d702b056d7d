/* SPDX-License-Identifier: MIT */
/*
 * vga.c - text on the VGA screen, 80 by 25.
 *
 * Under the console's lock.  Where the firmware left a graphics mode, or there
 * is no VGA, nobody sees what is written and no harm is done.
 */
#include <lib.h>
#include <machine.h>
#include <setup.h>

#define VGA_PHYS	0xb8000UL
#define WIDTH		80
#define HEIGHT		25
#define GREY		0x0700

static u16 *screen;
static u32 column, row;

static void clear(u32 from, u32 to)
{
	while (from < to)
		screen[from++] = GREY | ' ';
}

void vga_open(void)
{
	/* Once as the boot tables show it, and again as device memory. */
	if (screen) {
		screen = device_map(VGA_PHYS, WIDTH * HEIGHT * 2);
		return;
	}
	screen = maddr_virt(maddr(VGA_PHYS));
	clear(0, WIDTH * HEIGHT);
}

static void new_line(void)
{
	column = 0;
	if (++row < HEIGHT)
		return;
	row = HEIGHT - 1;
	memmove(screen, screen + WIDTH, WIDTH * row * 2);
	clear(WIDTH * row, WIDTH * HEIGHT);
}

void vga_write(const char *s, size_t n)
{
	for (; n; n--, s++) {
		if (*s == '\n') {
			new_line();
		} else if (*s == '\r') {
			column = 0;
		} else if (*s == '\b') {
			column -= column > 0;
		} else if (*s >= ' ') {
			screen[row * WIDTH + column] = GREY | (u8)*s;
			if (++column == WIDTH)
				new_line();
		}
	}
}
