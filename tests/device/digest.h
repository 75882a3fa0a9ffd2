/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_DIGEST_H
#define DEVICE_DIGEST_H

#include "util.h"

/* The credentials of OMA DM; all of them in base64, to be freed. */

#define AUTH_TYPE_BASIC "syncml:auth-basic"
#define AUTH_TYPE_MD5 "syncml:auth-md5"
#define AUTH_TYPE_MAC "syncml:auth-MAC"

char *digest_basic(const char *user, const char *secret);
char *digest_md5(const char *user, const char *secret, const struct buf *nonce);
char *digest_mac(const char *user, const char *secret, const struct buf *nonce,
    const struct buf *body);

#endif
