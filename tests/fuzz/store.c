/* SPDX-License-Identifier: MIT */
/*
 * store.c - requests of any kind to the store's server, by three domains.
 *
 * The input is a sequence of messages, in parts well made, with a domain each,
 * and of domains that come and go.  Whatever it is: each request is answered
 * once, nobody keeps more than the quotas, nobody changes what is another's,
 * and in the end all memory is free.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../drivers/xenbus/store.h"

#define DOMAINS	3u
#define SECRET	"/local/domain/0/secret"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const u8 *input, *input_end;
static long allocated;
static struct store_conn conns[DOMAINS];
static bool connected[DOMAINS], deaf[DOMAINS];
static unsigned int answers, secret_is;

void *kmalloc(size_t size);
void *kzalloc(size_t size);
void kfree(void *p);
void kprintf(const char *fmt, ...);
int hc_snprintf(char *buf, size_t size, const char *fmt, ...);

void *kmalloc(size_t size)
{
	allocated++;
	return malloc(size);
}

void *kzalloc(size_t size)
{
	allocated++;
	return calloc(1, size);
}

void kfree(void *p)
{
	allocated -= !!p;
	free(p);
}

void kprintf(const char *fmt, ...)
{
	(void)fmt;
}

int hc_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

u64 number(const char *s)
{
	return strtoul(s, NULL, 0);
}

static u8 next_byte(void)
{
	return input < input_end ? *input++ : 0;
}

static bool take(struct store_conn *c, const struct xsd_sockmsg *hdr,
		 const void *data)
{
	static char copy[XENSTORE_PAYLOAD_MAX];

	if (hdr->len > XENSTORE_PAYLOAD_MAX)
		abort();
	memcpy(copy, data, hdr->len);
	if (hdr->type == XS_WATCH_EVENT)
		return !deaf[c->domid];
	answers++;
	if (hdr->type == XS_READ && c->domid == 0)
		secret_is = hdr->len;
	return true;
}

static void ask(u32 who, u32 type, u32 tx, const char *data, u32 len)
{
	struct xsd_sockmsg hdr = { type, next_byte(), tx, len };
	char *copy = malloc(len ? len : 1);
	unsigned int before = answers;

	memcpy(copy, data, len);
	store_request(&conns[who], &hdr, copy);
	free(copy);
	if (answers != before + 1)
		abort();
}

static u32 path_make(char *to)
{
	static const char *const parts[] = {
		"/local", "/domain", "/0", "/1", "/2", "a", "/a", "/b",
		"/secret", "/", "", "@introduceDomain", "b/", "/local/domain/1",
		"/local/domain/2/a", SECRET,
	};
	u32 n = next_byte() % 4 + 1, len = 0;

	while (n--)
		len += sprintf(to + len, "%s",
			       parts[next_byte() % ARRAY_SIZE(parts)]);
	return len + 1;
}

static u32 rest_make(char *to)
{
	static const char rest[][8] = {
		"", "1", "T", "F", "n1\0r2", "n0", "b2\0n1", "token", "n2",
	};
	u32 kind = next_byte(), n = kind % 8 ? kind % 9 : 0, i;

	if (kind < 200) {
		memcpy(to, rest[n], 8);
		return strlen(to) + 1 + (n == 4 || n == 6 ? 3 : 0);
	}
	n = next_byte() * (kind & 15);
	for (i = 0; i < n; i++)
		to[i] = next_byte();
	return n;
}

static void request(void)
{
	u32 who = next_byte() % DOMAINS, type = next_byte() % 24, len = 0;
	u32 tx = next_byte();
	char data[XENSTORE_PAYLOAD_MAX];

	if (!connected[who])
		return;
	if (who == 0 && type != XS_WATCH && type != XS_READ)
		type = XS_DIRECTORY;
	if (type != XS_TRANSACTION_END)
		len = path_make(data);
	len += rest_make(data + len);
	ask(who, type, tx & 1 ? conns[who].next_tx - tx % 4 : 0, data, len);
}

static void come_or_go(u32 who)
{
	if (!who)
		return;
	if (connected[who]) {
		store_disconnect(&conns[who]);
		store_forget(who);
	} else {
		memset(&conns[who], 0, sizeof(conns[who]));
		conns[who].send = take;
		store_connect(&conns[who], who);
		store_put(who == 1 ? "/local/domain/1" : "/local/domain/2",
			  "", who, who);
	}
	connected[who] = !connected[who];
}

static void check(void)
{
	u32 i;

	for (i = 1; i < DOMAINS; i++)
		if (connected[i] && (conns[i].nodes > STORE_NODES ||
				     conns[i].nr_watches > STORE_WATCHES ||
				     conns[i].nr_txs > STORE_TXS ||
				     conns[i].tx_bytes > STORE_TX_BYTES))
			abort();
	secret_is = 0;
	ask(0, XS_READ, 0, SECRET, sizeof(SECRET));
	if (secret_is != 4)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static bool begun;
	u32 i;

	input = data;
	input_end = data + size;
	if (!begun) {
		store_init();
		conns[0].send = take;
		store_connect(&conns[0], 0);
		connected[0] = begun = true;
		store_put(SECRET, "mine", 0, 0);
	}
	ask(0, XS_RESET_WATCHES, 0, "", 0);
	for (i = 1; i < DOMAINS; i++)
		come_or_go(i);
	while (input < input_end) {
		u8 what = next_byte();

		if (what < 4)
			come_or_go(what % DOMAINS);
		else if (what < 8)
			deaf[what % DOMAINS] ^= true;
		else
			request();
	}
	check();
	for (i = 1; i < DOMAINS; i++)
		if (connected[i])
			come_or_go(i);
	ask(0, XS_RESET_WATCHES, 0, "", 0);
	ask(0, XS_RM, 0, "/local/domain/1", 16);
	ask(0, XS_RM, 0, "/local/domain/2", 16);
	/* The root, /local, domain, 0, secret, with what they have. */
	if (allocated > 12)
		abort();
	return 0;
}
