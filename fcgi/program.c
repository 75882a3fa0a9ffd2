/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>
#include <sys/time.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/fcgi.h"
#include "../common/front.h"
#include "../common/log.h"
#include "../common/seal.h"
#include "../common/soap.h"
#include "../common/trace.h"
#include "monitor.h"
#include "program.h"

#define EXIT_CONFIG 78 /* EX_CONFIG: a restart does not mend it */

/* Room for a body, its tree, the calls made of it and the answer. */
#define ARENA_LIMIT(max_body) ((size_t)(max_body)*10 + ((size_t)4 << 20))

#ifndef FENESTRA_VERSION
#define FENESTRA_VERSION "unversioned"
#endif

extern char **environ;

int
request_db_fault(struct worker *w, struct request *r, const struct db_error *e)
{
	int status = e->status == EXIT_CONFIG ? 503 : e->status;
	int ours = strncmp(e->sqlstate, "MD", 2) == 0;

	if (!ours)
		stats_count_error(w->stats,
		    status == 503 ? STATS_DATABASE_AWAY : STATS_DATABASE_ERROR);
	if (status == 503)
		r->response->retry_after = RETRY_AFTER;
	return fault_set(&r->fault, status, w->program->fault_subcode,
	    ours ? arena_strdup(r->arena, e->message)
		 : arena_printf(
		       r->arena, "database: %s %s", e->message, e->sqlstate));
}

int
request_answer(struct request *r, const char *type, const struct xw *w)
{
	if (w->out.failed)
		return fault_set(&r->fault, 500, NULL, "answer too large");
	CHECK(w->depth == 0);
	r->response->status = 200;
	r->response->content_type = type;
	r->response->body = w->out.data;
	r->response->body_len = w->out.len;
	return 0;
}

/* As it is set now; while the database is away, as it was. */
static int
fault_status(struct worker *w, struct request *r)
{
	struct db_work *work;
	struct db_error e;
	const char *value;

	if (w->program->setting == 0)
		return 500;
	work = db_work(w->db, r->arena);
	db_call(work, w->program->setting);
	if (db_run(work, &e) == 0 &&
	    (value = db_lookup(work, 0, "fault_http_status")) != NULL)
		w->fault_status = strcmp(value, "200") == 0 ? 200 : 500;
	return w->fault_status;
}

/* Errors are a SOAP fault, or nothing: never a page of HTML. */
static void
refuse(struct worker *w, struct request *r)
{
	struct http_response *res = r->response;
	const struct fault *f = &r->fault;
	struct xw body;

	res->status = f->status;
	res->content_type = "text/plain";
	res->body_len = 0;
	if (f->subcode == NULL)
		return;
	xw_init(&body, r->arena);
	soap_fault(&body, f, r->relates_to, r->http->id);
	if (body.out.failed)
		return;
	res->content_type = SOAP_CONTENT_TYPE;
	res->body = body.out.data;
	res->body_len = body.out.len;
	if (f->status == 500)
		res->status = fault_status(w, r);
}

static int
fits(const struct route *it, const struct http_request *http)
{
	return it->file != NULL ? http_path_below(http, it->path) != NULL
				: http_path_is(http, it->path);
}

/* Its path, without what is secret in it. */
static const char *
shown_path(const struct worker *w, const struct request *r)
{
	const struct program *p = w->program;

	for (size_t i = 0; i < p->nroutes; i++)
		if (p->routes[i].file != NULL && fits(&p->routes[i], r->http))
			return p->routes[i].path;
	return r->http->path;
}

static int
open_file(void *context, const struct http_request *http, size_t *max_body)
{
	struct worker *w = context;
	const struct route *it = w->program->routes;

	for (; it < w->program->routes + w->program->nroutes; it++)
		if (it->file != NULL && fits(it, http) &&
		    strcmp(http->method, it->method) == 0)
			return it->file(w, max_body);
	return -1;
}

/* The methods of a path, as Allow has them; NULL for no such path. */
static const char *
methods_of(const struct program *p, struct request *r)
{
	const char *list = NULL;

	for (size_t i = 0; i < p->nroutes; i++)
		if (fits(&p->routes[i], r->http))
			list = list == NULL ? p->routes[i].method
					    : arena_printf(r->arena, "%s, %s",
						  list, p->routes[i].method);
	return list;
}

static int
route(struct worker *w, struct request *r)
{
	const struct program *p = w->program;
	const struct route *it;

	if (monitor_is_asked(r->http))
		return monitor_answer(w, r);
	for (it = p->routes; it < p->routes + p->nroutes; it++)
		if (fits(it, r->http) &&
		    strcmp(r->http->method, it->method) == 0)
			return it->answer(w, r);
	r->response->allow = methods_of(p, r);
	if (r->response->allow == NULL)
		return fault_set(&r->fault, 404, NULL, "no such path");
	return fault_set(&r->fault, 405, NULL, "no such method here");
}

/* Wrong before it was read: told in the protocol's words where it has any. */
static int
problem_fault(struct worker *w, struct request *r, int problem)
{
	const char *subcode = NULL;

	if (w->program->fault_subcode != NULL && methods_of(w->program, r))
		subcode = FAULT_MESSAGE_FORMAT;
	return fault_set(&r->fault, problem, subcode,
	    problem == 413 ? "body too large"
			   : "body or parameters are not what they say");
}

/* An error is ours; what a client did wrong is a warning. */
static const char *
level_of(const struct fault *f)
{
	if (f->status == 0)
		return "info";
	if (f->status < 500 || f->error_type != NULL ||
	    (f->subcode != NULL &&
		strcmp(f->subcode, FAULT_ENROLLMENT_SERVER) != 0 &&
		strcmp(f->subcode, FAULT_INTERNAL) != 0))
		return "warning";
	return "error";
}

static void
log_request(const struct worker *w, const struct request *r, long us)
{
	const struct fault *f = &r->fault;
	struct log_line l;

	log_begin(&l, level_of(f));
	log_add(&l, "id", r->http->id);
	log_add(&l, "worker", w->program->name);
	log_add(&l, "method", r->http->method);
	log_add(&l, "path", shown_path(w, r));
	log_add_int(&l, "status", r->response->status);
	log_add_int(&l, "in", (long long)r->http->body_len);
	log_add_int(&l, "out", (long long)r->response->body_len);
	log_add_int(&l, "us", us);
	/* Before anything a client says: it must not push this out. */
	if (f->status != 0) {
		log_add(&l, "fault", f->subcode);
		log_add(&l, "at", f->at);
		log_add(&l, "reason", f->reason);
	}
	if (r->front_id != NULL && strcmp(r->front_id, r->http->id) != 0)
		log_add(&l, "front", r->front_id);
	log_add(&l, "peer", http_param(r->http, "REMOTE_ADDR"));
	log_add(&l, "user", r->user);
	log_add(&l, "device", r->device);
	log_add(&l, "session", r->session);
	log_add(&l, "msg", r->msg);
	log_add(&l, "client-request-id",
	    r->client_request_id != NULL
		? r->client_request_id
		: http_param(r->http, "HTTP_CLIENT_REQUEST_ID"));
	log_add(&l, "ms-cv", http_param(r->http, "HTTP_MS_CV"));
	log_add(&l, "note", r->note);
	if (r->anomalies > 0)
		log_add_int(&l, "anomalies", r->anomalies);
	log_end(&l);
}

static long
microseconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start->tv_sec) * 1000000L +
	       (now.tv_nsec - start->tv_nsec) / 1000;
}

static void
count_request(const struct worker *w, const struct request *r, long us)
{
	const char *level = level_of(&r->fault);

	stats_count(w->stats,
	    &(struct stats_request){
		.endpoint = monitor_endpoint(r->http),
		.outcome = strcmp(level, "info") == 0	   ? STATS_ANSWERED
			   : strcmp(level, "warning") == 0 ? STATS_REFUSED
							   : STATS_FAILED,
		.us = (unsigned long)us,
		.in = r->http->body_len,
		.out = r->response->body_len,
	    });
}

/* Who the client is and what the request is called, by the front server. */
static int
introduce(struct worker *w, struct request *r, struct http_request *http)
{
	const char *uuid;

	if (w->front != NULL && front_translate(w->front, r->arena, http) == -1)
		return 400;
	r->front_id = http_request_id(http);
	if (r->front_id != NULL &&
	    (uuid = http_uuid(r->arena, r->front_id)) != NULL)
		http->id = uuid;
	db_name(w->db, http->id);
	return 0;
}

static enum trace_rule
trace_rule(const struct worker *w, const struct request *r)
{
	if (w->config.trace_secrets)
		return TRACE_ALL;
	return r->has_secret ? TRACE_NO_DATA : TRACE_REDACTED;
}

/*
 * CPU time that a request may take.  One that takes more ends the process:
 * its transaction is undone, its supervisor starts another, and the others
 * go on meanwhile.
 */
static void
on_cpu(int sig)
{
	static const char line[] = "level=fatal reason=\"a request took more "
				   "CPU time than FENESTRA_MAX_CPU\"\n";

	(void)sig;
	_exit(write(STDERR_FILENO, line, sizeof(line) - 1) > 0 ? 1 : 2);
}

static void
limit_cpu(long seconds)
{
	const struct itimerval t = { .it_value = { .tv_sec = seconds } };

	setitimer(ITIMER_PROF, &t, NULL);
}

static void
handle(void *context, struct arena *a, struct http_request *http,
    struct http_response *res, int problem)
{
	struct worker *w = context;
	struct request r = { .arena = a, .http = http, .response = res };
	struct timespec start;
	int doubles, rc;
	long us;

	clock_gettime(CLOCK_MONOTONIC, &start);
	limit_cpu(w->config.max_cpu);
	doubles = introduce(w, &r, http);
	if (problem == 0)
		problem = doubles;
	if (problem != 0)
		rc = problem_fault(w, &r, problem);
	else
		rc = route(w, &r);
	if (rc == -1) {
		CHECK(r.fault.status != 0);
		refuse(w, &r);
	}
	us = microseconds_since(&start);
	count_request(w, &r, us);
	log_request(w, &r, us);
	if (w->config.trace &&
	    (shown_path(w, &r) == http->path || w->config.trace_secrets))
		trace_exchange(http, res, trace_rule(w, &r));
	limit_cpu(0);
}

static int
load_keys(struct worker *w, char *why, size_t size)
{
	char reason[SEAL_WHY_LEN];

	if (w->config.seal_key == NULL)
		return 0;
	if ((w->seal = seal_load(w->config.seal_key, reason)) != NULL)
		return 0;
	snprintf(why, size, "FENESTRA_SEAL_KEY: %s", reason);
	return -1;
}

static int
load_front(struct worker *w, char *why, size_t size)
{
	char reason[FRONT_WHY_LEN];
	const struct config *c = &w->config;

	if (c->cert_header == NULL || c->cert_header[0] == '\0')
		return 0;
	w->front =
	    front_load(c->cert_header, c->cert_peers, c->cert_secret, reason);
	if (w->front != NULL)
		return 0;
	snprintf(why, size, "%s", reason);
	return -1;
}

int
program_start(struct worker *w, const struct program *p)
{
	char why[CONFIG_WHY_LEN + SEAL_WHY_LEN];

	w->program = p;
	w->fault_status = 500;
	w->uploads = -1;
	if (config_read(&w->config, p->config, environ, why) == -1 ||
	    load_keys(w, why, sizeof(why)) == -1 ||
	    load_front(w, why, sizeof(why)) == -1 ||
	    (p->setup != NULL && p->setup(w, why, sizeof(why)) == -1)) {
		log_reason("error", p->name, "%s", why);
		return -1;
	}
	w->db = db_new(&p->table, w->config.prepared);
	return 0;
}

/* A schema too old is refused at once; a database away is waited for. */
static int
check_database(struct worker *w)
{
	struct db_error e;

	if (db_connect(w->db, &e) == 0)
		return 0;
	log_reason(e.status == EXIT_CONFIG ? "error" : "warning",
	    w->program->name, "%s", e.message);
	return e.status;
}

static int
usage(const struct program *p)
{
	fprintf(stderr, "usage: fenestra-%s [-n%s%s] [--version]\n", p->name,
	    p->usage != NULL ? " | " : "", p->usage != NULL ? p->usage : "");
	return 2;
}

static int
test_configuration(struct worker *w)
{
	int status;

	config_print(&w->config, w->program->config);
	if ((status = check_database(w)) != 0)
		return status == EXIT_CONFIG ? EXIT_CONFIG : 1;
	printf("fenestra-%s: configuration and database are good\n",
	    w->program->name);
	return 0;
}

/* Who cannot count serves all the same. */
static void
start_counting(struct worker *w)
{
	char why[STATS_WHY_LEN];

	if (w->config.stats[0] == '\0')
		return;
	w->stats = stats_open(w->config.stats, w->program->name, why);
	if (w->stats == NULL)
		log_reason("warning", w->program->name,
		    "requests are not counted: %s", why);
}

static int
serve(struct worker *w)
{
	struct arena *a = arena_new(ARENA_LIMIT(w->config.max_body));
	const struct fcgi_service service = {
		.handler = handle,
		.file = open_file,
		.context = w,
		.max_body = (size_t)w->config.max_body,
	};

	if (!fcgi_is_socket()) {
		log_reason("error", w->program->name,
		    "file descriptor 0 is not a listening socket");
		return 1;
	}
	if (check_database(w) == EXIT_CONFIG)
		return EXIT_CONFIG;
	if (w->config.trace && w->config.trace_secrets)
		log_reason("warning", w->program->name,
		    "FENESTRA_TRACE_SECRETS: passwords, tokens and secrets are "
		    "printed as they are; leave it on no longer than needed");
	signal(SIGPROF, on_cpu);
	start_counting(w);
	fcgi_serve(a, &service);
	stats_close(w->stats);
	arena_free(a);
	db_free(w->db);
	return 0;
}

static int
is_option(const struct program *p, int argc, char **argv)
{
	return p->option != NULL && argc > 1 && argv[1][0] == '-' &&
	       argv[1][1] != '\0' && argv[1][2] == '\0' &&
	       strchr(p->options, argv[1][1]) != NULL;
}

int
program_main(const struct program *p, int argc, char **argv)
{
	static struct worker w;
	int testing;

	/* No core file and no debugger: memory has keys and passwords in it. */
	prctl(PR_SET_DUMPABLE, 0);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("fenestra-%s %s, schema %d\n", p->name, FENESTRA_VERSION,
		    p->table.schema_needed);
		return 0;
	}
	if (is_option(p, argc, argv))
		return p->option(p, argv[1][1], argc - 2, argv + 2);
	testing = argc == 2 && strcmp(argv[1], "-n") == 0;
	if (argc > 1 && !testing)
		return usage(p);
	if (program_start(&w, p) == -1)
		return 1;
	return testing ? test_configuration(&w) : serve(&w);
}
