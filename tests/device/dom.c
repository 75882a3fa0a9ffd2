/* SPDX-License-Identifier: ISC */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "dom.h"

#define SEPARATOR '\n'

struct builder {
	XML_Parser parser;
	struct dom *dom;
	struct node *open;
	struct attr *declarations;
};

/* Splits expat's "namespace\nname". */
static void
split_name(const char *qualified, char **ns, char **name)
{
	const char *at = strchr(qualified, SEPARATOR);

	if (at == NULL) {
		*ns = xstrdup("");
		*name = xstrdup(qualified);
		return;
	}
	*ns = xstrndup(qualified, (size_t)(at - qualified));
	*name = xstrdup(at + 1);
}

static struct attr *
attributes_read(const XML_Char **pairs)
{
	struct attr *list = NULL, **tail = &list;

	for (; *pairs != NULL; pairs += 2) {
		struct attr *a = xcalloc(1, sizeof(*a));

		split_name(pairs[0], &a->ns, &a->name);
		a->value = xstrdup(pairs[1]);
		*tail = a;
		tail = &a->next;
	}
	return list;
}

static void
node_append(struct node *parent, struct node *n)
{
	n->parent = parent;
	if (parent == NULL)
		return;
	if (parent->last == NULL)
		parent->first = n;
	else
		parent->last->next = n;
	parent->last = n;
}

struct node *
node_add(struct node *parent, const char *ns, const char *name)
{
	struct node *n = xcalloc(1, sizeof(*n));

	n->ns = xstrdup(ns);
	n->name = xstrdup(name);
	node_append(parent, n);
	return n;
}

static void
element_start(void *data, const XML_Char *name, const XML_Char **pairs)
{
	struct builder *b = data;
	struct node *n = xcalloc(1, sizeof(*n));

	split_name(name, &n->ns, &n->name);
	n->line = XML_GetCurrentLineNumber(b->parser);
	n->attrs = attributes_read(pairs);
	n->declarations = b->declarations;
	b->declarations = NULL;
	node_append(b->open, n);
	if (b->open == NULL)
		b->dom->root = n;
	b->open = n;
}

static void
element_end(void *data, const XML_Char *name)
{
	struct builder *b = data;

	(void)name;
	b->open = b->open->parent;
}

static void
characters(void *data, const XML_Char *text, int n)
{
	struct builder *b = data;

	buf_add(&b->open->text, text, (size_t)n);
}

static void
namespace_start(void *data, const XML_Char *prefix, const XML_Char *uri)
{
	struct builder *b = data;
	struct attr *a = xcalloc(1, sizeof(*a));

	a->ns = xstrdup("");
	a->name = xstrdup(prefix == NULL ? "" : prefix);
	a->value = xstrdup(uri == NULL ? "" : uri);
	a->next = b->declarations;
	b->declarations = a;
}

static void
cdata_start(void *data)
{
	struct builder *b = data;

	b->dom->has_cdata = 1;
}

static void
doctype_start(void *data, const XML_Char *name, const XML_Char *system,
    const XML_Char *public, int internal)
{
	struct builder *b = data;

	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	str_set(&b->dom->error, "it has a DOCTYPE");
	XML_StopParser(b->parser, XML_FALSE);
}

static void
attributes_free(struct attr *a)
{
	while (a != NULL) {
		struct attr *next = a->next;

		free(a->ns);
		free(a->name);
		free(a->value);
		free(a);
		a = next;
	}
}

static void
node_free(struct node *n)
{
	struct node *child = n->first;

	while (child != NULL) {
		struct node *next = child->next;

		node_free(child);
		child = next;
	}
	attributes_free(n->attrs);
	attributes_free(n->declarations);
	free(n->ns);
	free(n->name);
	buf_free(&n->text);
	free(n);
}

void
dom_free(struct dom *d)
{
	if (d == NULL)
		return;
	if (d->root != NULL)
		node_free(d->root);
	free(d->error);
	free(d);
}

static void
builder_failed(struct builder *b)
{
	if (b->dom->error != NULL)
		return;
	b->dom->error =
	    xprintf("line %lu: %s", XML_GetCurrentLineNumber(b->parser),
		XML_ErrorString(XML_GetErrorCode(b->parser)));
}

struct dom *
dom_parse(const char *text, size_t n)
{
	struct builder b = { 0 };
	XML_Parser p = XML_ParserCreateNS(NULL, SEPARATOR);

	if (p == NULL)
		die("no memory");
	b.parser = p;
	b.dom = xcalloc(1, sizeof(*b.dom));
	XML_SetUserData(p, &b);
	XML_SetElementHandler(p, element_start, element_end);
	XML_SetCharacterDataHandler(p, characters);
	XML_SetStartNamespaceDeclHandler(p, namespace_start);
	XML_SetStartCdataSectionHandler(p, cdata_start);
	XML_SetStartDoctypeDeclHandler(p, doctype_start);
	if (XML_Parse(p, text == NULL ? "" : text, (int)n, 1) != XML_STATUS_OK)
		builder_failed(&b);
	attributes_free(b.declarations);
	XML_ParserFree(p);
	return b.dom;
}

void
node_write(struct buf *out, const struct node *n)
{
	const struct node *child;

	buf_printf(out, "<%s", n->name);
	if (n->parent == NULL || strcmp(n->parent->ns, n->ns) != 0)
		buf_printf(out, " xmlns=\"%s\"", n->ns);
	buf_puts(out, ">");
	buf_xml(out, node_text(n));
	for (child = n->first; child != NULL; child = child->next)
		node_write(out, child);
	buf_printf(out, "</%s>", n->name);
}

int
node_is(const struct node *n, const char *ns, const char *name)
{
	return n != NULL && strcmp(n->ns, ns) == 0 &&
	       strcmp(n->name, name) == 0;
}

struct node *
node_child(const struct node *n, const char *ns, const char *name)
{
	struct node *c;

	if (n == NULL)
		return NULL;
	for (c = n->first; c != NULL; c = c->next)
		if (node_is(c, ns, name))
			return c;
	return NULL;
}

struct node *
node_path(const struct node *n, const char *ns, const char *path)
{
	struct node *child = NULL;

	while (*path != '\0') {
		size_t len = strcspn(path, "/");
		char *name = xstrndup(path, len);

		child = node_child(n, ns, name);
		free(name);
		n = child;
		path += len;
		if (*path == '/')
			path++;
	}
	return child;
}

const char *
node_text(const struct node *n)
{
	return n == NULL || n->text.data == NULL ? "" : n->text.data;
}

char *
node_trimmed(const struct node *n)
{
	const char *s = node_text(n);
	size_t len;

	s += strspn(s, " \t\r\n");
	len = strlen(s);
	while (len > 0 && strchr(" \t\r\n", s[len - 1]) != NULL)
		len--;
	return xstrndup(s, len);
}

const char *
node_attr(const struct node *n, const char *ns, const char *name)
{
	const struct attr *a;

	if (n == NULL)
		return NULL;
	for (a = n->attrs; a != NULL; a = a->next)
		if (strcmp(a->name, name) == 0 &&
		    (ns == NULL || strcmp(a->ns, ns) == 0))
			return a->value;
	return NULL;
}

const char *
node_prefix(const struct node *n, const char *prefix, size_t len)
{
	const struct attr *a;

	for (; n != NULL; n = n->parent)
		for (a = n->declarations; a != NULL; a = a->next)
			if (strlen(a->name) == len &&
			    memcmp(a->name, prefix, len) == 0)
				return a->value;
	return NULL;
}
