/* SPDX-License-Identifier: MIT */
/*
 * gso.c - TCP segments larger than a frame (generic segmentation offload).
 *
 * lwIP makes segments of pcb->mss bytes.  Once a connection stands, that is
 * raised, so that headers, queues and crossings are paid for once in many
 * frames; the true size is kept in the pcb's own argument.  The devices cut
 * what is too long, or have it cut.  A large segment is sent again as a whole,
 * so its size follows the congestion window: where packets are lost, they get
 * small.
 */
#include <lwip/ip4_frag.h>
#include <lwip/ip6_frag.h>
#include <lwip/priv/tcp_priv.h>
#include <netdev.h>
#include "gso.h"
#include "stack.h"

#define ARG		0
#define MOST		(32 * 1024u)
#define FRAMES		64u	/* also of who wants them tiny */
/* Of the congestion window in one segment. */
#define PART		3

static u16 segment;	/* of the connection that sends; with the lock */

static u16 frame_mss(const struct tcp_pcb *pcb)
{
	u16 mss = (u64)tcp_ext_arg_get(pcb, ARG);

	return mss ? mss : pcb->mss;
}

static bool all_fit(const struct tcp_seg *seg, unsigned int mss)
{
	for (; seg; seg = seg->next)
		if (seg->len > mss)
			return false;
	return true;
}

/* None is longer, to be sent or to be sent again: lwIP relies on that. */
static bool fits(const struct tcp_pcb *pcb, unsigned int mss)
{
	return mss >= pcb->mss ||
	       (all_fit(pcb->unsent, mss) && all_fit(pcb->unacked, mss));
}

/*
 * What the congestion window will be when losses are mended, until when it is
 * larger: a segment that does not fit in it then would never be sent.
 */
static unsigned int window(const struct tcp_pcb *pcb)
{
	return pcb->flags & TF_INFR ? min(pcb->cwnd, pcb->ssthresh) : pcb->cwnd;
}

void gso_adapt(struct tcp_pcb *pcb, u16 len)
{
	unsigned int mss = frame_mss(pcb), want;

	/* Many frames in one: that can't wait for a second to be answered. */
	if (len > mss)
		tcp_set_flags(pcb, TF_ACK_DELAY);
	want = min(window(pcb) / PART, MOST) / mss;
	want = max(min(want, FRAMES), 1U) * mss;
	if (want == pcb->mss || !fits(pcb, want))
		return;
	tcp_ext_arg_set(pcb, ARG, (void *)(u64)mss);
	/* The last segment may have room for more than it may have now. */
	if (want < pcb->mss)
		pcb->unsent_oversize = 0;
	pcb->mss = want;
}

void *net_tcp_out(void *pcb, void *opts)
{
	if (pcb)
		segment = frame_mss(pcb);
	return opts;
}

u16 gso_segment(const u8 *tcp, size_t limit)
{
	size_t header = (tcp[12] >> 4) * 4;

	return min(limit - header, (size_t)segment);
}

/* What is too long and is TCP's goes on as it is; the rest in fragments. */
err_t net_ip4_frag(struct pbuf *p, struct netif *netif, const ip4_addr_t *dest)
{
	const struct ip_hdr *ip = p->payload;

	if (IPH_PROTO(ip) == IP_PROTO_TCP)
		return netif->output(netif, p, dest);
	return ip4_frag(p, netif, dest);
}

err_t net_ip6_frag(struct pbuf *p, struct netif *netif, const ip6_addr_t *dest)
{
	const struct ip6_hdr *ip = p->payload;

	if (IP6H_NEXTH(ip) == IP6_NEXTH_TCP)
		return netif->output_ip6(netif, p, dest);
	return ip6_frag(p, netif, dest);
}
