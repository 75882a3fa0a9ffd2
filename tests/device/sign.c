/* SPDX-License-Identifier: ISC */
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "codec.h"
#include "pki.h"
#include "sign.h"

#define FLAGS (CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP)

static void
time_set(CMS_SignerInfo *signer, time_t when)
{
	ASN1_TIME *t = ASN1_TIME_set(NULL, when);

	if (t == NULL || CMS_signed_add1_attr_by_NID(signer,
			     NID_pkcs9_signingTime, t->type, t, -1) != 1)
		die("no signing time");
	ASN1_TIME_free(t);
}

static void
cms_write(struct buf *out, CMS_ContentInfo *cms)
{
	unsigned char *der = NULL;
	int n = i2d_CMS_ContentInfo(cms, &der);

	if (n <= 0)
		die("the signature cannot be encoded");
	base64_write(out, der, (size_t)n);
	OPENSSL_free(der);
}

char *
sign_body(const char *cert_path, const char *key_path, const struct buf *body,
    time_t when)
{
	X509 *cert = cert_load(cert_path);
	EVP_PKEY *key = key_load(key_path);
	CMS_ContentInfo *cms =
	    CMS_sign(NULL, NULL, NULL, NULL, FLAGS | CMS_PARTIAL);
	BIO *in = BIO_new_mem_buf(body->data, (int)body->len);
	CMS_SignerInfo *signer;
	struct buf out = { 0 };

	if (cert == NULL || key == NULL)
		die("%s: there is nothing to sign with", cert_path);
	if (cms == NULL || in == NULL)
		die("no memory");
	signer = CMS_add1_signer(cms, cert, key, EVP_sha256(), FLAGS);
	if (signer == NULL)
		die("%s: it cannot sign", cert_path);
	time_set(signer, when);
	if (CMS_final(cms, in, NULL, FLAGS) != 1)
		die("%s: it cannot sign", cert_path);
	cms_write(&out, cms);
	BIO_free(in);
	CMS_ContentInfo_free(cms);
	X509_free(cert);
	EVP_PKEY_free(key);
	return out.data;
}

void
sign_enclosed(const char *cert_path, const char *key_path,
    const struct buf *content, struct buf *out)
{
	X509 *cert = cert_load(cert_path);
	EVP_PKEY *key = key_load(key_path);
	BIO *in = BIO_new_mem_buf(content->data, (int)content->len);
	CMS_ContentInfo *cms;
	unsigned char *der = NULL;
	int n;

	if (cert == NULL || key == NULL)
		die("%s: there is nothing to sign with", cert_path);
	if (in == NULL)
		die("no memory");
	cms = CMS_sign(cert, key, NULL, in, CMS_BINARY | CMS_NOSMIMECAP);
	if (cms == NULL || (n = i2d_CMS_ContentInfo(cms, &der)) <= 0)
		die("%s: it cannot sign", cert_path);
	buf_add(out, der, (size_t)n);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	X509_free(cert);
	EVP_PKEY_free(key);
}
