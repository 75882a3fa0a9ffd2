/* SPDX-License-Identifier: ISC */
/*
 * What enrolling is measured against, on one core:
 *   bench-sign rsa SECONDS           RSA-2048 signatures per second
 *   bench-sign crypt HASH SECONDS    password checks per second
 *   bench-sign hash COST PASSWORD    prints a yescrypt hash of that cost
 */
#include <crypt.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#define TBS_LEN 800 /* about what of a device's certificate is signed */

typedef void work_fn(void *);

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
print_rate(work_fn *work, void *context, const char *seconds)
{
	double limit = strtod(seconds, NULL), start, took;
	long n = 0;

	if (limit <= 0 || limit > 600)
		errx(2, "SECONDS: up to 600");
	work(context);
	start = now();
	do {
		work(context);
		n++;
	} while ((took = now() - start) < limit);
	printf("rate=%.2f\n", (double)n / took);
}

static void
sign(void *key)
{
	static const unsigned char tbs[TBS_LEN];
	unsigned char signature[256];
	size_t len = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx == NULL ||
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
	    EVP_DigestSign(ctx, signature, &len, tbs, sizeof(tbs)) != 1)
		errx(1, "cannot sign");
	EVP_MD_CTX_free(ctx);
}

static void
check_password(void *hash)
{
	static struct crypt_data data;

	if (crypt_rn("a wrong one", hash, &data, sizeof(data)) == NULL)
		errx(1, "HASH: not one that crypt knows");
}

static void
print_hash(const char *cost, const char *password)
{
	static struct crypt_data data;
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash = NULL;

	if (crypt_gensalt_rn("$y$", strtoul(cost, NULL, 10), NULL, 0, setting,
		sizeof(setting)) != NULL)
		hash = crypt_rn(password, setting, &data, sizeof(data));
	if (hash == NULL)
		errx(2, "COST: 1 to 11");
	puts(hash);
}

int
main(int argc, char **argv)
{
	EVP_PKEY *key;

	if (argc == 3 && strcmp(argv[1], "rsa") == 0) {
		if ((key = EVP_RSA_gen(2048)) == NULL)
			errx(1, "cannot make a key");
		print_rate(sign, key, argv[2]);
		EVP_PKEY_free(key);
	} else if (argc == 4 && strcmp(argv[1], "crypt") == 0)
		print_rate(check_password, argv[2], argv[3]);
	else if (argc == 4 && strcmp(argv[1], "hash") == 0)
		print_hash(argv[2], argv[3]);
	else
		errx(2, "usage: rsa SECONDS | crypt HASH SECONDS | "
			"hash COST PASSWORD");
	return 0;
}
