/* SPDX-License-Identifier: MIT */
/*
 * errno.h - error numbers.  They are those of the guest ABI (abi/errno.h),
 * which tests/guards compares, so that core can name an error without knowing
 * the ABI.
 */
#pragma once

#define EPERM		1
#define ENOENT		2
#define ESRCH		3
#define ENXIO		6
#define E2BIG		7
#define ENOMEM		12
#define EACCES		13
#define EFAULT		14
#define EBUSY		16
#define EEXIST		17
#define ENODEV		19
#define EINVAL		22
#define ENOSPC		28
#define ENOSYS		38
#define ENODATA		61
#define ERESTART	85	/* internal: the call goes on later */
