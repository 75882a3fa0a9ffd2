/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "../common/base64.h"
#include "../common/check.h"
#include "wstep.h"

#define ACTION NS_ENROLLMENT "/RST/wstep"
#define ANSWER_ACTION NS_ENROLLMENT "/RSTRC/wstep"
#define TOKEN_TYPES                                                            \
	"http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/"           \
	"Enrollment/"
#define TOKEN_TYPE TOKEN_TYPES "DeviceEnrollmentToken"
#define DOCUMENT_TYPE TOKEN_TYPES "DeviceEnrollmentProvisionDoc"
#define ISSUE NS_WST "/Issue"
#define RENEW NS_WST "/Renew"
#define PKCS10 NS_ENROLLMENT "#PKCS10"
#define PKCS7 NS_WSSE "#PKCS7"		   /* as [MS-MDE2] has it */
#define PKCS7_WSTEP NS_ENROLLMENT "#PKCS7" /* as [MS-WSTEP] */
#define BASE64 NS_WSSE "#base64binary"	   /* Windows writes a small b */

#define TIMESTAMP_SECONDS 300

enum { ST_RST = SOAP_OWN, ST_CONTEXT, ST_ITEM };

static xml_start_fn token_start, item_start;
static xml_end_fn value_end;

#define IN XML_IN
#define MSG(field) offsetof(struct wstep_request, field)
#define WST NS_WST XML_SEP
#define WSSE NS_WSSE XML_SEP
#define AC NS_AC XML_SEP
#define TOKEN XML_TEXT | XML_TRIM

/* clang-format off */
static const struct xml_rule rules[] = {
 SOAP_RULES,
 { IN(SOAP_BODY),  ST_RST,     WST "RequestSecurityToken", XML_REQUIRED | XML_OPEN },
 { IN(ST_RST),     SOAP_LEAF,  WST "TokenType",            XML_REQUIRED | TOKEN, 256, MSG(token_type) },
 { IN(ST_RST),     SOAP_LEAF,  WST "RequestType",          XML_REQUIRED | TOKEN, 256, MSG(request_type) },
 { IN(ST_RST),     SOAP_LEAF,  WSSE "BinarySecurityToken", XML_REQUIRED | TOKEN, 64 << 10, MSG(token), token_start },
 { IN(ST_RST),     ST_CONTEXT, AC "AdditionalContext",     XML_OPEN },
 { IN(ST_CONTEXT), ST_ITEM,    AC "ContextItem",           XML_MANY | XML_OPEN, 0, 0, item_start },
 { IN(ST_ITEM),    SOAP_LEAF,  AC "Value",                 TOKEN, 64 << 10, 0, NULL, value_end },
};
/* clang-format on */

static void *
token_start(struct xml *x, void *msg, const char **atts)
{
	struct wstep_request *r = msg;
	const char *value = xml_attr(atts, "ValueType");
	const char *encoding = xml_attr(atts, "EncodingType");

	if (value != NULL && (r->value_type = xml_strdup(x, value)) == NULL)
		return NULL;
	if (encoding != NULL &&
	    (r->encoding_type = xml_strdup(x, encoding)) == NULL)
		return NULL;
	return msg;
}

static void *
item_start(struct xml *x, void *msg, const char **atts)
{
	struct wstep_request *r = msg;
	const char *name = xml_attr(atts, "Name");

	if (name == NULL || name[0] == '\0' || strlen(name) > 128) {
		xml_fail(x, "ContextItem without a good Name");
		return NULL;
	}
	if (r->ncontext == WSTEP_CONTEXT_MAX) {
		xml_fail(x, "too many ContextItem");
		return NULL;
	}
	if ((r->names[r->ncontext] = xml_strdup(x, name)) == NULL)
		return NULL;
	r->values[r->ncontext++] = "";
	return msg;
}

static int
value_end(struct xml *x, void *msg, char *text)
{
	struct wstep_request *r = msg;

	(void)x;
	r->values[r->ncontext - 1] = text;
	return 0;
}

int
wstep_read(struct arena *a, const struct http_request *h,
    struct wstep_request *r, struct fault *f)
{
	return soap_read(a, rules, COUNT(rules), r, ACTION, h, f);
}

const char *
wstep_context(const struct wstep_request *r, const char *name)
{
	for (size_t i = 0; i < r->ncontext; i++)
		if (strcmp(r->names[i], name) == 0)
			return r->values[i];
	return NULL;
}

/* Two values of it would be two devices. */
static int
is_once(const struct wstep_request *r, const char *name)
{
	int n = 0;

	for (size_t i = 0; i < r->ncontext; i++)
		n += strcmp(r->names[i], name) == 0;
	return n == 1;
}

int
wstep_is_renewal(const struct wstep_request *r)
{
	return strcmp(r->request_type, RENEW) == 0;
}

static const char *
value_type_fault(const struct wstep_request *r)
{
	const char *type = r->value_type != NULL ? r->value_type : "";

	if (wstep_is_renewal(r))
		return strcmp(type, PKCS7) == 0 ||
			       strcmp(type, PKCS7_WSTEP) == 0
			   ? NULL
			   : "ValueType is not PKCS7";
	return strcmp(type, PKCS10) == 0 ? NULL : "ValueType is not PKCS10";
}

int
wstep_check(const struct wstep_request *r, struct fault *f)
{
	const char *id = wstep_context(r, "DeviceID"), *why = NULL;

	if (strcmp(r->request_type, ISSUE) != 0 && !wstep_is_renewal(r))
		why = "RequestType is neither Issue nor Renew";
	else if (strcmp(r->token_type, TOKEN_TYPE) != 0)
		why = "TokenType is not DeviceEnrollmentToken";
	else if ((why = value_type_fault(r)) != NULL)
		;
	else if (r->encoding_type == NULL ||
		 strcasecmp(r->encoding_type, BASE64) != 0)
		why = "EncodingType is not base64binary";
	else if (!is_once(r, "DeviceID"))
		why = "not exactly one DeviceID in AdditionalContext";
	else if (id[0] == '\0' || strlen(id) > 128)
		why = "DeviceID is empty or too long";
	return why == NULL ? 0 : fault_set(f, 500, FAULT_MESSAGE_FORMAT, why);
}

static void
leaf_time(struct xw *w, const char *name, time_t t)
{
	char text[32];
	struct tm tm;

	CHECK(gmtime_r(&t, &tm) != NULL);
	CHECK(strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.000Z", &tm) > 0);
	xw_leaf(w, name, text);
}

static void
timestamp(struct xw *w, time_t now)
{
	xw_open1(w, "o:Security", "xmlns:o", NS_WSSE);
	xw_attr(w, "s:mustUnderstand", "1");
	xw_open1(w, "u:Timestamp", "xmlns:u", NS_WSU);
	xw_attr(w, "u:Id", "_0");
	leaf_time(w, "u:Created", now);
	leaf_time(w, "u:Expires", now + TIMESTAMP_SECONDS);
	xw_close(w);
	xw_close(w);
}

/* [MS-MDE2] 3.3.4.1.1.2 */
void
wstep_answer(struct xw *w, const struct wstep_request *r, const char *document,
    size_t len, time_t now, const char *activity)
{
	char *encoded = base64_string(w->out.arena, document, len);

	soap_open(w, ANSWER_ACTION, r->header.message_id, activity);
	timestamp(w, now);
	soap_body(w);
	xw_open1(w, "RequestSecurityTokenResponseCollection", "xmlns", NS_WST);
	xw_open(w, "RequestSecurityTokenResponse");
	xw_leaf(w, "TokenType", TOKEN_TYPE);
	xw_leaf1(w, "DispositionMessage", "xmlns", NS_ENROLLMENT, "");
	xw_open(w, "RequestedSecurityToken");
	xw_open1(w, "BinarySecurityToken", "xmlns", NS_WSSE);
	xw_attr(w, "ValueType", DOCUMENT_TYPE);
	xw_attr(w, "EncodingType", BASE64);
	if (encoded != NULL)
		xw_text(w, encoded);
	else
		w->out.failed = 1;
	xw_close(w);
	xw_close(w);
	xw_leaf1(w, "RequestID", "xmlns", NS_ENROLLMENT, "0");
	soap_close(w);
}
