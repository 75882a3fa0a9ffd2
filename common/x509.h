/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_X509_H
#define FENESTRA_X509_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct arena;

#define X509_SHA256_LEN 32
#define X509_SHA1_LEN 20
#define X509_SERIAL_LEN 16
#define X509_WHY_LEN 160
#define X509_CERT_TEXT_MAX 16384 /* of a client certificate in any encoding */

/* Bytes of DER, or of anything else, in the arena of a request. */
struct blob {
	const unsigned char *data;
	size_t len;
};

/* The DER's SHA-256; and the SHA-1 that names a certificate in a store. */
void x509_sha256(const void *, size_t, unsigned char[X509_SHA256_LEN]);
void x509_sha1(const void *, size_t, unsigned char[X509_SHA1_LEN]);

/* Bytes nobody can guess; ends the process if there are none. */
void x509_random(void *, size_t);

/*
 * What a front server calls SSL_CLIENT_CERT, as DER: PEM with any white space,
 * URL-escaped PEM, bare base64, or :base64: of RFC 9440.  Exactly one
 * certificate and nothing behind it.  -1 with the reason in why.
 */
int x509_client_decode(
    struct arena *, const char *text, struct blob *der, char why[X509_WHY_LEN]);

/* The CAs whose device certificates are believed, from a file of PEM. */
struct x509_store;
struct x509_store *x509_store_load(const char *path, char why[X509_WHY_LEN]);
void x509_store_free(struct x509_store *);

/*
 * Whether a client certificate is good at a time: chain, dates, purpose.
 * 0 and until when, or -1 and why.
 */
int x509_store_verify(struct x509_store *, const struct blob *der, time_t now,
    time_t *not_after, char why[X509_WHY_LEN]);

/* What a template asks of the key in a certificate request. */
struct x509_key_rule {
	int rsa_bits_min;
	int rsa_bits_max;
	int allow_rsa;
	int allow_ec; /* P-256 and P-384 */
};

/* A PKCS#10 whose signature was verified.  Only the key is taken from it. */
struct x509_request {
	struct blob spki;
	const char *key_type; /* "RSA" or "EC" */
	int bits;
	unsigned char sha256[X509_SHA256_LEN];	    /* of the whole request */
	unsigned char spki_sha256[X509_SHA256_LEN]; /* of the key */
};
int x509_request_parse(struct arena *, const struct blob *der,
    const struct x509_key_rule *, struct x509_request *,
    char why[X509_WHY_LEN]);

/* An issuing CA and its root. */
struct x509_ca;
struct x509_ca *x509_ca_load(const char *cert, const char *key,
    const char *root, char why[X509_WHY_LEN]);
void x509_ca_free(struct x509_ca *);
const struct blob *x509_ca_cert(const struct x509_ca *);
const struct blob *x509_ca_root(const struct x509_ca *);
/* When the first of the two ends: nothing is issued for longer. */
time_t x509_ca_not_after(const struct x509_ca *);

/* All that the server decides about a certificate. */
struct x509_template {
	unsigned char serial[X509_SERIAL_LEN]; /* big endian, top bit clear */
	const char *common_name;
	time_t not_before;
	time_t not_after;
};
int x509_issue(struct arena *, const struct x509_ca *,
    const struct x509_template *, const struct blob *spki, struct blob *der,
    char why[X509_WHY_LEN]);

#endif
