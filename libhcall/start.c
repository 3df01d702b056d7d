/* SPDX-License-Identifier: MIT */
/*
 * start.c - the start-of-day page, the shared page, and who we run on.
 *
 * Nothing is locked: hc_init() runs before there is a second vCPU.
 */
#include <abi/cpuid.h>
#include <abi/sluice.h>
#include <abi/vcpu.h>
#include <hcall/mmu.h>
#include "internal.h"

struct start_info *hc_si;

/* Its own frame is lost: the shared page is mapped in its place. */
static char shared_page[4096] __attribute__((aligned(4096)));
static struct vcpu_info *moved[HC_MAX_VCPUS];

int hc_init(struct start_info *si, uint64_t virt_base)
{
	hc_si = si;
	hc_linear = virt_base;
	return hc_map(shared_page, hc_pte(si->shared_info >> HC_PAGE_SHIFT,
					  HC_PTE_KERNEL));
}

const struct start_info *hc_start_info(void)
{
	return hc_si;
}

struct shared_info *hc_shared_info(void)
{
	return (struct shared_info *)shared_page;
}

struct vcpu_info *hc_vcpu_info(unsigned int vcpu)
{
	if (moved[vcpu])
		return moved[vcpu];
	return &hc_shared_info()->vcpu_info[vcpu];
}

int hc_vcpu_info_register(unsigned int vcpu, struct vcpu_info *vi)
{
	struct vcpu_register_vcpu_info where = {
		.mfn = hc_virt_to_mfn(vi),
		.offset = hc_addr(vi) & 4095,
	};
	long ret = hc_vcpu_op(VCPUOP_register_vcpu_info, vcpu, hc_addr(&where));

	if (!ret)
		moved[vcpu] = vi;
	return ret;
}

__attribute__((weak)) unsigned int hc_this_vcpu(void)
{
	return 0;
}

bool hc_is_initial_domain(void)
{
	return hc_si->flags & SIF_INITDOMAIN;
}

/* The end of the word that begins at S. */
static const char *word_end(const char *s)
{
	while (*s && *s != ' ')
		s++;
	return s;
}

int hc_cmdline(const char *key, char *buf, unsigned int size)
{
	const char *s = (const char *)hc_si->cmd_line;
	const char *end, *k;
	unsigned int n;

	for (; *s; s = end) {
		while (*s == ' ')
			s++;
		end = word_end(s);
		for (k = key; *k && s < end && *s == *k; k++)
			s++;
		if (*k || (s < end && *s != '='))
			continue;
		if (s < end)
			s++;
		for (n = 0; n + 1 < size && s + n < end; n++)
			buf[n] = s[n];
		if (size)
			buf[n] = 0;
		return end - s;
	}
	return -1;
}

void hc_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
	asm volatile(XEN_CPUID
		     : "=a" (regs[0]), "=b" (regs[1]), "=c" (regs[2]),
		       "=d" (regs[3])
		     : "0" (leaf), "2" (subleaf));
}

/* Leaf 1 of the extension, or false. */
static bool sluice_leaf(uint32_t r[4])
{
	hc_cpuid(SLUICE_CPUID_FIRST_LEAF, 0, r);
	if (r[1] != SLUICE_CPUID_SIGNATURE_EBX ||
	    r[2] != SLUICE_CPUID_SIGNATURE_ECX ||
	    r[3] != SLUICE_CPUID_SIGNATURE_EDX ||
	    r[0] < SLUICE_CPUID_LEAF(1))
		return false;
	hc_cpuid(SLUICE_CPUID_LEAF(1), 0, r);
	return true;
}

uint32_t hc_sluice_version(void)
{
	uint32_t r[4];

	return sluice_leaf(r) ? r[0] : 0;
}

uint32_t hc_sluice_features(void)
{
	uint32_t r[4];

	return sluice_leaf(r) ? r[2] : 0;
}
