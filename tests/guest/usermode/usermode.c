/* SPDX-License-Identifier: MIT */
/*
 * usermode.c - a line on the console, user mode, and back by a system call.
 *
 * The first milestone of a port: iret to user mode with the kernel's own page
 * tables as the user's too, a syscall instruction there, the syscall callback
 * in the kernel, and once more from where it came.
 */
#include "test.h"

SNIPPET(user_code, "mov $0x1234, %eax; syscall; inc %rbx; syscall");

void test_main(void)
{
	struct regs in, out;

	note("hello from the guest's kernel");
	user_tables();
	ok(true, "the kernel's L4 serves user mode");

	regs_user(&in, user_code);
	enter(&in, &out);
	is(out.vector, CAME_SYSCALL, "the syscall callback was called");
	is(out.rax, 0x1234, "with user mode's RAX");
	is(out.rip, PTR(user_code) + 7, "and the RIP after the instruction");
	is(out.cs & 3, 3, "from user mode");
	is(out.rsp, in.rsp, "with its stack pointer in the frame");

	in = out;
	in.how = HOW_IRET;
	in.vgcf = VGCF_in_syscall;
	enter(&in, &out);
	is(out.vector, CAME_SYSCALL, "user mode went on from there");
	is(out.rbx, in.rbx + 1, "and did its next instruction");
	is(out.rip, PTR(user_code_end), "up to its end");
}
