/* SPDX-License-Identifier: MIT */
#pragma once

#include <types.h>

/* memory_op's XENMEM_exchange, as the dispatcher sees it. */
s64 op_exchange(u64 cmd, u64 arg);
