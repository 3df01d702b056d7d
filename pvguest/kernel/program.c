/* SPDX-License-Identifier: MIT */
/*
 * program.c - what a program is started with: its space, arguments, registers.
 *
 * The stack at the start is what the System V ABI says, without environment:
 * from RSP up the count of words, their addresses, two zeros and an empty
 * auxiliary vector, then their text.
 */
#include <arch.h>
#include <process.h>

#define STACK_MAX	(256 * KIB)

int args_add(struct args *args, const char *word, size_t len)
{
	if (args->count == ARGS_MAX || len >= ARGS_SIZE - args->size)
		return -E2BIG;
	memcpy(args->text + args->size, word, len);
	args->size += len;
	args->text[args->size++] = 0;
	args->count++;
	return 0;
}

int args_add_line(struct args *args, const char *line)
{
	const char *end;
	int ret = 0;

	while (!ret) {
		while (*line == ' ')
			line++;
		if (!*line)
			break;
		for (end = line; *end && *end != ' '; end++)
			;
		ret = args_add(args, line, end - line);
		line = end;
	}
	return ret;
}

static int stack_make(struct space *s, const struct args *args, u64 *rsp)
{
	u64 words[1 + ARGS_MAX + 4] = { args->count };
	u64 text = USER_STACK_END - align_up(args->size, 16UL), at = text;
	unsigned int i, n = 1;
	int ret = area_add(s, USER_STACK_END - STACK_MAX, USER_STACK_END,
			   PROT_READ | PROT_WRITE);

	/* The program is there already. */
	if (ret == -EEXIST)
		return -ENOEXEC;
	if (ret)
		return ret;
	for (i = 0; i < args->count; i++) {
		words[n++] = at;
		at += strlen(args->text + (at - text)) + 1;
	}
	n += 4;
	*rsp = (text - n * sizeof(*words)) & ~15UL;
	if (copy_out(s, text, args->text, args->size) ||
	    copy_out(s, *rsp, words, n * sizeof(*words)))
		return -ENOMEM;
	return 0;
}

static int load(struct space *s, const struct args *args, struct regs *regs)
{
	struct file f;
	u64 entry, rsp;
	int ret;

	if (!args->count || !ramdisk_find(args->text, &f))
		return -ENOENT;
	ret = elf_load(s, f.data, f.size, &entry);
	if (!ret)
		ret = stack_make(s, args, &rsp);
	if (!ret)
		arch->user_regs(regs, entry, rsp);
	return ret;
}

int program_load(const struct args *args, struct space **space,
		 struct regs *regs)
{
	struct space *s = kmalloc(sizeof(*s));
	int ret;

	if (!s || space_init(s)) {
		kfree(s);
		return -ENOMEM;
	}
	ret = load(s, args, regs);
	if (ret) {
		space_destroy(s);
		kfree(s);
		return ret;
	}
	*space = s;
	return 0;
}
