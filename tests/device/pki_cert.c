/* SPDX-License-Identifier: ISC */
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "pki.h"

#define HOUR 3600
/* A random serial of 64 bits has fewer than these once in 2^24. */
#define SERIAL_BITS 40

X509 *
cert_read(const void *data, size_t n)
{
	const unsigned char *p = data;
	X509 *x = d2i_X509(NULL, &p, (long)n);

	if (x != NULL && p != (const unsigned char *)data + n) {
		X509_free(x);
		return NULL;
	}
	return x;
}

X509 *
cert_load(const char *path)
{
	FILE *f = fopen(path, "r");
	X509 *x;

	if (f == NULL)
		return NULL;
	x = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	return x;
}

char *
cert_thumbprint(const X509 *x)
{
	unsigned char digest[SHA_DIGEST_LENGTH];
	struct buf hex = { 0 };

	if (X509_digest(x, EVP_sha1(), digest, NULL) != 1)
		die("no SHA-1");
	hex_write(&hex, digest, sizeof(digest));
	return hex.data;
}

char *
cert_subject(const X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text, *copy;
	long n;

	if (bio == NULL)
		die("no memory");
	X509_NAME_print_ex(bio, X509_get_subject_name(x), 0, XN_FLAG_RFC2253);
	n = BIO_get_mem_data(bio, &text);
	copy = xstrndup(text, (size_t)n);
	BIO_free(bio);
	return copy;
}

size_t
certs_load_behind(const char *path, X509 **certs, size_t max)
{
	FILE *f = fopen(path, "r");
	X509 *x = f == NULL ? NULL : PEM_read_X509(f, NULL, NULL, NULL);
	size_t n = 0;

	X509_free(x);
	while (f != NULL && x != NULL && n < max &&
	       (x = PEM_read_X509(f, NULL, NULL, NULL)) != NULL)
		certs[n++] = x;
	if (f != NULL)
		fclose(f);
	ERR_clear_error();
	return n;
}

int
certs_save(const char *path, X509 *const *certs, size_t n)
{
	FILE *f = fopen(path, "w");
	int ok = f != NULL;
	size_t i;

	for (i = 0; ok && i < n; i++)
		ok = PEM_write_X509(f, certs[i]);
	if (f != NULL && fclose(f) != 0)
		ok = 0;
	return ok ? 0 : -1;
}

void
chain_free(struct pki_chain *c)
{
	size_t i;

	X509_free(c->leaf);
	X509_free(c->root);
	for (i = 0; i < c->nintermediates; i++)
		X509_free(c->intermediates[i]);
	memset(c, 0, sizeof(*c));
}

static long
seconds_from_now(const ASN1_TIME *t)
{
	int days, seconds;

	if (ASN1_TIME_diff(&days, &seconds, NULL, t) != 1)
		return 0;
	return (long)days * 24 * HOUR + seconds;
}

static void
dates_judge(struct report *r, const X509 *x, long validity)
{
	long begin = seconds_from_now(X509_get0_notBefore(x));
	long end = seconds_from_now(X509_get0_notAfter(x));

	if (begin > 5)
		report_fail(r, "not-before",
		    "the certificate begins in %ld s, not now", begin);
	if (begin < -HOUR)
		report_fail(r, "not-before",
		    "the certificate is back-dated by %ld s", -begin);
	if (validity > 0 && labs(end - validity) > HOUR)
		report_fail(r, "not-after",
		    "the certificate ends in %ld s, the policy promised %ld",
		    end, validity);
}

static void
serial_judge(struct report *r, const X509 *x)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	BIGNUM *n = ASN1_INTEGER_to_BN(serial, NULL);

	if (n == NULL || BN_is_negative(n) || BN_num_bytes(n) > 20)
		report_fail(r, "serial",
		    "the serial is negative or longer than 20 octets");
	else if (BN_num_bits(n) < SERIAL_BITS)
		report_fail(r, "serial",
		    "the serial has %d bits, too few for a random one",
		    BN_num_bits(n));
	BN_free(n);
}

static void
usage_judge(struct report *r, X509 *x)
{
	uint32_t key = X509_get_key_usage(x);
	uint32_t extended = X509_get_extended_key_usage(x);

	/* X509_check_ca() says no when the key usage does not fit */
	if (X509_get_extension_flags(x) & EXFLAG_CA)
		report_fail(r, "usage", "the certificate is one of a CA");
	if (key == UINT32_MAX || !(key & KU_DIGITAL_SIGNATURE))
		report_fail(r, "usage", "key usage lacks digitalSignature");
	if (key != UINT32_MAX && (key & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)))
		report_fail(
		    r, "usage", "key usage allows to sign certificates");
	if (extended != XKU_SSL_CLIENT)
		report_fail(
		    r, "usage", "extended key usage is not clientAuth alone");
}

/* Nothing of the request but its key may come back. */
static void
copies_judge(struct report *r, const X509 *x)
{
	const X509_NAME *name = X509_get_subject_name(x);
	ASN1_OBJECT *device = OBJ_txt2obj("1.3.6.1.4.1.311.66.1.0", 1);
	int i;

	for (i = 0; i < X509_NAME_entry_count(name); i++) {
		const ASN1_STRING *s =
		    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i));
		size_t n = (size_t)ASN1_STRING_length(s);

		if (memchr(ASN1_STRING_get0_data(s), '\0', n) != NULL ||
		    memchr(ASN1_STRING_get0_data(s), '!', n) != NULL)
			report_fail(
			    r, "subject", "the request's subject was copied");
	}
	if (X509_NAME_entry_count(name) == 0)
		report_fail(r, "subject", "the subject is empty");
	if (X509_get_ext_by_OBJ(x, device, -1) != -1)
		report_fail(
		    r, "extensions", "the request's extension was copied");
	if (X509_get_ext_by_NID(x, NID_subject_alt_name, -1) != -1)
		report_fail(r, "extensions", "there is a subjectAltName");
	ASN1_OBJECT_free(device);
}

static void
algorithm_judge(struct report *r, const X509 *x)
{
	int digest = NID_undef;

	if (OBJ_find_sigid_algs(X509_get_signature_nid(x), &digest, NULL) != 1)
		digest = NID_undef;
	if (digest == NID_sha1 || digest == NID_md5)
		report_fail(
		    r, "signature", "it is signed with %s", OBJ_nid2sn(digest));
	if (X509_get_version(x) != X509_VERSION_3)
		report_fail(r, "version", "it is no X.509 v3 certificate");
}

static int
chain_verify(const struct pki_chain *c, X509_STORE *store,
    STACK_OF(X509) * others, X509_STORE_CTX *ctx)
{
	size_t i;

	for (i = 0; i < c->nintermediates; i++)
		sk_X509_push(others, c->intermediates[i]);
	if (X509_STORE_add_cert(store, c->root) != 1 ||
	    X509_STORE_CTX_init(ctx, store, c->leaf, others) != 1)
		return X509_V_ERR_UNSPECIFIED;
	X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_CLIENT);
	X509_verify_cert(ctx);
	return X509_STORE_CTX_get_error(ctx);
}

static void
trust_judge(struct report *r, const struct pki_chain *c)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	int error;

	if (store == NULL || ctx == NULL || others == NULL)
		die("no memory");
	error = chain_verify(c, store, others, ctx);
	if (error != X509_V_OK)
		report_fail(r, "chain",
		    "the certificate does not lead to the root: %s",
		    X509_verify_cert_error_string(error));
	if (X509_NAME_cmp(X509_get_subject_name(c->root),
		X509_get_issuer_name(c->root)) != 0)
		report_fail(r, "root", "the root is not self-signed");
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_free(others);
}

void
chain_judge(struct report *r, const struct pki_chain *c, EVP_PKEY *key,
    long validity_seconds)
{
	EVP_PKEY *theirs = X509_get0_pubkey(c->leaf);

	if (theirs == NULL || EVP_PKEY_eq(theirs, key) != 1)
		report_fail(r, "key",
		    "the certificate has another key than the request");
	dates_judge(r, c->leaf, validity_seconds);
	serial_judge(r, c->leaf);
	usage_judge(r, c->leaf);
	copies_judge(r, c->leaf);
	algorithm_judge(r, c->leaf);
	trust_judge(r, c);
}
