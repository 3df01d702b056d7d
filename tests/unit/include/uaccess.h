/* SPDX-License-Identifier: MIT */
/*
 * uaccess.h - the fake machine's twin of hypervisor/x86/include/uaccess.h: an
 * access outside the guest's window is a fault, one outside a begin/end pair
 * ends the test.
 */
#ifndef FAKE_UACCESS_H
#define FAKE_UACCESS_H

#include <errno.h>
#include <fake.h>
#include <layout.h>
#include <types.h>

static always_inline bool guest_range_ok(gva_t g, u64 n)
{
	return g.a + n - 1 < HV_VIRT_START || g.a >= HV_VIRT_END;
}

static always_inline void uaccess_begin(void)
{
	fake_uaccess(true);
}

static always_inline void uaccess_end(void)
{
	fake_uaccess(false);
}

#define guest_load(x, p, label) do {					\
	if (!fake_guest_access((p), sizeof(*(p))))			\
		goto label;						\
	__builtin_memcpy(&(x), (const void *)(p), sizeof(*(p)));	\
} while (0)

#define guest_store(x, p, label) do {					\
	typeof(*(p)) fake_value = (x);					\
	if (!fake_guest_access((p), sizeof(*(p))))			\
		goto label;						\
	__builtin_memcpy((void *)(p), &fake_value, sizeof(*(p)));	\
} while (0)

/* Like the real ones, these copy up to the byte that faults. */
int must_check copy_from_guest(void *dst, gva_t src, size_t n);
int must_check copy_to_guest(gva_t dst, const void *src, size_t n);

static always_inline int must_check guest_read_u64s(u64 *dst, gva_t src,
						     unsigned int n)
{
	return copy_from_guest(dst, src, n * sizeof(u64));
}

static always_inline int must_check guest_read_u32(u32 *dst, gva_t src)
{
	return copy_from_guest(dst, src, sizeof(*dst));
}

static always_inline int must_check guest_read_pair(u64 *a, u64 *b, gva_t src)
{
	u64 in[2];

	if (copy_from_guest(in, src, sizeof(in)))
		return -EFAULT;
	*a = in[0];
	*b = in[1];
	return 0;
}

static always_inline int must_check guest_write_u64(gva_t dst, u64 value)
{
	return copy_to_guest(dst, &value, sizeof(value));
}

#endif
