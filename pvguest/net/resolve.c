/* SPDX-License-Identifier: MIT */
/*
 * resolve.c - names to addresses, by DNS.
 *
 * The answer may come after who asked is gone: the question then belongs to
 * the callback.  All with the stack's lock.
 */
#include <lwip/dns.h>
#include <string.h>
#include "resolve.h"
#include "stack.h"

struct question {
	ip_addr_t addr;
	bool answered, found, left;
	struct waitq wait;
};

static void answered(const char *name, const ip_addr_t *addr, void *arg)
{
	struct question *q = arg;

	(void)name;
	if (q->left) {
		kfree(q);
		return;
	}
	q->answered = true;
	q->found = addr;
	if (addr)
		q->addr = *addr;
	waitq_wake(&q->wait, ~0U);
}

static int ask(struct question *q, const char *name, u8 type, ip_addr_t *addr)
{
	err_t err = dns_gethostbyname_addrtype(name, &q->addr, answered, q,
					       type);
	bool here = true;

	if (err == ERR_INPROGRESS) {
		while (here && !q->answered)
			here = net_wait(&q->wait, NEVER);
		if (!q->answered) {
			q->left = true;
			return -EINTR;
		}
		err = q->found ? ERR_OK : ERR_VAL;
	}
	*addr = q->addr;
	kfree(q);
	return err == ERR_OK ? 0 : -ENOENT;
}

int net_lookup(const char *name, unsigned int family, ip_addr_t *addr)
{
	u8 type = family == 4 ? LWIP_DNS_ADDRTYPE_IPV4 :
		  family == 6 ? LWIP_DNS_ADDRTYPE_IPV6 :
				LWIP_DNS_ADDRTYPE_IPV4_IPV6;
	struct question *q;

	if (!strcmp(name, "localhost"))
		name = family == 6 ? "::1" : "127.0.0.1";
	q = kzalloc(sizeof(*q));
	if (!q)
		return -ENOMEM;
	list_init(&q->wait.threads);
	return ask(q, name, type, addr);
}
