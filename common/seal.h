/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SEAL_H
#define FENESTRA_SEAL_H

#include <stddef.h>

struct arena;

/*
 * Secrets that the database keeps but cannot read: AES-256-GCM with a key
 * that lies in a file of the workers' hosts.  A sealed value is text:
 *
 *   seal:BASE64   version 1      1
 *                 key 8          the first bytes of the key's SHA-256
 *                 nonce 12       random
 *                 ciphertext     as long as the text
 *                 tag 16
 *
 * It opens only as what it was sealed for and for the device it was sealed
 * for, so that it is of no use in another column or another row.
 */
#define SEAL_PREFIX "seal:"
#define SEAL_TEXT_MAX 65536 /* bytes of what is sealed */
#define SEAL_KEYS_MAX 16
#define SEAL_KEY_ID_SIZE 17 /* of a key's name in hex, with NUL */
#define SEAL_WHY_LEN 200

/* For a value of the whole server the nil UUID is the device. */
#define SEAL_SITE "00000000-0000-0000-0000-000000000000"

struct seal_place {
	const char *purpose; /* "client_secret" */
	const char *device;  /* a UUID in lower case */
};

struct seal;

/*
 * The keys of a file: each a line, 32 bytes in base64 or hex; empty lines and
 * those that begin with # do not count.  The first seals, all open.  NULL and
 * why, also where others than owner and group may read the file.
 */
struct seal *seal_load(const char *path, char why[SEAL_WHY_LEN]);
void seal_free(struct seal *);

/* The name of the key that seals. */
const char *seal_key_id(const struct seal *);

/* A sealed copy in the arena; NULL if the text is too long or it is full. */
char *seal_close(struct arena *, const struct seal *, const struct seal_place *,
    const char *text);

/* The text of a sealed value; NULL and why. */
char *seal_open(struct arena *, const struct seal *, const struct seal_place *,
    const char *sealed, char why[SEAL_WHY_LEN]);

/* Whether a text has the form of a sealed value. */
int seal_is_sealed(const char *);

/* Whether it is to be sealed anew: it is clear, or an older key's. */
int seal_is_stale(const struct seal *, const char *);

#endif
