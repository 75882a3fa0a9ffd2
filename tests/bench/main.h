/* SPDX-License-Identifier: ISC */
#ifndef BENCH_MAIN_H
#define BENCH_MAIN_H

#include "load.h"

/* The kinds of load; the last argument may be NULL. */
void get_run(struct plan *, const char *url, const char *length);
void checkin_run(struct plan *, const char *url, const char *body,
    const char *devices, const char *length);
void enroll_run(struct plan *, const char *url, const char *policy,
    const char *request, const char *devices);

#endif
