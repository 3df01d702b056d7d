/* SPDX-License-Identifier: MIT */
/*
 * bridge.c - a learning switch: NICs, back ends, and domain 0's own TCP/IP.
 *
 * A port is a device whose user we are.  Who is behind a back end is known when
 * it comes (its device's address), and stays so: a frame that claims to be from
 * there and comes from elsewhere is dropped.  Other addresses are learnt, each
 * in one of a few places of a table of fixed size.
 *
 * One lock for ports and table.  It is held while ports send, and not while
 * domain 0 receives: its TCP/IP sends with a lock of its own.
 */
#include <arch.h>
#include <bridge.h>
#include <console.h>
#include <hcall/control.h>
#include <hcall/hcall.h>
#include <mm.h>
#include <netdev.h>
#include <option.h>
#include <thread.h>

#define PLACES		256u		/* of the table */
#define WAYS		8u		/* where an address may be */
#define OLD		(300 * NSEC_PER_SEC)

struct port {
	struct list node;		/* [L] */
	struct netdev *dev;
	struct list out;		/* [L] sent when a batch is done */
	bool own;			/* domain 0, without the lock */
	bool nic;
};

/* [L] */
static struct place {
	u64 mac;			/* eth_address() */
	bool fixed;
	struct port *port;		/* NULL: free */
	u64 seen;
} places[PLACES];

static struct mutex lock = MUTEX(lock);		/* [L] */
static struct list ports = LIST(ports);		/* [L] */
static struct waitq wait = WAITQ(wait);
static struct netdev own_dev;
static struct port own = { .dev = &own_dev, .own = true };
static u64 flooded, refused;			/* [L] */

/* A bad wire, for tests: how many of a hundred frames; the one that is late. */
#define LATE	4u				/* after so many others */
static struct {
	u64 loss, reorder, lost, reordered;
	struct netbuf *late;			/* NULL: none */
	struct port *from;
	unsigned int wait;
	u64 dice;
} wire;						/* [L] */

static bool is_nic(const struct netdev *dev)
{
	return !memcmp(dev->name, "eth", 3);
}

/* ---- Addresses ---------------------------------------------------------- */

static struct place *way(u64 mac, unsigned int i)
{
	u64 hash = mac * 0x9e3779b97f4a7c15;

	return &places[((hash >> 56) + i) % PLACES];
}

static struct place *find(u64 mac)
{
	struct place *p;
	unsigned int i;

	for (i = 0; i < WAYS; i++) {
		p = way(mac, i);
		if (p->port && p->mac == mac)
			return p;
	}
	return NULL;
}

static bool worse(const struct place *a, const struct place *b)
{
	return b->port && (!a->port || a->seen < b->seen);
}

/* All ways taken by who is fixed: then frames to it go everywhere. */
static void remember(struct port *port, u64 mac, bool fixed, u64 now)
{
	struct place *p, *best = NULL;
	unsigned int i;

	for (i = 0; i < WAYS; i++) {
		p = way(mac, i);
		if (!p->fixed && (!best || worse(p, best)))
			best = p;
	}
	if (!best)
		return;
	best->mac = mac;
	best->fixed = fixed;
	best->port = port;
	best->seen = now;
}

/* False: it can't be from there. */
static bool learn(struct port *port, u64 mac, u64 now)
{
	struct place *p = find(mac);

	if (mac & 1)
		return false;
	if (!p) {
		remember(port, mac, false, now);
		return true;
	}
	if (p->fixed)
		return p->port == port;
	p->port = port;
	p->seen = now;
	return true;
}

static void forget(const struct port *port)
{
	unsigned int i;

	for (i = 0; i < PLACES; i++) {
		if (places[i].port == port) {
			places[i].port = NULL;
			places[i].fixed = false;
		}
	}
}

/* ---- Forwarding --------------------------------------------------------- */

static struct netbuf *copy(const struct netbuf *b)
{
	struct netbuf *c = netbuf_alloc_len(netbuf_len(b)), *part;
	size_t at = 0;

	for (part = c; part; part = part->more) {
		netbuf_read(b, at, part->data, part->len);
		at += part->len;
	}
	if (c) {
		c->flags = b->flags;
		c->csum_start = b->csum_start;
		c->csum_offset = b->csum_offset;
		c->gso_size = b->gso_size;
	}
	return c;
}

/* B is the port's from now on; what the device can't do is done before. */
static void queue(struct port *port, struct netbuf *b)
{
	netbuf_fit(b, port->dev->features, &port->out);
}

static void flood(const struct port *from, struct netbuf *b)
{
	struct port *port, *last = NULL;
	struct netbuf *c;

	flooded++;
	list_for(port, &ports, node) {
		if (port == from || (!port->own && !port->dev->link))
			continue;
		c = last ? copy(b) : NULL;
		if (c)
			queue(last, c);
		last = port;
	}
	if (last)
		queue(last, b);
	else
		netbuf_free(b);
}

static void forward(struct port *from, struct netbuf *b, u64 now)
{
	struct place *to;
	const u8 *head = netbuf_head(b, 0, ETH_HEADER);

	if (!head || !learn(from, eth_address(head + ETH_ADDRESS), now)) {
		refused++;
		netbuf_free(b);
		return;
	}
	to = find(eth_address(head));
	if (!to || (!to->fixed && now - to->seen > OLD))
		flood(from, b);
	else if (to->port == from)
		netbuf_free(b);
	else
		queue(to->port, b);
}

/* ---- A bad wire --------------------------------------------------------- */

static bool chance(u64 percent)
{
	u64 n = wire.dice += 0x9e3779b97f4a7c15;

	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9;
	n = (n ^ n >> 27) * 0x94d049bb133111eb;
	return (n ^ n >> 31) % 100 < percent;
}

static void late_drop(const struct port *from)
{
	if (wire.late && (!from || wire.from == from)) {
		netbuf_free(wire.late);
		wire.late = NULL;
	}
}

/* Lost; or kept until some others have passed it; or forwarded. */
static void forward_badly(struct port *from, struct netbuf *b, u64 now)
{
	if (chance(wire.loss)) {
		wire.lost++;
		netbuf_free(b);
		return;
	}
	if (!wire.late && chance(wire.reorder)) {
		wire.late = b;
		wire.from = from;
		wire.wait = LATE;
		return;
	}
	forward(from, b, now);
	if (!wire.late || --wire.wait)
		return;
	wire.reordered++;
	b = wire.late;
	wire.late = NULL;
	forward(wire.from, b, now);
}

/* ---- Batches ------------------------------------------------------------ */

/* All of a batch, then each port's part of it in one piece. */
static void forward_all(struct port *from, struct list *bufs)
{
	struct list mine = LIST(mine);
	struct port *port;
	struct netbuf *b;
	u64 now;

	mutex_lock(&lock);
	/* Not before: what was seen meanwhile would be of the future. */
	now = arch->time();
	while ((b = netbuf_take(bufs))) {
		if (wire.loss || wire.reorder)
			forward_badly(from, b, now);
		else
			forward(from, b, now);
	}
	list_for(port, &ports, node) {
		if (port->own)
			netbuf_splice(&mine, &port->out);
		else if (!list_empty(&port->out))
			port->dev->send(port->dev, &port->out);
	}
	mutex_unlock(&lock);
	netdev_receive(&own_dev, &mine);
	/* Our own TCP/IP still has its lock; a NIC may have more. */
	if (!from->own && !from->nic)
		netdev_kick_all();
}

static void port_receive(struct netdev *dev, struct list *bufs)
{
	struct port *port = dev->user;

	/* A crossing is paid for by the packet, and so is what follows. */
	if (port->nic)
		netbuf_merge(bufs);
	forward_all(port, bufs);
}

static int own_send(struct netdev *dev, struct list *bufs)
{
	struct netbuf *b;

	list_for(b, bufs, node) {
		dev->stats.tx_packets++;
		dev->stats.tx_bytes += netbuf_len(b);
	}
	forward_all(&own, bufs);
	return 0;
}

/* ---- Ports -------------------------------------------------------------- */

static void port_add(struct port *port)
{
	mutex_lock(&lock);
	list_init(&port->out);
	list_add(&ports, &port->node);
	if (!is_nic(port->dev))
		remember(port, eth_address(port->dev->mac), true, 0);
	mutex_unlock(&lock);
}

static void added(struct netdev *dev)
{
	struct port *port;

	if (dev->receive || (!is_nic(dev) && memcmp(dev->name, "vif", 3)))
		return;
	port = kzalloc(sizeof(*port));
	if (!port) {
		kprintf("bridge: no memory for %s\n", dev->name);
		return;
	}
	port->dev = dev;
	port->nic = is_nic(dev);
	port_add(port);
	dev->user = port;
	dev->receive = port_receive;
	/* The first NIC lends us its address. */
	waitq_wake(&wait, 1);
}

static void removed(struct netdev *dev)
{
	struct port *port = dev->user;

	if (dev->receive != port_receive)
		return;
	dev->receive = NULL;
	mutex_lock(&lock);
	list_del(&port->node);
	forget(port);
	late_drop(port);
	mutex_unlock(&lock);
	kfree(port);
}

static void event(struct netdev *dev, enum netdev_event what)
{
	if (what == NETDEV_ADDED)
		added(dev);
	else if (what == NETDEV_REMOVED)
		removed(dev);
}

/*
 * Domain 0's own device comes with the first port: a NIC's address is its own,
 * as nobody else uses it; without one it has the next to the guests'.
 */
static void bridge_thread(void *unused)
{
	static const u8 none[ETH_ADDRESS] = { 0, 0x16, 0x3e, 0xff, 0xff, 0xff };
	const u8 *mac = none;
	struct port *port;
	bool off = irq_save();

	(void)unused;
	while (list_empty(&ports))
		waitq_wait(&wait, NEVER);
	irq_restore(off);
	mutex_lock(&lock);
	port = list_first(&ports, struct port, node);
	if (is_nic(port->dev))
		mac = port->dev->mac;
	mutex_unlock(&lock);
	memcpy(own_dev.mac, mac, ETH_ADDRESS);
	port_add(&own);
	netdev_register(&own_dev);
}

static bool wanted(void)
{
	struct sluice_domain d;
	char text[8];

	if (option_get("bridge", text, sizeof(text)))
		return strcmp(text, "no");
	/* On the bare machine there is no hypervisor to ask. */
	return arch->dom && hc_is_initial_domain() && hc_sluice_version() &&
	       !hc_domain_info(1, &d);
}

void bridge_init(void)
{
	static struct netdev_listener listener = { .event = event };

	if (!wanted())
		return;
	strcopy(own_dev.name, "bridge0", sizeof(own_dev.name));
	own_dev.mtu = ETH_MTU;
	own_dev.mtu_max = ETH_MTU_MAX;
	own_dev.features = NETDEV_TX_CSUM | NETDEV_RX_CSUM | NETDEV_PARTS |
			   NETDEV_GSO;
	own_dev.link = true;
	own_dev.send = own_send;
	if (!thread_create("bridge", PRIO_HIGH, bridge_thread, NULL))
		kprintf("bridge: no memory\n");
	netdev_listen(&listener);
}

/* ---- Shell -------------------------------------------------------------- */

/* The number behind a word of the line, or what it was. */
static u64 setting(const char *args, const char *word, u64 was)
{
	size_t n = strlen(word);

	while (strlen(args) > n + 1 && memcmp(args, word, n))
		args++;
	if (strlen(args) <= n + 1)
		return was;
	for (args += n + 1, was = 0; *args >= '0' && *args <= '9'; args++)
		was = min(was * 10 + (*args - '0'), 100UL);
	return was;
}

/* bridge: all ports; bridge loss PERCENT reorder PERCENT: a bad wire. */
void cmd_bridge(char *args)
{
	const struct place *p;
	struct port *port;
	const u8 *mac;

	mutex_lock(&lock);
	wire.loss = setting(args, "loss", wire.loss);
	wire.reorder = setting(args, "reorder", wire.reorder);
	if (!wire.reorder)
		late_drop(NULL);
	list_for(port, &ports, node) {
		cprintf("%s%s\n", port->dev->name,
			port->dev->link ? "" : ", no link");
		for (p = places; p < places + PLACES; p++) {
			mac = (const u8 *)&p->mac;
			if (p->port == port)
				cprintf("    %02x:%02x:%02x:%02x:%02x:%02x%s\n",
					mac[0], mac[1], mac[2], mac[3], mac[4],
					mac[5], p->fixed ? "" : ", learnt");
		}
	}
	cprintf("%lu frames went everywhere, %lu were of false origin\n",
		flooded, refused);
	cprintf("%lu%% lost: %lu, %lu%% late: %lu\n", wire.loss, wire.lost,
		wire.reorder, wire.reordered);
	mutex_unlock(&lock);
}
