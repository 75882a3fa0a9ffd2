/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "grammar.h"
#include "soap.h"

#define NS_DISPATCHER                                                          \
	"http://schemas.microsoft.com/net/2005/12/"                            \
	"windowscommunicationfoundation/dispatcher"
#define ACTION_ENROLLMENT NS_ENROLLMENT "/RSTRC/wstep"
#define ACTION_DISPATCHER NS_DISPATCHER "/fault"
#define NS_XML "http://www.w3.org/XML/1998/namespace"

/* clang-format off */
static const struct grammar_row rows[] = {
 { "Fault",   "Code",    0 },
 { "Fault",   "Reason",  0 },
 { "Fault",   "Detail",  G_OPTIONAL | G_OPEN },
 { "Code",    "Value",   G_TEXT },
 { "Code",    "Subcode", 0 },
 { "Subcode", "Value",   G_TEXT },
 { "Reason",  "Text",    G_TEXT },
};

static const struct grammar_row detail_rows[] = {
 { "DeviceEnrollmentServiceError", "ErrorType", G_OPTIONAL | G_TEXT },
 { "DeviceEnrollmentServiceError", "Message",   G_TEXT },
 { "DeviceEnrollmentServiceError", "TraceId",   G_TEXT },
};

/* Which faults there are, and the namespace their prefix must lead to. */
static const struct {
	const char *name;
	int is_soap;
} subcodes[] = {
 { "MessageFormat",        1 },
 { "Authentication",       1 },
 { "Authorization",        1 },
 { "CertificateRequest",   1 },
 { "EnrollmentServer",     1 },
 { "InternalServiceFault", 0 },
 { "InvalidSecurity",      0 },
};
/* clang-format on */

static const struct grammar fault_grammar = { "fault", NS_SOAP, rows,
	COUNT(rows) };
static const struct grammar detail_grammar = { "fault-detail", NS_ENROLLMENT,
	detail_rows, COUNT(detail_rows) };

/* Splits a qualified name in a text: its namespace ("" if unbound). */
static const char *
qname_split(const struct node *n, const char *text, const char **local)
{
	const char *colon = strchr(text, ':');
	const char *ns;

	if (n == NULL || colon == NULL) {
		*local = text;
		return "";
	}
	*local = colon + 1;
	ns = node_prefix(n, text, (size_t)(colon - text));
	return ns == NULL ? "" : ns;
}

static void
code_judge(struct report *r, const struct node *value)
{
	char *text = node_trimmed(value);
	const char *local, *ns = qname_split(value, text, &local);

	if (strcmp(ns, NS_SOAP) != 0 || strcmp(local, "Receiver") != 0)
		report_fail(r, "fault", "Code is \"%s\", not s:Receiver", text);
	free(text);
}

static int
subcode_ns_fits(const char *ns, int is_soap)
{
	if (is_soap)
		return strcmp(ns, NS_SOAP) == 0;
	return strcmp(ns, NS_ADDRESSING) == 0 || strcmp(ns, NS_DISPATCHER) == 0;
}

static void
subcode_judge(struct report *r, const struct node *value)
{
	char *text = node_trimmed(value);
	const char *local, *ns = qname_split(value, text, &local);
	size_t i;

	str_set(&r->subcode, local);
	for (i = 0; i < COUNT(subcodes); i++)
		if (strcmp(subcodes[i].name, local) == 0)
			break;
	if (i == COUNT(subcodes))
		report_fail(r, "fault", "there is no Subcode \"%s\"", text);
	else if (!subcode_ns_fits(ns, subcodes[i].is_soap))
		report_fail(
		    r, "fault", "the prefix of %s leads to \"%s\"", text, ns);
	free(text);
}

static void
detail_judge(struct report *r, const struct node *fault)
{
	const struct node *detail = node_child(fault, NS_SOAP, "Detail");
	const struct node *error;

	if (detail == NULL)
		return;
	error =
	    node_child(detail, NS_ENROLLMENT, "DeviceEnrollmentServiceError");
	if (error == NULL)
		report_fail(r, "fault-detail",
		    "Detail holds no DeviceEnrollmentServiceError");
	grammar_check(&detail_grammar, r, error);
}

/* A MessageID that could not be read cannot be answered. */
static void
fault_header_judge(
    struct report *r, const struct soap_call *call, const struct node *root)
{
	const struct node *header = node_child(root, NS_SOAP, "Header");
	const struct node *relates =
	    node_child(header, NS_ADDRESSING, "RelatesTo");
	char *action =
	    node_trimmed(node_child(header, NS_ADDRESSING, "Action"));
	char *id = node_trimmed(relates);
	int unread = strcmp(r->subcode, "MessageFormat") == 0;

	if (strcmp(action, ACTION_ENROLLMENT) != 0 &&
	    strcmp(action, ACTION_DISPATCHER) != 0)
		report_fail(
		    r, "action", "the fault's Action is \"%s\"", action);
	if (strcmp(id, call->message_id) != 0 && !(unread && relates == NULL))
		report_fail(r, "relates-to",
		    "RelatesTo is \"%s\", the MessageID was %s", id,
		    call->message_id);
	free(action);
	free(id);
}

static void
status_judge(struct report *r, const struct http_response *a)
{
	static const long possible[] = { 200, 400, 413, 500, 503 };
	char *wait = http_header(a, "Retry-After");
	size_t i;

	for (i = 0; i < COUNT(possible); i++)
		if (possible[i] == a->status)
			break;
	if (i == COUNT(possible))
		report_fail(r, "status", "HTTP %ld carries a fault", a->status);
	if (a->status == 503 && wait == NULL)
		report_fail(r, "retry-after", "503 without Retry-After");
	free(wait);
}

char *
fault_judge(struct device *d, const struct soap_call *call,
    const struct http_response *a, const struct dom *dom)
{
	const struct node *fault = node_path(dom->root, NS_SOAP, "Body/Fault");
	const struct node *text = node_path(fault, NS_SOAP, "Reason/Text");
	char *words = node_trimmed(text), *remark;
	struct report *r = &d->r;

	grammar_check(&fault_grammar, r, fault);
	code_judge(r, node_path(fault, NS_SOAP, "Code/Value"));
	subcode_judge(r, node_path(fault, NS_SOAP, "Code/Subcode/Value"));
	if (text != NULL && node_attr(text, NS_XML, "lang") == NULL)
		report_fail(r, "fault", "Reason/Text lacks xml:lang");
	detail_judge(r, fault);
	fault_header_judge(r, call, dom->root);
	status_judge(r, a);
	remark = xprintf("fault %s: %s", r->subcode, words);
	free(words);
	return remark;
}
