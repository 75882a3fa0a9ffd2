/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/arena.h"
#include "../common/base64.h"
#include "../common/check.h"
#include "exchange.h"
#include "program.h"
#include "secret.h"

/* A good certificate of our CA, seen in TLS or in a signature. */
static int
verify(struct worker *w, struct request *r, const char *text, const char *what,
    struct exchange *x)
{
	const struct identity *known;
	time_t now = time(NULL);
	char why[X509_WHY_LEN];

	x->has_certificate = 1;
	x->certificate = text;
	if ((known = identity_find(w->identities, text, now)) != NULL) {
		x->who = *known;
		return 0;
	}
	if (identity_verify(r->arena, w->store, text, now, &x->who, why) == -1)
		return fault_set(&r->fault, 403, NULL,
		    arena_printf(r->arena, "%s: %s", what, why));
	return 0;
}

/*
 * The identity is the certificate that the front server saw in the TLS
 * handshake, verified here again: its word alone is not enough.
 */
static int
identify_tls(struct worker *w, struct request *r, struct exchange *x)
{
	const char *verdict = http_param(r->http, "SSL_CLIENT_VERIFY");
	const char *text = http_param(r->http, "SSL_CLIENT_CERT");

	if (strcmp(verdict, "SUCCESS") != 0)
		return fault_set(&r->fault, 403, NULL,
		    arena_printf(r->arena, "client certificate: %s", verdict));
	if (text == NULL)
		return fault_set(&r->fault, 403, NULL,
		    "the front server does not hand on client certificates");
	return verify(w, r, text, "client certificate", x);
}

/* A proxy ate the certificate, but the device signed the body with it. */
static int
identify_signature(struct worker *w, struct request *r, struct exchange *x)
{
	struct blob der;
	const char *text;

	if (prove_signer(r->arena, r->http, time(NULL), &der, &x->proof) == -1)
		return fault_set(&r->fault, 403, NULL,
		    arena_printf(r->arena, "signature: %s", x->proof.why));
	if ((text = base64_string(r->arena, der.data, der.len)) == NULL)
		return fault_set(&r->fault, 413, NULL, "message too large");
	if (verify(w, r, text, "signer's certificate", x) == -1)
		return -1;
	x->proof.verified = 1;
	return 0;
}

/*
 * Whether the setting device_auth leaves nothing but the TLS certificate to go
 * by.  It is read again once a second, so that who has no certificate costs
 * the database nothing; as long as it cannot be read it stays as it was.
 */
static int
certificate_needed(struct worker *w, struct request *r)
{
	static const char *const optional[] = { "signature", "digest",
		"certificate-or-digest" };
	const char *mode;
	struct timespec now;
	struct db_work *work;
	struct db_error e;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec == w->device_auth_read)
		return !w->certificate_optional;
	w->device_auth_read = now.tv_sec;
	work = db_work(w->db, r->arena);
	db_call(work, SETTING);
	if (db_run(work, &e) == -1)
		return !w->certificate_optional;
	mode = db_lookup(work, 0, "device_auth");
	w->certificate_optional = 0;
	for (size_t i = 0; i < COUNT(optional); i++)
		if (mode != NULL && strcmp(mode, optional[i]) == 0)
			w->certificate_optional = 1;
	return !w->certificate_optional;
}

/* Nothing is read of a body before it is known whose it may be. */
int
sender_identify(struct worker *w, struct request *r, struct exchange *x)
{
	const char *verdict = http_param(r->http, "SSL_CLIENT_VERIFY");

	if (verdict != NULL && strcmp(verdict, "NONE") != 0)
		return identify_tls(w, r, x);
	if (certificate_needed(w, r))
		return fault_set(&r->fault, 403, NULL, "no client certificate");
	if (prove_is_signed(r->http))
		return identify_signature(w, r, x);
	return 0;
}

/*
 * A good certificate of our CA that the database does not know: the database
 * is older than the device, as after a restore.  Kept for the administrator,
 * who may recover the device.
 */
static int
note_stranger(struct worker *w, struct request *r, struct exchange *x)
{
	struct db_work *work = db_work(w->db, r->arena);
	struct fault ignored = { .status = 0 };
	const struct blob *issuer;
	struct x509_template t;
	struct blob der;
	unsigned char sha1[X509_SHA1_LEN];
	char why[X509_WHY_LEN];
	struct db_error e;

	if (x509_client_decode(r->arena, x->certificate, &der, why) == -1 ||
	    x509_describe(r->arena, &der, &t) == -1 ||
	    (issuer = x509_store_issuer(r->arena, w->store, &der)) == NULL)
		return fault_set(&r->fault, 403, NULL,
		    "a certificate of our CA, and not one for a device");
	if (syncml_read(r->arena, r->http, &x->message, &ignored) == -1)
		x->message.source = NULL;
	x509_sha1(der.data, der.len, sha1);
	db_call(work, STRANGER);
	db_bytes(work, x->who.sha256, sizeof(x->who.sha256));
	db_bytes(work, sha1, sizeof(sha1));
	db_bytes(work, der.data, der.len);
	db_bytes(work, issuer->data, issuer->len);
	db_bytes(work, t.serial, sizeof(t.serial));
	db_text(work, t.common_name);
	db_text(work, x->message.source);
	db_int(work, (long long)t.not_before);
	db_int(work, (long long)t.not_after);
	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	return fault_set(&r->fault, 403, NULL,
	    "a certificate of our CA that is not in the database: "
	    "see admin.stranger");
}

/* Whose it is, for a certificate that this worker has not seen. */
static int
find_by_certificate(struct worker *w, struct request *r, struct exchange *x)
{
	struct db_work *work;
	struct db_error e;
	const char *device;

	if (x->who.device[0] != '\0')
		return 0;
	work = db_work(w->db, r->arena);
	db_call(work, CERTIFICATE);
	db_bytes(work, x->who.sha256, sizeof(x->who.sha256));
	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	if ((device = db_value(work, 0, 0, 0)) == NULL)
		return note_stranger(w, r, x);
	snprintf(x->who.device, sizeof(x->who.device), "%s", device);
	identity_remember(w->identities, &x->who);
	return 0;
}

/* Without any certificate a name leads to the device; a digest must follow. */
static int
find_by_name(struct worker *w, struct request *r, struct exchange *x)
{
	struct db_work *work = db_work(w->db, r->arena);
	struct db_error e;
	const char *device;

	db_call(work, DEVICE_BY_ID);
	db_text(work, x->message.source);
	db_text(work, prove_name(r->arena, r->http, &x->message));
	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	if ((device = db_value(work, 0, 0, 0)) == NULL)
		return fault_set(&r->fault, 403, NULL,
		    "no client certificate, and no such device");
	snprintf(x->who.device, sizeof(x->who.device), "%s", device);
	return 0;
}

void
sender_certificate(struct db_work *work, const struct exchange *x)
{
	db_bytes(
	    work, x->has_certificate ? x->who.sha256 : NULL, X509_SHA256_LEN);
}

/* Verify a Cred or an HMAC, with what we share with the device. */
static int
verify_account(struct worker *w, struct request *r, struct exchange *x)
{
	struct db_work *work;
	struct db_error e;
	const struct seal_place place = { "client_secret", x->who.device };
	struct prove_account account = { .name = NULL };

	if (!prove_needs_account(r->http, &x->message))
		return 0;
	work = db_work(w->db, r->arena);
	db_call(work, CREDENTIAL);
	db_text(work, x->who.device);
	sender_certificate(work, x);
	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	if (db_rows(work, 0) == 1) {
		account.name = db_value(work, 0, 0, 0);
		account.secret = secret_open(w, r, RESEAL, &place,
		    db_value(work, 0, 0, 1), &x->unopened);
		account.nonce.data =
		    db_value_bytes(work, 0, 0, 2, &account.nonce.len);
		account.session_nonce.data =
		    db_value_bytes(work, 0, 0, 3, &account.session_nonce.len);
	}
	prove_account(r->arena, r->http, &x->message, &account, &x->proof);
	if (x->unopened == NULL)
		return 0;
	x->proof.why = x->unopened;
	return x->has_certificate ? 0 : sender_unopened(r, x);
}

int
sender_unopened(struct request *r, const struct exchange *x)
{
	r->response->retry_after = RETRY_AFTER;
	return fault_set(&r->fault, 503, NULL, x->unopened);
}

/* A signature beside the certificate has to be by that certificate. */
static int
verify_signature(struct worker *w, struct request *r, struct exchange *x)
{
	struct exchange signer = { .proof = { .method = NULL } };

	if (!prove_is_signed(r->http) || x->proof.method != NULL)
		return 0;
	if (identify_signature(w, r, &signer) == -1)
		return -1;
	if (memcmp(signer.who.sha256, x->who.sha256, X509_SHA256_LEN) != 0)
		return fault_set(&r->fault, 403, NULL,
		    "signature: not by the client certificate");
	x->proof.method = "signed";
	x->proof.verified = 1;
	return 0;
}

int
sender_find(struct worker *w, struct request *r, struct exchange *x)
{
	return x->has_certificate ? find_by_certificate(w, r, x)
				  : find_by_name(w, r, x);
}

int
sender_verify(struct worker *w, struct request *r, struct exchange *x)
{
	if (verify_account(w, r, x) == -1)
		return -1;
	return verify_signature(w, r, x);
}
