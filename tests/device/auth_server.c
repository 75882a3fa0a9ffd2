/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "digest.h"
#include "session.h"

#define RULE "server-auth"
#define NONCE_BYTES 16
/* So often the server is asked who it is. */
#define CHALLENGES 3

static void
nonce_get(const struct session *s, struct buf *out)
{
	const char *text = state_get(s->d->state, "server-nonce");

	buf_add(out, "", 0);
	if (text != NULL)
		base64_read(out, text, 1);
}

/* The server's name is its identifier, unless it gave another. */
static int
proof_fits(const struct session *s, const char *user, const char *data,
    const struct buf *body)
{
	const char *secret = state_need(s->d->state, "server-secret");
	struct buf nonce = { 0 };
	char *due;
	int ok;

	nonce_get(s, &nonce);
	switch (s->d->o->plan.challenge) {
	case AUTH_BASIC:
		due = digest_basic(user, secret);
		break;
	case AUTH_MAC:
		due = digest_mac(user, secret, &nonce, body);
		break;
	default:
		due = digest_md5(user, secret, &nonce);
	}
	ok = strcmp(due, data) == 0;
	buf_free(&nonce);
	free(due);
	return ok;
}

/* The value of a part like mac=… of the header line, to be freed, or NULL. */
static char *
line_part(const char *line, const char *name)
{
	const char *at = strstr(line, name);
	size_t n;

	if (at == NULL)
		return NULL;
	at += strlen(name);
	at += *at == '"';
	n = strcspn(at, "\", ");
	return xstrndup(at, n);
}

/* 1 right, 0 wrong, -1 there is none. */
static int
mac_check(const struct session *s, const struct http_response *a)
{
	char *line = http_header(a, "x-syncml-hmac");
	char *user, *mac;
	int ok = -1;

	if (line == NULL)
		return -1;
	user = line_part(line, "username=");
	mac = line_part(line, "mac=");
	if (user != NULL && mac != NULL)
		ok = proof_fits(s, user, mac, &a->body);
	free(user);
	free(mac);
	free(line);
	return ok;
}

static int
cred_check(struct session *s, const struct syncml_message *got)
{
	const char *due = auth_type(s->d->o->plan.challenge);
	const struct syncml_proof *cred = got->cred;
	const char *user = got->source_name;

	if (cred == NULL)
		return -1;
	if (user == NULL)
		user = state_need(s->d->state, "provider-id");
	if (cred->type == NULL || strcmp(cred->type, due) != 0) {
		report_fail(&s->d->r, RULE, "Cred has the type \"%s\"",
		    cred->type == NULL ? "" : cred->type);
		return 0;
	}
	if (cred->format != NULL && strcmp(cred->format, "b64") != 0)
		report_fail(
		    &s->d->r, RULE, "Cred has the format \"%s\"", cred->format);
	return cred->data != NULL && proof_fits(s, user, cred->data, NULL);
}

/* A new nonce for the server's next proof. */
static void
nonce_make(struct session *s)
{
	unsigned char bytes[NONCE_BYTES];
	struct buf text = { 0 };

	random_bytes(bytes, sizeof(bytes));
	base64_write(&text, bytes, sizeof(bytes));
	str_set(&s->auth.next_nonce, text.data);
	report_secret(&s->d->r, text.data);
	state_set(s->d->state, "server-nonce", text.data);
	buf_free(&text);
}

static void
accepted(struct session *s)
{
	const struct plan *p = &s->d->o->plan;

	report_detail(&s->d->r, "the server proved who it is");
	s->auth.refused = 0;
	if (p->challenge == AUTH_MAC) {
		s->auth.header_status = 200;
		nonce_make(s);
	} else if (plan_does(p, DO_ACCEPT_EACH)) {
		s->auth.header_status = 200;
		nonce_make(s);
	} else {
		s->auth.header_status = 212;
		s->auth.known = 1;
		nonce_make(s);
	}
}

static void
declined(struct session *s, int had_proof)
{
	int always = plan_does(&s->d->o->plan, DO_ALWAYS_401);

	if (had_proof && s->auth.refused)
		report_fail(&s->d->r, RULE,
		    "the answer to our challenge does not prove anything");
	if (!had_proof && s->auth.refused)
		report_fail(
		    &s->d->r, RULE, "there is no answer to our challenge");
	s->auth.refused++;
	s->auth.header_status = had_proof || always ? 401 : 407;
	nonce_make(s);
}

void
auth_server(struct session *s, const struct syncml_message *got,
    const struct http_response *a)
{
	enum auth_kind kind = s->d->o->plan.challenge;
	int right;

	free(s->auth.next_nonce);
	s->auth.next_nonce = NULL;
	s->auth.header_status = 200;
	if (kind == AUTH_NONE || s->auth.known)
		return;
	right = kind == AUTH_MAC ? mac_check(s, a) : cred_check(s, got);
	if (right == 1)
		accepted(s);
	else
		declined(s, right == 0);
}

int
auth_is_hopeless(const struct session *s)
{
	return s->auth.refused >= CHALLENGES;
}

void
auth_challenge(struct session *s, struct syncml_command *status)
{
	enum auth_kind kind = s->d->o->plan.challenge;

	if (s->auth.next_nonce == NULL)
		return;
	status->chal = syncml_proof_new("b64", auth_type(kind),
	    kind == AUTH_BASIC ? NULL : s->auth.next_nonce, NULL);
}

static int
is_same(const struct syncml_command *a, const struct syncml_command *b)
{
	const char *x = a->items == NULL ? NULL : a->items->target;
	const char *y = b->items == NULL ? NULL : b->items->target;

	if (strcmp(a->name, b->name) != 0)
		return 0;
	return x == NULL || y == NULL ? x == y : strcmp(x, y) == 0;
}

/* It came again: nothing is owed for it any more. */
static void
owed_settle(struct auth *a, const struct syncml_command *c)
{
	struct syncml_command **at = &a->owed, *gone;

	while (*at != NULL && !is_same(*at, c))
		at = &(*at)->next;
	if (*at == NULL)
		return;
	gone = *at;
	*at = gone->next;
	gone->next = NULL;
	syncml_list_free(gone);
}

int
auth_refusal(struct session *s, const struct syncml_command *c)
{
	struct syncml_command **tail = &s->auth.owed;

	owed_settle(&s->auth, c);
	if (!s->auth.refused)
		return 0;
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = syncml_command_copy(c);
	return s->auth.header_status;
}

void
auth_owed_judge(struct session *s)
{
	const struct syncml_command *c;

	for (c = s->auth.owed; c != NULL; c = c->next)
		report_fail(&s->d->r, RULE,
		    "%s %s was refused for want of a credential and did not "
		    "come again",
		    c->name,
		    c->items == NULL || c->items->target == NULL
			? ""
			: c->items->target);
}
