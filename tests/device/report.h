/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_REPORT_H
#define DEVICE_REPORT_H

#include <stdio.h>

#include "util.h"

/* The transcript of one run and the verdict on it. */
struct report {
	FILE *out;
	/* -1 only failures, 0 one line per step, 1 the raw exchange too */
	int verbosity;
	int hush; /* failures are counted, not printed */
	/* never printed, whatever happens */
	char **secrets;
	size_t nsecrets;
	/* what the run found */
	unsigned failures;
	char *first_failure;
	/* the newest answer: of which step, HTTP status, fault subcode */
	char *step;
	long status;
	/* what the newest SyncML answer said of our header */
	long header_status;
	/* the handshake ended in an alert; whether that is a failure */
	int tls_refused;
	int tls_refusal_is_fine;
	char *subcode;
};

void report_init(struct report *, int verbosity);
void report_close(struct report *);
/* From now on this text is replaced wherever it would be printed. */
void report_secret(struct report *, const char *);

/* The step that the following failures belong to. */
void report_begin(struct report *, const char *step);
/* One line of the transcript. */
void report_step(struct report *, size_t bytes, double ms, const char *remark);
/* A line without an exchange. */
void report_note(struct report *, const char *, ...) PRINTF_LIKE(2, 3);
/* A line below the newest one. */
void report_detail(struct report *, const char *, ...) PRINTF_LIKE(2, 3);
/* A rule, by its name, that the server broke; and in what way. */
void report_fail(struct report *, const char *rule, const char *, ...)
    PRINTF_LIKE(3, 4);
/* Part of the raw exchange, under a title. */
void report_raw(struct report *, const char *title, const char *text);

#endif
