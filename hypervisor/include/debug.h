/* SPDX-License-Identifier: MIT */
/*
 * debug.h - what hypervisor/debug gives the rest, where it is built: whoever
 * calls any of it asks IS_ENABLED() first.
 */
#pragma once

#include <types.h>

/* CONFIG_BACKTRACE: registers and callers, of who was interrupted. */
void regs_show(const struct regs *r);

/* The callers from that place of the stack on, unless regs_show() did it. */
void trace_here(u64 sp);

/* CONFIG_DEBUG_KEYS: reads the boot option. */
void debug_keys_init(void);

/* A character was typed: true when it was for the hypervisor. */
bool debug_key(char c);

/* What keys show: domains, CPUs, ports, grants, calls. */
void show_domains(void);
void show_registers(void);
void show_queues(void);
void show_events(void);
void show_grants(void);
void show_memory(void);
void show_counters(void);
