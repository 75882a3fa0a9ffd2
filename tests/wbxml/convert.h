/* SPDX-License-Identifier: ISC */
#ifndef TESTS_WBXML_CONVERT_H
#define TESTS_WBXML_CONVERT_H

#include <stddef.h>

struct arena;

struct record {
	const char *data; /* with a NUL behind it */
	size_t len;
};

/* What syncml_read() makes of a message, as lines; ends on a refusal. */
char *same_dump(struct arena *, const struct record *, int wbxml);

/* The time a message takes in either encoding, printed. */
void same_time(const struct record *xml, const struct record *wbxml, size_t n);

#endif
