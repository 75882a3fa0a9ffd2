/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_LANDING_H
#define FENESTRA_LANDING_H

#include "../common/http.h"
#include "page.h"

/* The page /enroll, with a link that opens Windows' own enrollment. */
struct landing {
	char *username; /* of the query: whose link it is; or NULL */
	const char *link;
};

int landing_read(struct arena *, const struct http_request *, struct landing *,
    struct fault *);

void landing_page(struct page *, const struct landing *);

#endif
