/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_SELFTEST_H
#define DEVICE_SELFTEST_H

#include "session.h"
#include "util.h"

/*
 * Checks that need no server. The folder holds the captured messages; NULL
 * for the usual one. 0 when all passed.
 */
int selftest_run(const char *data);

/* For the parts of it: counts a check, prints it if it failed. */
void check(int ok, const char *, ...) PRINTF_LIKE(2, 3);
void check_text(const char *what, const char *got, const char *due);
/* A captured file; compact: without the white space between elements. */
void captured(const char *file, int compact, struct buf *);
/* The captured device, at the beginning of its first session. */
void captured_open(struct session *, struct device *, const struct options *);
void captured_close(struct session *);

/* selftest_tree.c */
void selftest_tree(void);
/* A change of a good message, and the rule that must find it. */
struct mutation {
	const char *from;
	const char *to;
	const char *rule; /* NULL: none, it stays good */
};

/* Whether the run found what it should, and if anything, that first. */
void check_mutation(const struct mutation *, const struct report *);

/* selftest_judge.c */
void selftest_judge(void);
/* selftest_soap.c */
void selftest_soap(void);
/* selftest_provision.c */
void selftest_provision(void);

#endif
