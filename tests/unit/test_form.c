/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/form.h"

struct two {
	char *a;
	char *b;
};

static const struct form_field fields[] = {
	{ "a", 8, offsetof(struct two, a) },
	{ "b\xc3\xa4", 8, offsetof(struct two, b) },
};

/* why NULL: read, with these values. */
static const struct {
	const char *text;
	const char *a;
	const char *b;
	const char *why;
} cases[] = {
	{ "", NULL, NULL, NULL },
	{ "a=1", "1", NULL, NULL },
	{ "a", "", NULL, NULL },
	{ "a=", "", NULL, NULL },
	{ "a==", "=", NULL, NULL },
	{ "=a", NULL, NULL, NULL },
	{ "&&a=1&", "1", NULL, NULL },
	{ "A=1", NULL, NULL, NULL },
	{ "c=1&a=2&c=3", "2", NULL, NULL },
	{ "a=+%20%2b", "  +", NULL, NULL },
	{ "%61=%26%3D%3d", "&==", NULL, NULL },
	{ "a=%C3%A4&b%c3%a4=\xc3\xa4", "\xc3\xa4", "\xc3\xa4", NULL },
	{ "a=%0D%0A%09", "\r\n\t", NULL, NULL },
	{ "a=12345678", "12345678", NULL, NULL },
	{ "a=123456789", NULL, NULL, "too long" },
	{ "a=1&a=1", NULL, NULL, "twice" },
	{ "a=1&%61=1", NULL, NULL, "twice" },
	{ "a=&a=", NULL, NULL, "twice" },
	{ "a=%", NULL, NULL, "escape" },
	{ "a=%4", NULL, NULL, "escape" },
	{ "a=%4&b=1", NULL, NULL, "escape" },
	{ "a=%4g", NULL, NULL, "escape" },
	{ "a=%-1", NULL, NULL, "escape" },
	{ "a=%%41", NULL, NULL, "escape" },
	{ "%=1", NULL, NULL, "escape" },
	{ "a=%00", NULL, NULL, "not text" },
	{ "a=1%00", NULL, NULL, "not text" },
	{ "a%00=1", NULL, NULL, "not text" },
	{ "a=%1b", NULL, NULL, "not text" },
	{ "a=%ff", NULL, NULL, "not text" },
	{ "a=%c0%af", NULL, NULL, "not text" },
	{ "a=%ed%a0%80", NULL, NULL, "not text" },
	{ "a=\x01", NULL, NULL, "not text" },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text, *why = NULL;
		struct two two = { NULL, NULL };
		int rc = form_read(unit_arena, text, strlen(text), fields,
		    COUNT(fields), &two, &why);

		unit_same_int(text, rc, cases[i].why == NULL ? 0 : -1);
		if (rc == -1) {
			if (cases[i].why == NULL ||
			    strstr(why, cases[i].why) == NULL)
				unit_wrong(text, "because of <%s>", why);
			continue;
		}
		unit_same(text, two.a, cases[i].a);
		unit_same(text, two.b, cases[i].b);
	}
	unit_done();
}

/* A NUL is no end, nor is what stands behind the form's part of it. */
static void
test_length(void **state)
{
	struct two two = { NULL, NULL };
	const char *why;

	(void)state;
	assert_int_equal(form_read(unit_arena, "a=\0x", 4, fields,
			     COUNT(fields), &two, &why),
	    -1);
	assert_int_equal(form_read(unit_arena, "a=12&bb", 3, fields,
			     COUNT(fields), &two, &why),
	    0);
	assert_string_equal(two.a, "1");
}

static void
test_many(void **state)
{
	struct two two = { NULL, NULL };
	char *text = unit_repeat("&x=", FORM_PAIRS_MAX);
	const char *why;

	(void)state;
	assert_int_equal(form_read(unit_arena, text, strlen(text), fields,
			     COUNT(fields), &two, &why),
	    0);
	text = unit_repeat("&x=", FORM_PAIRS_MAX + 1);
	assert_int_equal(form_read(unit_arena, text, strlen(text), fields,
			     COUNT(fields), &two, &why),
	    -1);
	assert_non_null(strstr(why, "too many"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_cases),
		UNIT_TEST(test_length),
		UNIT_TEST(test_many),
	};

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
