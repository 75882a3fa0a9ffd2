/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "identity.h"
#include "program.h"
#include "session.h"

enum {
	SERVER,
	CERTIFICATE,
	MESSAGE,
	DEVINFO,
	ALERT,
	STATUS,
	RESULT,
	DELIVER,
};

static const struct db_statement statements[] = {
	[SERVER] = { "server",
	    "select management.schema_version(), current_setting('fsync')", 0 },
	[CERTIFICATE] = { "certificate", "select management.certificate($1)",
	    1 },
	[MESSAGE] = { "message",
	    "select server_msg, repeated from "
	    "management.message($1,$2,$3,$4,$5,$6,$7,$8)",
	    8 },
	[DEVINFO] = { "devinfo", "select management.devinfo($1,$2,$3)", 3 },
	[ALERT] = { "alert", "select management.alert($1,$2,$3,$4,$5,$6,$7,$8)",
	    8 },
	[STATUS] = { "status", "select management.status($1,$2,$3,$4,$5)", 5 },
	[RESULT] = { "result", "select management.result($1,$2,$3,$4,$5,$6,$7)",
	    7 },
	[DELIVER] = { "deliver",
	    "select cmd_id, verb, uri, format, type, data from "
	    "management.deliver($1,$2)",
	    2 },
};

/*
 * The identity is the certificate that the front server saw in the TLS
 * handshake, verified here again: its word alone is not enough.
 */
static int
identify(struct worker *w, struct request *r, struct identity *found)
{
	const char *verdict = http_param(r->http, "SSL_CLIENT_VERIFY");
	const char *text = http_param(r->http, "SSL_CLIENT_CERT");
	const struct identity *known;
	time_t now = time(NULL);
	char why[X509_WHY_LEN];

	if (verdict == NULL || strcmp(verdict, "NONE") == 0)
		return fault_set(&r->fault, 403, NULL, "no client certificate");
	if (strcmp(verdict, "SUCCESS") != 0)
		return fault_set(&r->fault, 403, NULL,
		    arena_printf(r->arena, "client certificate: %s", verdict));
	if (text == NULL)
		return fault_set(&r->fault, 403, NULL,
		    "the front server does not hand on client certificates");
	if ((known = identity_find(w->identities, text, now)) != NULL) {
		*found = *known;
		return 0;
	}
	if (identity_verify(r->arena, w->store, text, now, found, why) == -1)
		return fault_set(&r->fault, 403, NULL,
		    arena_printf(r->arena, "client certificate: %s", why));
	return 0;
}

/* Whose it is, for a certificate that this worker has not seen. */
static int
find_device(struct worker *w, struct request *r, struct identity *i)
{
	struct db_work *work;
	struct db_error e;
	const char *device;

	if (i->device[0] != '\0')
		return 0;
	work = db_work(w->db, r->arena);
	db_call(work, CERTIFICATE);
	db_bytes(work, i->sha256, sizeof(i->sha256));
	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	if ((device = db_value(work, 0, 0, 0)) == NULL)
		return fault_set(&r->fault, 403, NULL,
		    "a certificate of our CA that is not in the database");
	snprintf(i->device, sizeof(i->device), "%s", device);
	identity_remember(w->identities, i);
	return 0;
}

static void
call_rows(struct db_work *work, int statement, const char *device,
    const struct session_rows *rows, size_t columns)
{
	if (rows->count == 0)
		return;
	db_call(work, statement);
	db_text(work, device);
	for (size_t i = 0; i < columns; i++)
		db_array(work, rows->columns[i], rows->count);
}

/* One message is one transaction; the last call has the commands. */
static int
transact(struct worker *w, struct request *r, const struct identity *i,
    const struct session *s, struct db_work **result)
{
	const struct syncml_message *m = s->message;
	unsigned char sha256[X509_SHA256_LEN];
	struct db_work *work = db_work(w->db, r->arena);
	struct db_error e;
	int deliver;

	x509_sha256(r->http->body, r->http->body_len, sha256);
	db_call(work, MESSAGE);
	db_text(work, i->device);
	db_bytes(work, i->sha256, sizeof(i->sha256));
	db_text(work, m->source);
	db_text(work, m->session_id);
	db_int(work, m->msg_id);
	db_bytes(work, sha256, sizeof(sha256));
	db_text(work, s->login_status);
	db_bool(work, session_is_final(s));
	call_rows(work, DEVINFO, i->device, &s->devinfo, 2);
	call_rows(work, STATUS, i->device, &s->statuses, 4);
	call_rows(work, RESULT, i->device, &s->results, 6);
	/* After what it ends: a device that leaves has its say first. */
	call_rows(work, ALERT, i->device, &s->alerts, 7);
	deliver = db_call(work, DELIVER);
	db_text(work, i->device);
	db_int(work, s->nstatuses + 1);
	*result = work;
	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	return deliver;
}

static int
answer(struct request *r, const struct session *s, const struct db_work *work,
    int deliver)
{
	size_t count = (size_t)db_rows(work, deliver);
	struct session_command *commands;
	struct xw out;

	commands = arena_alloc(r->arena, (count + 1) * sizeof(*commands));
	if (commands == NULL)
		return fault_set(&r->fault, 500, NULL, "answer too large");
	for (int i = 0; i < (int)count; i++)
		commands[i] = (struct session_command){
			.cmd_id = db_value(work, deliver, i, 0),
			.verb = db_value(work, deliver, i, 1),
			.item = {
			    .target = db_value(work, deliver, i, 2),
			    .format = db_value(work, deliver, i, 3),
			    .type = db_value(work, deliver, i, 4),
			    .data = db_value(work, deliver, i, 5),
			},
		};
	xw_init(&out, r->arena);
	session_answer(&out, s, db_value_int(work, 0, 0, 0), commands, count);
	return request_answer(r, SYNCML_CONTENT_TYPE, &out);
}

static int
is_syncml(const struct http_request *h)
{
	static const char *const types[] = { SYNCML_CONTENT_TYPE, "text/xml",
		"application/xml" };
	const char *type = http_param(h, "CONTENT_TYPE");

	if (type == NULL)
		return 1;
	for (size_t i = 0; i < COUNT(types); i++)
		if (http_type_is(type, types[i]))
			return 1;
	return 0;
}

static int
post(struct worker *w, struct request *r)
{
	struct identity who;
	struct syncml_message m = { 0 };
	struct session s;
	struct db_work *work;
	int deliver;

	if (identify(w, r, &who) == -1)
		return -1;
	if (!is_syncml(r->http))
		return fault_set(
		    &r->fault, 415, NULL, "Content-Type is not SyncML in XML");
	if (find_device(w, r, &who) == -1)
		return -1;
	r->device = arena_strdup(r->arena, who.device);
	if (syncml_read(r->arena, r->http, &m, &r->fault) == -1)
		return -1;
	r->session = m.session_id;
	r->msg = m.msg_id_text;
	if (session_take(r->arena, &m, &s, &r->fault) == -1)
		return -1;
	r->anomalies = s.anomalies;
	if ((deliver = transact(w, r, &who, &s, &work)) == -1)
		return -1;
	return answer(r, &s, work, deliver);
}

static int
setup(struct worker *w, char *why, size_t size)
{
	char reason[X509_WHY_LEN];

	w->identities = identity_cache_new();
	w->store = x509_store_load(w->config.device_ca, reason);
	if (w->store != NULL)
		return 0;
	snprintf(why, size, "FENESTRA_DEVICE_CA: %s", reason);
	return -1;
}

static const struct route routes[] = {
	{ "/ManagementServer/MDM.svc", "POST", post },
};

int
main(int argc, char **argv)
{
	static const struct program management = {
		.name = "management",
		.config = CONFIG_MANAGEMENT,
		.table = { statements, COUNT(statements), "fenestra_management",
		    1 },
		.routes = routes,
		.nroutes = COUNT(routes),
		.setup = setup,
	};

	return program_main(&management, argc, argv);
}
