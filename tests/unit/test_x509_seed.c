/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "../../common/arena.h"
#include "../../common/x509.h"

#define SEED "tests/data/seed/windows-10-csr.der"

static const struct x509_key_rule both = { 2048, 4096, 1, 1 };

static size_t
seed(unsigned char *data, size_t room)
{
	FILE *f = fopen(SEED, "rb");
	size_t len;

	if (f == NULL)
		fail_msg("%s: run from the root of the repository", SEED);
	len = fread(data, 1, room, f);
	fclose(f);
	assert_int_equal(len, 722);
	return len;
}

/* The request of a Windows 10, as it is. */
static void
test_seed(void **state)
{
	struct arena *a = arena_new(64 * 1024);
	unsigned char data[1024];
	struct blob der = { data, seed(data, sizeof(data)) };
	struct x509_request r;
	char why[X509_WHY_LEN] = "";

	(void)state;
	if (x509_request_parse(a, &der, &both, &r, why) != 0)
		fail_msg("%s", why);
	assert_string_equal(r.key_type, "RSA");
	assert_int_equal(r.bits, 2048);
	assert_int_equal(r.spki.len, 294);
	assert_memory_equal(r.spki.data, data + 88, 294);
	arena_free(a);
}

/* Cut anywhere it is refused, and not a byte behind the cut is read. */
static void
test_seed_cut(void **state)
{
	struct arena *a = arena_new(64 * 1024);
	unsigned char data[1024], *cut;
	size_t len = seed(data, sizeof(data));
	struct x509_request r;
	char why[X509_WHY_LEN];

	(void)state;
	for (size_t i = 0; i < len; i++) {
		cut = malloc(i > 0 ? i : 1);
		assert_non_null(cut);
		memcpy(cut, data, i);
		assert_int_equal(x509_request_parse(a, &(struct blob){ cut, i },
				     &both, &r, why),
		    -1);
		free(cut);
	}
	arena_free(a);
}

/* Every bit is signed, or of the signature, or of the frame around them. */
static void
test_seed_flip(void **state)
{
	struct arena *a = arena_new(64 * 1024);
	unsigned char data[1024];
	struct blob der = { data, seed(data, sizeof(data)) };
	struct x509_request r;
	char why[X509_WHY_LEN];

	(void)state;
	for (size_t i = 0; i < der.len; i++)
		for (int bit = 0; bit < 9; bit++) {
			unsigned char mask = (unsigned char)(0xff >> bit);

			data[i] ^= bit == 8 ? 0x80 : mask;
			if (x509_request_parse(a, &der, &both, &r, why) == 0)
				fail_msg("byte %zu, %02x: accepted", i, mask);
			data[i] ^= bit == 8 ? 0x80 : mask;
		}
	assert_int_equal(x509_request_parse(a, &der, &both, &r, why), 0);
	assert_int_equal(ERR_peek_error(), 0);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_seed_cut),
		cmocka_unit_test(test_seed_flip),
	};

	return cmocka_run_group_tests_name("x509_seed", tests, NULL, NULL);
}
