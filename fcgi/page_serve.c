/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/x509.h"
#include "landing.h"
#include "page_serve.h"
#include "signin.h"
#include "terms.h"

/* A page and the settings that it is made of. */
struct serving {
	struct page page;
	struct db_work *settings;
};

static const char *
setting(void *context, const char *name)
{
	const char *value = db_lookup(context, 0, name);

	CHECK(value != NULL);
	return value;
}

static int
begin(struct worker *w, struct request *r, struct serving *s)
{
	struct db_error e;

	*s = (struct serving){ .page = { .arena = r->arena,
				   .framed = http_path_is(
				       r->http, PAGE_TERMS_PATH) } };
	s->settings = db_work(w->db, r->arena);
	db_call(s->settings, PAGE);
	if (db_run(s->settings, &e) == -1)
		return request_db_fault(w, r, &e);
	s->page.setting = setting;
	s->page.context = s->settings;
	return 0;
}

static int
answer(struct request *r, const struct serving *s)
{
	const char *headers = page_headers(&s->page);

	if (headers == NULL)
		return fault_set(&r->fault, 500, NULL, "answer too large");
	r->response->headers = headers;
	return request_answer(r, PAGE_CONTENT_TYPE, &s->page.w);
}

static const char *
word_for(int status)
{
	switch (status) {
	case 400:
	case 415:
		return "page_error_link";
	case 403:
		return "page_error_forbidden";
	case 404:
		return "page_error_late";
	default:
		return "page_error_away";
	}
}

/*
 * What was refused, as a page; while there is no database even for its words,
 * as text.  Its log line has the fault all the same.
 */
static int
refuse(struct worker *w, struct request *r)
{
	static const char away[] =
	    "The server cannot answer at the moment. Try again later.\n";
	struct http_response *res = r->response;
	int status = r->fault.status;
	struct serving s;

	CHECK(status != 0);
	if (begin(w, r, &s) == 0) {
		page_refusal(&s.page, word_for(status));
		if (answer(r, &s) == 0) {
			res->status = status;
			return 0;
		}
	}
	res->status = status;
	res->content_type = "text/plain";
	res->headers = NULL;
	res->body = away;
	res->body_len = strlen(away);
	return 0;
}

/* Of the front server alone: what a client sends begins with HTTP_. */
static int
remote_user(struct request *r, const struct serving *s, const char **name)
{
	*name = NULL;
	if (strcmp(page_word(&s->page, "remote_user"), "on") != 0)
		return 0;
	*name = http_param(r->http, "REMOTE_USER");
	if (*name == NULL || http_param_count(r->http, "REMOTE_USER") != 1)
		return fault_set(&r->fault, 403, NULL,
		    "the setting remote_user is on, but the front server "
		    "gave no REMOTE_USER");
	r->user = *name;
	return 0;
}

/* What the database says to a user who has signed in: all is done, or not. */
static int
settle(struct worker *w, struct request *r, struct serving *s,
    const struct signin *in, struct db_work *work)
{
	struct signin_rest rest = { .ticket = in->ticket,
		.missing = in->ticket != NULL };
	struct db_error e;

	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	CHECK(db_rows(work, 0) == 1);
	r->user = rest.user = db_value(work, 0, 0, 1);
	rest.version = db_value(work, 0, 0, 2);
	rest.terms = db_value(work, 0, 0, 3);
	if (rest.ticket == NULL)
		rest.ticket = db_value(work, 0, 0, 4);
	if (db_value_bool(work, 0, 0, 0))
		signin_done(&s->page, in, db_value(work, 0, 0, 4));
	else
		signin_rest(&s->page, &rest);
	return answer(r, s);
}

/*
 * By the page's password, or by the front server.  From a link alone nobody
 * gets a token: for the latter the user has to choose a button.
 */
static int
signed_in(struct worker *w, struct request *r, struct serving *s,
    const struct signin *in, int statement, const char *name)
{
	struct db_work *work = db_work(w->db, r->arena);

	db_call(work, statement);
	db_text(work, name);
	return settle(w, r, s, in, work);
}

static int
go_on(struct worker *w, struct request *r, struct serving *s,
    const struct signin *in, const char *name)
{
	struct db_work *work = db_work(w->db, r->arena);
	unsigned char sha256[X509_SHA256_LEN];

	x509_sha256(in->ticket, strlen(in->ticket), sha256);
	db_call(work, PAGE_GO_ON);
	db_bytes(work, sha256, sizeof(sha256));
	db_text(work, name);
	db_text(work, in->accept);
	db_text(work, http_param(r->http, "REMOTE_ADDR"));
	return settle(w, r, s, in, work);
}

static int
show_form(struct request *r, struct serving *s, const struct signin *in,
    const char *problem)
{
	signin_form(&s->page, in, problem);
	return answer(r, s);
}

static int
by_password(struct worker *w, struct request *r, struct serving *s,
    const struct signin *in)
{
	const struct sign_in claim = {
		.name = in->username, .password = in->password, .page = 1
	};
	struct user who = { 0 };
	struct db_work *work;

	if (in->username == NULL || in->username[0] == '\0' ||
	    in->password == NULL || in->password[0] == '\0')
		return show_form(r, s, in, SIGNIN_MISSING);
	switch (authenticate_password(w, r, &claim, &who, &work)) {
	case 0:
		return signed_in(w, r, s, in, PAGE_SIGNED_IN, who.upn);
	case AUTHENTICATE_WRONG:
		return show_form(r, s, in, SIGNIN_WRONG);
	case AUTHENTICATE_WAIT:
		return show_form(r, s, in, SIGNIN_WAIT);
	default:
		return -1;
	}
}

static int
get_signin(struct worker *w, struct request *r)
{
	struct signin in = { 0 };
	struct serving s;
	const char *name;

	if (signin_read(r->arena, r->http, &in, &r->fault) == -1 ||
	    begin(w, r, &s) == -1 || remote_user(r, &s, &name) == -1)
		return -1;
	if (name != NULL)
		return signed_in(w, r, &s, &in, PAGE_REMOTE_USER, name);
	return show_form(r, &s, &in, NULL);
}

static int
post_signin(struct worker *w, struct request *r)
{
	struct signin in = { 0 };
	struct serving s;
	const char *name;

	if (signin_read(r->arena, r->http, &in, &r->fault) == -1 ||
	    begin(w, r, &s) == -1 || remote_user(r, &s, &name) == -1)
		return -1;
	if (in.ticket != NULL)
		return go_on(w, r, &s, &in, name);
	if (name != NULL)
		return fault_set(&r->fault, 404, NULL, "no ticket");
	return by_password(w, r, &s, &in);
}

static int
get_enroll(struct worker *w, struct request *r)
{
	struct landing l = { 0 };
	struct db_work *work;
	struct serving s;
	struct db_error e;

	if (landing_read(r->arena, r->http, &l, &r->fault) == -1 ||
	    begin(w, r, &s) == -1)
		return -1;
	work = db_work(w->db, r->arena);
	db_call(work, PAGE_LINK);
	db_text(work, l.username);
	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	l.link = db_value(work, 0, 0, 0);
	landing_page(&s.page, &l);
	return answer(r, &s);
}

/* To Windows, which reads the outcome off the address. */
static int
send_back(struct request *r, const struct terms *t, const char *outcome,
    const char *blob)
{
	struct http_response *res = r->response;

	res->headers = terms_location(r->arena, t, outcome, blob);
	if (res->headers == NULL)
		return fault_set(&r->fault, 500, NULL, "answer too large");
	res->status = 302;
	res->content_type = "text/plain";
	res->retry_after = 0;
	res->body_len = 0;
	return 0;
}

/* What the database says of the terms: a page, or the way back. */
static int
settle_terms(struct worker *w, struct request *r, const struct terms *t,
    struct db_work *work, const char *ticket)
{
	struct terms_due due;
	struct serving s;
	struct db_error e;
	const char *blob;

	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	CHECK(db_rows(work, 0) == 1);
	r->user = due.user = db_value(work, 0, 0, 1);
	due.version = db_value(work, 0, 0, 2);
	due.content = db_value(work, 0, 0, 3);
	due.ticket = ticket != NULL ? ticket : db_value(work, 0, 0, 4);
	blob = db_value(work, 0, 0, 5);
	if (db_value_bool(work, 0, 0, 0))
		return send_back(
		    r, t, blob != NULL ? TERMS_ACCEPTED : TERMS_DECLINED, blob);
	if (begin(w, r, &s) == -1)
		return -1;
	terms_page(&s.page, t, &due);
	return answer(r, &s);
}

/* The token of the tenant comes with the first request alone. */
static int
get_terms(struct worker *w, struct request *r, const struct terms *t)
{
	const char *jwt = terms_bearer(r->http);
	struct user who = { 0 };
	struct db_work *work;

	if (!terms_is_served(t))
		return fault_set(&r->fault, 400, NULL, "unknown api-version");
	if (jwt == NULL)
		return fault_set(&r->fault, 403, FAULT_AUTHENTICATION,
		    "no Bearer token in Authorization");
	if (authenticate_jwt(w, r, jwt, &who, &work) == -1)
		return -1;
	work = db_work(w->db, r->arena);
	db_call(work, PAGE_TERMS);
	db_text(work, who.upn);
	return settle_terms(w, r, t, work, NULL);
}

static int
post_terms(struct worker *w, struct request *r, const struct terms *t)
{
	struct db_work *work = db_work(w->db, r->arena);
	unsigned char sha256[X509_SHA256_LEN];

	x509_sha256(t->ticket, strlen(t->ticket), sha256);
	db_call(work, PAGE_TERMS_ANSWER);
	db_bytes(work, sha256, sizeof(sha256));
	db_text(work, t->accept);
	db_bool(work, t->decline != NULL);
	db_text(work, http_param(r->http, "REMOTE_ADDR"));
	return settle_terms(w, r, t, work, t->ticket);
}

/* Once it is known where Windows waits, it is told what is wrong there. */
static int
send_error(struct request *r, const struct terms *t)
{
	const struct fault *f = &r->fault;
	const char *error = TERMS_FAILED;

	if (f->status == 400)
		error = TERMS_VERSION;
	else if (f->status == 404)
		error = TERMS_DENIED;
	else if (f->subcode != NULL &&
		 strcmp(f->subcode, FAULT_AUTHENTICATION) == 0)
		error = TERMS_UNAUTHORIZED;
	return send_back(r, t, error, NULL);
}

static int
serve_terms(struct worker *w, struct request *r,
    int (*serve)(struct worker *, struct request *, const struct terms *))
{
	struct terms t = { 0 };

	if (terms_read(r->arena, r->http, &t, &r->fault) == -1)
		return refuse(w, r);
	r->client_request_id = t.request_id;
	return serve(w, r, &t) == 0 ? 0 : send_error(r, &t);
}

int
page_get_terms(struct worker *w, struct request *r)
{
	return serve_terms(w, r, get_terms);
}

int
page_post_terms(struct worker *w, struct request *r)
{
	return serve_terms(w, r, post_terms);
}

int
page_get_signin(struct worker *w, struct request *r)
{
	return get_signin(w, r) == 0 ? 0 : refuse(w, r);
}

int
page_post_signin(struct worker *w, struct request *r)
{
	return post_signin(w, r) == 0 ? 0 : refuse(w, r);
}

int
page_get_enroll(struct worker *w, struct request *r)
{
	return get_enroll(w, r) == 0 ? 0 : refuse(w, r);
}
