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
#define SYS_poll	7
#define SYS_mmap	9	/* anonymous, anywhere */
#define SYS_mprotect	10
#define SYS_munmap	11
#define SYS_pipe	22
#define SYS_sched_yield	24
#define SYS_dup		32
#define SYS_dup2	33
#define SYS_nanosleep	35
#define SYS_getpid	39
#define SYS_socket	41	/* TCP, UDP, ping; IPv4 and IPv6 */
#define SYS_connect	42
#define SYS_accept	43
#define SYS_sendto	44	/* MSG_DONTWAIT */
#define SYS_recvfrom	45	/* likewise */
#define SYS_shutdown	48
#define SYS_bind	49
#define SYS_listen	50
#define SYS_getsockname	51
#define SYS_getpeername	52
#define SYS_setsockopt	54
#define SYS_getsockopt	55	/* SO_ERROR */
#define SYS_fork	57
#define SYS_execve	59	/* no environment */
#define SYS_exit	60
#define SYS_wait4	61	/* WNOHANG; no usage */
#define SYS_kill	62	/* whatever the signal: the end; 0: a look */
#define SYS_getppid	110
#define SYS_accept4	288	/* SOCK_NONBLOCK */
/* Ours: after faults that would end the process, go on at RDI (0: die). */
#define SYS_on_fault	512
#define SYS_time	513	/* ns since the start */

/* A name's address: a socket address at RDX; RSI: 4, 6 or 0 for either. */
#define SYS_resolve	514

/* To RDI: what the hypervisor counted for us, entries, writes of CR3, flushes
 * of the whole TLB, of single pages.  -ENOSYS: nobody counts. */
#define SYS_counts	515

#define SYS_COUNT	516

#endif
