/* SPDX-License-Identifier: MIT */
/*
 * ksym.c - names for addresses: the ends of the table, and what lies outside
 * of it, as a back trace looks up whatever it finds on a broken stack.
 */
#include <ksym.h>
#include <string.h>
#include <tap.h>
#include <types.h>

/* The table that the linker makes in the real thing. */
extern const u64 ksym_base, ksym_end;
extern const u32 ksym_count, ksym_offsets[];
extern const char ksym_names[];

const u64 ksym_base = 0xffff808000200000, ksym_end = 0xffff808000200100;
const u32 ksym_count = 3, ksym_offsets[] = { 0, 0x10, 0x80 };
const char ksym_names[] = "first\0b\0last";

static bool found(u64 addr, const char *want, u64 want_off)
{
	u64 off = ~0UL;
	const char *name = ksym_lookup(addr, &off);

	return name && !strcmp(name, want) && off == want_off;
}

int main(void)
{
	u64 off = 7;

	ok(found(ksym_base, "first", 0), "first byte of all");
	ok(found(ksym_base + 0xf, "first", 0xf), "last byte of a function");
	ok(found(ksym_base + 0x10, "b", 0), "first byte of the next");
	ok(found(ksym_base + 0x7f, "b", 0x6f), "last byte of the next");
	ok(found(ksym_base + 0x80, "last", 0), "first byte of the last");
	ok(found(ksym_end - 1, "last", 0x7f), "last byte of all");
	ok(!ksym_lookup(ksym_base - 1, &off), "below the text");
	ok(!ksym_lookup(ksym_end, &off), "above the text");
	ok(!ksym_lookup(0, &off), "null");
	ok(!ksym_lookup(~0UL, &off), "the last address");
	is_eq(off, 7, "nothing found, nothing stored");
	return tap_done();
}
