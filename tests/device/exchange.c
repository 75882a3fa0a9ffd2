/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec.h"
#include "session.h"
#include "sign.h"

#define MEDIA_XML "application/vnd.syncml.dm+xml"
#define MEDIA_WBXML "application/vnd.syncml.dm+wbxml"
#define ACCEPT                                                                 \
	"Accept: application/vnd.syncml.dm+xml, "                              \
	"application/vnd.syncml.dm+wbxml, application/octet-stream"
#define UNENROLLMENT "<com.microsoft:mdm.unenrollment.userrequest>"
/* From this version of the application on, the client says who began. */
#define ORIGIN_VERSION 4.0
#define LINES 12

/* The lines that have a value of their own; the others are constant. */
struct headers {
	char *line[LINES];
	size_t n;
};

static const char *
media_type(const struct session *s)
{
	return s->wbxml ? MEDIA_WBXML : MEDIA_XML;
}

static void
line_add(struct headers *h, struct http_request *q, char *line)
{
	size_t i = 0;

	if (line == NULL)
		return;
	while (q->headers[i] != NULL)
		i++;
	h->line[h->n++] = line;
	q->headers[i] = line;
}

/* The signature, over these bytes or over others. */
static char *
signature_line(struct session *s, const char *place, const struct buf *body)
{
	const struct bad *bad = &s->d->o->bad;
	struct buf signed_body = { 0 };
	time_t when = time(NULL);
	char *cert, *key, *text, *line;

	if (s->d->o->plan.sign == NULL)
		return NULL;
	session_signer(s->d, &cert, &key);
	buf_add(&signed_body, body->data, body->len);
	if (bad_is_at(bad, BAD_WRONG_SIGNATURE, place))
		buf_puts(&signed_body, " ");
	if (bad_is_at(bad, BAD_STALE_SIGNATURE, place))
		when -= bad->stale;
	text = sign_body(cert, key, &signed_body, when);
	line = xprintf("%s: %s", s->d->o->plan.sign, text);
	buf_free(&signed_body);
	free(text);
	free(cert);
	free(key);
	return line;
}

static char *
type_line(const struct session *s, const char *place)
{
	const struct bad *bad = &s->d->o->bad;

	if (bad_is_at(bad, BAD_CONTENT_TYPE, place))
		return xprintf("Content-Type: %s", bad->content_type);
	/* libcurl would send one of its own */
	if (s->d->o->plan.shape & SHAPE_NO_TYPE)
		return xstrdup("Content-Type:");
	return xprintf("Content-Type: %s", media_type(s));
}

static void
headers_make(struct session *s, const char *place, const struct buf *body,
    struct headers *h, struct http_request *q)
{
	const char *id = state_get(s->d->state, "enterprise-device-id");

	memset(h, 0, sizeof(*h));
	q->headers[0] = ACCEPT;
	q->headers[1] = "Accept-Charset: UTF-8";
	line_add(h, q, xprintf("client-request-id: %s", id == NULL ? "0" : id));
	line_add(h, q, xprintf("Content-Length: %zu", body->len));
	line_add(h, q, type_line(s, place));
	line_add(h, q, xprintf("MS-CV: %s.0.0.0", s->vector));
	line_add(h, q, xstrdup("User-Agent: MSFT OMA DM Client/1.2.0.1"));
	if (s->kind == SESSION_UNENROLL)
		line_add(h, q, xstrdup("MDM-GenericAlert: " UNENROLLMENT));
	else if (s->sync_version >= ORIGIN_VERSION)
		line_add(h, q, xstrdup("UserAgentOrigin: 2"));
	line_add(h, q, auth_mac_line(s, body));
	line_add(h, q, signature_line(s, place, body));
}

static void
headers_free(struct headers *h)
{
	while (h->n > 0)
		free(h->line[--h->n]);
}

static int
body_post(struct session *s, const char *place, const struct buf *body,
    struct http_response *a)
{
	struct headers h;
	struct http_request q = { .method = "POST",
		.url = s->url,
		.body = body->data,
		.body_len = body->len,
		.is_binary = s->wbxml };
	int sent;

	headers_make(s, place, body, &h, &q);
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

/* The answer in our encoding; its head is judged. */
static struct dom *
answer_decode(struct session *s, const struct http_response *a)
{
	struct report *r = &s->d->r;
	struct wbxml_head head;
	struct buf text = { 0 };
	struct dom *dom;

	if (!s->wbxml)
		return dom_parse(a->body.data, a->body.len);
	dom = wbxml_read(a->body.data, a->body.len, &head);
	if (head.version != 2)
		report_fail(r, "wbxml", "the version is 1.%u", head.version);
	if (head.public_id != WBXML_SYNCML_1_2 && head.public_id != 0)
		report_fail(
		    r, "wbxml", "the public id is %#lx", head.public_id);
	if (head.charset != WBXML_UTF8)
		report_fail(r, "wbxml", "the charset is %lu", head.charset);
	if (head.attributes)
		report_fail(r, "wbxml", "there are attributes");
	if (r->verbosity > 0 && dom->root != NULL) {
		node_write(&text, dom->root);
		report_raw(r, "answer as XML", text.data);
		buf_free(&text);
	}
	return dom;
}

/* From now on messages go where the server wants them. */
static void
address_take(struct session *s, const struct syncml_message *got)
{
	if (got->resp_uri == NULL)
		return;
	if (!str_starts(got->resp_uri, "https://"))
		report_fail(&s->d->r, "resp-uri", "RespURI %s is not https",
		    got->resp_uri);
	else
		str_set(&s->url, got->resp_uri);
}

static int
answer_take(struct session *s, const struct syncml_message *sent,
    const struct http_response *a, struct syncml_message *got)
{
	struct report *r = &s->d->r;
	struct dom *dom;
	char *remark;
	int ok;

	http_judge(r, a, media_type(s));
	/* some servers end a session with nothing at all */
	if (a->body.len == 0 && s->msg_id > 1) {
		report_step(r, 0, a->ms, "the end");
		return 0;
	}
	dom = answer_decode(s, a);
	ok = dom->error == NULL;
	if (ok) {
		syncml_read(dom->root, got);
		remark = answer_remark(got);
		report_step(r, a->body.len, a->ms, remark);
		free(remark);
		answer_judge(s, sent, dom, got, a->body.len);
		auth_server(s, got, a);
		address_take(s, got);
	} else {
		report_step(r, a->body.len, a->ms, "no SyncML");
		report_fail(r, s->wbxml ? "wbxml" : "xml",
		    "the answer cannot be read: %s", dom->error);
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

static void
text_write(
    const struct session *s, const struct syncml_message *m, struct buf *out)
{
	unsigned shape = s->d->o->plan.shape;

	if (s->sync_version >= 3)
		shape |= SHAPE_MSFT;
	if (s->wbxml)
		shape &= ~(unsigned)(SHAPE_UTF16 | SHAPE_DECLARATION);
	syncml_write(out, m, shape);
}

static void
bytes_make(const struct session *s, struct buf *body)
{
	struct dom *dom;

	if (!s->wbxml) {
		syncml_dress(body, s->d->o->plan.shape);
		return;
	}
	dom = dom_parse(body->data, body->len);
	if (dom->error != NULL)
		die("the message cannot be WBXML: %s", dom->error);
	buf_reset(body);
	wbxml_write(body, dom->root, s->d->o->plan.wbxml);
	dom_free(dom);
}

void
message_encode(
    const struct session *s, const struct syncml_message *m, struct buf *out)
{
	text_write(s, m, out);
	bytes_make(s, out);
}

/* With all its misbehaviour. */
static void
message_write(struct session *s, const char *place, struct syncml_message *m,
    struct buf *body)
{
	const struct bad *bad = &s->d->o->bad;

	message_spoil(s, place, m);
	text_write(s, m, body);
	if (!s->wbxml)
		bad_body(bad, place, body);
	else
		report_raw(&s->d->r, "request as XML", body->data);
	bytes_make(s, body);
	if (s->wbxml)
		bad_bytes(bad, place, body);
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
	message_write(s, place, sent, &body);
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
