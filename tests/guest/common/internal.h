/* SPDX-License-Identifier: MIT */
/*
 * internal.h - what the parts of the framework know of each other.
 */
#ifndef INTERNAL_H
#define INTERNAL_H

#include "test.h"

extern struct regs trap_raw;
extern uint32_t trap_vector;
extern uint64_t enter_rsp, enter_rip;
extern char trap_stubs[];

void enter_asm(const struct regs *in);
void trap_unexpected(void) __attribute__((noreturn));
void trap_init(void);
void tap_end(void);
void start_c(struct start_info *si);

#endif
