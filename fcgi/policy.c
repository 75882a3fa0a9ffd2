/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "policy.h"

#define ACTION NS_XCEP "/IPolicy/GetPolicies"

/*
 * oIDReferenceIDs are ours to choose.  The template's stands in group 1 and
 * has 5 in the answer that a Windows 10 client was seen to take.
 */
#define HASH_GROUP 1
#define HASH_REFERENCE 0
#define TEMPLATE_OID "1.3.6.1.4.1.311.20.2"
#define TEMPLATE_GROUP 1
#define TEMPLATE_REFERENCE 5

enum { ST_GET = SOAP_OWN, ST_CLIENT, ST_FILTER };

#define IN XML_IN
#define XCEP NS_XCEP XML_SEP

static xml_end_fn ignore_end;

/* clang-format off */
static const struct xml_rule rules[] = {
 SOAP_RULES,
 { IN(SOAP_BODY), ST_GET,    XCEP "GetPolicies",       XML_REQUIRED | XML_OPEN },
 { IN(ST_GET),    ST_CLIENT, XCEP "client",            XML_REQUIRED | XML_OPEN },
 { IN(ST_CLIENT), SOAP_LEAF, XCEP "lastUpdate",        XML_TEXT, 64, 0, NULL, ignore_end },
 { IN(ST_CLIENT), SOAP_LEAF, XCEP "preferredLanguage", XML_TEXT, 64, 0, NULL, ignore_end },
 { IN(ST_GET),    ST_FILTER, XCEP "requestFilter",     XML_OPEN },
};
/* clang-format on */

static int
ignore_end(struct xml *x, void *msg, char *text)
{
	(void)x, (void)msg, (void)text;
	return 0;
}

int
policy_read(struct arena *a, const struct http_request *r,
    struct policy_request *p, struct fault *f)
{
	return soap_read(a, rules, COUNT(rules), p, ACTION, r, f);
}

static void
nil(struct xw *w, const char *name)
{
	xw_leaf1(w, name, "xsi:nil", "true", NULL);
}

static void
nils(struct xw *w, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		nil(w, names[i]);
}

static void
providers(struct xw *w, const char *list)
{
	size_t len;
	char *one;

	if (list[0] == '\0') {
		nil(w, "cryptoProviders");
		return;
	}
	xw_open(w, "cryptoProviders");
	for (; *list != '\0'; list += len + (list[len] != '\0')) {
		len = strcspn(list, "\n");
		if ((one = arena_strndup(w->out.arena, list, len)) != NULL)
			xw_leaf(w, "provider", one);
	}
	xw_close(w);
}

static void
private_key(struct xw *w, const struct policy_template *t)
{
	static const char *const empty[] = { "keySpec", "keyUsageProperty",
		"permissions", "algorithmOIDReference" };

	xw_open(w, "privateKeyAttributes");
	xw_leaf(w, "minimalKeyLength", t->minimal_key_length);
	nils(w, empty, COUNT(empty));
	providers(w, t->providers);
	xw_close(w);
}

/* The order is that of the schema, [MS-XCEP] 3.1.4.1.3.1. */
static void
attributes(struct xw *w, const struct policy_template *t)
{
	static const char *const flags[] = { "supersededPolicies",
		"privateKeyFlags", "subjectNameFlags", "enrollmentFlags",
		"generalFlags" };
	static const char *const last[] = { "rARequirements",
		"keyArchivalAttributes", "extensions" };

	xw_open(w, "attributes");
	xw_leaf(w, "commonName", t->name);
	xw_leaf(w, "policySchema", t->schema);
	xw_open(w, "certificateValidity");
	xw_leaf(w, "validityPeriodSeconds", t->validity_seconds);
	xw_leaf(w, "renewalPeriodSeconds", t->renewal_seconds);
	xw_close(w);
	xw_open(w, "permission");
	xw_leaf(w, "enroll", "true");
	xw_leaf(w, "autoEnroll", "false");
	xw_close(w);
	private_key(w, t);
	xw_open(w, "revision");
	xw_leaf(w, "majorRevision", t->major_revision);
	xw_leaf(w, "minorRevision", t->minor_revision);
	xw_close(w);
	nils(w, flags, COUNT(flags));
	if (t->hash_oid != NULL)
		xw_leaf_int(w, "hashAlgorithmOIDReference", HASH_REFERENCE);
	else
		nil(w, "hashAlgorithmOIDReference");
	nils(w, last, COUNT(last));
	xw_close(w);
}

static void
oid(struct xw *w, const char *value, int group, int reference, const char *name)
{
	xw_open(w, "oID");
	xw_leaf(w, "value", value);
	xw_leaf_int(w, "group", group);
	xw_leaf_int(w, "oIDReferenceID", reference);
	xw_leaf(w, "defaultName", name);
	xw_close(w);
}

/* [MS-XCEP] 3.1.4.1.1.2 */
void
policy_answer(struct xw *w, const struct policy_request *p,
    const struct policy_template *t, const char *activity)
{
	static const char *const head[] = { "policyFriendlyName",
		"nextUpdateHours", "policiesNotChanged" };

	soap_open(w, ACTION "Response", p->header.message_id, activity);
	soap_body(w);
	xw_open1(w, "GetPoliciesResponse", "xmlns", NS_XCEP);
	xw_attr(w, "xmlns:xsi", NS_XSI);
	xw_open(w, "response");
	xw_leaf(w, "policyID", NULL);
	nils(w, head, COUNT(head));
	xw_open(w, "policies");
	xw_open(w, "policy");
	xw_leaf_int(w, "policyOIDReference", TEMPLATE_REFERENCE);
	nil(w, "cAs");
	attributes(w, t);
	xw_close(w);
	xw_close(w);
	xw_close(w);
	nil(w, "cAs");
	xw_open(w, "oIDs");
	if (t->hash_oid != NULL)
		oid(w, t->hash_oid, HASH_GROUP, HASH_REFERENCE, t->hash_name);
	oid(w, TEMPLATE_OID, TEMPLATE_GROUP, TEMPLATE_REFERENCE,
	    "Certificate Template Name");
	soap_close(w);
}
