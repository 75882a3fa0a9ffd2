/* SPDX-License-Identifier: ISC */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "base64.h"
#include "check.h"
#include "cms_local.h"
#include "x509_local.h"

/* As a request for a certificate has to have them. */
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 4096
#define RSA_EXPONENT_MIN 65537
#define RSA_EXPONENT_LEN 8
#define DIGEST_LEN_MAX 64

#define OID_SHA1 "\x2b\x0e\x03\x02\x1a"
#define OID_SHA256 "\x60\x86\x48\x01\x65\x03\x04\x02\x01"
#define OID_SHA384 "\x60\x86\x48\x01\x65\x03\x04\x02\x02"
#define OID_SHA512 "\x60\x86\x48\x01\x65\x03\x04\x02\x03"
#define OID_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define OID_OIW_SHA1_RSA "\x2b\x0e\x03\x02\x1d"
#define OID_SHA1_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"
#define OID_SHA256_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
#define OID_SHA384_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"
#define OID_SHA512_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"
#define OID_EC "\x2a\x86\x48\xce\x3d\x02\x01"
#define OID_SHA1_EC "\x2a\x86\x48\xce\x3d\x04\x01"
#define OID_SHA256_EC "\x2a\x86\x48\xce\x3d\x04\x03\x02"
#define OID_SHA384_EC "\x2a\x86\x48\xce\x3d\x04\x03\x03"
#define OID_SHA512_EC "\x2a\x86\x48\xce\x3d\x04\x03\x04"
#define OID_P256 "\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define OID_P384 "\x2b\x81\x04\x00\x22"
#define OID_P521 "\x2b\x81\x04\x00\x23"
#define OID(oid) oid, sizeof(oid) - 1

/* A key's own OID as the signature's algorithm: the digest's is meant. */
#define ANY_MD (-1)

/* clang-format off */
static const struct {
	const char *oid;
	size_t len;
	enum x509_md md;
} digests[] = {
	{ OID(OID_SHA1),   X509_MD_SHA1 },
	{ OID(OID_SHA256), X509_MD_SHA256 },
	{ OID(OID_SHA384), X509_MD_SHA384 },
	{ OID(OID_SHA512), X509_MD_SHA512 },
};

static const struct {
	const char *oid;
	size_t len;
	const char *key_type;
	int md;
} algorithms[] = {
	{ OID(OID_RSA),          "RSA", ANY_MD },
	{ OID(OID_OIW_SHA1_RSA), "RSA", X509_MD_SHA1 },
	{ OID(OID_SHA1_RSA),     "RSA", X509_MD_SHA1 },
	{ OID(OID_SHA256_RSA),   "RSA", X509_MD_SHA256 },
	{ OID(OID_SHA384_RSA),   "RSA", X509_MD_SHA384 },
	{ OID(OID_SHA512_RSA),   "RSA", X509_MD_SHA512 },
	{ OID(OID_EC),           "EC",  ANY_MD },
	{ OID(OID_SHA1_EC),      "EC",  X509_MD_SHA1 },
	{ OID(OID_SHA256_EC),    "EC",  X509_MD_SHA256 },
	{ OID(OID_SHA384_EC),    "EC",  X509_MD_SHA384 },
	{ OID(OID_SHA512_EC),    "EC",  X509_MD_SHA512 },
};

static const struct {
	const char *oid;
	size_t len;
	const char *name;
	size_t bytes;
} curves[] = {
	{ OID(OID_P256), "P-256", 32 },
	{ OID(OID_P384), "P-384", 48 },
	{ OID(OID_P521), "P-521", 66 },
};
/* clang-format on */

/* Parameters are absent or NULL. */
static int
no_params(const struct der *d)
{
	return d->len == 0 || der_equal(d, "\x05", 2);
}

static int
digest_find(
    const struct cms_parts *p, enum cms_kind kind, enum x509_md *md, char *why)
{
	struct der in = p->digest_algorithm, oid;

	if (cms_take(&in, DER_OID, &oid) != 0 || !no_params(&in))
		return x509_no(why, "signer: digest algorithm's parameters");
	for (size_t i = 0; i < COUNT(digests); i++)
		if (der_equal(&oid, digests[i].oid, digests[i].len) &&
		    (digests[i].md != X509_MD_SHA1 || kind == CMS_ENCLOSED)) {
			*md = digests[i].md;
			return 0;
		}
	return x509_no(why, "signer: digest is not of SHA-2");
}

static int
algorithm_check(
    const struct cms_parts *p, const char *key_type, enum x509_md md, char *why)
{
	struct der in = p->signature_algorithm, oid;

	/* ECDSA knows none, but who names the key's algorithm may have some. */
	if (cms_take(&in, DER_OID, &oid) != 0 ||
	    (*key_type == 'R' && !no_params(&in)))
		return x509_no(why, "signer: signature's parameters");
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		if (!der_equal(&oid, algorithms[i].oid, algorithms[i].len) ||
		    strcmp(algorithms[i].key_type, key_type) != 0)
			continue;
		if (algorithms[i].md != ANY_MD && algorithms[i].md != (int)md)
			return x509_no(why, "signer: two different digests");
		return 0;
	}
	return x509_no(
	    why, "signer: signature's algorithm not known for %s", key_type);
}

static int
body_check(
    const struct cms_parts *p, struct der body, enum x509_md md, char *why)
{
	const struct der_item *want = &p->values[CMS_MESSAGE_DIGEST];
	unsigned char digest[DIGEST_LEN_MAX];
	unsigned len;

	CHECK(EVP_Digest(
		  body.data, body.len, digest, &len, x509_md(md), NULL) == 1);
	if (!der_equal(&want->body, digest, len))
		return x509_no(why, "the signature is not over this body");
	return 0;
}

/* A number above zero, without the zero that makes it so. */
static int
take_positive(struct der *in, struct der *n)
{
	if (cms_take(in, DER_INTEGER, n) != 0 || n->data[0] >= 0x80)
		return -1;
	if (n->data[0] == 0) {
		n->data++;
		n->len--;
	}
	return n->len > 0 ? 0 : -1;
}

/* Decoding the whole SPKI with OpenSSL 3.0 takes ten times as long. */
static EVP_PKEY *
key_make(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (c == NULL || EVP_PKEY_fromdata_init(c) != 1 ||
	    EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(c);
	return key;
}

/* In the order of bytes of this machine; 0 if it is none of RSA's. */
static int
number_native(const struct der *n, unsigned char *out)
{
	BIGNUM *bn = BN_bin2bn(n->data, (int)n->len, NULL);
	int bits;

	CHECK(bn != NULL);
	CHECK(BN_bn2nativepad(bn, out, (int)n->len) == (int)n->len);
	bits = BN_is_odd(bn) ? BN_num_bits(bn) : 0;
	if (n->len <= RSA_EXPONENT_LEN && BN_get_word(bn) < RSA_EXPONENT_MIN)
		bits = 0;
	BN_free(bn);
	return bits;
}

static EVP_PKEY *
rsa_make(struct der parameters, struct der in, char *why)
{
	unsigned char modulus[RSA_BITS_MAX / 8], exponent[RSA_EXPONENT_LEN];
	struct der key, n, e;
	OSSL_PARAM params[3];
	int bits;

	if (!no_params(&parameters)) {
		x509_no(why, "signer's RSA key: parameters");
		return NULL;
	}
	if (!der_strict(in.data, in.len) ||
	    cms_take_last(&in, DER_SEQUENCE, &key) != 0 ||
	    take_positive(&key, &n) != 0 || take_positive(&key, &e) != 0 ||
	    key.len > 0) {
		x509_no(why, "signer's RSA key: not modulus and exponent");
		return NULL;
	}
	bits = n.len <= sizeof(modulus) ? number_native(&n, modulus) : 0;
	if (bits < RSA_BITS_MIN) {
		x509_no(why, "signer's RSA key: modulus not of 2048 to 4096 "
			     "bits");
		return NULL;
	}
	if (e.len > sizeof(exponent) || number_native(&e, exponent) == 0) {
		x509_no(why, "signer's RSA key: exponent");
		return NULL;
	}
	params[0] =
	    OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, n.len);
	params[1] =
	    OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, e.len);
	params[2] = OSSL_PARAM_construct_end();
	return key_make("RSA", params);
}

/* A point of a named curve, in full; that it is on it OpenSSL finds out. */
static EVP_PKEY *
ec_make(struct der curve, struct der point, char *why)
{
	char group[8], bytes[2 * 66 + 1];
	OSSL_PARAM params[3];
	struct der oid;
	size_t i;

	if (cms_take_last(&curve, DER_OID, &oid) != 0)
		oid = (struct der){ 0 };
	for (i = 0; i < COUNT(curves); i++)
		if (der_equal(&oid, curves[i].oid, curves[i].len))
			break;
	if (i == COUNT(curves)) {
		x509_no(why, "signer's EC key: curve not known");
		return NULL;
	}
	if (point.len != 2 * curves[i].bytes + 1 || point.data[0] != 4) {
		x509_no(why, "signer's EC key: not an uncompressed point");
		return NULL;
	}
	memcpy(group, curves[i].name, strlen(curves[i].name) + 1);
	memcpy(bytes, point.data, point.len);
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	params[1] = OSSL_PARAM_construct_octet_string(
	    OSSL_PKEY_PARAM_PUB_KEY, bytes, point.len);
	params[2] = OSSL_PARAM_construct_end();
	return key_make("EC", params);
}

/* The key of a certificate; its type is a name of OpenSSL's. */
static EVP_PKEY *
key_of(const struct cms_certificate *c, const char **type, char *why)
{
	struct der in = c->spki, algorithm, oid, bits;

	snprintf(why, X509_WHY_LEN, "signer's key: not sound");
	if (cms_take(&in, DER_SEQUENCE, &algorithm) != 0 ||
	    cms_take_last(&in, DER_BITS, &bits) != 0 || bits.data[0] != 0 ||
	    cms_take(&algorithm, DER_OID, &oid) != 0)
		return NULL;
	bits.data++;
	bits.len--;
	if (der_equal(&oid, OID(OID_RSA))) {
		*type = "RSA";
		return rsa_make(algorithm, bits, why);
	}
	if (der_equal(&oid, OID(OID_EC))) {
		*type = "EC";
		return ec_make(algorithm, bits, why);
	}
	x509_no(why, "signer's key: neither RSA nor EC");
	return NULL;
}

/*
 * Over the attributes as they were sent, but as a SET; without any over the
 * body itself.  [RFC5652] 5.4
 */
static int
signature_check(const struct cms_parts *p, EVP_PKEY *key, struct der body,
    enum x509_md md, char *why)
{
	const unsigned char set = DER_SET;
	struct der rest = body;
	EVP_MD_CTX *c;
	size_t nset = 0;
	int ok;

	if (p->attributes.data != NULL) {
		rest.data = p->attributes.data + 1;
		rest.len = p->attributes.len - 1;
		nset = 1;
	}
	ok = (c = EVP_MD_CTX_new()) != NULL &&
	     EVP_DigestVerifyInit(c, NULL, x509_md(md), NULL, key) == 1 &&
	     EVP_DigestVerifyUpdate(c, &set, nset) == 1 &&
	     EVP_DigestVerifyUpdate(c, rest.data, rest.len) == 1 &&
	     EVP_DigestVerifyFinal(c, p->signature.data, p->signature.len) == 1;
	EVP_MD_CTX_free(c);
	return ok ? 0 : x509_no(why, "the signature is not of its signer");
}

/* All that is cheap comes first. */
static int
verify(const struct cms_parts *p, const struct cms_certificate *c,
    enum cms_kind kind, struct der body, char *why)
{
	enum x509_md md = X509_MD_SHA256;
	const char *type = NULL;
	EVP_PKEY *key;
	int rc = -1;

	if (digest_find(p, kind, &md, why) != 0)
		return -1;
	key = key_of(c, &type, why);
	if (key != NULL && algorithm_check(p, type, md, why) == 0 &&
	    (p->attributes.data == NULL || body_check(p, body, md, why) == 0))
		rc = signature_check(p, key, body, md, why);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return rc;
}

int
cms_verify_detached(struct arena *a, const char *text, const void *body,
    size_t body_len, struct cms_signer *signer, char why[X509_WHY_LEN])
{
	size_t len = strnlen(text, CMS_TEXT_MAX + 1);
	struct cms_certificate c;
	struct cms_parts p;
	struct der der;

	if (len == 0)
		return x509_no(why, "no signature");
	if (len > CMS_TEXT_MAX)
		return x509_no(why, "signature of more than 32 KiB");
	der.data = base64_decode(a, text, len, &der.len);
	if (arena_failed(a))
		return x509_no(why, "no room for the signature");
	if (der.data == NULL)
		return x509_no(why, "signature: bad base64");
	if (cms_split(&p, der, CMS_BESIDE, why) != 0 ||
	    cms_find_signer(&p, &c, why) != 0)
		return -1;
	if (p.content.data != NULL)
		return x509_no(why, "signature: with content of its own");
	if (verify(&p, &c, CMS_BESIDE, (struct der){ body, body_len }, why) !=
	    0)
		return -1;
	signer->cert = (struct blob){ c.whole.data, c.whole.len };
	signer->signed_at = p.signed_at;
	return 0;
}

int
cms_verify_enclosed(struct arena *a, const struct blob *der,
    struct cms_signer *signer, struct blob *content, char why[X509_WHY_LEN])
{
	const struct der in = { der->data, der->len };
	struct cms_certificate c;
	struct cms_parts p;

	if (cms_split(&p, in, CMS_ENCLOSED, why) != 0)
		return -1;
	if (p.content.data == NULL)
		return x509_no(why, "signature: no content in it");
	if (cms_find_signer(&p, &c, why) != 0 ||
	    verify(&p, &c, CMS_ENCLOSED, p.content, why) != 0)
		return -1;
	signer->cert.data = arena_dup(a, c.whole.data, c.whole.len);
	signer->cert.len = c.whole.len;
	signer->signed_at = p.signed_at;
	content->data = arena_dup(a, p.content.data, p.content.len);
	content->len = p.content.len;
	if (signer->cert.data == NULL || content->data == NULL)
		return x509_no(why, "no room for the signature");
	return 0;
}
