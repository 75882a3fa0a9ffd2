/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "codec.h"
#include "syncml.h"
#include "wbxml.h"

#define FORMAL_ID "-//SYNCML//DTD SyncML 1.2//EN"

enum {
	SWITCH_PAGE = 0x00,
	END = 0x01,
	ENTITY = 0x02,
	STR_I = 0x03,
	LITERAL = 0x04,
	CONTENT = 0x40,
	ATTRIBUTES = 0x80,
	STR_T = 0x83,
	OPAQUE = 0xc3,
};

struct writer {
	struct buf body;
	struct buf table;
	unsigned page;
	unsigned shape;
};

/* clang-format off */
static const struct {
	const char *name;
	unsigned shape;
} names[] = {
 { "1.1",       WBXML_V11 },
 { "1.2",       0 },
 { "1.3",       WBXML_V13 },
 { "string-id", WBXML_STRING_ID },
 { "no-id",     WBXML_NO_ID },
 { "table",     WBXML_TABLE },
 { "opaque",    WBXML_OPAQUE },
 { "raw-nonce", WBXML_RAW_NONCE },
 { "literal",   WBXML_LITERAL },
 { "pieces",    WBXML_PIECES },
 { "attribute", WBXML_ATTRIBUTE },
};
/* clang-format on */

int
wbxml_shape_parse(const char *list, unsigned *shape)
{
	size_t i, n;

	*shape = 0;
	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		for (i = 0; i < COUNT(names); i++)
			if (strlen(names[i].name) == n &&
			    strncmp(names[i].name, list, n) == 0)
				break;
		if (i == COUNT(names))
			return -1;
		*shape |= names[i].shape;
	}
	return 0;
}

static void
byte_put(struct buf *out, unsigned value)
{
	unsigned char c = (unsigned char)value;

	buf_add(out, &c, 1);
}

/* Seven bits at a time, the highest first. */
static void
number_put(struct buf *out, unsigned long value)
{
	int shift = 28;

	while (shift > 0 && (value >> shift) == 0)
		shift -= 7;
	for (; shift > 0; shift -= 7)
		byte_put(out, 0x80U | (unsigned)(value >> shift & 0x7f));
	byte_put(out, (unsigned)(value & 0x7f));
}

/* The index of a text in the string table, where it is put if need be. */
static size_t
table_index(struct writer *w, const char *text)
{
	size_t at = 0, n = strlen(text);

	while (at < w->table.len) {
		if (strcmp(w->table.data + at, text) == 0)
			return at;
		at += strlen(w->table.data + at) + 1;
	}
	buf_add(&w->table, text, n + 1);
	return at;
}

static void
opaque_put(struct buf *out, const void *data, size_t n)
{
	byte_put(out, OPAQUE);
	number_put(out, n);
	buf_add(out, data, n);
}

static void
inline_put(struct buf *out, const char *text, size_t n)
{
	byte_put(out, STR_I);
	buf_add(out, text, n);
	byte_put(out, 0);
}

/* Two strings, an '&' between them as an entity. */
static void
pieces_put(struct buf *out, const char *text, size_t n)
{
	const char *amp = memchr(text, '&', n);
	size_t half = amp == NULL ? n / 2 : (size_t)(amp - text);

	/* not inside a character */
	while (amp == NULL && half > 0 && (text[half] & 0xc0) == 0x80)
		half--;
	inline_put(out, text, half);
	if (amp != NULL) {
		byte_put(out, ENTITY);
		number_put(out, '&');
		half++;
	}
	inline_put(out, text + half, n - half);
}

static int
is_markup(const struct node *n)
{
	return strcmp(n->name, "Data") == 0 && n->text.len > 0 &&
	       memchr(n->text.data, '<', n->text.len) != NULL;
}

static int
is_tabled(const struct writer *w, const struct node *n)
{
	return (w->shape & WBXML_TABLE) &&
	       (strcmp(n->name, "LocURI") == 0 || strcmp(n->name, "Type") == 0);
}

static int
nonce_put(struct writer *w, const struct node *n)
{
	struct buf raw = { 0 };
	int done = 0;

	if ((w->shape & (WBXML_RAW_NONCE | WBXML_OPAQUE)) &&
	    strcmp(n->name, "NextNonce") == 0 &&
	    base64_read(&raw, node_text(n), 1) == 0) {
		opaque_put(&w->body, raw.data, raw.len);
		done = 1;
	}
	buf_free(&raw);
	return done;
}

static void
text_put(struct writer *w, const struct node *n)
{
	const char *text = node_text(n);

	if (n->text.len == 0 || nonce_put(w, n))
		return;
	if (is_tabled(w, n)) {
		byte_put(&w->body, STR_T);
		number_put(&w->body, table_index(w, text));
	} else if ((w->shape & WBXML_OPAQUE) || is_markup(n) ||
		   strlen(text) != n->text.len) {
		opaque_put(&w->body, text, n->text.len);
	} else if (w->shape & WBXML_PIECES) {
		pieces_put(&w->body, text, n->text.len);
	} else {
		inline_put(&w->body, text, n->text.len);
	}
}

/* Some telephones wrote: attribute LITERAL 0, and no string table. */
static void
attribute_put(struct writer *w)
{
	static const unsigned char head[] = { LITERAL, 0x00, STR_I };

	buf_add(&w->body, head, sizeof(head));
	buf_add(&w->body, NS_SYNCML, sizeof(NS_SYNCML));
	byte_put(&w->body, END);
}

static void
tag_put(struct writer *w, const struct node *n, unsigned flags)
{
	const struct wbxml_tag *tag = wbxml_tag(n->ns, n->name);
	int literal =
	    (w->shape & WBXML_LITERAL) && strcmp(n->name, "LocURI") == 0;

	if (tag == NULL || literal) {
		byte_put(&w->body, LITERAL | flags);
		number_put(&w->body, table_index(w, n->name));
		return;
	}
	if (tag->page != w->page) {
		byte_put(&w->body, SWITCH_PAGE);
		byte_put(&w->body, tag->page);
		w->page = tag->page;
	}
	byte_put(&w->body, tag->token | flags);
}

static void
node_put(struct writer *w, const struct node *n)
{
	int content = n->first != NULL || n->text.len > 0;
	int attribute = (w->shape & WBXML_ATTRIBUTE) && n->parent == NULL;
	const struct node *child;

	tag_put(w, n, (content ? CONTENT : 0U) | (attribute ? ATTRIBUTES : 0U));
	if (attribute)
		attribute_put(w);
	if (!content)
		return;
	if (n->first == NULL)
		text_put(w, n);
	for (child = n->first; child != NULL; child = child->next)
		node_put(w, child);
	byte_put(&w->body, END);
}

void
wbxml_write(struct buf *out, const struct node *root, unsigned shape)
{
	struct writer w = { .shape = shape };

	if (shape & WBXML_STRING_ID)
		table_index(&w, FORMAL_ID);
	node_put(&w, root);
	byte_put(out, shape & WBXML_V11 ? 1 : shape & WBXML_V13 ? 3 : 2);
	if (shape & WBXML_STRING_ID) {
		number_put(out, 0);
		number_put(out, 0);
	} else {
		number_put(out,
		    shape & WBXML_NO_ID ? WBXML_UNKNOWN_ID : WBXML_SYNCML_1_2);
	}
	number_put(out, WBXML_UTF8);
	number_put(out, w.table.len);
	buf_add(out, w.table.data, w.table.len);
	buf_add(out, w.body.data, w.body.len);
	buf_free(&w.body);
	buf_free(&w.table);
}
