/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_WBXML_H
#define DEVICE_WBXML_H

#include "dom.h"
#include "util.h"

/* WBXML, the other form of a SyncML document: to a dom and from one. */

enum {
	WBXML_SYNCML_1_1 = 0x0fd3,
	WBXML_SYNCML_1_2 = 0x1201,
	WBXML_UNKNOWN_ID = 1,
	WBXML_UTF8 = 106,
};

/* Ways to write it that a reader must put up with. */
enum wbxml_shape {
	WBXML_V11 = 1 << 0, /* the header's version, otherwise 1.2 */
	WBXML_V13 = 1 << 1,
	WBXML_STRING_ID = 1 << 2, /* public id in the string table */
	WBXML_NO_ID = 1 << 3,	  /* public id "unknown" */
	WBXML_TABLE = 1 << 4,	  /* LocURI and Type in the string table */
	WBXML_OPAQUE = 1 << 5,	  /* text as OPAQUE */
	WBXML_RAW_NONCE = 1 << 6, /* NextNonce as raw bytes */
	WBXML_LITERAL = 1 << 7,	  /* LocURI as a LITERAL tag */
	WBXML_PIECES = 1 << 8,	  /* text in two strings, & as an ENTITY */
	WBXML_ATTRIBUTE = 1 << 9, /* SyncML's xmlns, as Nokia wrote it */
};

/* A list of names, separated by commas, as the command line has it: 0 or -1. */
int wbxml_shape_parse(const char *, unsigned *);
void wbxml_write(struct buf *, const struct node *root, unsigned shape);

/* What the head of a document said, and how its body was written. */
struct wbxml_head {
	unsigned version; /* 2 is 1.2 */
	unsigned long public_id;
	unsigned long charset;
	int attributes; /* there were some */
};

/* Never NULL, like dom_parse(). */
struct dom *wbxml_read(const void *, size_t, struct wbxml_head *);

/* wbxml_tags.c: the two code pages */

struct wbxml_tag {
	unsigned char page;
	unsigned char token;
	const char *name;
};

#define WBXML_PAGES 2

const char *wbxml_name(unsigned page, unsigned token);
/* The tag of an element; in its namespace's page, else in any. */
const struct wbxml_tag *wbxml_tag(const char *ns, const char *name);
const char *wbxml_namespace(unsigned page);

#endif
