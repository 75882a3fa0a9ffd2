/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_TEXT_H
#define FENESTRA_TEXT_H

#include <stddef.h>

/* Whether a string begins with one of a list. */
int text_starts_with_any(const char *, const char *const *, size_t count);

#endif
