/* SPDX-License-Identifier: MIT */
/*
 * malloc.c - objects: the first free one that is big enough, else new memory.
 *
 * Free ones are a list by address, in which neighbours are joined.
 */
#include "../user.h"

#define CHUNK	(16 * PAGE)

struct object {
	size_t size;		/* with this header, a multiple of 16 */
	struct object *next;	/* while it is free */
};

static struct object *free_list;

static void *end_of(struct object *o)
{
	return (char *)o + o->size;
}

static void insert(struct object *o)
{
	struct object **at = &free_list, *before = NULL;

	for (; *at && *at < o; at = &(*at)->next)
		before = *at;
	o->next = *at;
	*at = o;
	if (o->next == end_of(o)) {
		o->size += o->next->size;
		o->next = o->next->next;
	}
	if (before && end_of(before) == o) {
		before->size += o->size;
		before->next = o->next;
	}
}

static int grow(size_t size)
{
	struct object *o;

	size = (size + CHUNK - 1) & -CHUNK;
	o = mmap(size, PROT_RW);
	if (!o)
		return 0;
	o->size = size;
	insert(o);
	return 1;
}

void *malloc(size_t size)
{
	struct object **at, *o, *rest;

	if (size > 1UL << 46)
		return NULL;
	size = (size + sizeof(*o) + 15) & -16UL;
	for (;;) {
		for (at = &free_list; *at && (*at)->size < size;)
			at = &(*at)->next;
		if (*at)
			break;
		if (!grow(size))
			return NULL;
	}
	o = *at;
	*at = o->next;
	if (o->size - size >= 2 * sizeof(*o)) {
		rest = (struct object *)((char *)o + size);
		rest->size = o->size - size;
		o->size = size;
		insert(rest);
	}
	return o + 1;
}

void free(void *p)
{
	if (p)
		insert((struct object *)p - 1);
}
