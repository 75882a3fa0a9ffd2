/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "check.h"
#include "soap.h"

#define DEPTH 32
#define PASSWORD_TEXT OASIS_WSS "username-token-profile-1.0#PasswordText"
#define BASE64 NS_WSSE "#base64binary" /* Windows writes a small b */

/* The ValueType of each token. */
static const struct {
	const char *value_type;
	enum soap_credential credential;
} tokens[] = {
	{ "http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/"
	  "Enrollment/DeviceEnrollmentUserToken",
	    SOAP_USER_TOKEN },
	{ "urn:ietf:params:oauth:token-type:jwt", SOAP_JWT },
};

/* [MS-MDE2] 4.1 prints this action for a fault. */
#define FAULT_ACTION NS_ENROLLMENT "/RSTRC/wstep"

const struct xml_alias soap_aliases[] = {
	{ NS_SOAP11, NS_SOAP },
	{ NS_MDE "/", NS_MDE },
};
const size_t soap_naliases = COUNT(soap_aliases);

int
soap_security_end(struct xml *x, void *msg, char *text)
{
	struct soap_header *h = msg;

	(void)x, (void)text;
	h->has_security = 1;
	return 0;
}

/* Type is qualified in what Windows sends and plain in the specification. */
void *
soap_password_start(struct xml *x, void *msg, const char **atts)
{
	struct soap_header *h = msg;
	const char *type = xml_attr(atts, "Type");

	(void)x;
	h->bad_password_type = type != NULL && strcmp(type, PASSWORD_TEXT) != 0;
	return msg;
}

void *
soap_token_start(struct xml *x, void *msg, const char **atts)
{
	struct soap_header *h = msg;
	const char *type = xml_attr(atts, "ValueType");
	const char *encoding = xml_attr(atts, "EncodingType");

	if (encoding != NULL && strcasecmp(encoding, BASE64) != 0) {
		xml_fail(
		    x, "the EncodingType of the token is not base64binary");
		return NULL;
	}
	if ((h->token_type = xml_strdup(x, type == NULL ? "" : type)) == NULL)
		return NULL;
	return msg;
}

int
soap_read(struct arena *a, const struct xml_rule *rules, size_t nrules,
    void *msg, const char *action, const struct http_request *r,
    struct fault *f)
{
	const struct xml_grammar g = { rules, nrules, soap_aliases,
		soap_naliases, DEPTH };
	const struct soap_header *h = msg;
	struct xml_error *e;

	if (r->body_len == 0)
		return fault_set(f, 400, FAULT_MESSAGE_FORMAT, "empty body");
	CHECK((e = arena_alloc(a, sizeof(*e))) != NULL);
	if (xml_read(a, &g, msg, r->body, r->body_len, e) == -1) {
		f->at = e->at;
		return fault_set(f, arena_failed(a) ? 413 : 500,
		    FAULT_MESSAGE_FORMAT, e->reason);
	}
	if (strcmp(h->action, action) != 0)
		return fault_set(f, 500, FAULT_MESSAGE_FORMAT,
		    arena_printf(a, "Action is not %s", strrchr(action, '/')));
	return 0;
}

static int
refuse(struct fault *f, const char *why)
{
	return fault_set(f, 500, FAULT_INVALID_SECURITY, why);
}

static int
password_credential(const struct soap_header *h, struct fault *f)
{
	if (h->username == NULL || h->password == NULL)
		return refuse(f,
		    "no UsernameToken with Username and Password, and no "
		    "BinarySecurityToken");
	if (h->bad_password_type)
		return refuse(f, "the Password's Type is not PasswordText");
	if (h->username[0] == '\0')
		return refuse(f, "Username is empty");
	return SOAP_PASSWORD;
}

int
soap_credentials(const struct soap_header *h, struct fault *f)
{
	if (!h->has_security)
		return refuse(f, "no Security header");
	if (h->token_type == NULL)
		return password_credential(h, f);
	if (h->username != NULL || h->password != NULL)
		return refuse(f, "more than one credential");
	if (h->token == NULL || h->token[0] == '\0')
		return refuse(f, "the BinarySecurityToken is empty");
	for (size_t i = 0; i < COUNT(tokens); i++)
		if (strcmp(tokens[i].value_type, h->token_type) == 0)
			return (int)tokens[i].credential;
	return refuse(f, "the ValueType of the token is not served");
}

void
soap_open(struct xw *w, const char *action, const char *relates_to,
    const char *activity)
{
	xw_open1(w, "s:Envelope", "xmlns:s", NS_SOAP);
	xw_attr(w, "xmlns:a", NS_WSA);
	xw_open(w, "s:Header");
	xw_leaf1(w, "a:Action", "s:mustUnderstand", "1", action);
	xw_open1(w, "ActivityId", "CorrelationId", activity);
	xw_attr(w, "xmlns", NS_DIAGNOSTICS);
	xw_text(w, activity);
	xw_close(w);
	if (relates_to != NULL)
		xw_leaf(w, "a:RelatesTo", relates_to);
}

void
soap_body(struct xw *w)
{
	xw_close(w);
	xw_open(w, "s:Body");
}

void
soap_close(struct xw *w)
{
	while (w->depth > 0)
		xw_close(w);
}

/* What a person may read, where nobody said it better. */
static const char *
message_for(const char *subcode)
{
	static const struct {
		const char *subcode;
		const char *message;
	} messages[] = {
		{ FAULT_MESSAGE_FORMAT, "The request was not understood." },
		{ FAULT_AUTHENTICATION, "User name or password is wrong." },
		{ FAULT_AUTHORIZATION, "This user may not enroll." },
		{ FAULT_CERTIFICATE_REQUEST,
		    "The certificate request was refused." },
		{ FAULT_ENROLLMENT_SERVER,
		    "The server cannot enroll at the moment." },
		{ FAULT_INVALID_SECURITY,
		    "The security header was not understood." },
		{ FAULT_INTERNAL, "The server has failed." },
	};

	for (size_t i = 0; i < COUNT(messages); i++)
		if (strcmp(messages[i].subcode, subcode) == 0)
			return messages[i].message;
	return "The request was refused.";
}

/* [MS-MDE2] 2.2.9; SOAP 1.2 Part 1, 5.4. */
void
soap_fault(struct xw *w, const struct fault *f, const char *relates_to,
    const char *trace)
{
	const char *message = f->message;

	if (message == NULL)
		message = message_for(f->subcode);
	soap_open(w, FAULT_ACTION, relates_to, trace);
	soap_body(w);
	xw_open(w, "s:Fault");
	xw_open(w, "s:Code");
	xw_leaf(w, "s:Value", "s:Receiver");
	xw_open(w, "s:Subcode");
	if (strcmp(f->subcode, FAULT_INTERNAL) == 0)
		xw_leaf1(w, "s:Value", "xmlns:a", NS_DISPATCHER, f->subcode);
	else
		xw_leaf(w, "s:Value", f->subcode);
	xw_close(w);
	xw_close(w);
	xw_open(w, "s:Reason");
	xw_leaf1(w, "s:Text", "xml:lang", "en-US", message);
	xw_close(w);
	xw_open(w, "s:Detail");
	xw_open1(w, "DeviceEnrollmentServiceError", "xmlns", NS_ENROLLMENT);
	if (f->error_type != NULL)
		xw_leaf(w, "ErrorType", f->error_type);
	xw_leaf(w, "Message", message);
	xw_leaf(w, "TraceId", trace);
	soap_close(w);
}
