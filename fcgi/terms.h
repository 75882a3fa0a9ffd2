/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_TERMS_H
#define FENESTRA_TERMS_H

#include "page.h"

/*
 * The terms of use that Windows opens in a web view when a device joins Entra,
 * or a user adds a work account: with a token of the tenant, before there is
 * a device.  The outcome goes back by a redirect.
 */
struct terms {
	/* of the query */
	char *redirect_uri;
	char *request_id; /* NULL unless it is one */
	char *api_version;
	char *mode;
	/* of the form */
	char *ticket;
	char *accept;  /* the version that was accepted */
	char *decline; /* or that none was */
};

/* Read query and form; -1 with the fault set, and then nobody to answer to. */
int terms_read(struct arena *, const struct http_request *, struct terms *,
    struct fault *);

/* Whether it is a version of the protocol that is served here. */
int terms_is_served(const struct terms *);

/* The token of the Authorization header, or NULL. */
const char *terms_bearer(const struct http_request *);

/* What the user has to accept. */
struct terms_due {
	const char *user;
	const char *ticket;
	const char *version;
	const char *content;
};

void terms_page(struct page *, const struct terms *, const struct terms_due *);

/* How it may end, as the query of the address to go back to. */
#define TERMS_ACCEPTED "IsAccepted=true&OpaqueBlob="
#define TERMS_DECLINED "IsAccepted=false"
#define TERMS_VERSION                                                          \
	"error=invalid_request&error_description=unsupported%20version"
#define TERMS_UNAUTHORIZED                                                     \
	"error=unauthorized_client&"                                           \
	"error_description=unauthorized%20user%20or%20tenant"
#define TERMS_DENIED "error=access_denied&error_description=no%20such%20ticket"
#define TERMS_FAILED                                                           \
	"error=server_error&error_description=internal%20service%20error"

/* That address, as the header Location; NULL if it became too long. */
const char *terms_location(struct arena *, const struct terms *,
    const char *outcome, const char *blob);

#endif
