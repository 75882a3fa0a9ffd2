/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_DER_H
#define FENESTRA_DER_H

#include <stddef.h>

/* Tags of X.690, with their class and whether they are constructed. */
enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8 = 0x0c,
	DER_UTC_TIME = 0x17,
	DER_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT_0 = 0xa0,
	DER_CONTEXT_3 = 0xa3,
};

/* What is left to read. */
struct der {
	const unsigned char *data;
	size_t len;
};

struct der_item {
	unsigned tag;
	struct der whole;
	struct der body;
};

/*
 * Whether these bytes are one item and nothing behind it, and DER in all
 * depths: shortest lengths and integers, no constructed strings, no more than
 * DER_DEPTH levels.  What a string holds, and the order in a SET, is not
 * looked at: Windows has a NUL in its PrintableString.
 */
#define DER_DEPTH 20
int der_strict(const void *, size_t);

/* The next item; -1 if there is none, or not with this tag. */
int der_next(struct der *, struct der_item *);
int der_take(struct der *, unsigned tag, struct der_item *);
int der_equal(const struct der *, const void *, size_t);

/*
 * Writing into memory of a fixed size.  Append freely and look at `failed`
 * once at the end.  What der_open() returned belongs to its der_close().
 */
struct der_out {
	unsigned char *data;
	size_t size;
	size_t len;
	int failed;
};
void der_raw(struct der_out *, const void *, size_t);
void der_put(struct der_out *, unsigned tag, const void *, size_t);
size_t der_open(struct der_out *, unsigned tag);
void der_close(struct der_out *, size_t mark);

#endif
