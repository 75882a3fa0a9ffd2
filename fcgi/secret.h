/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SECRET_H
#define FENESTRA_SECRET_H

#include "../common/seal.h"

struct request;
struct worker;

/*
 * Open what the database keeps of a secret; NULL and why.  What is still clear
 * there, of an earlier release, or of an older key, is sealed anew by a
 * statement (device, purpose, old, new); where that fails it is left for the
 * next time.
 */
const char *secret_open(struct worker *, struct request *, int statement,
    const struct seal_place *, const char *kept, const char **why);

#endif
