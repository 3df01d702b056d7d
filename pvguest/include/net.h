/* SPDX-License-Identifier: MIT */
/*
 * net.h - the network, as the rest of the kernel sees it.
 */
#ifndef PVGUEST_NET_H
#define PVGUEST_NET_H

#include <lib.h>

struct netdev;
struct process;
struct regs;

/* Start the stack, as the kernel's command line says. */
void net_init(void);
/*
 * The stack takes each device that appears and that nobody uses, unless the
 * command line says otherwise.  By hand: 0, -EEXIST if it is in use, -ENOMEM.
 */
int net_attach(struct netdev *dev);
/* Give it back, if the stack has it: then a bridge may take it. */
void net_detach(struct netdev *dev);

/* The system calls on sockets. */
s64 sys_net(struct process *p, struct regs *r);

/* Commands of the shell. */
void cmd_net(char *args);
void cmd_httpd(char *args);

#endif
