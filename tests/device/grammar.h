/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_GRAMMAR_H
#define DEVICE_GRAMMAR_H

#include <stddef.h>

#include "dom.h"
#include "report.h"

/* What may stand at a place; the rows of a parent are in their order. */
enum {
	G_OPTIONAL = 1 << 0,
	G_MANY = 1 << 1,
	G_NIL = 1 << 2,	     /* xsi:nil="true" is allowed */
	G_ONLY_NIL = 1 << 3, /* and nothing else */
	G_INT = 1 << 4,
	G_BOOL = 1 << 5,
	G_LEAF = 1 << 6, /* text, maybe none */
	G_TEXT = 1 << 7, /* text, not empty */
	G_EMPTY = 1 << 8,
	G_OPEN = 1 << 9,    /* content is somebody else's business */
	G_CHOICE = 1 << 10, /* the children of this one come in any order */
};

struct grammar_row {
	const char *parent;
	const char *name;
	int flags;
	/* NULL: the namespace of the whole table */
	const char *ns;
};

struct grammar {
	const char *rule; /* the name of the failures */
	const char *ns;
	const struct grammar_row *rows;
	size_t nrows;
};

/* Judges the children of a node, and theirs; the failures go to the report. */
void grammar_check(
    const struct grammar *, struct report *, const struct node *);
/* An element that says that it has no value. */
int node_is_nil(const struct node *);

#endif
