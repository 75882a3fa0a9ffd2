/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_TRACE_H
#define FENESTRA_TRACE_H

struct http_request;
struct http_response;

/* What of an exchange is not printed. */
enum trace_rule {
	TRACE_REDACTED, /* passwords, tokens, credentials */
	TRACE_NO_DATA,	/* and of SyncML no Data at all */
	TRACE_ALL,	/* all is printed */
};

/*
 * Print an exchange to stderr, readable, for an administrator who looks for
 * a fault: what came and what went, headers and bodies, by default without
 * passwords, tokens, credentials and client certificates.  WBXML is printed as the XML it
 * stands for, as far as it can be read; what is no text, and what a terminal
 * would obey, as \xNN.
 */
void trace_exchange(
    const struct http_request *, const struct http_response *, enum trace_rule);

#endif
