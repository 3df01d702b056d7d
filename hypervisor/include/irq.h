/* SPDX-License-Identifier: MIT */
/*
 * irq.h - interrupts of devices, and what domain 0 has of them.
 *
 * A source is a line of the I/O APIC, or a message that a PCI function writes.
 * Mapping one gives it a number, the pirq, which also decides its vector; a
 * line's is the line's own.  Bound to a port, it sends events there.
 *
 * Key letters: [I] the lock of irq.c
 */
#pragma once

#include <types.h>

#define NR_PIRQS	192u	/* vectors between the lines' and the timer's */

enum irq_kind { IRQ_LINE, IRQ_MSI, IRQ_MSIX };

struct irq {
	struct domain *owner;	/* [I] NULL: not mapped */
	u64 at;			/* [I] line; bus, function and register of the
				 * capability; or machine address of the entry
				 * in the device's table */
	u32 port;		/* [I] 0: not bound */
	u8 kind;		/* [I] enum irq_kind */
	bool level;		/* [I] off from its arrival to its end */
};

/*
 * Gives the source in to a number, which *pirq must be unless it is negative: a
 * line's own, which may be mapped already, or else the highest that is free.
 * -EINVAL, -EEXIST, -ENOSPC.
 */
int must_check irq_map(struct domain *d, const struct irq *to, s32 *pirq);

/* -EINVAL: not mapped. */
int must_check irq_unmap(struct domain *d, u32 pirq);

/* -EPERM: not mapped; -EEXIST: bound. */
int must_check irq_bind(struct domain *d, u32 pirq, port_t p);

/* Nothing happens if the number is not d's, or not bound to that port. */
void irq_unbind(struct domain *d, u32 pirq, u32 port);

/* The guest has served it: -EINVAL when it has no such. */
int must_check irq_eoi(struct domain *d, u32 pirq);
bool irq_needs_eoi(u32 pirq);

/* From x86: the vector of that number came. */
void irq_arrived(u32 pirq);

/* Nothing arrives for d any more. */
void irq_release(struct domain *d);

/*
 * x86: makes the source raise the vector of pirq, or nothing.  An MSI source
 * counts as off until then.
 */
void irq_source_set(const struct irq *q, u32 pirq, bool on);

/* Describe a source in q: 0, or -EINVAL, -EPERM, -ENODEV, -ENXIO. */
int must_check irq_line(u32 gsi, struct irq *q);
int must_check irq_msi(u32 function, struct irq *q);
int must_check irq_msix(const struct domain *d, u32 function, u32 entry,
			struct irq *q);

/*
 * No device reads or writes memory from then on.  False: one could not be kept
 * from it.
 */
bool pci_stop_all(void);
