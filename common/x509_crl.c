/* SPDX-License-Identifier: ISC */
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "arena.h"
#include "x509.h"
#include "x509_local.h"

static int
add_number(X509_CRL *crl, long long number)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	int ok = n != NULL && ASN1_INTEGER_set_int64(n, number) == 1 &&
		 X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0) == 1;

	ASN1_INTEGER_free(n);
	return ok ? 0 : -1;
}

static int
add_key_id(X509_CRL *crl, const struct x509_ca *ca)
{
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();
	int ok = id != NULL && (id->keyid = ASN1_OCTET_STRING_new()) != NULL &&
		 ASN1_OCTET_STRING_set(
		     id->keyid, ca->key_id.data, (int)ca->key_id.len) == 1 &&
		 X509_CRL_add1_ext_i2d(
		     crl, NID_authority_key_identifier, id, 0, 0) == 1;

	AUTHORITY_KEYID_free(id);
	return ok ? 0 : -1;
}

static int
add_reason(X509_REVOKED *entry, int reason)
{
	ASN1_ENUMERATED *e;
	int ok;

	if (reason == 0)
		return 0;
	e = ASN1_ENUMERATED_new();
	ok = e != NULL && ASN1_ENUMERATED_set(e, reason) == 1 &&
	     X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, e, 0, 0) == 1;
	ASN1_ENUMERATED_free(e);
	return ok ? 0 : -1;
}

static int
add_entry(X509_CRL *crl, const struct x509_revoked *r)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	BIGNUM *n = BN_bin2bn(r->serial, (int)r->len, NULL);
	ASN1_INTEGER *serial = n != NULL ? BN_to_ASN1_INTEGER(n, NULL) : NULL;
	ASN1_TIME *at = ASN1_TIME_set(NULL, r->at);
	int rc = -1;

	if (entry != NULL && serial != NULL && at != NULL &&
	    X509_REVOKED_set_serialNumber(entry, serial) == 1 &&
	    X509_REVOKED_set_revocationDate(entry, at) == 1 &&
	    add_reason(entry, r->reason) == 0 &&
	    X509_CRL_add0_revoked(crl, entry) == 1)
		rc = 0;
	else
		X509_REVOKED_free(entry);
	BN_free(n);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(at);
	return rc;
}

static int
set_times(X509_CRL *crl, const struct x509_crl *c)
{
	ASN1_TIME *from = ASN1_TIME_set(NULL, c->this_update);
	ASN1_TIME *to = ASN1_TIME_set(NULL, c->next_update);
	int ok = from != NULL && to != NULL &&
		 X509_CRL_set1_lastUpdate(crl, from) == 1 &&
		 X509_CRL_set1_nextUpdate(crl, to) == 1;

	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return ok ? 0 : -1;
}

static int
fill(X509_CRL *crl, const struct x509_ca *ca, const struct x509_crl *c)
{
	if (X509_CRL_set_version(crl, X509_CRL_VERSION_2) != 1 ||
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca->x509)) !=
		1 ||
	    set_times(crl, c) != 0 || add_key_id(crl, ca) != 0 ||
	    add_number(crl, c->number) != 0)
		return -1;
	for (size_t i = 0; i < c->count; i++)
		if (add_entry(crl, &c->revoked[i]) != 0)
			return -1;
	if (X509_CRL_sort(crl) != 1)
		return -1;
	return X509_CRL_sign(crl, ca->key, x509_md(X509_MD_SHA256)) > 0 ? 0
									: -1;
}

static int
to_pem(struct arena *a, X509_CRL *crl, struct blob *pem)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long len;

	pem->data = NULL;
	if (bio != NULL && PEM_write_bio_X509_CRL(bio, crl) == 1 &&
	    (len = BIO_get_mem_data(bio, &data)) > 0) {
		pem->len = (size_t)len;
		pem->data = arena_dup(a, data, pem->len);
	}
	BIO_free(bio);
	return pem->data != NULL ? 0 : -1;
}

int
x509_crl_make(struct arena *a, const struct x509_ca *ca,
    const struct x509_crl *c, struct blob *pem, char why[X509_WHY_LEN])
{
	X509_CRL *crl;
	int rc;

	if (ca->key == NULL)
		return x509_no(why, "this CA has no key to sign with");
	if (!(X509_get_key_usage(ca->x509) & KU_CRL_SIGN))
		return x509_no(why, "this CA may not sign a CRL");
	crl = X509_CRL_new();
	rc = crl != NULL ? fill(crl, ca, c) : -1;
	if (rc == 0)
		rc = to_pem(a, crl, pem);
	X509_CRL_free(crl);
	return rc == 0 ? 0 : x509_no(why, "the CRL could not be signed");
}
