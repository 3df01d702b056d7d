/* SPDX-License-Identifier: MIT */
/*
 * keys.c - commands of one key on the hypervisor's console.
 *
 * Three times the switch character (Ctrl-A, or conswitch=) give what is typed
 * to the hypervisor, and three times more give it back.  The first two reach
 * the guest all the same, which may have a use for them.
 *
 * Runs in the interrupt of the serial port, which one CPU gets; no lock is
 * held then.  What is shown is read as it changes, and its length is bounded.
 */
#include <boot.h>
#include <debug.h>
#include <domain.h>
#include <lib.h>

#define PRESSES	3

static char switch_char = 'a' - 'a' + 1;
static u32 presses;
static bool ours;

static void show_help(void);

static const struct key {
	char key;
	const char *text;
	void (*show)(void);
} keys[] = {
	{ 'h', "this list", show_help },
	{ 'd', "registers of each CPU's guest", show_registers },
	{ 'q', "domains and their vCPUs", show_domains },
	{ 'r', "run queues", show_queues },
	{ 'e', "event channels", show_events },
	{ 'g', "grants that are in use, and what is mapped", show_grants },
	{ 'm', "memory", show_memory },
	{ 'c', "counters of hypercalls", show_counters },
	{ 'R', "reboot the machine", machine_reboot },
};

static void show_help(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		printk(LOG_ERR, "key %c: %s\n", keys[i].key, keys[i].text);
}

/* As Xen's: a letter whose control character it is; more means nothing here. */
void debug_keys_init(void)
{
	char value[8];

	if (!option_get("conswitch", value, sizeof(value)))
		return;
	if ((*value | 0x20) >= 'a' && (*value | 0x20) <= 'z')
		switch_char = *value & 0x1f;
	else
		printk(LOG_WARN, "conswitch=: not a letter\n");
}

static void change(void)
{
	ours = !ours;
	presses = 0;
	if (ours)
		printk(LOG_ERR, "input to Sluice (h: help; Ctrl-%c three "
		       "times: back)\n", switch_char + 'a' - 1);
	else
		printk(LOG_ERR, "input to the domains\n");
}

bool debug_key(char c)
{
	u32 i;

	presses = c == switch_char ? presses + 1 : 0;
	if (presses == PRESSES) {
		change();
		return true;
	}
	for (i = 0; ours && i < ARRAY_SIZE(keys); i++)
		if (keys[i].key == c)
			keys[i].show();
	return ours;
}
