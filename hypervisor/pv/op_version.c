/* SPDX-License-Identifier: MIT */
/*
 * op_version.c - who we are, what we can, and what the guest asks for.
 */
#include <abi/version.h>
#include <abi/xen.h>

#include <boot.h>
#include <domain.h>
#include <lib.h>
#include <machine.h>
#include <uaccess.h>

#include "emul.h"
#include "ops.h"

/* The release whose ABI this is: guests compare it. */
#define ABI_MAJOR	4
#define ABI_MINOR	17

#define VM_ASSISTS \
	(1UL << VMASST_TYPE_4gb_segments | \
	 1UL << VMASST_TYPE_4gb_segments_notify | \
	 1UL << VMASST_TYPE_writable_pagetables | \
	 1UL << VMASST_TYPE_pae_extended_cr3 | \
	 1UL << VMASST_TYPE_architectural_iopl | \
	 1UL << VMASST_TYPE_runstate_update_flag | \
	 1UL << VMASST_TYPE_m2p_strict)

static s64 copy_out(u64 arg, const void *p, size_t n)
{
	return copy_to_guest(gva(arg), p, n) ? fail(-EFAULT) : 0;
}

static s64 get_features(u64 arg)
{
	const struct domain *d = current()->domain;
	struct xen_feature_info in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (in.submap_idx >= XENFEAT_NR_SUBMAPS)
		return fail(-EINVAL);
	in.submap = 1u << XENFEAT_memory_op_vnode_supported |
		    1u << XENFEAT_mmu_pt_update_preserve_ad |
		    1u << XENFEAT_highmem_assist |
		    1u << XENFEAT_gnttab_map_avail_bits |
		    1u << XENFEAT_pae_pgdir_above_4gb;
	in.submap |= d->privileged ?
		     1u << XENFEAT_dom0 | 1u << XENFEAT_direct_mapped :
		     1u << XENFEAT_not_direct_mapped;
	return copy_out(arg, &in, sizeof(in));
}

static s64 command_line(u64 arg)
{
	xen_commandline_t line = "";

	if (!current()->domain->privileged)
		return copy_out(arg, "<denied>", sizeof("<denied>"));
	strcopy(line, boot_info.cmdline, sizeof(line));
	return copy_out(arg, line, sizeof(line));
}

/* What is the same for all, as long as it does not have to be a number. */
#define FACT(name, type, ...) \
	[XENVER_##name] = { &(const type){ __VA_ARGS__ }, sizeof(type) }

static const struct {
	const void *at;
	size_t size;
} facts[] = {
	FACT(extraversion, xen_extraversion_t, "-sluice"),
	FACT(compile_info, struct xen_compile_info, "", "", "", ""),
	FACT(capabilities, xen_capabilities_info_t, "xen-3.0-x86_64 "),
	FACT(changeset, xen_changeset_info_t, ""),
	FACT(platform_parameters, struct xen_platform_parameters,
	     HYPERVISOR_VIRT_START),
	FACT(guest_handle, xen_domain_handle_t, 0),
};

s64 op_xen_version(u64 cmd, u64 arg)
{
	u32 which = cmd;

	switch (which) {
	case XENVER_version:
		return ABI_MAJOR << 16 | ABI_MINOR;
	case XENVER_get_features:
		return get_features(arg);
	case XENVER_pagesize:
		return arg ? fail(-EINVAL) : (s64)PAGE_SIZE;
	case XENVER_commandline:
		return command_line(arg);
	case XENVER_build_id:
		return fail(-ENODATA);
	}
	if (which >= ARRAY_SIZE(facts) || !facts[which].at)
		return fail(-ENOSYS);
	return copy_out(arg, facts[which].at, facts[which].size);
}

void pv_show_iopl(struct vcpu *v)
{
	bool show = v->domain->pv.vm_assist >>
		    VMASST_TYPE_architectural_iopl & 1;

	if (show)
		v->pv.iret_also |= IRET_SETS_IOPL;
	else
		v->pv.iret_also &= ~IRET_SETS_IOPL;
	v->pv.iopl_shown = show ? (u64)v->pv.iopl << FLAG_IOPL_SHIFT : 0;
}

s64 op_vm_assist(u64 cmd, u64 type)
{
	struct domain *d = current()->domain;
	u32 bit = type, i;

	if (bit >= 64 || !(VM_ASSISTS >> bit & 1))
		return fail(-EINVAL);
	switch ((u32)cmd) {
	case VMASST_CMD_enable:
		__atomic_fetch_or(&d->pv.vm_assist, 1UL << bit,
				  __ATOMIC_RELAXED);
		break;
	case VMASST_CMD_disable:
		__atomic_fetch_and(&d->pv.vm_assist, ~(1UL << bit),
				   __ATOMIC_RELAXED);
		break;
	default:
		return fail(-ENOSYS);
	}
	/* What concerns others of its vCPUs takes effect there now. */
	for (i = 0; i < d->nr_vcpus; i++)
		pv_show_iopl(d->vcpu[i]);
	return 0;
}
