/* SPDX-License-Identifier: MIT */
/*
 * tree.c - the store's tree, whose nodes are copied when they are shared.
 *
 * Depth is bounded by TREE_DEPTH, so recursion is as well.
 */
#include <mm.h>

#include "tree.h"

static u64 changes;
u64 tree_bytes;

/* ---- Nodes -------------------------------------------------------------- */

static u64 size_of(const struct node *n)
{
	return sizeof(*n) + n->room * sizeof(*n->child) + n->len;
}

static void node_put(struct node *n)
{
	u32 i;

	if (--n->refs)
		return;
	for (i = 0; i < n->nr_children; i++)
		node_put(n->child[i]);
	tree_bytes -= size_of(n);
	kfree(n->child);
	kfree(n->value);
	kfree(n);
}

static struct node *node_new(const char *name, size_t len)
{
	struct node *n = kzalloc(sizeof(*n));

	if (!n)
		return NULL;
	tree_bytes += sizeof(*n);
	n->refs = 1;
	memcpy(n->name, name, len);
	n->changed = ++changes;
	return n;
}

static bool room_for(struct node *n, u32 children)
{
	struct node **more;
	u32 room = n->room ? n->room : 4;

	if (children <= n->room)
		return true;
	while (room < children)
		room *= 2;
	more = kmalloc(room * sizeof(struct node *));
	if (!more)
		return false;
	if (n->child)
		memcpy(more, n->child, n->nr_children * sizeof(*more));
	kfree(n->child);
	tree_bytes += (room - n->room) * sizeof(*more);
	n->child = more;
	n->room = room;
	return true;
}

static int value_set(struct node *n, const void *value, size_t len)
{
	char *copy = NULL;

	if (len) {
		copy = kmalloc(len);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, value, len);
	}
	kfree(n->value);
	tree_bytes += len - n->len;
	n->value = copy;
	n->len = len;
	return 0;
}

/* A copy of its own of what others hold too; or what there is, if nobody. */
static struct node *node_own(struct node *n)
{
	struct node *copy;
	u32 i;

	if (n->refs == 1)
		return n;
	copy = node_new(n->name, strlen(n->name));
	if (!copy)
		return NULL;
	if (!room_for(copy, n->nr_children) ||
	    value_set(copy, n->value, n->len)) {
		node_put(copy);
		return NULL;
	}
	for (i = 0; i < n->nr_children; i++) {
		copy->child[i] = n->child[i];
		n->child[i]->refs++;
	}
	copy->nr_children = n->nr_children;
	copy->changed = n->changed;
	copy->nr_perms = n->nr_perms;
	memcpy(copy->perms, n->perms, sizeof(n->perms));
	n->refs--;
	return copy;
}

/* Where a child of that name is, or would be. */
static u32 child_at(const struct node *n, const char *name, size_t len,
		    bool *found)
{
	u32 low = 0, high = n->nr_children, mid;
	int c;

	*found = false;
	while (low < high) {
		mid = (low + high) / 2;
		c = memcmp(n->child[mid]->name, name, len);
		if (!c && n->child[mid]->name[len])
			c = 1;
		if (!c) {
			*found = true;
			return mid;
		}
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool node_allows(const struct node *n, u32 domid, u8 what)
{
	u32 i;

	if (domid == 0 || n->perms[0].domid == domid)
		return true;
	for (i = 1; i < n->nr_perms; i++)
		if (n->perms[i].domid == domid)
			return (n->perms[i].may & what) == what;
	return (n->perms[0].may & what) == what;
}

/* ---- Trees -------------------------------------------------------------- */

int tree_init(struct tree *t)
{
	t->root = node_new("", 0);
	if (!t->root)
		return -ENOMEM;
	t->root->nr_perms = 1;
	t->root->perms[0].may = PERM_READ;
	return 0;
}

void tree_free(struct tree *t)
{
	if (t->root)
		node_put(t->root);
	t->root = NULL;
}

void tree_share(struct tree *to, const struct tree *from)
{
	from->root->refs++;
	to->root = from->root;
}

static u64 size_below(const struct node *n)
{
	u64 size = size_of(n);
	u32 i;

	for (i = 0; i < n->nr_children; i++)
		size += size_below(n->child[i]);
	return size;
}

u64 tree_size(const struct tree *t)
{
	return size_below(t->root);
}

static bool char_ok(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '@' ||
	       c == '+' || c == ':' || c == '.' || c == ',';
}

bool path_ok(const char *path)
{
	u32 depth = 0, len;

	if (path[0] != '/')
		return false;
	if (!path[1])
		return true;
	while (*path) {
		if (*path++ != '/' || ++depth > TREE_DEPTH)
			return false;
		for (len = 0; char_ok(*path); path++)
			len++;
		if (!len || len >= TREE_NAME)
			return false;
	}
	return true;
}

/* The length of the path's first part, which *path then points at. */
static size_t part(const char **path)
{
	const char *p = *path;

	while (*p == '/')
		p++;
	*path = p;
	while (*p && *p != '/')
		p++;
	return p - *path;
}

const struct node *tree_find(const struct tree *t, const char *path)
{
	const struct node *n = t->root;
	size_t len;
	bool found;
	u32 at;

	for (len = part(&path); len; path += len, len = part(&path)) {
		at = child_at(n, path, len, &found);
		if (!found)
			return NULL;
		n = n->child[at];
	}
	return n;
}

/* ---- Changes ------------------------------------------------------------ */

/* A new child there, owned by its maker. */
static int child_add(struct node *n, u32 at, struct tree_user *u,
		     const char *name, size_t len)
{
	struct node *child;
	u32 i;

	if (!node_allows(n, u->domid, PERM_WRITE))
		return -EACCES;
	if (u->made >= u->limit)
		return -ENOSPC;
	child = node_new(name, len);
	if (!child || !room_for(n, n->nr_children + 1)) {
		if (child)
			node_put(child);
		return -ENOMEM;
	}
	u->made++;
	child->nr_perms = n->nr_perms;
	memcpy(child->perms, n->perms, sizeof(n->perms));
	if (u->domid)
		child->perms[0].domid = u->domid;
	for (i = n->nr_children++; i > at; i--)
		n->child[i] = n->child[i - 1];
	n->child[at] = child;
	n->changed = ++changes;
	return 0;
}

static int write_below(struct node **slot, struct tree_user *u,
		       const char *path, const void *value, size_t vlen)
{
	struct node *n = node_own(*slot);
	size_t len = part(&path);
	bool found;
	u32 at;
	int rc;

	if (!n)
		return -ENOMEM;
	*slot = n;
	if (!len) {
		if (!value)
			return 0;
		if (!node_allows(n, u->domid, PERM_WRITE))
			return -EACCES;
		rc = value_set(n, value, vlen);
		if (!rc)
			n->changed = ++changes;
		return rc;
	}
	at = child_at(n, path, len, &found);
	if (!found) {
		rc = child_add(n, at, u, path, len);
		if (rc)
			return rc;
	}
	return write_below(&n->child[at], u, path + len, value, vlen);
}

int tree_write(struct tree *t, struct tree_user *u, const char *path,
	       const void *value, size_t len)
{
	if (len > TREE_VALUE)
		return -ENOSPC;
	return write_below(&t->root, u, path, value, len);
}

static void tell_owners(const struct node *n,
			void (*fn)(void *arg, u32 owner), void *arg)
{
	u32 i;

	fn(arg, n->perms[0].domid);
	for (i = 0; i < n->nr_children; i++)
		tell_owners(n->child[i], fn, arg);
}

/* Every node from the root to the path's, as one's own; the last's slot. */
static int own_path(struct node **slot, const char *path, struct node ***last,
		    struct node **parent)
{
	struct node *n;
	size_t len;
	bool found;
	u32 at;

	*parent = NULL;
	for (;;) {
		n = node_own(*slot);
		if (!n)
			return -ENOMEM;
		*slot = n;
		*last = slot;
		len = part(&path);
		if (!len)
			return 0;
		at = child_at(n, path, len, &found);
		if (!found)
			return -ENOENT;
		*parent = n;
		slot = &n->child[at];
		path += len;
	}
}

int tree_rm(struct tree *t, u32 domid, const char *path,
	    void (*fn)(void *arg, u32 owner), void *arg)
{
	const struct node *n = tree_find(t, path);
	struct node **slot, *parent;
	u32 at, i;
	int rc;

	if (!n)
		return -ENOENT;
	if (n == t->root)
		return -EINVAL;
	if (!node_allows(n, domid, PERM_WRITE))
		return -EACCES;
	rc = own_path(&t->root, path, &slot, &parent);
	if (rc)
		return rc;
	tell_owners(*slot, fn, arg);
	node_put(*slot);
	at = slot - parent->child;
	parent->nr_children--;
	for (i = at; i < parent->nr_children; i++)
		parent->child[i] = parent->child[i + 1];
	parent->changed = ++changes;
	return 0;
}

int tree_set_perms(struct tree *t, u32 domid, const char *path,
		   const struct perm *perms, u32 n,
		   void (*fn)(void *arg, u32 from, u32 to), void *arg)
{
	const struct node *there = tree_find(t, path);
	struct node **slot, *parent;
	int rc;

	if (!there)
		return -ENOENT;
	/* Only who owns it, and he can't give it away. */
	if (domid && (there->perms[0].domid != domid ||
		      perms[0].domid != domid))
		return -EACCES;
	rc = own_path(&t->root, path, &slot, &parent);
	if (rc)
		return rc;
	fn(arg, (*slot)->perms[0].domid, perms[0].domid);
	memcpy((*slot)->perms, perms, n * sizeof(*perms));
	(*slot)->nr_perms = n;
	(*slot)->changed = ++changes;
	return 0;
}

/* "r12": the letter says what, the number who. */
static int perm_parse(const char *s, struct perm *p)
{
	static const char letters[] = "nrwb";
	u32 domid = 0, i;

	for (i = 0; letters[i] && letters[i] != *s; i++)
		;
	if (!letters[i] || !*++s)
		return -EINVAL;
	p->may = i;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		domid = domid * 10 + (*s - '0');
		if (domid > 0x7fff)
			return -EINVAL;
	}
	p->domid = domid;
	return 0;
}

int perms_parse(const char *s, size_t len, struct perm *perms, u32 *n)
{
	size_t at = 0;
	int rc;

	for (*n = 0; at < len; ++*n) {
		if (*n == TREE_PERMS)
			return -ENOSPC;
		rc = perm_parse(s + at, &perms[*n]);
		if (rc)
			return rc;
		at += strlen(s + at) + 1;
	}
	return *n ? 0 : -EINVAL;
}
