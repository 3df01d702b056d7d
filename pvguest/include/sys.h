/* SPDX-License-Identifier: MIT */
/*
 * sys.h - system calls: number in RAX, arguments in RDI RSI RDX R10 R8 R9, the
 * result or a negated error in RAX.  Numbers and meanings are Linux's where
 * Linux has the call.
 */
#ifndef PVGUEST_SYS_H
#define PVGUEST_SYS_H

#define SYS_read	0
#define SYS_write	1
#define SYS_open	2	/* for reading, but the console */
#define SYS_close	3
#define SYS_mmap	9	/* anonymous, anywhere */
#define SYS_mprotect	10
#define SYS_munmap	11
#define SYS_pipe	22
#define SYS_sched_yield	24
#define SYS_dup		32
#define SYS_dup2	33
#define SYS_nanosleep	35
#define SYS_getpid	39
#define SYS_fork	57
#define SYS_execve	59	/* no environment */
#define SYS_exit	60
#define SYS_wait4	61	/* WNOHANG; no usage */
#define SYS_kill	62	/* whatever the signal: the end; 0: a look */
#define SYS_getppid	110
/* Ours: after faults that would end the process, go on at RDI (0: die). */
#define SYS_on_fault	512
#define SYS_time	513	/* ns since the start */

#define SYS_COUNT	514

#endif
