/* SPDX-License-Identifier: MIT */
/*
 * cc.h - what lwIP asks of the compiler and of the kernel around it.
 */
#ifndef NET_ARCH_CC_H
#define NET_ARCH_CC_H

#include <stdint.h>

#define LWIP_NO_UNISTD_H	1
#define LWIP_NO_CTYPE_H		1
#define LWIP_NO_INTTYPES_H	1

#define X8_F	"02x"
#define U16_F	"u"
#define S16_F	"d"
#define X16_F	"x"
#define U32_F	"u"
#define S32_F	"d"
#define X32_F	"x"
#define SZT_F	"lu"

#define BYTE_ORDER	LITTLE_ENDIAN

uint32_t net_random(void);
void net_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void net_bug(const char *what) __attribute__((noreturn));
uint16_t net_checksum(const void *data, int len);

#define LWIP_RAND()		net_random()
#define LWIP_PLATFORM_DIAG(x)	do { net_say x; } while (0)
/* The asserts guard memory: going on would be worse. */
#define LWIP_PLATFORM_ASSERT(x)	net_bug(x)
#define LWIP_CHKSUM		net_checksum
/* Of lengths that the compiler knows: it need not call anything. */
#define SMEMCPY(to, from, n)	__builtin_memcpy(to, from, n)

#endif
