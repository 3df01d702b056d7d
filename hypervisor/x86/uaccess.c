/* SPDX-License-Identifier: MIT */
/*
 * uaccess.c - copies of any length from and to a guest's memory.
 */
#include <uaccess.h>

/*
 * Words first, then what is left.  A fault in either leaves the loop: what was
 * copied until then stays.
 */
static always_inline int copy(void *dst, const void *src, size_t n)
{
	size_t words = n / 8;

	asm goto volatile("1: rep movsq\n"
			  "mov %k[rest], %%ecx\n"
			  "2: rep movsb\n"
			  EXTABLE("1b", "%l[fault]")
			  EXTABLE("2b", "%l[fault]")
			  : "+D" (dst), "+S" (src), "+c" (words)
			  : [rest] "r" (n & 7) : "memory" : fault);
	return 0;
fault:
	return -EFAULT;
}

int copy_from_guest(void *dst, gva_t src, size_t n)
{
	int err;

	if (!n)
		return 0;
	if (!guest_range_ok(src, n) || !guest_start_ok(&src))
		return -EFAULT;
	uaccess_begin();
	err = copy(dst, (const void *)src.a, n);
	uaccess_end();
	return err;
}

int copy_to_guest(gva_t dst, const void *src, size_t n)
{
	int err;

	if (!n)
		return 0;
	if (!guest_range_ok(dst, n))
		return -EFAULT;
	uaccess_begin();
	err = copy((void *)dst.a, src, n);
	uaccess_end();
	return err;
}
