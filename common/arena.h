/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_ARENA_H
#define FENESTRA_ARENA_H

#include <stddef.h>

/*
 * Memory that lives exactly as long as one request.  All of it is wiped and
 * given back by arena_reset().  An arena never grows past its limit: then
 * allocations return NULL, and arena_failed() stays true until the reset.
 */
struct arena;

struct arena *arena_new(size_t limit);
void arena_free(struct arena *);
void arena_reset(struct arena *);
int arena_failed(const struct arena *);

/* Zeroed memory, aligned for anything. */
void *arena_alloc(struct arena *, size_t)
    __attribute__((malloc, alloc_size(2)));
void *arena_dup(struct arena *, const void *, size_t);

/* A copy of len bytes with a NUL behind them. */
char *arena_strndup(struct arena *, const char *, size_t len);
char *arena_strdup(struct arena *, const char *);
char *arena_printf(struct arena *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

#endif
