/* SPDX-License-Identifier: MIT */
/*
 * lwipopts.h - how lwIP is built.
 *
 * One lock holds the whole stack (net.h): lwIP is told that there is no system
 * below it, needs no mailboxes, and its timers are run by a thread of ours.
 * Objects come from pools, so that the wire can't make their number grow;
 * packets from the kernel's heap, up to a limit (memory.c).
 */
#ifndef NET_LWIPOPTS_H
#define NET_LWIPOPTS_H

#define NO_SYS				1
#define SYS_LIGHTWEIGHT_PROT		0
#define LWIP_NETCONN			0
#define LWIP_SOCKET			0
#define LWIP_PROVIDE_ERRNO		0
#define LWIP_TIMERS			1
/* The next timeout can be looked at, without the time (stack.c). */
#define LWIP_TESTMODE			1

#define MEM_LIBC_MALLOC			1
#define MEM_ALIGNMENT			8
#define MEM_SIZE			0x1000000
#define mem_clib_malloc			net_malloc
#define mem_clib_calloc			net_calloc
#define mem_clib_free			net_free
#define MEMP_NUM_TCP_PCB		512
#define MEMP_NUM_TCP_PCB_LISTEN		64
#define MEMP_NUM_TCP_SEG		4096
#define MEMP_NUM_UDP_PCB		64
#define MEMP_NUM_RAW_PCB		16
#define MEMP_NUM_PBUF			2048
#define MEMP_NUM_ARP_QUEUE		64
#define MEMP_NUM_ND6_QUEUE		64
#define MEMP_NUM_REASSDATA		16
#define MEMP_NUM_FRAG_PBUF		64
#define MEMP_NUM_IGMP_GROUP		16
#define MEMP_NUM_MLD6_GROUP		16
/* Neighbours that are known at once: guests on a domain 0's bridge. */
#define ARP_TABLE_SIZE			120
#define LWIP_ND6_NUM_NEIGHBORS		120
#define LWIP_ND6_NUM_DESTINATIONS	120
#define PBUF_POOL_SIZE			16
#define PBUF_POOL_BUFSIZE		1600

#define LWIP_ETHERNET			1
#define LWIP_ARP			1
#define ARP_QUEUEING			1
#define ETHARP_SUPPORT_STATIC_ENTRIES	0
#define LWIP_NETIF_HOSTNAME		1
#define LWIP_NETIF_STATUS_CALLBACK	1
#define LWIP_NETIF_LOOPBACK		1
#define LWIP_HAVE_LOOPIF		1
#define LWIP_LOOPBACK_MAX_PBUFS		512
#define LWIP_NUM_NETIF_CLIENT_DATA	0
#define LWIP_SINGLE_NETIF		0

#define LWIP_IPV4			1
#define IP_REASS_MAX_PBUFS		64
#define LWIP_ICMP			1
#define LWIP_IGMP			1
#define LWIP_RAW			1
#define LWIP_DHCP			1
#define DHCP_DOES_ARP_CHECK		0
#define LWIP_DHCP_CHECK_LINK_UP		1
#define LWIP_IPV6			1
#define LWIP_IPV6_AUTOCONFIG		1
#define LWIP_IPV6_MLD			1
#define LWIP_ND6_RDNSS_MAX_DNS_SERVERS	2
/* A header of 16 bytes is put where a pointer of 8 does not fit. */
#define IPV6_FRAG_COPYHEADER		1
#define LWIP_DNS			1
#define DNS_MAX_SERVERS			4
#define DNS_TABLE_SIZE			16
#define DNS_MAX_NAME_LENGTH		256
#define LWIP_DNS_SECURE	(LWIP_DNS_SECURE_RAND_XID | \
			 LWIP_DNS_SECURE_NO_MULTIPLE_OUTSTANDING | \
			 LWIP_DNS_SECURE_RAND_SRC_PORT)
#define LWIP_UDP			1

/*
 * The largest segment of a jumbo frame; what a netif's MTU leaves of it counts.
 * The window is what 64 full segments of an ordinary frame need and more.
 */
#define LWIP_TCP			1
#define TCP_MSS				8960
#define TCP_CALCULATE_EFF_SEND_MSS	1
#define LWIP_WND_SCALE			1
#define TCP_RCV_SCALE			3
#define TCP_WND				(256 * 1024)
#define TCP_SND_BUF			(256 * 1024)
#define TCP_SND_QUEUELEN		512
#define TCP_SNDLOWAT			(24 * 1024)
/* They compare the window with a pool that does not hold what is received. */
#define LWIP_DISABLE_TCP_SANITY_CHECKS	1
#define TCP_QUEUE_OOSEQ			1
#define TCP_OOSEQ_MAX_BYTES		TCP_WND
#define TCP_OOSEQ_MAX_PBUFS		192
#define LWIP_TCP_SACK_OUT		1
#define LWIP_TCP_KEEPALIVE		1
#define TCP_LISTEN_BACKLOG		1
#define TCP_DEFAULT_LISTEN_BACKLOG	128
#define SO_REUSE			1
#define LWIP_SO_RCVBUF			0

/* ack.c */
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, header, optlen, opt1len, opt2, p) \
	net_tcp_segment(pcb, header, (p)->tot_len, &(optlen))
signed char net_tcp_segment(void *pcb, const void *header,
			    unsigned short len, unsigned short *options);

/* gso.c */
#define LWIP_TCP_PCB_NUM_EXT_ARGS	1
#define LWIP_HOOK_TCP_OUT_ADD_TCPOPTS(p, header, pcb, opts) \
	net_tcp_out(pcb, opts)
void *net_tcp_out(void *pcb, void *opts);

/* Done by the card, or not needed: told for each netif and each packet. */
#define LWIP_CHECKSUM_CTRL_PER_NETIF	1
#define LWIP_CHECKSUM_ON_COPY		0

#define LWIP_STATS			1
#define LWIP_STATS_LARGE		1
#define LINK_STATS			1
#define MEMP_STATS			1
#define LWIP_STATS_DISPLAY		0

/* Who is in the stack without the lock has a bug. */
#define LWIP_ASSERT_CORE_LOCKED()	net_assert_locked()
void net_assert_locked(void);

#endif
