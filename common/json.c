/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "json.h"
#include "utf8.h"

#define DEPTH_MAX 16
#define VALUES_MAX 4096

struct reader {
	struct arena *arena;
	const char *at; /* a NUL is at the end */
	int depth;
	int values;
};

static struct json *read_value(struct reader *);

static void
skip_blanks(struct reader *r)
{
	r->at += strspn(r->at, " \t\r\n");
}

/* Whether this comes next, after blanks; then it is behind us. */
static int
take(struct reader *r, char c)
{
	skip_blanks(r);
	if (*r->at != c)
		return 0;
	r->at++;
	return 1;
}

static int
read_hex(struct reader *r, unsigned *code)
{
	*code = 0;
	for (int i = 0; i < 4; i++, r->at++)
		if (*r->at >= '0' && *r->at <= '9')
			*code = *code << 4 | (unsigned)(*r->at - '0');
		else if (*r->at >= 'a' && *r->at <= 'f')
			*code = *code << 4 | (unsigned)(*r->at - 'a' + 10);
		else if (*r->at >= 'A' && *r->at <= 'F')
			*code = *code << 4 | (unsigned)(*r->at - 'A' + 10);
		else
			return -1;
	return 0;
}

/* What is behind \u: a character, or two halves of one. */
static int
read_code(struct reader *r, struct buf *b)
{
	unsigned char bytes[4];
	unsigned code, low;
	size_t n;

	if (read_hex(r, &code) == -1)
		return -1;
	if (code >= 0xd800 && code <= 0xdbff) {
		if (r->at[0] != '\\' || r->at[1] != 'u')
			return -1;
		r->at += 2;
		if (read_hex(r, &low) == -1 || low < 0xdc00 || low > 0xdfff)
			return -1;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	if ((n = utf8_put(bytes, code)) == 0)
		return -1;
	buf_add(b, bytes, n);
	return 0;
}

static int
read_escape(struct reader *r, struct buf *b)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *p;

	if (*r->at == 'u') {
		r->at++;
		return read_code(r, b);
	}
	if (*r->at == '\0' || (p = strchr(from, *r->at)) == NULL)
		return -1;
	buf_putc(b, to[p - from]);
	r->at++;
	return 0;
}

/* The opening quote is behind us. */
static const char *
read_string(struct reader *r)
{
	struct buf b;

	buf_init(&b, r->arena);
	while (*r->at != '"') {
		if ((unsigned char)*r->at < 0x20)
			return NULL;
		if (*r->at != '\\')
			buf_putc(&b, *r->at++);
		else if (r->at++, read_escape(r, &b) == -1)
			return NULL;
	}
	r->at++;
	if (b.failed)
		return NULL;
	return b.data != NULL ? b.data : arena_strdup(r->arena, "");
}

static size_t
digits(const char *s)
{
	return strspn(s, "0123456789");
}

static const char *
read_number(struct reader *r)
{
	const char *start = r->at;
	size_t n;

	r->at += *r->at == '-';
	if ((n = digits(r->at)) == 0 || (n > 1 && *r->at == '0'))
		return NULL;
	r->at += n;
	if (*r->at == '.') {
		r->at++;
		if ((n = digits(r->at)) == 0)
			return NULL;
		r->at += n;
	}
	if (*r->at == 'e' || *r->at == 'E') {
		r->at++;
		r->at += *r->at == '+' || *r->at == '-';
		if ((n = digits(r->at)) == 0)
			return NULL;
		r->at += n;
	}
	return arena_strndup(r->arena, start, (size_t)(r->at - start));
}

/* NULL; or the member that was read, with its name. */
static struct json *
read_member(struct reader *r, const struct json *object)
{
	struct json *member;
	const char *name = NULL;

	if (object->type == JSON_OBJECT &&
	    (!take(r, '"') || (name = read_string(r)) == NULL ||
		!take(r, ':') || json_get(object, name) != NULL))
		return NULL;
	if ((member = read_value(r)) != NULL)
		member->name = name;
	return member;
}

static int
read_members(struct reader *r, struct json *v, char end)
{
	struct json **last = &v->child;

	if (take(r, end))
		return 0;
	do {
		if ((*last = read_member(r, v)) == NULL)
			return -1;
		last = &(*last)->next;
	} while (take(r, ','));
	return take(r, end) ? 0 : -1;
}

static int
read_word(struct reader *r, struct json *v)
{
	static const struct {
		const char *word;
		enum json_type type;
	} words[] = { { "null", JSON_NULL }, { "false", JSON_FALSE },
		{ "true", JSON_TRUE } };

	for (size_t i = 0; i < COUNT(words); i++)
		if (strncmp(r->at, words[i].word, strlen(words[i].word)) == 0) {
			r->at += strlen(words[i].word);
			v->type = words[i].type;
			return 0;
		}
	v->type = JSON_NUMBER;
	return (v->text = read_number(r)) != NULL ? 0 : -1;
}

static struct json *
read_value(struct reader *r)
{
	struct json *v = arena_alloc(r->arena, sizeof(*v));
	int rc;

	if (v == NULL || ++r->values > VALUES_MAX || ++r->depth > DEPTH_MAX)
		return NULL;
	if (take(r, '"')) {
		v->type = JSON_STRING;
		rc = (v->text = read_string(r)) != NULL ? 0 : -1;
	} else if (take(r, '{')) {
		v->type = JSON_OBJECT;
		rc = read_members(r, v, '}');
	} else if (take(r, '[')) {
		v->type = JSON_ARRAY;
		rc = read_members(r, v, ']');
	} else
		rc = read_word(r, v);
	r->depth--;
	return rc == 0 ? v : NULL;
}

struct json *
json_read(struct arena *a, const char *text, size_t len)
{
	struct reader r = { .arena = a };
	struct json *v;

	if (memchr(text, '\0', len) != NULL || utf8_valid(text, len) != len ||
	    (r.at = arena_strndup(a, text, len)) == NULL ||
	    (v = read_value(&r)) == NULL)
		return NULL;
	skip_blanks(&r);
	return *r.at == '\0' ? v : NULL;
}

const struct json *
json_get(const struct json *v, const char *name)
{
	if (v == NULL || v->type != JSON_OBJECT)
		return NULL;
	for (v = v->child; v != NULL; v = v->next)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

const char *
json_string(const struct json *v, const char *name)
{
	v = json_get(v, name);
	return v != NULL && v->type == JSON_STRING ? v->text : NULL;
}
