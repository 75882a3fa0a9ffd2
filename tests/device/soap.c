/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "soap.h"

#define MEDIA_TYPE "application/soap+xml; charset=utf-8"
#define ANONYMOUS NS_ADDRESSING "/anonymous"
#define TOKEN_ID "uuid-cc1ccc1f-2fba-4bcf-b063-ffc0cac77917-4"
#define USER_TOKEN                                                             \
	"http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/"           \
	"Enrollment/DeviceEnrollmentUserToken"
#define PASSWORD_TEXT                                                          \
	"http://docs.oasis-open.org/wss/2004/01/"                              \
	"oasis-200401-wss-username-token-profile-1.0#PasswordText"

/* The discovery request declares two namespaces, in another order. */
static void
envelope_start(struct buf *out, int authenticated)
{
	buf_puts(out, "<s:Envelope");
	if (!authenticated) {
		buf_puts(out, " xmlns:a=\"" NS_ADDRESSING "\"");
		buf_puts(out, " xmlns:s=\"" NS_SOAP "\">");
		return;
	}
	buf_puts(out, " xmlns:s=\"" NS_SOAP "\"");
	buf_puts(out, " xmlns:a=\"" NS_ADDRESSING "\"");
	buf_puts(out, " xmlns:u=\"" NS_WSU "\"");
	buf_puts(out, " xmlns:wsse=\"" NS_WSSE "\"");
	buf_puts(out, " xmlns:wst=\"" NS_TRUST "\"");
	buf_puts(out, " xmlns:ac=\"" NS_CONTEXT "\">");
}

/* What a sign-in page gave. */
static void
token_write(struct buf *out, const struct soap_call *call)
{
	buf_puts(out, "<wsse:Security s:mustUnderstand=\"1\">"
		      "<wsse:BinarySecurityToken wsse:ValueType=\"" USER_TOKEN
		      "\" wsse:EncodingType=\"" NS_WSSE "#base64binary\">");
	buf_xml(out, call->token);
	buf_puts(out, "</wsse:BinarySecurityToken></wsse:Security>");
}

static void
credential_write(struct buf *out, const struct soap_call *call)
{
	if (call->token != NULL) {
		token_write(out, call);
		return;
	}
	buf_puts(out,
	    "<wsse:Security s:mustUnderstand=\"1\">"
	    "<wsse:UsernameToken u:Id=\"" TOKEN_ID "\"><wsse:Username>");
	buf_xml(out, call->username);
	buf_puts(out,
	    "</wsse:Username><wsse:Password wsse:Type=\"" PASSWORD_TEXT "\">");
	buf_xml(out, call->password);
	buf_puts(out, "</wsse:Password></wsse:UsernameToken></wsse:Security>");
}

void
soap_write(struct buf *out, const struct soap_call *call)
{
	envelope_start(out, call->username != NULL);
	buf_puts(out, "<s:Header><a:Action s:mustUnderstand=\"1\">");
	buf_xml(out, call->action);
	buf_puts(out, "</a:Action><a:MessageID>");
	buf_xml(out, call->message_id);
	buf_puts(out, "</a:MessageID><a:ReplyTo><a:Address>" ANONYMOUS
		      "</a:Address></a:ReplyTo><a:To s:mustUnderstand=\"1\">");
	buf_xml(out, call->to);
	buf_puts(out, "</a:To>");
	if (call->username != NULL)
		credential_write(out, call);
	buf_puts(out, "</s:Header>");
	buf_puts(out, call->body);
	buf_puts(out, "</s:Envelope>");
}

static int
call_send(struct device *d, struct http *h, const struct soap_call *call,
    struct http_response *a)
{
	const struct bad *bad = &d->o->bad;
	const char *type = bad_is_at(bad, BAD_CONTENT_TYPE, call->place)
			       ? bad->content_type
			       : MEDIA_TYPE;
	struct http_request q = { .method = "POST", .url = call->url };
	struct buf body = { 0 };
	char *length, *media;
	int sent;

	soap_write(&body, call);
	bad_body(bad, call->place, &body);
	length = xprintf("Content-Length: %zu", body.len);
	media = xprintf("Content-Type: %s", type);
	q.headers[0] = length;
	q.headers[1] = media;
	q.headers[2] = "User-Agent: ENROLLClient";
	q.body = body.data;
	q.body_len = body.len;
	sent = http_send(h, &d->r, &q, a);
	free(length);
	free(media);
	buf_free(&body);
	return sent;
}

static void
action_judge(struct report *r, const struct node *header, const char *due)
{
	const struct node *action = node_child(header, NS_ADDRESSING, "Action");
	const char *must = node_attr(action, NS_SOAP, "mustUnderstand");
	char *text = node_trimmed(action);

	if (strcmp(text, due) != 0)
		report_fail(
		    r, "action", "Action is \"%s\" instead of %s", text, due);
	if (must == NULL || strcmp(must, "1") != 0)
		report_fail(r, "action", "Action lacks s:mustUnderstand=\"1\"");
	free(text);
}

static void
header_judge(
    struct report *r, const struct node *header, const struct soap_call *call)
{
	const struct node *relates;
	char *text;

	relates = node_child(header, NS_ADDRESSING, "RelatesTo");
	text = node_trimmed(relates);
	if (strcmp(text, call->message_id) != 0)
		report_fail(r, "relates-to",
		    "RelatesTo is \"%s\", the MessageID was %s", text,
		    call->message_id);
	action_judge(r, header, call->reply_action);
	free(text);
}

void
soap_judge(
    struct report *r, const struct dom *dom, const struct soap_call *call)
{
	const struct node *header, *body;

	if (dom->has_cdata)
		report_fail(r, "cdata", "the answer has a CDATA section");
	if (!node_is(dom->root, NS_SOAP, "Envelope")) {
		report_fail(r, "envelope", "<%s> in \"%s\" is no SOAP 1.2",
		    dom->root->name, dom->root->ns);
		return;
	}
	header = dom->root->first;
	body = header == NULL ? NULL : header->next;
	if (!node_is(header, NS_SOAP, "Header") ||
	    !node_is(body, NS_SOAP, "Body") || body->next != NULL)
		report_fail(r, "envelope",
		    "the envelope is not one Header and one Body");
	header_judge(r, node_child(dom->root, NS_SOAP, "Header"), call);
}

static int
is_fault(const struct dom *dom)
{
	return node_path(dom->root, NS_SOAP, "Body/Fault") != NULL;
}

/* What came is no answer to work with. */
static void
refusal_take(struct device *d, const struct soap_call *call,
    const struct http_response *a, const struct dom *dom)
{
	char *reason;

	if (dom->error != NULL) {
		report_fail(
		    &d->r, "xml", "the answer is not XML: %s", dom->error);
		reason = xstrdup("no SOAP");
	} else if (is_fault(dom)) {
		reason = fault_judge(d, call, a, dom);
	} else {
		report_fail(
		    &d->r, "status", "HTTP %ld without a fault", a->status);
		reason = xstrdup("no fault");
	}
	report_step(&d->r, a->body.len, a->ms, reason);
	device_refused(d, reason);
	free(reason);
}

struct dom *
soap_exchange(struct device *d, struct http *h, const struct soap_call *call,
    struct http_response *a)
{
	struct dom *dom;

	report_begin(&d->r, call->step);
	if (call_send(d, h, call, a) == -1)
		return NULL;
	http_judge(&d->r, a, MEDIA_TYPE);
	dom = dom_parse(a->body.data, a->body.len);
	if (dom->error != NULL || a->status != 200 || is_fault(dom)) {
		refusal_take(d, call, a, dom);
		dom_free(dom);
		return NULL;
	}
	soap_judge(&d->r, dom, call);
	return dom;
}
