/* SPDX-License-Identifier: MIT */
/*
 * ranges.c - see ranges.h.
 */
#include <lib.h>
#include "ranges.h"

static void delete_at(struct ranges *s, u32 i)
{
	memmove(&s->r[i], &s->r[i + 1], (--s->nr - i) * sizeof(s->r[0]));
}

static bool insert_at(struct ranges *s, u32 i, u64 start, u64 end)
{
	if (s->nr == RANGES_MAX)
		return false;
	memmove(&s->r[i + 1], &s->r[i], (s->nr++ - i) * sizeof(s->r[0]));
	s->r[i] = (struct mem_range){ start, end };
	return true;
}

bool ranges_add(struct ranges *s, u64 start, u64 end)
{
	u32 i = 0;

	if (start >= end)
		return true;
	while (i < s->nr && s->r[i].end < start)
		i++;
	/* Swallow all that overlap or touch. */
	while (i < s->nr && s->r[i].start <= end) {
		start = MIN(start, s->r[i].start);
		end = MAX(end, s->r[i].end);
		delete_at(s, i);
	}
	return insert_at(s, i, start, end);
}

bool ranges_remove(struct ranges *s, u64 start, u64 end)
{
	bool room = true;
	u32 i = 0;

	if (start >= end)
		return true;
	while (i < s->nr) {
		struct mem_range old = s->r[i];

		if (old.end <= start || old.start >= end) {
			i++;
			continue;
		}
		delete_at(s, i);
		if (old.start < start)
			insert_at(s, i++, old.start, start);
		if (old.end > end)
			room &= insert_at(s, i++, end, old.end);
	}
	return room;
}

bool ranges_contain(const struct ranges *s, u64 start, u64 end)
{
	u32 i;

	for (i = 0; i < s->nr; i++)
		if (s->r[i].start <= start && start < s->r[i].end)
			return end <= s->r[i].end;
	return false;
}

u64 ranges_bytes(const struct ranges *s)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < s->nr; i++)
		sum += s->r[i].end - s->r[i].start;
	return sum;
}

u64 ranges_take(struct ranges *s, u64 size, u64 align, u64 limit)
{
	u32 i = s->nr;

	while (i--) {
		u64 end = MIN(s->r[i].end, limit), start;

		if (end < size)
			continue;
		start = (end - size) & ~(align - 1);
		if (start < s->r[i].start)
			continue;
		/* Full: splitting would lose what is above; try another. */
		if (s->nr == RANGES_MAX && start + size < s->r[i].end)
			continue;
		ranges_remove(s, start, start + size);
		return start;
	}
	return 0;
}
