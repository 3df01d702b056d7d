/* SPDX-License-Identifier: MIT */
/*
 * acpi.c - the few facts that we take from ACPI's tables.
 *
 * MADT: CPUs, I/O APIC, and where the old interrupt lines go.  FADT: timer,
 * power off and reset.  DSDT: the sleep type of S5, which is found by its
 * pattern instead of by an interpreter.  Read once, while the boot tables show
 * the first 4 GiB; every length is checked against the table that holds it.
 */
#include <lib.h>
#include <machine.h>
#include <setup.h>
#include <x86.h>

#define MAX_TABLE	(4u << 20)
#define MADT_CPU	0
#define MADT_IOAPIC	1
#define MADT_OVERRIDE	2
#define MADT_X2APIC	9
#define CPU_ENABLED	1

struct acpi_info acpi start_data;

struct rsdp {
	char sig[8];
	u8 sum;
	char oem[6];
	u8 revision;
	u32 rsdt;
	u32 length;
	u64 xsdt;
} __attribute__((packed));

struct table {
	char sig[4];
	u32 length;
	u8 revision, sum;
	char oem[26];
} __attribute__((packed));

static bool sum_ok(const void *p, u32 n)
{
	const u8 *b = p;
	u8 sum = 0;

	while (n--)
		sum += *b++;
	return !sum;
}

/* A whole and correct table at a machine address, or NULL. */
static const struct table *table_at(u64 phys)
{
	const struct table *t = early_virt(phys);

	if (!phys || phys > EARLY_LIMIT - MAX_TABLE)
		return NULL;
	if (t->length < sizeof(*t) || t->length > MAX_TABLE ||
	    !sum_ok(t, t->length))
		return NULL;
	return t;
}

/* n bytes of a table, little endian; 0 where it is too short. */
static u64 field(const struct table *t, u32 offset, u32 n)
{
	u64 value = 0;

	if (offset + n <= t->length)
		memcpy(&value, (const char *)t + offset, n);
	return value;
}

static bool rsdp_ok(const struct rsdp *r)
{
	return !memcmp(r->sig, "RSD PTR ", 8) && sum_ok(r, 20);
}

static const struct rsdp *rsdp_find(void)
{
	const struct rsdp *r = (const struct rsdp *)loader_rsdp;
	u64 at;

	if (r && rsdp_ok(r))
		return r;
	/* A Multiboot 1 loader does not tell; there is a BIOS then. */
	for (at = 0xe0000; at < 0x100000; at += 16)
		if (rsdp_ok(early_virt(at)))
			return early_virt(at);
	return NULL;
}

static void read_madt(const struct table *t)
{
	u32 at, len, kind, irq;

	for (at = 44; at + 2 <= t->length; at += len) {
		len = field(t, at + 1, 1);
		if (len < 2 || at + len > t->length)
			break;
		kind = field(t, at, 1);
		irq = field(t, at + 3, 1);
		if (kind == MADT_IOAPIC &&
		    (!acpi.ioapic || !field(t, at + 8, 4))) {
			acpi.ioapic = field(t, at + 4, 4);
			acpi.ioapic_gsi = field(t, at + 8, 4);
		} else if (kind == MADT_OVERRIDE && irq < 16) {
			acpi.isa[irq].gsi = field(t, at + 4, 4);
			acpi.isa[irq].flags = field(t, at + 8, 2);
		} else if (kind == MADT_CPU &&
			   field(t, at + 4, 4) & CPU_ENABLED) {
			acpi.apic_ids[irq / 64] |= 1UL << irq % 64;
		} else if (kind == MADT_X2APIC &&
			   field(t, at + 8, 4) & CPU_ENABLED &&
			   field(t, at + 4, 4) > 255) {
			acpi.cpus_hidden++;
		}
	}
}

/* An AML integer of up to 8 bits, as sleep types are. */
static const u8 *aml_byte(const u8 *p, u16 *value)
{
	if (*p == 0x0a)
		p++;
	else if (*p > 1)
		return NULL;
	*value = (*p & 7) << 10;
	return p + 1;
}

/* Name (_S5, Package () {a, b, ...}) */
static void read_s5(const struct table *dsdt)
{
	const u8 *p = (const u8 *)(dsdt + 1);
	const u8 *end = (const u8 *)dsdt + dsdt->length;

	for (; p + 16 <= end; p++) {
		const u8 *q = p + 4;

		if (memcmp(p, "_S5_", 4) || *q != 0x12)
			continue;
		/* The package's length has one byte, or up to three more. */
		q += 2 + (q[1] >> 6);
		q = aml_byte(q + 1, &acpi.slp_a);
		if (q)
			q = aml_byte(q, &acpi.slp_b);
		acpi.s5 = q;
		return;
	}
}

static void read_fadt(const struct table *t)
{
	memcpy(&acpi.fadt, t, MIN(t->length, sizeof(acpi.fadt)));
	t = table_at(acpi.fadt.dsdt);
	if (t)
		read_s5(t);
}

void acpi_init(void)
{
	const struct rsdp *r = rsdp_find();
	const struct table *root = NULL, *t;
	u32 i, size;

	for (i = 0; i < ARRAY_SIZE(acpi.isa); i++)
		acpi.isa[i].gsi = i;
	if (r && r->revision >= 2)
		root = table_at(r->xsdt);
	size = root ? 8 : 4;
	if (r && !root)
		root = table_at(r->rsdt);
	if (!root) {
		printk(LOG_WARN, "no ACPI tables: no input, no power off\n");
		return;
	}
	for (i = sizeof(*root); i + size <= root->length; i += size) {
		t = table_at(field(root, i, size));
		if (t && !memcmp(t->sig, "APIC", 4))
			read_madt(t);
		else if (t && !memcmp(t->sig, "FACP", 4))
			read_fadt(t);
	}
}
