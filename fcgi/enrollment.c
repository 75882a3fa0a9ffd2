/* SPDX-License-Identifier: ISC */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../common/arena.h"
#include "../common/base64.h"
#include "../common/check.h"
#include "../common/password.h"
#include "../common/x509.h"
#include "enrollment.h"
#include "page_serve.h"
#include "policy.h"
#include "program.h"
#include "provision.h"
#include "secret.h"
#include "signing.h"

#define SECRET_LEN 32 /* bytes of a DM secret, before base64 */
#define NONCE_LEN 16

static const struct db_statement statements[] = {
	AUTHENTICATE_STATEMENTS,
	PAGE_STATEMENTS,
	[RESERVE] = { "reserve",
	    "select device, serial, not_before, not_after, certificate, "
	    "auth_name, client_nonce, server_nonce, auth_type "
	    "from enrollment.reserve(" DB_NAMED(
		"$1::text", 14) ","
				"$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)",
	    14, 1 },
	[RENEW] = { "renew",
	    "select device, serial, not_before, not_after, certificate, "
	    "store, refusal from enrollment.renew(" DB_NAMED(
		"$1::bytea", 9) ",$2,$3,$4,$5,$6,$7,$8)",
	    9, 1 },
	[PROVISIONING] = { "provisioning",
	    "select name, value from enrollment.provisioning($1)", 1 },
	[SECRETS] = { "secrets",
	    "select client_secret, server_secret "
	    "from enrollment.secrets($1,$2,$3,$4)",
	    4 },
	[RESEAL] = { "reseal", "select enrollment.reseal($1,$2,$3,$4)", 4 },
	[SUPERSEDE] = { "supersede", "select enrollment.supersede($1,$2)", 2 },
};

static int
post_policy(struct worker *w, struct request *r)
{
	struct policy_request p = { 0 };
	struct policy_template t;
	struct user who = { 0 };
	struct db_work *work;
	const char **fields[] = { &t.name, &t.schema, &t.minimal_key_length,
		&t.validity_seconds, &t.renewal_seconds, &t.hash_oid,
		&t.hash_name, &t.providers, &t.major_revision,
		&t.minor_revision };
	struct xw out;
	int rc;

	rc = policy_read(r->arena, r->http, &p, &r->fault);
	r->relates_to = p.header.message_id;
	if (rc == -1 || authenticate(w, r, &p.header, &who, &work) == -1 ||
	    authenticate_fresh(r, &who) == -1)
		return -1;
	for (size_t i = 0; i < COUNT(fields); i++)
		*fields[i] = db_value(work, CALL_TEMPLATE, 0, (int)i);
	xw_init(&out, r->arena);
	policy_answer(&out, &p, &t, r->http->id);
	return request_answer(r, SOAP_CONTENT_TYPE, &out);
}

struct x509_key_rule
enrollment_key_rule(const struct db_work *work, int call)
{
	return (struct x509_key_rule){
		.rsa_bits_min = (int)db_value_int(work, call, 0, 2),
		.rsa_bits_max = (int)db_value_int(work, call, 0, 10),
		.allow_rsa = db_value_bool(work, call, 0, 11),
		.allow_ec = db_value_bool(work, call, 0, 12),
	};
}

/* The PKCS#10 in the token, as the template wants it. */
static int
take_request(struct request *r, const struct wstep_request *m,
    const struct db_work *work, struct x509_request *csr)
{
	const struct x509_key_rule rule =
	    enrollment_key_rule(work, CALL_TEMPLATE);
	struct blob der;
	char *why;

	CHECK((why = arena_alloc(r->arena, X509_WHY_LEN)) != NULL);
	der.data =
	    base64_decode(r->arena, m->token, strlen(m->token), &der.len);
	if (der.data == NULL)
		return fault_set(&r->fault, 500, FAULT_CERTIFICATE_REQUEST,
		    "BinarySecurityToken is not base64");
	if (x509_request_parse(r->arena, &der, &rule, csr, why) == -1)
		return fault_set(
		    &r->fault, 500, FAULT_CERTIFICATE_REQUEST, why);
	return 0;
}

/* Sealed at once: what it is only the device is told. */
static char *
random_secret(struct worker *w, struct arena *a, const struct seal_place *place)
{
	unsigned char bytes[SECRET_LEN];
	char *text;

	x509_random(bytes, sizeof(bytes));
	text = base64_string(a, bytes, sizeof(bytes));
	explicit_bzero(bytes, sizeof(bytes));
	return text != NULL ? seal_close(a, w->seal, place, text) : NULL;
}

void
enrollment_serial(unsigned char serial[X509_SERIAL_LEN])
{
	x509_random(serial, X509_SERIAL_LEN);
	serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, full length */
}

static int
is_device_enrollment(const struct wstep_request *m)
{
	const char *type = wstep_context(m, "EnrollmentType");

	return type != NULL && strcmp(type, "Device") == 0;
}

/* What the database has against it, in the protocol's words. */
int
enrollment_fault(struct worker *w, struct request *r, const struct db_error *e)
{
	static const struct {
		int status;
		const char *subcode;
	} faults[] = {
		{ 400, FAULT_MESSAGE_FORMAT },
		{ 409, FAULT_CERTIFICATE_REQUEST },
	};

	if (e->status == 403)
		return authenticate_refused(r, e);
	for (size_t i = 0; i < COUNT(faults); i++)
		if (faults[i].status == e->status)
			return fault_set(&r->fault, 500, faults[i].subcode,
			    arena_strdup(r->arena, e->message));
	return request_db_fault(w, r, e);
}

/*
 * The record of what will be signed, committed before it is.  The random
 * values below count only if this request was not seen before.
 */
static int
reserve(struct worker *w, struct request *r, const struct wstep_request *m,
    const struct user *who, const struct x509_request *csr,
    struct db_work **result)
{
	unsigned char serial[X509_SERIAL_LEN], nonces[2][NONCE_LEN];
	struct db_work *work = db_work(w->db, r->arena);
	const char *id = wstep_context(m, "DeviceID");
	struct db_error e;

	enrollment_serial(serial);
	x509_random(nonces, sizeof(nonces));
	db_call(work, RESERVE);
	db_text(work, who->upn);
	db_text(work, id);
	db_text(work, is_device_enrollment(m) ? "Device" : "Full");
	db_bytes(work, csr->sha256, sizeof(csr->sha256));
	db_bytes(work, csr->spki.data, csr->spki.len);
	db_bytes(work, serial, sizeof(serial));
	db_text(work, id);
	db_text(work, NULL); /* the secrets come when it has a device */
	db_text(work, NULL);
	db_bytes(work, nonces[0], NONCE_LEN);
	db_bytes(work, nonces[1], NONCE_LEN);
	db_array(work, m->names, m->ncontext);
	db_array(work, m->values, m->ncontext);
	authenticate_admit(work, who, id, csr->sha256, sizeof(csr->sha256));
	*result = work;
	if (db_run(work, &e) == 0)
		return 0;
	return enrollment_fault(w, r, &e);
}

/* The signer signs what was reserved, or gives what it signed before. */
int
enrollment_issue(struct worker *w, struct request *r, struct db_work *reserved,
    struct blob *certificate)
{
	struct signing_request ask;
	struct db_error e = { 0 };
	const unsigned char *serial;
	const char *why;
	size_t len;

	serial = db_value_bytes(reserved, 0, 0, 1, &len);
	CHECK(serial != NULL && len == sizeof(ask.serial));
	memcpy(ask.serial, serial, len);
	snprintf(ask.id, sizeof(ask.id), "%s", r->http->id);
	snprintf(ask.device, sizeof(ask.device), "%s", r->device);
	e.status = signing_ask(
	    r->arena, w->config.signer_socket, &ask, certificate, &why);
	if (e.status == 0)
		return 0;
	if (e.status == 429)
		e.status = 503;
	else if (e.status != 403 && e.status != 409 && e.status != 503)
		e.status = 500;
	snprintf(e.sqlstate, sizeof(e.sqlstate), "MD%d", e.status);
	snprintf(e.message, sizeof(e.message), "%s", why);
	return enrollment_fault(w, r, &e);
}

const struct blob *
enrollment_issuer(
    struct worker *w, struct request *r, const struct blob *certificate)
{
	const struct blob *found =
	    x509_store_issuer(r->arena, w->store, certificate);

	return found != NULL ? found : x509_ca_cert(w->ca);
}

const char *
enrollment_setting(void *context, const char *name)
{
	const char *value = db_lookup(context, CALL_SETTING, name);

	CHECK(value != NULL);
	return value;
}

/* The calls that a document is made of. */
enum { DOCUMENT_PROVISIONING, DOCUMENT_SECRETS };

static int
ask_document(struct worker *w, struct request *r, const unsigned char *csr,
    const struct seal_place places[2], struct db_work **result)
{
	struct db_work *work = *result = db_work(w->db, r->arena);
	struct db_error e;

	db_call(work, PROVISIONING);
	db_text(work, r->device);
	db_call(work, SECRETS);
	db_text(work, r->device);
	db_bytes(work, csr, X509_SHA256_LEN);
	for (int i = 0; i < 2; i++)
		db_text(work, random_secret(w, r->arena, &places[i]));
	return db_run(work, &e) == -1 ? request_db_fault(w, r, &e) : 0;
}

/* The DM passwords of this request: new ones, or those it was told before. */
static int
open_secrets(struct worker *w, struct request *r, const struct db_work *work,
    const struct seal_place places[2], const char **secrets[2])
{
	const char *why;

	for (int i = 0; i < 2; i++) {
		*secrets[i] = secret_open(w, r, RESEAL, &places[i],
		    db_value(work, DOCUMENT_SECRETS, 0, i), &why);
		if (*secrets[i] == NULL) {
			r->response->retry_after = RETRY_AFTER;
			return fault_set(
			    &r->fault, 503, FAULT_ENROLLMENT_SERVER, why);
		}
	}
	return 0;
}

static int
document(struct xw *out, struct worker *w, struct request *r,
    const struct wstep_request *m, const unsigned char *csr,
    struct db_work *reserved, const struct blob *certificate)
{
	const struct seal_place places[2] = { { "client_secret", r->device },
		{ "server_secret", r->device } };
	struct db_work *rules;
	const char *name, *store;
	struct provision p = {
		.root = x509_ca_root(w->ca),
		.issuing = enrollment_issuer(w, r, certificate),
		.certificate = *certificate,
		.device = r->device,
		.device_name = wstep_context(m, "DeviceName"),
		.auth_name = db_value(reserved, 0, 0, 5),
		.auth_type = db_value(reserved, 0, 0, 8),
		.setting = enrollment_setting,
	};
	const char **secrets[2] = { &p.client_secret, &p.server_secret };

	if (ask_document(w, r, csr, places, &rules) == -1 ||
	    open_secrets(w, r, rules, places, secrets) == -1)
		return -1;
	p.context = rules;
	store = enrollment_setting(rules, "certificate_store");
	p.device_store = strcmp(store, "System") == 0;
	name = enrollment_setting(rules, "device_name");
	if (*name != '\0')
		p.device_name = name;
	p.subject = arena_printf(r->arena, "CN=%s", p.device);
	p.client_nonce.data =
	    db_value_bytes(reserved, 0, 0, 6, &p.client_nonce.len);
	p.server_nonce.data =
	    db_value_bytes(reserved, 0, 0, 7, &p.server_nonce.len);
	xw_init(out, r->arena);
	provision_write(out, &p);
	return 0;
}

int
enrollment_answer(
    struct request *r, const struct wstep_request *m, const struct xw *doc)
{
	struct xw out;

	if (doc->out.failed)
		return fault_set(
		    &r->fault, 500, FAULT_INTERNAL, "answer too large");
	xw_init(&out, r->arena);
	wstep_answer(
	    &out, m, doc->out.data, doc->out.len, time(NULL), r->http->id);
	return request_answer(r, SOAP_CONTENT_TYPE, &out);
}

static int
post_enrollment(struct worker *w, struct request *r)
{
	struct wstep_request *m = arena_alloc(r->arena, sizeof(*m));
	struct x509_request csr;
	struct user who = { 0 };
	struct db_work *account, *reserved;
	struct blob certificate;
	struct xw doc;
	int rc;

	CHECK(m != NULL);
	rc = wstep_read(r->arena, r->http, m, &r->fault);
	r->relates_to = m->header.message_id;
	if (rc == -1 || wstep_check(m, &r->fault) == -1)
		return -1;
	if (wstep_is_renewal(m))
		return renewal_post(w, r, m);
	if (authenticate(w, r, &m->header, &who, &account) == -1 ||
	    take_request(r, m, account, &csr) == -1 ||
	    reserve(w, r, m, &who, &csr, &reserved) == -1)
		return -1;
	r->device = db_value(reserved, 0, 0, 0);
	if (renewal_note_old_device(w, r) == -1)
		return -1;
	certificate.data = db_value_bytes(reserved, 0, 0, 4, &certificate.len);
	if (certificate.data == NULL &&
	    enrollment_issue(w, r, reserved, &certificate) == -1)
		return -1;
	if (document(&doc, w, r, m, csr.sha256, reserved, &certificate) == -1)
		return -1;
	return enrollment_answer(r, m, &doc);
}

static int
setup(struct worker *w, char *why, size_t size)
{
	char reason[X509_WHY_LEN];

	w->ca =
	    x509_ca_load(w->config.ca_cert, NULL, w->config.ca_root, reason);
	if (w->ca == NULL) {
		snprintf(why, size, "the CA: %s", reason);
		return -1;
	}
	w->store = x509_store_load(w->config.device_ca, reason);
	if (w->store != NULL)
		return 0;
	snprintf(why, size, "FENESTRA_DEVICE_CA: %s", reason);
	return -1;
}

/* -p: the hash of a password on stdin, for admin.user_set(). */
static int
print_hash(const struct program *p, int option, int argc, char **argv)
{
	char password[PASSWORD_MAX + 2], hash[PASSWORD_HASH_SIZE];

	(void)p, (void)option, (void)argv;
	if (argc != 0) {
		fprintf(stderr, "usage: fenestra-enrollment -p\n");
		return 2;
	}
	if (fgets(password, sizeof(password), stdin) == NULL)
		return 1;
	password[strcspn(password, "\n")] = '\0';
	if (password_hash(password, hash, sizeof(hash)) == -1) {
		fprintf(stderr, "a password has 1 to %d bytes\n", PASSWORD_MAX);
		return 1;
	}
	puts(hash);
	explicit_bzero(password, sizeof(password));
	return 0;
}

static const struct route routes[] = {
	{ "/EnrollmentServer/Policy.svc", "POST", post_policy },
	{ "/EnrollmentServer/Enrollment.svc", "POST", post_enrollment },
	/* As other servers of Windows 8.1 and of Windows 10 call them. */
	{ "/EnrollmentServer/PolicyEnrollmentWebservice.svc", "POST",
	    post_policy },
	{ "/EnrollmentServer/DeviceEnrollmentWebservice.svc", "POST",
	    post_enrollment },
	{ "/EnrollmentServer/Win10DeviceEnrollmentWebservice.svc", "POST",
	    post_enrollment },
	{ "/EnrollmentServer/SignIn", "GET", page_get_signin },
	{ "/EnrollmentServer/SignIn", "POST", page_post_signin },
	{ PAGE_TERMS_PATH, "GET", page_get_terms },
	{ PAGE_TERMS_PATH, "POST", page_post_terms },
	{ "/enroll", "GET", page_get_enroll },
};

int
main(int argc, char **argv)
{
	static const struct program enrollment = {
		.name = "enrollment",
		.config = CONFIG_ENROLLMENT,
		.table = { statements, COUNT(statements), "fenestra_enrollment",
		    16 },
		.routes = routes,
		.nroutes = COUNT(routes),
		.fault_subcode = FAULT_ENROLLMENT_SERVER,
		.setting = SETTING,
		.setup = setup,
		.option = print_hash,
		.options = "p",
		.usage = "-p",
	};

	/* What libraries give back had passwords in it: it is overwritten. */
	mallopt(M_PERTURB, 0xa5);
	return program_main(&enrollment, argc, argv);
}
