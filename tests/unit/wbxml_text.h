/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_UNIT_WBXML_TEXT_H
#define FENESTRA_UNIT_WBXML_TEXT_H

#include "unit.h"

#include "../wbxml/any.h"

/*
 * WBXML as the tests write it: hexadecimal, and text in '' with no NUL of its
 * own.  The bytes end where the allocation does, so that ASan sees one more.
 */
struct bytes {
	char *data;
	size_t len;
};

static inline struct bytes
bytes_of(const char *s)
{
	struct bytes b = { malloc(strlen(s) + 1), 0 };
	char digits[3] = "", *end;

	assert_non_null(b.data);
	while (*s != '\0') {
		if (*s == ' ') {
			s++;
		} else if (*s == '\'') {
			for (s++; *s != '\''; s++)
				b.data[b.len++] = *s;
			s++;
		} else {
			memcpy(digits, s, 2);
			b.data[b.len++] = (char)strtoul(digits, &end, 16);
			assert_ptr_equal(end, digits + 2);
			s += 2;
		}
	}
	if (b.len > 0)
		b.data = realloc(b.data, b.len);
	assert_non_null(b.data);
	return b;
}

/* What it is as XML, without the namespaces; NULL with the error set. */
static inline char *
xml_of(const char *data, size_t len, struct xml_error *e)
{
	struct xw w;

	xw_init(&w, unit_arena);
	if (wbxml_read(unit_arena, any_grammar(), &w, data, len, e) == -1)
		return NULL;
	return w.out.data;
}

/* XML of the vocabulary as WBXML, in hexadecimal. */
static inline char *
wbxml_of(const char *xml)
{
	struct xml_error e;
	struct xw w;
	char *hex;

	xw_init_wbxml(&w, unit_arena);
	if (xml_read(unit_arena, any_grammar(), &w, xml, strlen(xml), &e) != 0)
		fail_msg("%s: %s in %s", e.at, e.reason, xml);
	assert_int_equal(w.out.failed, 0);
	hex = unit_repeat("  ", w.out.len);
	for (size_t i = 0; i < w.out.len; i++)
		snprintf(hex + 2 * i, 3, "%02X", (unsigned char)w.out.data[i]);
	return hex;
}

/* The vectors, with their header. */
#define WBXML_HEAD "02 A401 6A 00"
#define XML_HEAD "<SyncML xmlns=\"SYNCML:SYNCML1.2\">"

#endif
