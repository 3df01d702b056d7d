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

static const void *module_data(const struct boot_info *info, u32 module,
			       u64 *size)
{
	*size = info->modules[module].end.a - info->modules[module].start.a;
	return maddr_virt(info->modules[module].start);
}

static u64 free_mem(void)
{
	u64 free = frames_free() * PAGE_SIZE;

	return free > RESERVE ? free - RESERVE : 0;
}

#define refuse(dom, ...) \
	((void)snprintf((dom)->why, sizeof((dom)->why), __VA_ARGS__))

static void start_domain(const struct boot_info *info, u32 module, bool alone,
			 struct boot_domain *dom)
{
	struct build_config cfg = {
		.id = dom->id, .name = dom->name, .cmdline = dom->cmdline,
		.vcpus = dom->vcpus, .no_store = dom->no_store,
		.share = dom->share,
	};
	u64 mem = dom->mem, size;
	const void *kernel = module_data(info, module, &size);
	const char *why;

	if (!mem)
		mem = alone ? MIN(ALONE_MEM, free_mem()) : DEFAULT_MEM;
	if (domains_count() && !domains_may_share_cpu()) {
		refuse(dom, "this CPU leaks between domains (unsafe-cpu)");
		return;
	}
	if (mem > free_mem()) {
		refuse(dom, "it wants %lu MiB, %lu MiB are free", MIB(mem),
		       MIB(free_mem()));
		return;
	}
	cfg.nr_pages = mem / PAGE_SIZE;
	if (dom->ramdisk != NO_MODULE)
		cfg.ramdisk = module_data(info, dom->ramdisk,
					  &cfg.ramdisk_len);
	why = elf_parse(&cfg.image, kernel, size);
	if (!why)
		why = build_domain(&cfg);
	if (why)
		refuse(dom, "%s", why);
	else
		printk(LOG_INFO, "domain %u \"%s\": %lu MiB, entry 0x%lx\n",
		       dom->id, dom->name, MIB(mem), cfg.image.entry);
}

/* As the lines describe them: constant but for why, once they are parsed. */
static struct boot_domain doms[BOOT_MAX_MODULES];

static void try_domain(const struct boot_info *info, u32 module, bool alone,
		       struct boot_domain *dom)
{
	if (!*dom->why)
		start_domain(info, module, alone && !dom->id, dom);
	if (*dom->why)
		printk(LOG_ERR, "module %u (%s) refused: %s\n", module + 1,
		       *dom->name ? dom->name : "?", dom->why);
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
		if (of->count > 1)
			(void)snprintf(dom->name, sizeof(dom->name), "%s#%u",
				       of->name, id - of->id + 1);
		return i;
	}
	return NO_MODULE;
}

/* Of several that are alike, none is tried after one that was refused. */
bool domains_start(const struct boot_info *info)
{
	bool alone = bootline_parse(info, doms) == 1;
	struct boot_domain dom;
	u32 i, id, end;

	for (i = 0; i < info->nr_modules; i++) {
		end = doms[i].starts ? doms[i].id + doms[i].count : 0;
		for (id = doms[i].id; id < end; id++) {
			(void)domain_described(id, &dom);
			try_domain(info, i, alone, &dom);
			if (*dom.why)
				break;
		}
	}
	return domains_count();
}

const void *domain_image(u32 id, u64 *size)
{
	struct boot_domain dom;
	u32 module = domain_described(id, &dom);

	return module != NO_MODULE ? module_data(&boot_info, module, size) :
		NULL;
}

/* Its image is still where the boot loader left it. */
s64 op_domain_start(u64 arg, u32 domid)
{
	struct domain *d = domain_get(domid);
	struct boot_domain dom;
	u32 module = domain_described(domid, &dom);

	(void)arg;
	if (d) {
		domain_put(d);
		return fail(-EEXIST);
	}
	if (module == NO_MODULE)
		return fail(-ESRCH);
	try_domain(&boot_info, module, false, &dom);
	return *dom.why ? fail(-EINVAL) : 0;
}

