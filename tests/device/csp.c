/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec.h"
#include "csp.h"
#include "util.h"

/* A node that is there; an interior one that was added has format node. */
struct entry {
	struct entry *next;
	char *path;
	char *format;
	char *value;
};

struct csp {
	struct entry *entries;
	char *provider;
	enum csp_effect effect;
};

static const char *
path_after(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncasecmp(path, prefix, n) == 0 ? path + n : path;
}

/* "./Device/Vendor/…" and "./Vendor/…" are one; no slash at the end. */
static char *
path_normal(const char *uri)
{
	const char *path = path_after(uri, "./");
	size_t len;

	path = path_after(path, "Device/");
	len = strlen(path);
	while (len > 0 && path[len - 1] == '/')
		len--;
	return xstrndup(path, len);
}

int
csp_is_user(const char *uri)
{
	return strncasecmp(uri, "./User/", 7) == 0;
}

/* Whether a path fits a pattern; as_prefix: or leads towards it. */
static int
path_fits(const char *pattern, const char *path, int as_prefix)
{
	for (;;) {
		size_t n = strcspn(pattern, "/"), m = strcspn(path, "/");
		int any = n == 1 && *pattern == '*' && m > 0;

		/* an interior node on the way must be a fixed one */
		if (any && as_prefix)
			return 0;
		if (!any && (n != m || strncasecmp(pattern, path, n) != 0))
			return 0;
		pattern += n;
		path += m;
		if (*path == '\0')
			return as_prefix ? *pattern == '/' : *pattern == '\0';
		if (*pattern == '\0')
			return 0;
		pattern++;
		path++;
	}
}

static const struct csp_rule *
rule_find(const char *path)
{
	size_t i;

	for (i = 0; i < csp_nrules; i++)
		if (path_fits(csp_rules[i].path, path, 0))
			return &csp_rules[i];
	return NULL;
}

static struct entry *
entry_find(const struct csp *c, const char *path)
{
	struct entry *e;

	for (e = c->entries; e != NULL; e = e->next)
		if (strcasecmp(e->path, path) == 0)
			break;
	return e;
}

static void
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

/* The rest of a path below another one, or NULL. */
static const char *
path_below(const char *path, const char *parent)
{
	size_t n = strlen(parent);

	if (strncasecmp(path, parent, n) != 0 || path[n] != '/')
		return NULL;
	return path + n + 1;
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

static void
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

void
csp_close(struct csp *c)
{
	while (c->entries != NULL)
		entry_drop(&c->entries);
	free(c->provider);
	free(c);
}

enum csp_effect
csp_effect(const struct csp *c)
{
	return c->effect;
}

void
csp_result_free(struct csp_result *r)
{
	free(r->format);
	free(r->data);
	memset(r, 0, sizeof(*r));
}

static int
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

static int
is_true_or_false(const char *s)
{
	return strcmp(s, "true") == 0 || strcmp(s, "false") == 0;
}

/* The data against its format, and the format against the node's. */
static int
format_fits(const struct csp_rule *rule, const struct csp_command *q)
{
	const char *format = q->format == NULL ? "chr" : q->format;
	const char *data = q->data == NULL ? "" : q->data;

	if (rule->format != NULL && strcmp(rule->format, format) != 0)
		return 0;
	if (strcmp(format, "int") == 0)
		return str_is_decimal(*data == '-' ? data + 1 : data);
	if (strcmp(format, "bool") == 0)
		return is_true_or_false(data);
	return 1;
}

static int
demand_met(const struct csp *c, const struct csp_rule *rule,
    const struct csp_command *q)
{
	const char *data = q->data == NULL ? "" : q->data;

	switch (rule->demand) {
	case CSP_URL:
		return str_starts(data, "http://") ||
		       str_starts(data, "https://") ||
		       str_starts(data, "file:");
	case CSP_PROVIDER:
		return strcmp(data, c->provider) == 0;
	case CSP_ANY:
		break;
	}
	return 1;
}

static int
value_write(struct csp *c, const struct csp_rule *rule, const char *path,
    const struct csp_command *q)
{
	if (!format_fits(rule, q))
		return 415;
	if (!demand_met(c, rule, q))
		return 500;
	entry_set(c, path, q->format, q->data);
	return rule->status == 0 ? 200 : rule->status;
}

static int
leaf_exec(
    struct csp *c, const struct csp_rule *rule, const struct csp_command *q)
{
	if (!demand_met(c, rule, q))
		return 500;
	if (rule->effect != CSP_NOTHING)
		c->effect = rule->effect;
	return rule->status == 0 ? 200 : rule->status;
}

static int
leaf_get(const struct entry *e, struct csp_result *out)
{
	if (e == NULL)
		return 404;
	out->format = xstrdup(e->format);
	out->data = xstrdup(e->value);
	return 200;
}

static int
leaf_apply(struct csp *c, const struct csp_rule *rule, const char *path,
    const struct csp_command *q, struct csp_result *out)
{
	const struct entry *e = entry_find(c, path);

	if (!(rule->access & q->verb))
		return 405;
	if (e != NULL && (rule->denied & q->verb))
		return 425;
	switch (q->verb) {
	case CSP_ADD:
		return e != NULL ? 418 : value_write(c, rule, path, q);
	case CSP_REPLACE:
		if (e == NULL && !(rule->access & CSP_UPSERT))
			return 404;
		return value_write(c, rule, path, q);
	case CSP_DELETE:
		if (e == NULL)
			return 404;
		entries_remove(c, path);
		return 200;
	case CSP_GET:
		return leaf_get(e, out);
	case CSP_EXEC:
		return leaf_exec(c, rule, q);
	case CSP_UPSERT:
		break;
	}
	return 400;
}

/* Fixed interior nodes can only be read; added ones come and go. */
static int
interior_apply(struct csp *c, const struct csp_rule *rule, const char *path,
    const struct csp_command *q, struct csp_result *out)
{
	switch (q->verb) {
	case CSP_GET:
		out->format = xstrdup("node");
		out->data = children(c, path);
		return 200;
	case CSP_ADD:
		return 418;
	case CSP_DELETE:
		if (rule == NULL || !(rule->access & CSP_DELETE))
			return 405;
		entries_remove(c, path);
		return 200;
	default:
		return 405;
	}
}

static int
command_run(struct csp *c, const char *path, const struct csp_command *q,
    struct csp_result *out)
{
	const struct csp_rule *rule = rule_find(path);

	if (strchr(path, '?') != NULL)
		return 406;
	if (csp_is_user(q->uri) && !q->user_present)
		return 405;
	if (is_interior(c, path))
		return interior_apply(c, rule, path, q, out);
	if (rule == NULL)
		return 404;
	return leaf_apply(c, rule, path, q, out);
}

void
csp_apply(struct csp *c, const struct csp_command *q, struct csp_result *out)
{
	char *path = path_normal(q->uri);

	memset(out, 0, sizeof(*out));
	out->status = command_run(c, path, q, out);
	free(path);
}
