/* SPDX-License-Identifier: MIT */
/*
 * features.c - what this CPU has: refused, used, or reported as missing.
 *
 * Runs on the first CPU, before anything depends on it.
 */
#include <boot.h>
#include <insn.h>
#include <lib.h>
#include <setup.h>
#include <x86.h>

u32 cpu_leaves[NR_LEAVES] start_data;
u32 cpu_phys_bits start_data = 36;
static bool leaks start_data;		/* Meltdown or L1TF */
static bool unsafe_cpu start_data;

/* Without these nothing works. */
static const struct {
	const char *name;
	u32 feature;
} needed[] = {
	{ "a local APIC", CPU_APIC },
	{ "global pages", CPU_PGE },
	{ "a page attribute table", CPU_PAT },
	{ "FXSAVE", CPU_FXSR },
	{ "SSE2", CPU_SSE2 },
	{ "no-execute pages", CPU_NX },
	{ "SYSCALL", CPU_SYSCALL },
};

/* Which register, EAX to EDX, of which leaf each answer is. */
static const struct {
	u32 leaf, reg;
} answers[NR_LEAVES] = {
	[LEAF_1C] = { 1, 2 }, [LEAF_1D] = { 1, 3 },
	[LEAF_7B] = { 7, 1 }, [LEAF_7D] = { 7, 3 },
	[LEAF_X1D] = { 0x80000001, 3 }, [LEAF_X7D] = { 0x80000007, 3 },
	[LEAF_X8A] = { 0x80000008, 0 },
};

static void leaves_read(void)
{
	u32 i, leaf, r[4];

	for (i = 0; i < NR_LEAVES; i++) {
		leaf = answers[i].leaf;
		cpuid(leaf & 0x80000000, 0, r);
		if (leaf > r[0])
			continue;
		cpuid(leaf, 0, r);
		cpu_leaves[i] = r[answers[i].reg];
	}
	if (cpu_leaves[LEAF_X8A])
		cpu_phys_bits = cpu_leaves[LEAF_X8A] & 0xff;
}

bool sysenter_works(void)
{
	u32 r[4];

	cpuid(0, 0, r);
	/* EBX of "AuthenticAMD" and "HygonGenuine". */
	return r[1] != 0x68747541 && r[1] != 0x6f677948;
}

bool domains_may_share_cpu(void)
{
	return !leaks || unsafe_cpu;
}

static void report(void)
{
	u32 v[4];

	cpuid(0, 0, v);
	printk(LOG_INFO, "CPU %.*s%.*s%.*s: SMEP %s, SMAP %s, NX on, AVX "
	       "state %s, %u address bits\n", 4, (char *)&v[1], 4,
	       (char *)&v[3], 4, (char *)&v[2],
	       cpu_has(CPU_SMEP) ? "on" : "missing",
	       cpu_has(CPU_SMAP) ? "on" : "missing",
	       cpu_has(CPU_XSAVE) ? "by XSAVE" : "missing", cpu_phys_bits);
	printk(LOG_INFO, "mitigations: indirect branches %s, eager FPU, "
	       "registers scrubbed; none between domains\n",
	       IS_ENABLED(CONFIG_INDIRECT_THUNK) ? "by thunks" : "plain");
	unsafe_cpu = option_flag("unsafe-cpu");
	if (!leaks)
		printk(LOG_INFO, "Meltdown and L1TF: not affected\n");
	else
		printk(LOG_WARN, "Meltdown or L1TF: affected, no page-table "
		       "isolation: %s\n", unsafe_cpu ?
		       "unsafe-cpu allows several domains all the same" :
		       "one domain only");
}

void cpu_check(void)
{
	u32 i;

	leaves_read();
	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!cpu_has(needed[i].feature))
			boot_stop("this CPU lacks %s", needed[i].name);
	/* AMD's do not; others say so by RDCL_NO. */
	leaks = sysenter_works() &&
		!(cpu_has(CPU_ARCH_CAPS) && rdmsr(MSR_ARCH_CAPS) & 1);
	report();
	smap_sites_patch();
}
