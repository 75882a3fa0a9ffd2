/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "base64.h"
#include "buf.h"
#include "check.h"
#include "utf8.h"
#include "wbxml.h"
#include "xml.h"

#define STACK_MAX 64 /* over what xml_start() refuses */
#define GROWTH_MAX 16

#define TAG(page, token) ((page) << 8 | (token))
#define TAG_DATA TAG(0, 0x0F)
#define TAG_META TAG(0, 0x1A)
#define TAG_FORMAT TAG(1, 0x07)
#define TAG_METINF TAG(1, 0x0E)
#define TAG_NEXTNONCE TAG(1, 0x10)

/* What an element's text was made of until now. */
enum { PIECES_NONE, PIECES_TEXT, PIECES_BYTES };

/* What the Meta of an element says of its Data. */
enum { FORMAT_NONE, FORMAT_TEXT, FORMAT_BYTES };

struct frame {
	unsigned tag; /* 0 for one that no code page has */
	int format;   /* of a Format itself until it ends */
};

struct reader {
	struct xml *x;
	struct arena *arena;
	const unsigned char *data;
	size_t len;
	size_t at;    /* what is read next */
	size_t token; /* where what is being read began */
	const unsigned char *table;
	size_t table_len;
	size_t text_left; /* how much text may come yet */
	unsigned page;
	struct frame stack[STACK_MAX];
	size_t depth;
	int ended; /* the document element did */
	int pieces;
	struct buf bytes; /* what will be base64 */
};

static void
where(void *context, char *at, size_t size)
{
	const struct reader *r = context;

	snprintf(at, size, "byte %zu", r->token);
}

/* All of these return 0, or -1 after xml_fail(). */
static int
truncated(struct reader *r)
{
	r->token = r->len;
	xml_fail(r->x, "message ends too early");
	return -1;
}

static int
read_byte(struct reader *r, unsigned *byte)
{
	if (r->at == r->len)
		return truncated(r);
	*byte = r->data[r->at++];
	return 0;
}

/* mb_u_int32, [WBXML 1.3] 5.1. */
static int
read_number(struct reader *r, uint32_t *number)
{
	uint64_t n = 0;
	unsigned byte;
	int i;

	for (i = 0; i < 5; i++) {
		if (read_byte(r, &byte) == -1)
			return -1;
		n = n << 7 | (byte & 0x7F);
		if (n > UINT32_MAX)
			break;
		if (byte < 0x80) {
			*number = (uint32_t)n;
			return 0;
		}
	}
	return xml_fail(r->x, "number over 32 bits");
}

static int
read_bytes(struct reader *r, const unsigned char **bytes, size_t *len)
{
	uint32_t n;

	if (read_number(r, &n) == -1)
		return -1;
	if (n > r->len - r->at)
		return xml_fail(r->x, "length %u, but %zu bytes left",
		    (unsigned)n, r->len - r->at);
	*bytes = r->data + r->at;
	*len = n;
	r->at += n;
	return 0;
}

static int
read_string(struct reader *r, const unsigned char **s, size_t *len)
{
	const unsigned char *end;

	*s = r->data + r->at;
	if ((end = memchr(*s, '\0', r->len - r->at)) == NULL)
		return truncated(r);
	*len = (size_t)(end - *s);
	r->at += *len + 1;
	return 0;
}

static int
table_string(struct reader *r, uint32_t i, const unsigned char **s, size_t *len)
{
	const unsigned char *end;

	if (i >= r->table_len)
		return xml_fail(r->x, "index %u in a string table of %zu bytes",
		    (unsigned)i, r->table_len);
	*s = r->table + i;
	if ((end = memchr(*s, '\0', r->table_len - i)) == NULL)
		return xml_fail(r->x, "string without end in the string table");
	*len = (size_t)(end - *s);
	return 0;
}

static int
read_table_string(struct reader *r, const unsigned char **s, size_t *len)
{
	uint32_t i;

	if (read_number(r, &i) == -1)
		return -1;
	return table_string(r, i, s, len);
}

static int
check_text(struct reader *r, const unsigned char *s, size_t len)
{
	size_t valid = utf8_valid(s, len);

	if (valid == len)
		return 0;
	if (s[valid] < 0x20)
		return xml_fail(
		    r->x, "control character %02X in text", s[valid]);
	return xml_fail(r->x, "invalid UTF-8");
}

/*
 * A tag of either code page by its name; the page in use stays.  Another name
 * is of no namespace: the grammar skips it where it is open, or refuses.
 */
static const char *
read_name(struct reader *r, unsigned *tag)
{
	const unsigned char *s;
	unsigned page, token;
	const char *name;
	size_t len;

	if (read_table_string(r, &s, &len) == -1 || check_text(r, s, len) == -1)
		return NULL;
	if (len == 0) {
		xml_fail(r->x, "element without a name");
		return NULL;
	}
	if (wbxml_token((const char *)s, &page, &token) == 0) {
		*tag = TAG(page, token);
		return wbxml_name(page, token);
	}
	name = arena_strndup(r->arena, (const char *)s, len);
	if (name == NULL)
		xml_fail(r->x, "message too large");
	*tag = 0;
	return name;
}

/* Whether OPAQUE is bytes here: see wbxml.h. */
static int
is_bytes(const struct reader *r)
{
	unsigned tag = r->stack[r->depth].tag;
	size_t i;

	if (tag == TAG_NEXTNONCE)
		return 1;
	if (tag != TAG_DATA)
		return 0;
	for (i = r->depth; i > 1; i--)
		if (r->stack[i - 1].format != FORMAT_NONE)
			return r->stack[i - 1].format == FORMAT_BYTES;
	return 0;
}

/* The Format ended: it is said of what the Meta around it stands in. */
static void
apply_format(struct reader *r)
{
	size_t i = r->depth - 1;

	while (r->stack[i].tag == TAG_META || r->stack[i].tag == TAG_METINF)
		i--;
	r->stack[i].format = r->stack[r->depth].format;
}

static int
may_take(struct reader *r, int pieces, size_t len)
{
	if (r->depth == 0)
		return xml_fail(r->x, "text outside of the document element");
	if (r->pieces != PIECES_NONE && r->pieces != pieces)
		return xml_fail(r->x, "text and bytes in one element");
	r->pieces = pieces;
	if (len > r->text_left)
		return xml_fail(
		    r->x, "text over %d times the message", GROWTH_MAX);
	r->text_left -= len;
	return 0;
}

static void
text(struct reader *r, const unsigned char *s, size_t len)
{
	struct frame *f = &r->stack[r->depth];
	int first = r->pieces == PIECES_NONE;

	if (may_take(r, PIECES_TEXT, len) == -1 || check_text(r, s, len) == -1)
		return;
	if (f->tag == TAG_FORMAT)
		f->format = first && len == 3 && memcmp(s, "bin", 3) == 0
				? FORMAT_BYTES
				: FORMAT_TEXT;
	xml_text(r->x, (const char *)s, len);
}

static void
opaque(struct reader *r)
{
	const unsigned char *s;
	size_t len;

	if (read_bytes(r, &s, &len) == -1)
		return;
	if (!is_bytes(r))
		text(r, s, len);
	else if (may_take(r, PIECES_BYTES, len) == 0)
		buf_add(&r->bytes, s, len);
}

/* A tag begins or ends: what was gathered is complete. */
static void
end_text(struct reader *r)
{
	char *s = NULL;

	if (r->pieces == PIECES_BYTES) {
		if (!r->bytes.failed)
			s = base64_string(
			    r->arena, r->bytes.data, r->bytes.len);
		if (s == NULL)
			xml_fail(r->x, "message too large");
		else
			xml_text(r->x, s, strlen(s));
		buf_init(&r->bytes, r->arena);
	}
	r->pieces = PIECES_NONE;
}

static void
entity(struct reader *r)
{
	unsigned char s[4];
	uint32_t c;
	size_t n;

	if (read_number(r, &c) == -1)
		return;
	if ((n = utf8_put(s, c)) == 0)
		xml_fail(r->x, "character U+%04X in text", (unsigned)c);
	else
		text(r, s, n);
}

/*
 * Nothing is taken from attributes, so that what they refer to is not looked
 * at: there are clients with an index and no table.
 */
static int
skip_attribute(struct reader *r, unsigned token)
{
	const unsigned char *s;
	uint32_t n;
	size_t len;

	if ((token & WBXML_TAG) >= WBXML_TAG_FIRST)
		return 0;
	switch (token) {
	case WBXML_SWITCH_PAGE: /* the pages of attributes are others */
		return read_byte(r, &token);
	case WBXML_STR_I:
		return read_string(r, &s, &len);
	case WBXML_OPAQUE:
		return read_bytes(r, &s, &len);
	case WBXML_ENTITY:
	case WBXML_LITERAL:
	case WBXML_STR_T:
		return read_number(r, &n);
	default:
		return xml_fail(
		    r->x, "token %02X not expected in attributes", token);
	}
}

/* Up to their END. */
static int
skip_attributes(struct reader *r)
{
	unsigned token;

	for (;;) {
		r->token = r->at;
		if (read_byte(r, &token) == -1)
			return -1;
		if (token == WBXML_END)
			return 0;
		if (skip_attribute(r, token) == -1)
			return -1;
	}
}

static void
end(struct reader *r)
{
	if (r->depth == 0) {
		xml_fail(r->x, "END of nothing");
		return;
	}
	end_text(r);
	if (r->stack[r->depth].tag == TAG_FORMAT)
		apply_format(r);
	xml_end(r->x);
	r->ended = --r->depth == 0;
}

static void
tag(struct reader *r, unsigned token)
{
	static const char *none[] = { NULL };
	unsigned code = token & WBXML_TAG, known = TAG(r->page, code);
	const char *name;

	if (code == WBXML_LITERAL)
		name = read_name(r, &known);
	else if ((name = wbxml_name(r->page, code)) == NULL)
		xml_fail(r->x, "no tag %02X on code page %u", token, r->page);
	if (name == NULL)
		return;
	end_text(r);
	xml_start(r->x, name, none);
	if (xml_failed(r->x))
		return;
	CHECK(r->depth + 1 < STACK_MAX);
	r->stack[++r->depth] = (struct frame){ .tag = known };
	if (token & WBXML_ATTRIBUTES && skip_attributes(r) == -1)
		return;
	if (!(token & WBXML_CONTENT))
		end(r);
}

static void
next(struct reader *r)
{
	const unsigned char *s;
	unsigned token;
	size_t len;

	r->token = r->at;
	if (read_byte(r, &token) == -1)
		return;
	if ((token & WBXML_TAG) >= WBXML_LITERAL) {
		tag(r, token);
		return;
	}
	switch (token) {
	case WBXML_SWITCH_PAGE:
		if (read_byte(r, &r->page) == 0 && r->page >= WBXML_PAGES)
			xml_fail(r->x, "no code page %u", r->page);
		break;
	case WBXML_END:
		end(r);
		break;
	case WBXML_ENTITY:
		entity(r);
		break;
	case WBXML_STR_I:
		if (read_string(r, &s, &len) == 0)
			text(r, s, len);
		break;
	case WBXML_STR_T:
		if (read_table_string(r, &s, &len) == 0)
			text(r, s, len);
		break;
	case WBXML_OPAQUE:
		opaque(r);
		break;
	case WBXML_PI:
		skip_attributes(r);
		break;
	default: /* the extensions: SyncML has none */
		xml_fail(r->x, "token %02X has no meaning", token);
	}
}

/* A number, or 0 and the index of a string. */
static int
check_identifier(struct reader *r, uint32_t id, uint32_t index)
{
	const unsigned char *formal = NULL;
	size_t len;

	if (id == 0 && table_string(r, index, &formal, &len) == -1)
		return -1;
	if (wbxml_is_syncml(id, (const char *)formal))
		return 0;
	return xml_fail(
	    r->x, "public identifier %X is not SyncML's", (unsigned)id);
}

/* [WBXML 1.3] 5.4 */
static int
header(struct reader *r)
{
	uint32_t id, index = 0, charset = 0;
	unsigned version;

	if (read_byte(r, &version) == -1)
		return -1;
	if (version > 0x03)
		return xml_fail(r->x, "version byte %02X", version);
	r->token = r->at;
	if (read_number(r, &id) == -1 ||
	    (id == 0 && read_number(r, &index) == -1))
		return -1;
	if (version > 0x00 && read_number(r, &charset) == -1)
		return -1; /* 1.0 does not say it */
	if (charset != 0 && charset != WBXML_UTF_8 && charset != 3)
		return xml_fail(r->x, "charset %u", (unsigned)charset);
	if (read_bytes(r, &r->table, &r->table_len) == -1)
		return -1;
	return check_identifier(r, id, index);
}

int
wbxml_read(struct arena *a, const struct xml_grammar *g, void *msg,
    const char *data, size_t len, struct xml_error *error)
{
	struct reader r = { .arena = a, .len = len };
	const struct xml_source source = { &r, where, NULL };

	CHECK(len <= INT32_MAX / 2);
	r.data = (const unsigned char *)data;
	r.text_left = len * GROWTH_MAX;
	r.x = xml_begin(a, g, msg, &source, error);
	buf_init(&r.bytes, a);
	if (header(&r) == 0)
		while (!xml_failed(r.x) && !r.ended)
			next(&r);
	r.token = r.at;
	if (!xml_failed(r.x) && r.at < r.len)
		xml_fail(r.x, "more bytes after the document");
	return xml_failed(r.x) ? -1 : 0;
}
