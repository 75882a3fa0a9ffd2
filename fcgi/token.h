/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_TOKEN_H
#define FENESTRA_TOKEN_H

struct arena;

/*
 * The enrollment token in a DeviceEnrollmentUserToken, or NULL.  It is found
 * as it stands, in base64 of either alphabet, once or twice over, and in the
 * JSON that agents wrap one in: {"payload": {"auth_token": ...}}.
 */
const char *token_find(struct arena *, const char *binary_security_token);

/* Whether a text is one, and nothing else. */
int token_is(const char *);

#endif
