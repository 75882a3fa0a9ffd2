/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "grammar.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

int
node_is_nil(const struct node *n)
{
	const char *nil = node_attr(n, XSI, "nil");

	return nil != NULL && (strcmp(nil, "true") == 0 || *nil == '1');
}

static int
row_matches(const struct grammar *g, const struct grammar_row *row,
    const struct node *n)
{
	return node_is(n, row->ns == NULL ? g->ns : row->ns, row->name);
}

static int
row_is_of(const struct grammar_row *row, const struct node *parent)
{
	return strcmp(row->parent, parent->name) == 0;
}

static void
value_check(
    const struct grammar *g, struct report *r, const struct node *n, int flags)
{
	char *text = node_trimmed(n);
	const char *digits = *text == '-' ? text + 1 : text;

	if ((flags & G_INT) && !str_is_decimal(digits))
		report_fail(r, g->rule, "<%s> is \"%s\", not an integer",
		    n->name, text);
	if ((flags & G_BOOL) && strcmp(text, "true") != 0 &&
	    strcmp(text, "false") != 0)
		report_fail(
		    r, g->rule, "<%s> is \"%s\", not a boolean", n->name, text);
	if ((flags & G_TEXT) && *text == '\0')
		report_fail(r, g->rule, "<%s> is empty", n->name);
	if ((flags & G_EMPTY) && *text != '\0')
		report_fail(r, g->rule, "<%s> should have no text", n->name);
	free(text);
}

static void
nil_check(
    const struct grammar *g, struct report *r, const struct node *n, int flags)
{
	if (!(flags & (G_NIL | G_ONLY_NIL)))
		report_fail(r, g->rule, "<%s> may not be nil", n->name);
	if (n->first != NULL || n->text.len > 0)
		report_fail(r, g->rule, "<%s> is nil but not empty", n->name);
}

static void
node_judge(
    const struct grammar *g, struct report *r, const struct node *n, int flags)
{
	if (flags & G_OPEN)
		return;
	if (node_is_nil(n)) {
		nil_check(g, r, n, flags);
		return;
	}
	if (flags & G_ONLY_NIL)
		report_fail(r, g->rule, "<%s> should be xsi:nil", n->name);
	if (!(flags & (G_INT | G_BOOL | G_LEAF | G_TEXT | G_EMPTY))) {
		grammar_check(g, r, n);
		return;
	}
	if (n->first != NULL)
		report_fail(
		    r, g->rule, "<%s> should have no elements", n->name);
	value_check(g, r, n, flags);
}

static void
count_check(const struct grammar *g, struct report *r,
    const struct grammar_row *row, const struct node *parent)
{
	const struct node *n;
	unsigned count = 0;

	for (n = parent->first; n != NULL; n = n->next)
		count += row_matches(g, row, n) ? 1 : 0;
	if (count == 0 && !(row->flags & G_OPTIONAL))
		report_fail(r, g->rule, "<%s> is missing in <%s>", row->name,
		    parent->name);
	if (count > 1 && !(row->flags & G_MANY))
		report_fail(r, g->rule, "<%s> stands %u times in <%s>",
		    row->name, count, parent->name);
}

/* The children in any order, each as often as its row allows. */
static void
choice_check(
    const struct grammar *g, struct report *r, const struct node *parent)
{
	const struct node *n;
	size_t i;

	for (i = 0; i < g->nrows; i++)
		if (row_is_of(&g->rows[i], parent))
			count_check(g, r, &g->rows[i], parent);
	for (n = parent->first; n != NULL; n = n->next) {
		for (i = 0; i < g->nrows; i++)
			if (row_is_of(&g->rows[i], parent) &&
			    row_matches(g, &g->rows[i], n))
				break;
		if (i == g->nrows)
			report_fail(r, g->rule, "<%s> may not stand in <%s>",
			    n->name, parent->name);
		else
			node_judge(g, r, n, g->rows[i].flags);
	}
}

/* The children that one row of a sequence takes; the next one after them. */
static const struct node *
row_take(const struct grammar *g, struct report *r,
    const struct grammar_row *row, const struct node *parent,
    const struct node *at)
{
	int taken = 0;

	while (at != NULL && row_matches(g, row, at)) {
		node_judge(g, r, at, row->flags);
		at = at->next;
		taken++;
		if (!(row->flags & G_MANY))
			break;
	}
	if (taken == 0 && !(row->flags & G_OPTIONAL))
		report_fail(r, g->rule, "in <%s>, <%s> is due before %s%s",
		    parent->name, row->name,
		    at == NULL ? "the end" : "element ",
		    at == NULL ? "" : at->name);
	return at;
}

static void
sequence_check(
    const struct grammar *g, struct report *r, const struct node *parent)
{
	const struct node *at = parent->first;
	size_t i;

	for (i = 0; i < g->nrows; i++)
		if (row_is_of(&g->rows[i], parent))
			at = row_take(g, r, &g->rows[i], parent, at);
	for (; at != NULL; at = at->next)
		report_fail(r, g->rule, "in <%s>, <%s> is out of place",
		    parent->name, at->name);
}

static int
parent_flags(const struct grammar *g, const struct node *n)
{
	size_t i;

	for (i = 0; i < g->nrows; i++)
		if (row_matches(g, &g->rows[i], n))
			return g->rows[i].flags;
	return 0;
}

void
grammar_check(const struct grammar *g, struct report *r, const struct node *n)
{
	char *text;

	if (n == NULL)
		return;
	text = node_trimmed(n);
	if (*text != '\0')
		report_fail(
		    r, g->rule, "stray text \"%.40s\" in <%s>", text, n->name);
	free(text);
	if (parent_flags(g, n) & G_CHOICE)
		choice_check(g, r, n);
	else
		sequence_check(g, r, n);
}
