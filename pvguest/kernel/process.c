/* SPDX-License-Identifier: MIT */
/*
 * process.c - the life of a process: made by its parent, ended by itself, taken
 * apart by whoever waits for it, or by the reaper.
 *
 * The list of processes is changed with interrupts off.  A process that has
 * ended has no thread; its space is left until nobody can be in it.
 */
#include <process.h>

#define STACK_TOP	USER_STACK_END
#define STACK_MAX	(256 * KIB)
#define FPU_SIZE	512
/* Precision and masks as programs expect them; all else is 0. */
#define FPU_CONTROL	0x37f
#define FPU_MXCSR	0x1f80
#define FPU_MXCSR_AT	24
#define ARGS_MAX	256

struct list processes = LIST(processes);

static int last_pid;
static struct waitq reaper_waits = WAITQ(reaper_waits);

static void first_return(void *arg)
{
	const struct regs *r = arg;
	struct regs regs = *r;

	kfree(arg);
	irq_save();
	arch->enter(&regs);
}

/* The arguments, a line, at the stack's top; RDI and RSP at it. */
static int stack_make(struct process *p, const char *args, struct regs *regs)
{
	size_t size = strlen(args) + 1;
	u64 at = (STACK_TOP - size) & ~15ULL;
	int ret;

	if (size > ARGS_MAX)
		return -E2BIG;
	ret = area_add(&p->space, STACK_TOP - STACK_MAX, STACK_TOP,
		       PROT_READ | PROT_WRITE);
	if (ret)
		return ret;
	ret = copy_out(&p->space, at, args, size);
	if (ret)
		return -ENOMEM;
	regs->rdi = at;
	regs->rsp = at;
	return 0;
}

static int load(struct process *p, const char *name, const char *args,
		struct regs *regs)
{
	struct file f;
	u64 entry;
	int ret;

	if (!ramdisk_find(name, &f))
		return -ENOENT;
	ret = elf_load(&p->space, f.data, f.size, &entry);
	if (ret)
		return ret;
	arch->user_regs(regs, entry, 0);
	return stack_make(p, args, regs);
}

static void *fpu_make(void)
{
	char *fpu = kzalloc(FPU_SIZE);

	if (fpu) {
		*(u16 *)fpu = FPU_CONTROL;
		*(u32 *)(fpu + FPU_MXCSR_AT) = FPU_MXCSR;
	}
	return fpu;
}

/* The thread must not run before it knows its process. */
static int thread_attach(struct process *p, struct regs *regs, void *fpu)
{
	int pid;

	preempt_disable();
	p->thread = thread_create(p->name, PRIO_NORMAL, first_return, regs);
	if (!p->thread) {
		preempt_enable();
		return -ENOMEM;
	}
	p->thread->process = p;
	p->thread->fpu = fpu;
	pid = p->pid = ++last_pid;
	list_add(&processes, &p->all);
	preempt_enable();
	return pid;
}

int process_start(const char *name, const char *args, bool detached)
{
	struct process *p = kzalloc(sizeof(*p));
	struct regs *regs = kzalloc(sizeof(*regs));
	void *fpu = fpu_make();
	int ret = -ENOMEM;

	if (!p || !regs || !fpu || space_init(&p->space))
		goto no_space;
	ret = load(p, name, args, regs);
	if (ret)
		goto no_program;
	strcopy(p->name, name, sizeof(p->name));
	list_init(&p->ended.threads);
	p->detached = detached;
	space_start(&p->space);
	ret = thread_attach(p, regs, fpu);
	if (ret > 0)
		return ret;

no_program:
	space_destroy(&p->space);
no_space:
	kfree(fpu);
	kfree(regs);
	kfree(p);
	return ret;
}

void process_exit(int status)
{
	struct process *p = current->process;

	irq_save();
	p->status = status;
	p->thread = NULL;
	/* From here on this is a thread of the kernel. */
	current->process = NULL;
	waitq_wake(p->detached ? &reaper_waits : &p->ended, ~0U);
	thread_exit();
}

static struct process *find(int pid)
{
	struct process *p;

	list_for(p, &processes, all)
		if (p->pid == pid)
			return p;
	return NULL;
}

static void take_away(struct process *p)
{
	bool off = irq_save();

	list_del(&p->all);
	irq_restore(off);
	space_destroy(&p->space);
	kfree(p);
}

int process_wait(int pid)
{
	bool off = irq_save();
	struct process *p = find(pid);
	int status;

	if (!p || p->detached) {
		irq_restore(off);
		return -ESRCH;
	}
	while (p->thread)
		waitq_wait(&p->ended, NEVER);
	irq_restore(off);
	status = p->status;
	take_away(p);
	return status;
}

int process_kill(int pid)
{
	bool off = irq_save();
	struct process *p = find(pid);
	int ret = p && p->thread ? 0 : -ESRCH;

	if (!ret) {
		p->killed = true;
		thread_interrupt(p->thread);
	}
	irq_restore(off);
	return ret;
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
