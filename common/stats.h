/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_STATS_H
#define FENESTRA_STATS_H

#include <stddef.h>
#include <stdint.h>

/*
 * What the workers of a program count, in a file that they share: it outlives
 * them, so the sums only grow.  A worker has a place of its own in it while it
 * lives, and the next one that takes the place counts on.  Another program's
 * file is only read.
 */
#define STATS_WHY_LEN 200

/* What was asked for, and what became of it: as the log's level says. */
enum stats_endpoint {
	STATS_DISCOVERY,
	STATS_POLICY,
	STATS_ENROLLMENT,
	STATS_SIGN_IN,
	STATS_LANDING,
	STATS_MANAGEMENT,
	STATS_MONITOR,
	STATS_OTHER,
	STATS_ENDPOINTS
};
enum stats_outcome {
	STATS_ANSWERED, /* info */
	STATS_REFUSED,	/* warning: the client's fault */
	STATS_FAILED,	/* error: ours */
	STATS_OUTCOMES
};
enum stats_error { STATS_DATABASE_AWAY, STATS_DATABASE_ERROR, STATS_ERRORS };

/* The upper ends of a histogram, in microseconds; one more has the rest. */
#define STATS_BUCKETS 14
extern const unsigned stats_bucket[STATS_BUCKETS];

struct stats_row {
	uint64_t outcomes[STATS_OUTCOMES];
	uint64_t buckets[STATS_BUCKETS + 1];
	uint64_t us;
	uint64_t in;
	uint64_t out;
};

struct stats_sum {
	struct stats_row rows[STATS_ENDPOINTS];
	uint64_t errors[STATS_ERRORS];
	unsigned workers; /* that live */
};

struct stats;

/* A worker's place in the file of its program, in a folder.  NULL and why. */
struct stats *stats_open(
    const char *folder, const char *program, char why[STATS_WHY_LEN]);
void stats_close(struct stats *);

/* One request more; `s` may be NULL, then nothing is counted. */
struct stats_request {
	enum stats_endpoint endpoint;
	enum stats_outcome outcome;
	unsigned long us;
	size_t in;
	size_t out;
};
void stats_count(struct stats *, const struct stats_request *);
void stats_count_error(struct stats *, enum stats_error);

/* The sums of a program, alive or not; all zeroes if it never counted. */
void stats_read(const char *folder, const char *program, struct stats_sum *);

#endif
