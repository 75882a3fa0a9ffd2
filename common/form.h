/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_FORM_H
#define FENESTRA_FORM_H

#include <stddef.h>

struct arena;

#define FORM_CONTENT_TYPE "application/x-www-form-urlencoded"
#define FORM_PAIRS_MAX 32

/*
 * A field that is wanted of a form or of a query string: where in the struct
 * its text goes, which stays NULL if it is not there.  Fields of other names
 * are passed over, as browsers and identity providers add their own.
 */
struct form_field {
	const char *name;
	size_t max; /* bytes, decoded */
	size_t off;
};

/*
 * Read name=value&name=value.  Escapes are whole, text is UTF-8 without
 * control characters but tab and line ends, and a wanted name stands there
 * once.  0, or -1 and why, which names nothing that a client sent.
 */
int form_read(struct arena *, const char *, size_t len,
    const struct form_field *, size_t nfields, void *form, const char **why);

#endif
