/* SPDX-License-Identifier: MIT */
/*
 * memory_map.c - memory maps: the machine's, which domain 0 may see, and a
 * domain's own, which domain 0 may set.
 *
 * A domain's map is under its lock; the lengths of all of them are bounded by
 * a page.
 */
#include <abi/memory.h>
#include <abi/xen.h>

#include <boot.h>
#include <uaccess.h>

#include "domid.h"
#include "ops.h"

#define MAP_MAX		(PAGE_SIZE / sizeof(struct e820entry))

/* Sends a map as far as there is room, and how much it was. */
static s64 map_out(gva_t arg, struct xen_memory_map *in,
		   const struct e820entry *map, u32 nr)
{
	in->nr_entries = MIN(in->nr_entries, nr);
	if (copy_to_guest(gva((u64)in->buffer), map,
			  in->nr_entries * sizeof(*map)) ||
	    copy_to_guest(arg, in, sizeof(*in)))
		return fail(-EFAULT);
	return 0;
}

/*
 * Unless it was told otherwise, an unprivileged guest has memory from 0 to as
 * much as it may ever have; domain 0, as under Xen, has no map.
 */
s64 op_memory_map(u64 arg)
{
	struct domain *d = current()->domain;
	const struct e820entry all = {
		.size = (u64)d->max_pages << PAGE_SHIFT, .type = E820_RAM,
	};
	struct xen_memory_map in;
	s64 ret;

	if (!READ_ONCE(d->pv.map) && d->privileged)
		return fail(-ENOSYS);
	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	spin_lock(&d->lock);
	ret = map_out(gva(arg), &in, d->pv.map ? d->pv.map : &all,
		      d->pv.map ? d->pv.nr_map : 1);
	spin_unlock(&d->lock);
	return ret;
}

s64 op_machine_memory_map(u64 arg)
{
	struct xen_memory_map in;
	struct e820entry e;
	u32 i;

	if (!current()->domain->privileged)
		return fail(-EPERM);
	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (in.nr_entries < boot_info.nr_mem)
		return fail(-EINVAL);
	for (i = 0; i < boot_info.nr_mem; i++) {
		const struct boot_mem *m = &boot_info.mem[i];

		e = (struct e820entry){ m->base, m->len, m->type };
		if (copy_to_guest(gva((u64)in.buffer + i * sizeof(e)), &e,
				  sizeof(e)))
			return fail(-EFAULT);
	}
	in.nr_entries = boot_info.nr_mem;
	return copy_to_guest(gva(arg), &in, sizeof(in));
}

static s64 map_set(struct domain *d, const struct xen_memory_map *in)
{
	struct e820entry *map, *old;

	if (in->nr_entries > MAP_MAX)
		return fail(-EINVAL);
	map = page_alloc(0);
	if (!map)
		return fail(-ENOMEM);
	if (copy_from_guest(map, gva((u64)in->buffer),
			    in->nr_entries * sizeof(*map))) {
		page_free(map, 0);
		return fail(-EFAULT);
	}
	spin_lock(&d->lock);
	old = d->pv.map;
	d->pv.map = map;
	d->pv.nr_map = in->nr_entries;
	spin_unlock(&d->lock);
	page_free(old, 0);
	return 0;
}

s64 op_set_memory_map(u64 arg)
{
	struct xen_foreign_memory_map in;
	struct domain *d;
	s64 ret;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	ret = domid_target(in.domid, &d);
	if (ret)
		return ret;
	if (current()->domain->privileged)
		ret = map_set(d, &in.map);
	else
		ret = fail(-EPERM);
	domain_put(d);
	return ret;
}
