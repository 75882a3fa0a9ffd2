/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/buf.h"

static void
test_append(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, unit_arena);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.failed, 0);
	buf_puts(&b, "one");
	buf_putc(&b, ' ');
	buf_add(&b, "two\0three", 9);
	buf_printf(&b, " %d %s", 4, "five");
	buf_puts(&b, "");
	buf_add(&b, NULL, 0);
	assert_int_equal(b.failed, 0);
	assert_int_equal(b.len, 20);
	assert_memory_equal(b.data, "one two\0three 4 five", 21);
}

/* There is always a NUL behind the last byte. */
static void
test_ends_with_nul(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, unit_arena);
	for (int i = 0; i < 5000; i++) {
		switch (i % 4) {
		case 0:
			buf_putc(&b, 'a');
			break;
		case 1:
			buf_puts(&b, "bc");
			break;
		case 2:
			buf_printf(&b, "%d", i);
			break;
		case 3:
			memcpy(buf_space(&b, 3), "xyz", 3);
			buf_grew(&b, 3);
			break;
		}
		assert_int_equal(b.data[b.len], '\0');
		assert_true(b.room > b.len);
	}
	assert_int_equal(strlen(b.data), b.len);
}

static void
test_grows(void **state)
{
	struct buf b;
	char *all;

	(void)state;
	buf_init(&b, unit_arena);
	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "%05d", i);
	assert_int_equal(b.failed, 0);
	assert_int_equal(b.len, 100000);
	for (int i = 0; i < 20000; i++) {
		all = unit_printf("%05d", i);
		assert_memory_equal(b.data + i * 5, all, 5);
	}
}

/* A printf that is far longer than what a buffer begins with. */
static void
test_long_printf(void **state)
{
	char *text = unit_repeat("0123456789", 5000);
	struct buf b;

	(void)state;
	buf_init(&b, unit_arena);
	buf_puts(&b, "<");
	buf_printf(&b, "%s>", text);
	assert_int_equal(b.len, 50002);
	assert_string_equal(b.data, unit_printf("<%s>", text));
}

/* More room than is used, again and again. */
static void
test_space(void **state)
{
	struct buf b;
	char *p;

	(void)state;
	buf_init(&b, unit_arena);
	for (int i = 0; i < 100; i++) {
		p = buf_space(&b, 1000);
		assert_non_null(p);
		memset(p, 'x', 1000);
		memcpy(p, "ab", 2);
		buf_grew(&b, 2);
	}
	assert_int_equal(b.len, 200);
	assert_int_equal(strlen(b.data), 200);
	assert_null(strchr(b.data, 'x'));
}

/* After a failure nothing more is added, though it would fit. */
static void
test_sticky(void **state)
{
	struct arena *a = arena_new(4096);
	char *much = unit_repeat("x", 10000);
	struct buf b;

	(void)state;
	buf_init(&b, a);
	buf_puts(&b, "kept");
	assert_int_equal(b.failed, 0);
	buf_puts(&b, much);
	assert_int_equal(b.failed, 1);
	arena_reset(a);
	buf_init(&b, a);
	buf_puts(&b, "kept");
	buf_add(&b, much, 10000);
	buf_puts(&b, "a");
	buf_putc(&b, 'b');
	buf_add(&b, "c", 1);
	buf_printf(&b, "%s", "d");
	assert_null(buf_space(&b, 1));
	assert_int_equal(b.failed, 1);
	assert_int_equal(b.len, 4);
	assert_string_equal(b.data, "kept");
	arena_free(a);
}

static void
test_sticky_each(void **state)
{
	struct arena *a = arena_new(64);
	char *much = unit_repeat("x", 1000);

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct buf b;

		arena_reset(a);
		buf_init(&b, a);
		if (i == 0)
			buf_puts(&b, much);
		else if (i == 1)
			buf_add(&b, much, 1000);
		else if (i == 2)
			buf_printf(&b, "%s", much);
		else if (i == 3)
			assert_null(buf_space(&b, 1000));
		else
			for (int j = 0; j < 1000; j++)
				buf_putc(&b, 'x');
		if (!b.failed)
			unit_wrong("way", "%d did not fail", i);
	}
	arena_free(a);
	unit_done();
}

/* Also where there is room still. */
static void
test_sticky_with_room(void **state)
{
	struct arena *a = arena_new(2000);
	char *much = unit_repeat("x", 10000);
	struct buf b;

	(void)state;
	buf_init(&b, a);
	buf_add(&b, much, 100);
	buf_putc(&b, 'y');
	assert_true(b.room > b.len + 10);
	buf_puts(&b, much);
	assert_int_equal(b.failed, 1);
	buf_puts(&b, "a");
	buf_putc(&b, 'b');
	buf_add(&b, "c", 1);
	buf_printf(&b, "%s", "d");
	assert_null(buf_space(&b, 1));
	assert_int_equal(b.len, 101);
	arena_free(a);
}

/* Lengths that would wrap around. */
static void
test_huge(void **state)
{
	volatile size_t huge = SIZE_MAX;
	struct buf b;

	(void)state;
	for (size_t less = 0; less < 20; less++) {
		buf_init(&b, unit_arena);
		buf_puts(&b, "0123456789");
		assert_null(buf_space(&b, huge - less));
		assert_int_equal(b.failed, 1);
		arena_reset(unit_arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_append),
		UNIT_TEST(test_ends_with_nul),
		UNIT_TEST(test_grows),
		UNIT_TEST(test_long_printf),
		UNIT_TEST(test_space),
		UNIT_TEST(test_sticky),
		UNIT_TEST(test_sticky_each),
		UNIT_TEST(test_sticky_with_room),
		UNIT_TEST(test_huge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
