/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_HTTP_H
#define FENESTRA_HTTP_H

#include <stddef.h>

struct arena;

/*
 * A request as the front server gave it, and the answer to it: plain values
 * that know nothing of FastCGI.
 */
struct http_request {
	const char *id;	    /* a UUID, for the log and the wire */
	const char *method; /* "POST" */
	const char *path;   /* SCRIPT_NAME and PATH_INFO */
	const char *body;   /* with a NUL behind it */
	size_t body_len;
	int file; /* what the body was written to, if it was; or -1 */
	char *const *params; /* NAME=value, up to a NULL */
};

struct http_response {
	int status;
	const char *content_type;
	const char *allow;   /* with 405 */
	int retry_after;     /* seconds; with 503 */
	const char *headers; /* more of them, each with its CRLF; or NULL */
	const char *body;
	size_t body_len;
};

/*
 * Why a request was refused.  The first reason counts: fault_set() does not
 * replace one.  `reason` goes to the log alone; the rest may go on the wire.
 */
struct fault {
	int status;		/* HTTP; 0 while there is no fault */
	const char *subcode;	/* of SOAP, as s:MessageFormat; NULL for none */
	const char *error_type; /* [MS-MDE2] 2.2.9.1, or NULL */
	const char *message;	/* for the user of the device, or NULL */
	const char *at;		/* LINE:COLUMN in the body, or NULL */
	const char *reason;
};

int fault_set(struct fault *, int status, const char *subcode,
    const char *reason); /* always -1 */

/* A parameter's value; NULL when it is absent or empty. */
const char *http_param(const struct http_request *, const char *name);

/*
 * The front server's own name for the request, if it gave one that can stand
 * in a log: 8 to 36 letters, digits and "-_.+@".
 */
const char *http_request_id(const struct http_request *);

/* It as a UUID in lower case, which may have come without dashes; or NULL. */
const char *http_uuid(struct arena *, const char *id);

/* How often a parameter stands there: more than once is a trick. */
int http_param_count(const struct http_request *, const char *name);

/* Whether the path is the one given, in any letter case. */
int http_path_is(const struct http_request *, const char *path);

/* What follows `path`, which ends with a slash; NULL for another path. */
const char *http_path_below(const struct http_request *, const char *path);

/* Whether a Content-Type is of a media type, whatever its parameters. */
int http_type_is(const char *content_type, const char *media_type);

#endif
