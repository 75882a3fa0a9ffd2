/* SPDX-License-Identifier: ISC */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "check.h"
#include "digest.h"
#include "utf8.h"

#define MD5_LEN 16
#define MD5_CHARS (DIGEST_SIZE - 1)
#define PADDING "=="

/* What is hashed one behind the other. */
struct piece {
	const void *data;
	size_t len;
};

static int
no(char why[DIGEST_WHY_LEN], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, DIGEST_WHY_LEN, fmt, args);
	va_end(args);
	return -1;
}

/* Fetched once for the life of the process; NULL if there is none. */
static const EVP_MD *
md5(void)
{
	static EVP_MD *fetched;

	if (fetched == NULL &&
	    (fetched = EVP_MD_fetch(NULL, "MD5", NULL)) == NULL)
		ERR_clear_error();
	return fetched;
}

int
digest_available(char why[DIGEST_WHY_LEN])
{
	if (md5() != NULL)
		return 1;
	no(why, "OpenSSL has no MD5 here (FIPS?): neither syncml:auth-md5 nor "
		"syncml:auth-MAC can be used");
	return 0;
}

static int
hash(const struct piece *pieces, size_t n, char out[DIGEST_SIZE])
{
	unsigned char raw[MD5_LEN];
	EVP_MD_CTX *c;
	int ok;

	if (md5() == NULL)
		return -1;
	ok = (c = EVP_MD_CTX_new()) != NULL &&
	     EVP_DigestInit_ex2(c, md5(), NULL) == 1;
	for (size_t i = 0; ok && i < n; i++)
		if (pieces[i].len > 0)
			ok = EVP_DigestUpdate(
				 c, pieces[i].data, pieces[i].len) == 1;
	ok = ok && EVP_DigestFinal_ex(c, raw, NULL) == 1;
	EVP_MD_CTX_free(c);
	CHECK(ok);
	base64_encode(out, raw, sizeof(raw));
	OPENSSL_cleanse(raw, sizeof(raw));
	return 0;
}

static int
account_ok(const struct digest_account *a)
{
	size_t user, password;

	if (a->user == NULL || a->password == NULL)
		return 0;
	user = strnlen(a->user, DIGEST_FIELD_MAX + 1);
	password = strnlen(a->password, DIGEST_FIELD_MAX + 1);
	return user > 0 && user <= DIGEST_FIELD_MAX && password > 0 &&
	       password <= DIGEST_FIELD_MAX;
}

/* B64(H( B64(H(user:password)) : nonce )), and with a mac : B64(H(body)) */
static int
compute(const struct digest_account *a, const char *body, char out[DIGEST_SIZE])
{
	char secret[DIGEST_SIZE];
	struct piece p[5] = { { a->user, 0 }, { ":", 1 }, { a->password, 0 } };
	int rc;

	if (!account_ok(a))
		return -1;
	p[0].len = strlen(a->user);
	p[2].len = strlen(a->password);
	if (hash(p, 3, secret) != 0)
		return -1;
	p[0] = (struct piece){ secret, MD5_CHARS };
	p[2] = (struct piece){ a->nonce, a->nonce_len };
	p[3] = (struct piece){ ":", 1 };
	p[4] = (struct piece){ body, MD5_CHARS };
	rc = hash(p, body == NULL ? 3 : 5, out);
	OPENSSL_cleanse(secret, sizeof(secret));
	return rc;
}

int
digest_md5_make(const struct digest_account *a, char out[DIGEST_SIZE])
{
	return compute(a, NULL, out);
}

int
digest_hmac_make(const struct digest_account *a, const void *body, size_t len,
    char out[DIGEST_SIZE])
{
	const struct piece p = { body, len };
	char text[DIGEST_SIZE];

	if (hash(&p, 1, text) != 0)
		return -1;
	return compute(a, text, out);
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int
is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

/*
 * Whether they are the same but for white space in the text.  How long it
 * takes depends on the text alone; behind what is wanted stands a NUL.
 */
static int
same(const char *text, const char *want, size_t len)
{
	unsigned char differ = 0;
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (is_space(*text))
			continue;
		differ |= (unsigned char)(*text ^ want[n]);
		n += n < len;
	}
	return (differ | (n ^ len)) == 0;
}

static int
same_digest(int rc, char want[DIGEST_SIZE], const char *text)
{
	int ok = rc == 0 && text != NULL && same(text, want, MD5_CHARS);

	OPENSSL_cleanse(want, DIGEST_SIZE);
	return ok;
}

int
digest_basic_verify(const struct digest_account *a, const char *data)
{
	char plain[2 * DIGEST_FIELD_MAX + 2], want[BASE64_SIZE(sizeof(plain))];
	size_t len;
	int ok;

	if (data == NULL || !account_ok(a))
		return 0;
	len = (size_t)snprintf(
	    plain, sizeof(plain), "%s:%s", a->user, a->password);
	len = base64_encode(want, plain, len);
	ok = same(data, want, len);
	OPENSSL_cleanse(plain, sizeof(plain));
	OPENSSL_cleanse(want, sizeof(want));
	return ok;
}

int
digest_md5_verify(const struct digest_account *a, const char *data)
{
	char want[DIGEST_SIZE];

	if (a->nonce_len == 0)
		return 0;
	return same_digest(digest_md5_make(a, want), want, data);
}

int
digest_hmac_verify(const struct digest_account *a, const void *body, size_t len,
    const char *mac)
{
	char want[DIGEST_SIZE];

	if (a->nonce_len == 0)
		return 0;
	return same_digest(digest_hmac_make(a, body, len, want), want, mac);
}

static void
skip_blank(const char **at)
{
	while (is_blank(**at))
		++*at;
}

static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int
is_base64(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* A parameter's name; of a token of [RFC2616] 2.2 what names are made of. */
static size_t
name_length(const char *text)
{
	size_t n = 0;

	while (is_letter(text[n]) || (text[n] >= '0' && text[n] <= '9') ||
	       text[n] == '-' || text[n] == '_' || text[n] == '.')
		n++;
	return n;
}

/* The next character of a quoted string; NUL at its end or where it breaks. */
static char
quoted(const char **at)
{
	if (**at == '"')
		return '\0';
	if (**at == '\\')
		++*at;
	if (**at == '\t' || ((unsigned char)**at >= ' ' && **at != '\x7f'))
		return *(*at)++;
	return '\0';
}

/* And of a value without quotes. */
static char
unquoted(const char **at)
{
	if (**at > ' ' && **at < '\x7f' && strchr("\",\\", **at) == NULL)
		return *(*at)++;
	return '\0';
}

static int
take_value(const char **at, char value[DIGEST_FIELD_MAX + 1], char *why)
{
	int quotes = **at == '"';
	size_t n = 0;
	char c;

	if (quotes)
		++*at;
	while ((c = quotes ? quoted(at) : unquoted(at)) != '\0') {
		if (n == DIGEST_FIELD_MAX)
			return no(why, "x-syncml-hmac: a value of more than "
				       "256 bytes");
		value[n++] = c;
	}
	value[n] = '\0';
	if (quotes && **at != '"')
		return no(why, "x-syncml-hmac: a string without its end");
	if (!quotes && n == 0)
		return no(why, "x-syncml-hmac: a parameter without value");
	*at += quotes;
	return 0;
}

/* Its 22 characters, with or without their padding, become 24. */
static int
mac_set(char mac[DIGEST_SIZE], const char *value, char *why)
{
	size_t n = 0;

	while (is_base64(value[n]))
		n++;
	if (n != MD5_CHARS - strlen(PADDING) ||
	    (value[n] != '\0' && strcmp(value + n, PADDING) != 0))
		return no(why, "x-syncml-hmac: mac is not an MD5 in base64");
	snprintf(mac, DIGEST_SIZE, "%.*s" PADDING, (int)n, value);
	return 0;
}

enum { ALGORITHM, USERNAME, MAC, NPARAMS };

static int
take_known(int which, const char *value, struct digest_hmac *h, char *why)
{
	size_t len = strlen(value);

	switch (which) {
	case ALGORITHM:
		if (strcasecmp(value, "MD5") != 0)
			return no(why, "x-syncml-hmac: algorithm is not MD5");
		return 0;
	case USERNAME:
		if (len == 0)
			return no(why, "x-syncml-hmac: username is empty");
		if (utf8_valid(value, len) != len)
			return no(why, "x-syncml-hmac: username is not UTF-8");
		memcpy(h->username, value, len + 1);
		return 0;
	case MAC:
		return mac_set(h->mac, value, why);
	default:
		return 0;
	}
}

/* One name=value; *seen has a bit for each that was there. */
static int
take_param(const char **at, unsigned *seen, struct digest_hmac *h, char *why)
{
	static const char *const names[NPARAMS] = {
		[ALGORITHM] = "algorithm",
		[USERNAME] = "username",
		[MAC] = "mac",
	};
	char value[DIGEST_FIELD_MAX + 1];
	const char *name = *at;
	size_t len = name_length(name);
	int which;

	for (which = 0; which < NPARAMS; which++)
		if (len == strlen(names[which]) &&
		    strncasecmp(name, names[which], len) == 0)
			break;
	if (which < NPARAMS && *seen & 1U << which)
		return no(why, "x-syncml-hmac: more than one %s", names[which]);
	*seen |= 1U << which;
	*at += len;
	skip_blank(at);
	if (len == 0 || **at != '=')
		return no(why, "x-syncml-hmac: not name=value");
	++*at;
	skip_blank(at);
	if (take_value(at, value, why) != 0)
		return -1;
	return take_known(which, value, h, why);
}

int
digest_hmac_parse(
    const char *text, struct digest_hmac *h, char why[DIGEST_WHY_LEN])
{
	const char *at = text;
	unsigned seen = 0;

	*h = (struct digest_hmac){ 0 };
	if (strnlen(text, DIGEST_HEADER_MAX + 1) > DIGEST_HEADER_MAX)
		return no(why, "x-syncml-hmac: more than 4096 bytes");
	for (;;) {
		skip_blank(&at);
		if (*at != ',' && *at != '\0' &&
		    take_param(&at, &seen, h, why) != 0)
			return -1;
		skip_blank(&at);
		if (*at == '\0')
			break;
		if (*at++ != ',')
			return no(why, "x-syncml-hmac: no comma between two");
	}
	if (!(seen & 1U << USERNAME))
		return no(why, "x-syncml-hmac: no username");
	if (!(seen & 1U << MAC))
		return no(why, "x-syncml-hmac: no mac");
	return 0;
}

void
digest_hmac_sha256(const void *key, size_t key_len, const void *data,
    size_t len, char out[DIGEST_SHA256_SIZE])
{
	unsigned char mac[DIGEST_SHA256_SIZE / 2];

	CHECK(key_len <= INT_MAX && HMAC(EVP_sha256(), key, (int)key_len, data,
					len, mac, NULL) != NULL);
	for (size_t i = 0; i < sizeof(mac); i++)
		snprintf(out + 2 * i, 3, "%02x", mac[i]);
}
