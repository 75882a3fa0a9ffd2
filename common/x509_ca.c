/* SPDX-License-Identifier: ISC */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "x509.h"
#include "x509_local.h"

static int
blob_copy(struct blob *b, const unsigned char *data, int len)
{
	unsigned char *copy;

	if (data == NULL || len <= 0 || (copy = malloc((size_t)len)) == NULL)
		return -1;
	memcpy(copy, data, (size_t)len);
	b->data = copy;
	b->len = (size_t)len;
	return 0;
}

static void
blob_free(struct blob *b)
{
	free((void *)(uintptr_t)b->data);
}

static X509 *
cert_load(const char *path, char *why)
{
	X509 *cert = NULL, *more = NULL;
	struct blob file;
	int rc;
	BIO *bio;

	if ((bio = x509_file_open(path, 0, &file, why)) == NULL)
		return NULL;
	if ((rc = x509_pem_next(bio, &cert)) != 1)
		x509_no(why, "%s: %s", path,
		    rc == 0 ? "no certificate in it" : "broken certificate");
	else if ((rc = x509_pem_next(bio, &more) == 0) == 0)
		x509_no(why, "%s: more than one certificate", path);
	x509_file_close(bio, &file);
	X509_free(more);
	if (rc == 1)
		return cert;
	X509_free(cert);
	return NULL;
}

/* What signs with each hash, made ready once. */
static int
signers_fill(struct x509_ca *ca, EVP_PKEY *key)
{
	static const enum x509_md mds[] = {
		[X509_HASH_SHA256] = X509_MD_SHA256,
		[X509_HASH_SHA384] = X509_MD_SHA384,
		[X509_HASH_SHA512] = X509_MD_SHA512,
	};

	ca->is_rsa = EVP_PKEY_is_a(key, "RSA");
	if (!ca->is_rsa && !EVP_PKEY_is_a(key, "EC"))
		return -1;
	ca->signature_max = (size_t)EVP_PKEY_get_size(key);
	for (size_t i = 0; i < COUNT(mds); i++) {
		EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);

		ca->signer[i] = c;
		if (c == NULL || EVP_PKEY_sign_init(c) != 1 ||
		    EVP_PKEY_CTX_set_signature_md(c, x509_md(mds[i])) != 1)
			return -1;
		if (ca->is_rsa &&
		    EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) != 1)
			return -1;
	}
	return 0;
}

/* The CA's own identifier; if it has none, as one is made for a device. */
static int
key_id_fill(struct x509_ca *ca, X509 *cert)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(cert);
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(cert);
	unsigned char hash[X509_SHA1_LEN];

	if (id != NULL)
		return blob_copy(&ca->key_id, ASN1_STRING_get0_data(id),
		    ASN1_STRING_length(id));
	x509_sha1(ASN1_STRING_get0_data(bits), (size_t)ASN1_STRING_length(bits),
	    hash);
	return blob_copy(&ca->key_id, hash, sizeof(hash));
}

static int
blobs_fill(struct x509_ca *ca, X509 *cert, X509 *root)
{
	unsigned char *cert_der = NULL, *root_der = NULL, *name = NULL;
	int cert_len = i2d_X509(cert, &cert_der);
	int root_len = i2d_X509(root, &root_der);
	int name_len = i2d_X509_NAME(X509_get_subject_name(cert), &name);
	int rc = -1;

	if (blob_copy(&ca->cert, cert_der, cert_len) == 0 &&
	    blob_copy(&ca->root, root_der, root_len) == 0 &&
	    blob_copy(&ca->name, name, name_len) == 0)
		rc = key_id_fill(ca, cert);
	OPENSSL_free(cert_der);
	OPENSSL_free(root_der);
	OPENSSL_free(name);
	return rc;
}

/* The root verifies the issuing certificate, which is fit to issue. */
static int
chain_check(struct x509_ca *ca, X509 *cert, X509 *root, const char *cert_path,
    const char *root_path, char *why)
{
	struct x509_store *s;
	int code, depth;

	if (X509_check_ca(cert) != 1) /* and, if it says so, keyCertSign */
		return x509_no(
		    why, "%s: may not issue certificates", cert_path);
	if (X509_self_signed(root, 1) != 1)
		return x509_no(why, "%s: not a root", root_path);
	if ((s = x509_store_load(root_path, why)) == NULL)
		return -1;
	code = x509_store_judge(
	    s, cert, X509_PURPOSE_ANY, time(NULL), &ca->not_after, &depth);
	x509_store_free(s);
	if (code == X509_V_OK)
		return 0;
	return x509_no(why, "%s: %s (%d)", depth > 0 ? root_path : cert_path,
	    X509_verify_cert_error_string(code), code);
}

static int
key_fill(struct x509_ca *ca, const char *const path[3], char *why)
{
	if ((ca->key = x509_key_load(path[1], why)) == NULL)
		return -1;
	if (X509_check_private_key(ca->x509, ca->key) != 1)
		return x509_no(why, "%s: not the key of %s", path[1], path[0]);
	if (signers_fill(ca, ca->key) != 0)
		return x509_no(
		    why, "%s: neither an RSA nor an EC key", path[1]);
	return 0;
}

static int
load(struct x509_ca *ca, const char *const path[3], char *why)
{
	X509 *root = NULL;
	int rc = -1;

	if ((ca->x509 = cert_load(path[0], why)) == NULL ||
	    (path[1] != NULL && key_fill(ca, path, why) != 0) ||
	    (root = cert_load(path[2], why)) == NULL ||
	    chain_check(ca, ca->x509, root, path[0], path[2], why) != 0)
		;
	else if (blobs_fill(ca, ca->x509, root) != 0)
		x509_no(why, "%s: no memory", path[0]);
	else
		rc = 0;
	X509_free(root);
	ERR_clear_error();
	return rc;
}

struct x509_ca *
x509_ca_load(
    const char *cert, const char *key, const char *root, char why[X509_WHY_LEN])
{
	const char *const path[3] = { cert, key, root };
	struct x509_ca *ca;

	CHECK((ca = calloc(1, sizeof(*ca))) != NULL);
	if (load(ca, path, why) == 0)
		return ca;
	x509_ca_free(ca);
	return NULL;
}

void
x509_ca_free(struct x509_ca *ca)
{
	if (ca == NULL)
		return;
	for (size_t i = 0; i < COUNT(ca->signer); i++)
		EVP_PKEY_CTX_free(ca->signer[i]);
	EVP_PKEY_free(ca->key);
	X509_free(ca->x509);
	blob_free(&ca->cert);
	blob_free(&ca->root);
	blob_free(&ca->name);
	blob_free(&ca->key_id);
	free(ca);
}

const struct blob *
x509_ca_cert(const struct x509_ca *ca)
{
	return &ca->cert;
}

const struct blob *
x509_ca_root(const struct x509_ca *ca)
{
	return &ca->root;
}

time_t
x509_ca_not_after(const struct x509_ca *ca)
{
	return ca->not_after;
}
