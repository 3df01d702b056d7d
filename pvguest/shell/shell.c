/* SPDX-License-Identifier: MIT */
/*
 * shell.c - commands, one a line.
 */
#include <arch.h>
#include <bench.h>
#include <bridge.h>
#include <console.h>
#include <net.h>
#include <option.h>
#include <pci.h>
#include <process.h>
#include <vif.h>
#include <xenbus.h>
#include "shell.h"

#define LINE_MAX	128

struct command {
	const char *name;
	const char *args;
	const char *help;
	void (*fn)(char *args);
};

static const struct command commands[];

/* Cut the first word off: returns it, and *REST is what follows. */
static char *word(char *text, char **rest)
{
	char *end;

	while (*text == ' ')
		text++;
	for (end = text; *end && *end != ' '; end++)
		;
	while (*end == ' ')
		*end++ = 0;
	*rest = end;
	return text;
}

static void cmd_help(char *args)
{
	const struct command *c;

	(void)args;
	for (c = commands; c->name; c++)
		cprintf("  %-7s %-12s %s\n", c->name, c->args, c->help);
}

static void thread_show(const struct thread *t)
{
	static const char *const states[] = { "ready", "waiting", "dead" };
	u64 ms = thread_cpu_time(t) / NSEC_PER_MSEC;

	cprintf("%4d %4d %4u %-8s %6lu.%03lu s %6lu %s\n", t->id,
		t->process ? t->process->pid : 0, t->prio,
		t == current ? "running" : states[t->state], ms / 1000,
		ms % 1000, t->process ? t->process->space->nr_pages : 0,
		t->name);
}

static void cmd_ps(char *args)
{
	bool off = irq_save();
	struct thread *t;

	(void)args;
	cprintf("  ID  PID PRIO STATE        CPU TIME  PAGES NAME\n");
	list_for(t, &threads, all)
		thread_show(t);
	irq_restore(off);
}

static void cmd_free(char *args)
{
	(void)args;
	cprintf("pages: %lu, free %lu (%lu MiB of %lu); heap %lu\n",
		pages_total(), pages_free(),
		pages_free() * PAGE_SIZE / MIB,
		pages_total() * PAGE_SIZE / MIB, heap_pages());
}

static void cmd_uptime(char *args)
{
	u64 ms = arch->time() / NSEC_PER_MSEC;
	u64 idle = thread_cpu_time(list_first(&threads, struct thread, all));

	(void)args;
	cprintf("up %lu.%03lu s, idle %lu.%03lu s, %lu s since 1970\n",
		ms / 1000, ms % 1000, idle / NSEC_PER_SEC,
		idle / NSEC_PER_MSEC % 1000, arch->wallclock());
}

static void cmd_dmesg(char *args)
{
	(void)args;
	log_show();
}

static void cmd_ls(char *args)
{
	struct file f;
	size_t pos = 0;

	(void)args;
	while (ramdisk_next(&pos, &f))
		cprintf("%8lu %s\n", f.size, f.name);
}

static void cmd_cat(char *args)
{
	char *rest, *name = word(args, &rest);
	struct file f;
	size_t at, part;

	if (!ramdisk_find(name, &f)) {
		cprintf("cat: no file %s\n", name);
		return;
	}
	for (at = 0; at < f.size; at += part) {
		part = min(f.size - at, 256ULL);
		console_put(f.data + at, part);
	}
}

/* With a minus before it, the number of a job, that is of its first. */
static void cmd_kill(char *args)
{
	char *rest, *pid = word(args, &rest);

	if (*pid == '-' ? !job_kill(number(pid + 1)) :
			  process_kill(number(pid)))
		cprintf("kill: no process %s\n", pid);
}

static void cmd_dom(char *args)
{
	if (arch->dom)
		arch->dom(args);
	else
		cprintf("dom: there are no domains here\n");
}

static void execute(char *line);

static void cmd_time(char *args)
{
	u64 start = arch->time();

	execute(args);
	start = (arch->time() - start) / NSEC_PER_USEC;
	cprintf("%lu.%06lu s\n", start / 1000000, start % 1000000);
}

static void cmd_halt(char *args)
{
	(void)args;
	kprintf("pvguest: halted\n");
	arch->power_off();
}

static void cmd_reboot(char *args)
{
	(void)args;
	kprintf("pvguest: reboots\n");
	arch->reboot();
}

static void cmd_panic(char *args)
{
	panic("%s", *args ? args : "the user wants it");
}

static const struct command commands[] = {
	{ "help", "", "this list", cmd_help },
	{ "ps", "", "threads and processes", cmd_ps },
	{ "free", "", "memory", cmd_free },
	{ "uptime", "", "time since the start, and the clock", cmd_uptime },
	{ "dmesg", "", "what the kernel said", cmd_dmesg },
	{ "ls", "", "files of the ramdisk", cmd_ls },
	{ "cat", "FILE", "show a file", cmd_cat },
	{ "run", "A | B &", "start programs (&: beside the shell)", cmd_run },
	{ "kill", "PID", "end a process (-PID: and its children)", cmd_kill },
	{ "time", "COMMAND", "how long it takes", cmd_time },
	{ "lspci", "[-v]", "PCI devices and their drivers", cmd_lspci },
	{ "nic", "[DEV reset]", "what NICs did; start one anew", cmd_nic },
	{ "net", "[DEV SETTING]", "network devices; set an address", cmd_net },
	{ "httpd", "[-p PORT]", "serve the files of the ramdisk", cmd_httpd },
	{ "test", "[NAME]", "test the kernel", cmd_test },
	{ "bench", "", "the cost of a few operations", cmd_bench },
	{ "dom", "list ...", "domains: alone it tells what it can", cmd_dom },
	{ "bridge", "[loss PERCENT] [reorder PERCENT]",
	  "ports of the bridge, addresses behind them; a bad wire",
	  cmd_bridge },
	{ "vif", "[restart | add DOMAIN NR | del ...]",
	  "network back ends: what they did", cmd_vif },
	{ "store", "ls|read|write|rm PATH", "the store", cmd_store },
	{ "hcbench", "", "what batching saves: tables and JSON", cmd_hcbench },
	{ "halt", "", "power off", cmd_halt },
	{ "reboot", "", "start again", cmd_reboot },
	{ "panic", "[WHY]", "crash", cmd_panic },
	{ }
};

static void execute(char *line)
{
	char name[LINE_MAX];
	const struct command *c;
	bool pipe = memchr(line, '|', strlen(line));
	struct file f;
	char *rest;
	size_t n;

	for (; *line == ' '; line++)
		;
	for (n = 0; line[n] && line[n] != ' '; n++)
		;
	strcopy(name, line, min(n + 1, sizeof(name)));
	for (rest = line + n; *rest == ' '; rest++)
		;
	for (c = commands; c->name; c++) {
		if (strcmp(c->name, name) ||
		    (pipe && c->fn != cmd_run && c->fn != cmd_time))
			continue;
		c->fn(rest);
		return;
	}
	if (pipe || ramdisk_find(name, &f))
		cmd_run(line);
	else if (*name)
		cprintf("%s: no such command; help lists them\n", name);
}

/* run=COMMAND of the command line; a comma stands for a space. */
static void first_command(char *line)
{
	char *s;

	if (!option_get("run", line, LINE_MAX))
		return;
	for (s = line; *s; s++)
		if (*s == ',')
			*s = ' ';
	execute(line);
}

void shell(void *unused)
{
	char line[LINE_MAX];

	(void)unused;
	first_command(line);
	for (;;) {
		line_read("pvguest> ", line, sizeof(line));
		execute(line);
	}
}
