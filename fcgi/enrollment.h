/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_ENROLLMENT_H
#define FENESTRA_ENROLLMENT_H

#include "../common/x509.h"
#include "page_serve.h"
#include "program.h"
#include "wstep.h"

/* The statements of fenestra-enrollment, after those of the pages. */
enum {
	RESERVE = PAGE_OWN,
	PROVISIONING,
	SECRETS,
	RESEAL,
	RENEW,
	SUPERSEDE,
};

/*
 * The steps that a first enrollment and a renewal share.  Where they return
 * -1 the fault is set.
 */

/* The key that the template wants, of the call of TEMPLATE. */
struct x509_key_rule enrollment_key_rule(const struct db_work *, int call);

void enrollment_serial(unsigned char[X509_SERIAL_LEN]);

/* What the database has against it, in the protocol's words.  Always -1. */
int enrollment_fault(
    struct worker *, struct request *, const struct db_error *);

/* Have the signer sign what was reserved, or give what it signed before. */
int enrollment_issue(struct worker *, struct request *, struct db_work *,
    struct blob *certificate);

/*
 * The CA that signed a certificate.  While one CA follows another it need not
 * be the one that signs: a request that comes again gets what it got before.
 */
const struct blob *enrollment_issuer(
    struct worker *, struct request *, const struct blob *certificate);

/* A setting, of a work whose first call is SETTING. */
const char *enrollment_setting(void *work, const char *name);

/* Answer with a provisioning document. */
int enrollment_answer(
    struct request *, const struct wstep_request *, const struct xw *document);

/* renewal.c: answer a request to renew. */
int renewal_post(
    struct worker *, struct request *, const struct wstep_request *);

/*
 * Note that the device of a first enrollment shows the certificate of another
 * one, if it does: then it is that one, set up anew.
 */
int renewal_note_old_device(struct worker *, struct request *);

#endif
