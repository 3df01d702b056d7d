/* SPDX-License-Identifier: MIT */
/*
 * yield.h - included before anything else when the hypervisor's sources are
 * built for the model: other CPUs get their turn before each atomic operation
 * and each read of what others change.
 */
#ifndef YIELD_H
#define YIELD_H

#include <types.h>

void model_yield(u32 how_often);

#define __atomic_compare_exchange_n(...) \
	(model_yield(4), __atomic_compare_exchange_n(__VA_ARGS__))
#define __atomic_store_n(...) \
	(model_yield(4), __atomic_store_n(__VA_ARGS__))
#define __atomic_sub_fetch(...) \
	(model_yield(4), __atomic_sub_fetch(__VA_ARGS__))
#define __atomic_add_fetch(...) \
	(model_yield(4), __atomic_add_fetch(__VA_ARGS__))

#undef READ_ONCE
#define READ_ONCE(x) \
	(model_yield(16), *(const volatile typeof(x) *)&(x))

#endif
