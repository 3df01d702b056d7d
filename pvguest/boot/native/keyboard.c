/* SPDX-License-Identifier: MIT */
/*
 * keyboard.c - a PC's keyboard: scan codes of set 1, as the 8042 makes them, to
 * characters of the American layout, or to what a VT100 sends.
 */
#include "native.h"

#define DATA		0x60
#define STATUS		0x64		/* read */
#define COMMAND		0x64		/* written */
#define STATUS_INPUT	0x01
#define STATUS_BUSY	0x02
#define STATUS_MOUSE	0x20
#define READ_MODE	0x20
#define WRITE_MODE	0x60
#define MODE_INTERRUPT	0x01

#define PREFIX		0xe0
#define RELEASED	0x80
#define LEFT_SHIFT	0x2a
#define RIGHT_SHIFT	0x36
#define CONTROL		0x1d

static const char plain[] =
	"\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\"
	"zxcvbnm,./\0*\0 ";
static const char shifted[] =
	"\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|"
	"ZXCVBNM<>?\0*\0 ";
_Static_assert(sizeof(plain) == sizeof(shifted), "one layout");

static bool there;

/* Those behind the prefix, or on the number pad. */
static const char *special(u8 code)
{
	switch (code) {
	case 0x47:
		return "\033[H";
	case 0x48:
		return "\033[A";
	case 0x4b:
		return "\033[D";
	case 0x4d:
		return "\033[C";
	case 0x4f:
		return "\033[F";
	case 0x50:
		return "\033[B";
	case 0x53:
		return "\033[3~";
	}
	return "";
}

/* What a code adds: 0 to 4 characters. */
static size_t decode(u8 code, char *buf)
{
	static bool shift, control;
	u8 key = code & ~RELEASED;
	const char *s;
	char c;

	if (key == LEFT_SHIFT || key == RIGHT_SHIFT)
		shift = !(code & RELEASED);
	if (key == CONTROL)
		control = !(code & RELEASED);
	if (code & RELEASED)
		return 0;
	if (key >= sizeof(plain) - 1) {
		s = special(key);
		memcpy(buf, s, strlen(s));
		return strlen(s);
	}
	c = shift ? shifted[key] : plain[key];
	if (control)
		c &= 0x1f;
	buf[0] = c;
	return c != 0;
}

size_t native_keyboard_read(char *buf, size_t size)
{
	size_t n = 0;
	u8 status;

	/* Released keys add nothing: the loop ends as typing does. */
	while (there && n + 4 <= size) {
		status = inb(STATUS);
		if (!(status & STATUS_INPUT))
			break;
		if (status & STATUS_MOUSE)
			inb(DATA);
		else
			n += decode(inb(DATA), buf + n);
	}
	return n;
}

/* The controller takes a byte in time, or there is none. */
static bool send(u16 port, u8 value)
{
	unsigned int tries;

	for (tries = 0; tries < 100000; tries++) {
		if (inb(STATUS) & STATUS_BUSY)
			continue;
		outb(port, value);
		return true;
	}
	return false;
}

static bool answer(u8 *value)
{
	unsigned int tries;

	for (tries = 0; tries < 100000; tries++) {
		if (!(inb(STATUS) & STATUS_INPUT))
			continue;
		*value = inb(DATA);
		return true;
	}
	return false;
}

void native_keyboard_init(void)
{
	unsigned int i;
	u8 mode;

	for (i = 0; i < 16 && inb(STATUS) & STATUS_INPUT; i++)
		inb(DATA);
	there = send(COMMAND, READ_MODE) && answer(&mode) &&
		send(COMMAND, WRITE_MODE) &&
		send(DATA, mode | MODE_INTERRUPT);
}
