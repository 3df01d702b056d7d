/* SPDX-License-Identifier: MIT */
/*
 * crt.S - a program's start: RSP, a multiple of 16, is at the count of its
 * arguments, their addresses and a zero.
 */
#include <sys.h>

	.text
	.globl	_start
_start:
	xor	%ebp, %ebp
	mov	(%rsp), %edi
	lea	8(%rsp), %rsi
	call	main
	mov	%eax, %edi
	mov	$SYS_exit, %eax
	syscall
	ud2
