/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_WEBHOOK_POST_H
#define FENESTRA_WEBHOOK_POST_H

#include <stddef.h>

#define POST_WHY_LEN 160
#define POST_HEADERS 8

/*
 * HTTP POST of a JSON body to somebody else's server.  Redirections are not
 * followed, and of the answer only the status counts.
 */
struct post {
	const char *url;
	const char *headers[POST_HEADERS]; /* "Name: value"; NULL behind */
	const char *body;
	size_t len;
	long status;		/* what came; 0 for no answer, */
	char why[POST_WHY_LEN]; /* and then why */
};

struct post_limits {
	long seconds;	     /* for each, from its name to its answer */
	const char *ca_file; /* PEM of trusted CAs; "": the system's */
};

/* All of them at once; returns when each has its outcome. */
void post_all(struct post **, size_t n, const struct post_limits *);

#endif
