/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "enrollment.h"
#include "provision.h"
#include "renew.h"

static int
not_eligible(struct request *r, const char *why)
{
	r->fault.error_type = "NotEligibleToRenew";
	return fault_set(&r->fault, 500, FAULT_CERTIFICATE_REQUEST,
	    arena_strdup(r->arena, why));
}

/* The calls that a renewal begins with. */
enum { RENEWAL_SETTING, RENEWAL_TEMPLATE };

/* Both proofs, that of the request with the new key and that of TLS. */
static int
take_renewal(struct worker *w, struct request *r, const struct wstep_request *m,
    struct renewal *renewal, struct db_work **terms)
{
	struct x509_key_rule rule;
	struct db_error e;
	char why[X509_WHY_LEN] = "";

	*terms = db_work(w->db, r->arena);
	db_call(*terms, SETTING);
	db_call(*terms, TEMPLATE);
	if (db_run(*terms, &e) == -1)
		return request_db_fault(w, r, &e);
	rule = enrollment_key_rule(*terms, RENEWAL_TEMPLATE);
	if (renew_read(r->arena, m->token, &rule, renewal, why) == -1 ||
	    renew_presented(
		r->arena, r->http, w->store, time(NULL), renewal, why) == -1)
		return not_eligible(r, why);
	r->note = why[0] != '\0' ? arena_strdup(r->arena, why) : NULL;
	return 0;
}

static int
reserve_renewal(struct worker *w, struct request *r,
    const struct wstep_request *m, const struct renewal *renewal,
    struct db_work **result)
{
	struct db_work *work = db_work(w->db, r->arena);
	unsigned char serial[X509_SERIAL_LEN];
	struct db_error e;
	const char *why;

	enrollment_serial(serial);
	db_call(work, RENEW);
	db_bytes(work, renewal->signer_sha256, X509_SHA256_LEN);
	db_bytes(work, renewal->presented, X509_SHA256_LEN);
	db_text(work, wstep_context(m, "DeviceID"));
	db_bytes(work, renewal->csr.sha256, X509_SHA256_LEN);
	db_bytes(work, renewal->csr.spki.data, renewal->csr.spki.len);
	db_bytes(work, serial, sizeof(serial));
	db_array(work, m->names, m->ncontext);
	db_array(work, m->values, m->ncontext);
	*result = work;
	if (db_run(work, &e) == -1)
		return enrollment_fault(w, r, &e);
	r->device = db_value(work, 0, 0, 0);
	why = db_value(work, 0, 0, 6);
	return why == NULL ? 0 : not_eligible(r, why);
}

/* [MS-MDE2] 3.5: who it is the old certificate says, not a password. */
int
renewal_post(struct worker *w, struct request *r, const struct wstep_request *m)
{
	struct provision p = { .setting = enrollment_setting };
	struct db_work *terms, *reserved;
	struct renewal renewal;
	struct xw doc;

	if (take_renewal(w, r, m, &renewal, &terms) == -1 ||
	    reserve_renewal(w, r, m, &renewal, &reserved) == -1)
		return -1;
	p.certificate.data =
	    db_value_bytes(reserved, 0, 0, 4, &p.certificate.len);
	if (p.certificate.data == NULL &&
	    enrollment_issue(w, r, reserved, &p.certificate) == -1)
		return -1;
	p.root = x509_ca_root(w->ca);
	p.issuing = enrollment_issuer(w, r, &p.certificate);
	p.device_store = strcmp(db_value(reserved, 0, 0, 5), "System") == 0;
	p.context = terms;
	xw_init(&doc, r->arena);
	provision_write_renewal(
	    &doc, &p, x509_is_issued_by(&renewal.signer, p.issuing));
	return enrollment_answer(r, m, &doc);
}

int
renewal_note_old_device(struct worker *w, struct request *r)
{
	struct renewal old = { .presented = NULL };
	char why[X509_WHY_LEN];
	struct db_work *work;
	struct db_error e;

	if (renew_presented(
		r->arena, r->http, w->store, time(NULL), &old, why) == -1 ||
	    old.presented == NULL)
		return 0; /* and need not be */
	work = db_work(w->db, r->arena);
	db_call(work, SUPERSEDE);
	db_text(work, r->device);
	db_bytes(work, old.presented, X509_SHA256_LEN);
	return db_run(work, &e) == 0 ? 0 : request_db_fault(w, r, &e);
}
