/* SPDX-License-Identifier: MIT */
/*
 * request.h - a request to the store, as store.c and read.c see it.
 */
#ifndef XENBUS_REQUEST_H
#define XENBUS_REQUEST_H

#include "store.h"

#define PATH_MAX	512u

struct store_tx;

/* One request on its way. */
struct request {
	struct store_conn *conn;
	const struct xsd_sockmsg *hdr;
	struct store_tx *tx;		/* or NULL */
	char path[PATH_MAX];
	bool relative;			/* was given without HOME and domid */
	char *rest;			/* behind the first string */
	u32 rest_len;
};

void answer(const struct request *r, const void *data, size_t len);
/* The node that is asked for, which may be seen: 0, -ENOENT, -EACCES. */
int look(const struct request *r, const struct node **n);

/* How the protocol names it. */
const char *error_name(int error);

/* 0 when they have answered, or an error. */
int op_read(struct request *r);
int op_directory(struct request *r);
int op_directory_part(struct request *r);
int op_get_perms(struct request *r);
int op_get_domain_path(struct request *r);

#endif
