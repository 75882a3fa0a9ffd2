/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_PROGRAM_H
#define FENESTRA_PROGRAM_H

#include <time.h>

#include "../common/config.h"
#include "../common/db.h"
#include "../common/http.h"
#include "../common/xw.h"

#define RETRY_AFTER 5 /* seconds, with 503 */

struct program;
struct x509_ca;
struct x509_store;
struct identity_cache;
struct seal;
struct front;
struct stats;

/* A process that answers one request after another. */
struct worker {
	const struct program *program;
	struct config config;
	struct db *db;
	int fault_status; /* of HTTP for SOAP faults: a setting */
	struct x509_ca *ca;
	struct x509_store *store;
	struct identity_cache *identities;
	struct seal *seal; /* where the program has one */
	int uploads;	   /* the folder FENESTRA_UPLOADS; -1: none is taken */
	struct front *front;	  /* where a proxy ends TLS; or NULL */
	struct stats *stats;	  /* where requests are counted; or NULL */
	int certificate_optional; /* as the setting device_auth was */
	time_t device_auth_read;  /* at that second; 0: never */
};

/* One request; the members at the end are for its log line alone. */
struct request {
	struct arena *arena;
	const struct http_request *http;
	struct http_response *response;
	struct fault fault;
	const char *relates_to; /* MessageID, once it was read */
	const char *user;
	const char *device;
	const char *session;
	const char *msg;
	const char *front_id;	       /* what the front server calls it */
	const char *client_request_id; /* NULL: as the header says */
	const char *note; /* what was wrong though it was answered */
	int anomalies;
	int has_secret; /* in its data or its answer's: not to be traced */
};

/* 0 with the response filled, or -1 with the fault set. */
typedef int route_fn(struct worker *, struct request *);

/*
 * What is served: a path in any letter case, and one method of it.  With
 * `file` it ends with a slash, and what comes below it is a secret, which the
 * log leaves out; the body goes into the file that it opens, or nowhere.
 */
struct route {
	const char *path;
	const char *method;
	route_fn *answer;
	int (*file)(struct worker *, size_t *max_body);
};

struct program {
	const char *name; /* "management" */
	unsigned config;  /* CONFIG_MANAGEMENT */
	struct db_table table;
	const struct route *routes;
	size_t nroutes;
	const char *fault_subcode; /* when the database fails; or NULL */
	int setting; /* the statement with (name, value) rows; or 0 */
	int metrics; /* the statement behind /metrics; or 0 */
	int (*setup)(struct worker *, char *why, size_t); /* or NULL */
	/* Other options than -n, with what follows them; or NULL. */
	int (*option)(
	    const struct program *, int letter, int argc, char **argv);
	const char *options; /* their letters */
	const char *usage;   /* how they are written */
};

/* Parse options, read the configuration, serve. */
int program_main(const struct program *, int argc, char **argv);

/*
 * What comes before serving: the configuration and what it names; the database
 * is not connected yet.  0, or -1 with a line in the log.
 */
int program_start(struct worker *, const struct program *);

/* The fault of a transaction that was not made.  Always -1. */
int request_db_fault(
    struct worker *, struct request *, const struct db_error *);

/* Answer 200 with what was written; -1 if it did not fit. */
int request_answer(struct request *, const char *type, const struct xw *);

#endif
