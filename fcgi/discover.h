/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_DISCOVER_H
#define FENESTRA_DISCOVER_H

#include "../common/soap.h"

/* A Discover request, [MS-MDE2] 3.1.4.1.1.1. */
struct discover {
	struct soap_header header;
	char *email;
	char *request_version;
	char *device_type;
	char *application_version;
	char *os_edition;
	int offers; /* AuthPolicy elements that were read */
	int offers_on_premise;
	int offers_federated;
	int offers_certificate;
	int presents;	    /* a client certificate in TLS, of whatever worth */
	const char *policy; /* the AuthPolicy that was chosen */
};

/* What the administrator decided. */
struct discover_settings {
	const char *url;     /* https://host[:port] of policy and enrollment */
	const char *version; /* the highest EnrollmentVersion */
	int by_os;	/* enrollment at a path by the version of Windows */
	int federated;	/* users of that domain sign in on a page, */
	int on_premise; /* or with a password in the messages */
};

int discover_read(struct arena *, const struct http_request *,
    struct discover *, struct fault *);

/*
 * Choose the AuthPolicy to answer: of those that are both served and offered
 * the page before the password, and last the certificate, for one that is
 * shown can be renewed.  -1 with the fault set if there is none.
 */
int discover_check(
    struct discover *, const struct discover_settings *, struct fault *);
void discover_answer(struct xw *, const struct discover *,
    const struct discover_settings *, const char *activity);

/* Of two versions "major[.minor]" the lower one, compared as numbers. */
const char *discover_lower_version(const char *, const char *);

#endif
