/* SPDX-License-Identifier: MIT */
/*
 * features.c - what this CPU has: refused, used, or reported as missing.
 *
 * Runs on the first CPU, before anything depends on it.
 */
#include <boot.h>
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

static void leaves_read(void)
{
	u32 r[4], max;

	cpuid(0, 0, r);
	max = r[0];
	/* EBX of "AuthenticAMD" and "HygonGenuine": all others may leak. */
	leaks = r[1] != 0x68747541 && r[1] != 0x6f677948;
	cpuid(1, 0, r);
	cpu_leaves[LEAF_1C] = r[2];
	cpu_leaves[LEAF_1D] = r[3];
	if (max >= 7) {
		cpuid(7, 0, r);
		cpu_leaves[LEAF_7B] = r[1];
		cpu_leaves[LEAF_7D] = r[3];
	}
	cpuid(0x80000000, 0, r);
	max = r[0];
	cpuid(0x80000001, 0, r);
	cpu_leaves[LEAF_X1D] = r[3];
	if (max >= 0x80000008) {
		cpuid(0x80000007, 0, r);
		cpu_leaves[LEAF_X7D] = r[3];
		cpuid(0x80000008, 0, r);
		cpu_phys_bits = r[0] & 0xff;
	}
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
	/* RDCL_NO */
	if (cpu_has(CPU_ARCH_CAPS) && rdmsr(MSR_ARCH_CAPS) & 1)
		leaks = false;
	if (!cpu_has(CPU_STEADY_TSC))
		printk(LOG_DEBUG, "TSC not known to be invariant\n");
	report();
	smap_sites_patch();
}
