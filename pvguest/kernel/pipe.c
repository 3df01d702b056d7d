/* SPDX-License-Identifier: MIT */
/*
 * pipe.c - bytes from one process to another, a page of them at most.
 *
 * A pipe changes with interrupts off, for a small part at a time: the part is
 * copied from or to the process with them on, as pages may have to be made.
 */
#include <process.h>

#define PIPE_SIZE	4096ULL
#define PIPES_MAX	64
#define PART		512ULL	/* goes in or out undivided */

struct pipe {
	char *buf;
	u64 start, end;		/* [I] bytes ever taken and put */
	bool ends[2];		/* [I] reader, writer: still there */
	struct waitq readers, writers;
};

static unsigned int nr_pipes;

static void pipe_free(struct pipe *pipe)
{
	kfree(pipe->buf);
	kfree(pipe);
}

static struct pipe *pipe_alloc(void)
{
	struct pipe *pipe = kzalloc(sizeof(*pipe));

	if (!pipe)
		return NULL;
	pipe->buf = kmalloc(PIPE_SIZE);
	if (!pipe->buf) {
		kfree(pipe);
		return NULL;
	}
	pipe->ends[0] = pipe->ends[1] = true;
	list_init(&pipe->readers.threads);
	list_init(&pipe->writers.threads);
	return pipe;
}

/* Waits for something to read: false at the end, or if P is to end. */
static bool readable(struct pipe *pipe, const struct process *p)
{
	while (pipe->start == pipe->end && pipe->ends[1] && !p->killed)
		waitq_wait_killable(&pipe->readers, NEVER);
	return pipe->start != pipe->end;
}

/* At most N bytes, without waiting; how many. */
static u64 take(struct pipe *pipe, char *to, u64 n)
{
	u64 at = pipe->start % PIPE_SIZE;

	n = min(n, pipe->end - pipe->start);
	n = min(n, PIPE_SIZE - at);
	memcpy(to, pipe->buf + at, n);
	pipe->start += n;
	if (n)
		waitq_wake(&pipe->writers, ~0U);
	return n;
}

static s64 pipe_read(struct open_file *f, struct process *p, u64 to, u64 n)
{
	struct pipe *pipe = f->pipe;
	char buf[PART];
	u64 done = 0, part;
	bool off;

	while (done < n) {
		off = irq_save();
		part = done || readable(pipe, p) ?
		       take(pipe, buf, min(n - done, PART)) : 0;
		irq_restore(off);
		if (!part)
			break;
		if (copy_out(p->space, to + done, buf, part))
			return -EFAULT;
		done += part;
	}
	return done;
}

/* Waits for room for N bytes: 0, or why there will be none. */
static int writable(struct pipe *pipe, const struct process *p, u64 n)
{
	while (pipe->ends[0] && pipe->end - pipe->start > PIPE_SIZE - n &&
	       !p->killed)
		waitq_wait_killable(&pipe->writers, NEVER);
	if (p->killed)
		return -EINTR;
	return pipe->ends[0] ? 0 : -EPIPE;
}

static void put(struct pipe *pipe, const char *from, u64 n)
{
	u64 at = pipe->end % PIPE_SIZE, first = min(n, PIPE_SIZE - at);

	memcpy(pipe->buf + at, from, first);
	memcpy(pipe->buf, from + first, n - first);
	pipe->end += n;
	waitq_wake(&pipe->readers, ~0U);
}

static s64 pipe_write(struct open_file *f, struct process *p, u64 from, u64 n)
{
	struct pipe *pipe = f->pipe;
	char buf[PART];
	u64 done, part;
	bool off;
	int ret;

	for (done = 0; done < n; done += part) {
		part = min(n - done, PART);
		if (copy_in(p->space, buf, from + done, part))
			return -EFAULT;
		off = irq_save();
		ret = writable(pipe, p, part);
		if (!ret)
			put(pipe, buf, part);
		irq_restore(off);
		if (ret)
			return ret;
	}
	return done;
}

static void end_close(struct pipe *pipe, unsigned int end, struct waitq *other)
{
	bool off = irq_save(), last;

	pipe->ends[end] = false;
	last = !pipe->ends[!end];
	nr_pipes -= last;
	waitq_wake(other, ~0U);
	irq_restore(off);
	if (last)
		pipe_free(pipe);
}

static void reader_close(struct open_file *f)
{
	end_close(f->pipe, 0, &f->pipe->writers);
}

static void writer_close(struct open_file *f)
{
	end_close(f->pipe, 1, &f->pipe->readers);
}

static const struct file_ops reader_ops = {
	.read = pipe_read,
	.close = reader_close,
};

static const struct file_ops writer_ops = {
	.write = pipe_write,
	.close = writer_close,
};

int pipe_make(struct open_file **f)
{
	struct pipe *pipe = pipe_alloc();
	bool off = irq_save(), full = nr_pipes >= PIPES_MAX;

	nr_pipes += pipe && !full;
	irq_restore(off);
	f[0] = file_make(&reader_ops);
	f[1] = file_make(&writer_ops);
	if (pipe && !full && f[0] && f[1]) {
		f[0]->pipe = f[1]->pipe = pipe;
		return 0;
	}
	kfree(f[0]);
	kfree(f[1]);
	off = irq_save();
	nr_pipes -= pipe && !full;
	irq_restore(off);
	if (pipe)
		pipe_free(pipe);
	return full ? -ENFILE : -ENOMEM;
}
