/* SPDX-License-Identifier: MIT */
/*
 * memory_map.h - the operations of memory_op about memory maps; arg is the
 * guest's.
 */
#ifndef MEMORY_MAP_H
#define MEMORY_MAP_H

#include <types.h>

s64 op_memory_map(u64 arg);
s64 op_machine_memory_map(u64 arg);
s64 op_set_memory_map(u64 arg);

#endif
