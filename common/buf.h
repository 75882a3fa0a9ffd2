/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_BUF_H
#define FENESTRA_BUF_H

#include <stddef.h>

struct arena;

/*
 * Bytes that grow in an arena.  Append freely and look at `failed` once at
 * the end: after a failure nothing more is added.  There is always a NUL
 * behind the last byte, not counted in len.
 */
struct buf {
	struct arena *arena;
	char *data;
	size_t len;
	size_t room;
	int failed;
};

void buf_init(struct buf *, struct arena *);
void buf_add(struct buf *, const void *, size_t);
void buf_puts(struct buf *, const char *);
void buf_putc(struct buf *, char);
void buf_printf(struct buf *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for len more bytes, to be filled and then counted by buf_grew(). */
void *buf_space(struct buf *, size_t len);
void buf_grew(struct buf *, size_t len);

#endif
