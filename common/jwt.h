/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_JWT_H
#define FENESTRA_JWT_H

#include <stddef.h>

struct arena;

/*
 * A signed JWT in compact form (RFC 7515 3.1).  What is in it counts only
 * after jwt_verify().  Algorithms are RS256 and ES256 and nothing else.
 */
struct jwt {
	int es256;
	const char *kid;
	const char *payload; /* JSON: an object, strictly read */
	const char *input;   /* what is signed */
	size_t input_len;
	const unsigned char *signature;
	size_t signature_len;
};

/* A public key as in RFC 7518 6, its numbers in base64url. */
struct jwt_key {
	const char *kty; /* RSA or EC (P-256) */
	const char *n, *e;
	const char *x, *y;
};

/* 0, or -1 and why; the reason is a constant. */
int jwt_parse(struct arena *, const char *text, struct jwt *, const char **why);

/* Whether the token is signed by the key, of the kind that its alg needs. */
int jwt_verify(struct arena *, const struct jwt *, const struct jwt_key *,
    const char **why);

#endif
