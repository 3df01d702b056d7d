/* SPDX-License-Identifier: MIT */
/*
 * tree.h - the store's tree: nodes with a value, an owner and permissions.
 *
 * A tree is a root that is never changed while somebody else holds it: a change
 * copies what is shared, from the root down to the node.  So a transaction is
 * one more reference to the root, and costs nothing until it writes.  Every
 * change gives the node, and the parent that gains or loses a child, a new
 * number; at its end a transaction is refused if what it looked at has another
 * number by then.
 *
 * No machine, no domain and no ring is known here, so that it runs on the host
 * as well.  No lock: the store has one thread.
 */
#ifndef XENBUS_TREE_H
#define XENBUS_TREE_H

#include <lib.h>

#define TREE_NAME	64u		/* of a path's component, with NUL */
#define TREE_DEPTH	32u
#define TREE_PERMS	16u
#define TREE_VALUE	2048u		/* bytes of a value */

#define PERM_READ	1u
#define PERM_WRITE	2u

struct perm {
	u16 domid;
	u8 may;			/* PERM_ */
};

struct node {
	u32 refs;
	u32 nr_children, room;
	struct node **child;	/* sorted by name */
	u64 changed;		/* number of its last change */
	char *value;
	u16 len;
	u8 nr_perms;		/* at least 1 */
	struct perm perms[TREE_PERMS];	/* the first is the owner: all others */
	char name[TREE_NAME];
};

struct tree {
	struct node *root;	/* a reference */
};

/*
 * What all trees hold together: also nodes that are in none but one that was
 * shared some time ago.
 */
extern u64 tree_bytes;
/* Of this one, as if it were the only one. */
u64 tree_size(const struct tree *t);

/* An empty tree that domain 0 owns: 0 or -ENOMEM. */
int tree_init(struct tree *t);
void tree_free(struct tree *t);
/* Both have the same contents, until one changes. */
void tree_share(struct tree *to, const struct tree *from);

/* Absolute, of letters, digits and -/_@+:., no empty part, not too deep. */
bool path_ok(const char *path);

/* The node, or NULL.  It stays as long as the tree is not changed. */
const struct node *tree_find(const struct tree *t, const char *path);

/* len bytes of strings like "r12", each with its NUL: -EINVAL, -ENOSPC. */
int perms_parse(const char *s, size_t len, struct perm *perms, u32 *n);

bool node_allows(const struct node *n, u32 domid, u8 what);

/*
 * Who creates nodes is their owner and gets their parent's permissions for
 * others.  *made counts what was created, also when it ends with an error.
 * -EACCES, -ENOMEM, -ENOSPC (see limit).
 */
struct tree_user {
	u32 domid;
	u32 limit;		/* of nodes that may be created now */
	u32 made;
};

/* value NULL: only that it is there. */
int tree_write(struct tree *t, struct tree_user *u, const char *path,
	       const void *value, size_t len);
/* -ENOENT, -EACCES, -EINVAL for the root.  fn is told each node's owner. */
int tree_rm(struct tree *t, u32 domid, const char *path,
	    void (*fn)(void *arg, u32 owner), void *arg);
int tree_set_perms(struct tree *t, u32 domid, const char *path,
		   const struct perm *perms, u32 n,
		   void (*fn)(void *arg, u32 from, u32 to), void *arg);

#endif
