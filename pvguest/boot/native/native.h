/* SPDX-License-Identifier: MIT */
/*
 * native.h - between the parts of the native back end.
 */
#ifndef PVGUEST_NATIVE_H
#define PVGUEST_NATIVE_H

#include <boot.h>
#include <device.h>
#include "x86.h"

/* What the loader said, copied out of its memory. */
#define REGIONS_MAX	128

struct region {
	u64 start, end;		/* bytes */
	bool ram;
};

struct loaded {
	struct region map[REGIONS_MAX];
	unsigned int nr;
	u64 ramdisk, ramdisk_end;	/* bytes; both 0: none */
	u64 acpi_root;		/* the table of tables; 0: unknown */
	unsigned int acpi_size;	/* of its entries */
	bool screen;		/* in text mode, or a frame buffer */
	char cmdline[1024];
};

extern struct loaded loaded;

/* By the magic number that START found; false: it is no loader's. */
bool native_loader_read(u32 magic, u64 info);
/* The root pointer of ACPI, if it is that. */
void native_acpi_take(const u8 *rsdp);

/* CPU and traps */
void native_trap_init(void);
void native_enter(const struct regs *regs) __attribute__((noreturn));
void native_user_regs(struct regs *regs, u64 rip, u64 rsp);
void native_stack(void *stack_end);
u64 native_fault_address(void);

/* Page tables */
extern u64 native_l4[512];
/* What this CPU has of NX, global pages, SMEP and SMAP: before any mapping. */
void native_pt_features(void);
bool native_memory_init(struct boot_info *boot);
void native_pt_init(u64 nr_pages);
u64 native_pte_make(u64 pfn, u64 flags);
u64 native_pte_pfn(u64 pte);
void native_pt_write(u64 *entry, u64 pte);
void native_pt_invlpg(u64 va);
void native_pt_write_run(u64 *entry, const u64 *ptes, unsigned int n);
void native_pt_flush(void);
void native_pt_commit(void);
void native_pt_table(u64 pfn, bool on);
void native_pt_root(u64 pfn, bool on);
void native_user_switch(u64 root, void *stack_end);
/* 2 MiB and more of machine memory, until the next call. */
void *native_window(u64 phys);
#define PTE_UNCACHED	0x018
/* Registers of the APIC, for good: before there are pages for tables. */
volatile void *native_device(u64 phys);
/* FB_SPACE bytes from a multiple of 2 MiB on, likewise. */
#define FB_SPACE	(16 * MIB)
void *native_fb_map(u64 phys);

/* Interrupts */
void native_irq_init(void);
void native_irq(unsigned int vector);
bool native_irq_save(void);
void native_irq_restore(bool were_off);
void native_self_init(void (*fn)(void));
void native_self_send(void);
u32 native_apic_id(void);
/* The APIC's timer counts down from there; 0 stops it. */
void native_apic_timer(u32 count);
u32 native_apic_count(void);

/* Devices */
extern const struct device_ops native_device_ops;
void native_device_irq(unsigned int number);

/* Time */
/* START: the TSC at time 0. */
void native_time_init(u64 start);
u64 native_time(void);
u64 native_wallclock(void);
void native_timer_set(u64 deadline);

/* Console */
void native_console_init(void);
void native_console_write(const char *buf, size_t len);
size_t native_console_read(char *buf, size_t size);
void native_screen_init(void);
#define SCREEN_COLUMNS	80
#define SCREEN_ROWS	25
#define SCREEN_CELLS	(SCREEN_COLUMNS * SCREEN_ROWS)
/* False: no frame buffer that we can use. */
bool native_fb_init(u64 base, u32 pitch, u32 width, u32 height, u8 bits);
/* Where characters go instead of the text screen; NULL: there is none. */
u16 *native_fb_cells(void);
/* What has changed in the cells gets on the screen. */
void native_fb_show(unsigned int cursor);
void native_screen_write(const char *buf, size_t len);
/* Once interrupts are set up, so that no key is lost. */
void native_keyboard_init(void);
size_t native_keyboard_read(char *buf, size_t size);

/* Idle, power */
/* The port of ACPI's timer, or 0. */
u16 native_acpi_timer(void);
void native_idle(void);
void native_power_off(void) __attribute__((noreturn));
void native_reboot(void) __attribute__((noreturn));
void native_crash(void) __attribute__((noreturn));

#endif
