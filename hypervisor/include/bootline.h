/* SPDX-License-Identifier: MIT */
/*
 * bootline.h - which domains the boot loader's modules describe.
 *
 * The grammar is in docs/booting.md.
 */
#pragma once

#include <boot.h>
#include <domain.h>

#define NO_MODULE	(~0u)
#define COUNT_MAX	500	/* domains of one module */
_Static_assert(BOOT_MAX_MODULES * COUNT_MAX <= DOMID_MAX, "numbers for all");

/* What a module means: its kernel is the module itself. */
struct boot_domain {
	bool starts;		/* false: it is a ramdisk */
	u32 id;			/* fixed by the line's place, refused or not */
	u32 count;		/* numbers from id on: so many domains of it */
	char name[DOMAIN_NAME_LEN];
	char disk[DOMAIN_NAME_LEN];	/* its ramdisk's name, or empty */
	bool named;		/* its line begins with a name */
	bool bare_name;		/* and has nothing else: it may be a ramdisk */
	u32 ramdisk;		/* index in boot_info.modules, or NO_MODULE */
	u64 mem;		/* bytes, or 0: by default */
	u32 vcpus;
	struct sched_share share;
	bool no_store;		/* it shall not wait for one */
	const char *cmdline;	/* the guest's own, in the module's line */
	char why[128];		/* empty, or why this domain is refused */
};

/*
 * Fills in one for each module; returns how many domains they describe, refused
 * ones included.
 */
u32 bootline_parse(const struct boot_info *info, struct boot_domain *doms);

/*
 * What the boot loader's modules say of the domain of that number, which may
 * have ended, or never been started; its module, or NO_MODULE.  In pv/.
 */
u32 domain_described(u32 id, struct boot_domain *dom);

/* A number and K, M or G: false when it is none, or 0, or above 2^52. */
bool bootline_size(const char *s, u64 *bytes);
