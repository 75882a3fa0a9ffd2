/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/base64.h"
#include "../../fcgi/token.h"

#define RANDOM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm-_09"
#define TOKEN "fenestra-" RANDOM

static const char *
wrap(const char *text)
{
	return base64_string(unit_arena, text, strlen(text));
}

static void
test_find(void **state)
{
	const struct {
		const char *what;
		const char *in;
		const char *out;
	} cases[] = {
		{ "as it is", TOKEN, TOKEN },
		{ "blanks around", " \r\n" TOKEN "\t ", TOKEN },
		{ "base64", wrap(TOKEN), TOKEN },
		{ "twice", wrap(wrap(TOKEN)), TOKEN },
		{ "three times", wrap(wrap(wrap(TOKEN))), TOKEN },
		{ "four times", wrap(wrap(wrap(wrap(TOKEN)))), NULL },
		{ "JSON", "{\"payload\":{\"auth_token\":\"" TOKEN "\"}}",
		    TOKEN },
		{ "JSON in base64",
		    wrap("{\"type\":1,\"payload\":{\"orbit_node_key\":"
			 "\"" TOKEN "\",\"auth_token\":\"\"}}"),
		    TOKEN },
		{ "base64 in JSON",
		    unit_printf(
			"{\"payload\":{\"auth_token\":\"%s\"}}", wrap(TOKEN)),
		    TOKEN },
		{ "without padding", "ZmVuZXN0cmEtQQ", "fenestra-A" },
		{ "the other name", "{\"payload\":{\"key\":\"" TOKEN "\"}}",
		    NULL },
		{ "no payload", "{\"auth_token\":\"" TOKEN "\"}", NULL },
		{ "bad JSON", "{\"payload\":{\"auth_token\":\"" TOKEN "\"}",
		    NULL },
		{ "another text", wrap("hello"), NULL },
		{ "nothing", "", NULL },
		{ "no base64", "#", NULL },
		{ "NUL", "AGZlbmVzdHJhLQ==", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		unit_same(cases[i].what, token_find(unit_arena, cases[i].in),
		    cases[i].out);
	unit_done();
}

static void
test_is(void **state)
{
	(void)state;
	assert_true(token_is(TOKEN));
	assert_false(token_is(TOKEN "a"));
	assert_false(token_is("fenestra-" RANDOM + 1));
	assert_false(token_is(unit_replace(TOKEN, "_", "+")));
	assert_false(token_is(unit_replace(TOKEN, "f", "F")));
	assert_false(token_is(" " TOKEN));
	assert_false(token_is("fenestra-"));
	assert_false(token_is("fen"));
	assert_false(token_is(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_find),
		UNIT_TEST(test_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
