/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_MAKE_REQUEST_H
#define FENESTRA_MAKE_REQUEST_H

#include "../../common/der.h"
#include "make_x509.h"

/* PKCS#10 requests, part by part, so that any part may be spoiled. */

#define D(bytes) bytes, sizeof(bytes) - 1

/* The contents of AlgorithmIdentifiers. */
#define RSA_PKCS1 "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define EC_SHA2 "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03"
#define PUBLIC_EC "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define IN_P256 "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define IN_P384 "\x06\x05\x2b\x81\x04\x00\x22"
#define OIW_SHA1 "\x06\x05\x2b\x0e\x03\x02\x1d"
#define NULLS "\x05\x00"
#define RSA_SHA256 RSA_PKCS1 "\x0b" NULLS
#define EC_SHA256 EC_SHA2 "\x02"

enum key { R1024, R2048, R4096, P256, P384, P521, K256, ED, NKEYS };
static EVP_PKEY *make_keys[NKEYS];

static inline EVP_PKEY *
make_of(enum key which)
{
	static const char *const curves[NKEYS] = { [P256] = "P-256",
		[P384] = "P-384",
		[P521] = "P-521",
		[K256] = "secp256k1" };
	static const unsigned bits[NKEYS] = { 1024, 2048, 4096 };

	if (make_keys[which] == NULL && which == ED)
		make_keys[which] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else if (make_keys[which] == NULL && curves[which] != NULL)
		make_keys[which] = make_ec(curves[which]);
	else if (make_keys[which] == NULL)
		make_keys[which] = make_rsa(bits[which]);
	assert_non_null(make_keys[which]);
	return make_keys[which];
}

static inline void
make_keys_free(void)
{
	for (size_t i = 0; i < NKEYS; i++)
		EVP_PKEY_free(make_keys[i]);
}

/* A request, before and while it is spoiled. */
struct draft {
	enum key signer;
	const EVP_MD *md;
	unsigned char spki[2048], attributes[512], subject[512], out[8192];
	size_t spki_len, attributes_len, subject_len, len;
	const char *algorithm; /* of the signature: contents */
	size_t algorithm_len;
	unsigned char version;
	unsigned char *prime; /* to sign with, or NULL: the signer */
};

static inline void
put_spki(struct draft *d, const char *algorithm, size_t algorithm_len,
    const void *bits, size_t len)
{
	struct der_out o = { d->spki, sizeof(d->spki), 0, 0 };
	size_t spki = der_open(&o, DER_SEQUENCE), string;

	der_put(&o, DER_SEQUENCE, algorithm, algorithm_len);
	string = der_open(&o, DER_BITS);
	der_raw(&o, "\0", 1);
	der_raw(&o, bits, len);
	der_close(&o, string);
	der_close(&o, spki);
	assert_false(o.failed);
	d->spki_len = o.len;
}

static inline void
put_number(struct der_out *o, const BIGNUM *bn)
{
	unsigned char bytes[1200];
	int len = BN_bn2bin(bn, bytes + 1);

	bytes[0] = 0;
	if (len == 0 || bytes[1] >= 0x80)
		der_put(o, DER_INTEGER, bytes, (size_t)len + 1);
	else
		der_put(o, DER_INTEGER, bytes + 1, (size_t)len);
}

static inline void
put_rsa(struct draft *d, const BIGNUM *n, const BIGNUM *e)
{
	unsigned char bytes[1300];
	struct der_out o = { bytes, sizeof(bytes), 0, 0 };
	size_t seq = der_open(&o, DER_SEQUENCE);

	put_number(&o, n);
	put_number(&o, e);
	der_close(&o, seq);
	put_spki(d, D(RSA_PKCS1 "\x01" NULLS), bytes, o.len);
}

/* Of an extension, as in openssl.cnf: name=value. */
static inline void
ask(struct draft *d, const char *what)
{
	const char *value = strchr(what, '=') + 1;
	char *name = strndup(what, (size_t)(value - what) - 1);

	STACK_OF(X509_EXTENSION) *list = NULL;
	X509_EXTENSION *ext = X509V3_EXT_conf(NULL, NULL, name, value);
	unsigned char *der = NULL;
	struct der_out o = { d->attributes, sizeof(d->attributes), 0, 0 };
	size_t attr, set;
	int len;

	assert_non_null(ext);
	X509v3_add_ext(&list, ext, -1);
	len = i2d_X509_EXTENSIONS(list, &der);
	assert_true(len > 0);
	attr = der_open(&o, DER_SEQUENCE);
	der_raw(&o, D("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e"));
	set = der_open(&o, DER_SET);
	der_raw(&o, der, (size_t)len);
	der_close(&o, set);
	der_close(&o, attr);
	d->attributes_len = o.len;
	free(name);
	OPENSSL_free(der);
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	X509_EXTENSION_free(ext);
}

/* The padded hash to the power of 1/e mod p - 1. */
static inline void
sign_prime(const unsigned char *prime, const unsigned char *info, size_t len,
    unsigned char out[256])
{
	static const unsigned char prefix[] = { 0x30, 0x31, 0x30, 0x0d, 6, 9,
		0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20 };
	unsigned char padded[256];
	BN_CTX *c = BN_CTX_new();
	BIGNUM *p = BN_bin2bn(prime, 256, NULL), *d = BN_new(), *m, *e = NULL;

	memset(padded, 0xff, sizeof(padded));
	padded[0] = 0;
	padded[1] = 1;
	padded[204] = 0;
	memcpy(padded + 205, prefix, sizeof(prefix));
	x509_sha256(info, len, padded + 224);
	m = BN_bin2bn(padded, sizeof(padded), NULL);
	BN_hex2bn(&e, "10001");
	BN_sub_word(p, 1);
	assert_non_null(BN_mod_inverse(d, e, p, c));
	BN_add_word(p, 1);
	BN_mod_exp(m, m, d, p, c);
	BN_bn2binpad(m, out, 256);
	BN_free(p);
	BN_free(d);
	BN_free(m);
	BN_free(e);
	BN_CTX_free(c);
}

static inline void
put_signed(struct draft *d, struct der_out *o, size_t since)
{
	const unsigned char *info = o->data + since;
	size_t len = 1200, info_len = o->len - since, bits;
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char made[1200];

	if (d->prime != NULL) {
		len = 256;
		sign_prime(d->prime, info, info_len, made);
	} else {
		EVP_DigestSignInit(c, NULL, d->md, NULL, make_of(d->signer));
		assert_int_equal(
		    EVP_DigestSign(c, made, &len, info, info_len), 1);
	}
	der_put(o, DER_SEQUENCE, d->algorithm, d->algorithm_len);
	bits = der_open(o, DER_BITS);
	der_raw(o, "\0", 1);
	der_raw(o, made, len);
	der_close(o, bits);
	EVP_MD_CTX_free(c);
}

static inline void
compose(struct draft *d)
{
	struct der_out o = { d->out, sizeof(d->out), 0, 0 };
	size_t request = der_open(&o, DER_SEQUENCE);
	size_t info = der_open(&o, DER_SEQUENCE);

	der_put(&o, DER_INTEGER, &d->version, 1);
	der_put(&o, DER_SEQUENCE, d->subject, d->subject_len);
	der_raw(&o, d->spki, d->spki_len);
	der_put(&o, DER_CONTEXT_0, d->attributes, d->attributes_len);
	der_close(&o, info);
	put_signed(d, &o, request);
	der_close(&o, request);
	assert_false(o.failed);
	d->len = o.len;
}

/* Good, and of CN=device, but for what is changed before compose(). */
static inline void
make_draft(struct draft *d, enum key signer)
{
	static const char device[] =
	    "\x31\x0f\x30\x0d\x06\x03\x55\x04\x03\x0c\x06"
	    "device";
	struct blob spki = make_spki(make_of(signer));

	memset(d, 0, sizeof(*d));
	d->signer = signer;
	d->md = EVP_sha256();
	d->algorithm = signer < P256 ? RSA_SHA256 : EC_SHA256;
	d->algorithm_len =
	    signer < P256 ? sizeof(RSA_SHA256) - 1 : sizeof(EC_SHA256) - 1;
	memcpy(d->spki, spki.data, spki.len);
	d->spki_len = spki.len;
	make_free(&spki);
	memcpy(d->subject, device, sizeof(device) - 1);
	d->subject_len = sizeof(device) - 1;
}

#endif
