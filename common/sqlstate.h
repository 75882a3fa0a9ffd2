/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SQLSTATE_H
#define FENESTRA_SQLSTATE_H

/* A condition that passes: the server is going, coming, full or read-only. */
int sqlstate_is_passing(const char *);

/* After it another connection may do. */
int sqlstate_is_lost(const char *);

/* The same transaction, again, may do. */
int sqlstate_is_deadlock(const char *);

#endif
