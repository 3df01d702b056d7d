/* SPDX-License-Identifier: MIT */
/*
 * world.h - what both ends of a vif need of a kernel, and an input that plays
 * the other end.
 */
#ifndef FUZZ_VIF_WORLD_H
#define FUZZ_VIF_WORLD_H

#include <arch.h>
#include <netdev.h>
#include <thread.h>

void *calloc(size_t n, size_t size);
void abort(void) __attribute__((noreturn));
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

extern const u8 *input, *input_end;
extern unsigned int nr_received;

u8 next_byte(void);
u16 next_word(void);

/* A packet of some length, in as many parts as that takes, maybe blank. */
struct netbuf *some_packet(const u8 *from);
/* Whole, in its own pages, and with a checksum inside if that is blank. */
void packet_check(const struct netbuf *b);
/* Buffers that are out. */
u64 buffers_used(void);

#endif
