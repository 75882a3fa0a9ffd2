/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>
#include <unistd.h>

#include "../../common/seal.h"
#include "unit.h"

#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define BASE64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define ID "630dcd2966c43366" /* of SHA-256 over 00 01 … 1f */
#define DEVICE "1b4e28ba-2fa1-11d2-883f-0016d3cca427"

static const struct seal_place place = { "client_secret", DEVICE };
static char path[] = "/tmp/fenestra-seal-XXXXXX";
static char why[SEAL_WHY_LEN];

/* The keys of a file of this text, with this mode. */
static struct seal *
load(const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
	why[0] = '\0';
	return seal_load(path, why);
}

static struct seal *
good(const char *text)
{
	struct seal *s = load(text, 0600);

	if (s == NULL)
		fail_msg("%s", why);
	return s;
}

/* clang-format off */
static const struct {
	const char *what, *text;
	mode_t mode;
	const char *id, *why; /* one of them */
} files[] = {
	{ "hex",           HEX,                           0600, ID, NULL },
	{ "base64",        BASE64,                        0600, ID, NULL },
	{ "both, a group", "# old\n\n" HEX "\n" OTHER "\n", 0640, ID, NULL },
	{ "read only",     " \t" BASE64 " \r\n",          0400, ID, NULL },
	{ "others read",   HEX,                           0604, NULL, "mode 0604" },
	{ "all read",      HEX,                           0644, NULL, "mode 0644" },
	{ "others write",  HEX,                           0602, NULL, "mode 0602" },
	{ "group writes",  HEX,                           0660, NULL, "mode 0660" },
	{ "empty",         "",                            0600, NULL, "no key" },
	{ "comment",       "# " HEX "\n",                 0600, NULL, "no key" },
	{ "31 bytes",      "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", 0600, NULL, "line 1" },
	{ "hex of 33",     HEX "00",                      0600, NULL, "line 1" },
	{ "no hex",        "g" HEX,                       0600, NULL, "line 1" },
	{ "second line",   HEX "\nhunter2hunter2\n",      0600, NULL, "line 2" },
};
/* clang-format on */

static void
test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct seal *s = load(files[i].text, files[i].mode);

		if ((s != NULL) != (files[i].id != NULL))
			unit_wrong(files[i].what, "%s", why);
		else if (s != NULL && strcmp(seal_key_id(s), files[i].id) != 0)
			unit_wrong(files[i].what, "%s", seal_key_id(s));
		else if (s == NULL &&
			 (strstr(why, files[i].why) == NULL ||
			     strncmp(why, path, strlen(path)) != 0))
			unit_wrong(files[i].what, "%s", why);
		else if (strstr(why, "hunter2") != NULL)
			unit_wrong(files[i].what, "tells of a key");
		seal_free(s);
	}
	unit_done();
}

static void
test_no_file(void **state)
{
	char text[SEAL_KEYS_MAX * 66 + 67] = "";

	(void)state;
	assert_null(seal_load("/nonexistent/seal", why));
	assert_non_null(strstr(why, "/nonexistent/seal: No such file"));
	assert_null(seal_load("/", why));
	assert_non_null(strstr(why, "not a file"));
	for (int i = 0; i < SEAL_KEYS_MAX; i++)
		strcat(strcat(text, HEX), "\n");
	seal_free(good(text));
	strcat(text, HEX);
	assert_null(load(text, 0600));
	assert_non_null(strstr(why, "more than"));
	text[3] = '\0';
	assert_null(load(text, 0600));
}

static void
test_round(void **state)
{
	static const char *const texts[] = { "", "x", "hunter2",
		"\xc3\xa4\xe2\x82\xac\n\"'<>&" };
	struct seal *s = good(HEX);
	char *sealed, *again, *text, *most;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		sealed = seal_close(unit_arena, s, &place, texts[i]);
		assert_non_null(sealed);
		assert_true(seal_is_sealed(sealed));
		assert_false(seal_is_stale(s, sealed));
		text = seal_open(unit_arena, s, &place, sealed, why);
		assert_non_null(text);
		assert_string_equal(text, texts[i]);
		again = seal_close(unit_arena, s, &place, texts[i]);
		assert_string_not_equal(again, sealed);
	}
	most = arena_alloc(unit_arena, SEAL_TEXT_MAX + 2);
	memset(most, 'm', SEAL_TEXT_MAX);
	sealed = seal_close(unit_arena, s, &place, most);
	assert_string_equal(
	    seal_open(unit_arena, s, &place, sealed, why), most);
	most[SEAL_TEXT_MAX] = 'm';
	assert_null(seal_close(unit_arena, s, &place, most));
	seal_free(s);
}

/* Made elsewhere: python cryptography, AESGCM, with the nonce 12 x 07. */
#define VECTOR                                                                 \
	"seal:AWMNzSlmxDNmBwcHBwcHBwcHBwcHZx/IKAp95RECCGzC4JLkZY3Rgm/niYI="

static void
test_vector(void **state)
{
	struct seal *s = good(HEX);
	char *text = seal_open(unit_arena, s, &place, VECTOR, why);

	(void)state;
	if (text == NULL)
		fail_msg("%s", why);
	assert_string_equal(text, "hunter2");
	seal_free(s);
}

/* Whatever changes, it does not open. */
static void
test_places(void **state)
{
	static const struct seal_place others[] = {
		{ "server_secret", DEVICE },
		{ "client_secre", "t" DEVICE },
		{ "client_secret", SEAL_SITE },
		{ "client_secret", "1b4e28ba-2fa1-11d2-883f-0016d3cca428" },
		{ "", DEVICE },
	};
	struct seal *s = good(HEX);
	char *sealed = seal_close(unit_arena, s, &place, "hunter2");

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++)
		if (seal_open(unit_arena, s, &others[i], sealed, why) != NULL ||
		    strstr(why, "another place") == NULL)
			unit_wrong(others[i].purpose, "%s", why);
	seal_free(s);
	unit_done();
}

static void
test_damage(void **state)
{
	static const char *const none[] = { "", "seal:", "hunter2",
		"seal:AA==", "seal:!", "Seal:AWMNzSlmxDNm" };
	struct seal *s = good(HEX);
	char *sealed = seal_close(unit_arena, s, &place, "hunter2"), *copy;
	size_t len = strlen(sealed);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		copy = arena_strdup(unit_arena, sealed);
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		if (seal_open(unit_arena, s, &place, copy, why) != NULL)
			unit_wrong("a byte", "%zu of %s", i, sealed);
		copy = arena_strndup(unit_arena, sealed, i);
		if (seal_open(unit_arena, s, &place, copy, why) != NULL)
			unit_wrong("cut", "at %zu of %s", i, sealed);
	}
	for (size_t i = 0; i < COUNT(none); i++)
		if (seal_open(unit_arena, s, &place, none[i], why) != NULL ||
		    strcmp(why, "not a sealed value") != 0)
			unit_wrong(none[i], "%s", why);
	seal_free(s);
	unit_done();
}

/* A key goes: behind the new one it still opens; without it nothing does. */
static void
test_rotation(void **state)
{
	struct seal *old = good(HEX), *both = good(OTHER "\n" HEX);
	struct seal *new = good(OTHER);
	char *sealed = seal_close(unit_arena, old, &place, "hunter2");
	char *again;

	(void)state;
	assert_true(seal_is_stale(both, sealed));
	assert_string_equal(
	    seal_open(unit_arena, both, &place, sealed, why), "hunter2");
	assert_null(seal_open(unit_arena, new, &place, sealed, why));
	assert_non_null(strstr(why, "the key " ID));
	again = seal_close(unit_arena, both, &place, "hunter2");
	assert_false(seal_is_stale(both, again));
	assert_false(seal_is_stale(new, again));
	assert_string_equal(
	    seal_open(unit_arena, new, &place, again, why), "hunter2");
	assert_null(seal_open(unit_arena, old, &place, again, why));
	assert_true(seal_is_stale(new, "hunter2"));
	assert_true(seal_is_stale(new, "seal:"));
	seal_free(old);
	seal_free(both);
	seal_free(new);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_files),
		UNIT_TEST(test_no_file),
		UNIT_TEST(test_round),
		UNIT_TEST(test_vector),
		UNIT_TEST(test_places),
		UNIT_TEST(test_damage),
		UNIT_TEST(test_rotation),
	};
	int fd = mkstemp(path), failed;

	CHECK(fd != -1);
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
