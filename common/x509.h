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

/* The CA of the store that signed a certificate; NULL if none of them did. */
const struct blob *x509_store_issuer(
    struct arena *, struct x509_store *, const struct blob *der);

/* Whether a CA, this one and no other of its name, signed a certificate. */
int x509_is_issued_by(const struct blob *der, const struct blob *ca);

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

/* Whether a SubjectPublicKeyInfo is what the rule asks for.  -1 and why. */
int x509_key_check(const struct blob *spki, const struct x509_key_rule *,
    char why[X509_WHY_LEN]);

/* An issuing CA and its root; without a key (NULL) it is only to be shown. */
struct x509_ca;
struct x509_ca *x509_ca_load(const char *cert, const char *key,
    const char *root, char why[X509_WHY_LEN]);
void x509_ca_free(struct x509_ca *);
const struct blob *x509_ca_cert(const struct x509_ca *);
const struct blob *x509_ca_root(const struct x509_ca *);
/* When the first of the two ends: nothing is issued for longer. */
time_t x509_ca_not_after(const struct x509_ca *);

/* With what a certificate is signed, as an OID of a hash names it. */
enum x509_hash {
	X509_HASH_SHA256,
	X509_HASH_SHA384,
	X509_HASH_SHA512,
	X509_HASH_COUNT
};
int x509_hash_find(const char *oid, enum x509_hash *);

/* All that the server decides about a certificate. */
struct x509_template {
	unsigned char serial[X509_SERIAL_LEN]; /* big endian, top bit clear */
	const char *common_name;
	time_t not_before;
	time_t not_after;
	enum x509_hash hash;
};
/* What is said of a certificate of ours (all but the hash); or -1. */
int x509_describe(
    struct arena *, const struct blob *der, struct x509_template *);

int x509_issue(struct arena *, const struct x509_ca *,
    const struct x509_template *, const struct blob *spki, struct blob *der,
    char why[X509_WHY_LEN]);

/*
 * Whether a certificate is what the template says and nothing else, read by
 * OpenSSL and not by what wrote it: every field, every extension, and the
 * signature of the CA.  -1 and why.
 */
int x509_lint(const struct x509_ca *, const struct x509_template *,
    const struct blob *spki, const struct blob *der, char why[X509_WHY_LEN]);

/* What is known of a CA's certificate. */
struct x509_authority {
	const struct blob *der;
	char subject[X509_WHY_LEN];
	time_t not_before;
	time_t not_after;
};

/* Each certificate of a file of PEM in turn; -1 from the function ends it. */
typedef int x509_authority_fn(void *, const struct x509_authority *);
int x509_authority_each(
    const char *path, x509_authority_fn *, void *, char why[X509_WHY_LEN]);

/* A list of what is not good any more.  [RFC5280] 5 */
struct x509_revoked {
	const unsigned char *serial;
	size_t len;
	time_t at;
	int reason; /* 5.3.1; 0: not said */
};
struct x509_crl {
	long long number;
	time_t this_update;
	time_t next_update;
	const struct x509_revoked *revoked;
	size_t count;
};
/* As PEM, in the arena. */
int x509_crl_make(struct arena *, const struct x509_ca *,
    const struct x509_crl *, struct blob *pem, char why[X509_WHY_LEN]);

#endif
