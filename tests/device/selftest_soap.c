/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "enroll.h"
#include "selftest.h"

#define NIL " xsi:nil=\"true\"/>"

/* clang-format off */
static const struct mutation discovery_rows[] = {
 { "",                    "",                      NULL },
 { ">OnPremise<",         ">Certificate<",         "auth-policy" },
 { ">OnPremise<",         ">Federated<",           "url" },
 { ">4.0<",               ">5.0<",                 "version" },
 { ">https://mdmwindows.com/EnrollmentServer/Enr", ">http://x/", "url" },
 { "windows.com/EnrollmentServer/Policy", "x.com/Policy",        "url" },
 { "<AuthPolicy>OnPremise</AuthPolicy>", "",       "discover-result" },
 { "</DiscoverResult>",   "<More/></DiscoverResult>", "discover-result" },
 { " CorrelationId",      " Id",                   "activity" },
 { "RelatesTo>urn:",      "RelatesTo>",            "relates-to" },
 { "DiscoverResponse</a", "Discover</a",           "action" },
 { " s:mustUnderstand=\"1\"", "",                  "action" },
 { "2003/05/soap-envelope", "2003/05/soap",        "envelope" },
};

static const struct mutation policy_rows[] = {
 { "",                    "",                       NULL },
 { "<policyID>p<",        "<policyID><",            NULL },
 { "<hashAlgorithmOIDReference>1</hashAlgorithmOIDReference>",
                     "<hashAlgorithmOIDReference" NIL, NULL },
 { "<keySpec" NIL,        "",                       "xcep-order" },
 { "<cAs" NIL,            "<cAs/>",                 "xcep-order" },
 { "<policySchema>3<",    "<policySchema>2<",       "policy-schema" },
 { "<generalFlags" NIL,   "<generalFlags/>",        "xcep-order" },
 { "<revision>",          "<more/><revision>",      "xcep-order" },
 { "ID>1</oID",           "ID>2</oID",              "oid-reference" },
 { "ID>1</oID",           "ID>0</oID",              "oid-reference" },
 { "3.4.2.1<",            "3.4.9.9<",               "hash" },
 { "<group>1<",           "<group>3<",              "hash" },
 { ">2048<",              ">512<",                  "key-length" },
 { ">31536000<",          ">3628800<",              "validity" },
 { "<enroll>true<",       "<enroll>yes<",           "xcep-order" },
 { "<commonName>",        "text<commonName>",       "xcep-order" },
};

static const struct mutation issue_rows[] = {
 { "",                    "",                       NULL },
 { "<u:Created>20",       "<u:Created>19",          "timestamp" },
 { "<u:Expires>20",       "<u:Expires>19",          "timestamp" },
 { "Token</TokenType>",   "</TokenType>",           "rstrc" },
 { "ProvisionDoc\"",      "Doc\"",                  "rstrc" },
 { "#base64binary\"",     "#Base64Binary\"",        "rstrc" },
 { "<RequestSecurityTokenResponse>",
               "<RequestSecurityTokenResponse><x/>", "rstrc" },
 { "o:Security",          "o:Insecurity",           "timestamp" },
};

static const struct mutation fault_rows[] = {
 { "",                    "",                       NULL },
 { "s:Authentication",    "s:authentication",       "fault" },
 { "s:Authentication",    "s:InvalidSecurity",      "fault" },
 { "s:Authentication",    "a:InvalidSecurity",      NULL },
 { "s:Receiver",          "s:Sender",               "fault" },
 { " xml:lang=\"en-US\"", "",                       "fault" },
 { "<TraceId>",           "<TraceId/><TraceId>",    "fault-detail" },
 { "RelatesTo>urn:",      "RelatesTo>",             "relates-to" },
 { "RSTRC",               "RST",                    "action" },
};

static const struct {
	const char *file;
	const struct mutation *rows;
	size_t nrows;
} messages[] = {
 { "discovery-response.xml", discovery_rows, COUNT(discovery_rows) },
 { "policy-answer.xml",      policy_rows,    COUNT(policy_rows) },
 { "enroll-response.xml",    issue_rows,     COUNT(issue_rows) },
 { "fault.xml",              fault_rows,     COUNT(fault_rows) },
};
/* clang-format on */

static void
discovery_judge(struct device *d, const struct dom *dom)
{
	static const struct soap_call call = {
		.reply_action =
		    NS_DISCOVERY "/IDiscoveryService/DiscoverResponse",
		.message_id = "urn:uuid:748132ec-a575-4329-b01b-6171a9cf8478",
	};
	struct enrollment e = { 0 };

	soap_judge(&d->r, dom, &call);
	discover_take(d, dom, &e);
	free(e.policy_url);
	free(e.enrollment_url);
}

static void
policy_judge(struct device *d, const struct dom *dom)
{
	struct enrollment e = { 0 };

	policy_take(&d->r, dom, &e);
}

static void
issue_judge(struct device *d, const struct dom *dom)
{
	free(issue_take(&d->r, dom));
}

static void
refusal_judge(struct device *d, const struct dom *dom)
{
	static const struct soap_call call = {
		.message_id = "urn:uuid:0d5a1441-5891-453b-becf-a2e5f6ea3749",
	};
	struct http_response a = { .status = 500 };

	buf_add(&a.headers, "", 0);
	free(fault_judge(d, &call, &a, dom));
	http_response_free(&a);
}

static void (*const judges[])(struct device *, const struct dom *) = {
	discovery_judge,
	policy_judge,
	issue_judge,
	refusal_judge,
};

/* The captured answer has the times of its day. */
static void
times_renew(struct buf *text)
{
	time_t now = time(NULL), later = now + 300;
	char from[32], to[32];
	struct tm tm;

	strftime(from, sizeof(from), "%FT%TZ", gmtime_r(&now, &tm));
	strftime(to, sizeof(to), "%FT%TZ", gmtime_r(&later, &tm));
	buf_replace(text, "2018-11-30T00:32:59.420Z", from);
	buf_replace(text, "2018-12-30T00:37:59.420Z", to);
}

static void
row_run(size_t message, const struct mutation *row)
{
	struct options o = { .login = "user",
		.request_version = "4.0",
		.verbosity = -1,
		.hush = 1 };
	struct buf text = { 0 };
	struct session s;
	struct device d;
	struct dom *dom;

	captured_open(&s, &d, &o);
	captured(messages[message].file, 0, &text);
	times_renew(&text);
	check(strstr(text.data, row->from) != NULL, "%s lacks %s",
	    messages[message].file, row->from);
	buf_replace(&text, row->from, row->to);
	dom = dom_parse(text.data, text.len);
	check(dom->error == NULL, "%s: %s", row->to, dom->error);
	if (dom->error == NULL) {
		judges[message](&d, dom);
		check_mutation(row, &d.r);
	}
	dom_free(dom);
	buf_free(&text);
	captured_close(&s);
}

void
selftest_soap(void)
{
	size_t i, j;

	for (i = 0; i < COUNT(messages); i++)
		for (j = 0; j < messages[i].nrows; j++)
			row_run(i, &messages[i].rows[j]);
}
