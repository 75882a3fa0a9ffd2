/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec.h"
#include "csp_tree.h"
#include "util.h"

const struct csp_rule *
rule_find(const char *path)
{
	size_t i;

	for (i = 0; i < csp_nrules; i++)
		if (path_fits(csp_rules[i].path, path, 0))
			return &csp_rules[i];
	return NULL;
}

struct entry *
entry_find(const struct csp *c, const char *path)
{
	struct entry *e;

	for (e = c->entries; e != NULL; e = e->next)
		if (strcasecmp(e->path, path) == 0)
			break;
	return e;
}

void
entry_set(
    struct csp *c, const char *path, const char *format, const char *value)
{
	struct entry *e = entry_find(c, path), **tail = &c->entries;

	if (e == NULL) {
		while (*tail != NULL)
			tail = &(*tail)->next;
		e = *tail = xcalloc(1, sizeof(*e));
		e->path = xstrdup(path);
	}
	str_set(&e->format, format == NULL ? "chr" : format);
	str_set(&e->value, value == NULL ? "" : value);
}

static void
entry_drop(struct entry **at)
{
	struct entry *e = *at;

	*at = e->next;
	free(e->path);
	free(e->format);
	free(e->value);
	free(e);
}

void
entries_remove(struct csp *c, const char *path)
{
	struct entry **at = &c->entries;

	while (*at != NULL)
		if (strcasecmp((*at)->path, path) == 0 ||
		    path_below((*at)->path, path) != NULL)
			entry_drop(at);
		else
			at = &(*at)->next;
}

int
is_interior(const struct csp *c, const char *path)
{
	const struct entry *e;
	size_t i;

	for (i = 0; i < csp_nrules; i++)
		if (path_fits(csp_rules[i].path, path, 1))
			return 1;
	for (e = c->entries; e != NULL; e = e->next)
		if (path_below(e->path, path) != NULL)
			return 1;
	e = entry_find(c, path);
	return e != NULL && strcmp(e->format, "node") == 0;
}

/* The tree of a fresh device, from the table. */
static void
entries_initial(struct csp *c, const struct state *s)
{
	struct buf path = { 0 };
	const char *value;
	size_t i;

	for (i = 0; i < csp_nrules; i++) {
		value = csp_rules[i].initial;
		if (value != NULL && *value == '$')
			value = state_get(s, value + 1);
		if (value == NULL)
			continue;
		buf_reset(&path);
		buf_puts(&path, csp_rules[i].path);
		buf_replace(&path, "*", c->provider);
		entry_set(c, path.data, csp_rules[i].format, value);
	}
	buf_free(&path);
}

static void
lines_read(struct csp *c, char *text)
{
	char *line, *rest = text;

	while ((line = strsep(&rest, "\n")) != NULL) {
		struct buf value = { 0 };
		char *path = strsep(&line, "\t");
		char *format = strsep(&line, "\t");

		if (line != NULL && base64_read(&value, line, 0) == 0)
			entry_set(c, path, format, value.data);
		buf_free(&value);
	}
}

struct csp *
csp_open(const struct state *s)
{
	struct csp *c = xcalloc(1, sizeof(*c));
	char *path = state_path(s, "tree");
	const char *provider = state_get(s, "provider-id");
	struct buf text = { 0 };

	c->provider = xstrdup(provider == NULL ? "none" : provider);
	if (file_read(path, &text) == 0)
		lines_read(c, text.data);
	else
		entries_initial(c, s);
	buf_free(&text);
	free(path);
	return c;
}

void
csp_save(const struct csp *c, const struct state *s)
{
	struct buf text = { 0 };
	char *path = state_path(s, "tree");
	const struct entry *e;

	for (e = c->entries; e != NULL; e = e->next) {
		buf_printf(&text, "%s\t%s\t", e->path, e->format);
		base64_write(&text, e->value, strlen(e->value));
		buf_puts(&text, "\n");
	}
	if (file_write(path, text.data, text.len) == -1)
		die("%s: %s", path, strerror(errno));
	buf_free(&text);
	free(path);
}

static void
override_drop(struct override **at)
{
	struct override *o = *at;

	*at = o->next;
	free(o->path);
	free(o->error);
	free(o);
}

void
csp_close(struct csp *c)
{
	while (c->entries != NULL)
		entry_drop(&c->entries);
	while (c->tried != NULL)
		entry_drop(&c->tried);
	while (c->overrides != NULL)
		override_drop(&c->overrides);
	free(c->provider);
	free(c);
}

int
csp_override(struct csp *c, const char *text)
{
	const char *equal = strrchr(text, '=');
	const char *colon = equal == NULL ? NULL : strchr(equal, ':');
	struct override *o;
	char *uri, *code;
	long status;
	int ok;

	if (equal == NULL)
		return -1;
	code = colon == NULL ? xstrdup(equal + 1)
			     : xstrndup(equal + 1, (size_t)(colon - equal - 1));
	ok = str_number(code, 100, 599, &status) == 0;
	free(code);
	if (!ok)
		return -1;
	o = xcalloc(1, sizeof(*o));
	uri = xstrndup(text, (size_t)(equal - text));
	o->path = path_normal(uri);
	o->status = (int)status;
	str_set(&o->error, colon == NULL ? NULL : colon + 1);
	o->next = c->overrides;
	c->overrides = o;
	free(uri);
	return 0;
}

const char *
csp_value(const struct csp *c, const char *uri)
{
	char *path = path_normal(uri);
	const struct entry *e = entry_find(c, path);

	free(path);
	return e == NULL ? NULL : e->value;
}

void
csp_set(struct csp *c, const char *uri, const char *value)
{
	char *path = path_normal(uri);
	const struct csp_rule *rule = rule_find(path);

	entry_set(c, path, rule == NULL ? NULL : rule->format, value);
	free(path);
}

/* Nodes and the effect; the rest is not the server's. */
struct csp *
csp_copy(const struct csp *c)
{
	struct csp *copy = xcalloc(1, sizeof(*copy));
	struct entry **tail = &copy->entries;
	const struct entry *e;

	copy->effect = c->effect;
	for (e = c->entries; e != NULL; e = e->next) {
		*tail = xcalloc(1, sizeof(**tail));
		(*tail)->path = xstrdup(e->path);
		(*tail)->format = xstrdup(e->format);
		(*tail)->value = xstrdup(e->value);
		tail = &(*tail)->next;
	}
	return copy;
}

void
csp_restore(struct csp *c, struct csp *copy)
{
	struct entry *now = c->entries;

	c->entries = copy->entries;
	c->effect = copy->effect;
	copy->entries = now;
	csp_close(copy);
}

enum csp_effect
csp_effect(const struct csp *c)
{
	return c->effect;
}

void
csp_result_free(struct csp_result *r)
{
	while (r->list != NULL) {
		struct csp_value *next = r->list->next;

		free(r->list->uri);
		free(r->list->format);
		free(r->list->data);
		free(r->list);
		r->list = next;
	}
	free(r->format);
	free(r->data);
	memset(r, 0, sizeof(*r));
}
