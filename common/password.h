/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_PASSWORD_H
#define FENESTRA_PASSWORD_H

#include <stddef.h>

#define PASSWORD_MAX 256
#define PASSWORD_HASH_SIZE 128 /* of what password_hash() makes, with NUL */

/* The yescrypt hash of a password; -1 if it is empty or too long. */
int password_hash(const char *password, char *out, size_t outlen);

/*
 * 1 if it is the password of this hash, else 0.  There may be no hash, when
 * the user is unknown: that takes as long.  A hash of a scheme that is too
 * weak matches nothing.
 */
int password_verify(const char *password, const char *hash);

/*
 * Whether a hash is weaker than what password_hash() makes: of another scheme,
 * or of a lower cost of its own.
 */
int password_is_weak(const char *hash);

#endif
