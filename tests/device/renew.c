/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "enroll.h"
#include "sign.h"

/* Renewal of the certificate, [MS-MDE2] 3.5: ROBO, request on behalf of. */

/* Another key of the kind that the old one is. */
static EVP_PKEY *
key_another(const struct device *d, const EVP_PKEY *old)
{
	char *spec = d->o->key_spec != NULL ? xstrdup(d->o->key_spec)
		     : key_is_rsa(old)	    ? xprintf("rsa:%d", key_bits(old))
					    : xprintf("ec:P-%d", key_bits(old));
	EVP_PKEY *key = key_make(spec);

	if (key == NULL)
		die("there is no key %s", spec);
	free(spec);
	return key;
}

static void
request_make(const struct device *d, EVP_PKEY *key, struct buf *out)
{
	char *guid = random_guid();
	struct csr csr = { .key = key,
		.hash = PKI_SHA256,
		.is_new = d->o->plan.profile->new_request,
		.guid = guid,
		.device_id = state_need(d->state, "device-id"),
		.spoil_signature = bad_is(&d->o->bad, BAD_CSR_SIGNATURE) };

	csr_write(&csr, out);
	free(guid);
}

/* Where to: what the server said, or what discovery says now. */
static int
server_find(struct device *d, struct http *h, struct enrollment *e)
{
	const char *url = state_get(d->state, "renewal-url");

	if (url == NULL)
		return discover_exchange(d, h, e);
	e->enrollment_url = xstrdup(url);
	return 0;
}

/* It is another certificate of the same subject. */
static void
renewed_judge(struct device *d, const X509 *old, const X509 *new)
{
	if (X509_NAME_cmp(
		X509_get_subject_name(old), X509_get_subject_name(new)) != 0)
		report_fail(&d->r, "subject",
		    "the new certificate has another subject");
	if (ASN1_INTEGER_cmp(
		X509_get0_serialNumber(old), X509_get0_serialNumber(new)) == 0)
		report_fail(&d->r, "serial",
		    "the new certificate has the serial of the old one");
}

/* With the old pair, in these two files, for a new one in their place. */
static int
certificate_renew(
    struct device *d, struct http *h, const char *cert, const char *key)
{
	struct enrollment e = { .renews = 1 };
	X509 *old_cert = cert_load(cert);
	EVP_PKEY *old = key_load(key);
	struct buf csr = { 0 }, token = { 0 };
	char *text = NULL;
	int ok = 0;

	if (old == NULL || old_cert == NULL)
		die("%s: nothing to renew", cert);
	e.key = key_another(d, old);
	request_make(d, e.key, &csr);
	sign_enclosed(cert, key, &csr, &token);
	if (server_find(d, h, &e) == 0)
		text = issue_exchange(d, h, &e, &token);
	if (text != NULL && provision_take_renewal(d, &e, text) == 0) {
		ok = 1;
		renewed_judge(d, old_cert, e.chain.leaf);
		if (key_save(e.key, key) == -1)
			die("%s: %s", key, strerror(errno));
		state_set(d->state, "renew", NULL);
		state_save(d->state);
	}
	free(text);
	free(e.policy_url);
	free(e.enrollment_url);
	chain_free(&e.chain);
	buf_free(&csr);
	buf_free(&token);
	EVP_PKEY_free(e.key);
	EVP_PKEY_free(old);
	X509_free(old_cert);
	return ok ? 0 : -1;
}

int
device_renew(struct device *d)
{
	char *cert = state_path(d->state, "cert.pem");
	char *key = state_path(d->state, "key.pem");
	int shown = !bad_is(&d->o->bad, BAD_NO_CERTIFICATE);
	struct http *h =
	    device_connect(d, shown ? cert : NULL, shown ? key : NULL);
	int result = certificate_renew(d, h, cert, key);

	http_close(h);
	free(cert);
	free(key);
	return result;
}
