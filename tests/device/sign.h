/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_SIGN_H
#define DEVICE_SIGN_H

#include <time.h>

#include "util.h"

/*
 * A detached CMS signature over a body in base64, to be freed: SHA-256, with
 * certificate and signing time. Ends the program when it cannot be made.
 */
char *sign_body(const char *cert_path, const char *key_path,
    const struct buf *body, time_t when);

/* SignedData of both around content, as DER. */
void sign_enclosed(const char *cert_path, const char *key_path,
    const struct buf *content, struct buf *out);

#endif
