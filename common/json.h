/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_JSON_H
#define FENESTRA_JSON_H

#include <stddef.h>

struct arena;

/*
 * JSON (RFC 8259), read strictly: one value and nothing behind it, valid
 * UTF-8, no NUL, no name twice in an object, 16 levels, 4096 values.
 */
enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER, /* text: as it stood there */
	JSON_STRING, /* text: without its escapes */
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json {
	enum json_type type;
	const char *name; /* in an object */
	const char *text;
	struct json *child; /* the first one */
	struct json *next;
};

/* NULL when it is not so. */
struct json *json_read(struct arena *, const char *, size_t len);

/* A member of an object; NULL for none, and for what is no object. */
const struct json *json_get(const struct json *, const char *name);

/* The text of a member that is a string; NULL for none. */
const char *json_string(const struct json *, const char *name);

#endif
