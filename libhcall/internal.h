/* SPDX-License-Identifier: MIT */
/*
 * internal.h - what the library's parts know of each other.
 *
 * One guest, one set of variables: set by hc_init() and then constant, but for
 * the vcpu_info pointers, each of which its own vCPU changes once.
 */
#ifndef HCALL_INTERNAL_H
#define HCALL_INTERNAL_H

#include <stddef.h>
#include <hcall/start.h>

extern struct start_info *hc_si;
extern uint64_t hc_linear;

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memset(void *to, int c, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#endif
