/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <expat.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "xml.h"

#define DEPTH_MAX 32
#define ATTRIBUTES_MAX 32
#define ELEMENTS_MAX 20000
#define NAME_MAX_LEN 256
#define SPACE " \t\r\n"

struct frame {
	const struct xml_rule *rule; /* NULL for XML_ROOT */
	void *base;		     /* the object being filled */
	uint64_t seen;		     /* one bit per rule of this state */
	struct buf text;
};

struct xml {
	const struct xml_source *source;
	struct arena *arena;
	const struct xml_grammar *grammar;
	struct xml_error *error;
	const char *name;		   /* of the element at hand */
	struct frame stack[DEPTH_MAX + 1]; /* and the one of XML_ROOT */
	size_t depth;			   /* frames in use, less one */
	size_t skipping; /* levels into an element that is not known */
	size_t elements;
};

/* Keep the first thing that is wrong, and stop.  Always returns -1. */
int
xml_fail(struct xml *x, const char *fmt, ...)
{
	struct xml_error *e = x->error;
	va_list ap;

	if (x->source->stop != NULL)
		x->source->stop(x->source->context);
	if (e->reason[0] != '\0')
		return -1;
	x->source->where(x->source->context, e->at, sizeof(e->at));
	va_start(ap, fmt);
	vsnprintf(e->reason, sizeof(e->reason), fmt, ap);
	va_end(ap);
	return -1;
}

int
xml_failed(const struct xml *x)
{
	return x->error->reason[0] != '\0';
}

void *
xml_alloc(struct xml *x, size_t size)
{
	void *p;

	if ((p = arena_alloc(x->arena, size)) == NULL)
		xml_fail(x, "message too large");
	return p;
}

char *
xml_strdup(struct xml *x, const char *s)
{
	char *p;

	if ((p = arena_strdup(x->arena, s)) == NULL)
		xml_fail(x, "message too large");
	return p;
}

static const char *
local_name(const char *name)
{
	const char *sep = strchr(name, XML_SEP[0]);

	return sep != NULL ? sep + 1 : name;
}

const char *
xml_attr(const char **atts, const char *local)
{
	for (; *atts != NULL; atts += 2)
		if (strcmp(local_name(atts[0]), local) == 0)
			return atts[1];
	return NULL;
}

static unsigned
state_of(const struct frame *f)
{
	return f->rule == NULL ? XML_ROOT : f->rule->to;
}

const char *
xml_local(const struct xml *x)
{
	return local_name(x->name);
}

unsigned
xml_parent(const struct xml *x)
{
	return state_of(&x->stack[x->depth - 1]);
}

/* Whether a name with its namespace is the one of a rule. */
static int
name_is(const struct xml_grammar *g, const char *name, const char *want)
{
	const char *local = local_name(name);
	size_t ns = (size_t)(local - name), i;

	if (strcmp(name, want) == 0)
		return 1;
	if (ns == 0 || strcmp(local, local_name(want)) != 0)
		return 0;
	for (i = 0; i < g->naliases; i++) {
		if (strlen(g->aliases[i].from) != ns - 1 ||
		    strncmp(g->aliases[i].from, name, ns - 1) != 0)
			continue;
		ns = strlen(g->aliases[i].to);
		return strncmp(g->aliases[i].to, want, ns) == 0 &&
		       want[ns] == XML_SEP[0];
	}
	return 0;
}

/* The rule for an element here; *bit is its place among those of the state. */
static const struct xml_rule *
rule_for(const struct xml *x, unsigned state, const char *name, uint64_t *bit)
{
	const struct xml_grammar *g = x->grammar;
	const struct xml_rule *r;

	*bit = 1;
	for (r = g->rules; r < g->rules + g->nrules; r++) {
		if (!(r->in & XML_IN(state)))
			continue;
		/* A state's XML_ANY comes last: it takes what is left. */
		if (strcmp(r->name, XML_ANY) == 0 || name_is(g, name, r->name))
			return r;
		*bit <<= 1;
	}
	return NULL;
}

static int
within_limits(struct xml *x, const char *name, const char **atts)
{
	size_t n;

	for (n = 0; atts[n] != NULL; n += 2)
		if (strlen(atts[n]) > NAME_MAX_LEN)
			return xml_fail(x, "name of an attribute too long");
	if (n > 2 * ATTRIBUTES_MAX)
		return xml_fail(x, "too many attributes");
	if (strlen(name) > NAME_MAX_LEN)
		return xml_fail(x, "name of an element too long");
	if (++x->elements > ELEMENTS_MAX)
		return xml_fail(x, "too many elements");
	if (x->depth + x->skipping >=
	    (x->grammar->depth > 0 ? x->grammar->depth : DEPTH_MAX))
		return xml_fail(x, "elements nested too deep");
	return 0;
}

static void
enter(struct xml *x, const struct xml_rule *r, const char **atts)
{
	struct frame *f = &x->stack[++x->depth];

	*f = (struct frame){ .rule = r, .base = f[-1].base };
	buf_init(&f->text, x->arena);
	if (r->start != NULL)
		f->base = r->start(x, f->base, atts);
	CHECK(f->base != NULL || xml_failed(x));
}

void
xml_start(struct xml *x, const char *name, const char **atts)
{
	struct frame *f = &x->stack[x->depth];
	const struct xml_rule *r;
	uint64_t bit;

	if (xml_failed(x) || within_limits(x, name, atts) == -1)
		return;
	if (x->skipping > 0) {
		x->skipping++;
		return;
	}
	if ((r = rule_for(x, state_of(f), name, &bit)) == NULL) {
		if (f->rule != NULL && f->rule->flags & XML_OPEN)
			x->skipping = 1;
		else
			xml_fail(x, "%s not expected here", local_name(name));
		return;
	}
	if (f->seen & bit && !(r->flags & XML_MANY)) {
		xml_fail(x, "more than one %s", local_name(name));
		return;
	}
	f->seen |= bit;
	x->name = name;
	enter(x, r, atts);
}

static int
all_required(struct xml *x, const struct frame *f)
{
	const struct xml_grammar *g = x->grammar;
	const struct xml_rule *r;
	uint64_t bit = 1;

	for (r = g->rules; r < g->rules + g->nrules; r++) {
		if (!(r->in & XML_IN(state_of(f))))
			continue;
		if (r->flags & XML_REQUIRED && !(f->seen & bit))
			return xml_fail(x, "no %s in %s", local_name(r->name),
			    local_name(f->rule->name));
		bit <<= 1;
	}
	return 0;
}

static char *
text_of(struct xml *x, struct frame *f)
{
	char *text = f->text.data;
	size_t len = f->text.len;

	if (f->text.failed) {
		xml_fail(x, "message too large");
		return NULL;
	}
	if (text == NULL)
		return xml_strdup(x, "");
	if (f->rule->flags & XML_TRIM) {
		text += strspn(text, SPACE);
		len = strlen(text);
		while (len > 0 && strchr(SPACE, text[len - 1]) != NULL)
			text[--len] = '\0';
	}
	if (len > f->rule->max) {
		xml_fail(x, "%s too long", local_name(f->rule->name));
		return NULL;
	}
	return text;
}

void
xml_end(struct xml *x)
{
	struct frame *f = &x->stack[x->depth];
	const struct xml_rule *r = f->rule;
	char *text = NULL;

	if (xml_failed(x))
		return;
	if (x->skipping > 0) {
		x->skipping--;
		return;
	}
	if (all_required(x, f) == -1)
		return;
	if (r->flags & XML_TEXT && (text = text_of(x, f)) == NULL)
		return;
	x->name = r->name;
	if (r->end != NULL)
		r->end(x, f->base, text);
	else if (text != NULL)
		memcpy((char *)f->base + r->off, &text, sizeof(text));
	x->depth--;
}

void
xml_text(struct xml *x, const char *s, size_t len)
{
	struct frame *f = &x->stack[x->depth];
	size_t i;

	if (xml_failed(x) || x->skipping > 0)
		return;
	if (f->rule != NULL && f->rule->flags & XML_TEXT) {
		/* White space that will be trimmed may go over the maximum. */
		if (f->text.len + len > f->rule->max + 4096)
			xml_fail(x, "%s too long", local_name(f->rule->name));
		buf_add(&f->text, s, len);
		return;
	}
	for (i = 0; i < len; i++)
		if (memchr(SPACE, s[i], sizeof(SPACE) - 1) == NULL) {
			xml_fail(x, "text not expected in %s",
			    f->rule == NULL ? "the document"
					    : local_name(f->rule->name));
			return;
		}
}

struct xml *
xml_begin(struct arena *a, const struct xml_grammar *g, void *msg,
    const struct xml_source *source, struct xml_error *error)
{
	struct xml *x;

	CHECK(g->depth <= DEPTH_MAX);
	CHECK((x = arena_alloc(a, sizeof(*x))) != NULL);
	*error = (struct xml_error){ 0 };
	x->source = source;
	x->arena = a;
	x->grammar = g;
	x->error = error;
	x->stack[0].base = msg;
	return x;
}

/* Expat as a source of events; its user data is the struct xml. */
struct expat {
	XML_Parser parser;
	unsigned long lines; /* skipped before it began */
	unsigned long columns;
	int is_utf16;
	int is_declared;
};

static void
expat_where(void *context, char *at, size_t size)
{
	const struct expat *e = context;
	unsigned long line = XML_GetCurrentLineNumber(e->parser);
	unsigned long column = XML_GetCurrentColumnNumber(e->parser) + 1;

	snprintf(at, size, "%lu:%lu", e->lines + line,
	    line == 1 ? e->columns + column : column);
}

static void
expat_stop(void *context)
{
	const struct expat *e = context;

	XML_StopParser(e->parser, XML_FALSE);
}

/* A declaration behind white space is no declaration to expat. */
static size_t
skip_space(struct expat *e, const char *data, size_t len)
{
	size_t n;

	for (n = 0; n < len && memchr(SPACE, data[n], sizeof(SPACE) - 1); n++) {
		e->columns++;
		if (data[n] == '\n') {
			e->lines++;
			e->columns = 0;
		}
	}
	return n;
}

static void
element_start(void *context, const char *name, const char **atts)
{
	struct xml *x = context;
	const struct expat *e = x->source->context;

	/* Undeclared it would be a disguise: no client writes it. */
	if (e->is_utf16 && !e->is_declared)
		xml_fail(x, "UTF-16 without a declaration");
	xml_start(x, name, atts);
}

static int
is_utf16(const char *data, size_t len)
{
	return len >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 ||
			       memcmp(data, "\xfe\xff", 2) == 0 ||
			       data[0] == '\0' || data[1] == '\0');
}

static void
element_end(void *x, const char *name)
{
	(void)name;
	xml_end(x);
}

static void
characters(void *x, const char *s, int len)
{
	xml_text(x, s, (size_t)len);
}

static void
doctype(
    void *x, const char *name, const char *sysid, const char *pubid, int subset)
{
	(void)name, (void)sysid, (void)pubid, (void)subset;
	xml_fail(x, "DOCTYPE not allowed");
}

/* Expat knows more encodings; those that Windows cannot send hide things. */
static void
declaration(
    void *context, const char *version, const char *encoding, int standalone)
{
	struct xml *x = context;
	struct expat *e = x->source->context;

	(void)version, (void)standalone;
	e->is_declared = encoding != NULL;
	if (encoding != NULL && strcasecmp(encoding, "UTF-8") != 0 &&
	    strcasecmp(encoding, "UTF-16") != 0)
		xml_fail(x, "encoding %.32s not accepted", encoding);
}

int
xml_read(struct arena *a, const struct xml_grammar *g, void *msg,
    const char *data, size_t len, struct xml_error *error)
{
	XML_Parser parser = XML_ParserCreateNS(NULL, XML_SEP[0]);
	struct expat e = { .parser = parser, .is_utf16 = is_utf16(data, len) };
	const struct xml_source source = { &e, expat_where, expat_stop };
	struct xml *x = xml_begin(a, g, msg, &source, error);
	size_t skip = skip_space(&e, data, len);

	if (parser == NULL)
		err(1, NULL);
	CHECK(len <= INT32_MAX / 2);
	XML_SetUserData(parser, x);
	XML_SetElementHandler(parser, element_start, element_end);
	XML_SetCharacterDataHandler(parser, characters);
	XML_SetStartDoctypeDeclHandler(parser, doctype);
	XML_SetXmlDeclHandler(parser, declaration);
	if (XML_Parse(parser, data + skip, (int)(len - skip), 1) !=
	    XML_STATUS_OK)
		xml_fail(x, "%s", XML_ErrorString(XML_GetErrorCode(parser)));
	XML_ParserFree(parser);
	return xml_failed(x) ? -1 : 0;
}
