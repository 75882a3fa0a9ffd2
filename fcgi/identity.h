/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_IDENTITY_H
#define FENESTRA_IDENTITY_H

#include <time.h>

#include "../common/x509.h"

/*
 * Who a client certificate is.  Chain, dates and purpose of a certificate
 * never change, nor does the device it was issued to: so each is verified
 * once per worker and then remembered until it expires.  What can change,
 * revocation and the like, is looked up in the database every time.
 */
struct identity {
	unsigned char text_sha256[X509_SHA256_LEN]; /* as the server sent it */
	unsigned char sha256[X509_SHA256_LEN];	    /* of the DER */
	char device[37];			    /* UUID */
	time_t not_after;
};

struct identity_cache;

struct identity_cache *identity_cache_new(void);

/*
 * The remembered identity of a certificate that is good now; NULL if there
 * is none.  `text` is what the front server gave.
 */
const struct identity *identity_find(
    const struct identity_cache *, const char *text, time_t now);

/* Verify a certificate; all but the device is filled in.  -1 and why. */
int identity_verify(struct arena *, struct x509_store *, const char *text,
    time_t now, struct identity *, char why[X509_WHY_LEN]);

void identity_remember(struct identity_cache *, const struct identity *);
void identity_forget(struct identity_cache *, const struct identity *);

#endif
