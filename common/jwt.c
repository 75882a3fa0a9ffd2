/* SPDX-License-Identifier: ISC */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <string.h>

#include "arena.h"
#include "base64.h"
#include "check.h"
#include "json.h"
#include "jwt.h"

#define JWT_MAX (24 << 10)
#define P256_LEN 32
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define URL_SAFE                                                               \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static int
no(const char **why, const char *reason)
{
	*why = reason;
	return -1;
}

/* base64url without padding, RFC 7515 2; NULL if it is not. */
static unsigned char *
decode(struct arena *a, const char *text, size_t len, size_t *outlen)
{
	const char *padded;

	if (strspn(text, URL_SAFE) < len || len % 4 == 1)
		return NULL;
	padded = arena_printf(a, "%.*s%s", (int)len, text,
	    len % 4 == 2   ? "=="
	    : len % 4 == 3 ? "="
			   : "");
	if (padded == NULL)
		return NULL;
	return base64_decode(a, padded, strlen(padded), outlen);
}

static struct json *
decode_json(struct arena *a, const char *text, size_t len, const char **copy)
{
	size_t n;
	unsigned char *bytes = decode(a, text, len, &n);

	if (bytes == NULL)
		return NULL;
	*copy = arena_strndup(a, (const char *)bytes, n);
	return *copy != NULL ? json_read(a, (const char *)bytes, n) : NULL;
}

static int
read_header(const struct json *header, struct jwt *t, const char **why)
{
	const char *alg = json_string(header, "alg");

	if (header == NULL || header->type != JSON_OBJECT)
		return no(why, "the header is not an object");
	if (alg == NULL)
		return no(why, "no alg");
	t->es256 = strcmp(alg, "ES256") == 0;
	if (!t->es256 && strcmp(alg, "RS256") != 0)
		return no(why, "alg is neither RS256 nor ES256");
	if (json_get(header, "crit") != NULL)
		return no(why, "crit is not understood");
	t->kid = json_string(header, "kid");
	if (t->kid == NULL || t->kid[0] == '\0')
		return no(why, "no kid");
	return 0;
}

int
jwt_parse(struct arena *a, const char *text, struct jwt *t, const char **why)
{
	const char *dot[2], *copy;
	const struct json *payload;
	size_t len = strlen(text);

	*t = (struct jwt){ 0 };
	if (len > JWT_MAX)
		return no(why, "too long");
	if ((dot[0] = strchr(text, '.')) == NULL ||
	    (dot[1] = strchr(dot[0] + 1, '.')) == NULL ||
	    strchr(dot[1] + 1, '.') != NULL)
		return no(why, "not three parts");
	if (read_header(decode_json(a, text, (size_t)(dot[0] - text), &copy), t,
		why) == -1)
		return -1;
	payload = decode_json(
	    a, dot[0] + 1, (size_t)(dot[1] - dot[0] - 1), &t->payload);
	if (payload == NULL || payload->type != JSON_OBJECT)
		return no(why, "the payload is not an object");
	t->input = text;
	t->input_len = (size_t)(dot[1] - text);
	t->signature =
	    decode(a, dot[1] + 1, strlen(dot[1] + 1), &t->signature_len);
	if (t->signature == NULL || t->signature_len == 0)
		return no(why, "no signature");
	return 0;
}

static BIGNUM *
number(struct arena *a, const char *text)
{
	size_t len;
	unsigned char *bytes;

	if (text == NULL ||
	    (bytes = decode(a, text, strlen(text), &len)) == NULL || len > 1024)
		return NULL;
	return BN_bin2bn(bytes, (int)len, NULL);
}

static int
add_rsa(struct arena *a, OSSL_PARAM_BLD *b, const struct jwt_key *k,
    BIGNUM *numbers[2])
{
	numbers[0] = number(a, k->n);
	numbers[1] = number(a, k->e);
	return numbers[0] != NULL && numbers[1] != NULL &&
	       OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, numbers[0]) &&
	       OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, numbers[1]);
}

static int
add_ec(struct arena *a, OSSL_PARAM_BLD *b, const struct jwt_key *k)
{
	unsigned char *point = arena_alloc(a, 1 + 2 * P256_LEN);
	const char *text[] = { k->x, k->y };
	unsigned char *bytes;
	size_t len;

	if (point == NULL)
		return 0;
	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	for (size_t i = 0; i < COUNT(text); i++) {
		if (text[i] == NULL ||
		    (bytes = decode(a, text[i], strlen(text[i]), &len)) ==
			NULL ||
		    len != P256_LEN)
			return 0;
		memcpy(point + 1 + i * P256_LEN, bytes, len);
	}
	return OSSL_PARAM_BLD_push_utf8_string(
		   b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
	       OSSL_PARAM_BLD_push_octet_string(
		   b, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * P256_LEN);
}

static int
is_good(EVP_PKEY *key, int ec)
{
	EVP_PKEY_CTX *check;
	int good, bits = EVP_PKEY_get_bits(key);

	if (!ec)
		return bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
	check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	good = check != NULL && EVP_PKEY_public_check(check) == 1;
	EVP_PKEY_CTX_free(check);
	return good;
}

/* NULL when it is not a key. */
static EVP_PKEY *
load_key(struct arena *a, const struct jwt_key *k, int ec)
{
	EVP_PKEY_CTX *ctx =
	    EVP_PKEY_CTX_new_from_name(NULL, ec ? "EC" : "RSA", NULL);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	BIGNUM *numbers[2] = { NULL, NULL };
	EVP_PKEY *key = NULL;

	CHECK(ctx != NULL && b != NULL);
	if ((ec ? add_ec(a, b, k) : add_rsa(a, b, k, numbers)) &&
	    (params = OSSL_PARAM_BLD_to_param(b)) != NULL &&
	    EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1 &&
	    !is_good(key, ec)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	BN_free(numbers[0]);
	BN_free(numbers[1]);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* r and s behind each other (RFC 7518 3.4) as OpenSSL wants them. */
static int
to_der(struct arena *a, const struct jwt *t, const unsigned char **der,
    size_t *len)
{
	ECDSA_SIG *sig;
	BIGNUM *r, *s;
	unsigned char *out = NULL;
	int n = -1;

	if (t->signature_len != 2 * P256_LEN)
		return 0;
	sig = ECDSA_SIG_new();
	r = BN_bin2bn(t->signature, P256_LEN, NULL);
	s = BN_bin2bn(t->signature + P256_LEN, P256_LEN, NULL);
	CHECK(sig != NULL && r != NULL && s != NULL);
	CHECK(ECDSA_SIG_set0(sig, r, s) == 1);
	if ((n = i2d_ECDSA_SIG(sig, &out)) > 0)
		*der = arena_dup(a, out, (size_t)n);
	OPENSSL_free(out);
	ECDSA_SIG_free(sig);
	*len = n > 0 ? (size_t)n : 0;
	return n > 0 && *der != NULL;
}

static int
is_signed(
    const struct jwt *t, EVP_PKEY *key, const unsigned char *sig, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int good;

	CHECK(ctx != NULL);
	good = EVP_DigestVerifyInit_ex(
		   ctx, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
	       EVP_DigestVerify(ctx, sig, len, (const unsigned char *)t->input,
		   t->input_len) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

int
jwt_verify(struct arena *a, const struct jwt *t, const struct jwt_key *k,
    const char **why)
{
	const unsigned char *sig = t->signature;
	size_t len = t->signature_len;
	EVP_PKEY *key;
	int good;

	if (strcmp(k->kty, t->es256 ? "EC" : "RSA") != 0)
		return no(why, "alg is not of the key's kind");
	if (t->es256 && !to_der(a, t, &sig, &len))
		return no(why, "the signature has another length");
	if ((key = load_key(a, k, t->es256)) == NULL) {
		ERR_clear_error();
		return no(why, "the key is no good");
	}
	good = is_signed(t, key, sig, len);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return good ? 0 : no(why, "the signature is wrong");
}
