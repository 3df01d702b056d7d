/* SPDX-License-Identifier: MIT */
/*
 * ack.c - a look at each TCP segment before lwIP's.
 *
 * A segment without data at the very end of the window is acceptable (who sent
 * all that he may stands there), but lwIP answers it by an ACK.  When both
 * sides' windows are full, so does the other side, and so on for ever.
 */
#include <lwip/priv/tcp_priv.h>
#include "gso.h"
#include "stack.h"

s8_t net_tcp_segment(void *connection, const void *header, u16_t len,
		     u16_t *options)
{
	struct tcp_pcb *pcb = connection;
	const struct tcp_hdr *h = header;

	/* The size of segments was agreed upon with the SYN: lwIP would take
	 * another, and fail when what waits to be sent is longer. */
	if (pcb->state >= ESTABLISHED)
		*options = 0;
	if (pcb->state == ESTABLISHED || pcb->state == CLOSE_WAIT)
		gso_adapt(pcb, len);

	/* Listeners have no window.  Sequence numbers are host's by now. */
	if (pcb->state >= ESTABLISHED && !len &&
	    !(TCPH_FLAGS(h) & (TCP_SYN | TCP_FIN | TCP_RST)) &&
	    h->seqno == pcb->rcv_nxt + pcb->rcv_wnd &&
	    pcb->rcv_wnd < TCP_WND_MAX(pcb))
		pcb->rcv_wnd++;
	return ERR_OK;
}
