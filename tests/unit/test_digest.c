/* SPDX-License-Identifier: ISC */
#include <openssl/err.h>
#include <openssl/evp.h>

#include <sys/wait.h>
#include <unistd.h>

#include "../../common/digest.h"
#include "unit.h"

#define BODY "<SyncML/>"
#define NUL_NONCE "\x00\x01\x02\x3a\xff\x00\x07\x08"
#define MAC "urdCeS3JUmjFgi8SX3webw=="

/* [OMA-DM Security] 5.1, and with a nonce of bytes that end texts. */
static const struct digest_account bruce = { "Bruce2", "OhBehave",
	(const unsigned char *)"Nonce", 5 };
static const struct digest_account bytes = { "Bruce2", "OhBehave",
	(const unsigned char *)NUL_NONCE, sizeof(NUL_NONCE) - 1 };

/* clang-format off */
static const struct {
	const char *what;
	const char *data;
	int basic; /* whose it is */
	int md5;
	int md5_bytes;
	int hmac;
} creds[] = {
	{ "Basic of OMA",	"QnJ1Y2UyOk9oQmVoYXZl",		1, 0, 0, 0 },
	{ "MD5 of OMA",		"Zz6EivR3yeaaENcRN6lpAQ==",	0, 1, 0, 0 },
	{ "NUL in the nonce",	"2HeZdhCsc2sKOS/NSSC9xg==",	0, 0, 1, 0 },
	{ "HMAC",		MAC,				0, 0, 0, 1 },
	{ "its inner hash",	"PtEdr8lBQ45IbT1bZIkrOQ==",	0, 0, 0, 0 },
	{ "white space",	" QnJ1Y2Uy\r\n\tOk9oQmVoYXZl\n", 1, 0, 0, 0 },
	{ "MD5 in two lines",	"Zz6EivR3ye\n aaENcRN6lpAQ==\n", 0, 1, 0, 0 },
	{ "HMAC with a blank",	MAC " ",			0, 0, 0, 1 },
	{ "of no bytes",	"",				0, 0, 0, 0 },
	{ "of white space",	" \n",				0, 0, 0, 0 },
	{ "absent",		NULL,				0, 0, 0, 0 },
	{ "last sign other",	"Zz6EivR3yeaaENcRN6lpAQ=A",	0, 0, 0, 0 },
	{ "first sign other",	"ZZ6EivR3yeaaENcRN6lpAQ==",	0, 0, 0, 0 },
	{ "one sign less",	"Zz6EivR3yeaaENcRN6lpAQ=",	0, 0, 0, 0 },
	{ "no padding",		"Zz6EivR3yeaaENcRN6lpAQ",	0, 0, 0, 0 },
	{ "one sign more",	"Zz6EivR3yeaaENcRN6lpAQ===",	0, 0, 0, 0 },
	{ "twice",		"Zz6EivR3yeaaENcRN6lpAQ==Zz6EivR3yeaaENcRN6lpAQ==", 0, 0, 0, 0 },
	{ "letter case",	"zz6eIVr3YEAAencrn6LPaq==",	0, 0, 0, 0 },
	{ "Basic, more",	"QnJ1Y2UyOk9oQmVoYXZlQQ==",	0, 0, 0, 0 },
	{ "Basic, less",	"QnJ1Y2UyOk9oQmVoYXY=",		0, 0, 0, 0 },
	{ "Basic, only user",	"QnJ1Y2UyOg==",			0, 0, 0, 0 },
};
/* clang-format on */

static void
test_creds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(creds); i++) {
		const char *what = creds[i].what, *data = creds[i].data;

		unit_same_int(
		    what, digest_basic_verify(&bruce, data), creds[i].basic);
		unit_same_int(
		    what, digest_md5_verify(&bruce, data), creds[i].md5);
		unit_same_int(
		    what, digest_md5_verify(&bytes, data), creds[i].md5_bytes);
		unit_same_int(what,
		    digest_hmac_verify(&bruce, BODY, strlen(BODY), data),
		    creds[i].hmac);
	}
	unit_done();
}

static void
test_make(void **state)
{
	char out[DIGEST_SIZE], body[] = BODY;

	(void)state;
	assert_int_equal(digest_md5_make(&bruce, out), 0);
	assert_string_equal(out, "Zz6EivR3yeaaENcRN6lpAQ==");
	assert_int_equal(digest_md5_make(&bytes, out), 0);
	assert_string_equal(out, "2HeZdhCsc2sKOS/NSSC9xg==");
	assert_int_equal(digest_hmac_make(&bruce, BODY, strlen(BODY), out), 0);
	assert_string_equal(out, MAC);

	/* Every byte of a body and of a nonce counts, and its length. */
	for (size_t i = 0; i < strlen(BODY); i++) {
		body[i] ^= 1;
		assert_false(
		    digest_hmac_verify(&bruce, body, strlen(BODY), MAC));
		body[i] ^= 1;
		assert_false(digest_hmac_verify(&bruce, body, i, MAC));
	}
	assert_true(digest_hmac_verify(&bruce, body, strlen(BODY), MAC));
	for (size_t i = 1; i < bytes.nonce_len; i++) {
		struct digest_account less = bytes;

		less.nonce_len = i;
		assert_int_equal(digest_md5_make(&less, out), 0);
		assert_false(digest_md5_verify(&bytes, out));
		assert_true(digest_md5_verify(&less, out));
	}

	/* A body of no bytes has a mac too. */
	assert_int_equal(digest_hmac_make(&bruce, NULL, 0, out), 0);
	assert_true(digest_hmac_verify(&bruce, "", 0, out));
}

/* By the formula of [OMA-DM Security] 5.1, another way: of a whole text. */
static void
test_formula(void **state)
{
	char *user = unit_repeat("u", DIGEST_FIELD_MAX);
	char *password = unit_repeat("p:", DIGEST_FIELD_MAX / 2);
	const struct digest_account a = { user, password,
		(const unsigned char *)"n", 1 };
	unsigned char raw[16], inner[32], outer[32];
	char *text = unit_printf("%s:%s", user, password), out[DIGEST_SIZE];

	(void)state;
	EVP_Digest(text, strlen(text), raw, NULL, EVP_md5(), NULL);
	EVP_EncodeBlock(inner, raw, sizeof(raw));
	text = unit_printf("%s:n", (char *)inner);
	EVP_Digest(text, strlen(text), raw, NULL, EVP_md5(), NULL);
	EVP_EncodeBlock(outer, raw, sizeof(raw));
	assert_int_equal(digest_md5_make(&a, out), 0);
	assert_string_equal(out, (char *)outer);

	text = unit_printf("%s:%s", user, password);
	password = unit_printf("%*s", (int)strlen(text) * 2, "");
	EVP_EncodeBlock((unsigned char *)password, (unsigned char *)text,
	    (int)strlen(text));
	assert_true(digest_basic_verify(&a, password));
}

/* Nothing is verified with half an account, nor with a digest unasked for. */
static void
test_accounts(void **state)
{
	const unsigned char *nonce = (const unsigned char *)"Nonce";
	const char *longer = unit_repeat("x", DIGEST_FIELD_MAX + 1);
	const struct {
		const char *what;
		struct digest_account account;
		const char *basic;
	} cases[] = {
		{ "no user", { NULL, "p", nonce, 5 }, "OnA=" },
		{ "no password", { "u", NULL, nonce, 5 }, "dTo=" },
		{ "neither", { NULL, NULL, nonce, 5 }, "Og==" },
		{ "empty user", { "", "p", nonce, 5 }, "OnA=" },
		{ "empty password", { "u", "", nonce, 5 }, "dTo=" },
		{ "long user", { longer, "p", nonce, 5 }, "" },
		{ "long password", { "u", longer, nonce, 5 }, "" },
	};
	struct digest_account fresh = bruce;
	char out[DIGEST_SIZE] = "";

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct digest_account *a = &cases[i].account;
		const char *what = cases[i].what;

		unit_same_int(what, digest_md5_make(a, out), -1);
		unit_same_int(what, digest_hmac_make(a, BODY, 9, out), -1);
		unit_same_int(what, digest_md5_verify(a, ""), 0);
		unit_same_int(what, digest_hmac_verify(a, BODY, 9, ""), 0);
		unit_same_int(what, digest_basic_verify(a, cases[i].basic), 0);
	}
	/* Before there was a nonce an answer may be from anywhere. */
	fresh.nonce_len = 0;
	assert_int_equal(digest_md5_make(&fresh, out), 0);
	assert_false(digest_md5_verify(&fresh, out));
	assert_int_equal(digest_hmac_make(&fresh, BODY, 9, out), 0);
	assert_false(digest_hmac_verify(&fresh, BODY, 9, out));
	unit_done();
}

#define NAME "username=\"Robert Jordan\""
#define MACS "mac=" MAC
#define LONG "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LONGER LONG LONG LONG LONG /* 256 */

/* clang-format off */
static const struct {
	const char *text;
	const char *username; /* or NULL: refused */
	const char *want;     /* the mac, or NULL: MAC; or why */
} headers[] = {
	{ "algorithm=MD5, " NAME ", " MACS, "Robert Jordan", NULL },
	{ "algorithm=md5," NAME "," MACS, "Robert Jordan", NULL },
	{ "algorithm=\"MD5\", " NAME ", mac=\"" MAC "\"", "Robert Jordan", NULL },
	{ NAME ", " MACS, "Robert Jordan", NULL },
	{ MACS ", " NAME ", algorithm=MD5", "Robert Jordan", NULL },
	{ "\t " NAME " ,\t" MACS " ", "Robert Jordan", NULL },
	{ "username = \"Robert Jordan\" , mac\t= " MAC, "Robert Jordan", NULL },
	{ ", ," NAME ",," MACS ",", "Robert Jordan", NULL },
	{ "USERNAME=\"u\", Mac=" MAC, "u", NULL },
	{ "username=u, " MACS, "u", NULL },
	{ "username=\"a\\\"b\\\\c\\d, mac=e\", " MACS, "a\"b\\cd, mac=e", NULL },
	{ "username=\"J\xc3\xb6rg\", " MACS, "J\xc3\xb6rg", NULL },
	{ "username=\"\\\xc3\xb6\", " MACS, "\xc3\xb6", NULL },
	{ "username=\"a\tb\", " MACS, "a\tb", NULL },
	{ "username=\"" LONGER "\", " MACS, LONGER, NULL },
	{ NAME ", realm=\"x, y\", mac2=z, " MACS, "Robert Jordan", NULL },
	{ NAME ", x=1, x=2, " MACS, "Robert Jordan", NULL },
	{ NAME ", x=\"\", " MACS, "Robert Jordan", NULL },
	{ NAME ", mac=urdCeS3JUmjFgi8SX3webw", "Robert Jordan", NULL },
	{ NAME ", mac=AAAAAAAAAAAA/+AAAAAAAA==", "Robert Jordan", "AAAAAAAAAAAA/+AAAAAAAA==" },

	{ "", NULL, "no username" },
	{ ",", NULL, "no username" },
	{ "  ", NULL, "no username" },
	{ MACS, NULL, "no username" },
	{ NAME, NULL, "no mac" },
	{ NAME ", algorithm=MD5", NULL, "no mac" },
	{ "algorithm=SHA-256, " NAME ", " MACS, NULL, "algorithm is not MD5" },
	{ "algorithm=MD, " NAME ", " MACS, NULL, "algorithm is not MD5" },
	{ "algorithm=\"\", " NAME ", " MACS, NULL, "algorithm is not MD5" },
	{ "algorithm=MD5, algorithm=MD5, " NAME ", " MACS, NULL, "more than one algorithm" },
	{ NAME ", " NAME ", " MACS, NULL, "more than one username" },
	{ NAME ", " MACS ", USERNAME=x", NULL, "more than one username" },
	{ NAME ", " MACS ", " MACS, NULL, "more than one mac" },
	{ "username=\"\", " MACS, NULL, "username is empty" },
	{ "username=\"\xff\", " MACS, NULL, "username is not UTF-8" },
	{ "username=\"\xed\xa0\x80\", " MACS, NULL, "username is not UTF-8" },
	{ "username=\xc3\xb6, " MACS, NULL, "without value" },
	{ "username=, " MACS, NULL, "without value" },
	{ "username, " MACS, NULL, "not name=value" },
	{ "username \"x\", " MACS, NULL, "not name=value" },
	{ "=x, " NAME ", " MACS, NULL, "not name=value" },
	{ "\"x\"=y, " NAME ", " MACS, NULL, "not name=value" },
	{ NAME " " MACS, NULL, "no comma" },
	{ NAME "; " MACS, NULL, "no comma" },
	{ "username=a b, " MACS, NULL, "no comma" },
	{ "username=a\"b\", " MACS, NULL, "no comma" },
	{ "username=\"x\"y, " MACS, NULL, "no comma" },
	{ "username=\"x", NULL, "without its end" },
	{ "username=\"x\\", NULL, "without its end" },
	{ "username=\"x\\\"", NULL, "without its end" },
	{ "username=\"a\nb\", " MACS, NULL, "without its end" },
	{ "username=\"a\\\nb\", " MACS, NULL, "without its end" },
	{ "username=\"a\x7f\", " MACS, NULL, "without its end" },
	{ "username=\"" LONGER "x\", " MACS, NULL, "more than 256" },
	{ "username=" LONGER "x, " MACS, NULL, "more than 256" },
	{ NAME ", x=" LONGER "x, " MACS, NULL, "more than 256" },
	{ NAME ", mac=x", NULL, "not an MD5" },
	{ NAME ", mac=\"\"", NULL, "not an MD5" },
	{ NAME ", mac=NTI2OTJhMDAwNjYxODkwYmQ3NWUxN2RhN2ZmYmJlMzk", NULL, "not an MD5" },
	{ NAME ", mac=urdCeS3JUmjFgi8SX3webw=", NULL, "not an MD5" },
	{ NAME ", mac=urdCeS3JUmjFgi8SX3webw===", NULL, "not an MD5" },
	{ NAME ", mac=urdCeS3JUmjFgi8SX3web===", NULL, "not an MD5" },
	{ NAME ", mac=urdCeS3JUmjFgi8SX3webww=", NULL, "not an MD5" },
	{ NAME ", mac=urdCeS3JUmjFgi8SX3-ebw==", NULL, "not an MD5" },
	{ NAME ", mac=\"urdCeS3JUmjFgi8SX 3webw==\"", NULL, "not an MD5" },
};
/* clang-format on */

static void
test_headers(void **state)
{
	char why[DIGEST_WHY_LEN];
	struct digest_hmac h;

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		const char *what = headers[i].text, *want = headers[i].want;
		int rc;

		*why = '\0';
		rc = digest_hmac_parse(what, &h, why);
		if (!unit_same_int(
			what, rc, headers[i].username == NULL ? -1 : 0))
			continue;
		if (rc != 0) {
			if (strstr(why, want) == NULL)
				unit_wrong(what, "'%s', not '%s'", why, want);
			continue;
		}
		unit_same(what, h.username, headers[i].username);
		unit_same(what, h.mac, want == NULL ? MAC : want);
	}
	unit_done();
}

static void
test_header_length(void **state)
{
	size_t room = DIGEST_HEADER_MAX - strlen(NAME "," MACS);
	char why[DIGEST_WHY_LEN], *text;
	struct digest_hmac h;

	(void)state;
	text = unit_printf("%s,%*s%s", NAME, (int)room, "", MACS);
	assert_int_equal(digest_hmac_parse(text, &h, why), 0);
	text = unit_printf("%s, %*s%s", NAME, (int)room, "", MACS);
	assert_int_equal(digest_hmac_parse(text, &h, why), -1);
	assert_non_null(strstr(why, "more than 4096 bytes"));

	/* Cut anywhere, it is refused or it ends in the mac's padding. */
	text = unit_printf("%s, %s", NAME, MACS);
	for (size_t i = strlen(text); i-- > 0;) {
		text[i] = '\0';
		assert_int_equal(digest_hmac_parse(text, &h, why),
		    i + 2 == strlen(NAME ", " MACS) ? 0 : -1);
	}
}

/* In a process of its own: MD5 is fetched once. */
static int
without_md5(void)
{
	char why[DIGEST_WHY_LEN] = "", out[DIGEST_SIZE] = "";

	if (EVP_set_default_properties(NULL, "fips=yes") != 1)
		return 2;
	if (digest_available(why) || strstr(why, "has no MD5") == NULL)
		return 3;
	if (digest_md5_make(&bruce, out) != -1 ||
	    digest_hmac_make(&bruce, BODY, 9, out) != -1)
		return 4;
	if (digest_md5_verify(&bruce, "Zz6EivR3yeaaENcRN6lpAQ==") ||
	    digest_hmac_verify(&bruce, BODY, 9, MAC))
		return 5;
	if (!digest_basic_verify(&bruce, "QnJ1Y2UyOk9oQmVoYXZl"))
		return 6;
	return ERR_peek_error() == 0 ? 0 : 7;
}

/* First of all, before this process has it. */
static void
test_available(void **state)
{
	char why[DIGEST_WHY_LEN] = "";
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(without_md5());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(digest_available(why));
	assert_string_equal(why, "");
}

/* RFC 4231, test cases 1, 2 and 6: a key of 131 bytes. */
static void
test_sha256(void **state)
{
	char key[131], out[DIGEST_SHA256_SIZE];

	(void)state;
	memset(key, 0x0b, 20);
	digest_hmac_sha256(key, 20, "Hi There", 8, out);
	assert_string_equal(out, "b0344c61d8db38535ca8afceaf0bf12b"
				 "881dc200c9833da726e9376c2e32cff7");
	digest_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out);
	assert_string_equal(out, "5bdcc146bf60754e6a042426089575c7"
				 "5a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	digest_hmac_sha256(key, sizeof(key),
	    "Test Using Larger Than Block-Size Key - Hash Key First", 54, out);
	assert_string_equal(out, "60e431591ee0b67f0d8a26aacbf5b77f"
				 "8e0bc6213728c5140546040f0ee37f54");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_available),
		UNIT_TEST(test_creds),
		UNIT_TEST(test_make),
		UNIT_TEST(test_formula),
		UNIT_TEST(test_accounts),
		UNIT_TEST(test_headers),
		UNIT_TEST(test_header_length),
		UNIT_TEST(test_sha256),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
