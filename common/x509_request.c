/* SPDX-License-Identifier: ISC */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string.h>

#include "arena.h"
#include "check.h"
#include "der.h"
#include "x509.h"
#include "x509_local.h"

#define REQUEST_MAX ((size_t)16 * 1024)
/* Whatever a template says: below is weak, above costs too much. */
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 4096
#define RSA_EXPONENT_MIN 65537
#define RSA_EXPONENT_LEN 8
#define SMALL_FACTOR 752 /* [SP800-56B] 6.4.2.2 looks no further */

#define OID_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define OID_EC "\x2a\x86\x48\xce\x3d\x02\x01"
#define OID_P256 "\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define OID_P384 "\x2b\x81\x04\x00\x22"
#define OID_OIW_SHA1_RSA "\x2b\x0e\x03\x02\x1d" /* Windows 10 */
#define OID_SHA1_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"
#define OID_SHA256_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
#define OID_SHA384_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"
#define OID_SHA512_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"
#define OID_SHA256_EC "\x2a\x86\x48\xce\x3d\x04\x03\x02"
#define OID_SHA384_EC "\x2a\x86\x48\xce\x3d\x04\x03\x03"
#define OID_SHA512_EC "\x2a\x86\x48\xce\x3d\x04\x03\x04"
#define OID(oid) oid, sizeof(oid) - 1

/* The parts of a request that are looked at.  [RFC2986] 4 */
struct parts {
	struct der info;      /* what is signed */
	struct der spki;      /* whole */
	struct der algorithm; /* contents, as of the following */
	struct der key_oid;
	struct der key_params;
	struct der key;
	struct der signature;
};

/* A SHA-1 signature only proves that the sender has the key. */
/* clang-format off */
static const struct {
	const char *oid;
	size_t len;
	const char *key_type;
	enum x509_md md;
} algorithms[] = {
	{ OID(OID_OIW_SHA1_RSA), "RSA", X509_MD_SHA1 },
	{ OID(OID_SHA1_RSA),     "RSA", X509_MD_SHA1 },
	{ OID(OID_SHA256_RSA),   "RSA", X509_MD_SHA256 },
	{ OID(OID_SHA384_RSA),   "RSA", X509_MD_SHA384 },
	{ OID(OID_SHA512_RSA),   "RSA", X509_MD_SHA512 },
	{ OID(OID_SHA256_EC),    "EC",  X509_MD_SHA256 },
	{ OID(OID_SHA384_EC),    "EC",  X509_MD_SHA384 },
	{ OID(OID_SHA512_EC),    "EC",  X509_MD_SHA512 },
};

static const struct {
	const char *oid;
	size_t len;
	int bits;
} curves[] = {
	{ OID(OID_P256), 256 },
	{ OID(OID_P384), 384 },
};
/* clang-format on */

/* A BIT STRING of whole bytes. */
static int
take_bits(struct der *in, struct der *bits)
{
	struct der_item item;

	if (der_take(in, DER_BITS, &item) != 0 || item.body.data[0] != 0)
		return -1;
	bits->data = item.body.data + 1;
	bits->len = item.body.len - 1;
	return 0;
}

static int
split_key(struct parts *p, char *why)
{
	struct der_item spki, alg, oid;
	struct der in = p->spki;

	if (der_take(&in, DER_SEQUENCE, &spki) != 0 ||
	    der_take(&spki.body, DER_SEQUENCE, &alg) != 0 ||
	    take_bits(&spki.body, &p->key) != 0 || spki.body.len > 0 ||
	    der_take(&alg.body, DER_OID, &oid) != 0)
		return x509_no(why, "not a public key");
	p->key_oid = oid.body;
	p->key_params = alg.body;
	return 0;
}

/* version, subject, key, and perhaps attributes: [0] */
static int
split_info(struct parts *p, struct der in, char *why)
{
	struct der_item item;

	if (der_take(&in, DER_INTEGER, &item) != 0)
		return x509_no(why, "not PKCS#10: no version");
	if (!der_equal(&item.body, "\0", 1))
		return x509_no(why, "not PKCS#10 version 1");
	if (der_take(&in, DER_SEQUENCE, &item) != 0)
		return x509_no(why, "not PKCS#10: no subject");
	if (der_take(&in, DER_SEQUENCE, &item) != 0)
		return x509_no(why, "not PKCS#10: no public key");
	p->spki = item.whole;
	if (in.len > 0 && der_take(&in, DER_CONTEXT_0, &item) != 0)
		return x509_no(why, "not PKCS#10: what follows the key");
	if (in.len > 0)
		return x509_no(why, "not PKCS#10: what follows attributes");
	return split_key(p, why);
}

static int
split(struct parts *p, const struct blob *der, char *why)
{
	struct der in = { der->data, der->len };
	struct der_item request, info, alg;

	if (!der_strict(der->data, der->len))
		return x509_no(why, "not DER");
	if (der_take(&in, DER_SEQUENCE, &request) != 0)
		return x509_no(why, "not PKCS#10");
	in = request.body;
	if (der_take(&in, DER_SEQUENCE, &info) != 0 ||
	    der_take(&in, DER_SEQUENCE, &alg) != 0 ||
	    take_bits(&in, &p->signature) != 0 || in.len > 0)
		return x509_no(why, "not PKCS#10");
	p->info = info.whole;
	p->algorithm = alg.body;
	return split_info(p, info.body, why);
}

/*
 * CVE-2017-15361: primes made as k * M + 65537 ^ a mod M, M a product of small
 * primes.  Then the modulus is a power of 65537 modulo each of them too.
 */
static int
is_roca(const BIGNUM *n)
{
	static const unsigned char primes[] = { 3, 5, 7, 11, 13, 17, 19, 23, 29,
		31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
		103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163,
		167 };
	BN_ULONG rest, power;

	for (size_t i = 0; i < COUNT(primes); i++) {
		rest = BN_mod_word(n, primes[i]);
		power = 1;
		while (power != rest) {
			power = power * 65537 % primes[i];
			if (power == 1)
				return 0;
		}
	}
	return 1;
}

static int
modulus_check(const struct der *n, char *why)
{
	BIGNUM *bn;
	int roca;

	if ((n->data[n->len - 1] & 1) == 0)
		return x509_no(why, "RSA key: even modulus");
	if ((bn = BN_bin2bn(n->data, (int)n->len, NULL)) == NULL)
		return x509_no(why, "RSA key: no memory");
	roca = is_roca(bn);
	BN_free(bn);
	return roca ? x509_no(why, "RSA key: made by ROCA") : 0;
}

static int
exponent_check(const struct der *e, char *why)
{
	uint64_t v = 0;

	if (e->len > RSA_EXPONENT_LEN)
		return x509_no(why, "RSA key: exponent too large");
	for (size_t i = 0; i < e->len; i++)
		v = v << 8 | e->data[i];
	if (v < RSA_EXPONENT_MIN)
		return x509_no(why, "RSA key: exponent below 65537");
	if (v % 2 == 0)
		return x509_no(why, "RSA key: even exponent");
	return 0;
}

/* A number above zero, without the zero that makes it so. */
static int
take_positive(struct der *in, struct der *number)
{
	struct der_item item;

	if (der_take(in, DER_INTEGER, &item) != 0)
		return -1;
	*number = item.body;
	if (number->data[0] >= 0x80 || der_equal(number, "\0", 1))
		return -1;
	if (number->data[0] == 0) {
		number->data++;
		number->len--;
	}
	return 0;
}

static int
bit_length(const struct der *n)
{
	int bits = (int)n->len * 8;

	for (unsigned top = n->data[0]; top < 0x80; top <<= 1)
		bits--;
	return bits;
}

static int
rsa_check(const struct parts *p, const struct x509_key_rule *rule, int *bits,
    char *why)
{
	int min = rule->rsa_bits_min, max = rule->rsa_bits_max;
	struct der in = p->key, n, e;
	struct der_item key;

	if (!rule->allow_rsa)
		return x509_no(why, "RSA keys are not wanted");
	if (!der_equal(&p->key_params, "\x05", 2))
		return x509_no(why, "RSA key: parameters");
	if (!der_strict(in.data, in.len) ||
	    der_take(&in, DER_SEQUENCE, &key) != 0 ||
	    take_positive(&key.body, &n) != 0 ||
	    take_positive(&key.body, &e) != 0 || key.body.len > 0)
		return x509_no(why, "RSA key: not a modulus and an exponent");
	if (min < RSA_BITS_MIN)
		min = RSA_BITS_MIN;
	if (max > RSA_BITS_MAX)
		max = RSA_BITS_MAX;
	*bits = bit_length(&n);
	if (*bits < min || *bits > max)
		return x509_no(
		    why, "RSA key: %d bits, not %d to %d", *bits, min, max);
	if (exponent_check(&e, why) != 0)
		return -1;
	return modulus_check(&n, why);
}

static int
ec_check(const struct parts *p, const struct x509_key_rule *rule, int *bits,
    char *why)
{
	struct der params = p->key_params;
	struct der_item curve;

	if (!rule->allow_ec)
		return x509_no(why, "EC keys are not wanted");
	if (der_take(&params, DER_OID, &curve) != 0 || params.len > 0)
		return x509_no(why, "EC key: not a named curve");
	*bits = 0;
	for (size_t i = 0; i < COUNT(curves); i++)
		if (der_equal(&curve.body, curves[i].oid, curves[i].len))
			*bits = curves[i].bits;
	if (*bits == 0)
		return x509_no(why, "EC key: neither P-256 nor P-384");
	if (p->key.len != 1 + (size_t)*bits / 4 || p->key.data[0] != 4)
		return x509_no(why, "EC key: not an uncompressed point");
	return 0;
}

static int
signature_check(
    const struct parts *p, EVP_PKEY *key, enum x509_md md, char *why)
{
	EVP_MD_CTX *c;
	int ok;

	ok = (c = EVP_MD_CTX_new()) != NULL &&
	     EVP_DigestVerifyInit(c, NULL, x509_md(md), NULL, key) == 1 &&
	     EVP_DigestVerify(c, p->signature.data, p->signature.len,
		 p->info.data, p->info.len) == 1;
	EVP_MD_CTX_free(c);
	return ok ? 0 : x509_no(why, "the signature is not of this key");
}

/*
 * Whether a modulus is not a prime, nor a power of one: for a prime factor p of
 * such a number 2 ^ n is 2 modulo p, which it is not for others but by a chance
 * of nothing.  EVP_PKEY_public_check() asks the same, but somebody who sends a
 * prime keeps it busy for ten times as long.
 */
static int
is_composite(const BIGNUM *n)
{
	BN_CTX *c = BN_CTX_new();
	BIGNUM *two = BN_new(), *r = BN_new();
	int ok;

	ok = c != NULL && two != NULL && r != NULL && BN_set_word(two, 2) &&
	     BN_mod_exp(r, two, n, n, c) == 1 && BN_sub(r, r, two) == 1 &&
	     BN_gcd(r, r, n, c) == 1 && BN_is_one(r);
	BN_free(two);
	BN_free(r);
	BN_CTX_free(c);
	return ok;
}

/* Made by multiplying two large primes, as far as can be seen. */
static int
is_sound(const BIGNUM *n)
{
	for (BN_ULONG d = 3; d < SMALL_FACTOR; d += 2)
		if (BN_mod_word(n, d) == 0)
			return 0;
	return is_composite(n);
}

/* What takes more time than all the rest: last. */
static int
public_check(EVP_PKEY *key, char *why)
{
	EVP_PKEY_CTX *c = NULL;
	BIGNUM *n = NULL;
	int ok;

	if (EVP_PKEY_is_a(key, "RSA")) {
		ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) ==
			 1 &&
		     is_sound(n);
		BN_free(n);
	} else {
		c = EVP_PKEY_CTX_new(key, NULL);
		ok = c != NULL && EVP_PKEY_public_check(c) == 1;
		EVP_PKEY_CTX_free(c);
	}
	return ok ? 0 : x509_no(why, "the public key is not sound");
}

static int
algorithm_find(
    const struct parts *p, const char *key_type, enum x509_md *md, char *why)
{
	struct der in = p->algorithm;
	struct der_item oid;
	int null;

	if (der_take(&in, DER_OID, &oid) != 0)
		return x509_no(why, "not PKCS#10: no signature algorithm");
	null = der_equal(&in, "\x05", 2);
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		if (!der_equal(&oid.body, algorithms[i].oid, algorithms[i].len))
			continue;
		if (strcmp(algorithms[i].key_type, key_type) != 0)
			break;
		if (in.len > 0 && !(null && *key_type == 'R'))
			return x509_no(why, "signature algorithm: parameters");
		*md = algorithms[i].md;
		return 0;
	}
	return x509_no(why, "signature algorithm not known for %s", key_type);
}

static int
type_check(const struct parts *p, const struct x509_key_rule *rule,
    const char **key_type, int *bits, char *why)
{
	if (der_equal(&p->key_oid, OID(OID_RSA))) {
		*key_type = "RSA";
		return rsa_check(p, rule, bits, why);
	}
	if (der_equal(&p->key_oid, OID(OID_EC))) {
		*key_type = "EC";
		return ec_check(p, rule, bits, why);
	}
	return x509_no(why, "the key is neither RSA nor EC");
}

/* All that is cheap comes first. */
static int
parts_check(const struct parts *p, const struct x509_key_rule *rule,
    struct x509_request *r, char *why)
{
	const unsigned char *at = p->spki.data;
	enum x509_md md = X509_MD_SHA256;
	EVP_PKEY *key;
	int rc;

	if (type_check(p, rule, &r->key_type, &r->bits, why) != 0 ||
	    algorithm_find(p, r->key_type, &md, why) != 0)
		return -1;
	if ((key = d2i_PUBKEY(NULL, &at, (long)p->spki.len)) == NULL)
		return x509_no(why, "%s key: not on the curve", r->key_type);
	rc = signature_check(p, key, md, why);
	if (rc == 0)
		rc = public_check(key, why);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return rc;
}

int
x509_request_parse(struct arena *a, const struct blob *der,
    const struct x509_key_rule *rule, struct x509_request *r,
    char why[X509_WHY_LEN])
{
	struct parts p;

	if (der->len > REQUEST_MAX)
		return x509_no(why, "request of more than 16 KiB");
	if (split(&p, der, why) != 0 || parts_check(&p, rule, r, why) != 0)
		return -1;
	r->spki.data = arena_dup(a, p.spki.data, p.spki.len);
	if (r->spki.data == NULL)
		return x509_no(why, "no room for the request");
	r->spki.len = p.spki.len;
	x509_sha256(der->data, der->len, r->sha256);
	x509_sha256(p.spki.data, p.spki.len, r->spki_sha256);
	return 0;
}

int
x509_key_check(const struct blob *spki, const struct x509_key_rule *rule,
    char why[X509_WHY_LEN])
{
	struct parts p = { .spki = { spki->data, spki->len } };
	const unsigned char *at = spki->data;
	const char *key_type;
	EVP_PKEY *key;
	int bits;

	if (spki->len > REQUEST_MAX || !der_strict(spki->data, spki->len))
		return x509_no(why, "not a public key in DER");
	if (split_key(&p, why) != 0 ||
	    type_check(&p, rule, &key_type, &bits, why) != 0)
		return -1;
	if ((key = d2i_PUBKEY(NULL, &at, (long)spki->len)) == NULL)
		return x509_no(why, "%s key: not on the curve", key_type);
	EVP_PKEY_free(key);
	return 0;
}
