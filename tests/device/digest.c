/* SPDX-License-Identifier: ISC */
#include <openssl/evp.h>
#include <stdlib.h>

#include "codec.h"
#include "digest.h"

/* The MD5 of something, in base64. */
static char *
hash(const void *data, size_t n)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	struct buf text = { 0 };

	if (EVP_Digest(data, n, digest, &len, EVP_md5(), NULL) != 1)
		die("no MD5");
	base64_write(&text, digest, len);
	return text.data;
}

static char *
hash_pair(const char *user, const char *secret)
{
	char *pair = xprintf("%s:%s", user, secret);
	struct buf text = { 0 };
	char *result;

	buf_puts(&text, pair);
	result = hash(text.data, text.len);
	buf_free(&text);
	free(pair);
	return result;
}

char *
digest_basic(const char *user, const char *secret)
{
	struct buf pair = { 0 }, text = { 0 };

	buf_printf(&pair, "%s:%s", user, secret);
	base64_write(&text, pair.data, pair.len);
	buf_free(&pair);
	return text.data;
}

/* Ends with body's hash for a MAC, after another colon. */
static char *
digest(const char *user, const char *secret, const struct buf *nonce,
    const char *tail)
{
	char *inner = hash_pair(user, secret), *result;
	struct buf text = { 0 };

	buf_printf(&text, "%s:", inner);
	buf_add(&text, nonce->data, nonce->len);
	if (tail != NULL)
		buf_printf(&text, ":%s", tail);
	result = hash(text.data, text.len);
	buf_free(&text);
	free(inner);
	return result;
}

char *
digest_md5(const char *user, const char *secret, const struct buf *nonce)
{
	return digest(user, secret, nonce, NULL);
}

char *
digest_mac(const char *user, const char *secret, const struct buf *nonce,
    const struct buf *body)
{
	char *tail = hash(body->data, body->len);
	char *result = digest(user, secret, nonce, tail);

	free(tail);
	return result;
}
