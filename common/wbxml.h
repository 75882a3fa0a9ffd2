/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_WBXML_H
#define FENESTRA_WBXML_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct xml_error;
struct xml_grammar;

/*
 * SyncML in WBXML, [WBXML 1.3] and [OMA SyncML RepPro] 7, read into the same
 * grammars as XML: xml_read() for the other encoding.  error->at is "byte N",
 * the offset of what was wrong.
 *
 * Read are versions 1.0 to 1.3, the public identifiers of SyncML 1.0 to 1.2
 * (and the unknown one), and UTF-8.  A tag may also stand by its name, as
 * LITERAL: of one name there is one tag, whatever page is in use.  What stands
 * in an attribute is skipped, as SyncML has none; so are processing
 * instructions.
 *
 * Text is what XML could hold, whatever it was encoded as: valid UTF-8, and
 * of the control characters only tab, line feed and carriage return.  OPAQUE
 * is text like any other, but for two places where it is bytes, handed on in
 * base64: NextNonce, and a Data whose Item (or command) said Format bin
 * before it.  A document inside the document, as DevInf, is thus refused.
 *
 * Refused beside what the grammar refuses: whatever is shorter or longer than
 * it says, numbers over 32 bits, tokens that SyncML has no meaning for, and
 * more text than 16 times the message, which only a string table can make.
 */
int wbxml_read(struct arena *, const struct xml_grammar *, void *msg,
    const char *data, size_t len, struct xml_error *);

/* The vocabulary: a name as in a rule, or NULL; and whence it came. */
#define WBXML_PAGES 2
const char *wbxml_name(unsigned page, unsigned token);
int wbxml_token(const char *local, unsigned *page, unsigned *token);

/* Whether a public identifier is SyncML's; 0 says to look at the formal one. */
int wbxml_is_syncml(uint32_t id, const char *formal);

/* The tokens of [WBXML 1.3] 7.1 that are used, and of the header. */
enum {
	WBXML_SWITCH_PAGE = 0x00,
	WBXML_END = 0x01,
	WBXML_ENTITY = 0x02,
	WBXML_STR_I = 0x03,
	WBXML_LITERAL = 0x04,
	WBXML_PI = 0x43,
	WBXML_STR_T = 0x83,
	WBXML_OPAQUE = 0xC3,
	WBXML_CONTENT = 0x40,	 /* flag of a tag */
	WBXML_ATTRIBUTES = 0x80, /* flag of a tag */
	WBXML_TAG = 0x3F,	 /* what is left without them */
	WBXML_TAG_FIRST = 0x05,	 /* below are the tokens above */
	WBXML_UTF_8 = 106,	 /* IANA's number */
	WBXML_UNKNOWN = 1,	 /* "unknown or missing public identifier" */
	WBXML_SYNCML_1_2 = 0x1201,
};

#endif
