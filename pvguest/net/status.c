/* SPDX-License-Identifier: MIT */
/*
 * status.c - the machine's counters: one list, which every form of it shows.
 */
#include <lwip/priv/tcp_priv.h>
#include <lwip/stats.h>
#include <process.h>
#include <string.h>
#include "http.h"
#include "netif.h"
#include "stack.h"

static void row(struct http_page *p, const char *prefix, const char *name,
		u64 value)
{
	char full[48];
	size_t n = strlen(prefix);

	strcopy(full, prefix, sizeof(full));
	strcopy(full + n, name, sizeof(full) - n);
	http_counter(p, full, value);
}

static void machine(struct http_page *p)
{
	u64 idle = thread_cpu_time(list_first(&threads, struct thread, all));
	u64 nr_threads = 0, nr_processes = 0;
	struct process *process;
	struct thread *t;
	bool off = irq_save();

	list_for(t, &threads, all)
		nr_threads++;
	list_for(process, &processes, all)
		nr_processes++;
	irq_restore(off);
	row(p, "", "uptime_ms", arch->time() / NSEC_PER_MSEC);
	row(p, "", "idle_ms", idle / NSEC_PER_MSEC);
	row(p, "", "time", arch->wallclock());
	row(p, "", "threads", nr_threads);
	row(p, "", "processes", nr_processes);
	row(p, "", "memory_bytes", pages_total() * PAGE_SIZE);
	row(p, "", "memory_free_bytes", pages_free() * PAGE_SIZE);
	row(p, "", "heap_bytes", heap_pages() * PAGE_SIZE);
}

static u64 connections(void)
{
	struct tcp_pcb *pcb;
	u64 n = 0;

	for (pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
		n++;
	return n;
}

static void stack(struct http_page *p)
{
	struct netbuf_pool pool;

	netbuf_pool_show(&pool);
	row(p, "", "packet_buffers_used", pool.used);
	row(p, "", "packet_buffers_most", pool.most);
	row(p, "", "packet_buffers_refused", pool.refused);
	row(p, "", "stack_bytes", net_memory());
	row(p, "", "tcp_connections", connections());
	row(p, "", "http_connections", http_connections());
	row(p, "", "tcp_received", lwip_stats.tcp.recv);
	row(p, "", "tcp_sent", lwip_stats.tcp.xmit);
	row(p, "", "tcp_dropped", lwip_stats.tcp.drop);
	row(p, "", "tcp_checksum_errors", lwip_stats.tcp.chkerr);
	row(p, "", "udp_received", lwip_stats.udp.recv);
	row(p, "", "udp_sent", lwip_stats.udp.xmit);
	row(p, "", "ip_received", lwip_stats.ip.recv);
	row(p, "", "ip_sent", lwip_stats.ip.xmit);
	row(p, "", "ip_dropped", lwip_stats.ip.drop);
	row(p, "", "ip6_received", lwip_stats.ip6.recv);
	row(p, "", "ip6_sent", lwip_stats.ip6.xmit);
}

static void device(struct http_page *p, const struct netdev *dev)
{
	const struct netdev_stats *s = &dev->stats;

	row(p, dev->name, "_link", dev->link);
	row(p, dev->name, "_rx_packets", s->rx_packets);
	row(p, dev->name, "_rx_bytes", s->rx_bytes);
	row(p, dev->name, "_rx_errors", s->rx_errors);
	row(p, dev->name, "_rx_dropped", s->rx_dropped);
	row(p, dev->name, "_tx_packets", s->tx_packets);
	row(p, dev->name, "_tx_bytes", s->tx_bytes);
	row(p, dev->name, "_tx_errors", s->tx_errors);
	row(p, dev->name, "_tx_dropped", s->tx_dropped);
	row(p, dev->name, "_interrupts", s->interrupts);
	row(p, dev->name, "_kicks", s->kicks);
}

void status_make(struct http_page *p)
{
	struct port *port;

	machine(p);
	stack(p);
	list_for(port, &net_ports, node)
		device(p, port->dev);
}
