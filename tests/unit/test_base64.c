/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/base64.h"

#define REFUSED NULL

static const struct {
	const char *what;
	const char *in;
	const char *out;
} cases[] = {
	{ "RFC 4648 10, 0", "", "" },
	{ "RFC 4648 10, 1", "Zg==", "f" },
	{ "RFC 4648 10, 2", "Zm8=", "fo" },
	{ "RFC 4648 10, 3", "Zm9v", "foo" },
	{ "RFC 4648 10, 4", "Zm9vYg==", "foob" },
	{ "RFC 4648 10, 5", "Zm9vYmE=", "fooba" },
	{ "RFC 4648 10, 6", "Zm9vYmFy", "foobar" },
	{ "standard 62 and 63", "+/+/", "\xfb\xff\xbf" },
	{ "URL-safe 62 and 63", "-_-_", "\xfb\xff\xbf" },
	{ "URL-safe with padding", "-_-_Zg==",
	    "\xfb\xff\xbf"
	    "f" },
	{ "URL-safe without padding, 1", "-_-_Zg",
	    "\xfb\xff\xbf"
	    "f" },
	{ "URL-safe without padding, 2", "-_-_Zm8",
	    "\xfb\xff\xbf"
	    "fo" },
	{ "white space between", " Z m\t9\rv\nY\r\nmFy \n", "foobar" },
	{ "white space in the padding", "Zg= =\n", "f" },
	{ "white space before the padding", "Zg \r\n==", "f" },
	{ "white space alone", " \r\n\t", "" },

	{ "one sign", "Q", REFUSED },
	{ "Q===", "Q===", REFUSED },
	{ "Q==", "Q==", REFUSED },
	{ "Q=", "Q=", REFUSED },
	{ "five signs", "Zm9vQ", REFUSED },
	{ "five signs, URL-safe", "-_-_Q", REFUSED },
	{ "standard without its padding", "+/8", REFUSED },
	{ "padding alone", "=", REFUSED },
	{ "padding alone, 2", "==", REFUSED },
	{ "padding alone, 4", "====", REFUSED },
	{ "too much padding", "Zg===", REFUSED },
	{ "too much padding, 2", "Zm8==", REFUSED },
	{ "too much padding, 3", "Zm9v=", REFUSED },
	{ "too much padding, 4", "Zm9v====", REFUSED },
	{ "too little padding", "Zg=", REFUSED },
	{ "text after the padding", "Zg==Zg==", REFUSED },
	{ "text after the padding, 2", "Zm8=Zm9v", REFUSED },
	{ "text in the padding", "Zg=Z", REFUSED },
	{ "bits that are not zero, 1", "Zh==", REFUSED },
	{ "bits that are not zero, 2", "Zm9=", REFUSED },
	{ "bits that are not zero, URL-safe", "-_-_Zh", REFUSED },
	{ "bits that are not zero, URL-safe 2", "-_-_Zm9", REFUSED },
	{ "both alphabets", "+_+_", REFUSED },
	{ "both alphabets, apart", "Zm9v+m9vZm9vZm9-", REFUSED },
	{ "both alphabets, 2", "-/AA", REFUSED },
	{ "both alphabets, 3", "_+AA", REFUSED },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = 12345;
		unsigned char *got = base64_decode(
		    unit_arena, cases[i].in, strlen(cases[i].in), &len);

		if (cases[i].out == REFUSED) {
			if (got != NULL)
				unit_wrong(cases[i].what, "was accepted");
			continue;
		}
		if (got == NULL || len != strlen(cases[i].out) ||
		    memcmp(got, cases[i].out, len) != 0)
			unit_wrong(cases[i].what, "not what it says");
	}
	unit_done();
}

/* Without padding nor a sign of its own the alphabet may be either. */
static void
test_no_padding_needs_url_safe(void **state)
{
	size_t len;

	(void)state;
	assert_null(base64_decode(unit_arena, "/w", 2, &len));
	assert_non_null(base64_decode(unit_arena, "_w", 2, &len));
	assert_int_equal(len, 1);
}

static int
is_good(int c)
{
	return c != 0 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"abcdefghijklmnopqrstuvwxyz0123456789+/-_",
			     c) != NULL;
}

/* Each byte in each place of a group, among two good groups. */
static void
test_every_byte(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		for (size_t at = 0; at < 4; at++) {
			char in[] = "Zm9vAAAAZm9v";
			size_t len;
			int white =
			    c == ' ' || c == '\t' || c == '\r' || c == '\n';
			unsigned char *got;

			in[4 + at] = (char)c;
			got = base64_decode(unit_arena, in, 12, &len);
			if (!white && (got != NULL) != is_good(c))
				unit_wrong(unit_printf("byte 0x%02x", c),
				    "at %zu: %s", at,
				    got == NULL ? "refused" : "accepted");
			if (white && got != NULL)
				unit_wrong(unit_printf("byte 0x%02x", c),
				    "leaves eleven signs, accepted");
		}
	}
	unit_done();
}

static unsigned char
noise(unsigned *seed)
{
	*seed = *seed * 1103515245U + 12345U;
	return (unsigned char)(*seed >> 16);
}

static void
test_round_trip(void **state)
{
	unsigned char in[300];
	char out[BASE64_SIZE(sizeof(in))], wide[2 * sizeof(out)];
	unsigned seed = 1;

	(void)state;
	for (size_t len = 0; len <= sizeof(in); len++) {
		size_t outlen, backlen, n = 0;
		unsigned char *back;

		for (size_t i = 0; i < len; i++)
			in[i] = noise(&seed);
		outlen = base64_encode(out, in, len);
		assert_int_equal(outlen, BASE64_SIZE(len) - 1);
		assert_int_equal(out[outlen], '\0');
		assert_int_equal(strlen(out), outlen);
		back = base64_decode(unit_arena, out, outlen, &backlen);
		assert_non_null(back);
		assert_int_equal(backlen, len);
		assert_memory_equal(back, in, len);
		assert_string_equal(base64_string(unit_arena, in, len), out);

		/* URL-safe, no padding, a line feed behind each sign. */
		for (size_t i = 0; i < outlen; i++) {
			if (out[i] == '=')
				break;
			wide[n++] = out[i] == '+'   ? '-'
				    : out[i] == '/' ? '_'
						    : out[i];
			wide[n++] = '\n';
		}
		back = base64_decode(unit_arena, wide, n, &backlen);
		if (outlen > 0 && out[outlen - 1] == '=' &&
		    memchr(wide, '-', n) == NULL &&
		    memchr(wide, '_', n) == NULL)
			continue;
		assert_non_null(back);
		assert_int_equal(backlen, len);
		assert_memory_equal(back, in, len);
	}
}

/* Exactly one text stands for each three, two and one bytes. */
static void
test_canonical(void **state)
{
	static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	int good1 = 0, good2 = 0;

	(void)state;
	for (int i = 0; i < 64; i++) {
		for (int j = 0; j < 64; j++) {
			char in[] = { signs[i], signs[j], '=', '=' };
			size_t len;

			good1 += base64_decode(unit_arena, in, 4, &len) != NULL;
			for (int k = 0; k < 64; k++) {
				in[2] = signs[k];
				good2 += base64_decode(
					     unit_arena, in, 4, &len) != NULL;
			}
		}
	}
	assert_int_equal(good1, 256);
	assert_int_equal(good2, 65536);
}

static void
test_no_memory(void **state)
{
	struct arena *a = arena_new(16);
	char *text = unit_repeat("Zm9v", 100);
	size_t len;

	(void)state;
	assert_null(base64_decode(a, text, 400, &len));
	assert_true(arena_failed(a));
	arena_reset(a);
	assert_null(base64_string(a, text, 400));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_cases),
		UNIT_TEST(test_no_padding_needs_url_safe),
		UNIT_TEST(test_every_byte),
		UNIT_TEST(test_round_trip),
		UNIT_TEST(test_canonical),
		UNIT_TEST(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
