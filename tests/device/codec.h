/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_CODEC_H
#define DEVICE_CODEC_H

#include <stddef.h>

#include "util.h"

void base64_write(struct buf *, const void *, size_t);
/*
 * Strict: whole quanta, right padding, no stray bits; white space only where
 * the caller allows it. 0 or -1.
 */
int base64_read(struct buf *, const char *, int allow_space);

void hex_write(struct buf *, const void *, size_t);

void random_bytes(void *, size_t);
/* Upper-case hexadecimal digits of n random bytes. */
char *random_hex(size_t n);
/* An upper-case GUID. */
char *random_guid(void);

#endif
