/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_DOM_H
#define DEVICE_DOM_H

#include <stddef.h>

#include "util.h"

/* An attribute or a namespace declaration of an element. */
struct attr {
	struct attr *next;
	char *ns;
	char *name;
	char *value;
};

/* An element; namespaces are never NULL, "" is none. */
struct node {
	struct node *parent;
	struct node *first;
	struct node *last;
	struct node *next;
	struct attr *attrs;
	struct attr *declarations;
	char *ns;
	char *name;
	struct buf text;
	unsigned long line;
};

/* A parsed document, or the reason why it is none. */
struct dom {
	struct node *root;
	int has_cdata;
	char *error;
};

/* Never NULL: look at error first. A DOCTYPE is an error. */
struct dom *dom_parse(const char *, size_t);
void dom_free(struct dom *);

/* For another form of the same document: an element, appended to a parent. */
struct node *node_add(struct node *parent, const char *ns, const char *name);

/* As XML, without white space; namespaces where they change. */
void node_write(struct buf *, const struct node *);

int node_is(const struct node *, const char *ns, const char *name);
/* The first such child, or NULL. The node itself may be NULL. */
struct node *node_child(const struct node *, const char *ns, const char *name);
/* Follows names separated by '/', all in one namespace. */
struct node *node_path(const struct node *, const char *ns, const char *path);
/* Character data of the element itself; "" for NULL. */
const char *node_text(const struct node *);
/* The same without white space at both ends; to be freed. */
char *node_trimmed(const struct node *);
/* An attribute's value or NULL; ns NULL matches any namespace. */
const char *node_attr(const struct node *, const char *ns, const char *name);
/* The namespace that a prefix is bound to here, or NULL. */
const char *node_prefix(const struct node *, const char *prefix, size_t len);

#endif
