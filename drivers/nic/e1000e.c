/* SPDX-License-Identifier: MIT */
/*
 * e1000e.c - Intel 82574L and its relatives (82574 data sheet).
 *
 * One ring each way, one interrupt.  Descriptors are memory that the device
 * writes to, so what they are for is kept here and read from nowhere else; the
 * device says by a bit in each that it is done, and we look at the next only.
 */
#include <arch.h>
#include <mm.h>
#include <pci_drivers.h>
#include "nic.h"

enum {			/* registers, by 32-bit words */
	CTRL = 0x0000 / 4, STATUS = 0x0008 / 4, ICR = 0x00c0 / 4,
	ITR = 0x00c4 / 4, IMS = 0x00d0 / 4, IMC = 0x00d8 / 4,
	IVAR = 0x00e4 / 4, RCTL = 0x0100 / 4, TCTL = 0x0400 / 4,
	TIPG = 0x0410 / 4, RDBAL = 0x2800 / 4, RDBAH = 0x2804 / 4,
	RDLEN = 0x2808 / 4, RDH = 0x2810 / 4, RDT = 0x2818 / 4,
	TDBAL = 0x3800 / 4, TDBAH = 0x3804 / 4, TDLEN = 0x3808 / 4,
	TDH = 0x3810 / 4, TDT = 0x3818 / 4, RXCSUM = 0x5000 / 4,
	MTA = 0x5200 / 4, RAL = 0x5400 / 4, RAH = 0x5404 / 4,
};

#define REGISTERS	0x6000
#define CTRL_LINK_UP	0x00000040	/* set link up */
#define CTRL_RESET	0x04000000
#define STATUS_LINK	0x00000002
#define IRQ_LINK	0x00000004
#define IRQ_RX		0x00000090	/* timer, few descriptors left */
#define IRQ_RX_QUEUE	0x00100000	/* the same with MSI-X */
#define IRQ_OTHER	0x01000000
#define IVAR_ALL	0x00080888	/* both queues and others: entry 0 */
#define RCTL_ON		0x00000002
#define RCTL_BROADCAST	0x00008000
#define RCTL_MULTICAST	0x00000010	/* all: the bridge may want it */
#define RCTL_PROMISC	0x00000008
#define RCTL_STRIP_CRC	0x04000000
#define RXCSUM_ON	0x00000300	/* of IP, TCP and UDP */
#define TCTL_ON		0x0003f0fa	/* pads short ones; defaults */
#define TIPG_VALUE	0x00602008
#define RAH_VALID	0x80000000

#define RX_DONE		0x01		/* status of what came */
#define RX_END		0x02
#define RX_NOT_SUMMED	0x04
#define RX_L4_SUMMED	0x20
#define RX_L4_BAD	0x20		/* errors */
#define RX_BAD		0x97		/* CRC, symbol, sequence, data */

#define TX_DONE		0x01
#define TX_END		0x01000000	/* commands */
#define TX_CRC		0x02000000
#define TX_REPORT	0x08000000
#define TX_EXTENDED	0x20000000
#define TX_DATA		0x00100000	/* type */
#define TX_L4_SUM	0x0200		/* options, before the status */

#define RING		256		/* 4 KiB of descriptors */
#define BUFFER		2048		/* what the device takes one to have */
#define PARTS		16
#define RESET_TIME	(100 * NSEC_PER_MSEC)

struct rx_desc {
	u64 machine;
	u16 len, sum;
	u8 status, errors;
	u16 tag;
};

struct tx_desc {
	u64 machine;		/* or where sums begin and go */
	u32 command;		/* with length and type */
	u32 status;
};

struct e1000e {
	struct nic nic;
	struct msi msi;
	volatile u32 *regs;
	volatile struct rx_desc *rx;
	volatile struct tx_desc *tx;
	u64 rx_at, tx_at;	/* machine addresses */
	u32 rx_next, rx_filled;	/* counts of descriptors */
	u32 tx_next, tx_done, tx_shown;
	u32 summed;		/* the last context: start << 16 | offset */
	bool broken;
	struct netbuf *rx_buf[RING];
	struct netbuf *tx_buf[RING];	/* at the last descriptor of each */
	u8 tx_last[RING];	/* how far that is, at the first */
	struct netbuf *rx_first, *rx_last;	/* of an unfinished packet */
	u32 rx_parts;
};

static struct e1000e *of(struct nic *n)
{
	return container_of(n, struct e1000e, nic);
}

/* ---- Receiving ---------------------------------------------------------- */

static bool fill(struct nic *nic)
{
	struct e1000e *e = of(nic);
	u32 before = e->rx_filled, at;
	struct netbuf *b;

	/* One is left out: a full ring would look like an empty one. */
	while (e->rx_filled - e->rx_next < RING - 1) {
		b = netbuf_alloc();
		if (!b)
			break;
		at = e->rx_filled++ % RING;
		e->rx_buf[at] = b;
		e->rx[at].machine = dma_machine(b->data);
		e->rx[at].status = 0;
	}
	if (e->rx_filled != before) {
		dma_wmb();
		e->regs[RDT] = e->rx_filled % RING;
	}
	return e->rx_filled - e->rx_next == RING - 1;
}

static bool pending(struct nic *nic)
{
	struct e1000e *e = of(nic);

	return e->rx_next != e->rx_filled &&
	       e->rx[e->rx_next % RING].status & RX_DONE;
}

/* The packet that the last part ended, or the error that it had. */
static void packet_end(struct e1000e *e, struct list *bufs, u8 status,
		       u8 errors)
{
	struct netbuf *b = e->rx_first;

	e->rx_first = e->rx_last = NULL;
	e->rx_parts = 0;
	if (errors & RX_BAD || netbuf_len(b) < ETH_MIN) {
		e->nic.dev.stats.rx_errors++;
		netbuf_free(b);
		return;
	}
	if (!(status & RX_NOT_SUMMED) && status & RX_L4_SUMMED &&
	    !(errors & RX_L4_BAD))
		b->flags = NETBUF_CSUM_OK;
	list_add(bufs, &b->node);
}

static bool receive(struct nic *nic, struct list *bufs)
{
	struct e1000e *e = of(nic);
	u32 at = e->rx_next % RING;
	volatile struct rx_desc *d = &e->rx[at];
	u8 status = d->status, errors;
	struct netbuf *b;
	u16 len;

	if (e->broken || e->rx_next == e->rx_filled || !(status & RX_DONE))
		return false;
	dma_rmb();
	len = d->len;
	errors = d->errors;
	b = e->rx_buf[at];
	if (len > BUFFER || ++e->rx_parts > PARTS) {
		e->broken = true;
		return false;
	}
	e->rx_next++;
	e->rx_buf[at] = NULL;
	b->len = len;
	if (e->rx_last)
		e->rx_last->more = b;
	else
		e->rx_first = b;
	e->rx_last = b;
	if (status & RX_END)
		packet_end(e, bufs, status, errors);
	return true;
}

static void interrupt(struct nic *nic, bool on)
{
	struct e1000e *e = of(nic);

	e->regs[on ? IMS : IMC] = IRQ_RX | IRQ_RX_QUEUE;
}

static void on_interrupt(void *arg)
{
	struct nic *nic = arg;
	volatile u32 *regs = of(nic)->regs;
	u32 cause = regs[ICR];

	/* Reading ends it only when no cause may interrupt. */
	regs[ICR] = cause;
	interrupt(nic, false);
	nic_received(nic);
	if (cause & IRQ_LINK)
		nic_link_changed(nic);
}

/* ---- Sending ------------------------------------------------------------ */

static void reclaim(struct nic *nic)
{
	struct e1000e *e = of(nic);
	u32 first, last;

	while (e->tx_done != e->tx_shown) {
		first = e->tx_done % RING;
		last = e->tx_done + e->tx_last[first];
		if (!(e->tx[last % RING].status & TX_DONE))
			break;
		netbuf_free(e->tx_buf[last % RING]);
		e->tx_buf[last % RING] = NULL;
		e->tx_done = last + 1;
	}
}

/* Where the device has to put sums from now on. */
static void context_put(struct e1000e *e, const struct netbuf *b)
{
	volatile struct tx_desc *d = &e->tx[e->tx_next++ % RING];
	u64 start = b->csum_start, at = start + b->csum_offset;

	e->summed = b->csum_start << 16 | b->csum_offset;
	d->machine = start << 32 | at << 40;
	d->command = TX_EXTENDED;
	d->status = 0;
}

static int send(struct nic *nic, struct netbuf *b)
{
	struct e1000e *e = of(nic);
	volatile struct tx_desc *d = NULL;
	bool sum = b->flags & NETBUF_CSUM_BLANK;
	u32 first = e->tx_next, n = 1;
	const struct netbuf *part;

	/* It counts the places in eight bits. */
	if (sum && b->csum_start + b->csum_offset > 255) {
		if (!netbuf_checksum(b))
			return -EINVAL;
		sum = false;
	}
	for (part = b; part; part = part->more)
		n++;
	if (n > PARTS)
		return -EINVAL;
	if (n > RING - 1 - (e->tx_next - e->tx_done))
		return -EAGAIN;
	if (sum && e->summed != (b->csum_start << 16 | b->csum_offset))
		context_put(e, b);
	for (part = b; part; part = part->more) {
		d = &e->tx[e->tx_next++ % RING];
		d->machine = dma_machine(part->data);
		d->status = sum ? TX_L4_SUM : 0;
		d->command = part->len | TX_DATA | TX_EXTENDED | TX_CRC |
			(part->more ? 0 : TX_END | TX_REPORT);
	}
	e->tx_last[first % RING] = e->tx_next - 1 - first;
	e->tx_buf[(e->tx_next - 1) % RING] = b;
	return 0;
}

static bool kick(struct nic *nic)
{
	struct e1000e *e = of(nic);

	if (e->tx_shown == e->tx_next)
		return false;
	dma_wmb();
	e->tx_shown = e->tx_next;
	e->regs[TDT] = e->tx_next % RING;
	return true;
}

/* ---- The device --------------------------------------------------------- */

static int reset(struct e1000e *e)
{
	u64 end = arch->time() + RESET_TIME;

	e->regs[IMC] = ~0u;
	e->regs[RCTL] = 0;
	e->regs[TCTL] = 0;
	e->regs[CTRL] |= CTRL_RESET;
	while (e->regs[CTRL] & CTRL_RESET) {
		if (arch->time() > end)
			return -ETIMEDOUT;
		thread_yield();
	}
	e->regs[IMC] = ~0u;
	e->regs[ICR] = e->regs[ICR];
	return 0;
}

static void rings_start(struct e1000e *e)
{
	e->regs[RDBAL] = e->rx_at;
	e->regs[RDBAH] = e->rx_at >> 32;
	e->regs[RDLEN] = RING * sizeof(*e->rx);
	e->regs[RDH] = e->regs[RDT] = 0;
	e->regs[TDBAL] = e->tx_at;
	e->regs[TDBAH] = e->tx_at >> 32;
	e->regs[TDLEN] = RING * sizeof(*e->tx);
	e->regs[TDH] = e->regs[TDT] = 0;
	e->regs[RXCSUM] = RXCSUM_ON;
	e->regs[TIPG] = TIPG_VALUE;
	e->regs[TCTL] = TCTL_ON;
	e->regs[RCTL] = RCTL_ON | RCTL_BROADCAST | RCTL_MULTICAST |
		RCTL_PROMISC | RCTL_STRIP_CRC;
}

static int start(struct nic *nic)
{
	struct e1000e *e = of(nic);
	int ret = reset(e);
	unsigned int i;

	if (ret)
		return ret;
	e->rx_next = e->rx_filled = e->rx_parts = 0;
	e->tx_next = e->tx_done = e->tx_shown = e->summed = 0;
	e->broken = false;
	pci_enable(nic->pci, true);
	for (i = 0; i < 128; i++)
		e->regs[MTA + i] = 0;
	e->regs[IVAR] = IVAR_ALL;
	e->regs[ITR] = 0;
	e->regs[CTRL] |= CTRL_LINK_UP;
	rings_start(e);
	e->regs[IMS] = IRQ_LINK | IRQ_OTHER;
	return 0;
}

static void stop(struct nic *nic)
{
	struct e1000e *e = of(nic);
	unsigned int i;

	reset(e);
	/* Should it not obey, it may at least not write to memory. */
	pci_enable(nic->pci, false);
	for (i = 0; i < RING; i++) {
		netbuf_free(e->rx_buf[i]);
		netbuf_free(e->tx_buf[i]);
		e->rx_buf[i] = e->tx_buf[i] = NULL;
	}
	netbuf_free(e->rx_first);
	e->rx_first = e->rx_last = NULL;
}

static bool has_link(struct nic *nic)
{
	return of(nic)->regs[STATUS] & STATUS_LINK;
}

static bool broken(struct nic *nic)
{
	return of(nic)->broken;
}

static const struct nic_ops ops = {
	.start = start,
	.stop = stop,
	.fill = fill,
	.receive = receive,
	.pending = pending,
	.interrupt = interrupt,
	.reclaim = reclaim,
	.send = send,
	.kick = kick,
	.link = has_link,
	.broken = broken,
};

/* A reset fetches the address from the device's memory. */
static void describe(struct e1000e *e)
{
	struct netdev *dev = &e->nic.dev;
	u32 low = e->regs[RAL], high = e->regs[RAH];
	unsigned int i;

	for (i = 0; i < ETH_ADDRESS; i++)
		dev->mac[i] = i < 4 ? low >> 8 * i : high >> 8 * (i - 4);
	dev->mtu = ETH_MTU;
	dev->features = NETDEV_TX_CSUM | NETDEV_RX_CSUM | NETDEV_PARTS;
}

static int prepare(struct e1000e *e, struct pci_device *pci)
{
	int ret;

	list_init(&e->nic.wait.threads);
	list_init(&e->nic.tx_lock.waiters.threads);
	e->nic.ops = &ops;
	e->nic.pci = pci;
	e->msi.fn = on_interrupt;
	e->msi.arg = &e->nic;
	pci_enable(pci, false);
	e->regs = pci_map(pci, 0, 0, REGISTERS);
	e->rx = dma_alloc(RING * sizeof(*e->rx), &e->rx_at);
	e->tx = dma_alloc(RING * sizeof(*e->tx), &e->tx_at);
	if (!e->regs)
		return -EINVAL;
	if (!e->rx || !e->tx)
		return -ENOMEM;
	ret = reset(e);
	if (!ret)
		describe(e);
	return ret ? ret : pci_interrupt(pci, 0, &e->msi);
}

static int e1000e_probe(struct pci_device *pci)
{
	struct e1000e *e = kzalloc(sizeof(*e));
	int ret;

	if (!e)
		return -ENOMEM;
	ret = prepare(e, pci);
	if (!ret) {
		ret = nic_start(&e->nic, pci);
		if (!ret)
			return 0;
		pci_interrupt_free(pci, &e->msi);
	}
	kprintf("e1000e: error %d\n", -ret);
	dma_free(e->rx);
	dma_free(e->tx);
	kfree(e);
	return ret;
}

const struct pci_driver e1000e_driver = {
	.name = "e1000e",
	.vendor = 0x8086,
	.ids = { 0x10d3, 0x10f6 },	/* 82574L, 82574LA */
	.probe = e1000e_probe,
};
