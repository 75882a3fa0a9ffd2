/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../common/arena.h"
#include "../common/buf.h"
#include "../common/check.h"
#include "monitor.h"
#include "program.h"

#define TEXT "text/plain; charset=utf-8"
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Of the workers; the signer and the sender of webhooks serve no requests. */
static const char *const programs[] = { "discovery", "enrollment",
	"management" };

static const char *const endpoint_names[STATS_ENDPOINTS] = {
	[STATS_DISCOVERY] = "discovery",
	[STATS_POLICY] = "policy",
	[STATS_ENROLLMENT] = "enrollment",
	[STATS_SIGN_IN] = "sign-in",
	[STATS_LANDING] = "enroll",
	[STATS_MANAGEMENT] = "management",
	[STATS_MONITOR] = "monitor",
	[STATS_OTHER] = "other",
};
static const char *const outcome_names[STATS_OUTCOMES] = {
	[STATS_ANSWERED] = "answered",
	[STATS_REFUSED] = "refused",
	[STATS_FAILED] = "failed",
};
static const char *const error_names[STATS_ERRORS] = {
	[STATS_DATABASE_AWAY] = "away",
	[STATS_DATABASE_ERROR] = "error",
};

static const struct {
	const char *path;
	enum stats_endpoint endpoint;
} paths[] = {
	{ "/EnrollmentServer/Discovery.svc", STATS_DISCOVERY },
	{ "/EnrollmentServer/Policy.svc", STATS_POLICY },
	{ "/EnrollmentServer/PolicyEnrollmentWebservice.svc", STATS_POLICY },
	{ "/EnrollmentServer/Enrollment.svc", STATS_ENROLLMENT },
	{ "/EnrollmentServer/DeviceEnrollmentWebservice.svc",
	    STATS_ENROLLMENT },
	{ "/EnrollmentServer/Win10DeviceEnrollmentWebservice.svc",
	    STATS_ENROLLMENT },
	{ "/EnrollmentServer/SignIn", STATS_SIGN_IN },
	{ "/EnrollmentServer/TermsOfUse", STATS_SIGN_IN },
	{ "/enroll", STATS_LANDING },
	{ "/ManagementServer/MDM.svc", STATS_MANAGEMENT },
};

int
monitor_is_asked(const struct http_request *r)
{
	const char *value = http_param(r, "FENESTRA_MONITOR");

	return value != NULL && strcmp(value, "on") == 0;
}

enum stats_endpoint
monitor_endpoint(const struct http_request *r)
{
	if (monitor_is_asked(r))
		return STATS_MONITOR;
	for (size_t i = 0; i < COUNT(paths); i++)
		if (http_path_is(r, paths[i].path))
			return paths[i].endpoint;
	return STATS_OTHER;
}

static int
say(struct request *r, int status, const char *type, const char *text)
{
	r->response->status = status;
	r->response->content_type = type;
	r->response->body = text;
	r->response->body_len = strlen(text);
	return 0;
}

/* What a request would need: the database, and what asks the signer. */
static const char *
not_ready(struct worker *w, struct request *r)
{
	struct db_work *work = db_work(w->db, r->arena);
	const char *signer = w->config.signer_socket;
	struct db_error e;

	if (w->program->setting != 0)
		db_call(work, w->program->setting);
	if ((w->program->setting != 0 ? db_run(work, &e)
				      : db_connect(w->db, &e)) != 0)
		return arena_printf(r->arena, "database: %s", e.message);
	if (signer != NULL && access(signer, W_OK) == -1)
		return arena_printf(
		    r->arena, "signer: %s: %s", signer, strerror(errno));
	return NULL;
}

static int
ready(struct worker *w, struct request *r)
{
	const char *why = not_ready(w, r);

	if (why == NULL)
		return say(r, 200, TEXT, "ready\n");
	r->note = why;
	return say(r, 503, TEXT, arena_printf(r->arena, "%s\n", why));
}

static void
head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
write_requests(struct buf *b, const struct stats_sum *sum)
{
	static const char name[] = "fenestra_requests_total";

	head(b, name, "counter",
	    "Requests by endpoint and by what became of them.");
	for (size_t i = 0; i < STATS_ENDPOINTS; i++)
		for (size_t k = 0; k < STATS_OUTCOMES; k++)
			buf_printf(b,
			    "%s{endpoint=\"%s\",outcome=\"%s\"} %llu\n", name,
			    endpoint_names[i], outcome_names[k],
			    (unsigned long long)sum->rows[i].outcomes[k]);
}

static void
write_bytes(struct buf *b, const struct stats_sum *sum)
{
	static const char name[] = "fenestra_request_bytes_total";

	head(b, name, "counter", "Bytes of bodies, by endpoint and direction.");
	for (size_t i = 0; i < STATS_ENDPOINTS; i++)
		buf_printf(b,
		    "%s{endpoint=\"%s\",direction=\"in\"} %llu\n"
		    "%s{endpoint=\"%s\",direction=\"out\"} %llu\n",
		    name, endpoint_names[i],
		    (unsigned long long)sum->rows[i].in, name,
		    endpoint_names[i], (unsigned long long)sum->rows[i].out);
}

/* [Prometheus] each bucket counts those below it as well. */
static void
write_histogram(struct buf *b, const char *endpoint, const struct stats_row *r)
{
	static const char name[] = "fenestra_request_duration_seconds";
	unsigned long long n = 0;

	for (size_t i = 0; i < STATS_BUCKETS; i++) {
		n += r->buckets[i];
		buf_printf(b, "%s_bucket{endpoint=\"%s\",le=\"%g\"} %llu\n",
		    name, endpoint, stats_bucket[i] / 1e6, n);
	}
	n += r->buckets[STATS_BUCKETS];
	buf_printf(b,
	    "%s_bucket{endpoint=\"%s\",le=\"+Inf\"} %llu\n"
	    "%s_sum{endpoint=\"%s\"} %.6f\n%s_count{endpoint=\"%s\"} %llu\n",
	    name, endpoint, n, name, endpoint, (double)r->us / 1e6, name,
	    endpoint, n);
}

static void
write_workers(struct buf *b, const struct stats_sum *each)
{
	static const char live[] = "fenestra_workers";
	static const char errors[] = "fenestra_database_errors_total";

	head(b, live, "gauge", "Workers that live.");
	for (size_t i = 0; i < COUNT(programs); i++)
		buf_printf(b, "%s{worker=\"%s\"} %u\n", live, programs[i],
		    each[i].workers);
	head(b, errors, "counter",
	    "Transactions that the database did not make: it was away, or it "
	    "said so.");
	for (size_t i = 0; i < COUNT(programs); i++)
		for (size_t k = 0; k < STATS_ERRORS; k++)
			buf_printf(b, "%s{worker=\"%s\",kind=\"%s\"} %llu\n",
			    errors, programs[i], error_names[k],
			    (unsigned long long)each[i].errors[k]);
}

static void
add_sum(struct stats_sum *sum, const struct stats_sum *one)
{
	for (size_t i = 0; i < STATS_ENDPOINTS; i++) {
		struct stats_row *to = &sum->rows[i];
		const struct stats_row *from = &one->rows[i];

		for (size_t k = 0; k < STATS_OUTCOMES; k++)
			to->outcomes[k] += from->outcomes[k];
		for (size_t k = 0; k <= STATS_BUCKETS; k++)
			to->buckets[k] += from->buckets[k];
		to->us += from->us;
		to->in += from->in;
		to->out += from->out;
	}
}

static void
write_counters(struct buf *b, const char *folder)
{
	struct stats_sum each[COUNT(programs)], sum = { 0 };

	for (size_t i = 0; i < COUNT(programs); i++) {
		stats_read(folder, programs[i], &each[i]);
		add_sum(&sum, &each[i]);
	}
	write_requests(b, &sum);
	head(b, "fenestra_request_duration_seconds", "histogram",
	    "From the end of a request to its answer, by endpoint.");
	for (size_t i = 0; i < STATS_ENDPOINTS; i++)
		write_histogram(b, endpoint_names[i], &sum.rows[i]);
	write_bytes(b, &sum);
	write_workers(b, each);
}

/* Rows of one name follow each other: name, type, help, labels, value. */
static void
write_database(struct buf *b, const struct db_work *work, int call)
{
	const char *before = "", *name, *labels;

	for (int i = 0; i < db_rows(work, call); i++) {
		name = db_value(work, call, i, 0);
		if (strcmp(name, before) != 0)
			head(b, name, db_value(work, call, i, 1),
			    db_value(work, call, i, 2));
		before = name;
		labels = db_value(work, call, i, 3);
		if (labels != NULL)
			buf_printf(b, "%s{%s} %s\n", name, labels,
			    db_value(work, call, i, 4));
		else
			buf_printf(
			    b, "%s %s\n", name, db_value(work, call, i, 4));
	}
}

/* While the database is away the counters still tell that it is. */
static int
metrics(struct worker *w, struct request *r)
{
	struct db_work *work = db_work(w->db, r->arena);
	struct db_error e;
	struct buf b;
	int up;

	buf_init(&b, r->arena);
	if (w->config.stats[0] != '\0')
		write_counters(&b, w->config.stats);
	db_call(work, w->program->metrics);
	if ((up = db_run(work, &e) == 0))
		write_database(&b, work, 0);
	else
		r->note = arena_printf(r->arena, "database: %s", e.message);
	head(&b, "fenestra_database_up", "gauge",
	    "Whether the database answered for these metrics.");
	buf_printf(&b, "fenestra_database_up %d\n", up);
	if (b.failed)
		return fault_set(&r->fault, 500, NULL, "answer too large");
	return say(r, 200, METRICS_TYPE, b.data);
}

/* A front server that has one listener for all tells them apart by it. */
static const char *
without_name(const char *path, const char *name)
{
	size_t len = strlen(name);

	return path[0] == '/' && strncmp(path + 1, name, len) == 0 &&
		       path[1 + len] == '/'
		   ? path + 1 + len
		   : path;
}

int
monitor_answer(struct worker *w, struct request *r)
{
	const char *path = without_name(r->http->path, w->program->name);

	if (strcmp(r->http->method, "GET") != 0 &&
	    strcmp(r->http->method, "HEAD") != 0) {
		r->response->allow = "GET, HEAD";
		return fault_set(&r->fault, 405, NULL, "no such method here");
	}
	if (strcmp(path, "/healthz") == 0)
		return say(r, 200, TEXT, "alive\n");
	if (strcmp(path, "/readyz") == 0)
		return ready(w, r);
	if (strcmp(path, "/metrics") == 0 && w->program->metrics != 0)
		return metrics(w, r);
	return fault_set(&r->fault, 404, NULL, "no such path");
}
