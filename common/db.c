/* SPDX-License-Identifier: ISC */
#include <endian.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "db.h"
#include "faultpoint.h"
#include "log.h"
#include "sqlstate.h"

#define PARAMS_MAX 20
#define CALLS_MAX 16
#define CONNECT_PAUSE_NS (100 * 1000000LL)
#define DEADLOCK_TRIES 5

struct db {
	const struct db_table *table;
	int prepared;
	PGconn *conn;
	char name[64];	    /* as long as application_name may be */
	long long next_try; /* CLOCK_MONOTONIC, ns */
};

struct call {
	int statement;
	int nparams;
	const char *values[PARAMS_MAX];
	int lengths[PARAMS_MAX];
	int formats[PARAMS_MAX];
	int rows;
	int columns;
	char **cells; /* row by row */
};

struct db_work {
	struct db *db;
	struct arena *arena;
	int ncalls;
	struct call calls[CALLS_MAX];
};

/* The outcomes of a try, beside 0. */
enum { FAILED = -1, LOST = -2, DEADLOCK = -3 };

static long long
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int
set_error(struct db_error *e, int status, const char *state, const char *what)
{
	e->status = status;
	snprintf(e->sqlstate, sizeof(e->sqlstate), "%s", state);
	snprintf(e->message, sizeof(e->message), "%s", what);
	e->message[strcspn(e->message, "\n")] = '\0';
	e->detail[0] = e->hint[0] = '\0';
	return FAILED;
}

struct db *
db_new(const struct db_table *table, int prepared)
{
	struct db *db;

	if ((db = calloc(1, sizeof(*db))) == NULL)
		err(1, NULL);
	db->table = table;
	db->prepared = prepared;
	snprintf(db->name, sizeof(db->name), "%s", table->user);
	return db;
}

static void
disconnect(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
}

void
db_free(struct db *db)
{
	disconnect(db);
	free(db);
}

/* After these another connection may do. */
static int
is_lost(const struct db *db, const char *state)
{
	return PQstatus(db->conn) == CONNECTION_BAD || sqlstate_is_lost(state);
}

static void
keep_field(const PGresult *r, int field, char *out, size_t size)
{
	const char *text = PQresultErrorField(r, field);

	snprintf(out, size, "%s", text != NULL ? text : "");
}

/* SQLSTATE MDnnn says the status itself. */
static int
result_error(struct db *db, const PGresult *r, struct db_error *e)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *what = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	int status = 500;

	if (state == NULL) /* not the server's word but libpq's: it is gone */
		state = "08006";
	if (what == NULL)
		what = PQerrorMessage(db->conn);
	if (strncmp(state, "MD", 2) == 0)
		status = (int)strtol(state + 2, NULL, 10);
	else if (sqlstate_is_passing(state))
		status = 503;
	set_error(e, status, state, what);
	keep_field(r, PG_DIAG_MESSAGE_DETAIL, e->detail, sizeof(e->detail));
	keep_field(r, PG_DIAG_MESSAGE_HINT, e->hint, sizeof(e->hint));
	if (is_lost(db, state))
		return LOST;
	return sqlstate_is_deadlock(state) ? DEADLOCK : FAILED;
}

/* The next result that is one, of a pipeline; NULL when none comes. */
static PGresult *
next_result(struct db *db)
{
	PGresult *r = PQgetResult(db->conn), *end;

	if (r != NULL && PQresultStatus(r) != PGRES_PIPELINE_SYNC &&
	    (end = PQgetResult(db->conn)) != NULL)
		PQclear(end); /* each statement's results end with NULL */
	return r;
}

static int
check_server(struct db *db, struct db_error *e)
{
	const struct db_statement *s = db->table->statements;
	PGresult *r = PQexec(db->conn, s->sql);
	const char *state;
	char text[160];
	int have = 0, rc = 0;

	if (PQresultStatus(r) != PGRES_TUPLES_OK || PQntuples(r) != 1) {
		state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
		rc = result_error(db, r, e);
		/* No such schema, or function: nothing was ever migrated. */
		if (state != NULL && (strcmp(state, "3F000") == 0 ||
					 strcmp(state, "42883") == 0))
			e->status = 78;
	} else if ((have = (int)strtol(PQgetvalue(r, 0, 0), NULL, 10)) <
		   db->table->schema_needed) {
		snprintf(text, sizeof(text),
		    "the database has schema version "
		    "%d, this program needs %d: run sql/migrate up",
		    have, db->table->schema_needed);
		rc = set_error(e, 78, "", text);
	} else if (strcmp(PQgetvalue(r, 0, 1), "on") != 0)
		rc = set_error(e, 78, "", "the database runs with fsync=off");
	PQclear(r);
	FAULT("db-checked");
	return rc == 0 ? 0 : FAILED;
}

static int
prepare(struct db *db, struct db_error *e)
{
	const struct db_statement *s = db->table->statements;
	PGresult *r;
	int rc = 0;

	for (int i = 1; db->prepared && rc == 0 && i < db->table->count; i++) {
		r = PQprepare(db->conn, s[i].name, s[i].sql, 0, NULL);
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			rc = result_error(db, r, e);
		PQclear(r);
	}
	return rc == 0 ? 0 : FAILED;
}

int
db_connect(struct db *db, struct db_error *e)
{
	const char *user = getenv("PGUSER") != NULL ? NULL : db->table->user;
	const char *name = getenv("PGDATABASE") != NULL ? NULL : "fenestra";
	const char *const keys[] = { "user", "dbname", "connect_timeout",
		"tcp_user_timeout", "keepalives_idle", "keepalives_interval",
		"keepalives_count", "fallback_application_name", NULL };
	const char *const values[] = { user, name, "2", "5000", "5", "2", "2",
		db->table->user, NULL };

	if (db->conn != NULL)
		return 0;
	if (now_ns() < db->next_try)
		return set_error(e, 503, "08001", "database away");
	FAULT("db-connect");
	db->conn = PQconnectdbParams(keys, values, 0);
	PQsetNoticeProcessor(db->conn, log_notice, NULL);
	if (PQstatus(db->conn) != CONNECTION_OK)
		set_error(e, 503, "08001", PQerrorMessage(db->conn));
	else if (check_server(db, e) == 0 && prepare(db, e) == 0 &&
		 PQenterPipelineMode(db->conn) == 1)
		return 0;
	disconnect(db);
	db->next_try = now_ns() + CONNECT_PAUSE_NS;
	return FAILED;
}

void
db_name(struct db *db, const char *request)
{
	snprintf(db->name, sizeof(db->name), "%s %s", db->table->user, request);
}

struct db_work *
db_work(struct db *db, struct arena *a)
{
	struct db_work *w;

	CHECK((w = arena_alloc(a, sizeof(*w))) != NULL);
	w->db = db;
	w->arena = a;
	return w;
}

int
db_call(struct db_work *w, int statement)
{
	CHECK(w->ncalls < CALLS_MAX);
	CHECK(statement > 0 && statement < w->db->table->count);
	w->calls[w->ncalls] = (struct call){ .statement = statement };
	return w->ncalls++;
}

int
db_calls(const struct db_work *w)
{
	return w->ncalls;
}

static void
add_param(struct db_work *w, const char *value, size_t len, int format)
{
	struct call *c = &w->calls[w->ncalls - 1];

	CHECK(c->nparams < PARAMS_MAX && len <= INT32_MAX);
	c->values[c->nparams] = value;
	c->lengths[c->nparams] = (int)len;
	c->formats[c->nparams] = format;
	c->nparams++;
}

void
db_text(struct db_work *w, const char *text)
{
	add_param(w, text, 0, 0);
}

void
db_int(struct db_work *w, long long n)
{
	add_param(w, arena_printf(w->arena, "%lld", n), 0, 0);
}

void
db_bool(struct db_work *w, int b)
{
	add_param(w, b ? "t" : "f", 0, 0);
}

/* As binary: no hex, no escaping. */
void
db_bytes(struct db_work *w, const void *data, size_t len)
{
	add_param(w, data, len, 1);
}

void
db_array(struct db_work *w, const char *const *items, size_t count)
{
	struct buf b;

	buf_init(&b, w->arena);
	buf_putc(&b, '{');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_putc(&b, ',');
		if (items[i] == NULL) {
			buf_puts(&b, "NULL");
			continue;
		}
		buf_putc(&b, '"');
		for (const char *s = items[i]; *s != '\0'; s++) {
			if (*s == '"' || *s == '\\')
				buf_putc(&b, '\\');
			buf_putc(&b, *s);
		}
		buf_putc(&b, '"');
	}
	buf_putc(&b, '}');
	/* A cut array would be another array: let the call fail. */
	add_param(w, b.failed ? "message too large" : b.data, 0, 0);
}

static int
send_calls(struct db_work *w)
{
	PGconn *conn = w->db->conn;
	const struct db_statement *s;

	for (struct call *c = w->calls; c < w->calls + w->ncalls; c++) {
		s = &w->db->table->statements[c->statement];
		if (s->named)
			c->values[s->nparams - 1] = w->db->name;
		CHECK(c->nparams + s->named == s->nparams);
		FAULT("db-call");
		if (!(w->db->prepared
			    ? PQsendQueryPrepared(conn, s->name, s->nparams,
				  c->values, c->lengths, c->formats, 0)
			    : PQsendQueryParams(conn, s->sql, s->nparams, NULL,
				  c->values, c->lengths, c->formats, 0)))
			return LOST;
	}
	return PQpipelineSync(conn) == 1 ? 0 : LOST;
}

/* Into the request's arena, so that nothing of libpq outlives the run. */
static int
keep_rows(struct db_work *w, struct call *c, const PGresult *r)
{
	size_t n;

	c->rows = PQntuples(r);
	c->columns = PQnfields(r);
	n = (size_t)c->rows * (size_t)c->columns;
	if ((c->cells = arena_alloc(w->arena, n * sizeof(char *))) == NULL)
		return -1;
	for (int i = 0; i < c->rows; i++)
		for (int k = 0; k < c->columns; k++) {
			char **cell = &c->cells[i * c->columns + k];

			if (PQgetisnull(r, i, k))
				continue;
			*cell = arena_strndup(w->arena, PQgetvalue(r, i, k),
			    (size_t)PQgetlength(r, i, k));
			if (*cell == NULL)
				return -1;
		}
	return 0;
}

static int
take_results(struct db_work *w, struct db_error *e)
{
	struct db *db = w->db;
	PGresult *r;
	int rc = 0, status;

	for (struct call *c = w->calls; c < w->calls + w->ncalls; c++) {
		r = next_result(db);
		FAULT("db-result");
		status = PQresultStatus(r);
		if (rc != 0)
			; /* the reason is known; read on to the sync */
		else if (status != PGRES_TUPLES_OK)
			rc = result_error(db, r, e);
		else if (keep_rows(w, c, r) == -1)
			rc = set_error(e, 500, "53200", "answer too large");
		PQclear(r);
	}
	r = next_result(db);
	if (rc == 0 && PQresultStatus(r) != PGRES_PIPELINE_SYNC)
		rc = result_error(db, r, e);
	PQclear(r);
	return rc;
}

static int
try_once(struct db_work *w, struct db_error *e)
{
	struct db *db = w->db;
	int rc;

	if (db_connect(db, e) != 0)
		return FAILED;
	FAULT("db-before");
	set_error(e, 503, "08006", "connection lost");
	if ((rc = send_calls(w)) == 0) {
		FAULT("db-sent");
		rc = take_results(w, e);
	}
	FAULT("db-done");
	if (rc == LOST || PQstatus(db->conn) == CONNECTION_BAD) {
		disconnect(db);
		return LOST;
	}
	return rc;
}

int
db_run(struct db_work *w, struct db_error *e)
{
	struct timespec pause = { .tv_sec = 0 };
	int lost = 0, locked = 0, rc;

	if (arena_failed(w->arena))
		return set_error(e, 413, "", "message too large");
	for (;;) {
		rc = try_once(w, e);
		if (rc == LOST && lost++ == 0)
			continue;
		if (rc == DEADLOCK && locked++ < DEADLOCK_TRIES) {
			pause.tv_nsec = (1 + random() % 20) * 1000000;
			nanosleep(&pause, NULL);
			continue;
		}
		if (rc == LOST)
			e->status = 503;
		return rc == 0 ? 0 : -1;
	}
}

int
db_rows(const struct db_work *w, int call)
{
	return w->calls[call].rows;
}

const char *
db_value(const struct db_work *w, int call, int row, int column)
{
	const struct call *c = &w->calls[call];

	CHECK(call < w->ncalls && row < c->rows && column < c->columns);
	return c->cells[row * c->columns + column];
}

long long
db_value_int(const struct db_work *w, int call, int row, int column)
{
	const char *v = db_value(w, call, row, column);

	return v != NULL ? strtoll(v, NULL, 10) : 0;
}

int
db_value_bool(const struct db_work *w, int call, int row, int column)
{
	const char *v = db_value(w, call, row, column);

	return v != NULL && v[0] == 't';
}

#define HEX(c) ((c) <= '9' ? (c) - '0' : (c) - 'a' + 10)

/* A bytea comes as \x and lower-case hex digits. */
const unsigned char *
db_value_bytes(struct db_work *w, int call, int row, int column, size_t *len)
{
	const char *v = db_value(w, call, row, column);
	unsigned char *out;

	*len = 0;
	if (v == NULL)
		return NULL;
	CHECK(v[0] == '\\' && v[1] == 'x');
	v += 2;
	*len = strlen(v) / 2;
	if ((out = arena_alloc(w->arena, *len)) == NULL)
		return NULL;
	for (size_t i = 0; i < *len; i++, v += 2)
		out[i] = (unsigned char)(HEX(v[0]) << 4 | HEX(v[1]));
	return out;
}

const char *
db_lookup(const struct db_work *w, int call, const char *name)
{
	for (int i = 0; i < db_rows(w, call); i++)
		if (strcmp(db_value(w, call, i, 0), name) == 0)
			return db_value(w, call, i, 1);
	return NULL;
}
