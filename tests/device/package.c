/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "session.h"

#define UNENROLLMENT "com.microsoft:mdm.unenrollment.userrequest"
#define PENDING "Reversed-Domain-Name:com.microsoft.mdm.requestpending"

/* The five of package 1, as the tree has them. */
static const char *const information[] = {
	"./DevInfo/DevId",
	"./DevInfo/Man",
	"./DevInfo/Mod",
	"./DevInfo/DmV",
	"./DevInfo/Lang",
};

/* Sizes are announced once, and last for the session. */
static void
sizes_announce(const struct session *s, struct syncml_message *m)
{
	const struct plan *p = &s->d->o->plan;
	long most = p->max_message;

	if (!p->large_objects || s->msg_id != 1)
		return;
	if (most > 0)
		m->max_msg_size =
		    xprintf("%ld", most < PACKAGE_LEAST ? PACKAGE_LEAST : most);
	if (p->max_object > 0)
		m->max_obj_size = xprintf("%ld", p->max_object);
}

static void
header_fill(const struct session *s, struct syncml_message *m)
{
	const struct state *st = s->d->state;

	m->session_id = xstrdup(s->id);
	m->msg_id = xprintf("%ld", s->msg_id);
	m->target = xstrdup(state_need(st, "management-url"));
	m->source = xstrdup(state_need(st, "device-id"));
	m->final = 1;
	sizes_announce(s, m);
}

static void
id_set(const struct session *s, struct syncml_command *c, int id)
{
	unsigned shape = s->d->o->plan.shape;

	free(c->cmd_id);
	if (shape & SHAPE_UUID)
		c->cmd_id = random_guid();
	else
		c->cmd_id = xprintf("%d", shape & SHAPE_GAPS ? id * 7 : id);
}

/* The first alert after the usual one loses its CmdID. */
static void
id_lose(struct syncml_message *m)
{
	struct syncml_command *c = m->commands;

	while (c != NULL && !(syncml_is(c, "Alert") && c->items != NULL))
		c = c->next;
	if (c == NULL)
		return;
	str_set(&c->cmd_id, NULL);
	c->due = 400;
}

void
package_number(const struct session *s, struct syncml_message *m, int first)
{
	struct syncml_command *c;

	for (c = m->commands; c != NULL; c = c->next)
		id_set(s, c, first++);
	if ((s->d->o->plan.shape & SHAPE_NO_CMD_ID) && s->msg_id == 1)
		id_lose(m);
}

static void
information_add(const struct session *s, struct syncml_message *m)
{
	struct syncml_command *c = syncml_command_add(m, "Replace");
	size_t i;

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

static void
unenrollment_add(struct syncml_message *m)
{
	struct syncml_command *c = syncml_command_add(m, "Alert");
	struct syncml_item *i = syncml_item_add(c);

	c->data = xstrdup("1226");
	i->type = xstrdup(UNENROLLMENT);
	i->format = xstrdup("int");
	i->mark = xstrdup("critical");
	i->data = xstrdup("1");
}

/* Misbehaviour: what is no command of SyncML, what answers to nothing. */
static void
nonsense_add(const struct session *s, struct syncml_message *m)
{
	const struct bad *bad = &s->d->o->bad;
	char *place = xprintf("%ld", s->msg_id);
	struct syncml_command *c;

	if (bad_is_at(bad, BAD_UNKNOWN_ELEMENT, place))
		syncml_command_add(m, "Nonsense")->due = 400;
	if (bad_is_at(bad, BAD_STRAY_STATUS, place)) {
		c = syncml_command_add(m, "Status");
		c->msg_ref = xstrdup("1");
		c->cmd_ref = xstrdup("77");
		c->cmd = xstrdup("Exec");
		c->data = xstrdup("200");
		c = syncml_command_add(m, "Results");
		c->msg_ref = xstrdup("7");
		c->cmd_ref = xstrdup("77");
		syncml_item_add(c)->data = xstrdup("stray");
		c->items->source = xstrdup("./DevDetail/SwV");
	}
	free(place);
}

void
package_first(struct session *s, struct syncml_message *m)
{
	const struct plan *p = &s->d->o->plan;

	header_fill(s, m);
	alert_add(
	    &m->commands, plan_does(p, DO_SERVER_INITIATED) ? "1200" : "1201");
	alert_typed_add(&m->commands, "1224", "com.microsoft/MDM/LoginStatus",
	    s->d->o->login);
	if (s->kind == SESSION_UNENROLL)
		unenrollment_add(m);
	alerts_add(s, &m->commands);
	information_add(s, m);
	nonsense_add(s, m);
	package_number(s, m, 2);
}

/* The Status for the server's header, with a challenge if it needs one. */
static void
head_answer(struct session *s, struct answer *a)
{
	struct syncml_command *c =
	    answer_status(a, "0", "SyncHdr", s->auth.header_status);

	auth_challenge(s, c);
}

/* All Statuses but the first one, the other way round. */
static void
statuses_reverse(struct syncml_command *first)
{
	struct syncml_command *done = NULL, *c = first->next, *next;

	for (; c != NULL; c = next) {
		next = c->next;
		c->next = done;
		done = c;
	}
	first->next = done;
}

static void
results_move(struct syncml_command *first)
{
	struct syncml_command *results = NULL, **tail = &results, **at;

	at = &first->next;
	while (*at != NULL) {
		if (!syncml_is(*at, "Results")) {
			at = &(*at)->next;
			continue;
		}
		*tail = *at;
		*at = (*at)->next;
		tail = &(*tail)->next;
		*tail = NULL;
	}
	*at = results;
}

/* The Results of the message before, and from now on those of this one. */
static void
results_repeat(struct session *s, struct syncml_message *m)
{
	struct syncml_command *older = s->again, **tail = &s->again;
	const struct syncml_command *c;

	s->again = NULL;
	for (c = m->commands; c != NULL; c = c->next)
		if (syncml_is(c, "Results")) {
			*tail = syncml_command_copy(c);
			tail = &(*tail)->next;
		}
	for (tail = &m->commands; *tail != NULL; tail = &(*tail)->next)
		;
	*tail = older;
}

/* What the plan does to the order of the answers. */
static void
answers_arrange(struct session *s, struct syncml_message *m)
{
	const struct plan *p = &s->d->o->plan;
	struct answer a = { s, &m->commands, "1" };
	struct syncml_command *c;

	if (plan_does(p, DO_RESULTS_LAST))
		results_move(m->commands);
	if (plan_does(p, DO_STATUS_REVERSED))
		statuses_reverse(m->commands);
	if (plan_does(p, DO_STATUS_BLANK)) {
		c = answer_status(&a, "", "Get", 400);
		str_set(&c->cmd_ref, NULL);
	}
	/* nothing may come between the parts of a package */
	if (plan_does(p, DO_RESULTS_REPEATED) && s->rest == NULL)
		results_repeat(s, m);
}

static int
has_work(const struct syncml_message *m)
{
	const struct syncml_command *c;

	for (c = m->commands; c != NULL; c = c->next)
		if (syncml_is_command(c) && !syncml_is(c, "Alert"))
			return 1;
	return 0;
}

/* Only a sign of life now; the answers wait for the next message. */
static void
answers_hold(struct session *s, struct syncml_message *m)
{
	struct syncml_command **tail = &m->commands->next;

	s->rest = *tail;
	s->rest_final = 1;
	s->rest_waits = 1;
	*tail = NULL;
	alert_typed_add(&m->commands, "1224", PENDING, "1");
	m->final = 0;
}

/* Only chunks came, the last one is still to come. */
static void
next_chunk_ask(struct session *s, const struct syncml_message *asked,
    struct syncml_message *m)
{
	if (s->object.uri == NULL || asked->final)
		return;
	alert_add(&m->commands, "1222");
	m->final = plan_does(&s->d->o->plan, DO_FINAL_NEXT);
}

/* A whole command; not an alert, not a chunk of one, nor one refused. */
static int
counts(const struct session *s, const struct syncml_command *c)
{
	if (syncml_is(c, "Alert") || s->auth.refused > 0)
		return 0;
	return c->items == NULL || !c->items->more_data;
}

static void
commands_run(
    struct session *s, struct answer *a, const struct syncml_message *asked)
{
	int open = s->object.uri != NULL;
	const struct syncml_command *c;

	if (open && !has_work(asked))
		object_interrupted(s, a->out);
	for (c = asked->commands; c != NULL; c = c->next)
		if (syncml_is_command(c)) {
			s->commands += counts(s, c);
			answer_command(a, c);
		}
}

void
package_answer(struct session *s, const struct syncml_message *asked,
    struct syncml_message *m)
{
	struct answer a = { s, &m->commands, asked->msg_id };
	struct syncml_command *news = NULL, **tail;

	header_fill(s, m);
	head_answer(s, &a);
	if (s->d->o->plan.complete == COMPLETE_NEXT)
		alert_pending(s, &news);
	commands_run(s, &a, asked);
	answers_arrange(s, m);
	for (tail = &m->commands; *tail != NULL; tail = &(*tail)->next)
		;
	*tail = s->news;
	s->news = NULL;
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = news;
	next_chunk_ask(s, asked, m);
	nonsense_add(s, m);
	if (plan_does(&s->d->o->plan, DO_KEEP_ALIVE) && s->rest == NULL &&
	    has_work(asked))
		answers_hold(s, m);
	package_number(s, m, 1);
}

void
package_again(struct session *s, const struct syncml_message *asked,
    const struct syncml_message *sent, struct syncml_message *m)
{
	struct answer a = { s, &m->commands, asked->msg_id };
	const struct syncml_command *c = sent->commands;
	struct syncml_command **tail;

	header_fill(s, m);
	str_set(&m->max_msg_size, sent->max_msg_size);
	str_set(&m->max_obj_size, sent->max_obj_size);
	head_answer(s, &a);
	tail = &m->commands->next;
	for (; c != NULL; c = c->next) {
		if (c->cmd_ref != NULL && strcmp(c->cmd_ref, "0") == 0)
			continue;
		*tail = syncml_command_copy(c);
		tail = &(*tail)->next;
	}
	m->final = sent->final;
	s->rest_waits = 1;
	package_number(s, m, 1);
}

void
package_abort(struct session *s, const struct syncml_message *asked,
    struct syncml_message *m)
{
	struct answer a = { s, &m->commands, asked->msg_id };

	header_fill(s, m);
	head_answer(s, &a);
	alert_add(&m->commands, "1223");
	syncml_list_free(s->rest);
	s->rest = NULL;
	package_number(s, m, 1);
}
