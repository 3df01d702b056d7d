/* SPDX-License-Identifier: MIT */
/*
 * device.h - what a driver asks of the kernel: ports, registers in memory,
 * memory that devices reach, and interrupts.
 *
 * There is no IOMMU between a device and memory: what a driver tells it to
 * write, it writes anywhere.  Machine addresses are what devices use.
 */
#ifndef PVGUEST_DEVICE_H
#define PVGUEST_DEVICE_H

#include <lib.h>

/*
 * One message that a PCI function sends as an interrupt.  FN is called with
 * interrupts off, and wakes a thread; it comes again as soon as it returns.
 */
struct msi {
	u16 function;		/* bus << 8 | device << 3 | function */
	int entry;		/* of its MSI-X table; below 0: MSI */
	u64 table;		/* machine address of the table's BAR, or 0 */
	void (*fn)(void *arg);
	void *arg;

	/* From msi_bind: */
	u64 address;		/* to be written by the device ... */
	u32 data;		/* ... with this; address 0: it has been told */
	u32 number, port, eoi;	/* the back end's own */
};

/* A back end's part; arch->devices is NULL where there is none. */
struct device_ops {
	/* Opens the ports.  False: this kernel may not drive devices. */
	bool (*init)(void);
	/* There is such a function: before its interrupts are bound. */
	void (*found)(u16 function);
	/* Where devices find what the kernel has at P, in the linear part. */
	u64 (*machine)(const void *p);
	/*
	 * Makes 2^ORDER pages, which nobody uses yet and which lose their
	 * contents, one piece of the machine's memory: or false.
	 */
	bool (*join)(void *pages, unsigned int order);
	/* An entry that maps registers at MACHINE, not cached. */
	u64 (*register_pte)(u64 machine);
	/* 0, or -EINVAL and the like. */
	int (*msi_bind)(struct msi *m);
	void (*msi_unbind)(struct msi *m);
};

/* True when there are devices and this kernel may drive them. */
bool device_init(void);
/* It has been found true. */
bool device_present(void);

/*
 * LEN bytes of registers at a machine address, for good: NULL when there is no
 * room.  Asked again for what is mapped, it answers the same.
 */
volatile void *device_map(u64 machine, size_t len);

/* Zeroed, aligned to its size, in one piece for the device; or NULL. */
void *dma_alloc(size_t len, u64 *machine);
void dma_free(volatile void *p);	/* or NULL */
u64 dma_machine(const void *p);

int msi_bind(struct msi *m);
void msi_unbind(struct msi *m);
void device_found(u16 function);

#define PORT_IO(bits, letter)						\
static inline u##bits port_in##bits(u16 port)				\
{									\
	u##bits value;							\
									\
	asm volatile("in" letter " %1, %0"				\
		     : "=a" (value) : "Nd" (port) : "memory");		\
	return value;							\
}									\
static inline void port_out##bits(u16 port, u##bits value)		\
{									\
	asm volatile("out" letter " %0, %1"				\
		     : : "a" (value), "Nd" (port) : "memory");		\
}
PORT_IO(8, "b")
PORT_IO(16, "w")
PORT_IO(32, "l")

/*
 * A CPU of this architecture keeps the order of its stores, and that of its
 * loads; a store and a later load it may exchange.
 */
#define dma_wmb()	asm volatile("" ::: "memory")
#define dma_rmb()	asm volatile("" ::: "memory")
#define dma_mb()	asm volatile("lock addl $0, -4(%%rsp)" ::: "memory")

#endif
