/* SPDX-License-Identifier: ISC */
#ifndef BENCH_KEYS_H
#define BENCH_KEYS_H

#include <stddef.h>

#include <openssl/evp.h>

/*
 * Many RSA-2048 keys quickly, for devices that nobody relies on: any two
 * primes of a pool are a key.
 */
struct keys;

/* Enough primes for `count` different keys. */
struct keys *keys_new(size_t count);
EVP_PKEY *keys_get(const struct keys *, size_t number);
void keys_free(struct keys *);

/* A PKCS#10 request in base64, to be freed. */
char *keys_request(EVP_PKEY *, const char *name);

/*
 * The same in base64 SignedData by the certificate and key in a file: with it
 * a device asks for a certificate in the place of that one.
 */
char *keys_renewal(EVP_PKEY *, const char *name, const char *path);

/*
 * The certificate of a key out of an enrollment's answer, as PEM to be freed;
 * NULL if it is not in there.
 */
char *keys_certificate(EVP_PKEY *, const char *answer);

/* Write key and certificate into one new file, 0600. */
void keys_save(EVP_PKEY *, const char *certificate, const char *path);

#endif
