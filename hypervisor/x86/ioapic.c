/* SPDX-License-Identifier: MIT */
/*
 * ioapic.c - interrupt lines of devices.
 *
 * All lines are masked but those asked for; the old PIC is masked altogether.
 * Start-up, then the lock of core/irq.c.
 */
#include <lib.h>
#include <machine.h>
#include <iomem.h>
#include <irq.h>
#include <setup.h>
#include <x86.h>

enum { INDEX = 0, WINDOW = 4, REG_VERSION = 1, REG_LINES = 0x10 };
#define LINE_MASKED	(1u << 16)
#define LINE_LEVEL	(1u << 15)
#define LINE_LOW	(1u << 13)
#define PIC1_MASK	0x21
#define PIC2_MASK	0xa1

static volatile u32 *regs;
static u32 nr_lines;
static u64 ours;		/* lines that we use ourselves, by GSI */

static u32 read(u32 reg)
{
	regs[INDEX] = reg;
	return regs[WINDOW];
}

static void write(u32 reg, u32 value)
{
	regs[INDEX] = reg;
	regs[WINDOW] = value;
}

void ioapic_init(void)
{
	u32 i;

	outb(PIC1_MASK, 0xff);
	outb(PIC2_MASK, 0xff);
	if (!acpi.ioapic) {
		printk(LOG_WARN, "no I/O APIC: no input, no devices\n");
		return;
	}
	regs = device_map(acpi.ioapic, PAGE_SIZE);
	iomem_deny(maddr_to_mfn(maddr(acpi.ioapic)), 1);
	nr_lines = (read(REG_VERSION) >> 16 & 0xff) + 1;
	for (i = 0; i < nr_lines; i++)
		write(REG_LINES + 2 * i, LINE_MASKED);
}

/* Flags of the MADT: 3 says low, or level; 0 is the bus's own. */
static u32 line_mode(u32 gsi)
{
	u32 irq, mode = 0;

	for (irq = 0; irq < ARRAY_SIZE(acpi.isa); irq++) {
		if (acpi.isa[irq].gsi != gsi)
			continue;
		if ((acpi.isa[irq].flags & 3) == 3)
			mode |= LINE_LOW;
		if ((acpi.isa[irq].flags >> 2 & 3) == 3)
			mode |= LINE_LEVEL;
		return mode;
	}
	return LINE_LOW | LINE_LEVEL;	/* PCI */
}

void ioapic_line_set(u32 gsi, u32 vector, bool on)
{
	u32 at = REG_LINES + 2 * (gsi - acpi.ioapic_gsi);

	/*
	 * The vector and the mode stay while it is off: with another mode the
	 * line's state would be taken for an edge, with another vector the end
	 * of the interrupt would not be found.
	 */
	write(at + 1, cpus[0]->apic_id << 24);
	write(at, vector | line_mode(gsi) | (on ? 0 : LINE_MASKED));
}

int irq_line(u32 gsi, struct irq *q)
{
	if (!gsi || gsi >= NR_PIRQS || gsi - acpi.ioapic_gsi >= nr_lines)
		return fail(-EINVAL);
	if (gsi < 64 && ours >> gsi & 1)
		return fail(-EPERM);
	q->kind = IRQ_LINE;
	q->at = gsi;
	q->level = line_mode(gsi) & LINE_LEVEL;
	return 0;
}

void isa_irq_enable(u32 irq)
{
	u32 gsi = acpi.isa[irq].gsi;
	struct irq q;

	if (irq_line(gsi, &q))
		return;
	ours |= 1UL << gsi;
	ioapic_line_set(gsi, VEC_DEVICE + irq, true);
}
