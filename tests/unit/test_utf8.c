/* SPDX-License-Identifier: ISC */
#include <iconv.h>

#include "unit.h"

#include "../../common/utf8.h"

/* Char of [XML] 2.2, as it is written there. */
static int
is_xml(uint32_t c)
{
	return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) ||
	       (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

/* The C library's reading of UTF-8: how many characters; 0 if it is none. */
static size_t
characters_of(iconv_t cd, unsigned char *s, size_t len, uint32_t c[4])
{
	char *in = (char *)s, *out = (char *)c;
	size_t left = 4 * sizeof(*c);

	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &in, &len, &out, &left) == (size_t)-1)
		return 0;
	return 4 - left / sizeof(*c);
}

static int wrong;

static void
compare(iconv_t cd, unsigned char *s, size_t len)
{
	uint32_t c[4];
	size_t n = characters_of(cd, s, len, c);
	int want = n > 0, got = utf8_valid(s, len) == len;

	for (size_t i = 0; i < n; i++)
		want = want && is_xml(c[i]);
	if (want != got && wrong++ < 10)
		unit_wrong("bytes", "%02x %02x %02x %02x (%zu): %d", s[0], s[1],
		    s[2], s[3], len, got);
}

/* All there is of up to three bytes, and of four what their middle allows. */
static void
test_against_iconv(void **state)
{
	iconv_t cd = iconv_open("UCS-4LE", "UTF-8");
	unsigned char s[4] = { 0 };
	unsigned i, j, k;

	(void)state;
	assert_true(cd != (iconv_t)-1);
	wrong = 0;
	for (i = 0; i < 256; i++) {
		s[0] = (unsigned char)i;
		compare(cd, s, 1);
	}
	for (i = 0xC0; i < 256; i++)
		for (j = 0; j < 256; j++) {
			s[0] = (unsigned char)i, s[1] = (unsigned char)j;
			compare(cd, s, 2);
			for (k = 0x7E; k < 0xC2; k++) {
				s[2] = (unsigned char)k;
				compare(cd, s, 3);
				s[3] = 0x80;
				compare(cd, s, 4);
				s[3] = 0xBE;
				compare(cd, s, 4);
				s[3] = 0xC0;
				compare(cd, s, 4);
			}
		}
	iconv_close(cd);
	unit_done();
}

static void
test_every_character(void **state)
{
	iconv_t cd = iconv_open("UCS-4LE", "UTF-8");
	unsigned char s[4];
	uint32_t got[4];
	size_t len;

	(void)state;
	for (uint32_t c = 0; c < 0x120000; c++) {
		len = utf8_put(s, c);
		if (len == 0
			? is_xml(c)
			: characters_of(cd, s, len, got) != 1 || got[0] != c)
			unit_wrong("character", "U+%04X", c);
	}
	assert_int_equal(utf8_put(s, UINT32_MAX), 0);
	iconv_close(cd);
	unit_done();
}

static void
test_where(void **state)
{
	static const struct {
		const char *in;
		size_t len, valid;
	} cases[] = {
		{ "", 0, 0 },
		{ "abc", 3, 3 },
		{ "a\0b", 3, 1 },
		{ "a\xc3\xa4\xff", 4, 3 },
		{ "ab\xe6\x97", 4, 2 },
		{ "a\x1f", 2, 1 },
		{ "\x7f\t\r\n", 4, 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *exact = malloc(cases[i].len + 1);

		assert_non_null(exact);
		memcpy(exact + 1, cases[i].in, cases[i].len);
		unit_same_int(unit_printf("case %zu", i),
		    (long long)utf8_valid(exact + 1, cases[i].len),
		    (long long)cases[i].valid);
		free(exact);
	}
	/* What would complete the character is no part of it. */
	unit_same_int("cut", (long long)utf8_valid("\xe6\x97\xa5", 2), 0);
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_against_iconv),
		UNIT_TEST(test_every_character),
		UNIT_TEST(test_where),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
