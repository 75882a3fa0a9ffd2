/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_X509_LOCAL_H
#define FENESTRA_X509_LOCAL_H

#include "x509.h"

/* Shared by the x509*.c and cms*.c files alone, in OpenSSL's own structures. */
struct bio_st;
struct evp_md_st;
struct evp_pkey_ctx_st;
struct evp_pkey_st;
struct x509_st;

enum x509_md { X509_MD_SHA1, X509_MD_SHA256, X509_MD_SHA384, X509_MD_SHA512 };

/* Fetched once for the life of the process. */
const struct evp_md_st *x509_md(enum x509_md);

/* Writes the reason, forgets OpenSSL's own, and is always -1. */
int x509_no(char why[X509_WHY_LEN], const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* A file in memory; a secret one only if nobody else may read it. */
#define X509_FILE_MAX ((size_t)1024 * 1024)
struct bio_st *x509_file_open(
    const char *path, int secret, struct blob *, char why[X509_WHY_LEN]);
void x509_file_close(struct bio_st *, struct blob *);

/* 1, 0 at the end of the file, or -1. */
int x509_pem_next(struct bio_st *, struct x509_st **);

/*
 * A private key: of a file of PEM that nobody else may read, or of a token
 * that a pkcs11: URI names.  NULL and why.
 */
struct evp_pkey_st *x509_key_load(const char *uri, char why[X509_WHY_LEN]);
struct evp_pkey_st *x509_engine_key(const char *uri);

struct x509_ca {
	struct x509_st *x509;
	struct blob cert;
	struct blob root;
	struct blob name;
	struct blob key_id;
	struct evp_pkey_st *key; /* or NULL: it cannot sign */
	struct evp_pkey_ctx_st *signer[X509_HASH_COUNT];
	int is_rsa;
	size_t signature_max;
	time_t not_after;
};

/* The certificate's chain at a time; an X509_V_ code and where it arose. */
int x509_store_judge(struct x509_store *, struct x509_st *, int purpose,
    time_t now, time_t *until, int *depth);

#endif
