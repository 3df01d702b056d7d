/* SPDX-License-Identifier: MIT */
/*
 * build_start.c - the first domains: one for each kernel among the modules.
 *
 * Whatever is wrong with one of them is said in one line and costs that domain
 * alone.
 */
#include <bootline.h>
#include <build.h>
#include <lib.h>

#include "ops.h"

#define DEFAULT_MEM	(128UL << 20)
#define ALONE_MEM	(1UL << 30)	/* at most, for a domain 0 alone */
#define RESERVE		(2UL << 20)	/* left to the hypervisor */

#define MIB(bytes)	((bytes) >> 20)

/* As the lines describe them: constant once they are parsed. */
static struct boot_domain doms[BOOT_MAX_MODULES];

static const void *module_data(u32 module, u64 *size)
{
	const struct boot_module *m = &boot_info.modules[module];

	*size = m->end.a - m->start.a;
	return maddr_virt(m->start);
}

static u64 free_mem(void)
{
	u64 free = frames_free() * PAGE_SIZE;

	return free > RESERVE ? free - RESERVE : 0;
}

static void refused(const struct boot_domain *dom, u32 module, const char *why)
{
	printk(LOG_ERR, "module %u (%s) refused: %s\n", module + 1,
	       *dom->name ? dom->name : "?", why);
}

/* A domain that is now to be built, with a reference; or NULL. */
static struct domain *begin(const struct boot_domain *dom, u32 module)
{
	struct build_config cfg = {
		.id = dom->id, .name = dom->name, .cmdline = dom->cmdline,
		.nr_pages = dom->mem / PAGE_SIZE, .vcpus = dom->vcpus,
		.no_store = dom->no_store, .share = dom->share,
	};
	const char *why = *dom->why ? dom->why : NULL;
	struct domain *d = NULL;
	char text[64];
	u64 size;
	const void *kernel = module_data(module, &size);

	if (dom->ramdisk != NO_MODULE)
		cfg.ramdisk = module_data(dom->ramdisk, &cfg.ramdisk_len);
	if (!why && domains_count() && !domains_may_share_cpu())
		why = "this CPU leaks between domains (unsafe-cpu)";
	/* Domain 0, built again, may have what plain domains may not. */
	if (!why && dom->mem >
	    free_mem() + (dom->id ? 0 : frames_kept * PAGE_SIZE)) {
		snprintf(text, sizeof(text), "it wants %lu MiB, %lu MiB are "
			 "free", MIB(dom->mem), MIB(free_mem()));
		why = text;
	}
	if (!why)
		why = elf_parse(&cfg.image, kernel, size);
	if (!why)
		why = build_begin(&cfg, &d);
	if (why)
		refused(dom, module, why);
	return d;
}

/* Begins a domain or goes on with it: see build_continue(). */
static int start(const struct boot_domain *dom, u32 module)
{
	struct domain *d = domain_find(dom->id);
	const char *why = NULL;
	int rc;

	if (!d)
		d = begin(dom, module);
	if (!d)
		return fail(-EINVAL);
	rc = build_continue(d, &why);
	if (why)
		refused(dom, module, why);
	domain_put(d);
	return rc;
}

u32 domain_described(u32 id, struct boot_domain *dom)
{
	const struct boot_domain *of = doms;
	u32 i;

	for (i = 0; i < boot_info.nr_modules; i++, of++) {
		if (!of->starts || id - of->id >= of->count)
			continue;
		*dom = *of;
		dom->id = id;
		dom->mem = of->mem ? of->mem : DEFAULT_MEM;
		if (of->count > 1)
			(void)snprintf(dom->name, sizeof(dom->name), "%s#%u",
				       of->name, id - of->id + 1);
		return i;
	}
	return NO_MODULE;
}

static int start_now(u32 id, bool alone)
{
	struct boot_domain dom;
	u32 module = domain_described(id, &dom);
	int rc;

	if (alone && !id && !doms[module].mem)
		dom.mem = MIN(ALONE_MEM, free_mem());
	do
		rc = start(&dom, module);
	while (rc == -ERESTART);
	return rc;
}

/* Of several that are alike, none is tried after one that was refused. */
bool domains_start(const struct boot_info *info)
{
	bool alone = bootline_parse(info, doms) == 1;
	u32 i, id, end;

	for (i = 0; i < info->nr_modules; i++) {
		if (!doms[i].starts)
			continue;
		/* Not by its number: without a name it may have none. */
		if (*doms[i].why)
			refused(&doms[i], i, doms[i].why);
		id = doms[i].id;
		end = *doms[i].why ? id : id + doms[i].count;
		while (id < end && !start_now(id, alone))
			id++;
	}
	frames_kept = RESERVE / PAGE_SIZE * 3 / 4;
	return domains_count();
}

const void *domain_image(u32 id, u64 *size)
{
	struct boot_domain dom;
	u32 module = domain_described(id, &dom);

	return module != NO_MODULE ? module_data(module, size) : NULL;
}

s64 op_domain_start(u64 arg not_used, u32 domid)
{
	struct boot_domain dom;
	u32 module = domain_described(domid, &dom);

	return module == NO_MODULE ? fail(-ESRCH) : start(&dom, module);
}
