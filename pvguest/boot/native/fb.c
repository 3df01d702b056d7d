/* SPDX-License-Identifier: MIT */
/*
 * fb.c - the text screen on a frame buffer, as the firmware or GRUB has set it
 * up: what takes its place under UEFI.
 *
 * The cells are in memory; only those that have changed are drawn, and nothing
 * is read back, since reading a frame buffer is slow.
 */
#include <generated/font.h>
#include "native.h"

#define WIDTH	8
#define HEIGHT	16
#define FIRST	' '
#define GREY	0xaa		/* of each colour */
#define CURSOR	0x8000		/* above a character's colour */

/* 8 dots a byte, the left one in the top bit; from FIRST on. */
static const u8 font[][HEIGHT] = { FONT_GLYPHS };

static u16 cells[SCREEN_CELLS], shown[SCREEN_CELLS];
static u8 *screen;		/* NULL: there is none */
static u32 pitch, bytes;	/* of a line; of a dot */

bool native_fb_init(u64 base, u32 line, u32 width, u32 height, u8 bits)
{
	u64 offset = base % (2 * MIB);

	if (!base || base >> 46 || (bits != 24 && bits != 32) ||
	    line < (u64)width * (bits / 8) ||
	    width < SCREEN_COLUMNS * WIDTH || height < SCREEN_ROWS * HEIGHT ||
	    offset + (u64)line * SCREEN_ROWS * HEIGHT > FB_SPACE)
		return false;
	screen = (u8 *)native_fb_map(base - offset) + offset;
	pitch = line;
	bytes = bits / 8;
	memset(screen, 0, min((u64)line * height, FB_SPACE - offset));
	return true;
}

u16 *native_fb_cells(void)
{
	return screen ? cells : NULL;
}

static void draw(unsigned int at, u16 cell)
{
	unsigned int c = (u8)cell - FIRST, line, dot;
	const u8 *glyph = font[c < ARRAY_SIZE(font) ? c : 0];
	volatile u8 *to;
	u8 dots;

	for (line = 0; line < HEIGHT; line++) {
		dots = cell & CURSOR ? ~glyph[line] : glyph[line];
		to = screen + (at / SCREEN_COLUMNS * HEIGHT + line) * pitch +
		     at % SCREEN_COLUMNS * WIDTH * bytes;
		for (dot = 0; dot < WIDTH; dot++, to += bytes)
			to[0] = to[1] = to[2] = dots << dot & 0x80 ? GREY : 0;
	}
}

void native_fb_show(unsigned int cursor)
{
	unsigned int at;
	u16 cell;

	for (at = 0; at < SCREEN_CELLS; at++) {
		cell = cells[at] | (at == cursor ? CURSOR : 0);
		if (cell == shown[at])
			continue;
		shown[at] = cell;
		draw(at, cell);
	}
}
