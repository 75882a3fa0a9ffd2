/* SPDX-License-Identifier: ISC */
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string.h>

#include "check.h"
#include "x509.h"
#include "x509_local.h"

/* Nothing else is on a device's certificate. */
static const struct {
	int nid;
	int critical;
} extensions[] = {
	{ NID_basic_constraints, 1 },
	{ NID_key_usage, 1 },
	{ NID_ext_key_usage, 0 },
	{ NID_subject_key_identifier, 0 },
	{ NID_authority_key_identifier, 0 },
};

/* Of signatures, by the CA's key and the hash. */
static const int algorithms[2][X509_HASH_COUNT] = {
	{ NID_ecdsa_with_SHA256, NID_ecdsa_with_SHA384, NID_ecdsa_with_SHA512 },
	{ NID_sha256WithRSAEncryption, NID_sha384WithRSAEncryption,
	    NID_sha512WithRSAEncryption },
};

struct lint {
	const struct x509_ca *ca;
	const struct x509_template *t;
	const struct blob *spki;
	X509 *cert;
};

static int
is_octets(const ASN1_OCTET_STRING *s, const void *data, size_t len)
{
	return s != NULL && (size_t)ASN1_STRING_length(s) == len &&
	       memcmp(ASN1_STRING_get0_data(s), data, len) == 0;
}

static int
is_time(const ASN1_TIME *stamp, time_t t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(stamp, &tm) == 1 && timegm(&tm) == t;
}

static int
is_serial(const struct lint *l)
{
	BIGNUM *has = ASN1_INTEGER_to_BN(X509_get0_serialNumber(l->cert), NULL);
	BIGNUM *wanted = BN_bin2bn(l->t->serial, X509_SERIAL_LEN, NULL);
	int same = has != NULL && wanted != NULL && !BN_is_zero(has) &&
		   BN_cmp(has, wanted) == 0;

	BN_free(has);
	BN_free(wanted);
	return same;
}

static int
is_issuer(const struct lint *l)
{
	unsigned char *der = NULL;
	int len = i2d_X509_NAME(X509_get_issuer_name(l->cert), &der);
	int same = len > 0 && (size_t)len == l->ca->name.len &&
		   memcmp(der, l->ca->name.data, l->ca->name.len) == 0;

	OPENSSL_free(der);
	return same;
}

static int
is_subject(const struct lint *l)
{
	const X509_NAME *name = X509_get_subject_name(l->cert);
	const X509_NAME_ENTRY *e;
	const ASN1_STRING *s;

	if (X509_NAME_entry_count(name) != 1)
		return 0;
	e = X509_NAME_get_entry(name, 0);
	s = X509_NAME_ENTRY_get_data(e);
	return OBJ_obj2nid(X509_NAME_ENTRY_get_object(e)) == NID_commonName &&
	       ASN1_STRING_type(s) == V_ASN1_UTF8STRING &&
	       is_octets(s, l->t->common_name, strlen(l->t->common_name));
}

static int
is_key(const struct lint *l)
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(l->cert), &der);
	int same = len > 0 && (size_t)len == l->spki->len &&
		   memcmp(der, l->spki->data, l->spki->len) == 0;

	OPENSSL_free(der);
	return same;
}

static int
is_algorithm(const struct lint *l)
{
	const X509_ALGOR *inner = X509_get0_tbs_sigalg(l->cert), *outer;
	int wanted = algorithms[l->ca->is_rsa][l->t->hash];

	X509_get0_signature(NULL, &outer, l->cert);
	return X509_ALGOR_cmp(inner, outer) == 0 &&
	       X509_get_signature_nid(l->cert) == wanted;
}

/* Each once, marked as it has to be, and no other. */
static int
has_extensions(const struct lint *l)
{
	if (X509_get_ext_count(l->cert) != (int)COUNT(extensions))
		return 0;
	for (size_t i = 0; i < COUNT(extensions); i++) {
		int at = X509_get_ext_by_NID(l->cert, extensions[i].nid, -1);

		if (at < 0 || X509_EXTENSION_get_critical(X509_get_ext(
				  l->cert, at)) != extensions[i].critical)
			return 0;
	}
	return 1;
}

static int
is_leaf(const struct lint *l)
{
	uint32_t flags = X509_get_extension_flags(l->cert);

	return (flags & EXFLAG_BCONS) && !(flags & EXFLAG_CA) &&
	       !(flags & EXFLAG_INVALID) && X509_get_pathlen(l->cert) == -1;
}

static int
is_usage(const struct lint *l)
{
	uint32_t wanted = KU_DIGITAL_SIGNATURE;

	if (EVP_PKEY_is_a(X509_get0_pubkey(l->cert), "RSA"))
		wanted |= KU_KEY_ENCIPHERMENT;
	return X509_get_key_usage(l->cert) == wanted;
}

static int
is_client(const struct lint *l)
{
	EXTENDED_KEY_USAGE *uses =
	    X509_get_ext_d2i(l->cert, NID_ext_key_usage, NULL, NULL);
	int one = uses != NULL && sk_ASN1_OBJECT_num(uses) == 1;

	EXTENDED_KEY_USAGE_free(uses);
	return one && X509_get_extended_key_usage(l->cert) == XKU_SSL_CLIENT;
}

static int
has_key_ids(const struct lint *l)
{
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(l->cert);
	const struct blob *ca = &l->ca->key_id;
	unsigned char id[X509_SHA1_LEN];

	x509_sha1(
	    ASN1_STRING_get0_data(bits), (size_t)ASN1_STRING_length(bits), id);
	return is_octets(X509_get0_subject_key_id(l->cert), id, sizeof(id)) &&
	       is_octets(
		   X509_get0_authority_key_id(l->cert), ca->data, ca->len) &&
	       X509_get0_authority_issuer(l->cert) == NULL &&
	       X509_get0_authority_serial(l->cert) == NULL;
}

static int
is_valid_for(const struct lint *l)
{
	return is_time(X509_get0_notBefore(l->cert), l->t->not_before) &&
	       is_time(X509_get0_notAfter(l->cert), l->t->not_after);
}

static int
is_version_3(const struct lint *l)
{
	return X509_get_version(l->cert) == X509_VERSION_3;
}

static int
is_signed(const struct lint *l)
{
	return X509_verify(l->cert, X509_get0_pubkey(l->ca->x509)) == 1;
}

static const struct {
	const char *what;
	int (*holds)(const struct lint *);
} rules[] = {
	{ "version", is_version_3 },
	{ "serial number", is_serial },
	{ "signature algorithm", is_algorithm },
	{ "issuer", is_issuer },
	{ "validity", is_valid_for },
	{ "subject", is_subject },
	{ "public key", is_key },
	{ "list of extensions", has_extensions },
	{ "basic constraints", is_leaf },
	{ "key usage", is_usage },
	{ "extended key usage", is_client },
	{ "key identifiers", has_key_ids },
	{ "signature", is_signed },
};

int
x509_lint(const struct x509_ca *ca, const struct x509_template *t,
    const struct blob *spki, const struct blob *der, char why[X509_WHY_LEN])
{
	const unsigned char *p = der->data;
	struct lint l = { ca, t, spki, NULL };
	int rc = 0;

	l.cert = d2i_X509(NULL, &p, (long)der->len);
	if (l.cert == NULL || p != der->data + der->len)
		rc = x509_no(why, "not one certificate");
	for (size_t i = 0; rc == 0 && i < COUNT(rules); i++)
		if (!rules[i].holds(&l))
			rc = x509_no(why, "not as the template has it: %s",
			    rules[i].what);
	X509_free(l.cert);
	ERR_clear_error();
	return rc;
}
