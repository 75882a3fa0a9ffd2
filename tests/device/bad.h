/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_BAD_H
#define DEVICE_BAD_H

#include <stdio.h>

#include "util.h"

/* How the device misbehaves when it is told to. */
enum bad_kind {
	BAD_REPEAT,
	BAD_TRUNCATE,
	BAD_WRONG_SOURCE,
	BAD_NO_CERTIFICATE,
	BAD_FOREIGN_CERTIFICATE,
	BAD_STRANGE_CERTIFICATE,
	BAD_OTHER_DEVICE,
	BAD_WRONG_PASSWORD,
	BAD_CSR_SIGNATURE,
	BAD_SMALL_KEY,
	BAD_SAME_MSGID,
	BAD_SKIP_MSGID,
	BAD_NO_FINAL,
	BAD_DOCTYPE,
	BAD_DUPLICATE_ELEMENT,
	BAD_OVERSIZE,
	BAD_WRONG_NAMESPACE,
	BAD_REPEAT_ENROL,
	BAD_CONTENT_TYPE,
	BAD_WRONG_SIZE,
	BAD_UNFINISHED_OBJECT,
	BAD_INTERRUPTED_OBJECT,
	BAD_WRONG_CREDENTIAL,
	BAD_STALE_NONCE,
	BAD_WRONG_SIGNATURE,
	BAD_STALE_SIGNATURE,
	BAD_FOREIGN_SIGNATURE,
	BAD_UNKNOWN_ELEMENT,
	BAD_STRAY_STATUS,
	BAD_NUL,
	BAD_INVALID_UTF8,
	BAD_GARBAGE,
	BAD_KINDS
};

struct bad {
	unsigned char on[BAD_KINDS];
	size_t truncate;
	size_t oversize;
	long stale; /* seconds that the signing time is wrong */
	const char *other_dir;
	const char *content_type;
	/* discovery, policy, enrollment or a message number; NULL: default */
	const char *at;
};

/* NAME or NAME=VALUE; -1 when there is no such misbehaviour. */
int bad_parse(struct bad *, const char *);
void bad_list(FILE *);
int bad_is_on(const struct bad *, enum bad_kind);
/* The same, and now it happens. */
int bad_is(const struct bad *, enum bad_kind);
/* Whether it is on and due at this place, where it now happens. */
int bad_is_at(const struct bad *, enum bad_kind, const char *place);
/* The name of one that is on but never happened, or NULL. */
const char *bad_unused(const struct bad *);
/* A place of --at: 0 or -1. */
int bad_place(struct bad *, const char *);
/* Spoils the bytes of a request that goes out at this place. */
void bad_body(const struct bad *, const char *place, struct buf *);
/* The same for a message in WBXML, whose text cannot be changed. */
void bad_bytes(const struct bad *, const char *place, struct buf *);

#endif
