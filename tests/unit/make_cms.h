/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_MAKE_CMS_H
#define FENESTRA_MAKE_CMS_H

#include <openssl/cms.h>
#include <openssl/err.h>

#include "unit.h"

#include "../../common/base64.h"
#include "../../common/cms.h"
#include "../../common/der.h"
#include "make_request.h"

/* Signatures over a body: as OpenSSL makes them, and item for item. */

#define NOW 1700000000
#define BODY "<SyncML/>"

static EVP_PKEY *ca_key;
static X509 *ca, *certs[NKEYS]; /* of the devices, one for each key */

static inline X509 *
cert_of(enum key which)
{
	const struct make_cert m = { "device", make_of(which), ca, ca_key,
		NOW - HOUR, NOW + DAY, "critical,CA:FALSE",
		"critical,digitalSignature", "clientAuth" };

	if (certs[which] == NULL)
		certs[which] = make_cert(&m);
	return certs[which];
}

static inline struct blob
made_by_openssl(
    enum key key, const EVP_MD *md, unsigned flags, int times, const char *body)
{
	BIO *in = BIO_new_mem_buf(body, -1), *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms;
	struct blob der;
	char *data;

	cms = CMS_sign(NULL, NULL, NULL, in, flags | CMS_PARTIAL | CMS_BINARY);
	assert_non_null(cms);
	for (int i = 0; i < times; i++) {
		CMS_SignerInfo *signer = CMS_add1_signer(cms, cert_of(key),
		    make_of(key), md, flags | (i > 0 ? CMS_NOCERTS : 0));

		assert_non_null(signer);
		if (flags & CMS_KEY_PARAM)
			EVP_PKEY_CTX_set_rsa_padding(
			    CMS_SignerInfo_get0_pkey_ctx(signer),
			    RSA_PKCS1_PSS_PADDING);
	}
	if (times == 0)
		CMS_add1_cert(cms, cert_of(key));
	if (flags & CMS_STREAM)
		assert_int_equal(
		    i2d_CMS_bio_stream(out, cms, in, (int)flags), 1);
	else {
		if (times > 0)
			assert_int_equal(CMS_final(cms, in, NULL, flags), 1);
		assert_int_equal(i2d_CMS_bio(out, cms), 1);
	}
	der.len = (size_t)BIO_get_mem_data(out, &data);
	der.data = arena_dup(unit_arena, data, der.len);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	BIO_free(out);
	return der;
}

static inline int
verified_by_openssl(struct blob der, const char *body)
{
	const unsigned char *p = der.data;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.len);
	BIO *in = BIO_new_mem_buf(body, -1);
	int ok = cms != NULL && CMS_verify(cms, NULL, NULL, in, NULL,
				    CMS_DETACHED | CMS_BINARY |
					CMS_NO_SIGNER_CERT_VERIFY) == 1;

	CMS_ContentInfo_free(cms);
	BIO_free(in);
	ERR_clear_error();
	return ok;
}

/* The items of a signature, those of one container behind each other. */
/* clang-format off */
enum slot {
	A_TYPE, A_TIME, A_DIGEST, A_MORE, /* signed attributes */
	N_VERSION, N_NAME, N_DIGEST, N_ATTRIBUTES, N_ALGORITHM, N_SIGNATURE,
	N_MORE,			/* SignerInfo */
	S_ONE, S_MORE,		/* all of them */
	C_TYPE, C_DATA,		/* EncapsulatedContentInfo */
	D_VERSION, D_DIGESTS, D_CONTENT, D_CERTS, D_CRLS, D_SIGNERS,
	D_MORE,			/* SignedData */
	E_DATA, E_MORE,		/* [0] */
	I_TYPE, I_DATA, I_MORE, /* ContentInfo */
	T_INFO, T_MORE,		/* the text */
	NSLOTS
};
/* clang-format on */

struct change {
	enum slot slot;
	const char *text; /* NULL: no change */
};

struct shape {
	struct blob slots[NSLOTS];
	const struct change *changes;
	enum key key;
	const EVP_MD *md;
};

#define NCHANGES 3
#define OID9 "06092a864886f70d0109" /* PKCS#9 */
#define DATA "06092a864886f70d010701"
#define TYPE "3018" OID9 "03310b" DATA
#define TIME "301c" OID9 "05310f170d3233313131343232313332305a"
#define SHA256 "0609608648016503040201"
#define SHA384 "0609608648016503040202"

static inline struct blob
item(unsigned tag, const void *data, size_t len)
{
	struct der_out o = { arena_alloc(unit_arena, len + 8), len + 8, 0, 0 };

	der_put(&o, tag, data, len);
	assert_false(o.failed);
	return (struct blob){ o.data, o.len };
}

/* From a slot to another, behind each other; without a head if tag is 0. */
static inline struct blob
joined(const struct shape *x, unsigned tag, enum slot from, enum slot to)
{
	unsigned char bytes[16384];
	size_t len = 0;

	for (size_t i = from; i <= to; i++) {
		assert_true(x->slots[i].len <= sizeof(bytes) - len);
		if (x->slots[i].len > 0)
			memcpy(bytes + len, x->slots[i].data, x->slots[i].len);
		len += x->slots[i].len;
	}
	if (tag == 0)
		return (
		    struct blob){ arena_dup(unit_arena, bytes, len + 1), len };
	return item(tag, bytes, len);
}

static inline struct blob
named(X509 *cert, int by_key)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(cert);
	unsigned char *name = NULL, *serial = NULL;
	struct shape x = { 0 };
	struct blob b;

	if (by_key)
		return item(0x80, ASN1_STRING_get0_data(id),
		    (size_t)ASN1_STRING_length(id));
	x.slots[0].len =
	    (size_t)i2d_X509_NAME(X509_get_issuer_name(cert), &name);
	x.slots[0].data = name;
	x.slots[1].len =
	    (size_t)i2d_ASN1_INTEGER(X509_get_serialNumber(cert), &serial);
	x.slots[1].data = serial;
	b = joined(&x, DER_SEQUENCE, 0, 1);
	OPENSSL_free(name);
	OPENSSL_free(serial);
	return b;
}

/*
 * Hexadecimal; F, E and L are 256 times ff, the last fe, the first 7f.
 * C and I are the device's certificate and its CA's, N and K the
 * signer's name by issuer and by key, and M is the attribute messageDigest.
 */
static inline struct blob
bytes_of(const struct shape *x, const char *text)
{
	unsigned char bytes[8192];
	struct blob b, der;
	size_t len = 0;
	unsigned byte;

	for (; *text != '\0'; text++) {
		b = der = (struct blob){ 0 };
		if (*text == 'C' || *text == 'I')
			b = der = make_der(*text == 'I' ? ca : cert_of(x->key));
		else if (*text == 'N' || *text == 'K')
			b = named(cert_of(x->key), *text == 'K');
		else if (*text == 'M')
			b = x->slots[A_DIGEST];
		else if (strchr("FEL", *text) != NULL) {
			memset(bytes + len, 0xff, 256);
			bytes[len] = *text == 'L' ? 0x7f : 0xff;
			bytes[len + 255] = *text == 'E' ? 0xfe : 0xff;
			len += 256;
		} else if (sscanf(text++, "%2x", &byte) == 1)
			bytes[len++] = (unsigned char)byte;
		if (b.len > 0)
			memcpy(bytes + len, b.data, b.len);
		len += b.len;
		make_free(&der);
	}
	return (struct blob){ arena_dup(unit_arena, bytes, len + 1), len };
}

/* Another than what was meant to be there, if the case says so. */
static inline void
put(struct shape *x, enum slot slot, struct blob b)
{
	for (size_t i = 0; i < NCHANGES; i++)
		if (x->changes[i].text != NULL && x->changes[i].slot == slot)
			b = bytes_of(x, x->changes[i].text);
	x->slots[slot] = b;
}

static inline void
put_hex(struct shape *x, enum slot slot, const char *text)
{
	put(x, slot, bytes_of(x, text));
}

static inline void
put_attributes(struct shape *x)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char text[2 * EVP_MAX_MD_SIZE + 1];
	unsigned len;

	EVP_Digest(BODY, strlen(BODY), digest, &len, x->md, NULL);
	for (unsigned i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	put_hex(x, A_TYPE, TYPE);
	put_hex(x, A_TIME, TIME);
	put_hex(x, A_DIGEST,
	    unit_printf("30%02x" OID9 "0431%02x04%02x%s", len + 15, len + 2,
		len, text));
	put_hex(x, A_MORE, "");
}

static inline struct blob
signed_by(const struct shape *x)
{
	struct blob set = joined(x, DER_SET, A_TYPE, A_MORE);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char made[1024];
	size_t len = sizeof(made);

	assert_int_equal(
	    EVP_DigestSignInit(c, NULL, x->md, NULL, make_of(x->key)), 1);
	assert_int_equal(EVP_DigestSign(c, made, &len, set.data, set.len), 1);
	EVP_MD_CTX_free(c);
	return item(DER_OCTETS, made, len);
}

static inline struct blob
made_by_hand(enum key key, const EVP_MD *md, const struct change *changes)
{
	struct shape x = { .changes = changes, .key = key, .md = md };

	put_attributes(&x);
	put_hex(&x, N_VERSION, "020101");
	put_hex(&x, N_NAME, "N");
	put_hex(&x, N_DIGEST, "300b" SHA256);
	put(&x, N_ATTRIBUTES, joined(&x, DER_CONTEXT_0, A_TYPE, A_MORE));
	put_hex(&x, N_ALGORITHM, "300a06082a8648ce3d040302");
	put(&x, N_SIGNATURE, signed_by(&x));
	put_hex(&x, N_MORE, "");
	put(&x, S_ONE, joined(&x, DER_SEQUENCE, N_VERSION, N_MORE));
	put_hex(&x, S_MORE, "");
	put_hex(&x, C_TYPE, DATA);
	put_hex(&x, C_DATA, "");
	put_hex(&x, D_VERSION, "020101");
	put_hex(&x, D_DIGESTS, "310d300b" SHA256);
	put(&x, D_CONTENT, joined(&x, DER_SEQUENCE, C_TYPE, C_DATA));
	put_hex(&x, D_CERTS, "C");
	if (x.slots[D_CERTS].len > 0)
		x.slots[D_CERTS] = joined(&x, DER_CONTEXT_0, D_CERTS, D_CERTS);
	put_hex(&x, D_CRLS, "");
	put(&x, D_SIGNERS, joined(&x, DER_SET, S_ONE, S_MORE));
	put_hex(&x, D_MORE, "");
	put(&x, E_DATA, joined(&x, DER_SEQUENCE, D_VERSION, D_MORE));
	put_hex(&x, E_MORE, "");
	put_hex(&x, I_TYPE, "06092a864886f70d010702");
	put(&x, I_DATA, joined(&x, DER_CONTEXT_0, E_DATA, E_MORE));
	put_hex(&x, I_MORE, "");
	put(&x, T_INFO, joined(&x, DER_SEQUENCE, I_TYPE, I_MORE));
	put_hex(&x, T_MORE, "");
	return joined(&x, 0, T_INFO, T_MORE);
}

/* A certificate with that name of it and another key, as hexadecimal. */
static inline char *
cert_with(enum key which, const char *spki)
{
	struct shape x = { .key = which };
	struct blob b = named(cert_of(which), 0);
	struct der in = { b.data, b.len };
	struct der_item sequence, issuer, serial;
	char *hex;

	der_take(&in, DER_SEQUENCE, &sequence);
	der_take(&sequence.body, DER_SEQUENCE, &issuer);
	der_take(&sequence.body, DER_INTEGER, &serial);
	x.slots[0] = (struct blob){ serial.whole.data, serial.whole.len };
	x.slots[1] = bytes_of(&x, "3000");
	x.slots[2] = (struct blob){ issuer.whole.data, issuer.whole.len };
	x.slots[3] = bytes_of(&x, "30003000");
	x.slots[4] = bytes_of(&x, spki);
	x.slots[0] = joined(&x, DER_SEQUENCE, 0, 4);
	x.slots[1] = bytes_of(&x, "3000030100");
	b = joined(&x, DER_SEQUENCE, 0, 1);
	hex = unit_printf("%*s", 2 * (int)b.len, "");
	for (size_t i = 0; i < b.len; i++)
		snprintf(hex + 2 * i, 3, "%02x", b.data[i]);
	return hex;
}

static const struct change good[NCHANGES];

/* Of a verification, so that thousands of them have room. */
static struct arena *scratch;

static inline int
cms_setup(void **state)
{
	(void)state;
	scratch = arena_new(64 * 1024);
	ca_key = make_ec("P-256");
	ca = make_ca("Issuing", ca_key, NULL, NULL, NOW);
	return 0;
}

static inline int
cms_teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < NKEYS; i++)
		X509_free(certs[i]);
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	make_keys_free();
	arena_free(scratch);
	return 0;
}

static inline int
verify(struct blob der, const char *body, struct cms_signer *s, char *why)
{
	char *text;
	int rc;

	arena_reset(scratch);
	text = base64_string(scratch, der.data, der.len);
	assert_non_null(text);
	*why = '\0';
	rc = cms_verify_detached(scratch, text, body, strlen(body), s, why);
	assert_int_equal(ERR_peek_error(), 0);
	return rc;
}

/* Whether it is accepted; if not, why has to contain the reason. */
static inline int
judge(
    const char *what, struct blob der, const char *reason, struct cms_signer *s)
{
	char why[X509_WHY_LEN];
	int rc = verify(der, BODY, s, why);

	if (reason == NULL && rc != 0)
		unit_wrong(what, "refused: %s", why);
	else if (reason != NULL && (rc == 0 || strstr(why, reason) == NULL))
		unit_wrong(what, "'%s', not '%s'", why, reason);
	return rc == 0;
}

#endif
