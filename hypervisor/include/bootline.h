/* SPDX-License-Identifier: MIT */
/*
 * bootline.h - which domains the boot loader's modules describe.
 *
 * The grammar is in docs/booting.md.
 */
#ifndef BOOTLINE_H
#define BOOTLINE_H

#include <boot.h>
#include <domain.h>

#define NO_MODULE	(~0u)

struct boot_domain {
	u32 id;			/* fixed by the line's place, refused or not */
	char name[DOMAIN_NAME_LEN];
	u32 kernel;		/* index in boot_info.modules */
	u32 ramdisk;		/* likewise, or NO_MODULE */
	u64 mem;		/* bytes, or 0: by default */
	u32 vcpus;
	bool no_store;		/* it shall not wait for one */
	const char *cmdline;	/* the guest's own, in the module's line */
	char why[128];		/* empty, or why this domain is refused */
};

/*
 * What the nth module means: true when it starts a domain, which may be a
 * refused one (out->why); false when it is a ramdisk or of no use.
 */
bool bootline_parse(const struct boot_info *info, u32 module,
		    struct boot_domain *out);

/* Domains that the modules describe, refused ones included. */
u32 bootline_count(const struct boot_info *info);

/* A number and K, M or G: false when it is none, or 0, or above 2^52. */
bool bootline_size(const char *s, u64 *bytes);

#endif
