/* SPDX-License-Identifier: MIT */
/*
 * setup.h - the machine's steps of start-up, and what they find out.
 *
 * boot/init.c calls them in the order in which they stand here.
 */
#ifndef SETUP_H
#define SETUP_H

#include <types.h>

/* consoles.c: both devices with their defaults, then as the options say. */
void console_init(void);
void console_options(void);

/* power.c: how the machine is to end. */
void power_options(void);

/* desc.c: exceptions panic in words from here on. */
void traps_init_early(void);

/* features.c: refuses a CPU that lacks what we need, reports on the rest. */
void cpu_check(void);

/* extable.c: CPUs without SMAP do not know STAC and CLAC. */
void smap_sites_patch(void);

/* acpi.c: reads what is wanted, while the boot tables still show it. */
void acpi_init(void);

/* paging.c: the final tables. */
void paging_init(void);
void frames_init(void);

/*
 * Device registers: len bytes, not cached, mapped for good.  Panics when the
 * room for them is used up, as only start-up maps any.
 */
void *device_map(u64 phys, u64 len);

/* desc.c: everything of one CPU, on that CPU; its area is mapped. */
void cpu_init(struct cpu *c);
void cpu_init_boot(void);
void percpu_map(u32 id, u64 phys);

/* apic.c, ioapic.c */
void apic_init(void);
void ioapic_init(void);
void apic_timer_start(u32 count);
u32 apic_timer_count(void);

/* Lets a line of the first 16 in at VEC_DEVICE + irq, for this CPU. */
void isa_irq_enable(u32 irq);

/* time.c */
void time_init(void);

/* serial.c, vga.c */
bool serial_open(u16 io, u32 baud);
void serial_write(const char *s, size_t n);
void serial_interrupt(void);
void serial_input_init(void);
void vga_open(void);
void vga_write(const char *s, size_t n);

/* power.c: from the FADT, 0 where there is none. */
struct acpi_power {
	u16 pm1a, pm1b;		/* control registers, I/O ports */
	u16 slp_a, slp_b;	/* what to write into them for S5 */
	u16 smi_cmd;
	u8 acpi_enable;
	u8 reset_value;
	bool s5, reset_is_io;
	u64 reset_reg;
};

struct acpi_info {
	u64 ioapic;		/* 0: none */
	u32 ioapic_gsi;		/* first line of that I/O APIC */
	u16 pm_timer;		/* I/O port, 0: none */
	struct {
		u32 gsi;
		u16 flags;
	} isa[16];		/* where the lines of the old PIC go */
	struct acpi_power power;
};

extern struct acpi_info acpi;		/* [C] */

#endif
