/* SPDX-License-Identifier: MIT */
/*
 * fb.c - text on a frame buffer, as the firmware or GRUB has set it up: what
 * takes the place of VGA text under UEFI.
 *
 * Under the console's lock.  Nothing is read back and nothing scrolls, since
 * reading a frame buffer is slow: below the last line comes the first again,
 * and a blank line shows where the newest text ends.
 */
#include <boot.h>
#include <generated/font.h>
#include <lib.h>
#include <machine.h>
#include <setup.h>

#define WIDTH	FB_CHAR_WIDTH
#define HEIGHT	FB_CHAR_HEIGHT
#define FIRST	' '
#define GREY	0xaa		/* of each colour */

/* 8 dots a byte, the left one in the top bit; from FIRST on. */
static const u8 font[][HEIGHT] = { FONT_GLYPHS };

static u8 *screen;
static u32 columns, rows, column, row;

static void draw(u32 x, u32 y, const u8 *glyph)
{
	const struct boot_fb *fb = &boot_info.fb;
	u32 bytes = fb->bpp / 8, line, dot;
	volatile u8 *to;

	for (line = 0; line < HEIGHT; line++) {
		to = screen + (u64)(y * HEIGHT + line) * fb->pitch +
		     x * WIDTH * bytes;
		for (dot = 0; dot < WIDTH; dot++, to += bytes)
			to[0] = to[1] = to[2] =
				glyph[line] << dot & 0x80 ? GREY : 0;
	}
}

static void clear_line(u32 y)
{
	u32 x;

	for (x = 0; x < columns; x++)
		draw(x, y, font[0]);
}

static void new_line(void)
{
	column = 0;
	row = (row + 1) % rows;
	clear_line(row);
	clear_line((row + 1) % rows);
}

void fb_open(void *at)
{
	u32 y;

	screen = at;
	if (rows)
		return;
	columns = boot_info.fb.width / WIDTH;
	rows = boot_info.fb.height / HEIGHT;
	for (y = 0; y < rows; y++)
		clear_line(y);
}

void fb_write(const char *s, size_t n)
{
	for (; n; n--, s++) {
		if (*s == '\n') {
			new_line();
		} else if (*s == '\r') {
			column = 0;
		} else if (*s == '\b') {
			column -= column > 0;
		} else if (*s >= FIRST) {
			if ((u32)(*s - FIRST) < ARRAY_SIZE(font))
				draw(column, row, font[*s - FIRST]);
			if (++column == columns)
				new_line();
		}
	}
}
