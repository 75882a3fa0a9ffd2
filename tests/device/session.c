/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "session.h"

#define MESSAGES 50

static char *
session_url(const struct device *d)
{
	const char *address = state_need(d->state, "management-url");
	int nobody = strcmp(d->o->login, "none") == 0;

	return xprintf("%s%cmode=%s&Platform=WoA", address,
	    strchr(address, '?') == NULL ? '?' : '&',
	    nobody ? "Machine" : "Maintenance");
}

/* Sixteen characters of base64, as a correlation vector begins. */
static char *
session_vector(void)
{
	unsigned char bytes[12];
	struct buf text = { 0 };

	random_bytes(bytes, sizeof(bytes));
	base64_write(&text, bytes, sizeof(bytes));
	return text.data;
}

/* How a session goes on after an answer. */
enum turn {
	TURN_NEXT,
	TURN_AGAIN, /* the same, with a credential */
	TURN_END,
	TURN_BROKEN,
};

static int
has_command(const struct syncml_message *m)
{
	const struct syncml_command *c;

	for (c = m->commands; c != NULL; c = c->next)
		if (syncml_is_command(c))
			return 1;
	return 0;
}

/* Two kinds of misbehaviour need a second message, command or not. */
static int
must_go_on(const struct session *s)
{
	const struct bad *bad = &s->d->o->bad;

	return s->msg_id == 1 &&
	       (bad_is_on(bad, BAD_SAME_MSGID) ||
		   bad_is_on(bad, BAD_SKIP_MSGID) ||
		   plan_value(&s->d->o->plan, DO_ABORT) == 2 ||
		   plan_does(&s->d->o->plan, DO_SECOND_SESSION));
}

static int
is_place(const struct session *s, enum plan_do what)
{
	return plan_value(&s->d->o->plan, what) == s->msg_id;
}

/* The next message: what the server asked, done. */
static void
message_next(struct session *s, enum turn turn,
    const struct syncml_message *sent, const struct syncml_message *got,
    struct syncml_message *next)
{
	char *place;

	s->msg_id++;
	s->server_msg_id++;
	place = xprintf("%ld", s->msg_id);
	if (bad_is_at(&s->d->o->bad, BAD_SKIP_MSGID, place))
		s->msg_id++;
	free(place);
	if (turn == TURN_AGAIN)
		package_again(s, got, sent, next);
	else if (is_place(s, DO_ABORT))
		package_abort(s, got, next);
	else
		package_answer(s, got, next);
}

/* The MsgID of a message once more, with an alert that it did not have. */
static int
same_msgid_exchange(struct session *s, struct syncml_message *sent)
{
	struct syncml_message got = { 0 };
	struct syncml_command *c = syncml_command_add(sent, "Alert");
	struct syncml_item *i = syncml_item_add(c);
	int result;

	c->cmd_id = xstrdup("99");
	c->data = xstrdup("1224");
	i->type = xstrdup("com.microsoft/MDM/LoginStatus");
	i->data = xstrdup("others");
	result = message_exchange(s, sent, &got);
	syncml_free(&got);
	return result;
}

/* Another session of the same device, while this one is open. */
static int
second_session(struct session *s)
{
	struct options o = *s->d->o;
	const struct options *usual = s->d->o;
	int result;

	o.plan.does[DO_SECOND_SESSION] = 0;
	o.plan.session_id = NULL;
	o.expect_status = 0;
	s->d->o = &o;
	csp_save(s->tree, s->d->state);
	result = device_session(s->d, s->http, SESSION_PLAIN);
	s->d->o = usual;
	return result;
}

static enum turn
turn_decide(struct session *s, const struct syncml_message *got)
{
	switch (auth_answer(s, got)) {
	case AUTH_AGAIN:
		return TURN_AGAIN;
	case AUTH_OVER:
		return s->d->o->expect_syncml == 0 ? TURN_BROKEN : TURN_END;
	case AUTH_FINE:
		break;
	}
	if (auth_is_hopeless(s))
		return TURN_BROKEN;
	if (is_place(s, DO_ABANDON) || is_place(s, DO_ABORT))
		return TURN_END;
	if (is_place(s, DO_SECOND_SESSION) && second_session(s) == -1)
		return TURN_BROKEN;
	if (has_command(got) || must_go_on(s) || s->rest != NULL)
		return TURN_NEXT;
	/* the Status of a challenge is worth a message of its own */
	if (s->auth.header_status == 401 || s->auth.header_status == 407)
		return TURN_NEXT;
	return TURN_END;
}

static enum turn
turn(struct session *s, struct syncml_message *sent, struct syncml_message *got)
{
	char *place = xprintf("%ld", s->msg_id);
	int doubled = bad_is_at(&s->d->o->bad, BAD_SAME_MSGID, place);

	free(place);
	if (message_exchange(s, sent, got) == -1)
		return TURN_BROKEN;
	if (doubled && same_msgid_exchange(s, sent) == -1)
		return TURN_BROKEN;
	return turn_decide(s, got);
}

static int
is_endless(const struct session *s)
{
	/* our own package may be as long as it likes */
	if (s->msg_id < MESSAGES || s->rest != NULL)
		return 0;
	report_fail(
	    &s->d->r, "endless", "there is no end after %d messages", MESSAGES);
	return 1;
}

static int
session_run(struct session *s)
{
	struct syncml_message sent = { 0 }, got = { 0 }, next;
	enum turn state;

	package_first(s, &sent);
	for (;;) {
		auth_prove(s, &sent);
		outbox_cut(s, &sent);
		state = turn(s, &sent, &got);
		if (state == TURN_END || state == TURN_BROKEN)
			break;
		if (is_endless(s)) {
			state = TURN_BROKEN;
			break;
		}
		memset(&next, 0, sizeof(next));
		message_next(s, state, &sent, &got, &next);
		syncml_free(&sent);
		syncml_free(&got);
		sent = next;
	}
	syncml_free(&sent);
	syncml_free(&got);
	return state == TURN_END ? 0 : -1;
}

/* What an Exec or the user's wish means once the session is over. */
static void
consequences(struct session *s)
{
	struct state *st = s->d->state;

	if (s->kind == SESSION_UNENROLL)
		state_set(st, "enrolled", "no");
	switch (csp_effect(s->tree)) {
	case CSP_WIPE:
		state_set(st, "enrolled", "wiped");
		report_note(&s->d->r, "the device wipes itself now");
		break;
	case CSP_UNENROLL:
		state_set(st, "enrolled", "no");
		report_note(&s->d->r, "the device has left");
		break;
	case CSP_REBOOT:
		report_note(&s->d->r, "the device restarts now");
		break;
	case CSP_RENEW:
		state_set(st, "renew", "now");
		report_note(&s->d->r, "the device is to renew");
		break;
	case CSP_NOTHING:
		break;
	}
}

/* What must be true of the session as a whole. */
static void
session_judge(struct session *s)
{
	long due = s->d->o->plan.commands;

	if (due != -1 && s->commands != due)
		report_fail(&s->d->r, "commands",
		    "%ld commands came instead of %ld", s->commands, due);
	auth_owed_judge(s);
}

static double
sync_version(const struct session *s)
{
	char *uri = xprintf("./Vendor/MSFT/DMClient/Provider/%s/"
			    "SyncApplicationVersion",
	    state_need(s->d->state, "provider-id"));
	const char *value = csp_value(s->tree, uri);

	free(uri);
	return value == NULL ? 1 : strtod(value, NULL);
}

/* Decimal, until the server wants version 2 of this. */
static char *
session_id(const struct session *s)
{
	struct state *st = s->d->state;
	long first = s->d->o->plan.profile->first_session;
	long n = state_number(st, "session", 0);

	state_set_number(st, "session", n + 1);
	if (s->d->o->plan.session_id != NULL)
		return xstrdup(s->d->o->plan.session_id);
	n += first;
	return xprintf(sync_version(s) >= 2 ? "%lX" : "%ld", n);
}

static int
is_wbxml(const struct device *d)
{
	const char *account = state_get(d->state, "encoding");

	if (d->o->plan.encoding != ENCODING_ACCOUNT)
		return d->o->plan.encoding == ENCODING_WBXML;
	return account != NULL && strstr(account, "wbxml") != NULL;
}

/* Digits, with a mark in every hundred bytes. */
static void
big_set(struct csp *tree, long size)
{
	struct buf text = { 0 };

	while (text.len < (size_t)size)
		buf_printf(&text, "%099zu\n", text.len);
	text.data[size] = '\0';
	csp_set(tree, "./Vendor/MSFT/Simulator/Big", text.data);
	buf_free(&text);
}

/* What the command line says about the tree. */
static void
tree_prepare(struct session *s)
{
	const struct plan *p = &s->d->o->plan;
	size_t i;

	if (p->large_objects)
		csp_set(s->tree, "./DevDetail/LrgObj", "true");
	csp_set(s->tree, "./DevDetail/SwV", p->profile->os_version);
	if (p->big > 0)
		big_set(s->tree, p->big);
	for (i = 0; i < p->noverrides; i++)
		if (csp_override(s->tree, p->overrides[i]) == -1)
			die("--status=%s: see --help", p->overrides[i]);
}

void
session_open(
    struct session *s, struct device *d, struct http *h, enum session_kind kind)
{
	memset(s, 0, sizeof(*s));
	s->d = d;
	s->http = h;
	s->kind = kind;
	s->msg_id = s->server_msg_id = 1;
	s->tree = csp_open(d->state);
	tree_prepare(s);
	s->wbxml = is_wbxml(d);
	s->sync_version = sync_version(s);
	auth_open(s);
}

void
session_close(struct session *s)
{
	csp_close(s->tree);
	auth_close(s);
	syncml_list_free(s->rest);
	syncml_list_free(s->again);
	syncml_list_free(s->news);
	free(s->object.uri);
	buf_free(&s->object.data);
	free(s->url);
	free(s->vector);
	free(s->id);
}

int
device_session(struct device *d, struct http *h, enum session_kind kind)
{
	struct session s;
	int result;

	session_open(&s, d, h, kind);
	s.id = session_id(&s);
	s.url = session_url(d);
	s.vector = session_vector();
	result = session_run(&s);
	if (result == 0) {
		consequences(&s);
		session_judge(&s);
	}
	d->commands += s.commands;
	csp_save(s.tree, d->state);
	state_save(d->state);
	session_close(&s);
	return result;
}
