/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_WSTEP_H
#define FENESTRA_WSTEP_H

#include <time.h>

#include "../common/soap.h"

#define WSTEP_CONTEXT_MAX 256

/*
 * A RequestSecurityToken, [MS-WSTEP] 3.1.4.1.1.1 and [MS-MDE2] 3.3.4.1.1.1.
 * The context is an ordered list: names repeat, and any name may come.
 */
struct wstep_request {
	struct soap_header header;
	char *token_type;
	char *request_type;
	char *token; /* base64 of a PKCS#10, or to renew of SignedData */
	char *value_type;
	char *encoding_type;
	const char *names[WSTEP_CONTEXT_MAX];
	const char *values[WSTEP_CONTEXT_MAX];
	size_t ncontext;
};

int wstep_read(struct arena *, const struct http_request *,
    struct wstep_request *, struct fault *);

/* Whether it asks to renew a certificate; else it has to ask for a first. */
int wstep_is_renewal(const struct wstep_request *);

/* Whether it is one of these, and names its device. */
int wstep_check(const struct wstep_request *, struct fault *);

/* The first value of a context item, or NULL. */
const char *wstep_context(const struct wstep_request *, const char *name);

/* The answer with a provisioning document, as bytes, in it. */
void wstep_answer(struct xw *, const struct wstep_request *,
    const char *document, size_t len, time_t now, const char *activity);

#endif
