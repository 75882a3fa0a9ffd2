/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_DIGEST_H
#define FENESTRA_DIGEST_H

#include <stddef.h>

/* Credentials of OMA DM 1.2, [OMA-DM Security] 5.1. */

#define DIGEST_FIELD_MAX 256   /* bytes of a user's name, or of a password */
#define DIGEST_SIZE 25	       /* of an MD5 in base64, with NUL */
#define DIGEST_HEADER_MAX 4096 /* bytes of an x-syncml-hmac */
#define DIGEST_WHY_LEN 160

/*
 * Of one party.  Without a name or a password, or with one too long, nothing
 * can be verified or made.
 */
struct digest_account {
	const char *user;
	const char *password;
	const unsigned char *nonce; /* not base64, and any bytes */
	size_t nonce_len;
};

/*
 * Whether there is MD5: a FIPS provider alone has none.  0 with the reason.
 * Without it all below but Basic says no.
 */
int digest_available(char why[DIGEST_WHY_LEN]);

/*
 * 1 if the Data of a Cred is this account's, else 0.  White space does not
 * count.  With a digest a nonce has to be there.
 */
int digest_basic_verify(const struct digest_account *, const char *data);
int digest_md5_verify(const struct digest_account *, const char *data);

/* The same for the mac over a body, byte for byte as it was received. */
int digest_hmac_verify(const struct digest_account *, const void *body,
    size_t len, const char *mac);

/* Our own, for the other party to verify.  0 or -1. */
int digest_md5_make(const struct digest_account *, char out[DIGEST_SIZE]);
int digest_hmac_make(const struct digest_account *, const void *body,
    size_t len, char out[DIGEST_SIZE]);

/* HMAC-SHA-256 in lower-case hex, with NUL: for what is not OMA DM. */
#define DIGEST_SHA256_SIZE 65
void digest_hmac_sha256(const void *key, size_t key_len, const void *,
    size_t len, char out[DIGEST_SHA256_SIZE]);

/* What the header x-syncml-hmac says: 0, or -1 and why. */
struct digest_hmac {
	char username[DIGEST_FIELD_MAX + 1]; /* UTF-8 */
	char mac[DIGEST_SIZE];
};
int digest_hmac_parse(
    const char *text, struct digest_hmac *, char why[DIGEST_WHY_LEN]);

#endif
