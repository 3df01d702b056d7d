/* SPDX-License-Identifier: MIT */
/*
 * power.c - the ends of a machine: off by ACPI, and again by what it has.
 *
 * The tables are looked for when they are needed.  S5's value is found by its
 * pattern, not by an interpreter.
 */
#include "native.h"

#define TABLE_MAX	(2 * MIB)	/* what the window shows for certain */
#define HEADER_SIZE	36

/* Offsets in the FADT (ACPI 6, 5.2.9) */
#define FADT_DSDT	40
#define FADT_SMI	48
#define FADT_ENABLE	52
#define FADT_PM1A	64
#define FADT_PM1B	68
#define FADT_TIMER	76
#define FADT_SIZE	80

#define PM1_SCI		0x0001
#define PM1_SLEEP	0x2000

#define RESET_PORT	0xcf9
#define KEYBOARD	0x64
#define KEYBOARD_RESET	0xfe

static u32 field(const char *table, unsigned int offset)
{
	u32 n;

	memcpy(&n, table + offset, sizeof(n));
	return n;
}

/* A table of that name, seen through the window, and its size; or NULL. */
static const char *table_at(u64 phys, const char *name, u32 *size)
{
	const char *t = phys ? native_window(phys) : NULL;

	if (!t || (name && memcmp(t, name, 4)))
		return NULL;
	*size = field(t, 4);
	return *size >= HEADER_SIZE && *size <= TABLE_MAX ? t : NULL;
}

static u64 fadt_find(void)
{
	u64 at, table = 0;
	const char *root;
	u32 size, i;

	for (at = 0xe0000; !loaded.acpi_root && at < 0x100000; at += 16)
		native_acpi_take((const u8 *)(KERNEL_BASE + at));
	root = table_at(loaded.acpi_root, NULL, &size);
	for (i = HEADER_SIZE; root && i + loaded.acpi_size <= size;
	     i += loaded.acpi_size) {
		memcpy(&table, root + i, loaded.acpi_size);
		if (table_at(table, "FACP", &size))
			return table;
		/* The window has moved. */
		root = table_at(loaded.acpi_root, NULL, &size);
	}
	return 0;
}

/* Looked for once; 0 if there is none. */
u16 native_acpi_timer(void)
{
	static bool known;
	static u16 port;
	const char *fadt;
	u32 size;

	if (known)
		return port;
	known = true;
	fadt = table_at(fadt_find(), "FACP", &size);
	if (fadt && size >= FADT_SIZE)
		port = field(fadt, FADT_TIMER);
	return port;
}

/* A small integer of AML: 0, 1, or a byte after its prefix. */
static const u8 *aml_byte(const u8 *p, u16 *value)
{
	p += *p == 0x0a;
	*value = (*p & 7) << 10;
	return p + 1;
}

/* Name (_S5_, Package () { A, B, ... }): a package's length is in one byte,
 * or in up to three more. */
static bool s5_find(u64 dsdt, u16 *a, u16 *b)
{
	u32 size;
	const u8 *t = (const u8 *)table_at(dsdt, "DSDT", &size), *p;

	if (!t)
		return false;
	for (p = t + HEADER_SIZE; p + 16 <= t + size; p++) {
		if (memcmp(p, "_S5_\x12", 5))
			continue;
		aml_byte(aml_byte(p + 5 + 1 + (p[5] >> 6) + 1, a), b);
		return true;
	}
	return false;
}

static void acpi_off(void)
{
	u32 size, smi, pm1a, pm1b, tries;
	const char *fadt = table_at(fadt_find(), "FACP", &size);
	u16 a, b;
	u8 enable;

	if (!fadt || size < FADT_SIZE)
		return;
	pm1a = field(fadt, FADT_PM1A);
	pm1b = field(fadt, FADT_PM1B);
	smi = field(fadt, FADT_SMI);
	enable = fadt[FADT_ENABLE];
	if (!pm1a || !s5_find(field(fadt, FADT_DSDT), &a, &b))
		return;
	/* The firmware may have it in its own hands still. */
	if (smi && enable && !(inw(pm1a) & PM1_SCI)) {
		outb(smi, enable);
		for (tries = 0; tries < 1000000; tries++)
			if (inw(pm1a) & PM1_SCI)
				break;
	}
	outw(pm1a, a | PM1_SLEEP);
	if (pm1b)
		outw(pm1b, b | PM1_SLEEP);
}

void native_crash(void)
{
	for (;;)
		asm volatile("cli; hlt");
}

/* It may take its time. */
static void wait(void)
{
	u64 end = native_time() + 100 * NSEC_PER_MSEC;

	while (native_time() < end)
		asm volatile("pause");
}

void native_power_off(void)
{
	native_irq_save();
	acpi_off();
	wait();
	kprintf("pvguest: this machine can't be switched off by software\n");
	native_crash();
}

void native_reboot(void)
{
	static const char none[10];

	native_irq_save();
	outb(RESET_PORT, 0x02);
	outb(RESET_PORT, 0x06);
	wait();
	outb(KEYBOARD, KEYBOARD_RESET);
	wait();
	/* Without an IDT the next exception shuts the CPU down. */
	asm volatile("lidt %0; ud2" :: "m" (none));
	native_crash();
}
