/* SPDX-License-Identifier: MIT */
/*
 * list.h - doubly linked list with a head, as everybody knows it.
 */
#pragma once

#include <types.h>

struct list {
	struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_add_tail(struct list *l, struct list *head)
{
	l->next = head;
	l->prev = head->prev;
	l->prev->next = l;
	head->prev = l;
}

/* Behind another one, or at the beginning. */
static inline void list_add(struct list *l, struct list *before)
{
	list_add_tail(l, before->next);
}

/* Leaves the removed element as a list of its own: removing twice is safe. */
static inline void list_del(struct list *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	list_init(l);
}

#define list_entry(l, type, member) container_of(l, type, member)
