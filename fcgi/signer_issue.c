/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/faultpoint.h"
#include "../common/unixsock.h"
#include "../common/x509.h"
#include "signer.h"
#include "signing.h"

#define MINUTE_MS 60000LL

/* The calls of the first transaction. */
enum { CALL_SETTING, CALL_RESERVATION };

static int
refuse(struct signing_answer *a, int status, const char *reason)
{
	CHECK(reason != NULL);
	a->status = status;
	a->content.data = (const unsigned char *)reason;
	a->content.len = strlen(reason);
	return -1;
}

static int
database_refused(
    struct signer *s, struct signing_answer *a, const struct db_error *e)
{
	int status = e->status;

	if (status < 400 || status > 599) /* an old schema: it may change */
		status = 503;
	return refuse(a, status,
	    arena_printf(s->arena, "%s %s", e->message, e->sqlstate));
}

/*
 * As many as the setting says in a minute, in a burst or one by one: the
 * credit fills at that rate, up to a minute's worth.
 */
static int
take_credit(struct signer *s, const char *setting)
{
	long long rate = setting != NULL ? strtoll(setting, NULL, 10) : 0;
	long long now = unixsock_now(), most = rate * MINUTE_MS;

	if (rate == 0)
		return 0;
	if (s->credit_at == 0)
		s->credit = most;
	else
		s->credit += (now - s->credit_at) * rate;
	s->credit_at = now;
	if (s->credit > most)
		s->credit = most;
	if (s->credit < MINUTE_MS)
		return -1;
	s->credit -= MINUTE_MS;
	return 0;
}

/* What the row says, and nothing else. */
static int
read_row(struct signer *s, const struct signing_request *r,
    struct db_work *work, struct x509_template *t, struct blob *spki,
    struct signing_answer *a)
{
	const int row = CALL_RESERVATION;
	const struct x509_key_rule rule = {
		.rsa_bits_min = (int)db_value_int(work, row, 0, 5),
		.rsa_bits_max = (int)db_value_int(work, row, 0, 6),
		.allow_rsa = db_value_bool(work, row, 0, 7),
		.allow_ec = db_value_bool(work, row, 0, 8),
	};
	char why[X509_WHY_LEN];

	t->common_name = r->device;
	memcpy(t->serial, r->serial, sizeof(t->serial));
	t->not_before = db_value_int(work, row, 0, 2);
	t->not_after = db_value_int(work, row, 0, 3);
	spki->data = db_value_bytes(work, row, 0, 1, &spki->len);
	CHECK(spki->data != NULL);
	if (x509_hash_find(db_value(work, row, 0, 4), &t->hash) == -1)
		return refuse(a, 500, "the template's hash is not known");
	if (x509_key_check(spki, &rule, why) == -1)
		return refuse(a, 409, arena_strdup(s->arena, why));
	return 0;
}

static int
sign(struct signer *s, const struct x509_template *t, const struct blob *spki,
    struct blob *der, struct signing_answer *a)
{
	char why[X509_WHY_LEN];

	if (x509_issue(s->arena, s->ca, t, spki, der, why) == -1 ||
	    x509_lint(s->ca, t, spki, der, why) == -1)
		return refuse(a, 500, arena_strdup(s->arena, why));
	if (der->len > SIGNING_CONTENT_MAX)
		return refuse(a, 500, "the certificate is too large");
	return 0;
}

/* Of two who sign at once the first one counts, for both. */
static void
store(struct signer *s, const struct signing_request *r, const struct blob *der,
    struct signing_answer *a)
{
	unsigned char sha256[X509_SHA256_LEN], sha1[X509_SHA1_LEN];
	struct db_work *work = db_work(s->db, s->arena);
	struct db_error e;

	x509_sha256(der->data, der->len, sha256);
	x509_sha1(der->data, der->len, sha1);
	db_call(work, SIGNER_ISSUE);
	db_text(work, r->device);
	db_bytes(work, r->serial, sizeof(r->serial));
	db_bytes(work, der->data, der->len);
	db_bytes(work, sha256, sizeof(sha256));
	db_bytes(work, sha1, sizeof(sha1));
	db_bytes(work, s->ca_sha256, sizeof(s->ca_sha256));
	if (db_run(work, &e) == -1) {
		database_refused(s, a, &e);
		return;
	}
	a->status = 200;
	a->content.data = db_value_bytes(work, 0, 0, 0, &a->content.len);
	CHECK(a->content.data != NULL);
}

void
signer_issue(
    struct signer *s, const struct signing_request *r, struct signing_answer *a)
{
	struct db_work *work = db_work(s->db, s->arena);
	struct x509_template t = { 0 };
	struct blob spki, der;
	struct db_error e;

	db_call(work, SIGNER_SETTING);
	db_call(work, SIGNER_RESERVATION);
	db_text(work, r->device);
	db_bytes(work, r->serial, sizeof(r->serial));
	db_int(work, x509_ca_not_after(s->ca));
	if (db_run(work, &e) == -1) {
		database_refused(s, a, &e);
		return;
	}
	a->content.data =
	    db_value_bytes(work, CALL_RESERVATION, 0, 0, &a->content.len);
	if (a->content.data != NULL) {
		a->status = 200; /* it was signed before */
		return;
	}
	FAULT("signer-reserved");
	if (take_credit(s, db_lookup(work, CALL_SETTING, "signer_rate")) ==
	    -1) {
		refuse(a, 429, "more than signer_rate in a minute");
		return;
	}
	if (read_row(s, r, work, &t, &spki, a) == -1 ||
	    sign(s, &t, &spki, &der, a) == -1)
		return;
	FAULT("signer-signed");
	store(s, r, &der, a);
	FAULT("signer-stored");
}
