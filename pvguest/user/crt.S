/* SPDX-License-Identifier: MIT */
/*
 * crt.S - a program's start: RDI = its arguments, RSP a multiple of 16.
 */
#include <sys.h>

	.text
	.globl	_start
_start:
	xor	%ebp, %ebp
	call	main
	mov	%eax, %edi
	mov	$SYS_exit, %eax
	syscall
	ud2
