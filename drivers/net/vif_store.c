/* SPDX-License-Identifier: MIT */
/*
 * vif_store.c - a vif's values in the store, as both ends read and write them.
 */
#include <hcall/print.h>
#include <netdev.h>

#include <vif_ring.h>

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void join(char *path, const char *dir, const char *name)
{
	hc_snprintf(path, XS_PATH, "%s/%s", dir, name);
}

bool vif_mac(const char *dir, u8 *mac)
{
	char path[XS_PATH], text[24];
	unsigned int i;
	int high, low;

	join(path, dir, "mac");
	if (xs_read(XS_NONE, path, text, sizeof(text)) != 17)
		return false;
	for (i = 0; i < 6; i++) {
		high = digit(text[3 * i]);
		low = digit(text[3 * i + 1]);
		if (high < 0 || low < 0 || (i < 5 && text[3 * i + 2] != ':'))
			return false;
		mac[i] = high << 4 | low;
	}
	/* The address of a group is nobody's own. */
	return !(mac[0] & 1);
}

u64 vif_number(const char *dir, const char *name, u64 fallback)
{
	char path[XS_PATH];

	join(path, dir, name);
	return xs_read_number(XS_NONE, path, fallback);
}

u16 vif_mtu(const char *dir)
{
	u64 mtu = vif_number(dir, "mtu", ETH_MTU);

	return mtu >= ETH_MTU_MIN && mtu <= ETH_MTU_MAX ? mtu : ETH_MTU;
}

int vif_say(const char *dir, const char *name, const char *fmt, ...)
{
	char path[XS_PATH], text[64];
	va_list ap;

	join(path, dir, name);
	va_start(ap, fmt);
	hc_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return xs_write(XS_NONE, path, text);
}
