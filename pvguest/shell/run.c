/* SPDX-License-Identifier: MIT */
/*
 * run.c - programs: "A ARGS | B ARGS &", the output of each the input of the
 * next.  Without & the shell waits for all of them.
 */
#include <console.h>
#include <process.h>
#include "shell.h"

#define STAGES_MAX	8

struct pipeline {
	struct job *job;
	struct args *args;		/* of the stage at hand */
	bool detached;
	unsigned int count;
	int pid[STAGES_MAX];
	struct open_file *in;		/* of the next stage, or NULL */
};

static void status_show(const char *name, int status)
{
	if (status >= STATUS_KILLED)
		cprintf("%s: killed\n", name);
	else if (status)
		cprintf("%s: status %d\n", name, status);
}

static void drop(struct open_file *f)
{
	if (f)
		file_put(f);
}

/* One program; its output is the next one's input unless it is the LAST. */
static int stage_start(struct pipeline *l, const char *line, bool last)
{
	struct open_file *ends[2] = { NULL, NULL };
	int ret;

	memset(l->args, 0, sizeof(*l->args));
	ret = args_add_line(l->args, line);
	if (!ret && !last)
		ret = pipe_make(ends);
	if (!ret)
		ret = process_spawn(&(struct spawn){
			.args = l->args, .job = l->job,
			.detached = l->detached,
			.in = l->in, .out = ends[1] });
	drop(l->in);
	drop(ends[1]);
	l->in = ends[0];
	if (ret == -ENOENT)
		cprintf("run: no file %s\n", l->args->text);
	else if (ret < 0)
		cprintf("run: %s: error %d\n", l->args->text, -ret);
	else
		l->pid[l->count++] = ret;
	return ret;
}

static void stages_start(struct pipeline *l, char *line)
{
	char *bar, *at = line;
	bool last;

	do {
		for (bar = at; *bar && *bar != '|'; bar++)
			;
		last = !*bar;
		*bar = 0;
		if (l->count == STAGES_MAX) {
			cprintf("run: more than %u programs\n", STAGES_MAX);
			break;
		}
		if (stage_start(l, at, last) < 0)
			break;
		at = bar + 1;
	} while (!last);
	drop(l->in);
}

/* What they leave behind ends with the last of them: it had the console. */
static void wait_all(struct pipeline *l, const char *name)
{
	unsigned int i;
	int status = 0;

	for (i = 0; i < l->count; i++)
		status = process_wait(l->pid[i]);
	foreground = NULL;
	job_kill(l->job->id);
	if (l->count)
		status_show(name, status);
}

/* A & at the end: cut off. */
static bool cut_ampersand(char *line)
{
	size_t n = strlen(line);

	while (n && line[n - 1] == ' ')
		n--;
	if (!n || line[n - 1] != '&')
		return false;
	line[n - 1] = 0;
	return true;
}

void cmd_run(char *line)
{
	struct pipeline l = { .job = job_make() };

	l.args = kmalloc(sizeof(*l.args));
	l.detached = cut_ampersand(line);
	if (l.job && l.args) {
		if (!l.detached)
			foreground = l.job;
		stages_start(&l, line);
		if (!l.detached)
			wait_all(&l, l.args->text);
		else if (l.count)
			cprintf("pid %d\n", l.pid[0]);
	} else {
		cprintf("run: no memory\n");
	}
	if (l.job)
		job_put(l.job);
	kfree(l.args);
}
