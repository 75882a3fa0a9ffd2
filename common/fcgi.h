/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_FCGI_H
#define FENESTRA_FCGI_H

#include <stddef.h>

struct arena;
struct http_request;
struct http_response;

/*
 * Answer a request.  `problem` is 0, or the HTTP status of what is already
 * wrong with it: 413 for a body over the limit, 400 for one that is not as
 * long as it says, or for parameters that stand there twice.
 */
typedef void fcgi_handler(void *context, struct arena *, struct http_request *,
    struct http_response *, int problem);

/*
 * Where the body of a request is to be written instead of into memory: an open
 * file, which is closed after the answer, and its limit; or -1.
 */
typedef int fcgi_file(
    void *context, const struct http_request *, size_t *max_body);

/* Who answers. */
struct fcgi_service {
	fcgi_handler *handler;
	fcgi_file *file; /* or NULL */
	void *context;
	size_t max_body;
};

/* Whether file descriptor 0 is a listening socket, as it has to be. */
int fcgi_is_socket(void);

/*
 * Accept and answer on file descriptor 0 until SIGTERM, SIGINT or SIGUSR1.
 * A signal never cuts a request short: it is seen only between two of them.
 * Each answer is sent whole, with its Content-Length.
 */
void fcgi_serve(struct arena *, const struct fcgi_service *);

#endif
