/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_UPLOAD_H
#define FENESTRA_UPLOAD_H

#include "exchange.h"

/*
 * A file that a device sends to an address of its own, which serves once.  It
 * lies in the folder FENESTRA_UPLOADS, named by the database.
 */
#define UPLOAD_STATEMENTS                                                      \
	[UPLOAD_BEGIN] = { "upload_begin",                                     \
		"select file, array_to_string(stale, ' ') "                    \
		"from management.upload_begin($1,$2)",                         \
		2 },                                                           \
	[UPLOAD_DONE] = { "upload_done",                                       \
		"select management.upload_done($1,$2,$3,$4,$5)", 5 }

/* Open the folder, if there is one to be.  0, or -1 and why. */
int upload_setup(struct worker *, char *why, size_t);

/* Where the body goes: a file without a name, so that nothing is left of one
 * that is cut short. */
int upload_file(struct worker *, size_t *max_body);

int upload_put(struct worker *, struct request *);

#endif
