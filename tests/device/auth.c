/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "digest.h"
#include "session.h"

#define RULE "challenge"
#define NONCE_BYTES 16

static const char *const types[] = {
	[AUTH_NONE] = "",
	[AUTH_BASIC] = AUTH_TYPE_BASIC,
	[AUTH_MD5] = AUTH_TYPE_MD5,
	[AUTH_MAC] = AUTH_TYPE_MAC,
};

const char *
auth_type(enum auth_kind kind)
{
	return types[kind];
}

/* What the account says, as Windows chooses: MD5 if there is a nonce. */
static enum auth_kind
account_kind(const struct state *st)
{
	const char *type = state_get(st, "auth-type");

	if (type != NULL && strcmp(type, "BASIC") == 0)
		return AUTH_BASIC;
	return AUTH_MD5;
}

void
auth_open(struct session *s)
{
	const struct plan *p = &s->d->o->plan;

	memset(&s->auth, 0, sizeof(s->auth));
	s->auth.header_status = 200;
	if (p->auth == AUTH_AT_ONCE)
		s->auth.ours = p->first_kind == AUTH_NONE
				   ? account_kind(s->d->state)
				   : p->first_kind;
}

void
auth_close(struct session *s)
{
	free(s->auth.next_nonce);
	syncml_list_free(s->auth.owed);
	s->auth.next_nonce = NULL;
	s->auth.owed = NULL;
}

static int
nonce_read(const struct state *st, const char *name, struct buf *out)
{
	const char *text = state_get(st, name);

	return text == NULL || base64_read(out, text, 1) == -1 ? -1 : 0;
}

/* The nonce for our proof; a stale one when misbehaviour wants it. */
static void
nonce_choose(struct session *s, struct buf *out)
{
	const struct device *d = s->d;
	char *place = xprintf("%ld", s->msg_id);

	s->auth.good = 1;
	if (bad_is_at(&d->o->bad, BAD_STALE_NONCE, place)) {
		s->auth.good = 0;
		if (nonce_read(d->state, "client-nonce-old", out) == -1)
			buf_puts(out, "a nonce that never was");
	} else if (nonce_read(d->state, "client-nonce", out) == -1) {
		s->auth.good = 0;
		buf_puts(out, "");
	}
	free(place);
}

static const char *
secret_choose(struct session *s)
{
	char *place = xprintf("%ld", s->msg_id);
	int wrong = bad_is_at(&s->d->o->bad, BAD_WRONG_CREDENTIAL, place);

	free(place);
	if (wrong)
		s->auth.good = 0;
	return wrong ? "not the secret"
		     : state_need(s->d->state, "client-secret");
}

static char *
credential_make(struct session *s)
{
	const char *user = state_need(s->d->state, "auth-name");
	struct buf nonce = { 0 };
	const char *secret;
	char *data;

	nonce_choose(s, &nonce);
	secret = secret_choose(s);
	if (s->auth.ours == AUTH_BASIC)
		data = digest_basic(user, secret);
	else
		data = digest_md5(user, secret, &nonce);
	report_secret(&s->d->r, data);
	buf_free(&nonce);
	return data;
}

void
auth_prove(struct session *s, struct syncml_message *m)
{
	struct auth *a = &s->auth;
	char *data;

	a->proved = 0;
	if (a->ours == AUTH_NONE || a->settled)
		return;
	str_set(&m->source_name, state_need(s->d->state, "auth-name"));
	a->proved = 1;
	if (a->ours == AUTH_MAC)
		return;
	data = credential_make(s);
	m->cred = syncml_proof_new("b64", types[a->ours], NULL, data);
	free(data);
}

char *
auth_mac_line(struct session *s, const struct buf *body)
{
	const char *user, *secret;
	struct buf nonce = { 0 };
	char *mac, *line;

	if (s->auth.ours != AUTH_MAC || s->auth.settled)
		return NULL;
	user = state_need(s->d->state, "auth-name");
	nonce_choose(s, &nonce);
	secret = secret_choose(s);
	mac = digest_mac(user, secret, &nonce, body);
	line = xprintf(
	    "x-syncml-hmac: algorithm=MD5, username=\"%s\", mac=%s", user, mac);
	buf_free(&nonce);
	free(mac);
	return line;
}

/* A nonce from the server replaces ours. */
static void
nonce_take(struct session *s, const struct syncml_proof *chal)
{
	struct state *st = s->d->state;
	const char *old = state_get(st, "client-nonce");
	struct buf bytes = { 0 };

	if (chal->nonce == NULL || base64_read(&bytes, chal->nonce, 0) == -1) {
		report_fail(&s->d->r, RULE, "NextNonce is %s",
		    chal->nonce == NULL ? "missing" : "not base64");
	} else if (bytes.len < NONCE_BYTES) {
		report_fail(
		    &s->d->r, RULE, "NextNonce has only %zu bytes", bytes.len);
	} else if (old != NULL && strcmp(old, chal->nonce) == 0) {
		report_fail(&s->d->r, RULE, "NextNonce is the one we have");
	} else {
		report_secret(&s->d->r, chal->nonce);
		state_set(st, "client-nonce-old", old);
		state_set(st, "client-nonce", chal->nonce);
	}
	buf_free(&bytes);
}

static enum auth_kind
chal_kind(struct session *s, const struct syncml_proof *chal)
{
	enum auth_kind kind;

	for (kind = AUTH_BASIC; kind <= AUTH_MAC; kind++)
		if (chal->type != NULL && strcmp(chal->type, types[kind]) == 0)
			break;
	if (kind > AUTH_MAC) {
		report_fail(&s->d->r, RULE, "Chal has the type \"%s\"",
		    chal->type == NULL ? "" : chal->type);
		return AUTH_NONE;
	}
	if (chal->format == NULL || strcmp(chal->format, "b64") != 0)
		report_fail(&s->d->r, RULE, "Chal has the format \"%s\"",
		    chal->format == NULL ? "" : chal->format);
	return kind;
}

/* Nothing but Statuses may stand beside a challenge. */
static void
bareness_judge(struct report *r, const struct syncml_message *got)
{
	const struct syncml_command *c;

	for (c = got->commands; c != NULL; c = c->next)
		if (!syncml_is(c, "Status"))
			report_fail(
			    r, RULE, "%s came with the challenge", c->name);
	if (!got->final)
		report_fail(r, RULE, "the challenge has no Final");
}

/* 401 is for something wrong, 407 for nothing at all. */
static void
refusal_judge(struct session *s, long status)
{
	struct auth *a = &s->auth;

	if (status == 407 && a->proved)
		report_fail(&s->d->r, RULE, "407, but we sent a credential");
	if (status == 401 && !a->proved)
		report_fail(&s->d->r, RULE, "401, but we sent no credential");
	/* a nonce may be lost once, not twice */
	a->refusals = a->proved && a->good ? a->refusals + 1 : 0;
	if (a->refusals > 1)
		report_fail(&s->d->r, RULE,
		    "a right credential was refused %u times", a->refusals);
}

static enum auth_verdict
refused(struct session *s, const struct syncml_command *status,
    const struct syncml_message *got)
{
	const struct syncml_proof *chal = status->chal;
	const struct options *o = s->d->o;

	refusal_judge(s, s->d->r.header_status);
	bareness_judge(&s->d->r, got);
	if (chal != NULL && o->plan.auth != AUTH_NEVER) {
		s->auth.ours = chal_kind(s, chal);
		s->auth.challenged = 1;
		if (s->auth.ours == AUTH_MD5 || s->auth.ours == AUTH_MAC)
			nonce_take(s, chal);
		s->auth.settled = 0;
		if (s->auth.ours != AUTH_NONE)
			return AUTH_AGAIN;
	}
	if (o->expect_syncml == 0)
		report_fail(&s->d->r, RULE, "refused with %ld%s",
		    s->d->r.header_status,
		    chal == NULL ? " and no challenge" : "");
	return AUTH_OVER;
}

enum auth_verdict
auth_answer(struct session *s, const struct syncml_message *got)
{
	const struct syncml_command *status = got->commands;
	long code = 0;

	s->d->r.header_status = 0;
	if (status == NULL || !syncml_is(status, "Status") ||
	    status->data == NULL ||
	    str_number(status->data, 100, 599, &code) == -1)
		return AUTH_FINE;
	s->d->r.header_status = code;
	if (code == 401 || code == 407)
		return refused(s, status, got);
	s->auth.refusals = 0;
	if (code == 212 && !s->auth.proved && !s->auth.settled)
		report_fail(&s->d->r, RULE, "212, but we proved nothing");
	if (s->auth.proved && !s->auth.good && code < 300)
		report_fail(&s->d->r, RULE, "a wrong credential was accepted");
	if (code == 212)
		s->auth.settled = 1;
	if (status->chal != NULL)
		nonce_take(s, status->chal);
	else if (s->auth.proved && s->auth.challenged &&
		 s->auth.ours == AUTH_MAC)
		report_fail(&s->d->r, RULE,
		    "there is no nonce for the next "
		    "message's MAC");
	return AUTH_FINE;
}
