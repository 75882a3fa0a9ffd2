/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "session.h"

static const struct {
	const char *name;
	enum csp_verb verb;
} verbs[] = {
	{ "Add", CSP_ADD },
	{ "Delete", CSP_DELETE },
	{ "Get", CSP_GET },
	{ "Replace", CSP_REPLACE },
	{ "Exec", CSP_EXEC },
};

/* Of SyncML, but no part of device management. */
static const char *const foreign[] = { "Copy", "Map", "Move", "Put", "Search",
	"Sync" };

static struct syncml_command *
reply_add(struct answer *a, const char *name, const char *cmd_ref)
{
	struct syncml_command *c = syncml_list_add(a->out, name);

	c->msg_ref = xstrdup(a->msg_ref);
	c->cmd_ref = xstrdup(cmd_ref == NULL ? "" : cmd_ref);
	return c;
}

struct syncml_command *
answer_status(
    struct answer *a, const char *cmd_ref, const char *cmd, int status)
{
	struct syncml_command *c = reply_add(a, "Status", cmd_ref);

	c->cmd = xstrdup(cmd);
	c->data = xprintf("%d", status);
	return c;
}

static int
verb_find(const char *name, enum csp_verb *verb)
{
	size_t i;

	for (i = 0; i < COUNT(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0) {
			*verb = verbs[i].verb;
			return 0;
		}
	return -1;
}

/* Windows leaves out the format of a plain text. */
static void
value_add(struct syncml_command *results, const char *uri, const char *format,
    const char *data)
{
	struct syncml_item *i = syncml_item_add(results);

	str_set(&i->source, uri);
	str_set(&i->data, data);
	if (strcmp(format, "chr") != 0)
		i->format = xstrdup(format);
}

static void
result_add(
    struct syncml_command *results, const char *uri, const struct csp_result *r)
{
	const struct csp_value *v;

	for (v = r->list; v != NULL; v = v->next)
		value_add(results, v->uri, v->format, v->data);
	if (r->format != NULL)
		value_add(results, uri, r->format, r->data);
}

static void
item_apply(struct answer *a, enum csp_verb verb, const struct syncml_item *i,
    const char *data, struct csp_result *r)
{
	struct csp_command q = { .verb = verb,
		.uri = i->target == NULL ? "" : i->target,
		.format = i->format,
		.type = i->type,
		.data = data,
		.user_present = strcmp(a->s->d->o->login, "user") == 0 };

	csp_apply(a->s->tree, &q, r);
	if (r->status == 202)
		alert_completion(a->s, i->target);
}

/* A value that its Size contradicts is not taken. */
static int
size_is_wrong(const struct syncml_item *i)
{
	struct buf bytes = { 0 };
	long size = 0;
	int wrong;

	if (i->size == NULL || i->data == NULL ||
	    str_number(i->size, 0, 1L << 40, &size) == -1)
		return 0;
	wrong = (size_t)size != strlen(i->data);
	/* of base64 either length may be meant */
	if (wrong && base64_read(&bytes, i->data, 1) == 0)
		wrong = bytes.len != (size_t)size;
	buf_free(&bytes);
	return wrong;
}

static void
item_run(struct answer *a, enum csp_verb verb, const struct syncml_item *i,
    struct csp_result *r)
{
	struct session *s = a->s;
	char *whole;

	memset(r, 0, sizeof(*r));
	if (i->more_data || s->object.uri != NULL) {
		r->status = object_take(s, i);
		if (r->status != 0)
			return;
		whole = xstrndup(s->object.data.data, s->object.data.len);
		free(s->object.uri);
		s->object.uri = NULL;
		item_apply(a, verb, i, whole, r);
		free(whole);
	} else if (size_is_wrong(i)) {
		r->status = 424;
	} else {
		item_apply(a, verb, i, i->data, r);
	}
}

static void
item_status(struct answer *a, const struct syncml_command *c,
    const struct syncml_item *i, const struct csp_result *r)
{
	struct syncml_command *status =
	    answer_status(a, c->cmd_id, c->name, r->status);

	if (c->items->next != NULL && i->target != NULL)
		status->target_ref = xstrdup(i->target);
	if (r->status >= 300)
		str_set(&status->original_error, r->error);
}

static int
worse(int a, int b)
{
	return a >= 300 || (b < 300 && a > b) ? a : b;
}

/* What was read comes in one Results, before or behind the Statuses. */
static void
results_put(struct answer *a, const struct syncml_command *c,
    struct syncml_command *read, struct syncml_command *statuses)
{
	const struct plan *p = &a->s->d->o->plan;
	struct syncml_command **tail = a->out, *results;

	while (*tail != NULL)
		tail = &(*tail)->next;
	if (!plan_does(p, DO_RESULTS_FIRST))
		*tail = statuses;
	if (read->items != NULL) {
		results = reply_add(a, "Results", c->cmd_id);
		results->items = read->items;
		read->items = NULL;
		if (plan_does(p, DO_RESULTS_CMD))
			results->cmd = xstrdup(c->name);
		tail = &results->next;
	}
	if (plan_does(p, DO_RESULTS_FIRST))
		*tail = statuses;
}

int
answer_verb(struct answer *a, const struct syncml_command *c)
{
	int one = plan_does(&a->s->d->o->plan, DO_ONE_STATUS), worst = 200;
	struct syncml_command *read = NULL, *statuses = NULL;
	struct answer here = { a->s, &statuses, a->msg_ref };
	const struct syncml_item *i;
	struct csp_result r;
	enum csp_verb verb;

	if (verb_find(c->name, &verb) == -1)
		return -1;
	syncml_list_add(&read, "Results");
	for (i = c->items; i != NULL; i = i->next) {
		item_run(&here, verb, i, &r);
		worst = i == c->items ? r.status : worse(r.status, worst);
		if (!one)
			item_status(&here, c, i, &r);
		result_add(read, i->target, &r);
		report_detail(&a->s->d->r, "%s %s: %d", c->name,
		    i->target == NULL ? "?" : i->target, r.status);
		csp_result_free(&r);
	}
	if (statuses == NULL)
		answer_status(
		    &here, c->cmd_id, c->name, c->items == NULL ? 400 : worst);
	results_put(a, c, read, statuses);
	syncml_list_free(read);
	return worst;
}

static int
is_foreign(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(foreign); i++)
		if (strcmp(foreign[i], name) == 0)
			return 1;
	return 0;
}

void
answer_command(struct answer *a, const struct syncml_command *c)
{
	int refusal = syncml_is(c, "Alert") ? 0 : auth_refusal(a->s, c);

	if (c->cmd_id == NULL || *c->cmd_id == '\0')
		answer_status(a, "", c->name, 400);
	else if (refusal != 0)
		answer_status(a, c->cmd_id, c->name, refusal);
	else if (syncml_is_group(c))
		answer_group(a, c);
	else if (syncml_is(c, "Alert"))
		answer_status(a, c->cmd_id, c->name, 200);
	else if (answer_verb(a, c) == -1)
		answer_status(
		    a, c->cmd_id, c->name, is_foreign(c->name) ? 406 : 400);
}
