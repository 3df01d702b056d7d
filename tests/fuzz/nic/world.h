/* SPDX-License-Identifier: MIT */
/*
 * world.h - a kernel of a few lines around the driver of one NIC, whose device
 * is played by the input.
 *
 * What the driver passes on must be as long as it says, in whole buffers, and
 * stopping the device must give every buffer back: else the program aborts.
 */
#ifndef FUZZ_NIC_WORLD_H
#define FUZZ_NIC_WORLD_H

#include <mm.h>
#include <netdev.h>
#include <pci_drivers.h>

#include "../../../drivers/nic/nic.h"

void free(void *p);
void abort(void) __attribute__((noreturn));
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

extern const u8 *input, *input_end;
extern u8 *memory[8];			/* what the driver had of dma_alloc */
extern unsigned int nr_memory;
extern struct nic *nic;
extern struct netbuf *given[1024];	/* buffers that are not free */
extern unsigned int nr_given;

/* What the device does while the driver waits for it, or NULL. */
extern void (*while_waiting)(void);

u8 next_byte(void);
u16 next_word(void);

/* False: the driver would not have the device. */
bool world_begin(const struct pci_driver *driver, struct pci_device *pci);
void world_end(void);

void driver_sends(void);
void driver_receives(void);
/* Buffers, what came, and a reset if the device broke the rules. */
void driver_looks(void);

#endif
