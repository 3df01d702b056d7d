/* SPDX-License-Identifier: MIT */
/*
 * process.c - the life of a process: made by a fork or by the shell, ended by
 * itself, taken away by whoever waits for it, or by the reaper.
 *
 * What the headers call [I] is changed with interrupts off.  At its end a
 * process gives up its space and files itself; what is left is its status.
 */
#include <arch.h>
#include <process.h>

#define PID_MAX	99999

struct list processes = LIST(processes);

static int last_pid;
static unsigned int nr_processes;
static struct waitq reaper_waits = WAITQ(reaper_waits);
static struct waitq kernel_waits = WAITQ(kernel_waits);

static struct process *find(int pid)
{
	struct process *p;

	list_for(p, &processes, all)
		if (p->pid == pid)
			return p;
	return NULL;
}

static int new_pid(void)
{
	struct process *p;
	bool used;

	do {
		last_pid = last_pid % PID_MAX + 1;
		used = false;
		list_for(p, &processes, all)
			used |= p->pid == last_pid || p->job->id == last_pid;
	} while (used);
	return last_pid;
}

struct job *job_make(void)
{
	struct job *job = kzalloc(sizeof(*job));

	if (job)
		job->count = 1;
	return job;
}

void job_put(struct job *job)
{
	bool off = irq_save(), last = !--job->count;

	irq_restore(off);
	if (last)
		kfree(job);
}

static void first_return(void *arg)
{
	const struct regs *r = arg;
	struct regs regs = *r;

	kfree(arg);
	irq_save();
	arch->enter(&regs);
}

static struct process *process_make(struct job *job, struct process *parent)
{
	struct process *p = kzalloc(sizeof(*p));

	if (p) {
		p->job = job;
		p->parent = parent;
		list_init(&p->children.threads);
	}
	return p;
}

static void release(struct process *p)
{
	unsigned int i;

	for (i = 0; i < FD_MAX; i++)
		if (p->files[i])
			file_put(p->files[i]);
	if (p->space)
		space_destroy(p->space);
	kfree(p->space);
	p->space = NULL;
}

/* Too often refused: whoever goes on forking is not to be reasoned with. */
static int refuse(struct job *job)
{
	if (++job->refused == REFUSED_MAX) {
		kprintf("job %d: forks without end, is ended\n", job->id);
		job_kill(job->id);
	}
	return -EAGAIN;
}

/* Who is killed has no more children: job_kill() would miss them. */
static int admit(struct process *p)
{
	bool off = irq_save();
	int ret = 0;

	if (p->parent && p->parent->killed) {
		ret = -EINTR;
	} else if (nr_processes == PROCESSES_MAX || p->job->count > JOB_MAX) {
		ret = refuse(p->job);
	} else {
		nr_processes++;
		p->job->count++;
		p->job->refused = 0;
		p->pid = new_pid();
		if (!p->job->id)
			p->job->id = p->pid;
		list_add(&processes, &p->all);
	}
	irq_restore(off);
	return ret;
}

static void remove(struct process *p)
{
	bool off = irq_save();

	list_del(&p->all);
	nr_processes--;
	irq_restore(off);
	job_put(p->job);
}

/*
 * P, which is complete, begins at REGS; its pid.  The thread must not run
 * before it knows its process.
 */
static int begin(struct process *p, const struct regs *at, void *fpu)
{
	struct regs *regs = kmalloc(sizeof(*regs));
	int ret;

	if (!regs)
		return -ENOMEM;
	*regs = *at;
	preempt_disable();
	ret = admit(p);
	if (!ret)
		p->thread = thread_create(p->name, PRIO_NORMAL, first_return,
					  regs);
	if (p->thread) {
		p->thread->process = p;
		p->thread->fpu = fpu;
		ret = p->pid;
	} else {
		if (!ret) {
			remove(p);
			ret = -ENOMEM;
		}
		kfree(regs);
	}
	preempt_enable();
	return ret;
}

int process_spawn(const struct spawn *how)
{
	struct process *p = process_make(how->job, NULL);
	void *fpu = fpu_make();
	struct regs regs;
	int ret = -ENOMEM;

	if (p && fpu)
		ret = program_load(how->args, &p->space, &regs);
	if (ret)
		goto fail;
	strcopy(p->name, how->args->text, sizeof(p->name));
	p->detached = how->detached;
	p->files[0] = how->in ? file_get(how->in) : console_file();
	p->files[1] = how->out ? file_get(how->out) : console_file();
	p->files[2] = console_file();
	space_start(p->space);
	ret = begin(p, &regs, fpu);
	if (ret > 0)
		return ret;
	release(p);
fail:
	kfree(fpu);
	kfree(p);
	return ret;
}

int process_start(const char *name, const char *line, bool detached)
{
	struct args *args = kzalloc(sizeof(*args));
	struct job *job = job_make();
	int ret = -ENOMEM;

	if (args && job)
		ret = args_add(args, name, strlen(name));
	if (!ret)
		ret = args_add_line(args, line);
	if (!ret)
		ret = process_spawn(&(struct spawn){
			.args = args, .job = job, .detached = detached });
	if (job)
		job_put(job);
	kfree(args);
	return ret;
}

int process_fork(const struct regs *at)
{
	struct process *parent = current->process;
	struct process *p = process_make(parent->job, parent);
	void *fpu = fpu_make();
	struct regs regs = *at;
	unsigned int i;
	int ret = -ENOMEM;

	if (!p || !fpu)
		goto fail;
	p->space = kmalloc(sizeof(*p->space));
	if (!p->space || space_init(p->space)) {
		kfree(p->space);
		goto fail;
	}
	ret = space_fork(p->space, parent->space);
	if (ret)
		goto fail_space;
	strcopy(p->name, parent->name, sizeof(p->name));
	p->on_fault = parent->on_fault;
	for (i = 0; i < FD_MAX; i++)
		if (parent->files[i])
			p->files[i] = file_get(parent->files[i]);
	fpu_copy(fpu);
	regs.rax = 0;
	ret = begin(p, &regs, fpu);
	if (ret > 0)
		return ret;
fail_space:
	release(p);
fail:
	kfree(fpu);
	kfree(p);
	return ret;
}

int process_exec(const struct args *args, struct regs *regs)
{
	struct process *p = current->process;
	struct space *new, *old = p->space;
	int ret = program_load(args, &new, regs);
	bool off;

	if (ret)
		return ret;
	space_start(new);
	off = irq_save();
	p->space = new;
	arch->user_switch(new->root, current->stack_end);
	irq_restore(off);
	space_destroy(old);
	kfree(old);
	p->on_fault = 0;
	strcopy(p->name, args->text, sizeof(p->name));
	strcopy(current->name, args->text, sizeof(current->name));
	fpu_reset();
	return 0;
}

/* Nobody waits for P's children any more.  Interrupts off. */
static void orphan(struct process *p)
{
	struct process *child;

	list_for(child, &processes, all) {
		if (child->parent != p)
			continue;
		child->parent = NULL;
		child->detached = true;
		if (!child->thread)
			waitq_wake(&reaper_waits, ~0U);
	}
}

void process_exit(int status)
{
	struct process *p = current->process;
	struct waitq *waits = &kernel_waits;

	/* From here on this is a thread of the kernel: no space is loaded. */
	irq_save();
	current->process = NULL;
	irq_restore(false);
	release(p);
	irq_save();
	p->status = status;
	p->thread = NULL;
	orphan(p);
	if (p->detached)
		waits = &reaper_waits;
	else if (p->parent)
		waits = &p->parent->children;
	waitq_wake(waits, ~0U);
	thread_exit();
}

static void take_away(struct process *p)
{
	remove(p);
	kfree(p);
}

int process_wait(int pid)
{
	bool off = irq_save();
	struct process *p = find(pid);
	int status;

	if (!p || p->detached || p->parent) {
		irq_restore(off);
		return -ESRCH;
	}
	while (p->thread)
		waitq_wait(&kernel_waits, NEVER);
	irq_restore(off);
	status = p->status;
	take_away(p);
	return status;
}

/* PARENT's child PID, or one that has ended; NULL if there is none at all. */
static struct process *find_child(struct process *parent, int pid)
{
	struct process *p, *found = NULL;

	list_for(p, &processes, all) {
		if (p->parent != parent || (pid != -1 && p->pid != pid))
			continue;
		found = p;
		if (!p->thread)
			break;
	}
	return found;
}

int process_wait_child(int pid, bool wait, int *status)
{
	struct process *parent = current->process, *p;
	bool off = irq_save();
	int ret = 0;

	while ((p = find_child(parent, pid)) && p->thread && wait && !ret)
		if (!waitq_wait_killable(&parent->children, NEVER))
			ret = -EINTR;
	irq_restore(off);
	if (!p)
		return -ECHILD;
	if (ret || p->thread)
		return ret;
	ret = p->pid;
	*status = p->status;
	take_away(p);
	return ret;
}

/* Interrupts off. */
static void mark_killed(struct process *p)
{
	p->killed = true;
	if (p->thread)
		thread_interrupt(p->thread);
}

int process_alive(int pid)
{
	bool off = irq_save();
	struct process *p = find(pid);
	int ret = p && p->thread ? 0 : -ESRCH;

	irq_restore(off);
	return ret;
}

int process_kill(int pid)
{
	bool off = irq_save();
	struct process *p = find(pid);
	int ret = process_alive(pid);

	if (!ret)
		mark_killed(p);
	irq_restore(off);
	return ret;
}

unsigned int job_kill(int id)
{
	bool off = irq_save();
	struct process *p;
	unsigned int n = 0;

	list_for(p, &processes, all) {
		if (p->job->id != id || !p->thread)
			continue;
		mark_killed(p);
		n++;
	}
	irq_restore(off);
	return n;
}

static struct process *ended_detached(void)
{
	struct process *p;

	list_for(p, &processes, all)
		if (p->detached && !p->thread)
			return p;
	return NULL;
}

static void reaper(void *unused)
{
	struct process *p;

	(void)unused;
	for (;;) {
		irq_save();
		p = ended_detached();
		if (!p)
			waitq_wait(&reaper_waits, NEVER);
		irq_restore(false);
		if (p)
			take_away(p);
	}
}

void process_init(void)
{
	if (!thread_create("reaper", PRIO_NORMAL, reaper, NULL))
		panic("no memory for the reaper");
}
