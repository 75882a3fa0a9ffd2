/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/err.h>

#include "../../common/arena.h"
#include "../../common/check.h"
#include "make_request.h"

static const struct x509_key_rule both = { 2048, 4096, 1, 1 };

/* Bytes in hexadecimal, with spaces. */
static size_t
unhex(unsigned char *out, const char *hex)
{
	size_t n = 0;
	unsigned byte;

	for (; *hex != '\0'; hex += *hex == ' ' ? 1 : 2)
		if (*hex != ' ' && sscanf(hex, "%2x", &byte) == 1)
			out[n++] = (unsigned char)byte;
	return n;
}

static void
version(struct draft *d, const char *arg)
{
	d->version = (unsigned char)*arg;
}

static void
subject(struct draft *d, const char *hex)
{
	d->subject_len = unhex(d->subject, hex);
}

/* The whole key. */
static void
key(struct draft *d, const char *hex)
{
	d->spki_len = unhex(d->spki, hex);
}

/* What is in an RSA key. */
static void
rsa(struct draft *d, const char *hex)
{
	unsigned char bytes[64];
	size_t len = unhex(bytes, hex);

	put_spki(d, D(RSA_PKCS1 "\x01" NULLS), bytes, len);
}

/* A good modulus with another exponent. */
static void
exponent(struct draft *d, const char *hex)
{
	BIGNUM *n = NULL, *e = NULL;
	EVP_PKEY *good = make_of(R2048);

	EVP_PKEY_get_bn_param(good, OSSL_PKEY_PARAM_RSA_N, &n);
	BN_hex2bn(&e, hex);
	put_rsa(d, n, e);
	BN_free(n);
	BN_free(e);
}

/* A number of so many bits that nobody has a private key for. */
static void
modulus(struct draft *d, const char *bits)
{
	BIGNUM *n = BN_new(), *e = NULL;

	BN_rand(n, (int)strtol(bits, NULL, 10), BN_RAND_TOP_ONE,
	    BN_RAND_BOTTOM_ODD);
	if (strstr(bits, "even"))
		BN_clear_bit(n, 0);
	BN_hex2bn(&e, "10001");
	put_rsa(d, n, e);
	BN_free(n);
	BN_free(e);
}

/* k * M + 65537 ^ a mod M for both primes has this residue for the product. */
static void
roca(struct draft *d, const char *arg)
{
	BIGNUM *m = BN_new(), *n = BN_new(), *k = BN_new(), *e = NULL;
	BN_CTX *c = BN_CTX_new();
	BIGNUM *a = BN_new();

	(void)arg;
	BN_one(m);
	for (BN_ULONG p = 2; p <= 701; p++) {
		int prime = 1;

		for (BN_ULONG q = 2; q * q <= p; q++)
			prime = prime && p % q != 0;
		if (prime)
			BN_mul_word(m, p);
	}
	BN_hex2bn(&e, "10001");
	BN_rand(a, 200, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
	BN_mod_exp(n, e, a, m, c);
	BN_one(k);
	BN_lshift(k, k, 2047);
	BN_div(k, NULL, k, m, c);
	BN_add_word(k, 1);
	BN_mul(k, k, m, c);
	BN_add(n, n, k);
	assert_int_equal(BN_num_bits(n), 2048);
	put_rsa(d, n, e);
	BN_free(m);
	BN_free(n);
	BN_free(k);
	BN_free(e);
	BN_free(a);
	BN_CTX_free(c);
}

/* A prime is no modulus, though its owner can sign with it. */
static void
prime(struct draft *d, const char *bits)
{
	static unsigned char bytes[256];
	BIGNUM *p = BN_new(), *e = NULL;

	BN_generate_prime_ex(
	    p, (int)strtol(bits, NULL, 10), 0, NULL, NULL, NULL);
	BN_bn2binpad(p, bytes, sizeof(bytes));
	d->prime = bytes;
	BN_hex2bn(&e, "10001");
	put_rsa(d, p, e);
	BN_free(p);
	BN_free(e);
}

static void
point(struct draft *d, const char *how)
{
	unsigned char bytes[65];
	size_t len;

	assert_int_equal(
	    EVP_PKEY_get_octet_string_param(make_of(P256),
		OSSL_PKEY_PARAM_PUB_KEY, bytes, sizeof(bytes), &len),
	    1);
	if (*how == '^')
		bytes[64] ^= 1;
	if (*how == 'c') {
		bytes[0] = 2 + (bytes[64] & 1);
		len = 33;
	}
	if (*how == 'h')
		bytes[0] = 6 + (bytes[64] & 1);
	if (*how == '0')
		len = 1, bytes[0] = 0;
	if (*how == 'f')
		memset(bytes + 1, 0xff, 64);
	if (*how == '4')
		put_spki(d, D(PUBLIC_EC IN_P384), bytes, len);
	else
		put_spki(d, D(PUBLIC_EC IN_P256), bytes, len);
}

static void
explicit_curve(struct draft *d, const char *arg)
{
	EVP_PKEY *copy = EVP_PKEY_dup(make_of(P256));
	struct blob spki;

	(void)arg;
	assert_int_equal(EVP_PKEY_set_utf8_string_param(
			     copy, OSSL_PKEY_PARAM_EC_ENCODING, "explicit"),
	    1);
	spki = make_spki(copy);
	assert_true(spki.len > 200);
	memcpy(d->spki, spki.data, spki.len);
	d->spki_len = spki.len;
	make_free(&spki);
	EVP_PKEY_free(copy);
}

/* Done to the finished request. */
static void
byte_behind(struct draft *d)
{
	d->out[d->len++] = 0;
}

static void
signature_flip(struct draft *d)
{
	d->out[d->len - 1] ^= 1;
}

static void
info_flip(struct draft *d)
{
	static const char name[] = "device";

	for (size_t i = 0; i + sizeof(name) < d->len; i++)
		if (memcmp(d->out + i, name, sizeof(name) - 1) == 0) {
			d->out[i] ^= 1;
			return;
		}
	fail();
}

static void
long_length(struct draft *d)
{
	memmove(d->out + 3, d->out + 2, d->len - 2);
	d->out[1] = 0x83;
	d->out[2] = 0;
	d->len++;
}

static void
indefinite(struct draft *d)
{
	d->out[1] = 0x80;
	memmove(d->out + 2, d->out + 4, d->len - 4);
	d->len -= 2;
	memset(d->out + d->len, 0, 2);
	d->len += 2;
}

static void
too_large(struct draft *d)
{
	d->len = 16 * 1024 + 1; /* never looked at */
}

/* clang-format off */
#define RSA256 D(RSA_SHA256)
#define EC256 D(EC_SHA256)
static const struct {
	const char *what;
	enum key signer;
	const EVP_MD *(*md)(void);
	const char *algorithm;
	size_t algorithm_len;
	void (*before)(struct draft *, const char *);
	const char *arg;
	void (*after)(struct draft *);
	const char *why; /* or NULL: good */
} cases[] = {
 /* What is good */
 { "RSA, SHA-256",	R2048, EVP_sha256, RSA256 },
 { "RSA, SHA-384",	R2048, EVP_sha384, D(RSA_PKCS1 "\x0c" NULLS) },
 { "RSA, SHA-512",	R2048, EVP_sha512, D(RSA_PKCS1 "\x0d" NULLS) },
 { "RSA, SHA-1",	R2048, EVP_sha1,   D(RSA_PKCS1 "\x05" NULLS) },
 { "RSA, SHA-1 of OIW",	R2048, EVP_sha1,   D(OIW_SHA1 NULLS) },
 { "RSA, no NULL",	R2048, EVP_sha256, D(RSA_PKCS1 "\x0b") },
 { "RSA 4096",		R4096, EVP_sha256, RSA256 },
 { "P-256, SHA-256",	P256,  EVP_sha256, EC256 },
 { "P-256, SHA-512",	P256,  EVP_sha512, D(EC_SHA2 "\x04") },
 { "P-384, SHA-384",	P384,  EVP_sha384, D(EC_SHA2 "\x03") },
 { "asks for CA",	P256,  EVP_sha256, EC256, ask, "basicConstraints=critical,CA:TRUE,pathlen:3" },
 { "asks for SAN",	P256,  EVP_sha256, EC256, ask, "subjectAltName=DNS:manage.fenestra.test" },
 { "asks for EKU",	P256,  EVP_sha256, EC256, ask, "extendedKeyUsage=serverAuth,codeSigning" },
 { "asks for usage",	P256,  EVP_sha256, EC256, ask, "keyUsage=critical,keyCertSign,cRLSign" },
 { "NUL in name",	P256,  EVP_sha256, EC256, subject, "3112 3010 0603550403 0c09 76696374696d007821" },
 { "BMPString name",	P256,  EVP_sha256, EC256, subject, "310d 300b 0603550403 1e04 00610062" },
 { "T61String name",	P256,  EVP_sha256, EC256, subject, "310b 3009 0603550403 1402 e4f6" },
 { "two names",		P256,  EVP_sha256, EC256, subject, "310a 3008 0603550403 0c0179 310a 3008 0603550403 0c0178" },
 { "no name",		P256,  EVP_sha256, EC256, subject, "" },
 /* What is not DER or not PKCS#10 */
 { "version 2",		R2048, EVP_sha256, RSA256, version, "\1", NULL, "not PKCS#10 version 1" },
 { "byte behind",	R2048, EVP_sha256, RSA256, NULL, NULL, byte_behind, "not DER" },
 { "long length",	R2048, EVP_sha256, RSA256, NULL, NULL, long_length, "not DER" },
 { "indefinite length",	R2048, EVP_sha256, RSA256, NULL, NULL, indefinite, "not DER" },
 { "BER in the name",	P256,  EVP_sha256, EC256, subject, "31810a 3008 0603550403 0c0179", NULL, "not DER" },
 { "too large",		P256,  EVP_sha256, EC256, NULL, NULL, too_large, "more than 16 KiB" },
 /* Proof of possession */
 { "signature flipped",	R2048, EVP_sha256, RSA256, NULL, NULL, signature_flip, "not of this key" },
 { "name flipped",	R2048, EVP_sha256, RSA256, NULL, NULL, info_flip, "not of this key" },
 { "EC flipped",	P256,  EVP_sha256, EC256, NULL, NULL, signature_flip, "not of this key" },
 { "other hash",	R2048, EVP_sha384, RSA256, NULL, NULL, NULL, "not of this key" },
 { "MD5",		R2048, EVP_md5,    D(RSA_PKCS1 "\x04" NULLS), NULL, NULL, NULL, "not known for RSA" },
 { "RSA-PSS",		R2048, EVP_sha256, D(RSA_PKCS1 "\x0a"), NULL, NULL, NULL, "not known for RSA" },
 { "EC with SHA-1",	P256,  EVP_sha1,   D("\x06\x07\x2a\x86\x48\xce\x3d\x04\x01"), NULL, NULL, NULL, "not known for EC" },
 { "EC with RSA's",	P256,  EVP_sha256, RSA256, NULL, NULL, NULL, "not known for EC" },
 { "RSA with EC's",	R2048, EVP_sha256, EC256, NULL, NULL, NULL, "not known for RSA" },
 { "EC with NULL",	P256,  EVP_sha256, D(EC_SHA2 "\x02" NULLS), NULL, NULL, NULL, "algorithm: parameters" },
 { "RSA with other",	R2048, EVP_sha256, D(RSA_PKCS1 "\x0b\x02\x01\x01"), NULL, NULL, NULL, "algorithm: parameters" },
 { "no algorithm",	R2048, EVP_sha256, D(NULLS), NULL, NULL, NULL, "no signature algorithm" },
 /* RSA keys */
 { "RSA 1024",		R1024, EVP_sha256, RSA256, NULL, NULL, NULL, "1024 bits, not 2048 to 4096" },
 { "RSA 2047",		R2048, EVP_sha256, RSA256, modulus, "2047", NULL, "2047 bits" },
 { "RSA 4097",		R2048, EVP_sha256, RSA256, modulus, "4097", NULL, "4097 bits" },
 { "RSA 8192",		R2048, EVP_sha256, RSA256, modulus, "8192", NULL, "8192 bits" },
 { "even modulus",	R2048, EVP_sha256, RSA256, modulus, "2048 even", NULL, "even modulus" },
 { "prime modulus",	R2048, EVP_sha256, RSA256, prime, "2048", NULL, "not sound" },
 { "ROCA",		R2048, EVP_sha256, RSA256, roca, "", NULL, "ROCA" },
 { "negative modulus",	R2048, EVP_sha256, RSA256, rsa, "3008 020181 0203010001", NULL, "not a modulus" },
 { "modulus zero",	R2048, EVP_sha256, RSA256, rsa, "3008 020100 0203010001", NULL, "not a modulus" },
 { "modulus alone",	R2048, EVP_sha256, RSA256, rsa, "3003 020105", NULL, "not a modulus" },
 { "three numbers",	R2048, EVP_sha256, RSA256, rsa, "3009 020105 020105 020105", NULL, "not a modulus" },
 { "byte behind key",	R2048, EVP_sha256, RSA256, rsa, "3006 020105 020105 00", NULL, "not a modulus" },
 { "empty key",		R2048, EVP_sha256, RSA256, rsa, "", NULL, "not a modulus" },
 { "exponent 0",	R2048, EVP_sha256, RSA256, exponent, "0", NULL, "not a modulus" },
 { "exponent 1",	R2048, EVP_sha256, RSA256, exponent, "1", NULL, "exponent below 65537" },
 { "exponent 3",	R2048, EVP_sha256, RSA256, exponent, "3", NULL, "exponent below 65537" },
 { "even exponent",	R2048, EVP_sha256, RSA256, exponent, "10002", NULL, "even exponent" },
 { "huge exponent",	R2048, EVP_sha256, RSA256, exponent, "010000000000000001", NULL, "exponent too large" },
 { "RSA key, no NULL",	R2048, EVP_sha256, RSA256, key, "3018 300b 06092a864886f70d010101 0309 00 3006 020105 020105", NULL, "RSA key: parameters" },
 /* EC keys, and others */
 { "P-521",		P521,  EVP_sha256, EC256, NULL, NULL, NULL, "neither P-256 nor P-384" },
 { "secp256k1",		K256,  EVP_sha256, EC256, NULL, NULL, NULL, "neither P-256 nor P-384" },
 { "off the curve",	P256,  EVP_sha256, EC256, point, "^", NULL, "not on the curve" },
 { "beyond the field",	P256,  EVP_sha256, EC256, point, "field", NULL, "not on the curve" },
 { "infinity",		P256,  EVP_sha256, EC256, point, "0", NULL, "not an uncompressed point" },
 { "compressed",	P256,  EVP_sha256, EC256, point, "compressed", NULL, "not an uncompressed point" },
 { "hybrid",		P256,  EVP_sha256, EC256, point, "hybrid", NULL, "not an uncompressed point" },
 { "of another curve",	P256,  EVP_sha256, EC256, point, "4", NULL, "not an uncompressed point" },
 { "explicit curve",	P256,  EVP_sha256, EC256, explicit_curve, "", NULL, "not a named curve" },
 { "implicit curve",	P256,  EVP_sha256, EC256, key, "3011 300b 06072a8648ce3d0201 0500 0302 0004", NULL, "not a named curve" },
 { "no curve",		P256,  EVP_sha256, EC256, key, "300f 3009 06072a8648ce3d0201 0302 0004", NULL, "not a named curve" },
 { "Ed25519",		ED,    NULL,       D("\x06\x03\x2b\x65\x70"), NULL, NULL, NULL, "neither RSA nor EC" },
 { "DSA",		P256,  EVP_sha256, EC256, key, "3011 3009 06072a8648ce380401 0304 00 020105", NULL, "neither RSA nor EC" },
 { "RSA-PSS key",	R2048, EVP_sha256, RSA256, key, "3018 300b 06092a864886f70d01010a 0309 00 3006 020105 020105", NULL, "neither RSA nor EC" },
};
/* clang-format on */

static void
draft(struct draft *d, size_t i)
{
	make_draft(d, cases[i].signer);
	d->md = cases[i].md == NULL ? NULL : cases[i].md();
	d->algorithm = cases[i].algorithm;
	d->algorithm_len = cases[i].algorithm_len;
	if (cases[i].before != NULL)
		cases[i].before(d, cases[i].arg);
	compose(d);
	if (cases[i].after != NULL)
		cases[i].after(d);
}

/* Only the key is taken: it, and what names it and the request. */
static void
expect(const struct draft *d, const struct x509_request *r)
{
	unsigned char digest[X509_SHA256_LEN];

	assert_int_equal(r->spki.len, d->spki_len);
	assert_memory_equal(r->spki.data, d->spki, d->spki_len);
	x509_sha256(d->out, d->len, digest);
	assert_memory_equal(r->sha256, digest, sizeof(digest));
	x509_sha256(d->spki, d->spki_len, digest);
	assert_memory_equal(r->spki_sha256, digest, sizeof(digest));
	assert_string_equal(r->key_type, d->signer < P256 ? "RSA" : "EC");
	assert_int_equal(r->bits, EVP_PKEY_get_bits(make_of(d->signer)));
}

static void
test_cases(void **state)
{
	struct arena *a = arena_new(64 * 1024);
	struct draft *d = calloc(1, sizeof(*d));
	struct x509_request r;
	char why[X509_WHY_LEN];
	int rc;

	(void)state;
	assert_non_null(d);
	for (size_t i = 0; i < COUNT(cases); i++) {
		draft(d, i);
		*why = '\0';
		rc = x509_request_parse(
		    a, &(struct blob){ d->out, d->len }, &both, &r, why);
		if (cases[i].why == NULL) {
			if (rc != 0)
				fail_msg("%s: %s", cases[i].what, why);
			expect(d, &r);
		} else if (rc == 0 || !strstr(why, cases[i].why))
			fail_msg("%s: '%s'", cases[i].what, why);
		assert_int_equal(ERR_peek_error(), 0);
		arena_reset(a);
	}
	free(d);
	arena_free(a);
}

/* What a template asks of the key, within what is allowed at all. */
static void
test_rule(void **state)
{
	/* clang-format off */
	static const struct {
		size_t request; /* a row above */
		struct x509_key_rule rule;
		const char *why;
	} rows[] = {
		{ 0, { 2048, 2048, 1, 0 }, NULL },
		{ 0, { 3072, 4096, 1, 0 }, "2048 bits, not 3072 to 4096" },
		{ 0, { 2048, 4096, 0, 1 }, "RSA keys are not wanted" },
		{ 6, { 2048, 3072, 1, 1 }, "4096 bits, not 2048 to 3072" },
		{ 6, { 0, 65536, 1, 1 },   NULL },
		{ 7, { 0, 0, 0, 1 },       NULL },
		{ 7, { 2048, 4096, 1, 0 }, "EC keys are not wanted" },
	};
	/* clang-format on */
	static const struct x509_key_rule lax = { 512, 65536, 1, 1 };
	struct arena *a = arena_new(64 * 1024), *small = arena_new(64);
	struct draft *d = calloc(1, sizeof(*d));
	struct x509_request r;
	char why[X509_WHY_LEN];
	struct blob der;
	int rc;

	(void)state;
	assert_non_null(d);
	for (size_t i = 0; i < COUNT(rows); i++) {
		draft(d, rows[i].request);
		der = (struct blob){ d->out, d->len };
		rc = x509_request_parse(a, &der, &rows[i].rule, &r, why);
		if (rows[i].why == NULL ? rc != 0
					: !rc || !strstr(why, rows[i].why))
			fail_msg("row %zu: '%s'", i, why);
	}
	for (size_t i = 0; i < COUNT(cases); i++)
		if (cases[i].why != NULL && strstr(cases[i].why, " bits")) {
			draft(d, i);
			der = (struct blob){ d->out, d->len };
			assert_int_equal(
			    x509_request_parse(a, &der, &lax, &r, why), -1);
			assert_non_null(strstr(why, "not 2048 to 4096"));
		}
	draft(d, 7);
	der = (struct blob){ d->out, d->len };
	assert_int_equal(x509_request_parse(small, &der, &both, &r, why), -1);
	assert_non_null(strstr(why, "no room"));
	free(d);
	arena_free(small);
	arena_free(a);
}

static int
teardown(void **state)
{
	(void)state;
	make_keys_free();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_rule),
	};

	return cmocka_run_group_tests_name(
	    "x509_request", tests, NULL, teardown);
}
