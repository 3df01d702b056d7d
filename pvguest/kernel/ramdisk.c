/* SPDX-License-Identifier: MIT */
/*
 * ramdisk.c - the files: a cpio archive of format "newc", read in place.
 *
 * A record is a header of text, the name with a NUL, and the contents, the
 * latter two filled up to multiples of four.  The archive is checked once, at
 * the start: then every record fits.
 */
#include <process.h>

#define HEADER_SIZE	110
#define SIZE_AT		54
#define NAME_SIZE_AT	94
#define LAST_NAME	"TRAILER!!!"

static const char *archive;
static size_t archive_size;

/* Eight hexadecimal digits; false if they are not. */
static bool hex8(const char *s, u64 *n)
{
	unsigned int i;
	char c;

	for (*n = 0, i = 0; i < 8; i++) {
		c = s[i] | 0x20;
		if (s[i] >= '0' && s[i] <= '9')
			*n = *n * 16 + s[i] - '0';
		else if (c >= 'a' && c <= 'f')
			*n = *n * 16 + c - 'a' + 10;
		else
			return false;
	}
	return true;
}

/* The record at *POS, and *POS behind it; false if it does not fit. */
static bool record(size_t *pos, struct file *f)
{
	const char *h = archive + *pos;
	u64 left = archive_size - *pos, name_size, size, data_at;

	if (left < HEADER_SIZE || memcmp(h, "07070", 5) ||
	    (h[5] != '1' && h[5] != '2') || !hex8(h + SIZE_AT, &size) ||
	    !hex8(h + NAME_SIZE_AT, &name_size) || !name_size)
		return false;
	data_at = align_up(HEADER_SIZE + name_size, 4ULL);
	if (data_at > left || size > left - data_at ||
	    h[HEADER_SIZE + name_size - 1])
		return false;
	f->name = h + HEADER_SIZE;
	f->data = h + data_at;
	f->size = size;
	*pos += min(align_up(data_at + size, 4ULL), left);
	return true;
}

bool ramdisk_next(size_t *pos, struct file *f)
{
	return archive && record(pos, f) && strcmp(f->name, LAST_NAME);
}

bool ramdisk_find(const char *name, struct file *f)
{
	size_t pos = 0;

	while (ramdisk_next(&pos, f))
		if (!strcmp(f->name, name))
			return true;
	return false;
}

int ramdisk_init(const void *start, size_t size)
{
	struct file f;
	size_t pos = 0;

	archive = start;
	archive_size = size;
	do {
		if (!record(&pos, &f)) {
			kprintf("ramdisk: no record at byte 0x%lx of 0x%lx\n",
				pos, size);
			archive = NULL;
			return -EINVAL;
		}
	} while (strcmp(f.name, LAST_NAME));
	return 0;
}
