/* SPDX-License-Identifier: MIT */
/*
 * ramdisk.S - the ramdisk that the image carries.
 */
	.section .rodata
	.globl	ramdisk_start, ramdisk_end
	.balign	16
ramdisk_start:
	.incbin	"obj/pvguest/user/ramdisk.cpio"
ramdisk_end:
