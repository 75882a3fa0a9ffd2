/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_XW_H
#define FENESTRA_XW_H

#include <stddef.h>

#include "buf.h"

struct arena;

#define XW_DEPTH_MAX 24

/*
 * The one writer of XML.  Names are literals with the prefix the message
 * uses; everything else is escaped.  It never writes CDATA, nor a character
 * reference but the five of XML, those of white space in attributes, and that
 * of a carriage return, which a reader would take for a line feed.
 * Sticky like its buffer: look at out.failed once at the end.
 */
struct xw {
	struct buf out;
	const struct xw_form *form;
	const char *open[XW_DEPTH_MAX];
	size_t depth;
	int in_tag;	    /* nothing follows the start tag yet */
	unsigned page;	    /* WBXML: the code page in use, */
	size_t bytes_depth; /* how deep an element of Format bin is, or 0 */
};

/* What differs from encoding to encoding. */
struct xw_form {
	void (*open)(struct xw *, const char *name);
	void (*attr)(struct xw *, const char *name, const char *value);
	void (*text)(struct xw *, const char *);
	void (*close)(struct xw *, const char *name);
};

void xw_init(struct xw *, struct arena *);

/*
 * WBXML 1.2 of SyncML 1.2 instead: only names of its code pages, without a
 * prefix, and no attributes but xmlns, which are left out.
 */
void xw_init_wbxml(struct xw *, struct arena *);

void xw_open(struct xw *, const char *name);
void xw_attr(struct xw *, const char *name, const char *value);
void xw_text(struct xw *, const char *);
void xw_close(struct xw *);

/* <name>text</name>; or <name/> where the text is NULL. */
void xw_leaf(struct xw *, const char *name, const char *text);
void xw_leaf_int(struct xw *, const char *name, long long);

/* <name attr="value">…, for the usual one attribute. */
void xw_open1(struct xw *, const char *name, const char *, const char *);
void xw_leaf1(struct xw *, const char *name, const char *attr,
    const char *value, const char *text);

#endif
