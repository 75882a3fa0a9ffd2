/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_MAKE_X509_H
#define FENESTRA_MAKE_X509_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../common/x509.h"

/* Keys and certificates for the tests, made with OpenSSL's own functions. */

#define HOUR 3600
#define DAY (24 * HOUR)

static inline EVP_PKEY *
make_rsa(unsigned bits)
{
	EVP_PKEY *key = EVP_RSA_gen(bits);

	assert_non_null(key);
	return key;
}

static inline EVP_PKEY *
make_ec(const char *curve)
{
	EVP_PKEY *key = EVP_EC_gen(curve);

	assert_non_null(key);
	return key;
}

static inline struct blob
make_spki(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	assert_true(len > 0);
	return (struct blob){ der, (size_t)len };
}

static inline void
make_free(struct blob *b)
{
	OPENSSL_free((void *)(uintptr_t)b->data);
	*b = (struct blob){ 0 };
}

struct make_cert {
	const char *name;
	EVP_PKEY *key;
	X509 *issuer; /* or NULL: itself */
	EVP_PKEY *issuer_key;
	time_t from;
	time_t to;
	const char *constraints; /* as in openssl.cnf, or NULL: none */
	const char *usage;
	const char *extended;
	const EVP_MD *md;   /* or NULL: SHA-256 */
	const char *key_id; /* or NULL: its hash; or "": none */
};

static inline void
make_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	if (value == NULL)
		return;
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(ext);
	assert_int_equal(X509_add_ext(cert, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

static inline X509 *
make_cert(const struct make_cert *m)
{
	static long serial;
	X509 *cert = X509_new(), *issuer = m->issuer;
	EVP_PKEY *signer = m->issuer_key;
	X509_NAME *name;

	assert_non_null(cert);
	if (issuer == NULL)
		issuer = cert;
	if (signer == NULL)
		signer = m->key;
	name = X509_get_subject_name(cert);
	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)m->name, -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(issuer));
	ASN1_TIME_set(X509_getm_notBefore(cert), m->from);
	ASN1_TIME_set(X509_getm_notAfter(cert), m->to);
	X509_set_pubkey(cert, m->key);
	make_extension(cert, issuer, NID_basic_constraints, m->constraints);
	make_extension(cert, issuer, NID_key_usage, m->usage);
	make_extension(cert, issuer, NID_ext_key_usage, m->extended);
	if (m->key_id == NULL || *m->key_id != '\0')
		make_extension(cert, issuer, NID_subject_key_identifier,
		    m->key_id ? m->key_id : "hash");
	assert_true(X509_sign(cert, signer, m->md ? m->md : EVP_sha256()) > 0);
	return cert;
}

static inline X509 *
make_ca(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key,
    time_t now)
{
	const struct make_cert m = { name, key, issuer, issuer_key, now - DAY,
		now + 3650L * DAY, "critical,CA:TRUE",
		"critical,keyCertSign,cRLSign" };

	return make_cert(&m);
}

/* What x509_issue() is to make, by OpenSSL's own means. */
static inline X509 *
make_expected(const struct x509_template *t, X509 *issuer, EVP_PKEY *issuer_key,
    EVP_PKEY *key)
{
	X509 *cert = X509_new();
	BIGNUM *serial = BN_bin2bn(t->serial, X509_SERIAL_LEN, NULL);
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	X509_set_version(cert, X509_VERSION_3);
	BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(cert));
	X509_set_issuer_name(cert, X509_get_subject_name(issuer));
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN",
	    V_ASN1_UTF8STRING, (const unsigned char *)t->common_name, -1, -1,
	    0);
	ASN1_TIME_set(X509_getm_notBefore(cert), t->not_before);
	ASN1_TIME_set(X509_getm_notAfter(cert), t->not_after);
	X509_set_pubkey(cert, key);
	make_extension(
	    cert, issuer, NID_basic_constraints, "critical,CA:FALSE");
	make_extension(cert, issuer, NID_key_usage,
	    EVP_PKEY_is_a(key, "RSA")
		? "critical,digitalSignature,keyEncipherment"
		: "critical,digitalSignature");
	make_extension(cert, issuer, NID_ext_key_usage, "clientAuth");
	make_extension(cert, issuer, NID_subject_key_identifier, "hash");
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(
	    NULL, &ctx, NID_authority_key_identifier, "keyid:always");
	assert_non_null(ext);
	X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	assert_true(X509_sign(cert, issuer_key, EVP_sha256()) > 0);
	BN_free(serial);
	return cert;
}

static inline struct blob
make_der(X509 *cert)
{
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);

	assert_true(len > 0);
	return (struct blob){ der, (size_t)len };
}

/* A directory of its own for the files of one test program. */
static char make_dir[64];

static inline int
make_setup(void **state)
{
	(void)state;
	snprintf(make_dir, sizeof(make_dir), "/tmp/fenestra-x509.XXXXXX");
	return mkdtemp(make_dir) == NULL ? -1 : 0;
}

static inline int
make_teardown(void **state)
{
	(void)state;
	return rmdir(make_dir);
}

static inline char *
make_path(const char *name)
{
	static char paths[8][128];
	static unsigned turn;
	char *path = paths[turn++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", make_dir, name);
	return path;
}

static inline char *
make_pem(const char *name, X509 *one, X509 *two)
{
	char *path = make_path(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	if (one != NULL)
		assert_int_equal(PEM_write_X509(f, one), 1);
	if (two != NULL)
		assert_int_equal(PEM_write_X509(f, two), 1);
	assert_int_equal(fclose(f), 0);
	return path;
}

static inline char *
make_key(const char *name, EVP_PKEY *key, mode_t mode)
{
	char *path = make_path(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static inline char *
make_text(const char *name, const char *text)
{
	char *path = make_path(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	return path;
}

#endif
