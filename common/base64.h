/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_BASE64_H
#define FENESTRA_BASE64_H

#include <stddef.h>

struct arena;

/* Bytes that base64_encode() needs for len bytes, with the final NUL. */
#define BASE64_SIZE(len) (((len) + 2) / 3 * 4 + 1)

/* Standard alphabet, padded, one line.  Returns the length without the NUL. */
size_t base64_encode(char *out, const void *, size_t len);
char *base64_string(struct arena *, const void *, size_t len);

/*
 * Strict but for white space, which is skipped anywhere; the alphabet is the
 * standard or the URL-safe one, not both.  Padding is right, or absent in the
 * URL-safe alphabet; bits that no byte uses are zero.  NULL when it is not so.
 */
unsigned char *base64_decode(
    struct arena *, const char *, size_t len, size_t *outlen);

#endif
