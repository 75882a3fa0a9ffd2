/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "../common/check.h"
#include "discover.h"

#define ON_PREMISE "OnPremise"
#define FEDERATED "Federated"
#define CERTIFICATE "Certificate"
#define ACTION NS_MDE "/IDiscoveryService/Discover"

enum { ST_DISCOVER = SOAP_OWN, ST_REQUEST, ST_POLICIES };

static xml_end_fn policy_end, version_end;

#define IN XML_IN
#define MSG(field) offsetof(struct discover, field)
#define MDE NS_MDE XML_SEP
#define TOKEN XML_TEXT | XML_TRIM

/* [MS-MDE2] 3.1.4.1.2.1: the children of request come in any order. */
/* clang-format off */
static const struct xml_rule rules[] = {
 SOAP_RULES,
 { IN(SOAP_BODY),   ST_DISCOVER, MDE "Discover",           XML_REQUIRED },
 { IN(ST_DISCOVER), ST_REQUEST,  MDE "request",            XML_REQUIRED | XML_OPEN },
 { IN(ST_REQUEST),  SOAP_LEAF,   MDE "EmailAddress",       TOKEN, 1024, MSG(email) },
 { IN(ST_REQUEST),  SOAP_LEAF,   MDE "RequestVersion",     TOKEN | XML_REQUIRED, 16, MSG(request_version), NULL, version_end },
 { IN(ST_REQUEST),  SOAP_LEAF,   MDE "DeviceType",         TOKEN, 64,   MSG(device_type) },
 { IN(ST_REQUEST),  SOAP_LEAF,   MDE "ApplicationVersion", TOKEN, 64,   MSG(application_version) },
 { IN(ST_REQUEST),  SOAP_LEAF,   MDE "OSEdition",          TOKEN, 16,   MSG(os_edition) },
 /* The specification's own sample has the policy as bare text in it. */
 { IN(ST_REQUEST),  ST_POLICIES, MDE "AuthPolicies",       TOKEN, 64, 0, NULL, policy_end },
 { IN(ST_POLICIES), SOAP_LEAF,   MDE "AuthPolicy",         TOKEN | XML_MANY, 32, 0, NULL, policy_end },
};
/* clang-format on */

static int
policy_end(struct xml *x, void *msg, char *text)
{
	struct discover *d = msg;

	if (text[0] == '\0')
		return 0;
	if (++d->offers > 16)
		return xml_fail(x, "too many AuthPolicy");
	if (strcmp(text, ON_PREMISE) == 0)
		d->offers_on_premise = 1;
	if (strcmp(text, FEDERATED) == 0)
		d->offers_federated = 1;
	if (strcmp(text, CERTIFICATE) == 0)
		d->offers_certificate = 1;
	return 0;
}

/* "major[.minor]"; NULL if it is not that, else what is behind it. */
static const char *
version_parse(const char *s, long *major, long *minor)
{
	char *end;

	*minor = 0;
	if (*s < '0' || *s > '9')
		return NULL;
	*major = strtol(s, &end, 10);
	if (*end == '.' && end[1] >= '0' && end[1] <= '9')
		*minor = strtol(end + 1, &end, 10);
	return *end == '\0' ? end : NULL;
}

static int
version_end(struct xml *x, void *msg, char *text)
{
	struct discover *d = msg;
	long major, minor;

	d->request_version = text;
	if (version_parse(text, &major, &minor) == NULL)
		return xml_fail(x, "RequestVersion is not a version");
	return 0;
}

const char *
discover_lower_version(const char *a, const char *b)
{
	long a1, a2, b1, b2;

	CHECK(version_parse(a, &a1, &a2) != NULL);
	CHECK(version_parse(b, &b1, &b2) != NULL);
	if (a1 != b1)
		return a1 < b1 ? a : b;
	return a2 <= b2 ? a : b;
}

int
discover_read(struct arena *a, const struct http_request *r, struct discover *d,
    struct fault *f)
{
	const char *verdict = http_param(r, "SSL_CLIENT_VERIFY");

	d->presents = verdict != NULL && strcmp(verdict, "NONE") != 0;
	return soap_read(a, rules, COUNT(rules), d, ACTION, r, f);
}

/*
 * A client that says nothing of policies is an old one: it has passwords.
 * What a certificate is worth is judged where it is renewed; but a device
 * without one could only be led on to be refused there.
 */
int
discover_check(
    struct discover *d, const struct discover_settings *s, struct fault *f)
{
	if (s->federated && d->offers_federated)
		d->policy = FEDERATED;
	else if (s->on_premise && (d->offers_on_premise || d->offers == 0))
		d->policy = ON_PREMISE;
	else if (d->offers_certificate && d->presents)
		d->policy = CERTIFICATE; /* [MS-MDE2] 3.5: it renews */
	if (d->policy != NULL)
		return 0;
	f->error_type = "NotSupported";
	f->message = "This server enrolls in a way that the device did not "
		     "offer, or not the users of this domain.";
	return fault_set(f, 500, FAULT_ENROLLMENT_SERVER,
	    s->federated || s->on_premise
		? "no AuthPolicy was offered that is served"
		: "no way in for this domain");
}

static void
leaf_url(struct xw *w, const char *name, const char *base, const char *path)
{
	xw_open(w, name);
	xw_text(w, base);
	xw_text(w, path);
	xw_close(w);
}

#define SERVER "/EnrollmentServer/"
#define FIRST_OF_TEN 10 /* major version; before it 8.x, or 6.x of 8 and 8.1 */

/* As other servers have it that tell Windows 8.1 and 10 apart. */
static const char *
enrollment_path(const struct discover *d, const struct discover_settings *s)
{
	const char *version = d->application_version;

	if (!s->by_os)
		return SERVER "Enrollment.svc";
	if (version != NULL && strtol(version, NULL, 10) < FIRST_OF_TEN)
		return SERVER "DeviceEnrollmentWebservice.svc";
	return SERVER "Win10DeviceEnrollmentWebservice.svc";
}

/* [MS-MDE2] 3.1.4.1.1.2 */
void
discover_answer(struct xw *w, const struct discover *d,
    const struct discover_settings *s, const char *activity)
{
	soap_open(w, ACTION "Response", d->header.message_id, activity);
	soap_body(w);
	xw_open1(w, "DiscoverResponse", "xmlns", NS_MDE);
	xw_open(w, "DiscoverResult");
	xw_leaf(w, "AuthPolicy", d->policy);
	xw_leaf(w, "EnrollmentVersion",
	    discover_lower_version(d->request_version, s->version));
	leaf_url(w, "EnrollmentPolicyServiceUrl", s->url,
	    s->by_os ? SERVER "PolicyEnrollmentWebservice.svc"
		     : SERVER "Policy.svc");
	leaf_url(w, "EnrollmentServiceUrl", s->url, enrollment_path(d, s));
	if (strcmp(d->policy, FEDERATED) == 0)
		leaf_url(
		    w, "AuthenticationServiceUrl", s->url, SERVER "SignIn");
	soap_close(w);
}
