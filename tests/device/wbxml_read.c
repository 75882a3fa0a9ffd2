/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "syncml.h"
#include "wbxml.h"

#define DEPTH_MAX 64
#define OUTPUT_MAX (64U << 20)
#define FORMAL_ID_START "-//SYNCML//DTD SyncML 1."

enum {
	SWITCH_PAGE = 0x00,
	END = 0x01,
	ENTITY = 0x02,
	STR_I = 0x03,
	LITERAL = 0x04,
	PI = 0x43,
	STR_T = 0x83,
	OPAQUE = 0xc3,
	TOKEN = 0x3f,
	CONTENT = 0x40,
	ATTRIBUTES = 0x80,
};

struct reader {
	const unsigned char *at;
	const unsigned char *end;
	const char *table;
	size_t table_len;
	unsigned page;
	unsigned depth;
	size_t output;
	struct node *open;
	struct dom *dom;
	struct wbxml_head *head;
};

/* The first trouble is kept; nothing is read after it. */
static void
trouble(struct reader *r, const char *what)
{
	if (r->dom->error == NULL)
		r->dom->error = xprintf("%zu bytes before the end: %s",
		    (size_t)(r->end - r->at), what);
	r->at = r->end;
}

static unsigned
byte_get(struct reader *r)
{
	if (r->at == r->end) {
		trouble(r, "it ends too early");
		return END;
	}
	return *r->at++;
}

static unsigned long
number_get(struct reader *r)
{
	unsigned long value = 0;
	unsigned byte, i;

	for (i = 0; i < 5; i++) {
		byte = byte_get(r);
		value = value << 7 | (byte & 0x7f);
		if (!(byte & 0x80))
			break;
	}
	if (i == 5 || value > 0xffffffffUL) {
		trouble(r, "a number is too long");
		return 0;
	}
	return value;
}

/* A string of the table, "" when the index is wrong. */
static const char *
table_get(struct reader *r)
{
	unsigned long at = number_get(r);

	if (at >= r->table_len) {
		trouble(r, "an index is outside the string table");
		return "";
	}
	return r->table + at;
}

static const char *
inline_get(struct reader *r, size_t *n)
{
	const unsigned char *start = r->at;
	const unsigned char *nul =
	    memchr(start, '\0', (size_t)(r->end - start));

	if (nul == NULL) {
		trouble(r, "a string has no end");
		*n = 0;
		return "";
	}
	*n = (size_t)(nul - start);
	r->at = nul + 1;
	return (const char *)start;
}

static void
text_add(struct reader *r, const void *data, size_t n)
{
	r->output += n;
	if (r->open == NULL)
		trouble(r, "there is text outside of the elements");
	else if (r->output > OUTPUT_MAX)
		trouble(r, "there is too much text");
	else
		buf_add(&r->open->text, data, n);
}

/* A character by its number, in UTF-8. */
static void
entity_add(struct reader *r)
{
	unsigned long c = number_get(r);
	char text[4];
	size_t n = 1;

	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
		trouble(r, "an entity is no character");
		return;
	}
	if (c < 0x80) {
		text[0] = (char)c;
	} else if (c < 0x800) {
		text[0] = (char)(0xc0 | c >> 6);
		n = 2;
	} else if (c < 0x10000) {
		text[0] = (char)(0xe0 | c >> 12);
		n = 3;
	} else {
		text[0] = (char)(0xf0 | c >> 18);
		n = 4;
	}
	if (n > 1)
		text[n - 1] = (char)(0x80 | (c & 0x3f));
	if (n > 2)
		text[n - 2] = (char)(0x80 | (c >> 6 & 0x3f));
	if (n > 3)
		text[n - 3] = (char)(0x80 | (c >> 12 & 0x3f));
	text_add(r, text, n);
}

/* The item's format, or the one that its command has for all items. */
static int
is_binary(const struct node *data)
{
	const struct node *n = data->parent;
	const struct node *format = NULL;

	for (; n != NULL && format == NULL; n = n->parent)
		format = node_child(
		    node_child(n, NS_SYNCML, "Meta"), NS_METINF, "Format");
	return strcmp(node_text(format), "bin") == 0;
}

/* Bytes that have no place in a text stand there in base64. */
static void
opaque_add(struct reader *r)
{
	size_t n = number_get(r);
	const unsigned char *start = r->at;
	struct buf text = { 0 };

	if (n > (size_t)(r->end - r->at) || r->open == NULL) {
		trouble(r, "opaque data are longer than the rest");
		return;
	}
	r->at += n;
	if (strcmp(r->open->name, "NextNonce") == 0 || is_binary(r->open) ||
	    memchr(start, '\0', n) != NULL) {
		base64_write(&text, start, n);
		text_add(r, text.data, text.len);
	} else {
		text_add(r, start, n);
	}
	buf_free(&text);
}

static void
attributes_skip(struct reader *r)
{
	unsigned token;
	size_t n;

	r->head->attributes = 1;
	while (r->dom->error == NULL && (token = byte_get(r)) != END) {
		if (token == SWITCH_PAGE) {
			byte_get(r);
		} else if (token == STR_I) {
			inline_get(r, &n);
		} else if (token == OPAQUE) {
			n = number_get(r);
			if (n > (size_t)(r->end - r->at))
				trouble(r, "an attribute is too long");
			else
				r->at += n;
		} else if (token == ENTITY || token == LITERAL ||
			   token == STR_T) {
			number_get(r);
		}
	}
}

static void
element_open(struct reader *r, unsigned byte)
{
	unsigned token = byte & TOKEN;
	const char *name =
	    token == LITERAL ? table_get(r) : wbxml_name(r->page, token);
	struct node *n;

	if (name == NULL || *name == '\0') {
		trouble(r, "there is an unknown tag");
		return;
	}
	if (r->open == NULL && r->dom->root != NULL) {
		trouble(r, "there is a second document element");
		return;
	}
	n = node_add(r->open, wbxml_namespace(r->page), name);
	if (r->dom->root == NULL)
		r->dom->root = n;
	if (byte & ATTRIBUTES)
		attributes_skip(r);
	if (!(byte & CONTENT))
		return;
	if (++r->depth > DEPTH_MAX)
		trouble(r, "it is too deep");
	r->open = n;
}

static void
element_close(struct reader *r)
{
	if (r->open == NULL) {
		trouble(r, "an END has no beginning");
		return;
	}
	r->open = r->open->parent;
	r->depth--;
}

static void
page_switch(struct reader *r)
{
	r->page = byte_get(r);
	if (r->page >= WBXML_PAGES)
		trouble(r, "there is no such code page");
}

static void
token_take(struct reader *r)
{
	unsigned byte = byte_get(r);
	const char *text;
	size_t n;

	switch (byte) {
	case SWITCH_PAGE:
		page_switch(r);
		break;
	case END:
		element_close(r);
		break;
	case ENTITY:
		entity_add(r);
		break;
	case STR_I:
		text = inline_get(r, &n);
		text_add(r, text, n);
		break;
	case STR_T:
		text = table_get(r);
		text_add(r, text, strlen(text));
		break;
	case OPAQUE:
		opaque_add(r);
		break;
	case PI:
		trouble(r, "there is a processing instruction");
		break;
	default:
		if ((byte & TOKEN) < LITERAL)
			trouble(r, "there is an unknown token");
		else
			element_open(r, byte);
	}
}

static void
head_take(struct reader *r)
{
	unsigned long index = 0;
	int by_name;
	size_t n;

	r->head->version = byte_get(r);
	r->head->public_id = number_get(r);
	by_name = r->head->public_id == 0;
	if (by_name)
		index = number_get(r);
	r->head->charset = number_get(r);
	n = number_get(r);
	if (n > (size_t)(r->end - r->at)) {
		trouble(r, "the string table is longer than the rest");
		return;
	}
	r->table = (const char *)r->at;
	r->table_len = n;
	r->at += n;
	if (n > 0 && r->table[n - 1] != '\0')
		trouble(r, "the string table has no end");
	else if (by_name &&
		 (index >= n || !str_starts(r->table + index, FORMAL_ID_START)))
		trouble(r, "the public id is none of SyncML");
	else if (r->head->version > 3)
		trouble(r, "the version is unknown");
}

struct dom *
wbxml_read(const void *data, size_t n, struct wbxml_head *head)
{
	struct reader r = { .at = data, .head = head };

	memset(head, 0, sizeof(*head));
	r.end = r.at + n;
	r.dom = xcalloc(1, sizeof(*r.dom));
	if (n == 0)
		trouble(&r, "there is nothing");
	else
		head_take(&r);
	while (r.dom->error == NULL && r.at < r.end)
		token_take(&r);
	if (r.dom->error == NULL && (r.open != NULL || r.dom->root == NULL))
		trouble(&r, "it ends too early");
	return r.dom;
}
