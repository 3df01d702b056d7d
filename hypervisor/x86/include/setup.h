/* SPDX-License-Identifier: MIT */
/*
 * setup.h - the machine's steps of start-up, and what they find out.
 *
 * boot/init.c calls the steps, in the order in which they stand below.
 */
#pragma once

#include <boot.h>
#include <machine.h>

#define EARLY_LIMIT	0x100000000UL	/* what the boot tables map */

/* The first 4 GiB, as the boot tables show them. */
static inline void *early_virt(u64 phys)
{
	return (void *)(DIRECTMAP_BASE + phys);
}

/* multiboot.c: copies all that is of use; halts when it is no Multiboot. */
void loader_read(u32 magic, u32 data);
extern u64 loader_rsdp;		/* where its copy of the ACPI RSDP is, or 0 */

/* memmap.c */
void memmap_add(u64 base, u64 len, u32 type);
u64 image_phys_end(void);
u64 memmap_top(void);		/* end of the highest RAM */
u64 memmap_bytes(void);		/* of all RAM */
extern u64 ap_page;		/* [C] where other CPUs start; 0: nowhere */

/*
 * Physical memory for good, before there is an allocator; never fails, as
 * start-up cannot go on without.  Below 4 GiB when it is to be written while
 * the boot tables are in use.
 */
u64 early_alloc(u64 size, u64 align, u64 limit);

/* Calls back for each piece of RAM, or of what is still unused. */
void memmap_each_ram(void (*fn)(mfn_t start, u64 n));
void memmap_each_free(void (*fn)(mfn_t start, u64 n));

/* start.S, the linker script */
extern char image_start[], image_end[];
extern char __text_start[], __text_end[], __rodata_end[];
extern char boot_percpu[];
void noreturn boot_main(u32 magic, u32 data);

/* options.c: words of the boot line. */
void options_init(void);

/* consoles.c: both devices with their defaults, then as the options say. */
void console_init(void);
/* The frame buffer, if there is one, is mapped there; or else VGA text. */
void screen_open(u64 fb);
void console_options(void);

/* power.c: how the machine is to end. */
void power_options(void);

/* desc.c: exceptions panic in words from here on. */
void traps_init_early(void);

/* features.c: refuses a CPU that lacks what we need, reports on the rest. */
void cpu_check(void);

/* extable.c: CPUs without SMAP do not know STAC and CLAC. */
void smap_sites_patch(void);

/* memmap.c: no more is added. */
void memmap_finish(void);

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

/*
 * n words into one page of a device, from the last to the first.  Under a lock
 * of the caller's.
 */
void device_write(u64 phys, const u32 *words, u32 n);

/* desc.c: everything of one CPU, on that CPU; its area is mapped. */
void cpu_init(struct cpu *c);
void cpu_init_boot(void);

/* paging.c: the area of one more CPU, in cpus[], or NULL. */
struct cpu *percpu_new(u32 id);

/* apic.c, ioapic.c */
void apic_init(void);
void apic_enable(struct cpu *c);
/* INIT and two start-up messages to a CPU that begins at that page. */
void apic_start_cpu(u32 apic_id, u64 page);
void ioapic_init(void);
void apic_timer_start(u32 count);
u32 apic_timer_count(void);

/* Lets a line of the first 16 in at VEC_DEVICE + irq, for this CPU. */
void isa_irq_enable(u32 irq);

/* A line raises the vector, or nothing. */
void ioapic_line_set(u32 gsi, u32 vector, bool on);

/* time.c */
void time_init(void);
void delay_us(u64 us);

/*
 * tsc.c: on the CPU that starts, its tsc_base, given the first one's; and on
 * the first one, until the other is online, the answers that this needs.
 */
u64 tsc_base_here(u64 first);
void tsc_answer(const struct cpu *c);

/* smp.c: starts the other CPUs; then they may begin to run guests. */
void smp_start(void);
void smp_go(void);
void noreturn ap_main(void);	/* from ap.S */

/* serial.c, vga.c, fb.c: a frame buffer has room for two lines at least. */
#define FB_CHAR_WIDTH	8	/* of a character, in dots */
#define FB_CHAR_HEIGHT	16
bool serial_open(u16 io, u32 baud);
void serial_write(const char *s, size_t n);
void serial_interrupt(void);
void serial_input_init(void);
void vga_open(void);
void vga_write(const char *s, size_t n);
void fb_open(void *at);		/* once more when it is mapped elsewhere */
void fb_write(const char *s, size_t n);

/* The FADT, as far as it is used (ACPI 6.4, 5.2.9); ports if not said. */
struct fadt {
	u8 skip[40];
	u32 dsdt;		/* address */
	u8 skip2[4];
	u32 smi_cmd;
	u8 acpi_enable, skip3[11];
	u32 pm1a, pm1b;		/* control registers */
	u8 skip4[4];
	u32 pm_timer;
	u8 skip5[32];
	u32 flags;
	u8 reset_space, skip6[3];
	u64 reset_reg;
	u8 reset_value;
} __attribute__((packed));
_Static_assert(offsetof(struct fadt, reset_value) == 128, "as ACPI says");

struct acpi_info {
	u64 apic_ids[4];	/* bit n: a usable CPU has local APIC n */
	u32 cpus_hidden;	/* more, whose number has no place there */
	u64 ioapic;		/* 0: none */
	u32 ioapic_gsi;		/* first line of that I/O APIC */
	struct {
		u32 gsi;
		u16 flags;
	} isa[16];		/* where the lines of the old PIC go */
	struct fadt fadt;	/* 0 where there is none, or it is shorter */
	bool s5;
	u16 slp_a, slp_b;	/* what to write into pm1a and pm1b for S5 */
};

extern struct acpi_info acpi;		/* [C] */
