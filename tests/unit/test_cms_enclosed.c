/* SPDX-License-Identifier: ISC */
#include "make_cms.h"

/* What a request to renew is signed as: with its content in it. */

static int
enclosed(struct blob der, struct cms_signer *s, struct blob *content, char *why)
{
	int rc;

	arena_reset(scratch);
	*why = '\0';
	rc = cms_verify_enclosed(scratch, &der, s, content, why);
	assert_int_equal(ERR_peek_error(), 0);
	return rc;
}

static void
expect(const char *what, struct blob der, enum key key, const char *reason)
{
	char why[X509_WHY_LEN];
	struct blob content, want = make_der(cert_of(key));
	struct cms_signer s;
	int rc = enclosed(der, &s, &content, why);

	if (reason == NULL && rc != 0)
		unit_wrong(what, "refused: %s", why);
	else if (reason != NULL && (rc == 0 || strstr(why, reason) == NULL))
		unit_wrong(what, "'%s', not '%s'", why, reason);
	else if (rc == 0 && (content.len != strlen(BODY) ||
				memcmp(content.data, BODY, content.len) != 0))
		unit_wrong(what, "another content");
	else if (rc == 0 && (s.cert.len != want.len ||
				memcmp(s.cert.data, want.data, want.len) != 0))
		unit_wrong(what, "another certificate");
	make_free(&want);
}

static void
test_openssl(void **state)
{
	enum { NOATTR = CMS_NOATTR, KEYID = CMS_USE_KEYID };
	/* clang-format off */
	const struct {
		const char *what;
		enum key key;
		const EVP_MD *md;
		unsigned flags;
		const char *why;
	} cases[] = {
		{ "RSA 2048, SHA-256", R2048, EVP_sha256(), 0, NULL },
		{ "RSA 2048, SHA-1", R2048, EVP_sha1(), 0, NULL },
		{ "RSA by key id", R2048, EVP_sha256(), KEYID, NULL },
		{ "P-256", P256, EVP_sha256(), 0, NULL },
		{ "P-256, SHA-1", P256, EVP_sha1(), 0, NULL },
		{ "P-384, SHA-384", P384, EVP_sha384(), 0, NULL },
		{ "no attributes", R2048, EVP_sha256(), NOATTR, NULL },
		{ "no attributes, SHA-1", R2048, EVP_sha1(), NOATTR, NULL },
		{ "no attributes, P-256", P256, EVP_sha256(), NOATTR, NULL },
		{ "no content", R2048, EVP_sha256(), CMS_DETACHED, "no content in it" },
		{ "MD5", R2048, EVP_md5(), 0, "not of SHA-2" },
		{ "no certificate", R2048, EVP_sha256(), CMS_NOCERTS, "no certificate" },
		{ "RSA 1024", R1024, EVP_sha256(), 0, "2048 to 4096" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect(cases[i].what,
		    made_by_openssl(
			cases[i].key, cases[i].md, cases[i].flags, 1, BODY),
		    cases[i].key, cases[i].why);
	unit_done();
}

#define CONTENT                                                                \
	"a00a0408"                                                             \
	"3c53796e634d4c2f" /* <SyncML/ */

static void
test_shapes(void **state)
{
	static const struct {
		const char *what;
		const char *why;
		struct change changes[NCHANGES];
	} cases[] = {
		{ "as it should be", NULL,
		    { { C_DATA, "a00b04093c53796e634d4c2f3e" } } },
		{ "no time", NULL,
		    { { C_DATA, "a00b04093c53796e634d4c2f3e" },
			{ A_TIME, "" } } },
		{ "no digest", "no messageDigest",
		    { { C_DATA, "a00b04093c53796e634d4c2f3e" },
			{ A_DIGEST, "" } } },
		{ "no content", "no content in it", { { 0 } } },
		{ "other content", "not over this body",
		    { { C_DATA, CONTENT } } },
		{ "attributes left out", "not of its signer",
		    { { C_DATA, "a00b04093c53796e634d4c2f3e" },
			{ N_ATTRIBUTES, "" } } },
		{ "something behind it", "not DER",
		    { { C_DATA, "a00b04093c53796e634d4c2f3e" },
			{ T_MORE, "00" } } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect(cases[i].what,
		    made_by_hand(P256, EVP_sha256(), cases[i].changes), P256,
		    cases[i].why);
	unit_done();
}

/* No byte of content or signature may change unnoticed. */
static void
test_changed(void **state)
{
	static const unsigned flags[] = { 0, CMS_NOATTR };

	(void)state;
	for (size_t n = 0; n < COUNT(flags); n++) {
		struct blob der =
		    made_by_openssl(P256, EVP_sha256(), flags[n], 1, BODY);
		unsigned char *copy = arena_dup(unit_arena, der.data, der.len);
		struct blob changed = { copy, der.len }, content;
		char why[X509_WHY_LEN];
		struct cms_signer s;

		for (size_t i = 0; i < der.len; i++) {
			copy[i] ^= 1;
			if (enclosed(changed, &s, &content, why) == 0 &&
			    (content.len != strlen(BODY) ||
				memcmp(content.data, BODY, content.len) != 0))
				unit_wrong("changed", "byte %zu", i);
			copy[i] ^= 1;
		}
	}
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_openssl),
		UNIT_TEST(test_shapes),
		UNIT_TEST(test_changed),
	};

	return cmocka_run_group_tests_name(
	    "cms_enclosed", tests, cms_setup, cms_teardown);
}
