/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "enroll.h"
#include "grammar.h"

#define SERVICE NS_POLICY "/IPolicy/"
#define MESSAGE_ID "urn:uuid:72048B64-0F19-448F-8C2E-B4C661860AA0"

/* [MS-XCEP] 3.1.4.1.3: every sequence in its order. */
/* clang-format off */
static const struct grammar_row rows[] = {
 { "Body",                 "GetPoliciesResponse",       0 },
 { "GetPoliciesResponse",  "response",                  0 },
 { "GetPoliciesResponse",  "cAs",                       G_ONLY_NIL },
 { "GetPoliciesResponse",  "oIDs",                      0 },
 { "response",             "policyID",                  G_LEAF },
 { "response",             "policyFriendlyName",        G_NIL | G_LEAF },
 { "response",             "nextUpdateHours",           G_NIL | G_INT },
 { "response",             "policiesNotChanged",        G_NIL | G_BOOL },
 { "response",             "policies",                  0 },
 { "policies",             "policy",                    G_MANY },
 { "policy",               "policyOIDReference",        G_INT },
 { "policy",               "cAs",                       G_ONLY_NIL },
 { "policy",               "attributes",                0 },
 { "attributes",           "commonName",                G_LEAF },
 { "attributes",           "policySchema",              G_INT },
 { "attributes",           "certificateValidity",       0 },
 { "attributes",           "permission",                0 },
 { "attributes",           "privateKeyAttributes",      0 },
 { "attributes",           "revision",                  0 },
 { "attributes",           "supersededPolicies",        G_ONLY_NIL },
 { "attributes",           "privateKeyFlags",           G_NIL | G_INT },
 { "attributes",           "subjectNameFlags",          G_NIL | G_INT },
 { "attributes",           "enrollmentFlags",           G_NIL | G_INT },
 { "attributes",           "generalFlags",              G_NIL | G_INT },
 { "attributes",           "hashAlgorithmOIDReference", G_NIL | G_INT },
 { "attributes",           "rARequirements",            G_ONLY_NIL },
 { "attributes",           "keyArchivalAttributes",     G_ONLY_NIL },
 { "attributes",           "extensions",                G_ONLY_NIL },
 { "attributes",           "attestation",               G_OPTIONAL | G_OPEN },
 { "certificateValidity",  "validityPeriodSeconds",     G_INT },
 { "certificateValidity",  "renewalPeriodSeconds",      G_INT },
 { "permission",           "enroll",                    G_BOOL },
 { "permission",           "autoEnroll",                G_BOOL },
 { "privateKeyAttributes", "minimalKeyLength",          G_INT },
 { "privateKeyAttributes", "keySpec",                   G_NIL | G_INT },
 { "privateKeyAttributes", "keyUsageProperty",          G_NIL | G_INT },
 { "privateKeyAttributes", "permissions",               G_NIL | G_TEXT },
 { "privateKeyAttributes", "algorithmOIDReference",     G_NIL | G_INT },
 { "privateKeyAttributes", "AttestationFailureBehavior", G_OPTIONAL | G_TEXT },
 { "privateKeyAttributes", "OperationTimeout",          G_OPTIONAL | G_INT },
 { "privateKeyAttributes", "cryptoProviders",           G_NIL },
 { "cryptoProviders",      "provider",                  G_MANY | G_TEXT },
 { "revision",             "majorRevision",             G_INT },
 { "revision",             "minorRevision",             G_INT },
 { "oIDs",                 "oID",                       G_MANY },
 { "oID",                  "value",                     G_TEXT },
 { "oID",                  "group",                     G_INT },
 { "oID",                  "oIDReferenceID",            G_INT },
 { "oID",                  "defaultName",               G_LEAF },
};

static const struct {
	const char *oid;
	enum pki_hash hash;
} hashes[] = {
 { "1.3.14.3.2.29",          PKI_SHA1 },
 { "1.3.14.3.2.26",          PKI_SHA1 },
 { "2.16.840.1.101.3.4.2.1", PKI_SHA256 },
 { "2.16.840.1.101.3.4.2.2", PKI_SHA384 },
 { "2.16.840.1.101.3.4.2.3", PKI_SHA512 },
};
/* clang-format on */

static const struct grammar grammar = { "xcep-order", NS_POLICY, rows,
	COUNT(rows) };

void
policy_body(struct buf *out)
{
	buf_puts(out,
	    "<s:Body xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
	    " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">"
	    "<GetPolicies xmlns=\"" NS_POLICY "\"><client>"
	    "<lastUpdate xsi:nil=\"true\"/>"
	    "<preferredLanguage xsi:nil=\"true\"/></client>"
	    "<requestFilter xsi:nil=\"true\"/></GetPolicies></s:Body>");
}

static long
number_at(const struct node *n, const char *path)
{
	char *text = node_trimmed(node_path(n, NS_POLICY, path));
	long value = strtol(text, NULL, 10);

	free(text);
	return value;
}

/* The oID with a reference number; there must be just one. */
static const struct node *
oid_find(struct report *r, const struct node *oids, long reference)
{
	const struct node *n, *found = NULL;

	for (n = oids == NULL ? NULL : oids->first; n != NULL; n = n->next) {
		if (number_at(n, "oIDReferenceID") != reference)
			continue;
		if (found != NULL)
			report_fail(r, "oid-reference",
			    "two oIDs have the reference %ld", reference);
		found = n;
	}
	if (found == NULL)
		report_fail(r, "oid-reference", "reference %ld leads to no oID",
		    reference);
	return found;
}

/* Without a reference an old client hashes with SHA-1. */
static enum pki_hash
hash_take(
    struct report *r, const struct node *attributes, const struct node *oids)
{
	const struct node *n =
	    node_child(attributes, NS_POLICY, "hashAlgorithmOIDReference");
	enum pki_hash hash = PKI_SHA1;
	const struct node *oid;
	char *value;
	size_t i;

	if (n == NULL || node_is_nil(n))
		return PKI_SHA1;
	oid = oid_find(r, oids, strtol(node_text(n), NULL, 10));
	if (oid == NULL)
		return PKI_SHA1;
	value = node_trimmed(node_child(oid, NS_POLICY, "value"));
	for (i = 0; i < COUNT(hashes); i++)
		if (strcmp(hashes[i].oid, value) == 0)
			break;
	if (i < COUNT(hashes))
		hash = hashes[i].hash;
	else
		report_fail(r, "hash", "%s is no hash algorithm", value);
	if (number_at(oid, "group") != 1 && number_at(oid, "group") != 4)
		report_fail(r, "hash", "%s is in group %ld, not 1", value,
		    number_at(oid, "group"));
	free(value);
	return hash;
}

static void
values_judge(
    struct report *r, const struct node *attributes, const struct enrollment *e)
{
	long renewal =
	    number_at(attributes, "certificateValidity/renewalPeriodSeconds");

	if (number_at(attributes, "policySchema") != 3)
		report_fail(r, "policy-schema", "policySchema is %ld, not 3",
		    number_at(attributes, "policySchema"));
	if (e->minimal_key_length < 1024 || e->minimal_key_length > 16384)
		report_fail(r, "key-length", "minimalKeyLength is %ld",
		    e->minimal_key_length);
	if (e->validity_seconds <= 0 || renewal <= 0 ||
	    renewal >= e->validity_seconds)
		report_fail(r, "validity",
		    "valid for %ld s, to be renewed after %ld s",
		    e->validity_seconds, renewal);
}

void
policy_take(struct report *r, const struct dom *dom, struct enrollment *e)
{
	const struct node *body = node_child(dom->root, NS_SOAP, "Body");
	const struct node *answer =
	    node_child(body, NS_POLICY, "GetPoliciesResponse");
	const struct node *oids = node_child(answer, NS_POLICY, "oIDs");
	const struct node *policy =
	    node_path(answer, NS_POLICY, "response/policies/policy");
	const struct node *attributes =
	    node_child(policy, NS_POLICY, "attributes");

	grammar_check(&grammar, r, body);
	e->minimal_key_length =
	    number_at(attributes, "privateKeyAttributes/minimalKeyLength");
	e->validity_seconds =
	    number_at(attributes, "certificateValidity/validityPeriodSeconds");
	values_judge(r, attributes, e);
	oid_find(r, oids, number_at(policy, "policyOIDReference"));
	e->hash = hash_take(r, attributes, oids);
}

int
policy_exchange(struct device *d, struct http *h, struct enrollment *e)
{
	struct soap_call call = { .step = "GetPolicies",
		.place = "policy",
		.url = e->policy_url,
		.to = e->policy_url,
		.action = SERVICE "GetPolicies",
		.reply_action = SERVICE "GetPoliciesResponse",
		.message_id = MESSAGE_ID,
		.username = d->o->upn,
		.token = e->token };
	struct http_response a = { 0 };
	struct buf body = { 0 };
	struct dom *dom;
	char *remark;
	int ok;

	call.password = bad_is_at(&d->o->bad, BAD_WRONG_PASSWORD, "policy")
			    ? "not the password"
			    : d->o->password;
	policy_body(&body);
	call.body = body.data;
	dom = soap_exchange(d, h, &call, &a);
	ok = dom != NULL;
	if (ok) {
		policy_take(&d->r, dom, e);
		remark =
		    xprintf("RSA >= %ld, %s, %ld days", e->minimal_key_length,
			hash_name(e->hash), e->validity_seconds / 86400);
		report_step(&d->r, a.body.len, a.ms, remark);
		free(remark);
	}
	dom_free(dom);
	http_response_free(&a);
	buf_free(&body);
	return ok ? 0 : -1;
}
