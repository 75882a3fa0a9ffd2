/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/json.h"

static struct json *
read_text(const char *text)
{
	return json_read(unit_arena, text, strlen(text));
}

/* What is read, in one line: our own words for it, without escapes. */
static void
print(char **out, const struct json *v)
{
	static const char *const words[] = { "null", "false", "true" };

	if (v->name != NULL)
		*out = unit_printf("%s%s=", *out, v->name);
	if (v->type <= JSON_TRUE)
		*out = unit_printf("%s%s", *out, words[v->type]);
	else if (v->text != NULL)
		*out = unit_printf("%s%c%s", *out,
		    v->type == JSON_STRING ? '\'' : '#', v->text);
	else {
		*out = unit_printf(
		    "%s%c", *out, v->type == JSON_ARRAY ? '[' : '{');
		for (const struct json *c = v->child; c != NULL; c = c->next) {
			print(out, c);
			*out = unit_printf("%s;", *out);
		}
		*out = unit_printf(
		    "%s%c", *out, v->type == JSON_ARRAY ? ']' : '}');
	}
}

static const struct {
	const char *what;
	const char *in;
	const char *out;
} cases[] = {
	{ "null", "null", "null" },
	{ "words", "[true,false,null]", "[true;false;null;]" },
	{ "blanks", " \t\r\n[ 1 , 2 ] \n", "[#1;#2;]" },
	{ "empty", "[[],{},\"\"]", "[[];{};';]" },
	{ "numbers", "[0,-0,10,1.5,-1.25e+3,1E9,2e-7]",
	    "[#0;#-0;#10;#1.5;#-1.25e+3;#1E9;#2e-7;]" },
	{ "an object", "{\"a\":1,\"b\":{\"a\":[2]}}", "{a=#1;b={a=[#2;];};}" },
	{ "escapes", "\"\\\"\\\\\\/\\n\\r\\t\"", "'\"\\/\n\r\t" },
	{ "code points", "\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"",
	    "'A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
	{ "UTF-8", "\"\xc3\xa9\"", "'\xc3\xa9" },
	{ "an empty name", "{\"\":1}", "{=#1;}" },
	{ "16 levels", "[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]",
	    "[[[[[[[[[[[[[[[#1;];];];];];];];];];];];];];];]" },

	{ "nothing", "", NULL },
	{ "blanks alone", "  ", NULL },
	{ "something behind", "1 2", NULL },
	{ "a comma too many", "[1,]", NULL },
	{ "a comma too many, object", "{\"a\":1,}", NULL },
	{ "a comma too few", "[1 2]", NULL },
	{ "no end", "[1", NULL },
	{ "no end of an object", "{\"a\":1", NULL },
	{ "no end of a string", "\"a", NULL },
	{ "no end of an escape", "\"\\", NULL },
	{ "no name", "{1:1}", NULL },
	{ "no colon", "{\"a\" 1}", NULL },
	{ "no value", "{\"a\":}", NULL },
	{ "a name twice", "{\"a\":1,\"a\":1}", NULL },
	{ "a name twice, escaped", "{\"a\":1,\"\\u0061\":1}", NULL },
	{ "apostrophes", "'a'", NULL },
	{ "a comment", "1 // one", NULL },
	{ "another word", "nul", NULL },
	{ "a word with more", "nullx", NULL },
	{ "a leading zero", "01", NULL },
	{ "a plus", "+1", NULL },
	{ "a point alone", "1.", NULL },
	{ "a point first", ".5", NULL },
	{ "an empty exponent", "1e", NULL },
	{ "a minus alone", "-", NULL },
	{ "not a number", "NaN", NULL },
	{ "a line feed in a string", "\"a\nb\"", NULL },
	{ "an unknown escape", "\"\\x41\"", NULL },
	{ "a short code point", "\"\\u041\"", NULL },
	{ "NUL", "\"\\u0000\"", NULL },
	{ "half a pair", "\"\\ud83d\"", NULL },
	{ "half a pair and another", "\"\\ud83d\\u0041\"", NULL },
	{ "the second half", "\"\\ude00\"", NULL },
	{ "overlong UTF-8", "\"\xc0\xaf\"", NULL },
	{ "half a character", "\"\xc3\"", NULL },
	{ "a byte order mark",
	    "\xef\xbb\xbf"
	    "1",
	    NULL },
	{ "17 levels", "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", NULL },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json *v = read_text(cases[i].in);
		char *out = unit_printf("%s", "");

		if (v != NULL)
			print(&out, v);
		unit_same(cases[i].what, v != NULL ? out : NULL, cases[i].out);
	}
	unit_done();
}

static void
test_limits(void **state)
{
	char *many = unit_printf("[%s1]", unit_repeat("1,", 4094));

	(void)state;
	assert_non_null(read_text(many));
	many = unit_printf("[%s1]", unit_repeat("1,", 4095));
	assert_null(read_text(many));
	assert_null(json_read(unit_arena, "1\0", 2));
	assert_null(read_text(unit_repeat("[", 100000)));
}

static void
test_get(void **state)
{
	struct json *v = read_text("{\"a\":{\"b\":\"x\",\"c\":1},\"d\":[1]}");

	(void)state;
	assert_string_equal(json_string(json_get(v, "a"), "b"), "x");
	assert_null(json_string(json_get(v, "a"), "c"));
	assert_null(json_string(v, "b"));
	assert_null(json_get(json_get(v, "d"), "a"));
	assert_null(json_get(NULL, "a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_cases),
		UNIT_TEST(test_limits),
		UNIT_TEST(test_get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
