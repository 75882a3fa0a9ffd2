/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_MONITOR_H
#define FENESTRA_MONITOR_H

#include "../common/stats.h"

struct http_request;
struct request;
struct worker;

/*
 * What those who run the server ask: /healthz, /readyz and /metrics.  It is
 * answered only where the FastCGI parameter FENESTRA_MONITOR is "on": the
 * listener of the front server that is for them sets it, or who speaks FastCGI
 * with a worker.  A client's headers cannot.
 */
int monitor_is_asked(const struct http_request *);
int monitor_answer(struct worker *, struct request *);

/* What a path is counted as. */
enum stats_endpoint monitor_endpoint(const struct http_request *);

#endif
