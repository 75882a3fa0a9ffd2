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
void captured_open(struct session *, struct device *, struct options *);
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
/* selftest_wbxml.c */
void selftest_wbxml(void);
/* selftest_auth.c */
void selftest_auth(void);
/* A message of the server, from parts of its header and its whole body. */
void message_parse(
    const char *header, const char *body, struct syncml_message *);
/* selftest_answer.c */
void selftest_answer(void);
/* What a message has beside its first Status, in short. */
void message_describe(struct buf *, const struct syncml_message *);
/* The plan of an option like "do=one-status", NULL for the usual one. */
void plan_set(struct options *, const char *);
/* selftest_outbox.c */
void selftest_outbox(void);
/* selftest_plan.c */
void selftest_plan(void);
/* selftest_soap.c */
void selftest_soap(void);
/* selftest_provision.c */
void selftest_provision(void);

#endif
