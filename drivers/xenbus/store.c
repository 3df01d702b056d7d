/* SPDX-License-Identifier: MIT */
/*
 * store.c - the store's server: what each request does.
 */
#include <hcall/print.h>
#include <mm.h>

#include "request.h"
#include "tx.h"
#include "watch.h"

#define HOME		"/local/domain/"

static struct tree tree;
static struct list conns = LIST(conns);

int (*store_introduce)(u32 domid);
int (*store_release)(u32 domid);

/* ---- Answers ------------------------------------------------------------ */

static void reply(const struct request *r, u32 type, const void *data,
		  size_t len)
{
	struct xsd_sockmsg hdr = {
		.type = type, .req_id = r->hdr->req_id,
		.tx_id = r->hdr->tx_id, .len = len,
	};

	r->conn->send(r->conn, &hdr, data);
}

void answer(const struct request *r, const void *data, size_t len)
{
	reply(r, r->hdr->type, data, len);
}

static void refuse(const struct request *r, int error)
{
	const char *name = error_name(-error);

	reply(r, XS_ERROR, name, strlen(name) + 1);
}

static int done(const struct request *r)
{
	answer(r, "OK", 3);
	return 0;
}

/* ---- Where a request works ---------------------------------------------- */

static struct tree *tree_of(const struct request *r)
{
	return r->tx ? &r->tx->tree : &tree;
}

static struct store_conn *conn_of(u32 domid)
{
	struct store_conn *c;

	list_for(c, &conns, node)
		if (c->domid == domid)
			return c;
	return NULL;
}

static void owner_changes(void *arg, u32 from, u32 to)
{
	struct store_conn *c = conn_of(from);

	(void)arg;
	if (c && c->nodes)
		c->nodes--;
	c = conn_of(to);
	if (c)
		c->nodes++;
}

static void owner_loses(void *arg, u32 owner)
{
	struct store_conn *c = conn_of(owner);

	(void)arg;
	if (c && c->nodes)
		c->nodes--;
}

/* In a transaction nobody is counted yet. */
static void nobody_changes(void *arg, u32 from, u32 to)
{
	(void)arg, (void)from, (void)to;
}

static void nobody_loses(void *arg, u32 owner)
{
	(void)arg, (void)owner;
}

static u32 nodes_left(const struct store_conn *c)
{
	if (!c->domid)
		return ~0u;
	return c->nodes < STORE_NODES ? STORE_NODES - c->nodes : 0;
}

int look(const struct request *r, const struct node **n)
{
	int rc = 0;

	if (r->tx)
		rc = tx_note(r->conn, r->tx, XS_READ, r->path, "", 0);
	if (rc)
		return rc;
	*n = tree_find(tree_of(r), r->path);
	if (!*n)
		return -ENOENT;
	return node_allows(*n, r->conn->domid, PERM_READ) ? 0 : -EACCES;
}

/* ---- Changing ----------------------------------------------------------- */

/* On the tree of all: counts, and tells who watches. */
static int write_now(struct store_conn *c, const char *path,
		     const void *value, size_t len)
{
	struct tree_user u = { c->domid, nodes_left(c), 0 };
	int rc = tree_write(&tree, &u, path, value, len);

	c->nodes += u.made;
	if (!rc)
		watch_fire(&conns, &tree, path, false);
	return rc;
}

static int write_either(struct request *r, const void *value, size_t len)
{
	struct store_tx *tx = r->tx;
	int rc;

	if (!tx)
		return write_now(r->conn, r->path, value, len);
	rc = tx_note(r->conn, tx, value ? XS_WRITE : XS_MKDIR, r->path,
		     value ? value : "", len);
	return rc ? rc : tx_did(tx, tree_write(&tx->tree, &tx->user, r->path,
					       value, len));
}

static int op_write(struct request *r)
{
	int rc = write_either(r, r->rest, r->rest_len);

	return rc ? rc : done(r);
}

static int op_mkdir(struct request *r)
{
	int rc = write_either(r, NULL, 0);

	return rc ? rc : done(r);
}

/* Who watches must still find what he may see. */
static int rm_now(struct store_conn *c, const char *path)
{
	watch_fire(&conns, &tree, path, true);
	return tree_rm(&tree, c->domid, path, owner_loses, NULL);
}

/* What is not there is gone; but its parent has to be there. */
static int op_rm(struct request *r)
{
	const struct node *n;
	char *slash;
	int rc = look(r, &n);

	if (rc == -ENOENT) {
		slash = r->path + strlen(r->path);
		while (*slash != '/')
			slash--;
		*slash = '\0';
		return tree_find(tree_of(r), r->path) ? done(r) : rc;
	}
	if (rc)
		return rc;
	if (!node_allows(n, r->conn->domid, PERM_WRITE))
		return -EACCES;
	if (r->tx) {
		rc = tx_note(r->conn, r->tx, XS_RM, r->path, "", 0);
		if (!rc)
			rc = tx_did(r->tx, tree_rm(&r->tx->tree,
						   r->conn->domid, r->path,
						   nobody_loses, NULL));
	} else {
		rc = rm_now(r->conn, r->path);
	}
	return rc ? rc : done(r);
}

static int op_set_perms(struct request *r)
{
	struct perm perms[TREE_PERMS];
	u32 n, domid = r->conn->domid;
	int rc = perms_parse(r->rest, r->rest_len, perms, &n);

	if (rc)
		return rc;
	if (r->tx) {
		rc = tx_note(r->conn, r->tx, XS_SET_PERMS, r->path, perms,
			     n * sizeof(*perms));
		if (!rc)
			rc = tx_did(r->tx, tree_set_perms(&r->tx->tree, domid,
							  r->path, perms, n,
							  nobody_changes,
							  NULL));
	} else {
		rc = tree_set_perms(&tree, domid, r->path, perms, n,
				    owner_changes, NULL);
		if (!rc)
			watch_fire(&conns, &tree, r->path, false);
	}
	return rc ? rc : done(r);
}

/* ---- Transactions ------------------------------------------------------- */

static int op_transaction_start(struct request *r)
{
	struct store_conn *c = r->conn;
	struct store_tx *tx;
	char id[12];

	int rc;

	if (r->tx)
		return -EBUSY;
	rc = tx_begin(c, &tree, nodes_left(c), &tx);
	if (rc)
		return rc;
	answer(r, id, hc_snprintf(id, sizeof(id), "%u", tx->id) + 1);
	return 0;
}

static void tx_again(struct store_conn *c, const struct tx_op *op)
{
	const char *data = op->path + strlen(op->path) + 1;
	struct perm perms[TREE_PERMS];
	int rc = 0;

	if (op->type == XS_WRITE)
		rc = write_now(c, op->path, data, op->len);
	else if (op->type == XS_MKDIR)
		rc = write_now(c, op->path, NULL, 0);
	else if (op->type == XS_RM)
		rc = rm_now(c, op->path);
	if (op->type == XS_SET_PERMS) {
		memcpy(perms, data, op->len);
		rc = tree_set_perms(&tree, c->domid, op->path, perms,
				    op->len / sizeof(*perms), owner_changes,
				    NULL);
		if (!rc)
			watch_fire(&conns, &tree, op->path, false);
	}
	/* It went well in the transaction: only memory can lack now. */
	if (rc)
		kprintf("store: domain %u: the end of a transaction: %d\n",
			c->domid, rc);
}

static int op_transaction_end(struct request *r)
{
	struct store_conn *c = r->conn;
	struct store_tx *tx = r->tx;
	bool commit = !strcmp(r->path, "T");
	const struct tx_op *op;
	int rc = 0;

	if (!tx)
		return -ENOENT;
	if (!commit && strcmp(r->path, "F"))
		return -EINVAL;
	if (commit && !tx_unchanged(tx, &tree))
		rc = -EAGAIN;
	else if (commit && tx->user.made > nodes_left(c))
		rc = -ENOSPC;
	else if (commit)
		list_for(op, &tx->ops, node)
			tx_again(c, op);
	tx_free(c, tx);
	return rc ? rc : done(r);
}

/* ---- Watches, domains --------------------------------------------------- */

static int op_watch(struct request *r)
{
	int rc;

	if (!r->rest_len || strlen(r->rest) + 1 != r->rest_len)
		return -EINVAL;
	rc = watch_add(r->conn, r->path, r->rest, r->relative);
	if (rc)
		return rc;
	done(r);
	watch_first(r->conn);
	return 0;
}

static int op_unwatch(struct request *r)
{
	int rc;

	if (!r->rest_len || strlen(r->rest) + 1 != r->rest_len)
		return -EINVAL;
	rc = watch_del(r->conn, r->path, r->rest);
	return rc ? rc : done(r);
}

static void conn_reset(struct store_conn *c)
{
	watch_del_all(c);
	while (!list_empty(&c->txs))
		tx_free(c, list_first(&c->txs, struct store_tx, node));
}

static int op_reset_watches(struct request *r)
{
	conn_reset(r->conn);
	return done(r);
}

static int op_is_domain_introduced(struct request *r)
{
	answer(r, conn_of(number(r->path)) ? "T" : "F", 2);
	return 0;
}

static int op_domain(struct request *r)
{
	u32 domid = number(r->path);
	int rc = 0;

	if (r->conn->domid)
		return -EACCES;
	if (r->hdr->type == XS_INTRODUCE)
		rc = store_introduce ? store_introduce(domid) : -ENOSYS;
	else if (r->hdr->type == XS_RELEASE)
		rc = store_release ? store_release(domid) : -ENOSYS;
	return rc ? rc : done(r);
}

/* ---- Requests ----------------------------------------------------------- */

enum {
	ARG_NONE,		/* the data does not matter */
	ARG_WORD,		/* a string */
	ARG_PATH,		/* a path, and whatever follows it */
	ARG_WATCH,		/* a path, or @something */
};

static const struct {
	int (*fn)(struct request *r);
	u8 arg;
} ops[XS_TYPE_COUNT] = {
	[XS_DIRECTORY] = { op_directory, ARG_PATH },
	[XS_READ] = { op_read, ARG_PATH },
	[XS_GET_PERMS] = { op_get_perms, ARG_PATH },
	[XS_WATCH] = { op_watch, ARG_WATCH },
	[XS_UNWATCH] = { op_unwatch, ARG_WATCH },
	[XS_TRANSACTION_START] = { op_transaction_start, ARG_NONE },
	[XS_TRANSACTION_END] = { op_transaction_end, ARG_WORD },
	[XS_INTRODUCE] = { op_domain, ARG_WORD },
	[XS_RELEASE] = { op_domain, ARG_WORD },
	[XS_GET_DOMAIN_PATH] = { op_get_domain_path, ARG_WORD },
	[XS_WRITE] = { op_write, ARG_PATH },
	[XS_MKDIR] = { op_mkdir, ARG_PATH },
	[XS_RM] = { op_rm, ARG_PATH },
	[XS_SET_PERMS] = { op_set_perms, ARG_PATH },
	[XS_IS_DOMAIN_INTRODUCED] = { op_is_domain_introduced, ARG_WORD },
	[XS_RESUME] = { op_domain, ARG_WORD },
	[XS_SET_TARGET] = { op_domain, ARG_WORD },
	[XS_RESET_WATCHES] = { op_reset_watches, ARG_NONE },
	[XS_DIRECTORY_PART] = { op_directory_part, ARG_PATH },
};

/* Those whose strings all end in NUL; a value is any bytes. */
static bool strings_whole(const struct request *r)
{
	return r->hdr->type == XS_WRITE || !r->rest_len ||
	       !r->rest[r->rest_len - 1];
}

static int parse(struct request *r, char *data)
{
	u32 len = r->hdr->len, n = 0, home = 0;
	u8 arg = ops[r->hdr->type].arg;

	if (arg == ARG_NONE)
		return 0;
	while (n < len && data[n])
		n++;
	if (n == len)
		return -EINVAL;
	r->rest = data + n + 1;
	r->rest_len = len - n - 1;
	if (!strings_whole(r))
		return -EINVAL;
	if (arg != ARG_WORD && *data != '/' && *data != '@')
		home = hc_snprintf(r->path, sizeof(r->path), HOME "%u/",
				r->conn->domid);
	r->relative = home;
	if (home + n + 1 > sizeof(r->path))
		return -EINVAL;
	memcpy(r->path + home, data, n + 1);
	if (arg == ARG_WORD || (arg == ARG_WATCH && *data == '@'))
		return 0;
	return path_ok(r->path) ? 0 : -EINVAL;
}

void store_request(struct store_conn *c, const struct xsd_sockmsg *hdr,
		   char *data)
{
	struct request r = { .conn = c, .hdr = hdr };
	int rc = -ENOSYS;

	if (hdr->type < XS_TYPE_COUNT && ops[hdr->type].fn) {
		rc = parse(&r, data);
		if (!rc && hdr->tx_id) {
			r.tx = tx_find(c, hdr->tx_id);
			rc = r.tx ? 0 : -ENOENT;
		}
		if (!rc)
			rc = ops[hdr->type].fn(&r);
	}
	if (rc)
		refuse(&r, rc);
	txs_bound(c, &conns, &tree);
}

/* ---- Connections -------------------------------------------------------- */

void store_connect(struct store_conn *c, u32 domid)
{
	c->domid = domid;
	c->nodes = c->nr_watches = c->nr_txs = c->next_tx = 0;
	c->told_full = false;
	list_init(&c->watches);
	list_init(&c->txs);
	list_add(&conns, &c->node);
	watch_fire_special(&conns, "@introduceDomain");
}

void store_disconnect(struct store_conn *c)
{
	conn_reset(c);
	list_del(&c->node);
	watch_fire_special(&conns, "@releaseDomain");
}

void store_forget(u32 domid)
{
	char path[32];

	hc_snprintf(path, sizeof(path), HOME "%u", domid);
	store_remove(path);
}

int store_init(void)
{
	return tree_init(&tree);
}

/* ---- What domain 0 puts in ---------------------------------------------- */

int store_put(const char *path, const char *value, u32 owner, u32 reader)
{
	struct perm perms[2] = {
		{ owner, 0 }, { reader, PERM_READ },
	};
	struct tree_user u = { 0, ~0u, 0 };
	int rc = tree_write(&tree, &u, path, value, strlen(value));

	if (!rc)
		rc = tree_set_perms(&tree, 0, path, perms,
				    reader == owner ? 1 : 2, owner_changes,
				    NULL);
	if (!rc)
		watch_fire(&conns, &tree, path, false);
	return rc;
}

void store_remove(const char *path)
{
	watch_fire(&conns, &tree, path, true);
	(void)tree_rm(&tree, 0, path, owner_loses, NULL);
}
