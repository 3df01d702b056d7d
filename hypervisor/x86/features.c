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

struct cpu_caps cpu_caps start_data;
static bool unsafe_cpu;

enum leaf { L1C, L1D, L7B, L7C, L7D, X1D, X7D, NR_LEAVES };

struct feature {
	const char *name;
	u8 leaf, bit;
};

/* Without these nothing works. */
static const struct feature needed[] = {
	{ "a local APIC", L1D, 9 },
	{ "global pages", L1D, 13 },
	{ "a page attribute table", L1D, 16 },
	{ "FXSAVE", L1D, 24 },
	{ "SSE2", L1D, 26 },
	{ "no-execute pages", X1D, 20 },
	{ "SYSCALL", X1D, 11 },
};

static bool has(const u32 *leaves, u32 leaf, u32 bit)
{
	return leaves[leaf] >> bit & 1;
}

static void leaves_read(u32 *leaves)
{
	u32 r[4], max, xmax;

	cpuid(0, 0, r);
	max = r[0];
	/* EBX of "AuthenticAMD" and "HygonGenuine": all others may leak. */
	cpu_caps.leaks = r[1] != 0x68747541 && r[1] != 0x6f677948;
	cpuid(1, 0, r);
	leaves[L1C] = r[2];
	leaves[L1D] = r[3];
	if (max >= 7) {
		cpuid(7, 0, r);
		leaves[L7B] = r[1];
		leaves[L7C] = r[2];
		leaves[L7D] = r[3];
	}
	cpuid(0x80000000, 0, r);
	xmax = r[0];
	cpuid(0x80000001, 0, r);
	leaves[X1D] = r[3];
	if (xmax >= 0x80000007) {
		cpuid(0x80000007, 0, r);
		leaves[X7D] = r[3];
	}
	cpu_caps.phys_bits = 36;
	if (xmax >= 0x80000008) {
		cpuid(0x80000008, 0, r);
		cpu_caps.phys_bits = r[0] & 0xff;
	}
}

static void vendor_name(char *to)
{
	u32 r[4];

	cpuid(0, 0, r);
	memcpy(to, &r[1], 4);
	memcpy(to + 4, &r[3], 4);
	memcpy(to + 8, &r[2], 4);
	to[12] = '\0';
}

bool domains_may_share_cpu(void)
{
	return !cpu_caps.leaks || unsafe_cpu;
}

static void report(void)
{
	char vendor[13];

	vendor_name(vendor);
	printk(LOG_INFO, "CPU %s: SMEP %s, SMAP %s, NX on, AVX state %s, "
	       "%u address bits\n", vendor, cpu_caps.smep ? "on" : "missing",
	       cpu_caps.smap ? "on" : "missing",
	       cpu_caps.xsave ? "by XSAVE" : "missing", cpu_caps.phys_bits);
	printk(LOG_INFO, "mitigations: indirect branches %s, eager FPU, "
	       "registers scrubbed\n",
	       IS_ENABLED(CONFIG_INDIRECT_THUNK) ? "by thunks" : "plain");
	unsafe_cpu = option_flag("unsafe-cpu");
	if (!cpu_caps.leaks)
		printk(LOG_INFO, "Meltdown and L1TF: not affected\n");
	else
		printk(LOG_WARN, "Meltdown or L1TF: affected, no page-table "
		       "isolation: %s\n", unsafe_cpu ?
		       "unsafe-cpu allows several domains all the same" :
		       "one domain only");
}

void cpu_check(void)
{
	u32 leaves[NR_LEAVES] = { 0 };
	u32 i;

	leaves_read(leaves);
	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!has(leaves, needed[i].leaf, needed[i].bit))
			boot_stop("this CPU lacks %s", needed[i].name);
	cpu_caps.pages_1g = has(leaves, X1D, 26);
	cpu_caps.smep = has(leaves, L7B, 7);
	cpu_caps.smap = has(leaves, L7B, 20);
	cpu_caps.fsgsbase = has(leaves, L7B, 0);
	cpu_caps.xsave = has(leaves, L1C, 26);
	cpu_caps.sysenter = has(leaves, L1D, 11);
	/* RDCL_NO: told by a register that a bit announces. */
	if (has(leaves, L7D, 29) && rdmsr(MSR_ARCH_CAPS) & 1)
		cpu_caps.leaks = false;
	if (!has(leaves, X7D, 8))
		printk(LOG_DEBUG, "TSC not known to be invariant\n");
	report();
	smap_sites_patch();
}
