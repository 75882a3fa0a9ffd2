/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_UTF8_H
#define FENESTRA_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Text as XML can hold it, [XML] 2.2: no overlong forms, no surrogates, none
 * over U+10FFFF, and of the control characters only tab, line feed and
 * carriage return.
 */

/* How many of the bytes are such text: all, or up to the first that is not. */
size_t utf8_valid(const void *, size_t len);

/* The bytes of a character; 0 for none that may be. */
size_t utf8_put(unsigned char[4], uint32_t c);

#endif
