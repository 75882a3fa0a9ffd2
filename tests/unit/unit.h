/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_UNIT_H
#define FENESTRA_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../common/arena.h"
#include "../../common/check.h"
#include "../../common/http.h"

/*
 * What the unit tests share.  A table of cases is run to its end: each case
 * that is wrong is named with unit_wrong(), and unit_done() then fails.
 */

/* The arena of the test that runs; empty at its beginning. */
extern struct arena *unit_arena;

int unit_setup(void **);
int unit_teardown(void **);

#define UNIT_TEST(f)                                                           \
	cmocka_unit_test_setup_teardown(f, unit_setup, unit_teardown)

void unit_wrong(const char *what, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void unit_done(void);

/* 1 if they are the same; NULL is a value.  Else it is wrong, and 0. */
int unit_same(const char *what, const char *got, const char *want);
int unit_same_int(const char *what, long long got, long long want);

/* A printf that lives as long as the test. */
char *unit_printf(const char *, ...) __attribute__((format(printf, 1, 2)));

/* A text n times over; and text with one occurrence of a part replaced. */
char *unit_repeat(const char *text, size_t n);
char *unit_replace(const char *text, const char *from, const char *to);

struct http_request unit_post(const char *body);
struct http_request unit_post_bytes(const char *body, size_t len);

/* A whole file, with a NUL behind it. */
char *unit_file(const char *path, size_t *len);
char *unit_seed(const char *name);

/* What is written to a file descriptor, 1 or 2, between the two. */
void unit_capture_begin(int fd);
char *unit_capture_end(void);

/*
 * A document as lines, one an element, read by expat and nothing of ours:
 * as many spaces as it is deep, prefix:name, its attributes in brackets in
 * their order, = and its text without the white space around.  The prefixes
 * are our own, by namespace.  NULL when it is not well-formed.
 */
char *tree_of(const char *xml, size_t len);

/* The text of the n-th element (from 0) of that name, or NULL. */
char *tree_text(const char *tree, const char *name, int n);
int tree_count(const char *tree, const char *name);

/* The lines of the element of that name and of what it contains. */
char *tree_part(const char *tree, const char *name);

#endif
