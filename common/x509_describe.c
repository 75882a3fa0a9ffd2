/* SPDX-License-Identifier: ISC */
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <string.h>

#include "arena.h"
#include "x509.h"
#include "x509_local.h"

/* The one common name, if it is the UTF-8 of no more than its bytes. */
static const char *
common_name(struct arena *a, X509 *cert)
{
	X509_NAME *name = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	const ASN1_STRING *value;
	size_t len;

	if (at == -1 ||
	    X509_NAME_get_index_by_NID(name, NID_commonName, at) != -1)
		return NULL;
	value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	len = (size_t)ASN1_STRING_length(value);
	if (ASN1_STRING_type(value) != V_ASN1_UTF8STRING ||
	    memchr(ASN1_STRING_get0_data(value), '\0', len) != NULL)
		return NULL;
	return arena_strndup(
	    a, (const char *)ASN1_STRING_get0_data(value), len);
}

static int
to_time(const ASN1_TIME *stamp, time_t *t)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(stamp, &tm) != 1)
		return -1;
	*t = timegm(&tm);
	return 0;
}

static int
serial(X509 *cert, unsigned char out[X509_SERIAL_LEN])
{
	const ASN1_INTEGER *s = X509_get0_serialNumber(cert);
	size_t len = (size_t)ASN1_STRING_length(s);

	if (ASN1_STRING_type(s) != V_ASN1_INTEGER || len > X509_SERIAL_LEN)
		return -1;
	memset(out, 0, X509_SERIAL_LEN);
	memcpy(out + X509_SERIAL_LEN - len, ASN1_STRING_get0_data(s), len);
	return 0;
}

int
x509_describe(struct arena *a, const struct blob *der, struct x509_template *t)
{
	const unsigned char *at = der->data;
	X509 *cert = d2i_X509(NULL, &at, (long)der->len);
	int ok;

	*t = (struct x509_template){ 0 };
	ok = cert != NULL && (t->common_name = common_name(a, cert)) != NULL &&
	     serial(cert, t->serial) == 0 &&
	     to_time(X509_get0_notBefore(cert), &t->not_before) == 0 &&
	     to_time(X509_get0_notAfter(cert), &t->not_after) == 0;
	X509_free(cert);
	ERR_clear_error();
	return ok ? 0 : -1;
}
