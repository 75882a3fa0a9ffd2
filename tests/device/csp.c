/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec.h"
#include "csp_tree.h"
#include "dom.h"
#include "util.h"

#define ALWAYS "Vendor/MSFT/Simulator/Status"

static int
is_true_or_false(const char *s)
{
	return strcmp(s, "true") == 0 || strcmp(s, "false") == 0;
}

static int
is_base64(const char *s)
{
	struct buf bytes = { 0 };
	int ok = base64_read(&bytes, s, 1) == 0;

	buf_free(&bytes);
	return ok;
}

static int
is_xml(const char *s)
{
	struct dom *dom = dom_parse(s, strlen(s));
	int ok = dom->error == NULL;

	dom_free(dom);
	return ok;
}

/* The data against its format, and the format against the node's. */
static int
format_fits(const struct csp_rule *rule, const struct csp_command *q)
{
	const char *format = q->format == NULL ? "chr" : q->format;
	const char *data = q->data == NULL ? "" : q->data;

	if (rule->format != NULL && strcmp(rule->format, format) != 0)
		return 0;
	if (rule->type != NULL && q->type != NULL &&
	    strcasecmp(rule->type, q->type) != 0)
		return 0;
	if (strcmp(format, "int") == 0)
		return str_is_decimal(*data == '-' ? data + 1 : data);
	if (strcmp(format, "bool") == 0)
		return is_true_or_false(data);
	if (strcmp(format, "b64") == 0)
		return is_base64(data);
	if (strcmp(format, "xml") == 0)
		return is_xml(data);
	return 1;
}

/* The nodes beside this one; same: only those of this value. */
static size_t
brothers(const struct csp *c, const char *path, const char *same)
{
	size_t n = strlen(path) - strlen(path_name(path)), count = 0;
	const struct entry *e;

	for (e = c->entries; e != NULL; e = e->next)
		if (strcasecmp(e->path, path) != 0 &&
		    strncasecmp(e->path, path, n) == 0 &&
		    strchr(e->path + n, '/') == NULL &&
		    (same == NULL || strcmp(e->value, same) == 0))
			count++;
	return count;
}

/* 0, or what is wrong with the value. */
static int
demand_failed(const struct csp *c, const struct csp_rule *rule,
    const char *path, const char *data)
{
	int ok = 1;

	switch (rule->demand) {
	case CSP_URL:
		ok = str_starts(data, "http://") ||
		     str_starts(data, "https://") || str_starts(data, "file:");
		break;
	case CSP_PROVIDER:
		ok = strcmp(data, c->provider) == 0;
		break;
	case CSP_FULL:
		return *data == '\0' ? 412 : 0;
	case CSP_UNIQUE:
		return brothers(c, path, data) > 0 ? 409 : 0;
	case CSP_ANY:
		break;
	}
	return ok ? 0 : 500;
}

static int
range_failed(const struct csp_rule *rule, const char *data)
{
	long value = strtol(data, NULL, 10);

	return (rule->low != 0 || rule->high != 0) &&
	       (value < rule->low || value > rule->high);
}

static int
value_write(struct csp *c, const struct csp_rule *rule, const char *path,
    const struct csp_command *q)
{
	const char *data = q->data == NULL ? "" : q->data;
	int failed;

	if (rule->longest_name > 0 &&
	    strlen(path_name(path)) > rule->longest_name)
		return 414;
	if (!format_fits(rule, q))
		return 415;
	if (rule->longest > 0 && strlen(data) > rule->longest)
		return 413;
	if (range_failed(rule, data))
		return 416;
	failed = demand_failed(c, rule, path, data);
	if (failed != 0)
		return failed;
	if (rule->most > 0 && brothers(c, path, NULL) >= rule->most)
		return 420;
	entry_set(c, path, q->format, q->data);
	return rule->status == 0 ? 200 : rule->status;
}

static int
leaf_exec(struct csp *c, const struct csp_rule *rule, const char *path,
    const struct csp_command *q)
{
	int failed =
	    demand_failed(c, rule, path, q->data == NULL ? "" : q->data);

	if (failed != 0)
		return failed;
	if (rule->effect != CSP_NOTHING)
		c->effect = rule->effect;
	return rule->status == 0 ? 200 : rule->status;
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
		return csp_get(c, path, q->uri, out);
	case CSP_EXEC:
		return leaf_exec(c, rule, path, q);
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
		return csp_get(c, path, q->uri, out);
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

/* A node that is busy the first time of a session. */
static int
is_busy(struct csp *c, const struct csp_rule *rule, const char *path)
{
	struct entry *e;

	if (rule == NULL || !rule->busy)
		return 0;
	for (e = c->tried; e != NULL; e = e->next)
		if (strcasecmp(e->path, path) == 0)
			return 0;
	e = xcalloc(1, sizeof(*e));
	e->path = xstrdup(path);
	e->next = c->tried;
	c->tried = e;
	return 1;
}

static const struct override *
override_find(const struct csp *c, const char *path)
{
	const struct override *o;

	for (o = c->overrides; o != NULL; o = o->next)
		if (strcasecmp(o->path, path) == 0)
			break;
	return o;
}

/* ALWAYS/404 answers 404, whatever it is asked; 0 for any other path. */
static int
always_status(const char *path, struct csp_result *out)
{
	const char *rest = path_below(path, ALWAYS);
	char *code;
	long status = 0;

	if (rest == NULL)
		return 0;
	code = xstrndup(rest, strcspn(rest, "/"));
	if (str_number(code, 100, 599, &status) == -1)
		status = 0;
	free(code);
	if (status >= 200 && status < 300)
		out->data = xprintf("%ld", status);
	return (int)status;
}

static int
command_run(struct csp *c, const char *path, const struct csp_command *q,
    struct csp_result *out)
{
	const struct csp_rule *rule = rule_find(path);
	const struct override *o = override_find(c, path);
	int status = always_status(path, out);

	if (o != NULL) {
		out->error = o->error;
		return o->status;
	}
	if (status != 0) {
		if (q->verb == CSP_GET && out->data != NULL)
			out->format = xstrdup("int");
		return status;
	}
	if (path_is_bad(q->uri))
		return strlen(q->uri) > 1024 ? 414 : 400;
	if (q->verb != CSP_GET && strchr(q->uri, '?') != NULL)
		return 406;
	if (csp_is_user(q->uri) && !q->user_present)
		return 405;
	if (rule != NULL && rule->always != 0)
		return rule->always;
	if (is_busy(c, rule, path))
		return 417;
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
	if (out->error == NULL)
		out->error = csp_error(out->status);
	if (out->format == NULL) {
		free(out->data);
		out->data = NULL;
	}
	free(path);
}
