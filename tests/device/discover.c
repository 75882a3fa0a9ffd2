/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "enroll.h"
#include "grammar.h"

#define SERVICE NS_DISCOVERY "/IDiscoveryService/"
#define NS_DIAGNOSTICS                                                         \
	"http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics"
#define MESSAGE_ID "urn:uuid:748132ec-a575-4329-b01b-6171a9cf8478"
#define PATH "/EnrollmentServer/Discovery.svc"

/* clang-format off */
static const struct grammar_row rows[] = {
 { "Body",             "DiscoverResponse", 0 },
 { "DiscoverResponse", "DiscoverResult",   G_CHOICE },
 { "DiscoverResult",   "AuthPolicy",                 G_TEXT },
 { "DiscoverResult",   "EnrollmentVersion",          G_TEXT | G_NIL | G_OPTIONAL },
 { "DiscoverResult",   "EnrollmentPolicyServiceUrl", G_TEXT },
 { "DiscoverResult",   "EnrollmentServiceUrl",       G_TEXT },
 { "DiscoverResult",   "AuthenticationServiceUrl",   G_TEXT | G_OPTIONAL },
};
/* clang-format on */

static const struct grammar grammar = { "discover-result", NS_DISCOVERY, rows,
	COUNT(rows) };

void
discover_body(struct buf *out, const struct profile *profile, const char *email,
    const char *version)
{
	char *policies = xstrdup(profile->policies), *rest = policies, *one;

	buf_puts(out,
	    "<s:Body><Discover xmlns=\"" NS_DISCOVERY "\">"
	    "<request xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">"
	    "<EmailAddress>");
	buf_xml(out, email);
	buf_puts(out, "</EmailAddress><RequestVersion>");
	buf_xml(out, version);
	buf_printf(out,
	    "</RequestVersion><DeviceType>CIMClient_Windows</DeviceType>"
	    "<ApplicationVersion>%s</ApplicationVersion>"
	    "<OSEdition>%s</OSEdition><AuthPolicies>",
	    profile->application_version, profile_value(profile, "OSEdition"));
	while ((one = strsep(&rest, " ")) != NULL)
		buf_printf(out, "<AuthPolicy>%s</AuthPolicy>", one);
	buf_puts(out, "</AuthPolicies></request></Discover></s:Body>");
	free(policies);
}

/* With lower-case host to connect to, in mixed case as the client says it. */
static char *
discovery_url(const struct device *d, int mixed_case)
{
	const char *known = state_get(d->state, "discovery-url");
	const struct options *o = d->o;
	const char *at;

	/* who renews goes where it enrolled */
	if (o->upn == NULL && known != NULL)
		return xstrdup(known);
	at = strchr(o->upn, '@');
	if (o->discovery_url != NULL)
		return xstrdup(o->discovery_url);
	if (at == NULL)
		die("%s has no domain: give the discovery URL with -U", o->upn);
	return xprintf("https://%s.%s:%ld" PATH,
	    mixed_case ? "EnterpriseEnrollment" : "enterpriseenrollment",
	    at + 1, o->port);
}

/* The GET that only asks whether somebody is there. */
static int
probe(struct device *d, struct http *h, const char *url)
{
	struct http_request q = { .method = "GET",
		.url = url,
		.headers = { "Cache-Control: no-cache", "Pragma: no-cache",
		    "User-Agent: ENROLLClient" } };
	struct http_response a = { 0 };
	int ok;

	report_begin(&d->r, "Discovery GET");
	if (http_send(h, &d->r, &q, &a) == -1) {
		http_response_free(&a);
		return -1;
	}
	http_judge(&d->r, &a, "text/html");
	ok = a.status == 200;
	if (a.body.len > 0)
		report_fail(&d->r, "body", "the answer has a body");
	report_step(&d->r, a.body.len, a.ms, ok ? "found" : "not found");
	if (!ok)
		device_refused(d, "no discovery service");
	http_response_free(&a);
	return ok ? 0 : -1;
}

static void
activity_judge(struct report *r, const struct dom *dom)
{
	const struct node *header = node_child(dom->root, NS_SOAP, "Header");
	const struct node *activity =
	    node_child(header, NS_DIAGNOSTICS, "ActivityId");
	const char *id = node_attr(activity, NULL, "CorrelationId");

	if (id == NULL || strlen(id) != 36)
		report_fail(r, "activity",
		    "there is no ActivityId with a GUID as CorrelationId");
}

static void
version_judge(struct report *r, const struct node *result, const char *asked,
    struct enrollment *e)
{
	const struct node *n =
	    node_child(result, NS_DISCOVERY, "EnrollmentVersion");
	char *text, *end;
	double version;

	if (n == NULL || node_attr(n, NULL, "nil") != NULL)
		return;
	text = node_trimmed(n);
	version = strtod(text, &end);
	if (*end != '\0' || version < 1)
		report_fail(r, "version", "EnrollmentVersion is \"%s\"", text);
	else if (version > strtod(asked, NULL))
		report_fail(r, "version",
		    "EnrollmentVersion %s is above the %s that was asked for",
		    text, asked);
	e->server_version = version;
	free(text);
}

static char *
url_take(struct report *r, const struct node *result, const char *name)
{
	const struct node *n = node_child(result, NS_DISCOVERY, name);
	char *url = node_trimmed(n);
	char *host = url_host(url);

	if (!str_starts(url, "https://") || host == NULL)
		report_fail(r, "url", "%s \"%s\" is not an absolute https URL",
		    name, url);
	free(host);
	return url;
}

static void
hosts_judge(struct report *r, const struct enrollment *e)
{
	char *one = url_host(e->policy_url);
	char *other = url_host(e->enrollment_url);

	if (one != NULL && other != NULL && strcasecmp(one, other) != 0)
		report_fail(r, "url",
		    "policy and enrolment are on two hosts, %s and %s", one,
		    other);
	free(one);
	free(other);
}

void
discover_take(struct device *d, const struct dom *dom, struct enrollment *e)
{
	const struct node *body = node_child(dom->root, NS_SOAP, "Body");
	const struct node *result =
	    node_path(body, NS_DISCOVERY, "DiscoverResponse/DiscoverResult");
	char *policy =
	    node_trimmed(node_child(result, NS_DISCOVERY, "AuthPolicy"));

	grammar_check(&grammar, &d->r, body);
	activity_judge(&d->r, dom);
	if (strcmp(policy, "Federated") == 0)
		e->authentication_url =
		    url_take(&d->r, result, "AuthenticationServiceUrl");
	else if (strcmp(policy, "OnPremise") != 0)
		report_fail(&d->r, "auth-policy",
		    "AuthPolicy \"%s\" is none that this device can follow",
		    policy);
	version_judge(&d->r, result, d->o->request_version, e);
	e->policy_url = url_take(&d->r, result, "EnrollmentPolicyServiceUrl");
	e->enrollment_url = url_take(&d->r, result, "EnrollmentServiceUrl");
	hosts_judge(&d->r, e);
	free(policy);
}

int
discover_exchange(struct device *d, struct http *h, struct enrollment *e)
{
	char *url = discovery_url(d, 0), *to = discovery_url(d, 1);
	const char *upn =
	    d->o->upn == NULL ? state_need(d->state, "upn") : d->o->upn;
	struct soap_call call = { .step = "Discover",
		.place = "discovery",
		.url = url,
		.to = to,
		.action = SERVICE "Discover",
		.reply_action = SERVICE "DiscoverResponse",
		.message_id = MESSAGE_ID };
	struct http_response a = { 0 };
	struct buf body = { 0 };
	struct dom *dom = NULL;

	discover_body(&body, d->o->plan.profile, upn, d->o->request_version);
	call.body = body.data;
	if (probe(d, h, url) == 0)
		dom = soap_exchange(d, h, &call, &a);
	if (dom != NULL) {
		discover_take(d, dom, e);
		report_step(&d->r, a.body.len, a.ms, e->enrollment_url);
		state_set(d->state, "discovery-url", url);
	}
	dom_free(dom);
	http_response_free(&a);
	buf_free(&body);
	free(url);
	free(to);
	return e->enrollment_url == NULL ? -1 : 0;
}
