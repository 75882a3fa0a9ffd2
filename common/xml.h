/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_XML_H
#define FENESTRA_XML_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct xml;

/*
 * A message is described by a table of rules, and the table is the grammar:
 * the element `name` may stand in any state of the set `in`, and the reader
 * is in state `to` until it ends.  A name is NAMESPACE XML_SEP "local".
 *
 * Text goes to a char * at `off` in the object being filled, which is the
 * message, or whatever the nearest enclosing `start` returned.
 */
#define XML_SEP "\f" /* cannot stand in a namespace or a name */
#define XML_ROOT 0   /* the state around the document element */
#define XML_ANY "*"  /* in a rule: any name that no other rule takes */
#define XML_IN(state) (UINT64_C(1) << (state))

#define XML_REQUIRED 0x01 /* its parent is refused without it */
#define XML_MANY 0x02	  /* may repeat; the rest stand at most once */
#define XML_OPEN 0x04	  /* unknown children are skipped, not refused */
#define XML_TEXT 0x08	  /* has text: kept, up to `max` bytes */
#define XML_TRIM 0x10	  /* white space around the text is dropped */

/* An object to fill from here on; NULL after xml_fail(). */
typedef void *xml_start_fn(struct xml *, void *, const char **);
/* The element ended; text is NULL where there is none.  0, or xml_fail(). */
typedef int xml_end_fn(struct xml *, void *, char *);

struct xml_rule {
	uint64_t in;
	unsigned to;
	const char *name;
	unsigned flags;
	size_t max;
	size_t off;
	xml_start_fn *start; /* optional: attributes, or a new object */
	xml_end_fn *end;     /* optional: checks; then `off` is not used */
};

/* A namespace that is read as if it were another. */
struct xml_alias {
	const char *from;
	const char *to;
};

struct xml_grammar {
	const struct xml_rule *rules;
	size_t nrules;
	const struct xml_alias *aliases;
	size_t naliases;
	size_t depth; /* levels of elements; 0 for the most, 32 */
};

/*
 * Read a whole message into msg.  0, or -1 with "LINE:COLUMN" in error->at
 * and the first thing that was wrong in error->reason.  Refused always: a
 * DOCTYPE, more levels than the grammar has, 32 attributes, 20000 elements, names over 256
 * bytes, and encodings other than UTF-8 and UTF-16.
 */
struct xml_error {
	char at[24];
	char reason[200];
};
int xml_read(struct arena *, const struct xml_grammar *, void *msg,
    const char *data, size_t len, struct xml_error *);

/*
 * The same for another reader than the one of XML text: it tells what it
 * finds, as events, and where it is.  A name is as in a rule; attributes are
 * names and values up to a NULL.  After a failure events have no effect.
 */
struct xml_source {
	void *context;
	void (*where)(void *context, char *at, size_t size);
	void (*stop)(void *context); /* or NULL */
};
struct xml *xml_begin(struct arena *, const struct xml_grammar *, void *msg,
    const struct xml_source *, struct xml_error *);
void xml_start(struct xml *, const char *name, const char **atts);
void xml_text(struct xml *, const char *, size_t);
void xml_end(struct xml *);
int xml_failed(const struct xml *);

/* For start and end functions. */
int xml_fail(struct xml *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void *xml_alloc(struct xml *, size_t);
char *xml_strdup(struct xml *, const char *);
const char *xml_local(const struct xml *); /* the element's local name */
unsigned xml_parent(const struct xml *);   /* the state it stands in */

/* By local name alone: clients differ in which attributes they qualify. */
const char *xml_attr(const char **, const char *local);

#endif
