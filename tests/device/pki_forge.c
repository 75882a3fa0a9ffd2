/* SPDX-License-Identifier: ISC */
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "pki.h"

#define DAY (24L * 3600)
#define FORGED_BITS 2048U
#define SERIAL_BITS 127

static int
extension_add(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e;
	int ok;

	if (value == NULL)
		return 1;
	e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	ok = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

/* The given one or a random one. */
static void
serial_set(X509 *x, const ASN1_INTEGER *given)
{
	BIGNUM *n = given == NULL ? BN_new() : ASN1_INTEGER_to_BN(given, NULL);

	if (n == NULL)
		die("no memory");
	if (given == NULL)
		BN_rand(n, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
	if (BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) == NULL)
		die("no serial");
	BN_free(n);
}

X509 *
cert_make(const struct cert_plan *p)
{
	X509 *x = X509_new();

	if (x == NULL)
		die("no memory");
	X509_set_version(x, X509_VERSION_3);
	X509_set_subject_name(x, p->subject);
	X509_set_issuer_name(x, p->issuer);
	X509_gmtime_adj(X509_getm_notBefore(x), p->begin);
	X509_gmtime_adj(X509_getm_notAfter(x), p->end);
	X509_set_pubkey(x, p->key);
	serial_set(x, p->serial);
	if (!extension_add(x, NID_basic_constraints, p->constraints) ||
	    !extension_add(x, NID_key_usage, p->usage) ||
	    !extension_add(x, NID_ext_key_usage, p->extended_usage) ||
	    !extension_add(x, NID_subject_alt_name, p->alternative_name) ||
	    X509_sign(x, p->issuer_key, EVP_sha256()) == 0)
		die("a certificate cannot be made");
	return x;
}

X509_NAME *
name_make(const char *cn)
{
	X509_NAME *name = X509_NAME_new();

	if (name == NULL ||
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		(const unsigned char *)cn, -1, -1, 0) != 1)
		die("no memory");
	return name;
}

int
forge_identity(const X509_NAME *subject, const X509_NAME *issuer,
    const char *cert_path, const char *key_path)
{
	EVP_PKEY *ca_key = EVP_RSA_gen(FORGED_BITS);
	EVP_PKEY *key = EVP_RSA_gen(FORGED_BITS);
	struct cert_plan plan = { .subject = subject,
		.issuer = issuer,
		.key = key,
		.issuer_key = ca_key,
		.begin = -DAY,
		.end = 365 * DAY,
		.usage = "digitalSignature",
		.extended_usage = "clientAuth" };
	X509 *chain[2];
	int result;

	chain[0] = cert_make(&plan);
	plan = (struct cert_plan){ .subject = issuer,
		.issuer = issuer,
		.key = ca_key,
		.issuer_key = ca_key,
		.begin = -DAY,
		.end = 365 * DAY,
		.constraints = "critical,CA:TRUE" };
	chain[1] = cert_make(&plan);
	result = certs_save(cert_path, chain, 2);
	if (result == 0)
		result = key_save(key, key_path);
	X509_free(chain[0]);
	X509_free(chain[1]);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return result;
}
