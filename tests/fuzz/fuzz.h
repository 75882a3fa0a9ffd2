/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_FUZZ_H
#define FENESTRA_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../common/arena.h"
#include "../../common/check.h"
#include "../../common/http.h"
#include "../../common/xw.h"

/*
 * What the fuzz targets share.  A target does more than to survive: what was
 * accepted is used, and CHECK() says what must then be true of it.
 */
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The arena of this run, empty. */
struct arena *fuzz_arena(void);

/* The input as a request: an exact copy, with a NUL behind it. */
struct http_request fuzz_request(const uint8_t *, size_t);

/*
 * From here on readers get text in chunks of so many bytes; 0: as it is.
 * Expat gets its input so, and a grammar the text of an element; neither may
 * make a difference.
 */
void fuzz_chunks(size_t);

/* A size from the input, of all that matter: small, or as large as it is. */
size_t fuzz_chunk_of(const uint8_t *, size_t);

/* Two texts that have to be the same; says where they are not. */
void fuzz_same(const char *, const char *);

/* Something written: complete, and our own reader takes it. */
void fuzz_readable(const struct xw *);

/* The fault of what was refused: it can be told, and is told readably. */
void fuzz_fault(const struct fault *, const char *relates_to);

#endif
