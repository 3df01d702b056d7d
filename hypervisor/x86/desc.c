/* SPDX-License-Identifier: MIT */
/*
 * desc.c - what each CPU is told about segments, exceptions and system calls.
 *
 * The GDT that a guest sees is its own in 14 pages of the CPU's window
 * (layout.h); ours is the page behind them.  The IDT is the same on all CPUs
 * and read-only once it is written.  Each CPU writes only its own tables, so
 * nothing is locked.
 */
#include <regs.h>
#include <machine.h>
#include <setup.h>
#include <x86.h>

#define BOOT_CS64	0x08		/* start.S */
#define GATE_INTERRUPT	0x8e00UL	/* present, DPL 0, clears IF */
#define GATE_DPL3	0x6000UL
#define DESC_TSS	0x0000890000000000UL
#define GDT_LIMIT	(DESC_OURS * PAGE_SIZE + PAGE_SIZE - 1)

/* What SYSCALL clears of RFLAGS. */
#define SYSCALL_MASK	(FLAG_TF | FLAG_IF | FLAG_DF | FLAG_IOPL | FLAG_NT | \
			 FLAG_RF | FLAG_VM | FLAG_AC)

extern const char idt_stubs[], syscall_stubs[], syscall32_stubs[];

struct gate {
	u64 low, high;
};

static struct gate idt[256] start_data __attribute__((aligned(PAGE_SIZE)));

static void idt_set(u32 vector, u16 cs, u64 type)
{
	u64 to = (u64)idt_stubs + 16 * vector;

	idt[vector].low = (to & 0xffff) | (u64)cs << 16 | type << 32 |
			  (to >> 16 & 0xffff) << 48;
	idt[vector].high = to >> 32;
}

static void idt_load(void)
{
	struct table_reg reg = { sizeof(idt) - 1, (u64)idt };

	asm volatile("lidt %0" : : "m" (reg));
}

void traps_init_early(void)
{
	u32 i;

	for (i = 0; i < 32; i++)
		idt_set(i, BOOT_CS64, GATE_INTERRUPT);
	idt_load();
}

/*
 * Vectors 3 and 4 can be raised by a guest's INT3 and INTO; of all others INT n
 * faults and is looked at by pv.  #DF, NMI, #MC and #DB may come while RSP is
 * not ours, so they switch stacks (IST).
 */
static void idt_init(void)
{
	static const u8 ist[32] = {
		[VEC_DF] = 1, [VEC_NMI] = 2, [VEC_MC] = 3, [VEC_DB] = 4,
	};
	u64 type;
	u32 i;

	for (i = 0; i < 256; i++) {
		type = GATE_INTERRUPT | (i < 32 ? ist[i] : 0);
		if (i == VEC_BP || i == VEC_OF)
			type |= GATE_DPL3;
		idt_set(i, HV_CS, type);
	}
}

static void gdt_fill(u64 *gdt, u64 tss)
{
	u64 *d = gdt - DESC_OURS * PAGE_SIZE / sizeof(u64);

	/* Accessed from the start: the CPU need not write. */
	d[HV_CS / 8] = 0x00af9b000000ffff;
	d[HV_DS / 8] = 0x00cf93000000ffff;
	d[GUEST_CS32 / 8] = 0x00cffb000000ffff;
	d[GUEST_DS / 8] = 0x00cff3000000ffff;
	d[GUEST_CS / 8] = 0x00affb000000ffff;
	d[TSS_SEL / 8] = DESC_TSS | (sizeof(struct tss) - 1) |
			 (tss & 0xffffff) << 16 | (tss >> 24 & 0xff) << 56;
	d[TSS_SEL / 8 + 1] = tss >> 32;
}

static void gdt_load(struct cpu *c)
{
	struct table_reg reg = { GDT_LIMIT, DESC_BASE + c->id * DESC_SIZE };

	asm volatile("lgdt %0\n\t"
		     "pushq %1\n\t"
		     "lea 1f(%%rip), %%rax\n\t"
		     "push %%rax\n\t"
		     "lretq\n"
		     "1:\tmov %2, %%ss\n\t"
		     "mov %3, %%ds\n\t"
		     "mov %3, %%es\n\t"
		     "mov %3, %%fs\n\t"
		     "mov %3, %%gs\n\t"
		     "ltr %w4\n\t"
		     "lldt %w3"
		     : : "m" (reg), "i" (HV_CS), "r" (HV_DS), "r" (0),
		     "r" (TSS_SEL) : "rax", "memory");
}

static void tss_init(struct cpu *c, struct tss *t)
{
	u64 area = (u64)c;

	t->rsp[0] = area + PERCPU_TOP;
	t->ist[0] = area + PERCPU_DF_TOP;
	t->ist[1] = area + PERCPU_NMI_TOP;
	t->ist[2] = area + PERCPU_MC_TOP;
	t->ist[3] = area + PERCPU_DB_TOP;
	t->iomap = sizeof(*t);		/* none: IN and OUT fault at CPL 3 */
}

/* Registers that are the same on all CPUs. */
static void control_init(struct cpu *c)
{
	c->cr4 = CR4_PAE | CR4_MCE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	if (cpu_has(CPU_XSAVE))
		c->cr4 |= CR4_OSXSAVE;
	if (cpu_has(CPU_SMEP))
		c->cr4 |= CR4_SMEP;
	if (cpu_has(CPU_SMAP))
		c->cr4 |= CR4_SMAP;
	reg_write(cr4, c->cr4);
	reg_write(cr0, CR0_PG | CR0_AM | CR0_WP | CR0_NE | CR0_ET | CR0_MP |
		       CR0_PE);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE | EFER_SCE);
	wrmsr(MSR_PAT, PAT_VALUE);
	wrmsr(MSR_STAR, (u64)GUEST_CS32 << 48 | (u64)HV_CS << 32);
	wrmsr(MSR_LSTAR, (u64)syscall_stubs + 32 * c->id);
	wrmsr(MSR_CSTAR, (u64)syscall32_stubs + 32 * c->id);
	wrmsr(MSR_SFMASK, SYSCALL_MASK);
	/* SYSENTER faults: with code selector 0 it is a #GP for the guest. */
	if (cpu_has(CPU_SYSENTER))
		wrmsr(MSR_SYSENTER_CS, 0);
}

void cpu_init(struct cpu *c)
{
	struct x86_cpu *x = c->x86;

	control_init(c);
	cr3_write(hv_cr3);
	tss_init(c, &x->tss);
	gdt_fill(x->gdt, (u64)&x->tss);
	gdt_load(c);
	idt_load();
}

void cpu_init_boot(void)
{
	idt_init();
	cpu_init(this_cpu());
	this_cpu()->online = true;
	screen_open(SCREEN_BASE);
}
