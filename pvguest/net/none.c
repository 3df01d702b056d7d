/* SPDX-License-Identifier: MIT */
/*
 * none.c - the network of a kernel that was built without TCP/IP.
 */
#include <console.h>
#include <net.h>
#include <regs.h>

void net_init(void)
{
	kprintf("net: built without lwIP, no TCP/IP\n");
}

int net_attach(struct netdev *dev)
{
	(void)dev;
	return -ENOSYS;
}

void net_detach(struct netdev *dev)
{
	(void)dev;
}

s64 sys_net(struct process *p, struct regs *r)
{
	(void)p;
	(void)r;
	return -ENOSYS;
}

void cmd_net(char *args)
{
	(void)args;
	cprintf("net: built without lwIP, no TCP/IP\n");
}

void cmd_httpd(char *args)
{
	cmd_net(args);
}
