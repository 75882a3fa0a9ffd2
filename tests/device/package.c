/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "session.h"

#define UNENROLLMENT "com.microsoft:mdm.unenrollment.userrequest"

/* The five of package 1, as the tree has them. */
static const char *const information[] = {
	"./DevInfo/DevId",
	"./DevInfo/Man",
	"./DevInfo/Mod",
	"./DevInfo/DmV",
	"./DevInfo/Lang",
};

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

static void
header_fill(const struct session *s, struct syncml_message *m)
{
	const struct state *st = s->d->state;

	m->session_id = xprintf("%ld", s->id);
	m->msg_id = xprintf("%ld", s->msg_id);
	m->target = xstrdup(state_need(st, "management-url"));
	m->source = xstrdup(state_need(st, "device-id"));
	m->final = 1;
}

static struct syncml_command *
alert_add(struct syncml_message *m, int id, const char *code)
{
	struct syncml_command *c = syncml_command_add(m, "Alert");

	c->cmd_id = xprintf("%d", id);
	c->data = xstrdup(code);
	return c;
}

static void
typed_alert_add(struct syncml_message *m, int id, const char *code,
    const char *type, const char *data)
{
	struct syncml_item *i = syncml_item_add(alert_add(m, id, code));

	i->type = xstrdup(type);
	i->data = xstrdup(data);
}

static void
information_add(const struct session *s, struct syncml_message *m, int id)
{
	struct syncml_command *c = syncml_command_add(m, "Replace");
	size_t i;

	c->cmd_id = xprintf("%d", id);
	for (i = 0; i < COUNT(information); i++) {
		struct csp_command q = { .verb = CSP_GET,
			.uri = information[i] };
		struct csp_result r;
		struct syncml_item *item = syncml_item_add(c);

		csp_apply(s->tree, &q, &r);
		item->source = xstrdup(information[i]);
		item->data = xstrdup(r.data == NULL ? "" : r.data);
		csp_result_free(&r);
	}
}

void
package_first(const struct session *s, struct syncml_message *m)
{
	struct syncml_item *i;
	int id = 2;

	header_fill(s, m);
	alert_add(m, id++, "1201");
	typed_alert_add(
	    m, id++, "1224", "com.microsoft/MDM/LoginStatus", s->d->o->login);
	if (s->kind == SESSION_UNENROLL) {
		i = syncml_item_add(alert_add(m, id++, "1226"));
		i->type = xstrdup(UNENROLLMENT);
		i->format = xstrdup("int");
		i->mark = xstrdup("critical");
		i->data = xstrdup("1");
	}
	information_add(s, m, id);
}

struct answer {
	struct syncml_message *m;
	const char *msg_ref;
	int next_id;
};

static struct syncml_command *
reply_add(struct answer *a, const char *name, const char *cmd_ref)
{
	struct syncml_command *c = syncml_command_add(a->m, name);

	c->cmd_id = xprintf("%d", a->next_id++);
	c->msg_ref = xstrdup(a->msg_ref);
	c->cmd_ref = xstrdup(cmd_ref == NULL ? "" : cmd_ref);
	return c;
}

static struct syncml_command *
status_add(struct answer *a, const char *cmd_ref, const char *cmd, int status)
{
	struct syncml_command *c = reply_add(a, "Status", cmd_ref);

	c->cmd = xstrdup(cmd);
	c->data = xprintf("%d", status);
	return c;
}

/* Windows leaves out the format of a plain text. */
static void
result_item_add(
    struct syncml_command *results, const char *uri, const struct csp_result *r)
{
	struct syncml_item *i = syncml_item_add(results);

	i->source = xstrdup(uri);
	i->data = xstrdup(r->data);
	if (strcmp(r->format, "chr") != 0)
		i->format = xstrdup(r->format);
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

static void
item_run(struct session *s, enum csp_verb verb, const struct syncml_item *i,
    struct csp_result *r)
{
	struct csp_command q = { .verb = verb,
		.uri = i->target == NULL ? "" : i->target,
		.format = i->format,
		.data = i->data,
		.user_present = strcmp(s->d->o->login, "user") == 0 };

	csp_apply(s->tree, &q, r);
}

/*
 * One Status for a command with one item; one for each, told apart by
 * TargetRef, when there are several. What was read comes in one Results.
 */
static void
command_run(struct session *s, struct answer *a, const struct syncml_command *c,
    enum csp_verb verb)
{
	struct syncml_message read = { 0 };
	struct syncml_command *results, *status;
	const struct syncml_item *i;
	struct csp_result r;

	results = syncml_command_add(&read, "Results");
	for (i = c->items; i != NULL; i = i->next) {
		item_run(s, verb, i, &r);
		status = status_add(a, c->cmd_id, c->name, r.status);
		if (c->items->next != NULL && i->target != NULL)
			status->target_ref = xstrdup(i->target);
		if (r.format != NULL)
			result_item_add(results, i->target, &r);
		report_detail(&s->d->r, "%s %s: %d", c->name,
		    i->target == NULL ? "?" : i->target, r.status);
		csp_result_free(&r);
	}
	if (results->items != NULL) {
		status = reply_add(a, "Results", c->cmd_id);
		status->items = results->items;
		results->items = NULL;
	}
	syncml_free(&read);
}

void
package_answer(struct session *s, const struct syncml_message *asked,
    struct syncml_message *m)
{
	struct answer a = { m, asked->msg_id, 1 };
	const struct syncml_command *c;
	enum csp_verb verb;

	header_fill(s, m);
	status_add(&a, "0", "SyncHdr", 200);
	for (c = asked->commands; c != NULL; c = c->next) {
		if (!syncml_is_command(c))
			continue;
		if (c->cmd_id == NULL || *c->cmd_id == '\0')
			status_add(&a, "", c->name, 400);
		else if (verb_find(c->name, &verb) == 0)
			command_run(s, &a, c, verb);
		else if (syncml_is(c, "Alert"))
			status_add(&a, c->cmd_id, c->name, 200);
		else
			status_add(&a, c->cmd_id, c->name, 406);
	}
}
