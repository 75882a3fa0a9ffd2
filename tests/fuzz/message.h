/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_FUZZ_MESSAGE_H
#define FENESTRA_FUZZ_MESSAGE_H

#include "../../common/http.h"

struct arena;

/*
 * A message of a device from its bytes to our answer, in the encoding of its
 * Content-Type, with all that must be true of it between.  What became of it
 * as text: the answer in XML, or why it was refused.
 */
const char *message_take(struct arena *, const struct http_request *);

#endif
