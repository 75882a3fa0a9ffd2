/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "../common/arena.h"
#include "../common/base64.h"
#include "../common/cms.h"
#include "identity.h"
#include "renew.h"

/* Windows encodes once when it renews by itself, twice when told to. */
static int
decode(struct arena *a, const char *token, struct blob *der, char *why)
{
	const unsigned char *twice;
	size_t len;

	der->data = base64_decode(a, token, strlen(token), &der->len);
	if (der->data == NULL) {
		snprintf(why, X509_WHY_LEN, "the token is not base64");
		return -1;
	}
	/* DER of this size is not base64 by chance: its second byte is none. */
	twice = base64_decode(a, (const char *)der->data, der->len, &len);
	if (twice != NULL)
		*der = (struct blob){ twice, len };
	return 0;
}

int
renew_read(struct arena *a, const char *token, const struct x509_key_rule *rule,
    struct renewal *r, char why[X509_WHY_LEN])
{
	struct blob der, request;
	struct cms_signer signer;

	if (decode(a, token, &der, why) == -1 ||
	    cms_verify_enclosed(a, &der, &signer, &request, why) == -1 ||
	    x509_request_parse(a, &request, rule, &r->csr, why) == -1)
		return -1;
	r->signer = signer.cert;
	x509_sha256(signer.cert.data, signer.cert.len, r->signer_sha256);
	return 0;
}

int
renew_presented(struct arena *a, const struct http_request *http,
    struct x509_store *store, time_t now, struct renewal *r,
    char why[X509_WHY_LEN])
{
	const char *verdict = http_param(http, "SSL_CLIENT_VERIFY");
	const char *text = http_param(http, "SSL_CLIENT_CERT");
	struct identity who;

	r->presented = NULL;
	if (verdict == NULL || strcmp(verdict, "NONE") == 0)
		return 0;
	if (strcmp(verdict, "SUCCESS") != 0) {
		snprintf(why, X509_WHY_LEN, "client certificate: %s", verdict);
		return 0;
	}
	if (text == NULL) {
		snprintf(why, X509_WHY_LEN,
		    "the front server does not hand on client certificates");
		return -1;
	}
	if (identity_verify(a, store, text, now, &who, why) == -1)
		return -1;
	r->presented = arena_dup(a, who.sha256, sizeof(who.sha256));
	if (r->presented == NULL) {
		snprintf(why, X509_WHY_LEN, "no room for the certificate");
		return -1;
	}
	return 0;
}
