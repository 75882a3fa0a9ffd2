/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "session.h"

#define MEDIA_TYPE "application/vnd.syncml.dm+xml"
#define ACCEPT                                                                 \
	"Accept: application/vnd.syncml.dm+xml, "                              \
	"application/vnd.syncml.dm+wbxml, application/octet-stream"
#define UNENROLLMENT "<com.microsoft:mdm.unenrollment.userrequest>"

/* The lines that have a value of their own; the others are constant. */
struct headers {
	char *length;
	char *type;
	char *request_id;
	char *vector;
};

static void
headers_make(const struct session *s, const char *place, size_t length,
    struct headers *h)
{
	const struct bad *bad = &s->d->o->bad;
	const char *id = state_get(s->d->state, "enterprise-device-id");
	const char *type = bad_is_at(bad, BAD_CONTENT_TYPE, place)
			       ? bad->content_type
			       : MEDIA_TYPE;

	h->length = xprintf("Content-Length: %zu", length);
	h->type = xprintf("Content-Type: %s", type);
	h->request_id = xprintf("client-request-id: %s", id == NULL ? "0" : id);
	h->vector = xprintf("MS-CV: %s.0.0.0", s->vector);
}

static void
headers_free(struct headers *h)
{
	free(h->length);
	free(h->type);
	free(h->request_id);
	free(h->vector);
}

static int
body_post(struct session *s, const char *place, const struct buf *body,
    struct http_response *a)
{
	struct headers h;
	struct http_request q = { .method = "POST",
		.url = s->url,
		.body = body->data,
		.body_len = body->len };
	int sent;

	headers_make(s, place, body->len, &h);
	q.headers[0] = ACCEPT;
	q.headers[1] = "Accept-Charset: UTF-8";
	q.headers[2] = h.request_id;
	q.headers[3] = h.length;
	q.headers[4] = h.type;
	q.headers[5] = h.vector;
	q.headers[6] = "User-Agent: MSFT OMA DM Client/1.2.0.1";
	if (s->kind == SESSION_UNENROLL)
		q.headers[7] = "MDM-GenericAlert: " UNENROLLMENT;
	sent = http_send(s->http, &s->d->r, &q, a);
	headers_free(&h);
	return sent;
}

/* The same bytes again must bring the same bytes again. */
static void
repeat_judge(struct session *s, const char *place, const struct buf *body,
    const struct http_response *first)
{
	struct http_response again = { 0 };
	struct report *r = &s->d->r;

	if (body_post(s, place, body, &again) == 0) {
		report_step(r, again.body.len, again.ms, "repeated");
		if (again.status != first->status)
			report_fail(r, "repeat", "HTTP %ld, before it was %ld",
			    again.status, first->status);
		else if (again.body.len != first->body.len ||
			 memcmp(again.body.data, first->body.data,
			     first->body.len) != 0)
			report_fail(r, "repeat",
			    "the repeated message got another answer");
	}
	http_response_free(&again);
}

/* A line for the transcript: what the server said. */
static char *
answer_remark(const struct syncml_message *got)
{
	const struct syncml_command *c;
	unsigned statuses = 0;
	struct buf text = { 0 };

	for (c = got->commands; c != NULL; c = c->next)
		statuses += syncml_is(c, "Status") ? 1 : 0;
	buf_printf(&text, "%u Status", statuses);
	for (c = got->commands; c != NULL; c = c->next)
		if (syncml_is_command(c))
			buf_printf(&text, ", %s", c->name);
	if (got->final)
		buf_puts(&text, ", Final");
	return text.data;
}

static void
refusal_take(struct session *s, const struct http_response *a)
{
	struct report *r = &s->d->r;

	http_judge(r, a, "text/plain");
	if (a->body.len > 0 && strchr(a->body.data, '<') != NULL)
		report_fail(r, "body", "the refusal has markup in it");
	report_step(r, a->body.len, a->ms, "refused");
	device_refused(s->d, "the message was refused");
}

static int
answer_take(struct session *s, const struct syncml_message *sent,
    const struct http_response *a, struct syncml_message *got)
{
	struct report *r = &s->d->r;
	struct dom *dom;
	char *remark;
	int ok;

	http_judge(r, a, MEDIA_TYPE);
	/* some servers end a session with nothing at all */
	if (a->body.len == 0 && s->msg_id > 1) {
		report_step(r, 0, a->ms, "the end");
		return 0;
	}
	dom = dom_parse(a->body.data, a->body.len);
	ok = dom->error == NULL;
	if (ok) {
		syncml_read(dom->root, got);
		remark = answer_remark(got);
		report_step(r, a->body.len, a->ms, remark);
		free(remark);
		answer_judge(s, sent, dom, got);
	} else {
		report_step(r, a->body.len, a->ms, "no SyncML");
		report_fail(r, "xml", "the answer is not XML: %s", dom->error);
	}
	dom_free(dom);
	return ok ? 0 : -1;
}

/* Spoils the message as a whole, before it is written. */
static void
message_spoil(
    const struct session *s, const char *place, struct syncml_message *m)
{
	const struct bad *bad = &s->d->o->bad;
	char *other;

	if (bad_is_at(bad, BAD_NO_FINAL, place))
		m->final = 0;
	if (bad_is_at(bad, BAD_WRONG_SOURCE, place)) {
		other = random_hex(16);
		str_set(&m->source, other);
		free(other);
	}
}

int
message_exchange(
    struct session *s, struct syncml_message *sent, struct syncml_message *got)
{
	char *place = xprintf("%ld", s->msg_id);
	char *step = xprintf("Message %ld", s->msg_id);
	struct http_response a = { 0 };
	struct buf body = { 0 };
	int result = -1;

	report_begin(&s->d->r, step);
	message_spoil(s, place, sent);
	syncml_write(&body, sent);
	bad_body(&s->d->o->bad, place, &body);
	if (body_post(s, place, &body, &a) == 0) {
		if (a.status != 200)
			refusal_take(s, &a);
		else
			result = answer_take(s, sent, &a, got);
		if (bad_is(&s->d->o->bad, BAD_REPEAT))
			repeat_judge(s, place, &body, &a);
	}
	buf_free(&body);
	http_response_free(&a);
	free(place);
	free(step);
	return result;
}
