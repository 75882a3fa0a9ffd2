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
void renew_run(
    struct plan *, const char *url, const char *request, const char *devices);

/* The files DEVICEID.pem of a folder, one for each connection. */
void devices_find(struct plan *, const char *folder);
char *devices_id(const struct plan *, int lane); /* to be freed */
void devices_free(struct plan *);

#endif
