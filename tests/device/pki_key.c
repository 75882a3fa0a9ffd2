/* SPDX-License-Identifier: ISC */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "pki.h"

static const EVP_MD *
hash_md(enum pki_hash hash)
{
	switch (hash) {
	case PKI_SHA1:
		return EVP_sha1();
	case PKI_SHA256:
		return EVP_sha256();
	case PKI_SHA384:
		return EVP_sha384();
	case PKI_SHA512:
		break;
	}
	return EVP_sha512();
}

const char *
hash_name(enum pki_hash hash)
{
	static const char *const names[] = { "SHA-1", "SHA-256", "SHA-384",
		"SHA-512" };

	return names[hash];
}

EVP_PKEY *
key_make(const char *spec)
{
	long bits;

	if (str_starts(spec, "rsa:") &&
	    str_number(spec + 4, 512, 16384, &bits) == 0)
		return EVP_RSA_gen((unsigned)bits);
	if (str_starts(spec, "ec:"))
		return EVP_EC_gen(spec + 3);
	return NULL;
}

EVP_PKEY *
key_load(const char *path)
{
	FILE *f = fopen(path, "r");
	EVP_PKEY *key;

	if (f == NULL)
		return NULL;
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	return key;
}

int
key_save(const EVP_PKEY *key, const char *path)
{
	mode_t mask = umask(077);
	FILE *f = fopen(path, "w");
	int ok;

	umask(mask);
	if (f == NULL)
		return -1;
	ok = PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	if (fclose(f) != 0)
		ok = 0;
	return ok ? 0 : -1;
}

int
key_is_rsa(const EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "RSA");
}

int
key_bits(const EVP_PKEY *key)
{
	return EVP_PKEY_get_bits(key);
}

void
key_spki(const EVP_PKEY *key, struct buf *out)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);

	if (n <= 0)
		die("the public key cannot be encoded");
	buf_add(out, der, (size_t)n);
	OPENSSL_free(der);
}

void
key_sign(
    EVP_PKEY *key, enum pki_hash hash, const struct buf *data, struct buf *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const unsigned char *in = (const unsigned char *)data->data;
	unsigned char *signature;
	size_t n = (size_t)EVP_PKEY_get_size(key);

	signature = xcalloc(n, 1);
	if (ctx == NULL ||
	    EVP_DigestSignInit(ctx, NULL, hash_md(hash), NULL, key) != 1 ||
	    EVP_DigestSign(ctx, signature, &n, in, data->len) != 1)
		die("the key cannot sign with %s", hash_name(hash));
	buf_add(out, signature, n);
	free(signature);
	EVP_MD_CTX_free(ctx);
}
