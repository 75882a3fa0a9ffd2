/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_POLICY_H
#define FENESTRA_POLICY_H

#include "../common/soap.h"

/* A GetPolicies request, [MS-XCEP] 3.1.4.1.1.1: who asks is all that counts. */
struct policy_request {
	struct soap_header header;
};

/* A certificate template, as enrollment.template() returns it. */
struct policy_template {
	const char *name;
	const char *schema;
	const char *minimal_key_length;
	const char *validity_seconds;
	const char *renewal_seconds;
	const char *hash_oid; /* NULL: the client chooses */
	const char *hash_name;
	const char *providers; /* separated by line feeds; may be empty */
	const char *major_revision;
	const char *minor_revision;
};

int policy_read(struct arena *, const struct http_request *,
    struct policy_request *, struct fault *);
void policy_answer(struct xw *, const struct policy_request *,
    const struct policy_template *, const char *activity);

#endif
