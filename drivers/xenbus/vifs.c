/* SPDX-License-Identifier: MIT */
/*
 * vifs.c - network cards of other domains, as the command line and the shell
 * want them.
 *
 * A card is two places in the store, for its two ends, filled as Xen's tools
 * fill them.  Who makes them holds store_lock, so that nobody sees half a card.
 */
#include <console.h>
#include <hcall/control.h>
#include <hcall/print.h>
#include <netdev.h>
#include <option.h>
#include <xenbus.h>

#include "server.h"
#include "vifs.h"

#define HOME		"/local/domain/"
#define HANDLES		8u		/* of a domain */

/* What the settings say; empty: nothing. */
struct wish {
	char mac[18];
	char rate[40];
	char mtu[8];
	bool none;
	const char *wrong;		/* the setting that can't be */
};

/* ---- Settings ----------------------------------------------------------- */

static bool is_number(const char *s, u64 least, u64 most)
{
	const char *end = s;

	while (*end >= '0' && *end <= '9')
		end++;
	return end > s && end - s < 16 && !*end && number(s) >= least &&
	       number(s) <= most;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

/* Of one card: the second digit of a group's is odd. */
static bool is_mac(const char *s)
{
	unsigned int i;

	for (i = 0; i < 17; i++)
		if (i % 3 == 2 ? s[i] != ':' : !is_hex(s[i]))
			return false;
	return !s[17] && (s[1] % 2 == 0) == (s[1] <= '9');
}

/* BYTES/MICROSECONDS: the store has a comma there. */
static bool rate_set(struct wish *w, char *s)
{
	char *slash = s;

	while (*slash && *slash != '/')
		slash++;
	if (!*slash)
		return false;
	*slash++ = '\0';
	if (!is_number(s, 1, 1UL << 40) || !is_number(slash, 1, 60000000))
		return false;
	hc_snprintf(w->rate, sizeof(w->rate), "%s,%s", s, slash);
	return true;
}

static bool setting(struct wish *w, const char *key, char *value)
{
	if (!strcmp(key, "rate"))
		return rate_set(w, value);
	if (!strcmp(key, "mac")) {
		strcopy(w->mac, value, sizeof(w->mac));
		return is_mac(value);
	}
	if (!strcmp(key, "mtu")) {
		strcopy(w->mtu, value, sizeof(w->mtu));
		return is_number(value, ETH_MTU_MIN, ETH_MTU_MAX);
	}
	return !strcmp(key, "bridge") && !strcmp(value, "bridge0");
}

/* "none", or KEY=VALUE,KEY=VALUE; TEXT is taken apart. */
static struct wish settings_read(char *text)
{
	struct wish w = { .none = !strcmp(text, "none") };
	char *key, *value, *end = text;
	bool last = !*text || w.none;

	while (!last && !w.wrong) {
		key = end;
		while (*end && *end != ',')
			end++;
		last = !*end;
		*end++ = '\0';
		for (value = key; *value && *value != '='; value++)
			;
		if (!*value) {
			w.wrong = key;
			break;
		}
		*value++ = '\0';
		if (!setting(&w, key, value))
			w.wrong = key;
	}
	return w;
}

/* ---- Places ------------------------------------------------------------- */

static void place(char *to, bool back, u32 domid, u32 handle)
{
	hc_snprintf(to, 64, back ? HOME "0/backend/vif/%u/%u" :
		    HOME "%u/device/vif/%u", domid, handle);
}

/* With store_lock.  Absent values are left out. */
static void card_put(u32 domid, u32 handle, struct wish *w)
{
	char front[64], back[64], path[96], id[12], nr[12];
	const struct {
		const char *name, *value;
		bool ours;
	} nodes[] = {
		{ "", "", true }, { "/frontend", front, true },
		{ "/frontend-id", id, true }, { "/online", "1", true },
		{ "/handle", nr, true }, { "/mac", w->mac, true },
		{ "/bridge", "bridge0", true }, { "/rate", w->rate, true },
		{ "/mtu", w->mtu, true }, { "/state", "1", true },
		{ "", "", false }, { "/backend", back, false },
		{ "/backend-id", "0", false }, { "/handle", nr, false },
		{ "/mac", w->mac, false }, { "/mtu", w->mtu, false },
		{ "/state", "1", false },
	};
	u32 i;

	place(front, false, domid, handle);
	place(back, true, domid, handle);
	hc_snprintf(id, sizeof(id), "%u", domid);
	hc_snprintf(nr, sizeof(nr), "%u", handle);
	if (!*w->mac)
		hc_snprintf(w->mac, sizeof(w->mac), "00:16:3e:%02x:%02x:%02x",
			    handle, domid >> 8 & 255, domid & 255);
	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		if (*nodes[i].name && !*nodes[i].value)
			continue;
		hc_snprintf(path, sizeof(path), "%s%s",
			    nodes[i].ours ? back : front, nodes[i].name);
		store_put(path, nodes[i].value, nodes[i].ours ? 0 : domid,
			  nodes[i].ours ? domid : 0);
	}
}

/*
 * vif.NAME= and vif.NAME.1= and so on for its cards; one that is not named has
 * a first one as vif= says for all.
 */
static bool wanted(const char *name, u32 handle, char *text, size_t size)
{
	char key[32];

	hc_snprintf(key, sizeof(key), handle ? "vif.%s.%u" : "vif.%s", name,
		    handle);
	if (option_get(key, text, size))
		return true;
	*text = '\0';
	return !handle && (option_get("vif", text, size) || true);
}

void vifs_put(const struct sluice_domain *d)
{
	char text[128];
	struct wish w;
	u32 handle;

	for (handle = 0; handle < HANDLES; handle++) {
		if (!wanted(d->name, handle, text, sizeof(text)))
			continue;
		w = settings_read(text);
		if (w.wrong)
			kprintf("vif%u.%u: of %s: '%s' can't be: no card\n",
				d->domid, handle, d->name, w.wrong);
		else if (!w.none)
			card_put(d->domid, handle, &w);
	}
}

/* ---- Shell -------------------------------------------------------------- */

/* Its number, or -1. */
static int domain_find(const char *name)
{
	struct sluice_domain d;
	domid_t id;

	for (id = 1; !hc_domain_info(id, &d); id++)
		if (d.flags & SLUICE_DOM_exists &&
		    (!strcmp(d.name, name) ||
		     (is_number(name, 1, 0x7fff) && number(name) == id)))
			return id;
	return -1;
}

static const char *change(bool add, u32 domid, u32 handle, struct wish *w)
{
	char front[64], back[64], state[80], text[8];
	bool there;

	place(front, false, domid, handle);
	place(back, true, domid, handle);
	hc_snprintf(state, sizeof(state), HOME "%u/domid", domid);
	if (xs_read(XS_NONE, state, text, sizeof(text)) < 0)
		return "it has no store";
	hc_snprintf(state, sizeof(state), "%s/state", back);
	there = xs_read(XS_NONE, state, text, sizeof(text)) >= 0;
	if (add == there)
		return add ? "there is such a card" : "there is no such card";
	mutex_lock(&store_lock);
	if (add) {
		card_put(domid, handle, w);
	} else {
		store_remove(front);
		store_remove(back);
	}
	mutex_unlock(&store_lock);
	return NULL;
}

static char *word(char **text)
{
	char *start = *text, *end;

	while (*start == ' ')
		start++;
	for (end = start; *end && *end != ' '; end++)
		;
	if (*end)
		*end++ = '\0';
	*text = end;
	return start;
}

void vif_command(char *args)
{
	bool add = !strcmp(word(&args), "add");
	char *name = word(&args), *handle = word(&args);
	struct wish w = settings_read(word(&args));
	const char *wrong;
	int domid = domain_find(name);

	if (!is_number(handle, 0, HANDLES - 1))
		wrong = "vif add|del DOMAIN NUMBER [KEY=VALUE,...]";
	else if (w.wrong || w.none)
		wrong = "mac=A:B:C:D:E:F, rate=BYTES/MICROSECONDS, mtu=N, "
			"bridge=bridge0";
	else
		wrong = domid < 0 ? "there is no such domain" :
			change(add, domid, number(handle), &w);
	if (wrong)
		cprintf("vif: %s\n", wrong);
}
