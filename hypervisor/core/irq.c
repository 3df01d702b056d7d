/* SPDX-License-Identifier: MIT */
/*
 * irq.c - which interrupt of a device goes to which port.
 *
 * One table by number for all, under one lock, which is also held while an
 * interrupt is passed on: so a port that was unbound gets no late one.
 */
#include <domain.h>
#include <irq.h>
#include <lib.h>

static spinlock_t lock = SPINLOCK(RANK_IRQ);
static struct irq irqs[NR_PIRQS];

/* The number that the source has, or is to have; 0: none is free. */
static u32 number_locked(const struct irq *to)
{
	u32 i, free = 0;

	for (i = 1; i < NR_PIRQS; i++) {
		if (!irqs[i].owner)
			free = i;
		else if (irqs[i].kind == to->kind && irqs[i].at == to->at)
			return i;
	}
	return to->kind == IRQ_LINE ? to->at : free;
}

int irq_map(struct domain *d, const struct irq *to, s32 *pirq)
{
	u32 nr;
	int rc = 0;

	spin_lock(&lock);
	nr = number_locked(to);
	if (!nr) {
		rc = fail(-ENOSPC);
	} else if (*pirq >= 0 && nr != *pirq) {
		rc = fail(-EINVAL);
	} else if (!irqs[nr].owner) {
		irqs[nr] = *to;
		irqs[nr].owner = d;
		irq_source_set(to, nr, false);
	} else if (to->kind != IRQ_LINE || irqs[nr].kind != IRQ_LINE) {
		rc = fail(-EEXIST);
	}
	*pirq = nr;
	spin_unlock(&lock);
	return rc;
}

static void unmap_locked(u32 pirq)
{
	irq_source_set(&irqs[pirq], pirq, false);
	irqs[pirq] = (struct irq){ 0 };
}

/* The interrupt if d has it, locked; else NULL and not locked. */
static struct irq *irq_lock(const struct domain *d, u32 pirq)
{
	if (pirq >= NR_PIRQS)
		return NULL;
	spin_lock(&lock);
	if (irqs[pirq].owner == d)
		return &irqs[pirq];
	spin_unlock(&lock);
	return NULL;
}

int irq_unmap(struct domain *d, u32 pirq)
{
	if (!irq_lock(d, pirq))
		return fail(-EINVAL);
	unmap_locked(pirq);
	spin_unlock(&lock);
	return 0;
}

int irq_bind(struct domain *d, u32 pirq, port_t p)
{
	struct irq *q = irq_lock(d, pirq);
	int rc;

	if (!q)
		return fail(-EPERM);
	rc = q->port ? fail(-EEXIST) : 0;
	if (!rc) {
		q->port = p.n;
		irq_source_set(q, pirq, true);
	}
	spin_unlock(&lock);
	return rc;
}

void irq_unbind(struct domain *d, u32 pirq, u32 port)
{
	struct irq *q = irq_lock(d, pirq);

	if (!q)
		return;
	if (q->port == port) {
		q->port = 0;
		irq_source_set(q, pirq, false);
	}
	spin_unlock(&lock);
}

int irq_eoi(struct domain *d, u32 pirq)
{
	struct irq *q = irq_lock(d, pirq);

	if (!q)
		return fail(-EINVAL);
	if (q->level && q->port)
		irq_source_set(q, pirq, true);
	spin_unlock(&lock);
	return 0;
}

bool irq_needs_eoi(u32 pirq)
{
	return !READ_ONCE(irqs[pirq].owner) || irqs[pirq].level;
}

void irq_arrived(u32 pirq)
{
	struct irq *q = &irqs[pirq];

	spin_lock(&lock);
	if (q->level)
		irq_source_set(q, pirq, false);
	if (q->port)
		evt_notify(q->owner, port(q->port));
	spin_unlock(&lock);
}

void irq_release(struct domain *d)
{
	u32 i;

	for (i = 0; i < NR_PIRQS; i++) {
		if (!irq_lock(d, i))
			continue;
		unmap_locked(i);
		spin_unlock(&lock);
	}
}
