/* SPDX-License-Identifier: MIT */
/*
 * sys_file.c - system calls on descriptors.
 *
 * A process's descriptors are its one thread's, so they need no lock.
 */
#include "syscall.h"

#define NAME_MAX	128

struct open_file *file_of(const struct process *p, u64 fd)
{
	return fd < FD_MAX ? p->files[fd] : NULL;
}

s64 sys_read(struct process *p, struct regs *r)
{
	struct open_file *f = file_of(p, r->rdi);

	return f && f->ops->read ? f->ops->read(f, p, r->rsi, r->rdx) : -EBADF;
}

s64 sys_write(struct process *p, struct regs *r)
{
	struct open_file *f = file_of(p, r->rdi);

	return f && f->ops->write ? f->ops->write(f, p, r->rsi, r->rdx) :
				    -EBADF;
}

s64 fd_free(const struct process *p)
{
	u64 fd = 0;

	while (fd < FD_MAX && p->files[fd])
		fd++;
	return fd < FD_MAX ? (s64)fd : -EMFILE;
}

s64 sys_open(struct process *p, struct regs *r)
{
	char name[NAME_MAX];
	s64 fd = fd_free(p), ret = string_in(p, name, r->rdi, sizeof(name));

	if (ret < 0)
		return ret;
	if (fd < 0)
		return fd;
	ret = file_open(name, r->rsi, &p->files[fd]);
	return ret ? ret : fd;
}

s64 sys_close(struct process *p, struct regs *r)
{
	struct open_file *f = file_of(p, r->rdi);

	if (!f)
		return -EBADF;
	p->files[r->rdi] = NULL;
	file_put(f);
	return 0;
}

s64 sys_dup(struct process *p, struct regs *r)
{
	struct open_file *f = file_of(p, r->rdi);
	s64 fd = fd_free(p);

	if (!f)
		return -EBADF;
	if (fd >= 0)
		p->files[fd] = file_get(f);
	return fd;
}

s64 sys_dup2(struct process *p, struct regs *r)
{
	struct open_file *f = file_of(p, r->rdi);
	struct open_file *old;

	if (!f || r->rsi >= FD_MAX)
		return -EBADF;
	old = p->files[r->rsi];
	p->files[r->rsi] = file_get(f);
	if (old)
		file_put(old);
	return r->rsi;
}

/* Two descriptors, 32 bits each; on a failure none is left open. */
s64 sys_pipe(struct process *p, struct regs *r)
{
	struct open_file *f[2];
	s64 fd[2], ret = pipe_make(f);
	u32 out[2];
	unsigned int i;

	if (ret)
		return ret;
	for (i = 0; i < 2; i++) {
		fd[i] = fd_free(p);
		out[i] = fd[i];
		if (fd[i] >= 0)
			p->files[fd[i]] = f[i];
	}
	if (fd[1] >= 0)
		ret = copy_out(p->space, r->rdi, out, sizeof(out));
	else
		ret = -EMFILE;
	for (i = 0; ret && i < 2; i++) {
		if (fd[i] >= 0)
			p->files[fd[i]] = NULL;
		file_put(f[i]);
	}
	return ret;
}
