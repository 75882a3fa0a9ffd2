/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/x509.h"

#define NONCES 1000000
#define NONCE_LEN 16
#define BITS (8 * NONCE_LEN)

static unsigned char (*nonces)[NONCE_LEN];

static int
make(void **state)
{
	(void)state;
	nonces = malloc(NONCES * sizeof(*nonces));
	if (nonces == NULL)
		return -1;
	for (size_t i = 0; i < NONCES; i++)
		x509_random(nonces[i], sizeof(nonces[i]));
	return 0;
}

static int
drop(void **state)
{
	(void)state;
	free(nonces);
	return 0;
}

/*
 * How often a bit of chance is set among so many is within seven standard
 * deviations (of 500 each) of the half of them, but for once in 10^11 tries.
 */
static void
test_balance(void **state)
{
	long set[BITS] = { 0 };

	(void)state;
	for (size_t i = 0; i < NONCES; i++)
		for (size_t bit = 0; bit < BITS; bit++)
			set[bit] += nonces[i][bit / 8] >> bit % 8 & 1;
	for (size_t bit = 0; bit < BITS; bit++)
		assert_in_range(set[bit], NONCES / 2 - 3500, NONCES / 2 + 3500);
}

/* The same for two bits that stand side by side: a quarter is both. */
static void
test_neighbours(void **state)
{
	long set[BITS] = { 0 };

	(void)state;
	for (size_t i = 0; i < NONCES; i++)
		for (size_t bit = 0; bit < BITS; bit++) {
			size_t next = (bit + 1) % BITS;

			set[bit] += nonces[i][bit / 8] >> bit % 8 &
				    nonces[i][next / 8] >> next % 8 & 1;
		}
	for (size_t bit = 0; bit < BITS; bit++)
		assert_in_range(set[bit], NONCES / 4 - 3500, NONCES / 4 + 3500);
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, NONCE_LEN);
}

/* No two of a million are the same. */
static void
test_distinct(void **state)
{
	(void)state;
	qsort(nonces, NONCES, sizeof(*nonces), compare);
	for (size_t i = 1; i < NONCES; i++)
		assert_memory_not_equal(nonces[i - 1], nonces[i], NONCE_LEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_balance),
		UNIT_TEST(test_neighbours),
		UNIT_TEST(test_distinct),
	};

	return cmocka_run_group_tests_name("random", tests, make, drop);
}
