/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_FRONT_H
#define FENESTRA_FRONT_H

#include <stddef.h>

struct arena;
struct http_request;

/*
 * A proxy that ends TLS says in a header who its client is.  Off unless the
 * administrator names that header, the proxy's addresses and the file of a
 * secret that the proxy sends along.  [RFC9440]
 */
struct front;

#define FRONT_WHY_LEN 200

/*
 * `header` as it is written in HTTP; `peers` addresses with an optional
 * /PREFIX, blanks or commas between them.  NULL and why.
 */
struct front *front_load(const char *header, const char *peers,
    const char *secret_file, char why[FRONT_WHY_LEN]);
void front_free(struct front *);

/*
 * Put what the proxy says where a front server that does TLS itself would have
 * said it: SSL_CLIENT_VERIFY, SSL_CLIENT_CERT, REMOTE_ADDR and REQUEST_ID.
 * What stood there before, and the proxy's headers, are gone.  What is said by
 * others than the proxy counts for nothing.  0, or -1 where one of these
 * headers stands there twice, or there is no room.
 */
int front_translate(
    const struct front *, struct arena *, struct http_request *);

#endif
