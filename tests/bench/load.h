/* SPDX-License-Identifier: ISC */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stddef.h>

#define LANES_MAX 64

struct curl_slist;

/* One request, and whether its answer completes a unit of what is counted. */
struct exchange {
	const char *url;
	const char *type;
	const char *body; /* NULL: GET */
	size_t body_len;
	int counts;
};

struct answer {
	long status;
	const char *body; /* ends with NUL */
	size_t body_len;
};

/* What is sent, by whom, for how long. */
struct plan {
	int lanes;   /* connections, each kept alive, one request at a time */
	int warmups; /* units of each lane before the clock starts */
	double seconds;
	long most; /* units, or 0: as many as there is time for */
	const char *ca_file;
	struct curl_slist *resolve;
	char *certificates[LANES_MAX]; /* PEM with key, or NULL */
	void *context;
	/* The next request of a lane; 0 when there is none left. */
	int (*next)(void *context, int lane, struct exchange *);
	/* What is wrong with an answer, or NULL. */
	const char *(*wrong)(void *context, int lane, const struct answer *);
};

/*
 * Carry out the plan and print the outcome as key=value pairs.  The first
 * wrong answer ends the process with status 1, so that no error is counted.
 */
void load_run(const struct plan *);

/* A file's bytes, with a NUL behind them.  Ends the process on failure. */
char *file_read(const char *path);

/* `text` with every NAME replaced by its VALUE: { name, value, … NULL }. */
char *text_fill(const char *text, const char *const *pairs);

#endif
