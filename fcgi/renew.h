/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_RENEW_H
#define FENESTRA_RENEW_H

#include <time.h>

#include "../common/http.h"
#include "../common/x509.h"

/*
 * The token of a request to renew, [MS-MDE2] 3.5: a PKCS#10 for a new key, in
 * SignedData by the certificate that is to be renewed.
 */
struct renewal {
	struct x509_request csr;
	struct blob signer; /* that certificate; whose it is nobody knows yet */
	unsigned char signer_sha256[X509_SHA256_LEN];
	const unsigned char *presented; /* SHA-256 of TLS's; or NULL */
};

/*
 * Take apart a token, in base64 once or twice, and verify both signatures.
 * 0, or -1 with the reason.
 */
int renew_read(struct arena *, const char *token, const struct x509_key_rule *,
    struct renewal *, char why[X509_WHY_LEN]);

/*
 * The client certificate of the TLS connection, verified here again: the front
 * server's word alone is not enough.  0, with presented NULL and perhaps the
 * reason where there was none, or none that is good; -1 and the reason where
 * the front server says what does not hold.
 */
int renew_presented(struct arena *, const struct http_request *,
    struct x509_store *, time_t now, struct renewal *, char why[X509_WHY_LEN]);

#endif
