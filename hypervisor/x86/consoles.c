/* SPDX-License-Identifier: MIT */
/*
 * consoles.c - which devices show messages, as console= and loglvl= say.
 *
 *   console=com1,115200,vga	any of com1, com2, vga, none and a baud rate
 *   loglvl=debug		or error, warning, info; "all" is debug
 *
 * Without options: com1 at 115200 baud and the screen.
 */
#include <boot.h>
#include <console.h>
#include <lib.h>
#include <printk.h>
#include <setup.h>

static const struct console_dev serial = { "serial", serial_write };
static const struct console_dev vga = { "vga", vga_write };

void console_init(void)
{
	if (serial_open(0x3f8, 115200))
		console_add(&serial);
	vga_open();
	console_add(&vga);
}

static bool baud_parse(const char *s, u32 *baud)
{
	u32 n = 0;

	for (; *s >= '0' && *s <= '9' && n < 1000000; s++)
		n = n * 10 + *s - '0';
	if (*s || n < 50 || n > 115200)
		return false;
	*baud = n;
	return true;
}

/* The next of the parts that commas separate, or NULL. */
static char *next_part(char **rest)
{
	char *part = *rest, *comma;

	if (!part)
		return NULL;
	comma = strchr(part, ',');
	*rest = comma ? comma + 1 : NULL;
	if (comma)
		*comma = '\0';
	return part;
}

static void choose(char *value)
{
	bool to_vga = false;
	u32 baud = 115200;
	u16 io = 0;
	char *part;

	while ((part = next_part(&value))) {
		if (!strcmp(part, "com1"))
			io = 0x3f8;
		else if (!strcmp(part, "com2"))
			io = 0x2f8;
		else if (!strcmp(part, "vga"))
			to_vga = true;
		else if (strcmp(part, "none") && !baud_parse(part, &baud))
			printk(LOG_WARN, "console=: unknown part %s\n", part);
	}
	console_remove_all();
	if (io && serial_open(io, baud))
		console_add(&serial);
	else if (io)
		to_vga = true;
	if (to_vga)
		console_add(&vga);
}

void console_options(void)
{
	static const char *const names[] = {
		"error", "warning", "info", "debug",
	};
	char value[64];
	u32 i;

	if (option_get("console", value, sizeof(value)))
		choose(value);
	if (!option_get("loglvl", value, sizeof(value)))
		return;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(value, names[i]))
			break;
	if (i == ARRAY_SIZE(names) && strcmp(value, "all"))
		printk(LOG_WARN, "loglvl=: error, warning, info or debug\n");
	else
		printk_level(MIN(i, LOG_DEBUG));
}
