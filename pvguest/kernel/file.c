/* SPDX-License-Identifier: MIT */
/*
 * file.c - open files that are no pipes: the console, files of the ramdisk and
 * its list of names.
 *
 * A file may be open in several processes; its place is then theirs together,
 * and who reads at the same time as another gets one of the two places.
 */
#include <console.h>
#include <process.h>

#define CONSOLE_NAME	"dev/console"
#define FLAGS_ACCESS	3	/* not 0: to write */

struct open_file *file_make(const struct file_ops *ops)
{
	struct open_file *f = kzalloc(sizeof(*f));

	if (f) {
		f->ops = ops;
		f->count = 1;
	}
	return f;
}

struct open_file *file_get(struct open_file *f)
{
	bool off = irq_save();

	f->count++;
	irq_restore(off);
	return f;
}

void file_put(struct open_file *f)
{
	bool off = irq_save(), last = !--f->count;

	irq_restore(off);
	if (!last)
		return;
	if (f->ops->close)
		f->ops->close(f);
	kfree(f);
}

/*
 * One line, as it is typed: at least one character.  Only for the job that the
 * shell waits for, which else would wait for the console itself.
 */
static s64 console_read_line(struct open_file *f, struct process *p, u64 to,
			     u64 n)
{
	char line[256];
	size_t len;

	(void)f;
	if (!n)
		return 0;
	if (p->job != foreground)
		return -EIO;
	len = line_read("", line, min(n, sizeof(line)));
	if (p->killed)
		return -EINTR;
	line[len++] = '\n';
	len = min(len, n);
	return copy_out(p->space, to, line, len) ? -EFAULT : (s64)len;
}

static s64 console_write(struct open_file *f, struct process *p, u64 from,
			 u64 n)
{
	char buf[256];
	u64 at, part;

	(void)f;
	for (at = 0; at < n && !p->killed; at += part) {
		part = min(n - at, sizeof(buf));
		if (copy_in(p->space, buf, from + at, part))
			return at ? (s64)at : -EFAULT;
		console_put(buf, part);
	}
	return at;
}

static const struct file_ops console_ops = {
	.read = console_read_line,
	.write = console_write,
};

static struct open_file console = { .ops = &console_ops, .count = 1 };

struct open_file *console_file(void)
{
	return file_get(&console);
}

static s64 file_read(struct open_file *f, struct process *p, u64 to, u64 n)
{
	u64 at = min(f->at, f->file.size);

	n = min(n, f->file.size - at);
	if (copy_out(p->space, to, f->file.data + at, n))
		return -EFAULT;
	f->at = at + n;
	return n;
}

static const struct file_ops ramdisk_ops = { .read = file_read };

/* A name a read, with a newline. */
static s64 names_read(struct open_file *f, struct process *p, u64 to, u64 n)
{
	struct file file;
	size_t at = f->at, len;

	if (!ramdisk_next(&at, &file))
		return 0;
	len = strlen(file.name);
	if (len + 1 > n)
		return -EINVAL;
	if (copy_out(p->space, to, file.name, len) ||
	    copy_out(p->space, to + len, "\n", 1))
		return -EFAULT;
	f->at = at;
	return len + 1;
}

static const struct file_ops names_ops = { .read = names_read };

int file_open(const char *name, unsigned int flags, struct open_file **f)
{
	struct file file = { 0 };
	bool names = !strcmp(name, "/");

	name += *name == '/';
	if (!strcmp(name, CONSOLE_NAME)) {
		*f = console_file();
		return 0;
	}
	if (!names && !ramdisk_find(name, &file))
		return -ENOENT;
	if (flags & FLAGS_ACCESS)
		return -EROFS;
	*f = file_make(names ? &names_ops : &ramdisk_ops);
	if (!*f)
		return -ENOMEM;
	(*f)->file = file;
	return 0;
}
