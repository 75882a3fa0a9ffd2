/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_PKI_H
#define DEVICE_PKI_H

#include <openssl/types.h>
#include <stddef.h>

#include "report.h"
#include "util.h"

/* The hash that signs the request; the policy chooses. */
enum pki_hash {
	PKI_SHA1,
	PKI_SHA256,
	PKI_SHA384,
	PKI_SHA512,
};

#define PKI_CHAIN 4

/* The certificates of a provisioning document. */
struct pki_chain {
	X509 *leaf;
	X509 *root;
	X509 *intermediates[PKI_CHAIN];
	size_t nintermediates;
};

/* pki_key.c */

/* "rsa:BITS" or "ec:CURVE"; NULL when there is no such key. */
EVP_PKEY *key_make(const char *spec);
EVP_PKEY *key_load(const char *path);
int key_save(const EVP_PKEY *, const char *path);
int key_is_rsa(const EVP_PKEY *);
int key_bits(const EVP_PKEY *);
/* SubjectPublicKeyInfo. */
void key_spki(const EVP_PKEY *, struct buf *);
void key_sign(EVP_PKEY *, enum pki_hash, const struct buf *, struct buf *);
const char *hash_name(enum pki_hash);

/* csr.c: the request as Windows 10 lays it out */

struct csr {
	EVP_PKEY *key;
	enum pki_hash hash;
	const char *guid; /* its first 30 characters go into the name */
	const char *device_id;
	int spoil_signature;
	int is_new; /* as newer builds make it */
};

void csr_write(const struct csr *, struct buf *);

/* pki_cert.c */

/* NULL unless the bytes are one certificate and nothing else. */
X509 *cert_read(const void *, size_t);
X509 *cert_load(const char *path);
/* The certificates behind the first one of a file of PEM; how many. */
size_t certs_load_behind(const char *path, X509 **, size_t max);
/* Upper-case SHA-1 of the DER form. */
char *cert_thumbprint(const X509 *);
char *cert_subject(const X509 *);
/* One certificate after another, in PEM. 0 or -1. */
int certs_save(const char *path, X509 *const *, size_t);
/* The issued certificate against key, policy and root. */
void chain_judge(struct report *, const struct pki_chain *, EVP_PKEY *,
    long validity_seconds);
void chain_free(struct pki_chain *);

/* pki_forge.c */

/* A certificate to make; times are seconds from now. */
struct cert_plan {
	const X509_NAME *subject;
	const X509_NAME *issuer;
	EVP_PKEY *key;
	EVP_PKEY *issuer_key;
	const ASN1_INTEGER *serial; /* NULL: a random one */
	long begin;
	long end;
	const char *constraints; /* extensions, NULL: none */
	const char *usage;
	const char *extended_usage;
	const char *alternative_name;
};

/* Ends the program if it cannot be made. */
X509 *cert_make(const struct cert_plan *);

X509_NAME *name_make(const char *common_name);

/* A certificate by a CA that nobody trusts: two PEM files. 0 or -1. */
int forge_identity(const X509_NAME *subject, const X509_NAME *issuer,
    const char *cert_path, const char *key_path);

#endif
