/* SPDX-License-Identifier: MIT */
/*
 * ioapic.c - interrupt lines of devices, as few as we need ourselves.
 *
 * All lines are masked but those asked for; the old PIC is masked altogether.
 * Start-up only, so there is no lock.
 */
#include <lib.h>
#include <machine.h>
#include <iomem.h>
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

void isa_irq_enable(u32 irq)
{
	u32 line = acpi.isa[irq].gsi - acpi.ioapic_gsi;
	u32 low = VEC_DEVICE + irq;

	if (!regs || line >= nr_lines)
		return;
	/* Flags of the MADT: 3 says low, or level; 0 is the bus's own. */
	if ((acpi.isa[irq].flags & 3) == 3)
		low |= LINE_LOW;
	if ((acpi.isa[irq].flags >> 2 & 3) == 3)
		low |= LINE_LEVEL;
	write(REG_LINES + 2 * line + 1, this_cpu()->apic_id << 24);
	write(REG_LINES + 2 * line, low);
}
