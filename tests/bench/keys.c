/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "keys.h"

#define EXPONENT 65537
#define PRIME_BITS 1024

struct keys {
	size_t nprimes;
	BIGNUM **primes;
};

/* What fails here fails for want of memory or of OpenSSL. */
static void
need(int ok)
{
	if (!ok)
		errx(1, "OpenSSL or memory");
}

struct keys *
keys_new(size_t count)
{
	struct keys *k = calloc(1, sizeof(*k));
	size_t n = 2;

	while (n * (n - 1) / 2 < count)
		n++;
	need(k != NULL);
	need((k->primes = calloc(n, sizeof(BIGNUM *))) != NULL);
	while (k->nprimes < n) {
		BIGNUM *p = BN_new();

		need(p != NULL &&
		     BN_generate_prime_ex(p, PRIME_BITS, 0, NULL, NULL, NULL));
		if (BN_mod_word(p, EXPONENT) != 1)
			k->primes[k->nprimes++] = p;
		else
			BN_free(p);
	}
	return k;
}

void
keys_free(struct keys *k)
{
	for (size_t i = 0; i < k->nprimes; i++)
		BN_free(k->primes[i]);
	free(k->primes);
	free(k);
}

enum { N, E, D, P, Q, DP, DQ, QINV, PARTS };

/* RFC 8017, 3.2: all parts of the key of two primes. */
static void
compute(BIGNUM *part[PARTS], const BIGNUM *p, const BIGNUM *q, BN_CTX *ctx)
{
	BIGNUM *p1 = BN_dup(p), *q1 = BN_dup(q), *phi = BN_new();

	for (int i = 0; i < PARTS; i++)
		need((part[i] = BN_new()) != NULL);
	need(p1 != NULL && q1 != NULL && phi != NULL && BN_sub_word(p1, 1) &&
	     BN_sub_word(q1, 1) && BN_mul(phi, p1, q1, ctx));
	need(BN_copy(part[P], p) != NULL && BN_copy(part[Q], q) != NULL &&
	     BN_mul(part[N], p, q, ctx) && BN_set_word(part[E], EXPONENT) &&
	     BN_mod_inverse(part[D], part[E], phi, ctx) != NULL &&
	     BN_mod(part[DP], part[D], p1, ctx) &&
	     BN_mod(part[DQ], part[D], q1, ctx) &&
	     BN_mod_inverse(part[QINV], q, p, ctx) != NULL);
	BN_free(p1);
	BN_free(q1);
	BN_free(phi);
}

static EVP_PKEY *
make_key(const BIGNUM *p, const BIGNUM *q)
{
	static const char *const names[PARTS] = { OSSL_PKEY_PARAM_RSA_N,
		OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
		OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
		OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
		OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
	OSSL_PARAM_BLD *list = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *part[PARTS];
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	need(list != NULL && maker != NULL && ctx != NULL);
	compute(part, p, q, ctx);
	for (int i = 0; i < PARTS; i++)
		need(OSSL_PARAM_BLD_push_BN(list, names[i], part[i]));
	need((params = OSSL_PARAM_BLD_to_param(list)) != NULL &&
	     EVP_PKEY_fromdata_init(maker) == 1 &&
	     EVP_PKEY_fromdata(maker, &key, EVP_PKEY_KEYPAIR, params) == 1);
	for (int i = 0; i < PARTS; i++)
		BN_free(part[i]);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(list);
	EVP_PKEY_CTX_free(maker);
	BN_CTX_free(ctx);
	return key;
}

EVP_PKEY *
keys_get(const struct keys *k, size_t number)
{
	size_t i = 1;

	/* Pairs (j, i) with j < i, those of each i in a row. */
	while (number >= i)
		number -= i++;
	need(i < k->nprimes);
	return make_key(k->primes[i], k->primes[number]);
}

static char *
base64(const unsigned char *der, int len)
{
	char *out = malloc((size_t)len * 4 / 3 + 8);

	need(out != NULL);
	EVP_EncodeBlock((unsigned char *)out, der, len);
	return out;
}

/* PKCS#10 in DER; its length. */
static int
request(EVP_PKEY *key, const char *name, unsigned char **der)
{
	X509_REQ *r = X509_REQ_new();
	int len;

	need(r != NULL &&
	     X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(r), "CN",
		 MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0) &&
	     X509_REQ_set_pubkey(r, key) &&
	     X509_REQ_sign(r, key, EVP_sha256()) > 0);
	need((len = i2d_X509_REQ(r, der)) > 0);
	X509_REQ_free(r);
	return len;
}

char *
keys_request(EVP_PKEY *key, const char *name)
{
	unsigned char *der = NULL;
	int len = request(key, name, &der);
	char *out = base64(der, len);

	OPENSSL_free(der);
	return out;
}

char *
keys_renewal(EVP_PKEY *key, const char *name, const char *path)
{
	BIO *file = BIO_new_file(path, "r"), *in;
	EVP_PKEY *old = PEM_read_bio_PrivateKey(file, NULL, NULL, NULL);
	X509 *cert = PEM_read_bio_X509(file, NULL, NULL, NULL);
	unsigned char *content = NULL, *der = NULL;
	CMS_ContentInfo *cms;
	char *out;
	int len;

	need(old != NULL && cert != NULL);
	len = request(key, name, &content);
	need((in = BIO_new_mem_buf(content, len)) != NULL &&
	     (cms = CMS_sign(cert, old, NULL, in, CMS_BINARY)) != NULL &&
	     (len = i2d_CMS_ContentInfo(cms, &der)) > 0);
	out = base64(der, len);
	CMS_ContentInfo_free(cms);
	OPENSSL_free(content);
	OPENSSL_free(der);
	X509_free(cert);
	EVP_PKEY_free(old);
	BIO_free(in);
	BIO_free(file);
	return out;
}

/* The base64 text from `text` on; its length in *len.  NULL if it is none. */
static unsigned char *
decode(const char *text, int *len)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"abcdefghijklmnopqrstuvwxyz0123456789+/=");
	unsigned char *out = calloc(1, n + 4);

	need(out != NULL);
	*len = EVP_DecodeBlock(out, (const unsigned char *)text, (int)n);
	for (size_t i = n; *len > 0 && i > 0 && text[i - 1] == '='; i--)
		--*len;
	if (*len > 0)
		return out;
	free(out);
	return NULL;
}

static char *
certificate_pem(X509 *cert)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *data, *pem;
	long len;

	need(out != NULL && PEM_write_bio_X509(out, cert));
	len = BIO_get_mem_data(out, &data);
	need((pem = strndup(data, (size_t)len)) != NULL);
	BIO_free(out);
	return pem;
}

/* The certificate in base64 at `text`, if it is of this key. */
static char *
certificate_at(EVP_PKEY *key, const char *text)
{
	int len;
	unsigned char *der = decode(text, &len);
	const unsigned char *p = der;
	X509 *cert = der != NULL ? d2i_X509(NULL, &p, len) : NULL;
	char *pem = NULL;

	if (cert != NULL && EVP_PKEY_eq(X509_get0_pubkey(cert), key) == 1)
		pem = certificate_pem(cert);
	X509_free(cert);
	free(der);
	return pem;
}

char *
keys_certificate(EVP_PKEY *key, const char *answer)
{
	static const char value[] = "EncodedCertificate\" value=\"";
	const char *at = strstr(answer, "BinarySecurityToken");
	unsigned char *document;
	char *pem = NULL;
	int len;

	if (at == NULL || (at = strchr(at, '>')) == NULL ||
	    (document = decode(at + 1, &len)) == NULL)
		return NULL;
	for (at = (char *)document;
	     pem == NULL && (at = strstr(at, value)) != NULL;) {
		at += strlen(value);
		pem = certificate_at(key, at);
	}
	free(document);
	return pem;
}

void
keys_save(EVP_PKEY *key, const char *certificate, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	FILE *f = fd != -1 ? fdopen(fd, "w") : NULL;

	if (f == NULL)
		err(1, "%s", path);
	need(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL));
	if (fputs(certificate, f) == EOF || fclose(f) == EOF)
		err(1, "%s", path);
}
