/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "csp_tree.h"
#include "util.h"

#define DEPTH_MAX 24

static int
is_listed(const char *list, const char *name, size_t n)
{
	size_t len;

	for (; *list != '\0'; list += len + (list[len] == '/')) {
		len = strcspn(list, "/");
		if (len == n && strncasecmp(list, name, n) == 0)
			return 1;
	}
	return 0;
}

/* The first name of a path, unless the list has it. */
static void
name_list(struct buf *list, const char *rest)
{
	size_t n = rest == NULL ? 0 : strcspn(rest, "/");

	if (n == 0 || is_listed(list->data, rest, n))
		return;
	if (list->len > 0)
		buf_puts(list, "/");
	buf_add(list, rest, n);
}

static char *
children(const struct csp *c, const char *path)
{
	struct buf list = { 0 };
	const struct entry *e;
	const char *rest;
	size_t i;

	buf_add(&list, "", 0);
	for (e = c->entries; e != NULL; e = e->next)
		name_list(&list, path_below(e->path, path));
	for (i = 0; i < csp_nrules; i++) {
		rest = path_below(csp_rules[i].path, path);
		if (rest != NULL && strchr(rest, '/') != NULL && *rest != '*')
			name_list(&list, rest);
	}
	return list.data;
}

static struct csp_value **
value_add(struct csp_value **tail, const char *uri, const char *format,
    const char *data)
{
	struct csp_value *v = xcalloc(1, sizeof(*v));

	v->uri = xstrdup(uri);
	v->format = xstrdup(format);
	str_set(&v->data, data);
	*tail = v;
	return &v->next;
}

/* The node, then everything below it, each one an item. */
static struct csp_value **
subtree_list(const struct csp *c, const char *path, const char *uri,
    int with_data, unsigned depth, struct csp_value **tail)
{
	const struct entry *e = entry_find(c, path);
	char *names, *rest, *name;

	if (!is_interior(c, path)) {
		if (e == NULL)
			return tail;
		return value_add(
		    tail, uri, e->format, with_data ? e->value : NULL);
	}
	names = children(c, path);
	tail = value_add(tail, uri, "node", with_data ? names : NULL);
	rest = names;
	while (depth < DEPTH_MAX && (name = strsep(&rest, "/")) != NULL) {
		char *child = xprintf("%s/%s", path, name);
		char *child_uri = xprintf("%s/%s", uri, name);

		if (*name != '\0')
			tail = subtree_list(
			    c, child, child_uri, with_data, depth + 1, tail);
		free(child);
		free(child_uri);
	}
	free(names);
	return tail;
}

static int
plain_get(const struct csp *c, const char *path, struct csp_result *out)
{
	const struct entry *e = entry_find(c, path);

	if (is_interior(c, path)) {
		out->format = xstrdup("node");
		out->data = children(c, path);
		return 200;
	}
	if (e == NULL)
		return 404;
	out->format = xstrdup(e->format);
	out->data = xstrdup(e->value);
	return 200;
}

/* Properties of nodes are an optional feature that this device has not. */
int
csp_get(const struct csp *c, const char *path, const char *uri,
    struct csp_result *out)
{
	const char *query = strchr(uri, '?');
	char *plain;
	int structure;

	if (query == NULL)
		return plain_get(c, path, out);
	if (str_starts(query, "?prop="))
		return 406;
	structure = strcmp(query, "?list=Struct") == 0;
	if (!structure && strcmp(query, "?list=StructData") != 0)
		return 421;
	plain = xstrndup(uri, (size_t)(query - uri));
	subtree_list(c, path, plain, !structure, 0, &out->list);
	free(plain);
	return out->list == NULL ? 404 : 200;
}
