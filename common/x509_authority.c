/* SPDX-License-Identifier: ISC */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <string.h>

#include "x509.h"
#include "x509_local.h"

/* The name for people to read, in ASCII; what does not fit is cut. */
static void
subject_text(const X509 *cert, char text[X509_WHY_LEN])
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n = 0;

	if (bio != NULL && X509_NAME_print_ex(bio, X509_get_subject_name(cert),
			       0, XN_FLAG_RFC2253) >= 0)
		n = BIO_read(bio, text, X509_WHY_LEN - 1);
	text[n > 0 ? n : 0] = '\0';
	BIO_free(bio);
}

static int
stamp(const ASN1_TIME *from, time_t *to)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(from, &tm) != 1)
		return -1;
	*to = timegm(&tm);
	return 0;
}

static int
show(X509 *cert, x509_authority_fn *fn, void *context)
{
	struct x509_authority it = { 0 };
	unsigned char *der = NULL;
	int rc = -1, len = i2d_X509(cert, &der);
	struct blob blob = { der, (size_t)(len > 0 ? len : 0) };

	it.der = &blob;
	subject_text(cert, it.subject);
	if (len > 0 && stamp(X509_get0_notBefore(cert), &it.not_before) == 0 &&
	    stamp(X509_get0_notAfter(cert), &it.not_after) == 0)
		rc = fn(context, &it);
	OPENSSL_free(der);
	return rc;
}

int
x509_authority_each(const char *path, x509_authority_fn *fn, void *context,
    char why[X509_WHY_LEN])
{
	struct blob file;
	int rc, n, shown = 0;
	X509 *cert;
	BIO *bio;

	why[0] = '\0';
	if ((bio = x509_file_open(path, 0, &file, why)) == NULL)
		return -1;
	for (n = 1; (rc = x509_pem_next(bio, &cert)) == 1 && shown == 0; n++) {
		shown = show(cert, fn, context);
		X509_free(cert);
	}
	if (rc == 1)
		X509_free(cert);
	x509_file_close(bio, &file);
	if (shown != 0)
		return -1;
	if (rc != 0)
		return x509_no(why, "%s: certificate %d is broken", path, n);
	return n > 1 ? 0 : x509_no(why, "%s: no certificate in it", path);
}
