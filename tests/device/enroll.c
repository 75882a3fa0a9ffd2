/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec.h"
#include "enroll.h"

#define SMALL_KEY "rsa:1024"

static EVP_PKEY *
key_fresh(const struct device *d, long minimal)
{
	char *spec;
	EVP_PKEY *key;

	if (bad_is(&d->o->bad, BAD_SMALL_KEY))
		spec = xstrdup(SMALL_KEY);
	else if (d->o->key_spec != NULL)
		spec = xstrdup(d->o->key_spec);
	else
		spec = xprintf("rsa:%ld", minimal);
	key = key_make(spec);
	if (key == NULL)
		die("there is no key %s", spec);
	free(spec);
	return key;
}

/* A key that waits in the directory without a certificate is taken. */
static EVP_PKEY *
key_obtain(const struct device *d, long minimal)
{
	char *cert = state_path(d->state, "cert.pem");
	char *path = state_path(d->state, "key.pem");
	EVP_PKEY *key = NULL;

	if (access(cert, F_OK) == -1)
		key = key_load(path);
	if (key == NULL)
		key = key_fresh(d, minimal);
	free(cert);
	free(path);
	return key;
}

static void
request_make(
    const struct device *d, const struct enrollment *e, struct buf *out)
{
	char *guid = random_guid();
	int is_new = d->o->plan.profile->new_request;
	struct csr csr = { .key = e->key,
		.hash = is_new ? PKI_SHA256 : e->hash,
		.is_new = is_new,
		.guid = guid,
		.device_id = state_need(d->state, "device-id"),
		.spoil_signature = bad_is(&d->o->bad, BAD_CSR_SIGNATURE) };

	csr_write(&csr, out);
	free(guid);
}

/* The same bytes once more must bring the same certificate. */
static void
issue_repeat(struct device *d, struct http *h, struct enrollment *e,
    const struct buf *csr)
{
	struct enrollment again = { .key = e->key,
		.enrollment_url = e->enrollment_url,
		.token = e->token,
		.server_version = e->server_version,
		.validity_seconds = e->validity_seconds };
	char *secret = xstrdup(state_need(d->state, "client-secret"));
	char *text = issue_exchange(d, h, &again, csr);

	if (text == NULL || provision_take(d, &again, text) == -1)
		report_fail(&d->r, "repeat", "the repeated request failed");
	else if (X509_cmp(again.chain.leaf, e->chain.leaf) != 0)
		report_fail(&d->r, "repeat",
		    "the repeated request got another certificate");
	else if (strcmp(state_need(d->state, "client-secret"), secret) != 0)
		report_fail(
		    &d->r, "repeat", "the repeated request got another secret");
	else
		report_note(&d->r, "same certificate again");
	chain_free(&again.chain);
	free(secret);
	free(text);
}

static void
result_keep(struct device *d, const struct enrollment *e)
{
	char *path = state_path(d->state, "key.pem");
	char *tree = state_path(d->state, "tree");

	if (key_save(e->key, path) == -1)
		die("%s: %s", path, strerror(errno));
	unlink(tree);
	state_set(d->state, "upn", d->o->upn);
	state_set(d->state, "enrolled", "yes");
	state_set_number(d->state, "session", 0);
	state_save(d->state);
	free(path);
	free(tree);
}

static int
certificate_obtain(struct device *d, struct http *h, struct enrollment *e)
{
	struct buf csr = { 0 };
	char *text, *remark;
	int ok = 0;

	e->key = key_obtain(d, e->minimal_key_length);
	request_make(d, e, &csr);
	text = issue_exchange(d, h, e, &csr);
	if (text != NULL && provision_take(d, e, text) == 0) {
		ok = 1;
		remark = cert_subject(e->chain.leaf);
		report_note(&d->r, "certificate %s, %s", remark,
		    state_need(d->state, "management-url"));
		free(remark);
		if (bad_is(&d->o->bad, BAD_REPEAT_ENROL))
			issue_repeat(d, h, e, &csr);
		result_keep(d, e);
	}
	free(text);
	buf_free(&csr);
	return ok ? 0 : -1;
}

int
device_enroll(struct device *d)
{
	struct enrollment e = { 0 };
	struct http *h;
	int result = -1;

	device_remember(d);
	h = device_connect(d, NULL, NULL);
	if (discover_exchange(d, h, &e) == 0 &&
	    (e.authentication_url == NULL ||
		federated_exchange(d, h, &e) == 0) &&
	    policy_exchange(d, h, &e) == 0)
		result = certificate_obtain(d, h, &e);
	http_close(h);
	chain_free(&e.chain);
	EVP_PKEY_free(e.key);
	free(e.policy_url);
	free(e.enrollment_url);
	free(e.authentication_url);
	free(e.token);
	return result;
}
