/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec.h"
#include "enroll.h"
#include "grammar.h"

#define ACTION NS_ENROLLMENT "/RST/wstep"
#define REPLY_ACTION NS_ENROLLMENT "/RSTRC/wstep"
#define MESSAGE_ID "urn:uuid:0d5a1441-5891-453b-becf-a2e5f6ea3749"
#define MANAGER "http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/"
#define TOKEN_TYPE MANAGER "Enrollment/DeviceEnrollmentToken"
#define DOCUMENT_TYPE MANAGER "Enrollment/DeviceEnrollmentProvisionDoc"
#define ENCODING NS_WSSE "#base64binary"

/* What a TPM would have to say, by its length alone. */
#define AIK_KEY 380
#define AIK_CLAIM 1624
/* From this EnrollmentVersion on the request has it, until the newest. */
#define AIK_VERSION 5.0
#define NEWEST_VERSION 9.0

#define CLOCK_SKEW 120
#define TIMESTAMP_LIFE 3600

/* [MS-WSTEP] 3.1.4.1.2.2 as [MS-MDE2] profiles it. */
/* clang-format off */
static const struct grammar_row rows[] = {
 { "Body", "RequestSecurityTokenResponseCollection", 0 },
 { "RequestSecurityTokenResponseCollection",
                                   "RequestSecurityTokenResponse", 0 },
 { "RequestSecurityTokenResponse", "TokenType",              G_TEXT },
 { "RequestSecurityTokenResponse", "DispositionMessage",     G_LEAF, NS_ENROLLMENT },
 { "RequestSecurityTokenResponse", "RequestedSecurityToken", 0 },
 { "RequestSecurityTokenResponse", "RequestID",              G_INT, NS_ENROLLMENT },
 { "RequestedSecurityToken",       "BinarySecurityToken",    G_TEXT, NS_WSSE },
};
/* clang-format on */

static const struct grammar grammar = { "rstrc", NS_TRUST, rows, COUNT(rows) };

static void
item_write(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "<ac:ContextItem Name=\"%s\"><ac:Value>", name);
	buf_xml(out, value);
	buf_puts(out, "</ac:Value></ac:ContextItem>");
}

/* All of them once, or over and over until there are so many. */
static void
addresses_write(struct buf *out, const char *list, int wanted)
{
	const char *at = list;
	int n;

	for (n = 0; *at != '\0' && (wanted == 0 || n < wanted); n++) {
		size_t len = strcspn(at, " ");
		char *one = xstrndup(at, len);

		item_write(out, "MAC", one);
		free(one);
		at += len + strspn(at + len, " ");
		if (*at == '\0' && wanted > 0)
			at = list;
	}
}

static int
has_claim(const struct issue_identity *id)
{
	return id->server_version >= AIK_VERSION &&
	       id->server_version < NEWEST_VERSION;
}

/* Base64 of something, so many characters of it. */
static void
claim_write(struct buf *out, const char *name, size_t n)
{
	struct buf text = { 0 };
	unsigned char bytes[AIK_CLAIM];

	random_bytes(bytes, n / 4 * 3);
	base64_write(&text, bytes, n / 4 * 3);
	item_write(out, name, text.data);
	buf_free(&text);
}

/* It follows what the server advertised. */
static const char *
request_version(const struct issue_identity *id)
{
	return has_claim(id) ? "5.0" : id->profile->request_version;
}

static const char *
own_value(const struct issue_identity *id, const char *name)
{
	const struct {
		const char *name;
		const char *value;
	} values[] = {
		{ "HWDevID", id->hardware_id },
		{ "DeviceName", id->device_name },
		{ "DeviceID", id->device_id },
		{ "TargetedUserLoggedIn", id->is_oobe ? "False" : "True" },
		{ "NotInOobe", id->is_oobe ? "False" : "True" },
		{ "RequestVersion", request_version(id) },
		{ "AttestationStatus",
		    has_claim(id) ? "Attested" : "NoAttestation" },
		{ "AttestationStatusHResult",
		    has_claim(id) ? "0x0" : "0x80070057" },
	};
	size_t i;

	for (i = 0; i < COUNT(values); i++)
		if (strcmp(values[i].name, name) == 0)
			return values[i].value;
	return "";
}

static void
own_write(struct buf *out, const struct issue_identity *id, const char *name)
{
	if (strcmp(name, "MAC") == 0)
		addresses_write(out, id->macs, id->profile->addresses);
	else if (!str_starts(name, "AIK"))
		item_write(out, name, own_value(id, name));
	else if (has_claim(id))
		claim_write(out, name,
		    strcmp(name, "AIKPub") == 0 ? AIK_KEY : AIK_CLAIM);
}

static void
context_write(struct buf *out, const struct issue_identity *id)
{
	const struct profile *p = id->profile;
	size_t i;

	buf_puts(out, "<ac:AdditionalContext xmlns=\"" NS_CONTEXT "\">");
	for (i = 0; i < p->ncontext; i++) {
		if (*p->context[i].value == '$')
			own_write(out, id, p->context[i].name);
		else
			item_write(
			    out, p->context[i].name, p->context[i].value);
	}
	buf_puts(out, "</ac:AdditionalContext>");
}

void
issue_body(
    struct buf *out, const char *token_base64, const struct issue_identity *id)
{
	buf_printf(out,
	    "<s:Body><wst:RequestSecurityToken>"
	    "<wst:TokenType>" TOKEN_TYPE "</wst:TokenType>"
	    "<wst:RequestType>" NS_TRUST "/%s</wst:RequestType>"
	    "<wsse:BinarySecurityToken ValueType=\"%s\""
	    " EncodingType=\"" ENCODING "\">",
	    id->renews ? "Renew" : "Issue",
	    id->renews ? NS_WSSE "#PKCS7" : NS_ENROLLMENT "#PKCS10");
	buf_puts(out, token_base64);
	buf_puts(out, "</wsse:BinarySecurityToken>");
	context_write(out, id);
	buf_puts(out, "</wst:RequestSecurityToken></s:Body>");
}

/* A time like 2018-11-30T00:32:59.420Z; -1 when it is none. */
static time_t
time_read(const char *text)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (end == NULL)
		return -1;
	if (*end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	return strcmp(end, "Z") == 0 ? timegm(&tm) : -1;
}

static void
timestamp_judge(struct report *r, const struct node *root)
{
	const struct node *header = node_child(root, NS_SOAP, "Header");
	const struct node *security = node_child(header, NS_WSSE, "Security");
	const struct node *stamp = node_child(security, NS_WSU, "Timestamp");
	char *from = node_trimmed(node_child(stamp, NS_WSU, "Created"));
	char *to = node_trimmed(node_child(stamp, NS_WSU, "Expires"));
	const char *must = node_attr(security, NS_SOAP, "mustUnderstand");
	time_t created = time_read(from), expires = time_read(to);
	time_t now = time(NULL);

	if (must == NULL || strcmp(must, "1") != 0)
		report_fail(r, "timestamp",
		    "there is no Security with s:mustUnderstand=\"1\"");
	if (created == -1 || expires == -1)
		report_fail(r, "timestamp",
		    "Created \"%s\", Expires \"%s\" are no times", from, to);
	else if (labs(created - now) > CLOCK_SKEW || expires <= now ||
		 expires <= created || expires - created > TIMESTAMP_LIFE)
		report_fail(r, "timestamp",
		    "Created %s, Expires %s is not about now", from, to);
	free(from);
	free(to);
}

static void
text_judge(struct report *r, const struct node *n, const char *due)
{
	char *text = node_trimmed(n);

	if (n != NULL && strcmp(text, due) != 0)
		report_fail(r, "rstrc", "<%s> is \"%s\" instead of %s", n->name,
		    text, due);
	free(text);
}

static void
attribute_judge(
    struct report *r, const struct node *n, const char *name, const char *due)
{
	const char *value = node_attr(n, NULL, name);

	if (n != NULL && (value == NULL || strcmp(value, due) != 0))
		report_fail(r, "rstrc", "%s is \"%s\" instead of %s", name,
		    value == NULL ? "" : value, due);
}

char *
issue_take(struct report *r, const struct dom *dom)
{
	const struct node *body = node_child(dom->root, NS_SOAP, "Body");
	const struct node *answer = node_path(body, NS_TRUST,
	    "RequestSecurityTokenResponseCollection/"
	    "RequestSecurityTokenResponse");
	const struct node *token =
	    node_child(node_child(answer, NS_TRUST, "RequestedSecurityToken"),
		NS_WSSE, "BinarySecurityToken");
	struct buf text = { 0 };

	grammar_check(&grammar, r, body);
	timestamp_judge(r, dom->root);
	text_judge(r, node_child(answer, NS_TRUST, "TokenType"), TOKEN_TYPE);
	text_judge(r, node_child(answer, NS_ENROLLMENT, "RequestID"), "0");
	attribute_judge(r, token, "ValueType", DOCUMENT_TYPE);
	attribute_judge(r, token, "EncodingType", ENCODING);
	if (token == NULL || base64_read(&text, node_text(token), 1) == -1) {
		report_fail(r, "base64", "the token is not base64");
		buf_free(&text);
		return NULL;
	}
	if (strlen(text.data) != text.len)
		report_fail(r, "document", "the document holds a NUL");
	return text.data;
}

static void
call_fill(struct device *d, const struct enrollment *e, struct buf *body,
    const struct buf *token, struct soap_call *call)
{
	const struct issue_identity id = {
		.hardware_id = state_need(d->state, "hardware-id"),
		.device_name = state_need(d->state, "device-name"),
		.device_id = state_need(d->state, "device-id"),
		.macs = state_need(d->state, "mac"),
		.is_oobe = plan_does(&d->o->plan, DO_OOBE),
		.renews = e->renews,
		.server_version = e->server_version,
		.profile = d->o->plan.profile,
	};
	struct buf base64 = { 0 };

	base64_write(&base64, token->data, token->len);
	issue_body(body, base64.data, &id);
	buf_free(&base64);
	call->step = e->renews ? "Renew" : "Issue";
	call->place = "enrollment";
	call->url = e->enrollment_url;
	call->to = e->enrollment_url;
	call->action = ACTION;
	call->reply_action = REPLY_ACTION;
	call->message_id = MESSAGE_ID;
	call->body = body->data;
	/* Whoever renews has shown a certificate: there is no password. */
	if (e->renews) {
		call->username = state_need(d->state, "upn");
		call->password = "";
		return;
	}
	call->username = d->o->upn;
	call->token = e->token;
	call->password = bad_is_at(&d->o->bad, BAD_WRONG_PASSWORD, "enrollment")
			     ? "not the password"
			     : d->o->password;
}

char *
issue_exchange(struct device *d, struct http *h, struct enrollment *e,
    const struct buf *token)
{
	struct http_response a = { 0 };
	struct soap_call call = { 0 };
	struct buf body = { 0 };
	char *text = NULL;
	struct dom *dom;

	call_fill(d, e, &body, token, &call);
	dom = soap_exchange(d, h, &call, &a);
	if (dom != NULL) {
		text = issue_take(&d->r, dom);
		report_step(&d->r, a.body.len, a.ms,
		    text == NULL ? "no document" : "provisioning document");
	}
	if (text != NULL)
		report_raw(&d->r, "provisioning document", text);
	dom_free(dom);
	http_response_free(&a);
	buf_free(&body);
	return text;
}
