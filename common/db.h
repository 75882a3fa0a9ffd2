/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_DB_H
#define FENESTRA_DB_H

#include <stddef.h>

struct arena;
struct db;

/*
 * One request is one pipeline of SQL functions is one transaction: calls are
 * put together first and then run at once.  Nothing depends on the state of a
 * connection, so a transaction pooler may stand in between.
 *
 * A program's statements are a table; the first must return two columns, the
 * version of the schema and the server's fsync setting.
 */
struct db_statement {
	const char *name;
	const char *sql;
	int nparams;
	int named; /* its last parameter is what db_name() said */
};

/*
 * In the SQL of a statement that begins a transaction: a parameter, and while
 * it is worked out the database is told which request it serves, until the
 * transaction ends: application_name.  It costs no statement of its own.
 */
#define DB_NAMED(value, name)                                                  \
	"case when pg_catalog.set_config('application_name',$" #name           \
	",true) is not null then " value " end"

struct db_table {
	const struct db_statement *statements;
	int count;
	const char *user; /* where PGUSER is not set */
	int schema_needed;
};

/* Why a transaction was not made: an HTTP status, and words for the log. */
struct db_error {
	int status;
	char sqlstate[6];
	char message[200];
	char detail[64]; /* of an error of ours: its protocol's word */
	char hint[1024]; /* and what to tell the user; both may be empty */
};

struct db *db_new(const struct db_table *, int prepared);
void db_free(struct db *);

/*
 * Connect if there is no connection.  0; -1 with status 503 while the
 * database is away, or 78 where the schema is too old or fsync is off.
 */
int db_connect(struct db *, struct db_error *);

/* Which request is served from now on. */
void db_name(struct db *, const char *request);

/* A transaction to be: its calls, their parameters, and what came back. */
struct db_work;

struct db_work *db_work(struct db *, struct arena *);
int db_call(struct db_work *, int statement); /* its number, from 0 */
int db_calls(const struct db_work *);	      /* the number of the next */
void db_text(struct db_work *, const char *); /* NULL is null */
void db_int(struct db_work *, long long);
void db_bool(struct db_work *, int);
void db_bytes(struct db_work *, const void *, size_t);
void db_array(struct db_work *, const char *const *, size_t count);

/*
 * Run it.  If the connection is lost it is tried once more on a new one, and
 * after a deadlock up to five times: each function called has to be such that
 * doing it again is harmless.
 */
int db_run(struct db_work *, struct db_error *);

/* After db_run(): rows of a call, and a value as text; NULL is null. */
int db_rows(const struct db_work *, int call);
const char *db_value(const struct db_work *, int call, int row, int column);
long long db_value_int(const struct db_work *, int call, int row, int column);
int db_value_bool(const struct db_work *, int call, int row, int column);
const unsigned char *db_value_bytes(
    struct db_work *, int call, int row, int column, size_t *len);

/* Among rows of (name, value), the value of a name; NULL for none. */
const char *db_lookup(const struct db_work *, int call, const char *name);

#endif
