/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "../../common/base64.h"
#include "../../common/jwt.h"

#define PAYLOAD "{\"upn\":\"jo@corp.test\",\"exp\":1}"
#define LONGEST 24576

enum { RSA_2048, RSA_OTHER, RSA_1024, P256, P256_OTHER, P384, KEYS };

/* Of every kind one, made once for all tests, as OpenSSL makes them. */
static EVP_PKEY *pkeys[KEYS];
static struct arena *keys_arena;
static struct jwt_key keys[KEYS];

/* base64url as in RFC 7515 2: without padding. */
static char *
url64(struct arena *a, const void *bytes, size_t len)
{
	char *text = base64_string(a, bytes, len);

	text[strcspn(text, "=")] = '\0';
	for (char *p = text; *p != '\0'; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
	return text;
}

static const char *
number_of(EVP_PKEY *key, const char *name, int width)
{
	unsigned char bytes[1024];
	BIGNUM *n = NULL;
	int len;

	CHECK(EVP_PKEY_get_bn_param(key, name, &n) == 1);
	len = width > 0 ? width : BN_num_bytes(n);
	CHECK(BN_bn2binpad(n, bytes, len) == len);
	BN_free(n);
	return url64(keys_arena, bytes, (size_t)len);
}

static int
make_keys(void **state)
{
	static const struct {
		const char *curve;
		size_t size; /* RSA: bits; EC: bytes of a coordinate */
	} kinds[KEYS] = { { NULL, 2048 }, { NULL, 2048 }, { NULL, 1024 },
		{ "P-256", 32 }, { "P-256", 32 }, { "P-384", 48 } };

	(void)state;
	keys_arena = arena_new(1 << 20);
	for (size_t i = 0; i < KEYS; i++) {
		const int width = (int)kinds[i].size;

		if (kinds[i].curve == NULL) {
			pkeys[i] = EVP_RSA_gen((unsigned)kinds[i].size);
			CHECK(pkeys[i] != NULL);
			keys[i].kty = "RSA";
			keys[i].n =
			    number_of(pkeys[i], OSSL_PKEY_PARAM_RSA_N, 0);
			keys[i].e =
			    number_of(pkeys[i], OSSL_PKEY_PARAM_RSA_E, 0);
			continue;
		}
		pkeys[i] = EVP_EC_gen(kinds[i].curve);
		CHECK(pkeys[i] != NULL);
		keys[i].kty = "EC";
		keys[i].x =
		    number_of(pkeys[i], OSSL_PKEY_PARAM_EC_PUB_X, width);
		keys[i].y =
		    number_of(pkeys[i], OSSL_PKEY_PARAM_EC_PUB_Y, width);
	}
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEYS; i++)
		EVP_PKEY_free(pkeys[i]);
	arena_free(keys_arena);
	return 0;
}

/* r and s behind each other, for which OpenSSL has DER. */
static size_t
flatten(unsigned char *sig, size_t len, int width)
{
	const unsigned char *p = sig;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &p, (long)len);

	CHECK(pair != NULL);
	CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair), sig, width) == width);
	CHECK(
	    BN_bn2binpad(ECDSA_SIG_get0_s(pair), sig + width, width) == width);
	ECDSA_SIG_free(pair);
	return 2 * (size_t)width;
}

static size_t
sign(EVP_PKEY *key, const char *digest, const char *text,
    unsigned char sig[1024])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = 1024;

	CHECK(ctx != NULL);
	CHECK(EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL, key, NULL));
	CHECK(EVP_DigestSign(
	    ctx, sig, &len, (const unsigned char *)text, strlen(text)));
	EVP_MD_CTX_free(ctx);
	if (EVP_PKEY_is_a(key, "EC"))
		len = flatten(sig, len, (EVP_PKEY_get_bits(key) + 7) / 8);
	return len;
}

static char *
unsigned_of(const char *header, const char *payload)
{
	return unit_printf("%s.%s", url64(unit_arena, header, strlen(header)),
	    url64(unit_arena, payload, strlen(payload)));
}

/* A token of this header, signed as it should be. */
static char *
token(int key, const char *header, const char *payload)
{
	unsigned char sig[1024];
	char *input = unsigned_of(header, payload);
	size_t len = sign(pkeys[key], "SHA256", input, sig);

	return unit_printf("%s.%s", input, url64(unit_arena, sig, len));
}

static char *
good(int key)
{
	return token(key,
	    unit_printf("{\"alg\":\"%s\",\"kid\":\"k\"}",
		key < P256 ? "RS256" : "ES256"),
	    PAYLOAD);
}

/* Whether text is refused, and for what; NULL if it is right. */
static const char *
verdict(const char *text, const struct jwt_key *key)
{
	struct arena *a = arena_new(1 << 20);
	const char *why = NULL;
	struct jwt t;

	assert_non_null(a);
	if (jwt_parse(a, text, &t, &why) == -1 ||
	    jwt_verify(a, &t, key, &why) == -1) {
		if (why == NULL)
			why = "without a reason";
	} else {
		unit_same("kid", t.kid, "k");
		unit_same("payload", t.payload, PAYLOAD);
	}
	arena_free(a);
	return why;
}

static void
test_signatures(void **state)
{
	const struct {
		const char *what;
		const char *text;
		int key;
		const char *why;
	} cases[] = {
		{ "RS256", good(RSA_2048), RSA_2048, NULL },
		{ "ES256", good(P256), P256, NULL },
		{ "RS256, another key", good(RSA_2048), RSA_OTHER,
		    "the signature is wrong" },
		{ "ES256, another key", good(P256), P256_OTHER,
		    "the signature is wrong" },
		{ "RS256, an EC key", good(RSA_2048), P256,
		    "alg is not of the key's kind" },
		{ "ES256, an RSA key", good(P256), RSA_2048,
		    "alg is not of the key's kind" },
		{ "too short a key", good(RSA_1024), RSA_1024,
		    "the key is no good" },
		{ "another curve", good(P384), P384,
		    "the signature has another length" },
		{ "a key of another curve", good(P256), P384,
		    "the key is no good" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		unit_same(cases[i].what,
		    verdict(cases[i].text, &keys[cases[i].key]), cases[i].why);
	unit_done();
}

static void
test_headers(void **state)
{
	static const char alg[] = "alg is neither RS256 nor ES256";
	static const char object[] = "the header is not an object";
	const struct {
		const char *header;
		const char *why;
	} cases[] = {
		{ "{\"alg\":\"none\",\"kid\":\"k\"}", alg },
		{ "{\"alg\":\"None\",\"kid\":\"k\"}", alg },
		{ "{\"alg\":\"HS256\",\"kid\":\"k\"}", alg },
		{ "{\"alg\":\"RS384\",\"kid\":\"k\"}", alg },
		{ "{\"alg\":\"PS256\",\"kid\":\"k\"}", alg },
		{ "{\"alg\":\"rs256\",\"kid\":\"k\"}", alg },
		{ "{\"alg\":\"RS256 \",\"kid\":\"k\"}", alg },
		{ "{\"alg\":\"\",\"kid\":\"k\"}", alg },
		{ "{\"kid\":\"k\"}", "no alg" },
		{ "{\"alg\":[\"RS256\"],\"kid\":\"k\"}", "no alg" },
		{ "{\"ALG\":\"RS256\",\"kid\":\"k\"}", "no alg" },
		{ "{\"alg\":\"RS256\"}", "no kid" },
		{ "{\"alg\":\"RS256\",\"kid\":\"\"}", "no kid" },
		{ "{\"alg\":\"RS256\",\"kid\":7}", "no kid" },
		{ "{\"alg\":\"RS256\",\"kid\":\"k\",\"crit\":[]}",
		    "crit is not understood" },
		{ "{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"k\"}",
		    object },
		{ "{\"alg\":\"RS256\",\"kid\":\"k\",\"kid\":\"j\"}", object },
		{ "{\"alg\":\"RS256\",\"kid\":\"k\\u0000\"}", object },
		{ "[\"RS256\",\"k\"]", object },
		{ "{\"alg\":\"RS256\",\"kid\":\"k\"", object },
		{ "", object },
		{ "{\"alg\":\"RS256\",\"kid\":\"k\",\"x5c\":[\"AA==\"]}",
		    NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		unit_same(cases[i].header,
		    verdict(token(RSA_2048, cases[i].header, PAYLOAD),
			&keys[RSA_2048]),
		    cases[i].why);
	unit_done();
}

static void
test_payloads(void **state)
{
	static const char header[] = "{\"alg\":\"RS256\",\"kid\":\"k\"}";
	static const char *const bad[] = { "", "x", "7", "null",
		"[" PAYLOAD "]", "{\"upn\":\"jo\",\"upn\":\"boss\"}",
		PAYLOAD " x", "{\"upn\":\"jo\\u0000\"}", "{\"upn\":\"\xff\"}" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		unit_same(bad[i],
		    verdict(token(RSA_2048, header, bad[i]), &keys[RSA_2048]),
		    "the payload is not an object");
	unit_done();
}

/* The third part in the place of a good token's. */
static char *
with_signature(const char *text, const char *sig)
{
	return unit_printf(
	    "%.*s%s", (int)(strrchr(text, '.') + 1 - text), text, sig);
}

/* Padding, the other alphabet, white space, unused bits, more parts. */
static void
test_forms(void **state)
{
	const char *text = good(P256), *sig = strrchr(text, '.') + 1;
	const char *dot = strchr(text, '.');
	const struct {
		const char *what;
		const char *text;
		const char *why;
	} cases[] = {
		{ "empty", "", "not three parts" },
		{ "two parts", with_signature("a.b", ""), "not three parts" },
		{ "four parts", unit_printf("%s.x", text), "not three parts" },
		{ "a dot behind", unit_printf("%s.", text), "not three parts" },
		{ "no signature", with_signature(text, ""), "no signature" },
		{ "padded", unit_printf("%s==", text), "no signature" },
		{ "padded once", unit_printf("%s=", text), "no signature" },
		{ "blank behind", unit_printf("%s ", text), "no signature" },
		{ "one character", with_signature(text, "A"), "no signature" },
		{ "the other alphabet", with_signature(text, "ab+/"),
		    "no signature" },
		{ "unused bits", with_signature(text, "AB"), "no signature" },
		{ "two octets more", unit_printf("%sAA", text),
		    "the signature has another length" },
		{ "blank in front", unit_printf(" %s", text),
		    "the header is not an object" },
		{ "padded header",
		    unit_printf("%.*s=%s", (int)(dot - text), text, dot),
		    "the header is not an object" },
		{ "no header", dot, "the header is not an object" },
		{ "only dots", "..", "the header is not an object" },
		{ "a payload of its own",
		    unit_printf("%.*s.e30.%s", (int)(dot - text), text, sig),
		    "the signature is wrong" },
		{ "short", with_signature(text, url64(unit_arena, "x", 1)),
		    "the signature has another length" },
		{ "too long", unit_repeat("A", LONGEST + 1), "too long" },
		{ "as long as it may be", unit_repeat("A", LONGEST),
		    "not three parts" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		unit_same(cases[i].what, verdict(cases[i].text, &keys[P256]),
		    cases[i].why);
	unit_done();
}

/* Of ECDSA: what is no number, and what OpenSSL itself would say. */
static void
test_pairs(void **state)
{
	static const unsigned char zeros[64];
	unsigned char ones[64], raw[1024], swapped[64];
	const char *text = good(P256);
	char *input =
	    unit_printf("%.*s", (int)(strrchr(text, '.') - text), text);
	const struct {
		const char *what;
		const unsigned char *sig;
		size_t len;
	} cases[] = { { "zero", zeros, 64 }, { "above the order", ones, 64 },
		{ "s and r", swapped, 64 }, { "r alone", raw, 32 } };

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(sign(pkeys[P256], "SHA256", input, raw), 64);
	memcpy(swapped, raw + 32, 32);
	memcpy(swapped + 32, raw, 32);
	unit_same("signed anew",
	    verdict(
		with_signature(text, url64(unit_arena, raw, 64)), &keys[P256]),
	    NULL);
	for (size_t i = 0; i < COUNT(cases); i++)
		if (verdict(with_signature(text,
				url64(unit_arena, cases[i].sig, cases[i].len)),
			&keys[P256]) == NULL)
			unit_wrong(cases[i].what, "taken");
	sign(pkeys[P256], "SHA384", input, raw);
	unit_same("SHA-384",
	    verdict(
		with_signature(text, url64(unit_arena, raw, 64)), &keys[P256]),
	    "the signature is wrong");
	unit_done();
}

/* Keys as an administrator may load them, each with a token of its own. */
static void
test_keys(void **state)
{
	const struct jwt_key *ec = &keys[P256], *rsa = &keys[RSA_2048];
	const struct {
		const char *what;
		int signer;
		struct jwt_key key;
	} cases[] = {
		{ "off the curve", P256,
		    { .kty = "EC", .x = ec->y, .y = ec->x } },
		{ "no y", P256, { .kty = "EC", .x = ec->x } },
		{ "short x", P256, { .kty = "EC", .x = "AQ", .y = ec->y } },
		{ "x is no base64url", P256,
		    { .kty = "EC", .x = "+", .y = ec->y } },
		{ "no e", RSA_2048, { .kty = "RSA", .n = rsa->n } },
		{ "no n", RSA_2048, { .kty = "RSA", .e = rsa->e } },
		{ "padded e", RSA_2048,
		    { .kty = "RSA", .n = rsa->n, .e = "AQAB=" } },
		{ "n of 1500 octets", RSA_2048,
		    { .kty = "RSA",
			.n = unit_repeat("AQEB", 500),
			.e = rsa->e } },
		{ "empty n", RSA_2048, { .kty = "RSA", .n = "", .e = rsa->e } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		unit_same(cases[i].what,
		    verdict(good(cases[i].signer), &cases[i].key),
		    "the key is no good");
	unit_done();
}

/* The octets of the public key as the secret of an HMAC. */
static void
test_public_key_as_secret(void **state)
{
	unsigned char *spki = NULL, mac[EVP_MAX_MD_SIZE];
	int len = i2d_PUBKEY(pkeys[RSA_2048], &spki);
	unsigned int n;
	const char *const algs[] = { "HS256", "RS256" };

	(void)state;
	for (size_t i = 0; i < COUNT(algs); i++) {
		char *input = unsigned_of(
		    unit_printf("{\"alg\":\"%s\",\"kid\":\"k\"}", algs[i]),
		    PAYLOAD);

		assert_non_null(HMAC(EVP_sha256(), spki, len,
		    (unsigned char *)input, strlen(input), mac, &n));
		assert_non_null(verdict(
		    unit_printf("%s.%s", input, url64(unit_arena, mac, n)),
		    &keys[RSA_2048]));
	}
	OPENSSL_free(spki);
}

/* Every shorter token, and every octet of the signature with a bit changed. */
static void
test_cut_and_changed(void **state)
{
	const int kinds[] = { RSA_2048, P256 };

	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++) {
		const struct jwt_key *key = &keys[kinds[k]];
		char *text = good(kinds[k]);
		size_t len = strlen(text);
		char *from = strrchr(text, '.') + 1;

		for (char *p = from; *p != '\0'; p++) {
			const char was = *p;

			*p = was == 'A' ? 'Q' : 'A';
			if (verdict(text, key) == NULL)
				unit_wrong("changed", "octet %td", p - text);
			*p = was;
		}
		unit_same("as it was", verdict(text, key), NULL);
		while (len-- > 0) {
			text[len] = '\0';
			if (verdict(text, key) == NULL)
				unit_wrong("cut", "to %zu octets", len);
		}
	}
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_signatures),
		UNIT_TEST(test_headers),
		UNIT_TEST(test_payloads),
		UNIT_TEST(test_forms),
		UNIT_TEST(test_pairs),
		UNIT_TEST(test_keys),
		UNIT_TEST(test_public_key_as_secret),
		UNIT_TEST(test_cut_and_changed),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
