/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../common/check.h"
#include "../../common/password.h"

/* What password.c calls: the library's, and what was asked of it. */
char *crypt_rn(const char *, const char *, void *, int);
static int calls;
static char setting[512];

char *
crypt_rn(const char *phrase, const char *with, void *data, int size)
{
	char *(*real)(const char *, const char *, void *, int);

	*(void **)&real = dlsym(RTLD_NEXT, "crypt_rn");
	assert_non_null(real);
	calls++;
	snprintf(setting, sizeof(setting), "%s", with);
	return real(phrase, with, data, size);
}

/* Of "secret", made by other programs; and what is never believed. */
/* clang-format off */
static const struct {
	const char *what;
	const char *hash;
	int good;
} schemes[] = {
	{ "yescrypt",
	    "$y$j75$pJzpXQ86FkEY7sbd1dCsC.$pc2AbKr/Wp9X8VY.Ei0sGyD56FgAtn4THFnt3jIa7AC", 1 },
	{ "gost-yescrypt",
	    "$gy$j75$.y1.oovpjqWsXqVIrMbRO/$f5VVwBmJUcKwIbVt9LhTkadD0vgBulUo5Vz8zEstFr7", 1 },
	{ "scrypt",
	    "$7$BU..../....b037g6a/4eHPldZ0A6n92/$Bu0XKG7h3GMQf6MACci.Dx0wfSdaYTr1023HH3yYsgC", 1 },
	{ "bcrypt 2b",
	    "$2b$04$Zg.mZVxcEYT5SjsbxvCXKu.f22WxH.p8jGem1nNAA9wqeVynN/9zi", 1 },
	{ "bcrypt 2a",
	    "$2a$04$RMrRK5VUe45DX4RWyg6k..5a8mXjwK7k7Ht05t1VWIDGFr6jumS3e", 1 },
	{ "bcrypt 2y",
	    "$2y$04$Pfb3u6nKtkEta.MRvHf9S.I3ofi/S/hoZz7G50i/djhv5gROJ2.0a", 1 },
	{ "sha512crypt",
	    "$6$SiYhNIcKsAFkQH2n$Q8.fZhxjRJXxAIiLqiwW1Oc3JQ1m441Hi80SsZoYulXIeGLlrk0bj39DSv/IfE7KweSU5b/5yzwV3UM2b/uIR.", 1 },
	{ "sha256crypt",
	    "$5$OWANyELWzip1VxQ0$fAsVENorffejWUdpmLZ02D8eDSZgmVPzulEK9TYe3f1", 0 },
	{ "md5crypt",
	    "$1$nWmzK4w9$OnOyXu/SIE25YWHqDmxJM1", 0 },
	{ "DES",
	    "Y6E6BJTUseQLg", 0 },
	{ "BSDi DES",
	    "_J9..tua6pgdO7GIqHLo", 0 },
	{ "NT",
	    "$3$$878d8014606cda29677a44efa1353fc7", 0 },
	{ "SunMD5",
	    "$md5,rounds=78367$9pnq.5gK$$N39nutleJrslbvh2nuzYj.", 0 },
	{ "sha1crypt",
	    "$sha1$220976$qZpNM9IPzQkeYIUy3azm$NLKE5dFjeN3B5SCGyqkAHu/P/BSc", 0 },
	{ "bcrypt 2x",
	    "$2x$04$Zg.mZVxcEYT5SjsbxvCXKu.f22WxH.p8jGem1nNAA9wqeVynN/9zi", 0 },
	{ "bare setting",	"$y$j9T$saltsaltsaltsaltsalt11", 0 },
	{ "locked account",	"!", 0 },
	{ "no login",		"*", 0 },
	{ "empty",		"", 0 },
	{ "plain text",		"secret", 0 },
	{ "unknown scheme",	"$9$salt$hash", 0 },
	{ "broken yescrypt",	"$y$", 0 },
};
/* clang-format on */

static void
test_schemes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(schemes); i++) {
		if (password_verify("secret", schemes[i].hash) !=
		    schemes[i].good)
			fail_msg("%s", schemes[i].what);
		if (password_verify("Secret", schemes[i].hash) != 0)
			fail_msg("%s: another password", schemes[i].what);
	}
}

static void
test_round(void **state)
{
	char one[PASSWORD_HASH_SIZE], two[PASSWORD_HASH_SIZE], *last;

	(void)state;
	assert_int_equal(
	    password_hash("gr\xc3\xbc\xc3\x9f", one, sizeof(one)), 0);
	assert_int_equal(
	    password_hash("gr\xc3\xbc\xc3\x9f", two, sizeof(two)), 0);
	assert_memory_equal(one, "$y$", 3);
	assert_string_not_equal(one, two);
	assert_int_equal(password_verify("gr\xc3\xbc\xc3\x9f", one), 1);
	assert_int_equal(password_verify("gr\xc3\xbc\xc3\x9f", two), 1);
	assert_int_equal(password_verify("gr\xc3\xbc\xc3\x9e", one), 0);
	last = one + strlen(one) - 1;
	*last = *last == '/' ? '.' : '/';
	assert_int_equal(password_verify("gr\xc3\xbc\xc3\x9f", one), 0);
	*last = '\0';
	assert_int_equal(password_verify("gr\xc3\xbc\xc3\x9f", one), 0);
}

static void
test_length(void **state)
{
	char text[PASSWORD_MAX + 2], hash[PASSWORD_HASH_SIZE], small[40];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[PASSWORD_MAX + 1] = '\0';
	assert_int_equal(password_hash(text, hash, sizeof(hash)), -1);
	text[PASSWORD_MAX] = '\0';
	assert_int_equal(password_hash(text, hash, sizeof(hash)), 0);
	assert_int_equal(password_verify(text, hash), 1);
	text[PASSWORD_MAX] = 'a';
	assert_int_equal(password_verify(text, hash), 0);
	text[PASSWORD_MAX - 1] = '\0';
	assert_int_equal(password_verify(text, hash), 0);

	assert_int_equal(password_hash("", hash, sizeof(hash)), -1);
	assert_int_equal(password_hash("secret", small, sizeof(small)), -1);
}

/* Nobody gets in without a password, even if the hash is of none. */
static void
test_nobody(void **state)
{
	static const char empty[] =
	    "$y$j75$h1QRoUNW9oun5KbqR1kgJ1$"
	    "cdaMdkxrmPZOGCWTP1c7WsBiwGpH1pOgliJysHsA3v3";

	(void)state;
	assert_int_equal(password_verify("secret", NULL), 0);
	assert_int_equal(password_verify("", NULL), 0);
	assert_int_equal(password_verify("", empty), 0);
}

/* Every no costs one hash, of the kind that password_hash() makes. */
static void
test_same_work(void **state)
{
	char hash[PASSWORD_HASH_SIZE], text[PASSWORD_MAX + 2];
	const struct {
		const char *what, *password, *hash;
	} rows[] = {
		{ "wrong", "wrong", hash },
		{ "unknown user", "secret", NULL },
		{ "empty", "", hash },
		{ "too long", text, hash },
		{ "too long, unknown user", text, NULL },
		{ "locked", "secret", "!" },
		{ "weak scheme", "secret", "$1$KQD13CKq$x" },
	};

	(void)state;
	memset(text, 'a', sizeof(text));
	text[PASSWORD_MAX + 1] = '\0';
	assert_int_equal(password_hash("secret", hash, sizeof(hash)), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		calls = 0;
		assert_int_equal(
		    password_verify(rows[i].password, rows[i].hash), 0);
		if (calls != 1 || strncmp(setting, hash, 7) != 0)
			fail_msg(
			    "%s: %d calls, %s", rows[i].what, calls, setting);
	}
}

/* Of no account; only how strong it is counts. */
static const struct {
	const char *hash;
	int weak;
} strengths[] = {
	{ "$y$j9T$saltsalt$hash", 0 },
	{ "$y$j8T$saltsalt$hash", 1 },
	{ "$y$j75$saltsalt$hash", 1 },
	{ "$y$j85$saltsalt$hash", 1 },
	{ "$y$jAT$saltsalt$hash", 0 },
	{ "$y$jFT$saltsalt$hash", 0 },
	{ "$y$jZZ9$saltsalt$hash", 0 }, /* of no cost that is known */
	{ "$gy$j9T$saltsalt$hash", 1 },
	{ "$7$CU..../....saltsalt$hash", 1 },
	{ "$2b$12$saltsalt", 1 },
	{ "$6$saltsalt$hash", 1 },
	{ "", 1 },
	{ "$y$", 1 },
};

static void
test_strength(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(strengths); i++)
		if (password_is_weak(strengths[i].hash) != strengths[i].weak)
			fail_msg("%s", strengths[i].hash);
	assert_int_equal(password_hash("secret", hash, sizeof(hash)), 0);
	assert_false(password_is_weak(hash));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schemes),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_same_work),
		cmocka_unit_test(test_strength),
	};

	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
