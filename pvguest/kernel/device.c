/* SPDX-License-Identifier: MIT */
/*
 * device.c - registers and memory for drivers, by the back end.
 *
 * Registers are mapped in an area of their own and stay mapped, since a device
 * does not go; drivers are started by one thread, so there is no lock.
 */
#include <arch.h>
#include <device.h>
#include <mm.h>

#define WINDOWS	64

static struct window {
	u64 machine, n, va;
} windows[WINDOWS];

static const struct device_ops *ops;

bool device_init(void)
{
	if (!arch->devices || !arch->devices->init())
		return false;
	ops = arch->devices;
	return true;
}

bool device_present(void)
{
	return ops;
}

static u64 window_map(struct window *w, u64 machine, u64 n, u64 va)
{
	u64 i;

	if (va + n * PAGE_SIZE > DEVICE_END)
		return 0;
	for (i = 0; i < n; i++)
		if (space_map_pte(&kernel_space, va + i * PAGE_SIZE,
				  ops->register_pte(machine + i * PAGE_SIZE)))
			return 0;
	w->machine = machine;
	w->n = n;
	w->va = va;
	return va;
}

volatile void *device_map(u64 machine, size_t len)
{
	u64 first = machine & -PAGE_SIZE, va = DEVICE_BASE;
	u64 n = (align_up(machine + len, PAGE_SIZE) - first) / PAGE_SIZE;
	struct window *w;

	for (w = windows; w < windows + WINDOWS && w->n; w++) {
		if (first >= w->machine && first + n * PAGE_SIZE <=
		    w->machine + w->n * PAGE_SIZE)
			return (void *)(w->va + machine - w->machine);
		va = w->va + w->n * PAGE_SIZE;
	}
	if (w == windows + WINDOWS)
		return NULL;
	va = window_map(w, first, n, va);
	return va ? (void *)(va + machine - first) : NULL;
}

void *dma_alloc(size_t len, u64 *machine)
{
	unsigned int order = 0;
	void *p;

	while (PAGE_SIZE << order < len)
		order++;
	p = page_alloc(order);
	if (!p)
		return NULL;
	if (order && !ops->join(p, order)) {
		page_free(p);
		return NULL;
	}
	memset(p, 0, PAGE_SIZE << order);
	*machine = ops->machine(p);
	return p;
}

void dma_free(volatile void *p)
{
	if (p)
		page_free((void *)(u64)p);
}

u64 dma_machine(const void *p)
{
	return ops->machine(p);
}

int msi_bind(struct msi *m)
{
	return ops->msi_bind(m);
}

void msi_unbind(struct msi *m)
{
	ops->msi_unbind(m);
}

void device_found(u16 function)
{
	ops->found(function);
}
