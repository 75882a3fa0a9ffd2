/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../common/check.h"
#include "../../common/der.h"

#define X26 "xxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X130 X26 X26 X26 X26 X26

/* clang-format off */
static const struct {
	const char *what;
	const char *der;
	size_t len;
	int good;
} cases[] = {
#define D(bytes) bytes, sizeof(bytes) - 1
	{ "empty sequence",	D("\x30\x00"), 1 },
	{ "nothing",		D(""), 0 },
	{ "a tag alone",	D("\x30"), 0 },
	{ "something behind",	D("\x30\x00\x00"), 0 },
	{ "two items",		D("\x05\x00\x05\x00"), 0 },
	{ "too short",		D("\x04\x02x"), 0 },
	{ "indefinite",		D("\x30\x80\x00\x00"), 0 },
	{ "long length",	D("\x04\x81\x01x"), 0 },
	{ "leading zero of length", D("\x04\x82\x00\x82" X130), 0 },
	{ "one byte of length",	D("\x04\x81\x82" X130), 1 },
	{ "one byte short of it", D("\x04\x81\x83" X130), 0 },
	{ "five bytes of length", D("\x04\x85\x01\x00\x00\x00\x00"), 0 },
	{ "huge length",	D("\x04\x84\xff\xff\xff\xff"), 0 },
	{ "long tag",		D("\x1f\x01\x00"), 0 },
	{ "end of contents",	D("\x30\x02\x00\x00"), 0 },
	{ "unknown universal",	D("\x09\x00"), 0 },
	{ "context primitive",	D("\x80\x01x"), 1 },
	{ "context constructed", D("\xa0\x02\x05\x00"), 1 },
	{ "bad inside context",	D("\xa0\x02\x05\x01"), 0 },
	{ "true",		D("\x01\x01\xff"), 1 },
	{ "nearly true",	D("\x01\x01\x01"), 0 },
	{ "long boolean",	D("\x01\x02\xff\xff"), 0 },
	{ "integer",		D("\x02\x01\x00"), 1 },
	{ "integer of two",	D("\x02\x02\x00\x80"), 1 },
	{ "negative",		D("\x02\x02\xff\x7f"), 1 },
	{ "integer of none",	D("\x02\x00"), 0 },
	{ "padded integer",	D("\x02\x02\x00\x7f"), 0 },
	{ "padded negative",	D("\x02\x02\xff\x80"), 0 },
	{ "bits",		D("\x03\x02\x04\xf0"), 1 },
	{ "no bits",		D("\x03\x01\x00"), 1 },
	{ "no count of bits",	D("\x03\x00"), 0 },
	{ "unused of none",	D("\x03\x01\x01"), 0 },
	{ "eight unused",	D("\x03\x02\x08\x00"), 0 },
	{ "unused bit set",	D("\x03\x02\x04\x08"), 0 },
	{ "constructed bits",	D("\x23\x04\x03\x02\x00\x01"), 0 },
	{ "constructed octets",	D("\x24\x03\x04\x01x"), 0 },
	{ "primitive sequence",	D("\x10\x00"), 0 },
	{ "null",		D("\x05\x00"), 1 },
	{ "null with something", D("\x05\x01x"), 0 },
	{ "oid",		D("\x06\x03\x2a\x86\x48"), 1 },
	{ "oid of none",	D("\x06\x00"), 0 },
	{ "oid cut",		D("\x06\x02\x2a\x86"), 0 },
	{ "oid padded",		D("\x06\x03\x2a\x80\x01"), 0 },
	{ "printable of Windows", D("\x13\x03!a\0"), 1 },
	{ "depth 20",
	    D("\x30\x26\x30\x24\x30\x22\x30\x20\x30\x1e\x30\x1c\x30\x1a\x30\x18"
	      "\x30\x16\x30\x14\x30\x12\x30\x10\x30\x0e\x30\x0c\x30\x0a\x30\x08"
	      "\x30\x06\x30\x04\x30\x02\x05\x00"), 1 },
	{ "depth 21",
	    D("\x30\x28\x30\x26\x30\x24\x30\x22\x30\x20\x30\x1e\x30\x1c\x30\x1a"
	      "\x30\x18\x30\x16\x30\x14\x30\x12\x30\x10\x30\x0e\x30\x0c\x30\x0a"
	      "\x30\x08\x30\x06\x30\x04\x30\x02\x05\x00"), 0 },
};
/* clang-format on */

/* In memory that ends where they do. */
static void
test_strict(void **state)
{
	unsigned char *copy;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		copy = malloc(cases[i].len + 1);
		assert_non_null(copy);
		copy = realloc(copy, cases[i].len > 0 ? cases[i].len : 1);
		assert_non_null(copy);
		memcpy(copy, cases[i].der, cases[i].len);
		if (der_strict(copy, cases[i].len) != cases[i].good)
			fail_msg("%s", cases[i].what);
		free(copy);
	}
}

static void
test_read(void **state)
{
	static const unsigned char der[] = { 0x30, 5, 2, 1, 7, 5, 0, 4, 0 };
	struct der in = { der, sizeof(der) };
	struct der_item seq, item;

	(void)state;
	assert_int_equal(der_take(&in, DER_SET, &seq), -1);
	assert_int_equal(in.len, sizeof(der));
	assert_int_equal(der_take(&in, DER_SEQUENCE, &seq), 0);
	assert_int_equal(seq.whole.len, 7);
	assert_int_equal(in.len, 2);
	assert_int_equal(der_take(&seq.body, DER_INTEGER, &item), 0);
	assert_true(der_equal(&item.body, "\x07", 1));
	assert_false(der_equal(&item.body, "\x08", 1));
	assert_false(der_equal(&item.body, "\x07\x07", 2));
	assert_int_equal(der_next(&seq.body, &item), 0);
	assert_int_equal(item.tag, DER_NULL);
	assert_int_equal(der_next(&seq.body, &item), -1);
	assert_int_equal(der_take(&in, DER_OCTETS, &item), 0);
	assert_true(der_equal(&item.body, NULL, 0));
	assert_int_equal(der_take(&in, DER_OCTETS, &item), -1);
}

/* Contents around each size at which the length grows are read back. */
static void
test_write(void **state)
{
	static const size_t sizes[] = { 0, 1, 127, 128, 129, 255, 256, 257,
		65535, 65536 };
	unsigned char *data = calloc(1, 70000), *memory = malloc(70000);
	struct der_out o;
	struct der in;
	struct der_item item;
	size_t mark;

	(void)state;
	assert_non_null(data);
	assert_non_null(memory);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		o = (struct der_out){ memory, 70000, 0, 0 };
		mark = der_open(&o, DER_SEQUENCE);
		der_put(&o, DER_OCTETS, data, sizes[i]);
		der_put(&o, DER_NULL, NULL, 0);
		der_close(&o, mark);
		assert_false(o.failed);
		assert_true(der_strict(o.data, o.len));
		in = (struct der){ o.data, o.len };
		assert_int_equal(der_take(&in, DER_SEQUENCE, &item), 0);
		in = item.body;
		assert_int_equal(der_take(&in, DER_OCTETS, &item), 0);
		assert_true(der_equal(&item.body, data, sizes[i]));
	}
	free(data);
	free(memory);
}

/* Whatever the size of the memory, nothing is written behind it. */
static void
test_write_room(void **state)
{
	unsigned char data[300] = { 0 };
	struct der_out o = { 0 };
	size_t mark, outer;

	(void)state;
	for (size_t size = 0; size <= 310; size++) {
		o = (struct der_out){ malloc(size + 1), size, 0, 0 };
		assert_non_null(o.data);
		o.data[size] = 0x5a;
		outer = der_open(&o, DER_SEQUENCE);
		mark = der_open(&o, DER_OCTETS);
		der_raw(&o, data, sizeof(data));
		der_close(&o, mark);
		der_close(&o, outer);
		assert_int_equal(o.failed, size < 308);
		assert_int_equal(o.data[size], 0x5a);
		free(o.data);
	}
	o = (struct der_out){ NULL, 100, 0, 0 };
	mark = der_open(&o, DER_SEQUENCE);
	der_close(&o, mark);
	assert_true(o.failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_room),
	};

	return cmocka_run_group_tests_name("der", tests, NULL, NULL);
}
