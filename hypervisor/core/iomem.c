/* SPDX-License-Identifier: MIT */
/*
 * iomem.c - which device memory a domain may map.
 *
 * Only the privileged domain, and nothing that is RAM, whoever uses it, nor
 * what the machine's start-up has kept for the hypervisor (interrupt
 * controllers and the like).  The list is complete before the first domain
 * runs, so it needs no lock.
 */
#include <boot.h>
#include <domain.h>
#include <iomem.h>
#include <lib.h>

#define DENY_MAX	32

static struct { u64 start, end; } denied[DENY_MAX];
static unsigned int nr_denied;
static u64 end_of_space = 1UL << (52 - PAGE_SHIFT);

void iomem_init(unsigned int phys_bits)
{
	end_of_space = 1UL << (phys_bits - PAGE_SHIFT);
}

void iomem_deny(mfn_t start, u64 n)
{
	if (nr_denied == DENY_MAX)
		panic("too many ranges of device memory");
	denied[nr_denied].start = start.n;
	denied[nr_denied++].end = start.n + n;
}

bool iomem_permitted(const struct domain *d, mfn_t m)
{
	unsigned int i;

	if (!d->privileged || m.n >= end_of_space ||
	    boot_is_ram(mfn_to_maddr(m)))
		return false;
	for (i = 0; i < nr_denied; i++)
		if (m.n >= denied[i].start && m.n < denied[i].end)
			return false;
	return true;
}
