/* SPDX-License-Identifier: MIT */
/*
 * version.c - every sub-operation of xen_version.
 *
 * The first hypercall that many guests make, and the way by which some wait
 * for events: what each answers, fills in, and leaves alone, and what a bad
 * pointer gets.
 */
#include <abi/errno.h>
#include <abi/version.h>
#include "test.h"

#define NOWHERE	0x700000000000ul

static char buf[2048];

static long ask(uint64_t cmd)
{
	memset(buf, 0x5a, sizeof(buf));
	return hc2(__HYPERVISOR_xen_version, cmd, PTR(buf));
}

/* A string that ends within SIZE bytes, which alone were written. */
static bool string(size_t size)
{
	size_t n = 0;

	while (n < size && buf[n])
		n++;
	return n < size && buf[size] == 0x5a;
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (; *words; words++)
		if (!strncmp(words, word, n) &&
		    (!words[n] || words[n] == ' '))
			return true;
	return false;
}

static void test_strings(void)
{
	is(ask(XENVER_version), 4 << 16 | 17, "version 4.17");
	is(buf[0], 0x5a, "writes nothing");
	is(ask(XENVER_extraversion), 0, "extraversion");
	ok(string(sizeof(xen_extraversion_t)), "is a string");
	is(ask(XENVER_compile_info), 0, "compile_info");
	is(buf[sizeof(struct xen_compile_info)], 0x5a, "has its size");
	is(ask(XENVER_capabilities), 0, "capabilities");
	ok(string(sizeof(xen_capabilities_info_t)), "is a string");
	ok(has_word(buf, "xen-3.0-x86_64"), "that has xen-3.0-x86_64");
	is(ask(XENVER_changeset), 0, "changeset");
	ok(string(sizeof(xen_changeset_info_t)), "is a string");
	is(ask(XENVER_commandline), 0, "commandline");
	ok(string(sizeof(xen_commandline_t)), "is a string");
}

static void test_numbers(void)
{
	struct xen_feature_info f = { .submap_idx = 0 };
	uint32_t must = 1 << XENFEAT_pae_pgdir_above_4gb |
			1 << XENFEAT_mmu_pt_update_preserve_ad |
			1 << XENFEAT_dom0;
	uint32_t not = 1 << XENFEAT_writable_page_tables |
		       1 << XENFEAT_writable_descriptor_tables |
		       1 << XENFEAT_auto_translated_physmap |
		       1 << XENFEAT_supervisor_mode_kernel;

	is(ask(XENVER_platform_parameters), 0, "platform_parameters");
	is(*(uint64_t *)buf, HYPERVISOR_VIRT_START, "where the hole begins");
	is(buf[8], 0x5a, "nothing else");
	is(hc2(__HYPERVISOR_xen_version, XENVER_pagesize, 0), 4096,
	   "pagesize");
	is(ask(XENVER_pagesize), -XEN_EINVAL, "which takes no argument");
	is(ask(XENVER_guest_handle), 0, "guest_handle");
	is(*(uint64_t *)buf | *(uint64_t *)(buf + 8), 0, "domain 0 has none");
	is(buf[16], 0x5a, "of 16 bytes");
	is(hc2(__HYPERVISOR_xen_version, XENVER_get_features, PTR(&f)), 0,
	   "get_features");
	is(f.submap & must, must, "what must be there");
	is(f.submap & not, 0, "what must not");
	f.submap_idx = XENFEAT_NR_SUBMAPS;
	f.submap = 0x77;
	is(hc2(__HYPERVISOR_xen_version, XENVER_get_features, PTR(&f)),
	   -XEN_EINVAL, "features past the last");
	is(f.submap, 0x77, "writes nothing");
}

static void test_build_id(void)
{
	uint32_t *len = (uint32_t *)buf;
	long size;

	size = hc2(__HYPERVISOR_xen_version, XENVER_build_id, 0);
	if (size == -XEN_ENODATA) {
		skip("there is none", "build_id");
		return;
	}
	ok(size > 0, "build_id: its size");
	*len = size;
	is(hc2(__HYPERVISOR_xen_version, XENVER_build_id, PTR(buf)), size,
	   "into as much room");
	*len = 100;
	is(hc2(__HYPERVISOR_xen_version, XENVER_build_id, PTR(buf)), size,
	   "into more");
	*len = 4;
	is(hc2(__HYPERVISOR_xen_version, XENVER_build_id, PTR(buf)),
	   -XEN_ENOBUFS, "into less");
	*len = 0;
	is(hc2(__HYPERVISOR_xen_version, XENVER_build_id, PTR(buf)),
	   -XEN_EINVAL, "into none");
}

static void test_refusals(void)
{
	static const unsigned int subs[] = {
		XENVER_extraversion, XENVER_compile_info, XENVER_capabilities,
		XENVER_changeset, XENVER_platform_parameters,
		XENVER_get_features, XENVER_guest_handle, XENVER_commandline,
	};
	static const uint64_t bad[] = {
		NOWHERE, 0x800000000000, 0xffff800000000000,
		0xffff830000000000, -8ul,
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(subs); i++)
		for (j = 0; j < ARRAY_SIZE(bad); j++)
			is(hc2(__HYPERVISOR_xen_version, subs[i], bad[j]),
			   -XEN_EFAULT, "sub-operation %u to 0x%lx", subs[i],
			   bad[j]);
	is(ask(11), -XEN_ENOSYS, "no sub-operation 11");
	is(ask(0xffffffff), -XEN_ENOSYS, "nor 2^32 - 1");
	is(ask(1ul << 32), 4 << 16 | 17, "its number has 32 bits");
	is(hc2(__HYPERVISOR_xen_version, XENVER_version, NOWHERE),
	   4 << 16 | 17, "version looks at no argument");
}

void test_main(void)
{
	test_strings();
	test_numbers();
	test_build_id();
	test_refusals();
}
