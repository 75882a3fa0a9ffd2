/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SIGNIN_H
#define FENESTRA_SIGNIN_H

#include "../common/http.h"
#include "page.h"

/*
 * The sign-in page that Windows opens at the AuthenticationServiceUrl, in its
 * Web Authentication Broker.  [MS-MDE2] 3.2
 */
struct signin {
	/* of the query */
	char *appru; /* where the token goes: ms-app:… */
	char *login_hint;
	/* of the form */
	char *username;
	char *password;
	char *ticket;
	char *accept; /* the version of the terms that was accepted */
};

/* Read query and form, whichever there are; -1 with the fault set. */
int signin_read(struct arena *, const struct http_request *, struct signin *,
    struct fault *);

/* What can be wrong with user name and password: words of the page. */
#define SIGNIN_MISSING "page_error_missing"
#define SIGNIN_WRONG "page_error_wrong"
#define SIGNIN_WAIT "page_error_wait"

/* The form, with one of these or NULL. */
void signin_form(struct page *, const struct signin *, const char *problem);

/* What a user who has signed in still has to see. */
struct signin_rest {
	const char *user;
	const char *ticket;
	const char *version; /* of the terms; or NULL: only a click is due */
	const char *terms;
	int missing; /* they were not accepted */
};

void signin_rest(struct page *, const struct signin_rest *);

/* The end: a form that posts the token to where Windows takes it. */
void signin_done(struct page *, const struct signin *, const char *token);

#endif
