/* SPDX-License-Identifier: MIT */
/*
 * console.c - the console is the hypervisor's, or a ring; the library knows.
 *
 * In domain 0 what is typed may be for another domain: a key goes from one to
 * the next.  What that one prints then comes as it is, with its prompts, and
 * not by lines with its name before them.  All of it with interrupts off.
 */
#include <console.h>
#include <hcall/hcall.h>
#include "pv.h"

#define KEY_NEXT	0x1d	/* Ctrl-] */

static domid_t focus;		/* whose input it is; 0: ours */

static void on_console(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port;
	(void)regs;
	(void)arg;
	console_interrupt();
}

/* Whoever has gone, or does not read, can't hold the user. */
static bool running(domid_t id, struct sluice_domain *info)
{
	return !hc_domain_info(id, info) &&
	       (info->flags & (SLUICE_DOM_exists | SLUICE_DOM_stopped |
			       SLUICE_DOM_dying)) == SLUICE_DOM_exists;
}

static void say(const char *name)
{
	cprintf("\n[console of %s; Ctrl-] for the next one]\n", name);
}

long pv_console_focus(domid_t id)
{
	struct sluice_domain info;

	if (!running(id, &info))
		return -XEN_ESRCH;
	if (focus)
		hc_control(SLUICEOP_console_raw, focus, 0);
	focus = id;
	if (id)
		hc_control(SLUICEOP_console_raw, id, 1);
	say(info.name);
	return 0;
}

static void focus_next(void)
{
	struct sluice_domain info;
	domid_t id = focus;

	while (!hc_domain_info(++id, &info))
		if (!pv_console_focus(id))
			return;
	pv_console_focus(0);
}

/* True when the character is not for us. */
static bool passed_on(char c)
{
	struct sluice_domain info;

	if (c == KEY_NEXT) {
		focus_next();
		return true;
	}
	if (!focus)
		return false;
	if (running(focus, &info))
		hc_control(SLUICEOP_console_put, focus, (u8)c);
	else
		pv_console_focus(0);
	return true;
}

size_t pv_console_read(char *buf, size_t size)
{
	size_t n, i, kept;

	/* Ends: what is typed comes slower than this. */
	do {
		n = hc_console_read(buf, size);
		if (!hc_is_initial_domain() || !hc_sluice_version())
			return n;
		for (i = kept = 0; i < n; i++)
			if (!passed_on(buf[i]))
				buf[kept++] = buf[i];
	} while (n && !kept);
	return kept;
}

void pv_console_init(void)
{
	evtchn_port_t port = hc_console_port();
	struct sluice_domain info;
	domid_t id;

	/* A domain 0 before us may have left one of them as it was. */
	for (id = 1; !port && !hc_domain_info(id, &info); id++)
		hc_control(SLUICEOP_console_raw, id, 0);
	if (port)
		hc_event_handle(port, 0, on_console, NULL);
	else if (hc_event_bind_virq(VIRQ_CONSOLE, 0, on_console, NULL) < 0)
		kprintf("pvguest: the console has no input\n");
	if (!port && !hc_domain_info(1, &info))
		kprintf("pvguest: Ctrl-] goes to the next domain's console\n");
	/* What was typed before: no event tells of it any more. */
	console_interrupt();
}
