/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "../common/arena.h"
#include "../common/base64.h"
#include "../common/check.h"
#include "../common/digest.h"
#include "../common/log.h"
#include "delivery.h"
#include "exchange.h"
#include "program.h"
#include "sealing.h"
#include "secret.h"
#include "upload.h"

#define NONCE_LEN 16

static const struct db_statement statements[] = {
	[SERVER] = { "server",
	    "select management.schema_version(), current_setting('fsync')", 0 },
	[SETTING] = { "setting", "select name, value from management.setting()",
	    0 },
	[CERTIFICATE] = { "certificate",
	    "select management.certificate(" DB_NAMED("$1::bytea", 2) ")", 2,
	    1 },
	[STRANGER] = { "stranger",
	    "select management.stranger($1,$2,$3,$4,$5,$6,$7,$8,$9)", 9 },
	[DEVICE_BY_ID] = { "device_by_id",
	    "select management.device_by_id(" DB_NAMED("$1::text", 3) ",$2)", 3,
	    1 },
	[CREDENTIAL] = { "credential",
	    "select auth_name, client_secret, nonce, session_nonce "
	    "from management.credential($1,$2)",
	    2 },
	[RESEAL] = { "reseal", "select management.reseal($1,$2,$3,$4)", 4 },
	[UNSEALED] = { "unsealed",
	    "select device, purpose, value from management.unsealed($1,$2,$3)",
	    3 },
	[MESSAGE] = { "message",
	    "select server_msg, status, challenge, nonce, server_auth, "
	    "server_secret, server_nonce, server_name, ended from "
	    "management.message(" DB_NAMED("$1::uuid",
		18) ","
		    "$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)",
	    18, 1 },
	[DEVINFO] = { "devinfo", "select management.devinfo($1,$2,$3)", 3 },
	[ALERT] = { "alert", "select management.alert($1,$2,$3,$4,$5,$6,$7,$8)",
	    8 },
	[STATUS] = { "status", "select management.status($1,$2,$3,$4,$5,$6)",
	    6 },
	[RESULT] = { "result",
	    "select ordinal, status from "
	    "management.result($1,$2,$3,$4,$5,$6,$7,$8,$9)",
	    9 },
	[ABORT] = { "abort", "select management.abort($1)", 1 },
	[METRICS] = { "metrics",
	    "select name, type, help, labels, value from management.metrics()",
	    0 },
	[DELIVER] = { "deliver",
	    "select cmd_id, parent, verb, uri, format, type, data, more, "
	    "size, expansion from management.deliver($1,$2)",
	    2 },
	[UNDELIVERABLE] = { "undeliverable",
	    "select management.undeliverable($1,$2,$3,$4,$5)", 5 },
	UPLOAD_STATEMENTS,
};

/* What management.message() returns, in the order of the statement. */
enum {
	OUT_MSG,
	OUT_STATUS,
	OUT_CHALLENGE,
	OUT_NONCE,
	OUT_SERVER_AUTH,
	OUT_SERVER_SECRET,
	OUT_SERVER_NONCE,
	OUT_SERVER_NAME,
	OUT_ENDED,
};

static void
call_rows(struct exchange *x, int statement, const struct session_rows *rows,
    size_t columns)
{
	if (rows->count == 0)
		return;
	db_call(x->work, statement);
	db_text(x->work, x->who.device);
	for (size_t i = 0; i < columns; i++)
		db_array(x->work, rows->columns[i], rows->count);
}

static void
call_message(struct request *r, struct exchange *x)
{
	const struct syncml_message *m = &x->message;
	const struct session *s = &x->session;
	const struct syncml_auth *chal = s->header_chal;
	unsigned char *sha256 = arena_alloc(r->arena, X509_SHA256_LEN);
	unsigned char *fresh = arena_alloc(r->arena, NONCE_LEN);
	struct db_work *work = x->work;
	struct blob nonce = { NULL, 0 };

	CHECK(sha256 != NULL && fresh != NULL);
	x509_sha256(r->http->body, r->http->body_len, sha256);
	x509_random(fresh, NONCE_LEN);
	if (chal != NULL && chal->data != NULL)
		nonce.data = base64_decode(
		    r->arena, chal->data, strlen(chal->data), &nonce.len);
	db_call(work, MESSAGE);
	db_text(work, x->who.device);
	sender_certificate(work, x);
	db_text(work, m->source);
	db_text(work, m->session_id);
	db_int(work, m->msg_id);
	db_bytes(work, sha256, X509_SHA256_LEN);
	db_text(work, s->login_status);
	db_bool(work, session_is_final(s));
	db_text(work, x->proof.method);
	db_bool(work, x->proof.verified);
	db_bytes(work, x->proof.nonce.data, x->proof.nonce.len);
	db_bytes(work, fresh, NONCE_LEN);
	db_text(work, syncml_number_text(m->max_msg_size));
	db_text(work, syncml_number_text(m->max_obj_size));
	db_text(work, syncml_number_text(s->header_status));
	db_text(work, chal != NULL ? chal->type : NULL);
	db_bytes(work, nonce.data != NULL ? nonce.data : NULL, nonce.len);
}

/* One message is one transaction; the last call has the commands. */
static int
transact(struct worker *w, struct request *r, struct exchange *x)
{
	const struct session *s = &x->session;
	struct db_error e;

	x->work = db_work(w->db, r->arena);
	call_message(r, x);
	call_rows(x, DEVINFO, &s->devinfo, DEVINFO_COLUMNS);
	call_rows(x, STATUS, &s->statuses, STATUS_COLUMNS);
	x->result = s->results.count > 0 ? db_calls(x->work) : -1;
	call_rows(x, RESULT, &s->results, RESULT_COLUMNS);
	/* After what it ends: a device that leaves has its say first. */
	call_rows(x, ALERT, &s->alerts, ALERT_COLUMNS);
	if (s->aborted) {
		db_call(x->work, ABORT);
		db_text(x->work, x->who.device);
	}
	x->deliver = db_call(x->work, DELIVER);
	db_text(x->work, x->who.device);
	db_int(x->work, session_first_cmd_id(s));
	x->delivered = x->work;
	if (db_run(x->work, &e) == -1)
		return request_db_fault(w, r, &e);
	return 0;
}

static const struct session_result_status *
result_statuses(struct request *r, const struct exchange *x, size_t count)
{
	struct session_result_status *list;

	list = arena_alloc(r->arena, (count + 1) * sizeof(*list));
	for (int i = 0; list != NULL && i < (int)count; i++) {
		list[i].ordinal = db_value_int(x->work, x->result, i, 0);
		list[i].status = (int)db_value_int(x->work, x->result, i, 1);
		r->has_secret |= list[i].status == 200;
	}
	return list;
}

/*
 * Our own credential, where the device asked who we are.  Without our secret
 * it is left out, and the device decides.
 */
static int
server_cred(struct worker *w, struct request *r, struct exchange *x,
    struct syncml_auth *cred)
{
	const struct seal_place place = { "server_secret", x->who.device };
	const char *type = db_value(x->work, 0, 0, OUT_SERVER_AUTH), *why;
	struct digest_account a = {
		.user = db_value(x->work, 0, 0, OUT_SERVER_NAME),
	};
	char *data = arena_alloc(r->arena, DIGEST_SIZE);

	if (type == NULL || data == NULL)
		return 0;
	a.password = secret_open(w, r, RESEAL, &place,
	    db_value(x->work, 0, 0, OUT_SERVER_SECRET), &why);
	if (a.password == NULL) {
		log_reason(
		    "error", "management", "device %s: %s", x->who.device, why);
		return 0;
	}
	a.nonce = db_value_bytes(x->work, 0, 0, OUT_SERVER_NONCE, &a.nonce_len);
	*cred = (struct syncml_auth){ .type = type, .data = data };
	if (strcmp(type, "syncml:auth-md5") == 0)
		return digest_md5_make(&a, data) == 0;
	return 0; /* a secret of ours is never sent as it is */
}

static int
answer(struct worker *w, struct request *r, struct exchange *x)
{
	struct syncml_auth cred;
	struct session_reply reply = {
		.msg_id = db_value_int(x->work, 0, 0, OUT_MSG),
		.status = (int)db_value_int(x->work, 0, 0, OUT_STATUS),
		.chal = { .type = db_value(x->work, 0, 0, OUT_CHALLENGE) },
		.ended = db_value_bool(x->work, 0, 0, OUT_ENDED),
	};
	const unsigned char *nonce;
	struct xw out;
	size_t len;

	/* Asked for again and again, the device could not know why. */
	if (x->unopened != NULL && (reply.status == 401 || reply.status == 407))
		return sender_unopened(r, x);
	nonce = db_value_bytes(x->work, 0, 0, OUT_NONCE, &len);
	if (nonce != NULL)
		reply.chal.data = base64_string(r->arena, nonce, len);
	if (server_cred(w, r, x, &cred)) {
		reply.server_cred = &cred;
		reply.server_name = db_value(x->work, 0, 0, OUT_SERVER_NAME);
	}
	if (x->result != -1)
		reply.nresult_statuses = (size_t)db_rows(x->work, x->result);
	reply.result_statuses = result_statuses(r, x, reply.nresult_statuses);
	if (delivery_take(w, r, x, &reply) == -1)
		return -1;
	if (arena_failed(r->arena))
		return fault_set(&r->fault, 500, NULL, "answer too large");
	if (syncml_is_wbxml(r->http))
		xw_init_wbxml(&out, r->arena);
	else
		xw_init(&out, r->arena);
	session_answer(&out, &x->session, &reply);
	return request_answer(
	    r, syncml_is_wbxml(r->http) ? SYNCML_WBXML : SYNCML_XML, &out);
}

/* The answer has the encoding of the request; without a word it is XML. */
static int
check_type(struct request *r)
{
	static const char *const types[] = { SYNCML_WBXML, SYNCML_XML,
		"text/xml", "application/xml" };
	const char *type = http_param(r->http, "CONTENT_TYPE");

	if (type == NULL)
		return 0;
	for (size_t i = 0; i < COUNT(types); i++)
		if (http_type_is(type, types[i]))
			return 0;
	return fault_set(&r->fault, 415, NULL, "Content-Type is not SyncML");
}

static int
read_message(struct request *r, struct exchange *x)
{
	if (syncml_read(r->arena, r->http, &x->message, &r->fault) == -1)
		return -1;
	r->session = x->message.session_id;
	r->msg = x->message.msg_id_text;
	if (session_take(r->arena, &x->message, &x->session, &r->fault) == -1)
		return -1;
	r->anomalies = x->session.anomalies;
	return 0;
}

static int
post(struct worker *w, struct request *r)
{
	struct exchange *x = arena_alloc(r->arena, sizeof(*x));

	CHECK(x != NULL);
	if (sender_identify(w, r, x) == -1 || check_type(r) == -1 ||
	    (x->has_certificate && sender_find(w, r, x) == -1) ||
	    read_message(r, x) == -1 ||
	    (!x->has_certificate && sender_find(w, r, x) == -1) ||
	    sender_verify(w, r, x) == -1)
		return -1;
	r->device = x->who.device;
	r->note = x->proof.why;
	if (transact(w, r, x) == -1) {
		/* The database may be another one now: look again. */
		if (x->has_certificate && r->fault.status == 403)
			identity_forget(w->identities, &x->who);
		return -1;
	}
	return answer(w, r, x);
}

static int
setup(struct worker *w, char *why, size_t size)
{
	char reason[X509_WHY_LEN], digest[DIGEST_WHY_LEN];

	if (!digest_available(digest))
		log_reason("warning", "management", "%s", digest);
	if (upload_setup(w, why, size) == -1)
		return -1;
	w->identities = identity_cache_new();
	w->store = x509_store_load(w->config.device_ca, reason);
	if (w->store != NULL)
		return 0;
	snprintf(why, size, "FENESTRA_DEVICE_CA: %s", reason);
	return -1;
}

static int
option(const struct program *p, int letter, int argc, char **argv)
{
	if (letter == 's')
		return sealing_seal(argc, argv);
	if (argc == 0)
		return sealing_reseal(p);
	fprintf(stderr, "usage: fenestra-management -r\n");
	return 2;
}

static const struct route routes[] = {
	{ "/ManagementServer/MDM.svc", "POST", post, NULL },
	{ "/ManagementServer/Upload/", "PUT", upload_put, upload_file },
};

int
main(int argc, char **argv)
{
	static const struct program management = {
		.name = "management",
		.config = CONFIG_MANAGEMENT,
		.table = { statements, COUNT(statements), "fenestra_management",
		    18 },
		.routes = routes,
		.nroutes = COUNT(routes),
		.metrics = METRICS,
		.setup = setup,
		.option = option,
		.options = "rs",
		.usage = "-r | -s name [device]",
	};

	return program_main(&management, argc, argv);
}
