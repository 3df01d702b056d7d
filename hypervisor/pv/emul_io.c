/* SPDX-License-Identifier: MIT */
/*
 * emul_io.c - IN, OUT, INS and OUTS; CLI and STI.
 *
 * A mode may use ports when the guest's virtual IOPL allows it, for which its
 * kernel counts as level 1 (0 if it asked for the architectural one) and its
 * user mode as 3, or when its bitmap of ports says so.  Domain 0 then
 * reaches the machine's ports but for those that the hypervisor drives; all
 * others read as ones and swallow what is written, like an empty bus.
 */
#include <abi/xen.h>

#include <domain.h>
#include <insn.h>
#include <uaccess.h>

#include "emul.h"

/* Ports that the hypervisor drives itself, first and last. */
static const u16 port_ours[][2] = {
	{ 0x0020, 0x0021 }, { 0x00a0, 0x00a1 },	/* interrupt controllers */
	{ 0x0040, 0x0040 }, { 0x0043, 0x0043 },	/* PIT channel 0, command */
	{ 0x03f8, 0x03ff },			/* the console's UART */
	{ 0x00f4, 0x00f4 },			/* QEMU's exit device */
};

static bool port_allowed(const struct domain *d, u32 port, u32 bytes)
{
	u32 i;

	if (!d->privileged || port + bytes > 0x10000)
		return false;
	for (i = 0; i < ARRAY_SIZE(port_ours); i++)
		if (port + bytes > port_ours[i][0] && port <= port_ours[i][1])
			return false;
	return true;
}

static u32 guest_in(const struct domain *d, u16 port, u32 bytes)
{
	return port_allowed(d, port, bytes) ? port_in(port, bytes) : ~0u;
}

static void guest_out(const struct domain *d, u16 port, u32 bytes, u32 value)
{
	if (port_allowed(d, port, bytes))
		port_out(port, bytes, value);
}

static bool iopl_ok(const struct vcpu *v)
{
	u64 arch = v->domain->pv.vm_assist >> VMASST_TYPE_architectural_iopl;

	return v->pv.iopl >= (v->pv.in_kernel ? !(arch & 1) : 3);
}

/* The bitmap lies in the memory of the guest's kernel; a set bit forbids. */
static bool bitmap_ok(struct vcpu *v, u32 port, u32 bytes)
{
	gva_t at = gva_add(gva(v->pv.iobmp), port / 8);
	u32 mask = ((1u << bytes) - 1) << (port & 7);
	u8 in[2] = { 0xff, 0xff };
	int err;

	if (port + bytes > v->pv.iobmp_ports)
		return false;
	if (!v->pv.in_kernel)
		cr3_write(v->pv.cr3_kernel);
	/* The second byte only where it counts: it may not be there. */
	err = copy_from_guest(in, at, mask > 0xff ? 2 : 1);
	if (!v->pv.in_kernel)
		cr3_write(v->pv.cr3_user);
	return !err && !((in[0] | in[1] << 8) & mask);
}

/* One round of INS or OUTS; with REP the guest comes back for the next. */
static int string_io(struct vcpu *v, struct regs *r, const struct insn *in,
		     bool input, u32 bytes)
{
	u64 *at = input ? &r->rdi : &r->rsi;
	u32 value = 0;

	if (in->rep && !r->rcx)
		return 0;
	if (input)
		value = guest_in(v->domain, r->rdx, bytes);
	if (input ? copy_to_guest(gva(*at), &value, bytes) :
		    copy_from_guest(&value, gva(*at), bytes))
		return -EFAULT;
	if (!input)
		guest_out(v->domain, r->rdx, bytes, value);
	*at += r->rflags & FLAG_DF ? -(u64)bytes : bytes;
	return in->rep && --r->rcx ? -ERESTART : 0;
}

int emul_io(struct vcpu *v, struct regs *r, struct insn *in, u8 op)
{
	u32 bytes = op & 1 ? (in->opsize ? 2 : 4) : 1;
	u16 port = r->rdx;

	switch (op) {
	case 0xe4 ... 0xe7:
		port = insn_next(in);
		break;
	case 0xec ... 0xef:
	case 0x6c ... 0x6f:
		break;
	case 0xfa:
	case 0xfb:
		/* CLI and STI do nothing: POPF, which can't be seen, would. */
		return iopl_ok(v) ? 0 : -EPERM;
	default:
		return -EPERM;
	}
	if (!iopl_ok(v) && !bitmap_ok(v, port, bytes))
		return -EPERM;
	if (op < 0x70)
		return string_io(v, r, in, op < 0x6e, bytes);
	/* Bit 1 of the opcode: OUT. */
	if (op & 2)
		guest_out(v->domain, port, bytes, r->rax);
	else
		emul_reg_set(&r->rax, guest_in(v->domain, port, bytes),
			     8 * bytes);
	return 0;
}
