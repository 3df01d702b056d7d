/* SPDX-License-Identifier: MIT */
/*
 * network.c - a guest that answers ARP, ping and UDP's echo (port 7).
 *
 * It is a plain domain beside one that drives the network card.  It has no trap
 * table and takes no upcall: it polls its ports with upcalls masked.
 * ip=A.B.C.D on its command line is its address.
 */
#include <hcall/hcall.h>

#include "vif.h"

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "network");

struct ethernet {
	uint8_t to[6], from[6];
	uint16_t type;
} __attribute__((packed));

struct arp {
	struct ethernet eth;
	uint16_t hardware, protocol;
	uint8_t hardware_len, protocol_len;
	uint16_t operation;
	uint8_t sender_mac[6], sender_ip[4];
	uint8_t target_mac[6], target_ip[4];
} __attribute__((packed));

struct ip {
	struct ethernet eth;
	uint8_t version, service;
	uint16_t length, id, fragment;
	uint8_t ttl, protocol;
	uint16_t checksum;
	uint8_t from[4], to[4];
	union {
		struct {
			uint8_t type, code;
			uint16_t checksum;
		} icmp;
		struct {
			uint16_t from, to, length, checksum;
		} udp;
	};
} __attribute__((packed));

static uint8_t ip[4] = { 10, 0, 2, 30 };

static uint16_t be16(uint16_t v)
{
	return v << 8 | v >> 8;
}

static bool same(const uint8_t *a, const uint8_t *b, unsigned int n)
{
	while (n && a[n - 1] == b[n - 1])
		n--;
	return !n;
}

static void copy(uint8_t *to, const uint8_t *from, unsigned int n)
{
	while (n--)
		to[n] = from[n];
}

/* ---- Answers, written over the questions -------------------------------- */

static unsigned int arp(uint8_t *frame, unsigned int len)
{
	struct arp *a = (struct arp *)frame;

	if (len < sizeof(*a) || a->operation != be16(1) ||
	    a->protocol != be16(0x0800) || !same(a->target_ip, ip, 4))
		return 0;
	a->operation = be16(2);
	copy(a->target_mac, a->sender_mac, 6);
	copy(a->target_ip, a->sender_ip, 4);
	copy(a->sender_mac, vif_mac, 6);
	copy(a->sender_ip, ip, 4);
	return sizeof(*a);
}

static bool icmp(struct ip *p)
{
	uint32_t sum = p->icmp.checksum;

	if (p->icmp.type != 8)
		return false;
	/* The first word was 8 in our order of bytes, and is 0 now: the
	 * checksum, a complement, gets so much more, with its carry. */
	p->icmp.type = 0;
	sum += 8;
	p->icmp.checksum = sum + (sum >> 16);
	return true;
}

static bool udp(struct ip *p)
{
	uint16_t from = p->udp.from;

	if (p->udp.to != be16(7))
		return false;
	p->udp.from = p->udp.to;
	p->udp.to = from;
	p->udp.checksum = 0;		/* none */
	return true;
}

static unsigned int ipv4(uint8_t *frame, unsigned int len)
{
	struct ip *p = (struct ip *)frame;
	unsigned int total;

	if (len < sizeof(*p))
		return 0;
	total = be16(p->length) + sizeof(p->eth);
	/* No options, no fragments. */
	if (p->version != 0x45 || p->fragment & be16(0x3fff) || total > len ||
	    total < sizeof(*p) || !same(p->to, ip, 4) ||
	    !(p->protocol == 1 ? icmp(p) : p->protocol == 17 && udp(p)))
		return 0;
	/* The header's checksum is the same for both directions. */
	copy(p->to, p->from, 4);
	copy(p->from, ip, 4);
	return total;
}

static unsigned int answer(uint8_t *frame, unsigned int len)
{
	struct ethernet *eth = (struct ethernet *)frame;
	unsigned int ret = 0;

	if (len < sizeof(*eth))
		return 0;
	if (eth->type == be16(0x0806))
		ret = arp(frame, len);
	else if (eth->type == be16(0x0800))
		ret = ipv4(frame, len);
	copy(eth->to, eth->from, 6);
	copy(eth->from, vif_mac, 6);
	return ret;
}

/* ---- Start -------------------------------------------------------------- */

static void address_read(void)
{
	char text[16], *at = text;
	unsigned int i;

	if (hc_cmdline("ip", text, sizeof(text)) <= 0)
		return;
	for (i = 0; i < 4; i++) {
		for (ip[i] = 0; *at >= '0' && *at <= '9'; at++)
			ip[i] = ip[i] * 10 + *at - '0';
		at += *at == '.';
	}
}

void hc_main(struct start_info *si)
{
	int ret;

	(void)si;
	hc_event_init();
	address_read();
	ret = vif_init();
	while (!ret) {
		ret = vif_connect();
		if (ret)
			break;
		hc_printf("%u.%u.%u.%u answers, as %02x:%02x:%02x:%02x:%02x:"
			  "%02x\n", ip[0], ip[1], ip[2], ip[3], vif_mac[0],
			  vif_mac[1], vif_mac[2], vif_mac[3], vif_mac[4],
			  vif_mac[5]);
		vif_serve(answer);
		hc_printf("the back end has gone\n");
		ret = vif_close();
	}
	hc_printf("no network: error %d\n", ret);
	hc_shutdown(SHUTDOWN_crash);
}
