/* SPDX-License-Identifier: MIT */
/*
 * build.h - how a new domain's memory is laid out and filled.
 *
 * Page numbers are the guest's own (pfn): page 0 is at virt_base.
 */
#pragma once

#include <elf.h>
#include <sched.h>
#include <types.h>

/* What a domain is made of. */
struct build_config {
	u32 id;
	const char *name;
	const char *cmdline;
	u64 nr_pages;
	u32 vcpus;
	struct sched_share share;
	bool no_store;		/* nobody in domain 0 would answer */
	struct elf_image image;
	const void *ramdisk;
	u64 ramdisk_len;	/* 0: none */
};

/*
 * Where everything goes.  The initial mapping holds the kernel and what stands
 * from p2m to stack here, in this order; a ramdisk or p2m list that the guest
 * wants apart comes after it.
 */
struct build_plan {
	u64 nr_pages;		/* the domain's */
	u64 mapped;		/* pages of the initial mapping */
	u64 ramdisk, ramdisk_pages;
	u64 p2m, p2m_pages;
	u64 p2m_tables;		/* tables of a p2m list apart */
	u64 start_info;
	u64 store, console;	/* 0 for domain 0 */
	u64 tables, nr_tables;	/* page tables, the L4 first */
	u64 stack;
};

/* NULL, or why the domain can't be laid out so. */
const char *must_check build_plan(const struct build_config *cfg,
				  struct build_plan *plan);

/*
 * Begins a domain, of which the caller gets a reference: NULL, or why it can't.
 * What the configuration points to, but for the name, stays as it is until it
 * is built.
 */
const char *must_check build_begin(const struct build_config *cfg,
				   struct domain **out);

/*
 * Goes on with one, and lets its first vCPU run: 0; -ERESTART, for which it
 * must be called again; -EBUSY: another CPU is at it; -EEXIST: it is built.  If
 * it can't be built it is destroyed: -EINVAL then, and *why, the first time.
 */
int must_check build_continue(struct domain *d, const char **why);

/* Builds it anew: sluice_op's handler, and for domain 0, which can't call. */
s64 op_domain_start(u64 arg, u32 domid);

/* The module that a domain was made of, and its size; or NULL. */
const void *domain_image(u32 id, u64 *size);
