/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_PAGE_SERVE_H
#define FENESTRA_PAGE_SERVE_H

#include "authenticate.h"

/* The statements of the pages, behind those of authenticate(). */
enum {
	PAGE = AUTHENTICATE_OWN,
	PAGE_SIGNED_IN,
	PAGE_REMOTE_USER,
	PAGE_GO_ON,
	PAGE_LINK,
	PAGE_TERMS,
	PAGE_TERMS_ANSWER,
	PAGE_OWN,
};

#define PAGE_STATEMENTS                                                        \
	[PAGE] = { "page", "select name, value from enrollment.page()", 0 },   \
	[PAGE_SIGNED_IN] = { "page_signed_in",                                 \
		"select done, $1::text, version, content, secret "             \
		"from enrollment.page_signed_in($1,false)",                    \
		1 },                                                           \
	[PAGE_REMOTE_USER] = { "page_remote_user",                             \
		"select done, upn, version, content, secret "                  \
		"from enrollment.remote_user($1) upn, "                        \
		"enrollment.page_signed_in(upn,true)",                         \
		1 },                                                           \
	[PAGE_GO_ON] = { "page_go_on",                                         \
		"select done, upn, version, content, secret "                  \
		"from enrollment.page_go_on($1,$2,$3,$4)",                     \
		4 },                                                           \
	[PAGE_LINK] = { "page_link", "select enrollment.link($1)", 1 },        \
	[PAGE_TERMS] = { "page_terms",                                         \
		"select done, $1::text, version, content, ticket, blob "       \
		"from enrollment.terms_page($1)",                              \
		1 },                                                           \
	[PAGE_TERMS_ANSWER] = { "page_terms_answer",                           \
		"select done, upn, version, content, null, blob "              \
		"from enrollment.terms_answer($1,$2,$3,$4)",                   \
		4 }

/* Where Windows looks for the terms of use is what Entra was told. */
#define PAGE_TERMS_PATH "/EnrollmentServer/TermsOfUse"

route_fn page_get_signin, page_post_signin, page_get_enroll;
route_fn page_get_terms, page_post_terms;

#endif
