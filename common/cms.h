/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_CMS_H
#define FENESTRA_CMS_H

#include <stddef.h>
#include <time.h>

#include "x509.h"

#define CMS_TEXT_MAX ((size_t)32 * 1024) /* of a signature in base64 */

/* Who signed.  Nothing here says that the certificate is to be believed. */
struct cms_signer {
	struct blob cert; /* X.509, DER; in the arena */
	time_t signed_at; /* as the signer's clock had it */
};

/*
 * The header MS-Signature or MDM-Signature: SignedData of [RFC5652] in base64,
 * beside the body it is over, as it was received.  One signer with SHA-2 and
 * RSA or ECDSA, whose certificate is in it, and signed attributes.  -1 with the
 * reason in why.
 *
 * Only that this key signed this body is known then.  The caller judges the
 * certificate, as by x509_store_verify(), and whether signed_at is now.
 */
int cms_verify_detached(struct arena *, const char *text, const void *body,
    size_t body_len, struct cms_signer *, char why[X509_WHY_LEN]);

/*
 * SignedData with its content in it, in DER: what a request to renew a
 * certificate is.  Neither signed attributes nor a signing time need be there
 * (signed_at is then 0), and SHA-1 will do: the signature only shows that the
 * sender of these very bytes has the key.
 */
int cms_verify_enclosed(struct arena *, const struct blob *der,
    struct cms_signer *, struct blob *content, char why[X509_WHY_LEN]);

#endif
