/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/directory.h"

static const struct directory_user jo = { "jo", "corp.test", "jo@corp.test",
	"secret" };

static const struct {
	const char *what;
	const char *template;
	const char *login;
	const char *dn;
	const char *out;
} cases[] = {
	{ "no word", "cn=all", "jo", NULL, "cn=all" },
	{ "login", "uid={login},dc=x", "jo", NULL, "uid=jo,dc=x" },
	{ "all", "{login}/{domain}/{upn}/{dn}", "jo", "cn=a",
	    "jo/corp.test/jo@corp.test/cn\\3Da" },
	{ "twice", "(|(a={login})(b={login}))", "jo", NULL, "(|(a=jo)(b=jo))" },
	{ "plain bytes", "{login}", "a-Z_0.9@x", NULL, "a-Z_0.9@x" },
	{ "not ASCII", "{login}", "zo\xc3\xab", NULL, "zo\xc3\xab" },
	{ "a filter's", "{login}", "*()\\&|!=~<>:", NULL,
	    "\\2A\\28\\29\\5C\\26\\7C\\21\\3D\\7E\\3C\\3E\\3A" },
	{ "a DN's", "{login}", "#a,+\"\\<>;= ", NULL,
	    "\\23a\\2C\\2B\\22\\5C\\3C\\3E\\3B\\3D\\20" },
	{ "a word in a value", "{login}", "{upn}", NULL, "\\7Bupn\\7D" },
	{ "control bytes", "{login}", "\x01\n\x7f", NULL, "\\01\\0A\\7F" },
	{ "nothing", "({login})", "", NULL, "()" },
	{ "an unknown word", "{user}", "jo", NULL, NULL },
	{ "a word cut off", "{login", "jo", NULL, NULL },
	{ "a brace", "{", "jo", NULL, NULL },
	{ "no DN", "{dn}", "jo", NULL, NULL },
};

static void
test_expand(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct directory_user user = jo;

		user.login = cases[i].login;
		unit_same(cases[i].what,
		    directory_expand(
			unit_arena, cases[i].template, &user, cases[i].dn),
		    cases[i].out);
	}
	unit_done();
}

/* No server is there to be asked: it must not come to that. */
static void
test_empty_password(void **state)
{
	const struct directory d = { .uri = "ldapi://%2Fno%2Fsuch%2Fsocket",
		.dn_template = "uid={login}",
		.timeout = 1 };
	struct directory_user user = jo;
	char why[DIRECTORY_WHY_LEN];

	(void)state;
	user.password = "";
	assert_int_equal(directory_verify(unit_arena, &d, &user, why), 0);
	assert_string_equal(why, "the password is empty");
}

static void
test_away(void **state)
{
	struct directory d = { .uri = "ldapi://%2Fno%2Fsuch%2Fsocket",
		.dn_template = "uid={login}",
		.timeout = 1 };
	char why[DIRECTORY_WHY_LEN];

	(void)state;
	assert_int_equal(directory_verify(unit_arena, &d, &jo, why), -1);
	assert_non_null(strstr(why, "contact LDAP server"));
	d.uri = "gopher://x";
	assert_int_equal(directory_verify(unit_arena, &d, &jo, why), -1);
	assert_non_null(strstr(why, "uri: "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_expand),
		UNIT_TEST(test_empty_password),
		UNIT_TEST(test_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
