/* SPDX-License-Identifier: MIT */
/*
 * main.c - a guest that is nobody's friend: what it does to the other end of
 * its network card and to the store.
 *
 * What: each rule of the rings, of the handshake and of the store is broken
 * once, and what comes of it is a point of the report; then, for seconds= of
 * its time (5), everything at random.
 * Why: domain 0 must tell it, or shut its vif, and nobody else may notice.
 * How: whoever watches has honest guests beside it, whose data he checks.
 */
#include "foe.h"

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "sluice-netfoe");

static unsigned int points;
static uint64_t state;

void point(bool good, const char *name)
{
	hc_printf("%sok %u - %s\n", good ? "" : "not ", ++points, name);
}

uint64_t rnd(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dul;
}

bool becomes(const volatile uint32_t *what, uint32_t want)
{
	evtchn_port_t port = hc_store_port();
	uint64_t end = hc_time() + 2 * SECOND;

	while (*what != want && hc_time() < end) {
		hc_event_clear(port);
		hc_poll(&port, 1, hc_time() + MSEC);
	}
	return *what == want;
}

/* Whom is asked for does not matter: it goes to everybody. */
void frame_make(uint8_t *f, const uint8_t *mac)
{
	static const uint8_t arp[] = {
		8, 6, 0, 1, 8, 0, 6, 4, 0, 1,
	};
	unsigned int i;

	for (i = 0; i < FRAME; i++)
		f[i] = i < 6 ? 0xff : 0;
	for (i = 0; i < 6; i++)
		f[6 + i] = f[22 + i] = mac[i];
	for (i = 0; i < sizeof(arp); i++)
		f[12 + i] = arp[i];
	f[28] = f[38] = 10;
	f[30] = f[40] = 2;
	f[31] = 66;
	f[41] = 2;
}

static uint64_t number(const char *key, uint64_t otherwise)
{
	uint64_t n = 0;
	char buf[16], *s = buf;

	if (hc_cmdline(key, buf, sizeof(buf)) < 0)
		return otherwise;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + *s - '0';
	return n;
}

void hc_main(struct start_info *si)
{
	uint64_t seconds = number("seconds", 5);

	(void)si;
	hc_event_init();
	state = number("seed", 1) * 2 + 1;
	if (!hc_store_port() || !vif_find()) {
		hc_printf("ok 1 - the other ends # SKIP there are none\n"
			  "1..1\n");
		hc_shutdown(SHUTDOWN_poweroff);
	}
	vif_crimes();
	store_crimes();
	vif_noise(seconds);
	store_noise(seconds);
	hc_printf("1..%u\n", points);
	/* To be looked at, as long as it is there. */
	for (;;)
		hc_poll(NULL, 0, hc_time() + SECOND);
}
