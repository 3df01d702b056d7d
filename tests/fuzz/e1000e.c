/* SPDX-License-Identifier: MIT */
/*
 * e1000e.c - an 82574L that does what it likes, and the driver.
 *
 * The input says what the device writes into the descriptors of both rings, and
 * when: status, errors, lengths, anything.
 */
#include "nic/world.h"

static u32 registers[0x6000 / 4];

u8 pci_capability(const struct pci_device *pci, u8 id, u8 after)
{
	(void)pci;
	(void)id;
	(void)after;
	return 0;
}

u32 pci_read(const struct pci_device *pci, unsigned int reg,
	     unsigned int bytes)
{
	(void)pci;
	(void)reg;
	(void)bytes;
	return 0;
}

volatile void *pci_map(const struct pci_device *pci, unsigned int bar,
		       u64 offset, u64 len)
{
	(void)pci;
	return !bar && !offset && len <= sizeof(registers) ? registers : NULL;
}

/* Descriptors from the tail's last place on: length, status, errors. */
static void device_received(void)
{
	static const u8 likely[] = { 1, 3, 3, 7, 0x23, 0x21, 0, 0xff };
	u8 *d = memory[0] + next_byte() % 16 * 16;
	unsigned int n = next_byte() % 16;

	for (; n; n--, d += 16) {
		u16 len = next_word();

		len %= next_byte() & 15 ? 2100 : 0xffff;
		memcpy(d + 8, &len, 2);
		d[12] = likely[next_byte() % 8];
		d[13] = next_byte() & 1 ? next_byte() : 0;
	}
}

static void step(u8 what)
{
	switch (what % 8) {
	case 0:
	case 1:
		device_received();
		break;
	case 2:
		memory[1][next_byte() * 16 + 12] = 1;	/* it was sent */
		break;
	case 3:
		memory[next_byte() % 2][next_word() % 4096] = next_byte();
		break;
	case 4:
		driver_sends();
		break;
	case 5:
		nic->ops->reclaim(nic);
		break;
	case 6:
		registers[next_word() % 0x1800] = 0;
		nic->ops->link(nic);
		break;
	case 7:
		driver_looks();
		break;
	}
}

/* It obeys a reset: else the driver gives up. */
static void reset_done(void)
{
	registers[0] &= ~0x04000000u;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct pci_device pci = { 0 };

	input = data;
	input_end = data + size;
	memset(registers, 0, sizeof(registers));
	while_waiting = reset_done;
	if (!world_begin(&e1000e_driver, &pci))
		return 0;
	if (!nic->ops->start(nic)) {
		nic->ops->fill(nic);
		while (input < input_end)
			step(next_byte());
		driver_receives();
	}
	world_end();
	return 0;
}
