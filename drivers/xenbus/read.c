/* SPDX-License-Identifier: MIT */
/*
 * read.c - requests to the store that change nothing.
 */
#include <hcall/print.h>

#include "request.h"

const char *error_name(int error)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ EINVAL, "EINVAL" }, { EACCES, "EACCES" },
		{ EEXIST, "EEXIST" }, { ENOENT, "ENOENT" },
		{ ENOMEM, "ENOMEM" }, { ENOSPC, "ENOSPC" },
		{ ENOSYS, "ENOSYS" }, { EBUSY, "EBUSY" },
		{ EAGAIN, "EAGAIN" }, { E2BIG, "E2BIG" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].number == error)
			return names[i].name;
	return "EIO";
}

/* ---- Reading ------------------------------------------------------------ */

int op_read(struct request *r)
{
	const struct node *n;
	int rc = look(r, &n);

	if (!rc)
		answer(r, n->len ? n->value : "", n->len);
	return rc;
}

int op_directory(struct request *r)
{
	char out[XENSTORE_PAYLOAD_MAX];
	const struct node *n;
	u32 i, len, at = 0;
	int rc = look(r, &n);

	for (i = 0; !rc && i < n->nr_children; i++, at += len) {
		len = strlen(n->child[i]->name) + 1;
		if (at + len > sizeof(out))
			return -E2BIG;
		memcpy(out + at, n->child[i]->name, len);
	}
	if (!rc)
		answer(r, out, at);
	return rc;
}

/* A directory in pieces: the node's number, then names from an offset on. */
int op_directory_part(struct request *r)
{
	u64 skip = number(r->rest_len ? r->rest : "0"), at = 0;
	char out[XENSTORE_PAYLOAD_MAX];
	const struct node *n;
	u32 i, len, used;
	int rc = look(r, &n);

	if (rc)
		return rc;
	used = hc_snprintf(out, sizeof(out), "%lu", n->changed) + 1;
	for (i = 0; i < n->nr_children; i++, at += len) {
		len = strlen(n->child[i]->name) + 1;
		if (at < skip)
			continue;
		if (used + len >= sizeof(out))
			break;
		memcpy(out + used, n->child[i]->name, len);
		used += len;
	}
	/* The end of the list is one more NUL. */
	if (i == n->nr_children)
		out[used++] = '\0';
	answer(r, out, used);
	return 0;
}

int op_get_perms(struct request *r)
{
	char out[TREE_PERMS * 8];
	const struct node *n;
	u32 i, at = 0;
	int rc = look(r, &n);

	for (i = 0; !rc && i < n->nr_perms; i++)
		at += hc_snprintf(out + at, sizeof(out) - at, "%c%u",
			       "nrwb"[n->perms[i].may & 3],
			       n->perms[i].domid) + 1;
	if (!rc)
		answer(r, out, at);
	return rc;
}

int op_get_domain_path(struct request *r)
{
	char out[32];

	answer(r, out, hc_snprintf(out, sizeof(out), "/local/domain/%lu",
			       number(r->path)) + 1);
	return 0;
}
