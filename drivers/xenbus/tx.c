/* SPDX-License-Identifier: MIT */
/*
 * tx.c - transactions: what they hold, and what they have looked at.
 */
#include <mm.h>

#include "tx.h"

int tx_note(struct store_conn *c, struct store_tx *tx, u32 type,
	    const char *path, const void *data, u32 len)
{
	const struct node *n = tree_find(&tx->base, path);
	size_t size = strlen(path) + 1;
	struct tx_op *op;

	if (tx->nr_ops >= STORE_TX_OPS || (c->domid && c->tx_bytes +
			sizeof(*op) + size + len > STORE_TX_BYTES))
		return -ENOSPC;
	op = kmalloc(sizeof(*op) + size + len);
	if (!op)
		return -ENOMEM;
	tx->bytes += sizeof(*op) + size + len;
	c->tx_bytes += sizeof(*op) + size + len;
	op->type = type;
	op->changed = n ? n->changed : 0;
	op->len = len;
	memcpy(op->path, path, size);
	memcpy(op->path + size, data, len);
	list_add(&tx->ops, &op->node);
	tx->nr_ops++;
	return 0;
}

int tx_did(struct store_tx *tx, int rc)
{
	if (rc)
		container_of(tx->ops.prev, struct tx_op, node)->type = XS_READ;
	return rc;
}

void tx_free(struct store_conn *c, struct store_tx *tx)
{
	struct tx_op *op;

	while (!list_empty(&tx->ops)) {
		op = list_first(&tx->ops, struct tx_op, node);
		list_del(&op->node);
		kfree(op);
	}
	list_del(&tx->node);
	tree_free(&tx->tree);
	tree_free(&tx->base);
	c->tx_bytes -= tx->bytes;
	kfree(tx);
	c->nr_txs--;
}

struct store_tx *tx_find(struct store_conn *c, u32 id)
{
	struct store_tx *tx;

	list_for(tx, &c->txs, node)
		if (tx->id == id)
			return tx;
	return NULL;
}

/* Has nothing changed that it looked at or wrote? */
bool tx_unchanged(const struct store_tx *tx, const struct tree *now)
{
	const struct tx_op *op;
	const struct node *n;

	if (tx->lost)
		return false;
	list_for(op, &tx->ops, node) {
		n = tree_find(now, op->path);
		if ((n ? n->changed : 0) != op->changed)
			return false;
	}
	return true;
}

static void tx_share(struct store_tx *tx, const struct tree *t)
{
	tree_share(&tx->base, t);
	tree_share(&tx->tree, t);
}

/* The oldest ones end in vain, until no more than MOST bytes are held. */
static void txs_lose(struct store_conn *c, const struct tree *now, u64 most)
{
	struct store_tx *tx;

	list_for(tx, &c->txs, node) {
		if (tree_bytes <= most)
			return;
		tree_free(&tx->tree);
		tree_free(&tx->base);
		tx_share(tx, now);
		tx->lost = true;
	}
}

/*
 * Who has a lot copied for his own ones harms nobody else's.  To look costs a
 * walk, so that is done only when there is an eighth more than at the last.
 */
void txs_bound(struct store_conn *c, struct list *conns,
	       const struct tree *now)
{
	static u64 looked;
	u64 most;

	looked = min(looked, tree_bytes);
	if (tree_bytes - looked < STORE_TX_KEPT / 8)
		return;
	most = tree_size(now) + STORE_TX_KEPT;
	if (c->domid)
		txs_lose(c, now, most);
	list_for(c, conns, node)
		if (c->domid)
			txs_lose(c, now, most);
	looked = tree_bytes;
}

int tx_begin(struct store_conn *c, const struct tree *t, u32 nodes,
	     struct store_tx **out)
{
	struct store_tx *tx;

	if (c->domid && c->nr_txs >= STORE_TXS)
		return -ENOSPC;
	tx = kzalloc(sizeof(*tx));
	if (!tx)
		return -ENOMEM;
	do
		tx->id = ++c->next_tx;
	while (!tx->id || tx_find(c, tx->id));
	tx_share(tx, t);
	tx->user = (struct tree_user){ c->domid, nodes, 0 };
	list_init(&tx->ops);
	list_add(&c->txs, &tx->node);
	c->nr_txs++;
	*out = tx;
	return 0;
}
