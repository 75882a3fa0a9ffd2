/* SPDX-License-Identifier: ISC */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "check.h"
#include "der.h"
#include "x509.h"
#include "x509_local.h"

#define NAME_MAX_LEN 64		/* [RFC5280] ub-common-name */
#define TIME_MAX 253402300799LL /* the last second that has four digits */

/* clang-format off */
/* AlgorithmIdentifiers, and the contents of the one of an RSA key. */
static const unsigned char sha256_rsa[] = { 0x30, 13,
	6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0 };
static const unsigned char sha256_ec[] = { 0x30, 10,
	6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2 };
static const unsigned char key_rsa[] = {
	6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0 };

static const unsigned char version_3[] = { 0xa0, 3, 2, 1, 2 };
static const unsigned char oid_common_name[] = { 6, 3, 0x55, 4, 3 };

/* Whole extensions, and the identifiers of others.  [RFC5280] 4.2.1 */
static const unsigned char not_ca[] = { 0x30, 12,
	6, 3, 0x55, 0x1d, 19, 1, 1, 0xff, 4, 2, 0x30, 0 };
static const unsigned char use_sign[] = { 0x30, 14,
	6, 3, 0x55, 0x1d, 15, 1, 1, 0xff, 4, 4, 3, 2, 7, 0x80 };
static const unsigned char use_sign_encipher[] = { 0x30, 14,
	6, 3, 0x55, 0x1d, 15, 1, 1, 0xff, 4, 4, 3, 2, 5, 0xa0 };
static const unsigned char client_auth[] = { 0x30, 19,
	6, 3, 0x55, 0x1d, 37, 4, 12, 0x30, 10,
	6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2 };
static const unsigned char oid_subject_key[] = { 6, 3, 0x55, 0x1d, 14 };
static const unsigned char oid_authority_key[] = { 6, 3, 0x55, 0x1d, 35 };
/* clang-format on */

struct x509_ca {
	struct blob cert;
	struct blob root;
	struct blob name;
	struct blob key_id;
	EVP_PKEY_CTX *signer;  /* made ready once */
	struct blob algorithm; /* AlgorithmIdentifier */
	size_t signature_max;
	time_t not_after;
};

/* The key of a device, and the hash that names it.  [RFC5280] 4.2.1.2 */
struct subject_key {
	struct blob spki;
	int is_rsa;
	unsigned char id[X509_SHA1_LEN];
};

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

/* Nobody is at a terminal to be asked. */
static int
no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing, (void)arg;
	return -1;
}

static EVP_PKEY *
key_load(const char *path, char *why)
{
	struct blob file;
	EVP_PKEY *key;
	BIO *bio;

	if ((bio = x509_file_open(path, 1, &file, why)) == NULL)
		return NULL;
	key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	if (key == NULL)
		x509_no(why, "%s: no private key without a password", path);
	x509_file_close(bio, &file);
	return key;
}

static int
signer_new(struct x509_ca *ca, EVP_PKEY *key)
{
	const EVP_MD *md = x509_md(X509_MD_SHA256);
	int rsa = EVP_PKEY_is_a(key, "RSA");

	if (!rsa && !EVP_PKEY_is_a(key, "EC"))
		return -1;
	ca->algorithm.data = rsa ? sha256_rsa : sha256_ec;
	ca->algorithm.len = rsa ? sizeof(sha256_rsa) : sizeof(sha256_ec);
	ca->signature_max = (size_t)EVP_PKEY_get_size(key);
	if ((ca->signer = EVP_PKEY_CTX_new(key, NULL)) == NULL ||
	    EVP_PKEY_sign_init(ca->signer) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(ca->signer, md) != 1)
		return -1;
	if (rsa &&
	    EVP_PKEY_CTX_set_rsa_padding(ca->signer, RSA_PKCS1_PADDING) != 1)
		return -1;
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
load(struct x509_ca *ca, const char *const path[3], char *why)
{
	X509 *cert = NULL, *root = NULL;
	EVP_PKEY *key = NULL;
	int rc = -1;

	if ((cert = cert_load(path[0], why)) == NULL ||
	    (key = key_load(path[1], why)) == NULL ||
	    (root = cert_load(path[2], why)) == NULL)
		goto out;
	if (X509_check_private_key(cert, key) != 1)
		x509_no(why, "%s: not the key of %s", path[1], path[0]);
	else if (chain_check(ca, cert, root, path[0], path[2], why) != 0)
		;
	else if (signer_new(ca, key) != 0)
		x509_no(why, "%s: neither an RSA nor an EC key", path[1]);
	else if (blobs_fill(ca, cert, root) != 0)
		x509_no(why, "%s: no memory", path[0]);
	else
		rc = 0;
out:
	X509_free(cert);
	X509_free(root);
	EVP_PKEY_free(key);
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
	EVP_PKEY_CTX_free(ca->signer);
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

static int
template_check(
    const struct x509_ca *ca, const struct x509_template *t, char *why)
{
	static const unsigned char zero[X509_SERIAL_LEN];
	size_t len = strlen(t->common_name);

	if (t->serial[0] >= 0x80 || memcmp(t->serial, zero, sizeof(zero)) == 0)
		return x509_no(why, "serial number not above zero");
	if (len == 0 || len > NAME_MAX_LEN)
		return x509_no(why, "common name empty or too long");
	if (t->not_before < 0 || t->not_before >= t->not_after ||
	    (long long)t->not_after > TIME_MAX)
		return x509_no(why, "no such validity");
	if (t->not_after > ca->not_after)
		return x509_no(why, "valid for longer than the CA itself");
	return 0;
}

static void
put_serial(struct der_out *o, const unsigned char serial[X509_SERIAL_LEN])
{
	size_t i = 0;

	while (
	    i + 1 < X509_SERIAL_LEN && serial[i] == 0 && serial[i + 1] < 0x80)
		i++;
	der_put(o, DER_INTEGER, serial + i, X509_SERIAL_LEN - i);
}

/* Two digits of the year up to 2049, then four.  [RFC5280] 4.1.2.5 */
static void
put_time(struct der_out *o, time_t t)
{
	char text[32];
	struct tm tm;
	size_t n;

	if (gmtime_r(&t, &tm) == NULL ||
	    (n = strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm)) == 0)
		o->failed = 1;
	else if (tm.tm_year < 150)
		der_put(o, DER_UTC_TIME, text + 2, n - 2);
	else
		der_put(o, DER_TIME, text, n);
}

static void
put_validity(struct der_out *o, const struct x509_template *t)
{
	size_t validity = der_open(o, DER_SEQUENCE);

	put_time(o, t->not_before);
	put_time(o, t->not_after);
	der_close(o, validity);
}

static void
put_subject(struct der_out *o, const char *common_name)
{
	size_t name = der_open(o, DER_SEQUENCE);
	size_t rdn = der_open(o, DER_SET);
	size_t cn = der_open(o, DER_SEQUENCE);

	der_raw(o, oid_common_name, sizeof(oid_common_name));
	der_put(o, DER_UTF8, common_name, strlen(common_name));
	der_close(o, cn);
	der_close(o, rdn);
	der_close(o, name);
}

static void
put_key_ids(
    struct der_out *o, const struct x509_ca *ca, const struct subject_key *key)
{
	size_t ext, value, id;

	ext = der_open(o, DER_SEQUENCE);
	der_raw(o, oid_subject_key, sizeof(oid_subject_key));
	value = der_open(o, DER_OCTETS);
	der_put(o, DER_OCTETS, key->id, sizeof(key->id));
	der_close(o, value);
	der_close(o, ext);

	ext = der_open(o, DER_SEQUENCE);
	der_raw(o, oid_authority_key, sizeof(oid_authority_key));
	value = der_open(o, DER_OCTETS);
	id = der_open(o, DER_SEQUENCE);
	der_put(o, 0x80, ca->key_id.data, ca->key_id.len);
	der_close(o, id);
	der_close(o, value);
	der_close(o, ext);
}

/* An RSA key may also have a secret sent to it; an EC key only signs. */
static void
put_extensions(
    struct der_out *o, const struct x509_ca *ca, const struct subject_key *key)
{
	size_t wrap = der_open(o, DER_CONTEXT_3);
	size_t list = der_open(o, DER_SEQUENCE);

	der_raw(o, not_ca, sizeof(not_ca));
	if (key->is_rsa)
		der_raw(o, use_sign_encipher, sizeof(use_sign_encipher));
	else
		der_raw(o, use_sign, sizeof(use_sign));
	der_raw(o, client_auth, sizeof(client_auth));
	put_key_ids(o, ca, key);
	der_close(o, list);
	der_close(o, wrap);
}

static int
key_look(const struct blob *spki, struct subject_key *key)
{
	struct der in = { spki->data, spki->len };
	struct der_item item, algorithm, bits;

	if (!der_strict(spki->data, spki->len) ||
	    der_take(&in, DER_SEQUENCE, &item) != 0 ||
	    der_take(&item.body, DER_SEQUENCE, &algorithm) != 0 ||
	    der_take(&item.body, DER_BITS, &bits) != 0 || item.body.len > 0)
		return -1;
	key->spki = *spki;
	key->is_rsa = der_equal(&algorithm.body, key_rsa, sizeof(key_rsa));
	x509_sha1(bits.body.data + 1, bits.body.len - 1, key->id);
	return 0;
}

static void
put_tbs(struct der_out *o, const struct x509_ca *ca,
    const struct x509_template *t, const struct subject_key *key)
{
	size_t tbs = der_open(o, DER_SEQUENCE);

	der_raw(o, version_3, sizeof(version_3));
	put_serial(o, t->serial);
	der_raw(o, ca->algorithm.data, ca->algorithm.len);
	der_raw(o, ca->name.data, ca->name.len);
	put_validity(o, t);
	put_subject(o, t->common_name);
	der_raw(o, key->spki.data, key->spki.len);
	put_extensions(o, ca, key);
	der_close(o, tbs);
}

/* Signs what was written since a mark. */
static int
put_signature(
    struct der_out *o, struct arena *a, const struct x509_ca *ca, size_t since)
{
	unsigned char hash[X509_SHA256_LEN], *signature;
	size_t bits, len = ca->signature_max;

	if (o->failed || (signature = arena_alloc(a, len)) == NULL)
		return -1;
	x509_sha256(o->data + since, o->len - since, hash);
	if (EVP_PKEY_sign(ca->signer, signature, &len, hash, sizeof(hash)) != 1)
		return -1;
	der_raw(o, ca->algorithm.data, ca->algorithm.len);
	bits = der_open(o, DER_BITS);
	der_raw(o, "\0", 1);
	der_raw(o, signature, len);
	der_close(o, bits);
	return 0;
}

int
x509_issue(struct arena *a, const struct x509_ca *ca,
    const struct x509_template *t, const struct blob *spki, struct blob *der,
    char why[X509_WHY_LEN])
{
	struct der_out o = { 0 };
	struct subject_key key;
	size_t cert;

	if (template_check(ca, t, why) != 0)
		return -1;
	if (key_look(spki, &key) != 0)
		return x509_no(why, "not a public key");
	o.size =
	    512 + spki->len + ca->name.len + ca->key_id.len + ca->signature_max;
	o.data = arena_alloc(a, o.size);
	cert = der_open(&o, DER_SEQUENCE);
	put_tbs(&o, ca, t, &key);
	if (put_signature(&o, a, ca, cert) != 0)
		return x509_no(why, "the certificate could not be signed");
	der_close(&o, cert);
	if (o.failed)
		return x509_no(why, "no room for the certificate");
	der->data = o.data;
	der->len = o.len;
	return 0;
}
