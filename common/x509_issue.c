/* SPDX-License-Identifier: ISC */
#include <openssl/evp.h>

#include <string.h>

#include "arena.h"
#include "check.h"
#include "der.h"
#include "x509.h"
#include "x509_local.h"

#define NAME_MAX_LEN 64		/* [RFC5280] ub-common-name */
#define TIME_MAX 253402300799LL /* the last second that has four digits */

/* clang-format off */
/* AlgorithmIdentifiers, and the contents of the one of an RSA key. */
static const unsigned char rsa_sha256[] = { 0x30, 13,
	6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0 };
static const unsigned char rsa_sha384[] = { 0x30, 13,
	6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12, 5, 0 };
static const unsigned char rsa_sha512[] = { 0x30, 13,
	6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13, 5, 0 };
static const unsigned char ec_sha256[] = { 0x30, 10,
	6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2 };
static const unsigned char ec_sha384[] = { 0x30, 10,
	6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3 };
static const unsigned char ec_sha512[] = { 0x30, 10,
	6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4 };
static const unsigned char key_rsa[] = {
	6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0 };

static const struct {
	const char *oid;
	enum x509_md md;
	struct blob rsa;
	struct blob ec;
} hashes[X509_HASH_COUNT] = {
	[X509_HASH_SHA256] = { "2.16.840.1.101.3.4.2.1", X509_MD_SHA256,
		{ rsa_sha256, sizeof(rsa_sha256) }, { ec_sha256, sizeof(ec_sha256) } },
	[X509_HASH_SHA384] = { "2.16.840.1.101.3.4.2.2", X509_MD_SHA384,
		{ rsa_sha384, sizeof(rsa_sha384) }, { ec_sha384, sizeof(ec_sha384) } },
	[X509_HASH_SHA512] = { "2.16.840.1.101.3.4.2.3", X509_MD_SHA512,
		{ rsa_sha512, sizeof(rsa_sha512) }, { ec_sha512, sizeof(ec_sha512) } },
};

static const unsigned char version_3[] = { 0xa0, 3, 2, 1, 2 };
static const unsigned char oid_common_name[] = { 6, 3, 0x55, 4, 3 };

/* Whole extensions, and the identifiers of others.  [RFC5280] 4.2.1 */
static const unsigned char not_ca[] = { 0x30, 12,
	6, 3, 0x55, 0x1d, 19, 1, 1, 0xff, 4, 2, 0x30, 0 };
static const unsigned char use_sign[] = { 0x30, 14,
	6, 3, 0x55, 0x1d, 15, 1, 1, 0xff, 4, 4, 3, 2, 7, 0x80 };
static const unsigned char use_sign_encipher[] = { 0x30, 14,
	6, 3, 0x55, 0x1d, 15, 1, 1, 0xff, 4, 4, 3, 2, 5, 0xa0 };
static const unsigned char client_auth[] = { 0x30, 19,
	6, 3, 0x55, 0x1d, 37, 4, 12, 0x30, 10,
	6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2 };
static const unsigned char oid_subject_key[] = { 6, 3, 0x55, 0x1d, 14 };
static const unsigned char oid_authority_key[] = { 6, 3, 0x55, 0x1d, 35 };
/* clang-format on */

/* The key of a device, and the hash that names it.  [RFC5280] 4.2.1.2 */
struct subject_key {
	struct blob spki;
	int is_rsa;
	unsigned char id[X509_SHA1_LEN];
};

int
x509_hash_find(const char *oid, enum x509_hash *hash)
{
	for (size_t i = 0; i < X509_HASH_COUNT; i++)
		if (strcmp(hashes[i].oid, oid) == 0) {
			*hash = (enum x509_hash)i;
			return 0;
		}
	return -1;
}

static const struct blob *
algorithm_of(const struct x509_ca *ca, const struct x509_template *t)
{
	return ca->is_rsa ? &hashes[t->hash].rsa : &hashes[t->hash].ec;
}

static int
template_check(
    const struct x509_ca *ca, const struct x509_template *t, char *why)
{
	static const unsigned char zero[X509_SERIAL_LEN];
	size_t len = strlen(t->common_name);

	if (t->serial[0] >= 0x80 || memcmp(t->serial, zero, sizeof(zero)) == 0)
		return x509_no(why, "serial number not above zero");
	if (len == 0 || len > NAME_MAX_LEN)
		return x509_no(why, "common name empty or too long");
	if (t->not_before < 0 || t->not_before >= t->not_after ||
	    (long long)t->not_after > TIME_MAX)
		return x509_no(why, "no such validity");
	if (t->not_after > ca->not_after)
		return x509_no(why, "valid for longer than the CA itself");
	return 0;
}

static void
put_serial(struct der_out *o, const unsigned char serial[X509_SERIAL_LEN])
{
	size_t i = 0;

	while (
	    i + 1 < X509_SERIAL_LEN && serial[i] == 0 && serial[i + 1] < 0x80)
		i++;
	der_put(o, DER_INTEGER, serial + i, X509_SERIAL_LEN - i);
}

/* Two digits of the year up to 2049, then four.  [RFC5280] 4.1.2.5 */
static void
put_time(struct der_out *o, time_t t)
{
	char text[32];
	struct tm tm;
	size_t n;

	if (gmtime_r(&t, &tm) == NULL ||
	    (n = strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm)) == 0)
		o->failed = 1;
	else if (tm.tm_year < 150)
		der_put(o, DER_UTC_TIME, text + 2, n - 2);
	else
		der_put(o, DER_TIME, text, n);
}

static void
put_validity(struct der_out *o, const struct x509_template *t)
{
	size_t validity = der_open(o, DER_SEQUENCE);

	put_time(o, t->not_before);
	put_time(o, t->not_after);
	der_close(o, validity);
}

static void
put_subject(struct der_out *o, const char *common_name)
{
	size_t name = der_open(o, DER_SEQUENCE);
	size_t rdn = der_open(o, DER_SET);
	size_t cn = der_open(o, DER_SEQUENCE);

	der_raw(o, oid_common_name, sizeof(oid_common_name));
	der_put(o, DER_UTF8, common_name, strlen(common_name));
	der_close(o, cn);
	der_close(o, rdn);
	der_close(o, name);
}

static void
put_key_ids(
    struct der_out *o, const struct x509_ca *ca, const struct subject_key *key)
{
	size_t ext, value, id;

	ext = der_open(o, DER_SEQUENCE);
	der_raw(o, oid_subject_key, sizeof(oid_subject_key));
	value = der_open(o, DER_OCTETS);
	der_put(o, DER_OCTETS, key->id, sizeof(key->id));
	der_close(o, value);
	der_close(o, ext);

	ext = der_open(o, DER_SEQUENCE);
	der_raw(o, oid_authority_key, sizeof(oid_authority_key));
	value = der_open(o, DER_OCTETS);
	id = der_open(o, DER_SEQUENCE);
	der_put(o, 0x80, ca->key_id.data, ca->key_id.len);
	der_close(o, id);
	der_close(o, value);
	der_close(o, ext);
}

/* An RSA key may also have a secret sent to it; an EC key only signs. */
static void
put_extensions(
    struct der_out *o, const struct x509_ca *ca, const struct subject_key *key)
{
	size_t wrap = der_open(o, DER_CONTEXT_3);
	size_t list = der_open(o, DER_SEQUENCE);

	der_raw(o, not_ca, sizeof(not_ca));
	if (key->is_rsa)
		der_raw(o, use_sign_encipher, sizeof(use_sign_encipher));
	else
		der_raw(o, use_sign, sizeof(use_sign));
	der_raw(o, client_auth, sizeof(client_auth));
	put_key_ids(o, ca, key);
	der_close(o, list);
	der_close(o, wrap);
}

static int
key_look(const struct blob *spki, struct subject_key *key)
{
	struct der in = { spki->data, spki->len };
	struct der_item item, algorithm, bits;

	if (!der_strict(spki->data, spki->len) ||
	    der_take(&in, DER_SEQUENCE, &item) != 0 ||
	    der_take(&item.body, DER_SEQUENCE, &algorithm) != 0 ||
	    der_take(&item.body, DER_BITS, &bits) != 0 || item.body.len > 0)
		return -1;
	key->spki = *spki;
	key->is_rsa = der_equal(&algorithm.body, key_rsa, sizeof(key_rsa));
	x509_sha1(bits.body.data + 1, bits.body.len - 1, key->id);
	return 0;
}

static void
put_tbs(struct der_out *o, const struct x509_ca *ca,
    const struct x509_template *t, const struct subject_key *key)
{
	const struct blob *algorithm = algorithm_of(ca, t);
	size_t tbs = der_open(o, DER_SEQUENCE);

	der_raw(o, version_3, sizeof(version_3));
	put_serial(o, t->serial);
	der_raw(o, algorithm->data, algorithm->len);
	der_raw(o, ca->name.data, ca->name.len);
	put_validity(o, t);
	put_subject(o, t->common_name);
	der_raw(o, key->spki.data, key->spki.len);
	put_extensions(o, ca, key);
	der_close(o, tbs);
}

/* Signs what was written since a mark. */
static int
put_signature(struct der_out *o, struct arena *a, const struct x509_ca *ca,
    const struct x509_template *t, size_t since)
{
	const struct blob *algorithm = algorithm_of(ca, t);
	unsigned char hash[EVP_MAX_MD_SIZE], *signature;
	size_t bits, len = ca->signature_max;
	unsigned hash_len;

	if (o->failed || (signature = arena_alloc(a, len)) == NULL)
		return -1;
	if (EVP_Digest(o->data + since, o->len - since, hash, &hash_len,
		x509_md(hashes[t->hash].md), NULL) != 1 ||
	    EVP_PKEY_sign(
		ca->signer[t->hash], signature, &len, hash, hash_len) != 1)
		return -1;
	der_raw(o, algorithm->data, algorithm->len);
	bits = der_open(o, DER_BITS);
	der_raw(o, "\0", 1);
	der_raw(o, signature, len);
	der_close(o, bits);
	return 0;
}

int
x509_issue(struct arena *a, const struct x509_ca *ca,
    const struct x509_template *t, const struct blob *spki, struct blob *der,
    char why[X509_WHY_LEN])
{
	struct der_out o = { 0 };
	struct subject_key key;
	size_t cert;

	if (ca->key == NULL)
		return x509_no(why, "this CA has no key to sign with");
	if (template_check(ca, t, why) != 0)
		return -1;
	if (key_look(spki, &key) != 0)
		return x509_no(why, "not a public key");
	o.size =
	    512 + spki->len + ca->name.len + ca->key_id.len + ca->signature_max;
	o.data = arena_alloc(a, o.size);
	cert = der_open(&o, DER_SEQUENCE);
	put_tbs(&o, ca, t, &key);
	if (put_signature(&o, a, ca, t, cert) != 0)
		return x509_no(why, "the certificate could not be signed");
	der_close(&o, cert);
	if (o.failed)
		return x509_no(why, "no room for the certificate");
	der->data = o.data;
	der->len = o.len;
	return 0;
}
