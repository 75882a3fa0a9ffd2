/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_TRACE_H
#define FENESTRA_TRACE_H

struct arena;
struct http_request;
struct http_response;

/*
 * Print an exchange to stderr, readable, for an administrator who looks for
 * a fault: what came and what went, headers and bodies, without passwords,
 * tokens, credentials and client certificates.
 */
void trace_exchange(
    struct arena *, const struct http_request *, const struct http_response *);

#endif
