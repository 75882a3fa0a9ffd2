/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_HTTP_H
#define DEVICE_HTTP_H

#include "report.h"
#include "util.h"

struct http; /* a connection that is kept alive */

/* How to reach the servers. Paths and lists are borrowed. */
struct http_settings {
	char *const *resolve;	      /* HOST:PORT:ADDRESS, ends with NULL */
	const char *ca_file;	      /* NULL: the system's */
	const char *certificate_file; /* NULL: none is shown */
	const char *key_file;
	int http2;
	/* after a failed connection: how often, first and longest wait */
	long retries;
	double backoff_ms;
	double backoff_maximum_ms;
};

#define HTTP_HEADERS 16

struct http_request {
	const char *method;
	const char *url;
	/* complete lines, sent in this order; "Name;" sends an empty one */
	const char *headers[HTTP_HEADERS];
	const char *body; /* NULL: none */
	size_t body_len;
	int is_binary; /* neither body nor answer is shown */
};

struct http_response {
	long status;
	double ms;
	struct buf headers; /* as received */
	struct buf body;
};

/* Once, before anything else here and after everything. */
void http_start(void);
void http_stop(void);

struct http *http_open(const struct http_settings *);
void http_close(struct http *);
/* 0, or -1 and a failure in the report when no answer came. */
int http_send(struct http *, struct report *, const struct http_request *,
    struct http_response *);
void http_response_free(struct http_response *);
/* The value of a header to be freed, or NULL. */
char *http_header(const struct http_response *, const char *name);
/* What every answer must be, whatever it says: length, type, caching. */
void http_judge(
    struct report *, const struct http_response *, const char *media_type);

/* The host name of an http(s) URL, to be freed; NULL when it is none. */
char *url_host(const char *url);

#endif
