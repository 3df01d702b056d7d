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
#include <debug.h>
#include <lib.h>
#include <printk.h>
#include <setup.h>

#define BAUD_MAX	115200

static const struct console_dev serial = { "serial", serial_write };
static const struct console_dev vga = { "vga", vga_write };
static const struct console_dev fb = { "fb", fb_write };

static const struct console_dev *screen_dev(void)
{
	return boot_info.fb.addr ? &fb : &vga;
}

void screen_open(u64 at)
{
	if (boot_info.fb.addr)
		fb_open((void *)(at + (boot_info.fb.addr & ~PAGE_MASK)));
	else
		vga_open();
}

void console_init(void)
{
	if (serial_open(0x3f8, BAUD_MAX))
		console_add(&serial);
	vga_open();
	console_add(&vga);
}

/* One part of console=; false when it is none. */
static bool part(const char *s, u16 *io, u32 *baud, bool *screen)
{
	u32 value = 0;

	if (!strcmp(s, "com1")) {
		*io = 0x3f8;
	} else if (!strcmp(s, "com2")) {
		*io = 0x2f8;
	} else if (!strcmp(s, "vga")) {
		*screen = true;
	} else if (strcmp(s, "none")) {
		for (; *s >= '0' && *s <= '9' && value <= BAUD_MAX; s++)
			value = value * 10 + *s - '0';
		if (*s || value < 50 || value > BAUD_MAX)
			return false;
		*baud = value;
	}
	return true;
}

static void choose(char *s)
{
	bool screen = false;
	u32 baud = BAUD_MAX;
	u16 io = 0;
	char *next;

	for (; s; s = next) {
		next = strchr(s, ',');
		if (next)
			*next++ = '\0';
		if (*s && !part(s, &io, &baud, &screen))
			printk(LOG_WARN, "console=: unknown part %s\n", s);
	}
	console_remove_all();
	if (io && serial_open(io, baud))
		console_add(&serial);
	else if (io)
		screen = true;
	if (screen)
		console_add(screen_dev());
}

void console_options(void)
{
	static const char *const names[] = {
		"error", "warning", "info", "debug",
	};
	char value[64];
	u32 i;

	if (boot_info.fb.addr) {
		screen_open((u64)early_virt(boot_info.fb.addr & PAGE_MASK));
		console_replace(&vga, &fb);
	}
	if (IS_ENABLED(CONFIG_DEBUG_KEYS))
		debug_keys_init();
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
