/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_DELIVERY_H
#define FENESTRA_DELIVERY_H

#include "exchange.h"

/*
 * The commands that the database gave for an answer, their variables expanded.
 * One that cannot be is ended there, with the reason, and what then comes in
 * its place is taken.  0, or -1 with the fault set.
 */
int delivery_take(struct worker *, struct request *, struct exchange *,
    struct session_reply *);

#endif
