/* SPDX-License-Identifier: ISC */
#include <malloc.h>
#include <stdalign.h>

#include "unit.h"

#define MIB ((size_t)1024 * 1024)

/*
 * Where there is no sanitizer, free() is watched: what is given back must not
 * hold the secret any more.
 */
static const char secret[] = "correct horse battery staple";
static int secrets_freed;

#ifdef __SANITIZE_ADDRESS__
#define WATCHED 0
#else
#define WATCHED 1

void __libc_free(void *);

void
free(void *p)
{
	if (p != NULL &&
	    memmem(p, malloc_usable_size(p), secret, strlen(secret)) != NULL)
		secrets_freed++;
	__libc_free(p);
}
#endif

static void
test_limit(void **state)
{
	struct arena *a = arena_new(1000);

	(void)state;
	assert_false(arena_failed(a));
	assert_non_null(arena_alloc(a, 600));
	assert_non_null(arena_alloc(a, 300));
	assert_false(arena_failed(a));
	assert_null(arena_alloc(a, 600));
	assert_true(arena_failed(a));
	/* It stays so, also for what would fit. */
	assert_null(arena_alloc(a, 1));
	assert_null(arena_strdup(a, ""));
	assert_null(arena_printf(a, "%d", 1));
	assert_null(arena_dup(a, "x", 1));
	assert_true(arena_failed(a));
	arena_reset(a);
	assert_false(arena_failed(a));
	assert_non_null(arena_alloc(a, 600));
	arena_free(a);
}

static void
test_limit_exact(void **state)
{
	struct arena *a = arena_new(4096);

	(void)state;
	assert_non_null(arena_alloc(a, 4096));
	assert_false(arena_failed(a));
	assert_null(arena_alloc(a, 1));
	arena_reset(a);
	assert_null(arena_alloc(a, 4097));
	assert_true(arena_failed(a));
	arena_free(a);
}

/* Sizes that would wrap around. */
static void
test_limit_huge(void **state)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15,
		SIZE_MAX - 16, SIZE_MAX - 64, SIZE_MAX / 2, 4097 };
	struct arena *a = arena_new(4096);
	volatile size_t size;

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		size = sizes[i];
		assert_non_null(arena_alloc(a, 16));
		if (arena_alloc(a, size) != NULL || !arena_failed(a))
			unit_wrong("alloc", "%zu was given", sizes[i]);
		arena_reset(a);
		if (arena_strndup(a, "", size) != NULL || !arena_failed(a))
			unit_wrong("strndup", "%zu: not a failure", sizes[i]);
		arena_reset(a);
	}
	arena_free(a);
	unit_done();
}

/* What was taken from the system, too, stays near the limit. */
static void
test_limit_is_of_memory(void **state)
{
	struct arena *a = arena_new(MIB);
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd, after;

	(void)state;
	if (!WATCHED) {
		arena_free(a);
		return;
	}
	while (arena_alloc(a, 1) != NULL)
		continue;
	after = mallinfo2().uordblks + mallinfo2().hblkhd;
	if (after - before > 2 * MIB)
		fail_msg("%zu bytes for an arena of %zu", after - before, MIB);
	arena_free(a);
}

static void
test_zeroed_and_aligned(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 100,
		4095, 4096, 20000, 32767, 32768, 32769, 100000 };
	unsigned char *got[COUNT(sizes)];
	struct arena *a = arena_new(MIB);
	char *dirt;

	(void)state;
	/* What the system gives is not always zero. */
	for (size_t i = 0; i < COUNT(sizes); i++) {
		dirt = malloc(sizes[i] + 32768);
		assert_non_null(dirt);
		memset(dirt, 0xdd, sizes[i] + 32768);
		free(dirt);
	}
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT(sizes); i++) {
			got[i] = arena_alloc(a, sizes[i]);
			assert_non_null(got[i]);
			assert_int_equal(
			    (uintptr_t)got[i] % alignof(max_align_t), 0);
			for (size_t j = 0; j < sizes[i]; j++)
				assert_int_equal(got[i][j], 0);
			memset(got[i], (int)i + 1, sizes[i]);
		}
		/* None lies in another. */
		for (size_t i = 0; i < COUNT(sizes); i++)
			for (size_t j = 0; j < sizes[i]; j++)
				assert_int_equal(got[i][j], i + 1);
		arena_reset(a);
	}
	arena_free(a);
}

/* A large object does not disturb small ones before and after it. */
static void
test_large_between_small(void **state)
{
	struct arena *a = arena_new(4 * MIB);
	char *small[100], *large;

	(void)state;
	for (int i = 0; i < 100; i++) {
		small[i] = arena_printf(a, "small %d", i);
		large = arena_alloc(a, 20000 + (size_t)i * 100);
		assert_non_null(large);
		memset(large, 'L', 20000 + (size_t)i * 100);
	}
	for (int i = 0; i < 100; i++)
		assert_string_equal(small[i], unit_printf("small %d", i));
	assert_false(arena_failed(a));
	arena_free(a);
}

static void
test_copies(void **state)
{
	struct arena *a = arena_new(MIB);
	const char bytes[] = "a\0b";
	char *long_text = unit_repeat("0123456789", 10000);
	char *p;

	(void)state;
	assert_memory_equal(arena_dup(a, bytes, 4), bytes, 4);
	assert_non_null(arena_dup(a, NULL, 0));
	p = arena_strndup(a, bytes, 3);
	assert_memory_equal(p, "a\0b\0", 4);
	assert_string_equal(arena_strndup(a, "abc", 2), "ab");
	assert_string_equal(arena_strndup(a, NULL, 0), "");
	assert_string_equal(arena_strdup(a, ""), "");
	assert_string_equal(arena_strdup(a, long_text), long_text);
	assert_string_equal(arena_printf(a, "%d-%s", 7, "x"), "7-x");
	assert_string_equal(arena_printf(a, "%s", ""), "");
	assert_string_equal(
	    arena_printf(a, "%s!", long_text), unit_printf("%s!", long_text));
	arena_free(a);
}

/* Of every size: some chunks are kept for the next request, some are not. */
static void
test_reset_wipes(void **state)
{
	static const size_t sizes[] = { 64, 30000, 40000, 500000 };
	struct arena *a = arena_new(4 * MIB);
	char *first;

	(void)state;
	secrets_freed = 0;
	if (!WATCHED) {
		arena_free(a);
		return;
	}
	for (size_t i = 0; i < COUNT(sizes); i++) {
		first = arena_alloc(a, 64);
		memcpy(first, secret, sizeof(secret));
		for (int j = 0; j < 3; j++) {
			char *p = arena_alloc(a, sizes[i]);
			memcpy(p + sizes[i] - sizeof(secret), secret,
			    sizeof(secret));
		}
		arena_reset(a);
		/* The first chunk is in the arena still. */
		assert_ptr_equal(arena_alloc(a, 1), first);
		assert_int_equal(first[1], 0);
		assert_int_equal(first[20], 0);
		arena_reset(a);
		assert_int_equal(secrets_freed, 0);
	}
	memcpy(arena_alloc(a, 64), secret, sizeof(secret));
	arena_free(a);
	assert_int_equal(secrets_freed, 0);
	arena_free(NULL);
}

/* After the reset a worker holds no more than before the request. */
static void
test_reset_gives_back(void **state)
{
	struct arena *a = arena_new(4 * MIB);
	size_t before = 0, after;

	(void)state;
	for (int i = 0; i < 50; i++) {
		while (arena_alloc(a, 1000 + (size_t)i * 1000) != NULL)
			continue;
		arena_reset(a);
		after = mallinfo2().uordblks + mallinfo2().hblkhd;
		if (i == 0)
			before = after;
		assert_true(after <= before + 65536);
	}
	/* Nor does one object stay that was large. */
	arena_free(a);
	a = arena_new(4 * MIB);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	assert_non_null(arena_alloc(a, MIB));
	arena_reset(a);
	after = mallinfo2().uordblks + mallinfo2().hblkhd;
	assert_true(after <= before + 65536);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_limit),
		UNIT_TEST(test_limit_exact),
		UNIT_TEST(test_limit_huge),
		UNIT_TEST(test_zeroed_and_aligned),
		UNIT_TEST(test_large_between_small),
		UNIT_TEST(test_copies),
		UNIT_TEST(test_limit_is_of_memory),
		UNIT_TEST(test_reset_wipes),
		UNIT_TEST(test_reset_gives_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
