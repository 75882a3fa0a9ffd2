/* SPDX-License-Identifier: ISC */
#include "make_cms.h"

static void
same_cert(const char *what, const struct cms_signer *s, X509 *cert)
{
	struct blob want = make_der(cert);

	if (s->cert.len != want.len ||
	    memcmp(s->cert.data, want.data, want.len) != 0)
		unit_wrong(what, "another certificate");
	make_free(&want);
}

static void
test_openssl(void **state)
{
	enum { D = CMS_DETACHED, KEYID = CMS_USE_KEYID };
	/* clang-format off */
	const struct {
		const char *what;
		enum key key;
		const EVP_MD *md;
		unsigned flags;
		int times;
		const char *body;
		const char *why;
	} cases[] = {
		{ "RSA 2048, SHA-256", R2048, EVP_sha256(), D, 1, BODY, NULL },
		{ "RSA 2048, SHA-384", R2048, EVP_sha384(), D, 1, BODY, NULL },
		{ "RSA 2048, SHA-512", R2048, EVP_sha512(), D, 1, BODY, NULL },
		{ "RSA by key id", R2048, EVP_sha256(), D | KEYID, 1, BODY, NULL },
		{ "P-256, SHA-256", P256, EVP_sha256(), D, 1, BODY, NULL },
		{ "P-256, SHA-512", P256, EVP_sha512(), D, 1, BODY, NULL },
		{ "P-384, SHA-384", P384, EVP_sha384(), D, 1, BODY, NULL },
		{ "P-521, SHA-512", P521, EVP_sha512(), D, 1, BODY, NULL },
		{ "EC by key id", P256, EVP_sha256(), D | KEYID, 1, BODY, NULL },
		{ "no S/MIME capabilities", P256, EVP_sha256(), D | CMS_NOSMIMECAP, 1, BODY, NULL },
		{ "the body inside", P256, EVP_sha256(), 0, 1, BODY, "content of its own" },
		{ "another body", P256, EVP_sha256(), D, 1, BODY " ", "not over this body" },
		{ "another body inside", P256, EVP_sha256(), 0, 1, BODY " ", "content of its own" },
		{ "SHA-1", R2048, EVP_sha1(), D, 1, BODY, "not of SHA-2" },
		{ "MD5", R2048, EVP_md5(), D, 1, BODY, "not of SHA-2" },
		{ "SHA-224", R2048, EVP_sha224(), D, 1, BODY, "not of SHA-2" },
		{ "no attributes", R2048, EVP_sha256(), D | CMS_NOATTR, 1, BODY, "no signed attributes" },
		{ "no certificate", R2048, EVP_sha256(), D | CMS_NOCERTS, 1, BODY, "no certificate" },
		{ "PSS", R2048, EVP_sha256(), D | CMS_KEY_PARAM, 1, BODY, "parameters" },
		{ "nobody", P256, EVP_sha256(), D, 0, BODY, "no signer" },
		{ "the same twice", P256, EVP_sha256(), D, 2, BODY, "more than one signer" },
		{ "BER", P256, EVP_sha256(), CMS_STREAM, 1, BODY, "not DER" },
		{ "RSA 1024", R1024, EVP_sha256(), D, 1, BODY, "2048 to 4096" },
		{ "secp256k1", K256, EVP_sha256(), D, 1, BODY, "curve not known" },
	};
	/* clang-format on */
	time_t before = time(NULL);
	struct cms_signer s;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		struct blob der = made_by_openssl(cases[i].key, cases[i].md,
		    cases[i].flags, cases[i].times, cases[i].body);

		if (!judge(what, der, cases[i].why, &s))
			continue;
		same_cert(what, &s, cert_of(cases[i].key));
		if (s.signed_at < before || s.signed_at > time(NULL))
			unit_wrong(
			    what, "signed at %lld", (long long)s.signed_at);
	}
	unit_done();
}

/* clang-format off */
static const struct {
	const char *what;
	const char *why; /* or NULL: good */
	struct change changes[NCHANGES];
} shapes[] = {
	{ "as it should be",	NULL, { { 0 } } },
	{ "the body in it",	"of its own", { { C_DATA, "a00b04093c53796e634d4c2f3e" } } },
	{ "version 3",		NULL, { { D_VERSION, "020103" } } },
	{ "by key id",		NULL, { { N_NAME, "K" }, { N_VERSION, "020103" } } },
	{ "with its CA",	NULL, { { D_CERTS, "CI" } } },
	{ "behind its CA",	NULL, { { D_CERTS, "IC" } } },
	{ "with an attribute more", NULL, { { A_MORE, "300d" OID9 "0f3100" } } },
	{ "attributes in any order", NULL, { { A_TIME, "" }, { A_MORE, TIME } } },
	{ "of GeneralizedTime",	NULL, { { A_TIME, "301e" OID9 "053111180f32303233313131343232313332305a" } } },
	{ "digest with NULL",	NULL, { { N_DIGEST, "300d" SHA256 "0500" } } },
	{ "algorithm with NULL", NULL, { { N_ALGORITHM, "300c06082a8648ce3d0403020500" } } },
	{ "algorithm EC",	NULL, { { N_ALGORITHM, "300906072a8648ce3d0201" } } },
	{ "algorithm EC, P-256", NULL, { { N_ALGORITHM, "301306072a8648ce3d020106082a8648ce3d030107" } } },
	{ "no list of digests",	NULL, { { D_DIGESTS, "3100" } } },
	{ "CRLs",		NULL, { { D_CRLS, "a100" } } },
	{ "unsigned attributes", NULL, { { N_MORE, "a100" } } },

	{ "no bytes",		"no signature",	{ { T_INFO, "" } } },
	{ "not a sequence",	"not SignedData", { { T_INFO, "0500" } } },
	{ "trailing data",	"not DER",	{ { T_MORE, "00" } } },
	{ "two of them",	"not DER",	{ { T_MORE, "3000" } } },
	{ "EnvelopedData",	"not SignedData", { { I_TYPE, "06092a864886f70d010703" } } },
	{ "no type",		"not SignedData", { { I_TYPE, "" } } },
	{ "no contents",	"not SignedData", { { I_DATA, "" } } },
	{ "empty contents",	"not SignedData", { { I_DATA, "a000" } } },
	{ "what follows contents", "not SignedData", { { I_MORE, "0500" } } },
	{ "more in contents",	"not SignedData", { { E_MORE, "0500" } } },
	{ "no version",		"version",	{ { D_VERSION, "" } } },
	{ "version 0",		"version",	{ { D_VERSION, "020100" } } },
	{ "version 4",		"version",	{ { D_VERSION, "020104" } } },
	{ "version 257",	"version",	{ { D_VERSION, "02020101" } } },
	{ "version of BER",	"not DER",	{ { D_VERSION, "02020001" } } },
	{ "digests missing",	"not SignedData", { { D_DIGESTS, "" } } },
	{ "contents missing",	"not SignedData", { { D_CONTENT, "" } } },
	{ "over SignedData",	"plain data",	{ { C_TYPE, "06092a864886f70d010702" } } },
	{ "over nothing",	"plain data",	{ { C_TYPE, "" } } },
	{ "over other content",	"of its own",	{ { C_DATA, "a00b04093c53796e634d4c2f3f" } } },
	{ "over empty content",	"of its own",	{ { C_DATA, "a0020400" } } },
	{ "content not a string", "content not",  { { C_DATA, "a0020500" } } },
	{ "content empty",	"content not",	{ { C_DATA, "a000" } } },
	{ "content twice",	"content not",	{ { C_DATA, "a00b04093c53796e634d4c2f3ea0020400" } } },
	{ "two in content",	"content not",	{ { C_DATA, "a00d04093c53796e634d4c2f3e0400" } } },
	{ "content in pieces",	"not DER",	{ { C_DATA, "a00d240b04093c53796e634d4c2f3e" } } },
	{ "no certificates",	"no certificate", { { D_CERTS, "" } } },
	{ "only its CA's",	"without the signer's", { { D_CERTS, "I" } } },
	{ "its own twice",	"ambiguous",	{ { D_CERTS, "CC" } } },
	{ "its own twice, by key id", "ambiguous", { { D_CERTS, "CIC" }, { N_NAME, "K" }, { N_VERSION, "020103" } } },
	{ "certificate of nothing", "not of X.509", { { D_CERTS, "C3000" } } },
	{ "attribute certificate", "not of X.509", { { D_CERTS, "Ca100" } } },
	{ "no set of signers",	"not SignedData", { { D_SIGNERS, "" } } },
	{ "what follows signers", "not SignedData", { { D_MORE, "0500" } } },
	{ "no signer",		"no signer",	{ { S_ONE, "" } } },
	{ "a NULL as signer",	"not understood", { { S_ONE, "0500" } } },
	{ "two signers",	"more than one", { { S_MORE, "3000" } } },
	{ "an empty signer",	"neither version", { { S_ONE, "3000" } } },
	{ "signer without version", "neither version", { { N_VERSION, "" } } },
	{ "version 3 with issuer", "kind of name", { { N_VERSION, "020103" } } },
	{ "version 1 with key id", "kind of name", { { N_NAME, "K" } } },
	{ "named by a NULL",	"not named",	{ { N_NAME, "0500" } } },
	{ "issuer alone",	"without the signer's", { { N_NAME, "3000" } } },
	{ "another's key id",	"without the signer's", { { N_NAME, "800100" }, { N_VERSION, "020103" } } },
	{ "empty key id",	"without the signer's", { { N_NAME, "8000" }, { N_VERSION, "020103" } } },
	{ "digest missing",	"no digest",	{ { N_DIGEST, "" } } },
	{ "digest without name", "digest algorithm's", { { N_DIGEST, "3000" } } },
	{ "digest with 1",	"digest algorithm's", { { N_DIGEST, "300e" SHA256 "020101" } } },
	{ "SHA-1",		"not of SHA-2",	{ { N_DIGEST, "300706052b0e03021a" } } },
	{ "MD5",		"not of SHA-2",	{ { N_DIGEST, "300a06082a864886f70d0205" } } },
	{ "SHA-224",		"not of SHA-2",	{ { N_DIGEST, "300b0609608648016503040204" } } },
	{ "SHA3-256",		"not of SHA-2",	{ { N_DIGEST, "300b0609608648016503040208" } } },
	{ "SHA-384 of another",	"two different", { { N_DIGEST, "300b" SHA384 } } },
	{ "SHA-384 for SHA-256", "not over this", { { N_DIGEST, "300b" SHA384 }, { N_ALGORITHM, "300906072a8648ce3d0201" } } },
	{ "signed with SHA-384", "two different", { { N_ALGORITHM, "300a06082a8648ce3d040303" } } },
	{ "signed with SHA-1",	"two different digests", { { N_ALGORITHM, "300906072a8648ce3d0401" } } },
	{ "signed with RSA",	"not known for EC", { { N_ALGORITHM, "300d06092a864886f70d01010b0500" } } },
	{ "signed with nothing", "signature's par", { { N_ALGORITHM, "3000" } } },
	{ "no algorithm",	"no signature",	{ { N_ALGORITHM, "" } } },
	{ "no signature",	"no signature",	{ { N_SIGNATURE, "" } } },
	{ "an empty signature",	"of its signer", { { N_SIGNATURE, "0400" } } },
	{ "signature 0, 0",	"of its signer", { { N_SIGNATURE, "04083006020100020100" } } },
	{ "what follows it",	"what follows",	{ { N_MORE, "0500" } } },
	{ "attributes missing",	"no signed attributes", { { N_ATTRIBUTES, "" } } },
	{ "attributes empty",	"no contentType", { { N_ATTRIBUTES, "a000" } } },
	{ "attributes of NULL",	"not of CMS",	{ { A_MORE, "0500" } } },
	{ "attribute of a name", "not of CMS",	{ { A_MORE, "300b" DATA } } },
	{ "attribute and more",	"not of CMS",	{ { A_MORE, "300f" DATA "31000500" } } },
	{ "no type",		"no contentType", { { A_TYPE, "" } } },
	{ "no digest",		"no messageDigest", { { A_DIGEST, "" } } },
	{ "no time",		"no signingTime", { { A_TIME, "" } } },
	{ "two types",		"contentType twice", { { A_MORE, TYPE } } },
	{ "two digests",	"messageDigest twice", { { A_MORE, "300f" OID9 "0431020400" } } },
	{ "two times",		"signingTime twice", { { A_MORE, TIME } } },
	{ "type without value",	"contentType is not one", { { A_TYPE, "300d" OID9 "033100" } } },
	{ "time without value",	"signingTime is not one", { { A_TIME, "300d" OID9 "053100" } } },
	{ "time of two values",	"signingTime is not one", { { A_TIME, "302b" OID9 "05311e170d3233313131343232313332305a170d3233313131343232313332305a" } } },
	{ "type of SignedData",	"attributes: contentType", { { A_TYPE, "3018" OID9 "03310b06092a864886f70d010702" } } },
	{ "type of NULL",	"attributes: contentType", { { A_TYPE, "300f" OID9 "0331020500" } } },
	{ "digest of NULL",	"attributes: messageDigest", { { A_DIGEST, "300f" OID9 "0431020500" } } },
	{ "digest of no bytes",	"not over this", { { A_DIGEST, "300f" OID9 "0431020400" } } },
	{ "time of NULL",	"attributes: signingTime", { { A_TIME, "300f" OID9 "0531020500" } } },
	{ "attributes changed",	"of its signer", { { N_ATTRIBUTES, "a069" TYPE "301c" OID9 "05310f170d3233313131343232313332315a" "M" } } },
};
/* clang-format on */

static void
test_shapes(void **state)
{
	struct cms_signer s;

	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		const char *what = shapes[i].what;
		struct blob der =
		    made_by_hand(P256, EVP_sha256(), shapes[i].changes);

		if (!judge(what, der, shapes[i].why, &s))
			continue;
		unit_same_int(what, s.signed_at, NOW);
		same_cert(what, &s, cert_of(P256));
	}
	unit_done();
}

/* What is a time, by its tag: U and G. */
/* clang-format off */
static const struct {
	const char *text;
	long long want; /* or REFUSED */
} times[] = {
#define REFUSED (-1)
	{ "U231114221320Z",	NOW },
	{ "G20231114221320Z",	NOW },
	{ "U000101000000Z",	946684800 },
	{ "U491231235959Z",	2524607999 },
	{ "U700101000000Z",	0 },
	{ "U500101000000Z",	-631152000 },
	{ "G20500101000000Z",	2524608000 },
	{ "G99991231235959Z",	253402300799 },
	{ "U240229120000Z",	1709208000 },
	{ "U230229120000Z",	REFUSED },
	{ "U230431120000Z",	REFUSED },
	{ "U231301120000Z",	REFUSED },
	{ "U230001120000Z",	REFUSED },
	{ "U230100120000Z",	REFUSED },
	{ "U231114240000Z",	REFUSED },
	{ "U231114226000Z",	REFUSED },
	{ "U231114221360Z",	REFUSED },
	{ "U2311142213Z",	REFUSED },
	{ "U231114221320+0000",	REFUSED },
	{ "U231114221320z",	REFUSED },
	{ "U231114221320ZZ",	REFUSED },
	{ "U23111422132 Z",	REFUSED },
	{ "U-31114221320Z",	REFUSED },
	{ "U20231114221320Z",	REFUSED },
	{ "G231114221320Z",	REFUSED },
	{ "G20231114221320.5Z",	REFUSED },
	{ "U",			REFUSED },
	{ "G",			REFUSED },
};
/* clang-format on */

static void
test_times(void **state)
{
	struct cms_signer s;

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		const char *text = times[i].text + 1;
		unsigned len = (unsigned)strlen(text);
		char hex[64] = "";
		struct change changes[NCHANGES] = { { A_TIME, NULL } };

		for (size_t j = 0; j < len; j++)
			snprintf(hex + 2 * j, 3, "%02x", text[j]);
		changes[0].text =
		    unit_printf("30%02x" OID9 "0531%02x%02x%02x%s", len + 15,
			len + 2, *times[i].text == 'U' ? 0x17 : 0x18, len, hex);
		if (judge(times[i].text,
			made_by_hand(P256, EVP_sha256(), changes),
			times[i].want == REFUSED ? "signingTime" : NULL, &s))
			unit_same_int(
			    times[i].text, s.signed_at, times[i].want);
	}
	unit_done();
}

/* Ways to write it, and what is none. */
static void
test_text(void **state)
{
	struct blob der = made_by_hand(P256, EVP_sha256(), good);
	char *text = base64_string(unit_arena, der.data, der.len), *wide, *p;
	char why[X509_WHY_LEN];
	struct arena *small = arena_new(64);
	struct cms_signer s;
	size_t room = CMS_TEXT_MAX - strlen(text);

	(void)state;
#define TRY(a, t) cms_verify_detached(a, t, BODY, strlen(BODY), &s, why)
	assert_int_equal(TRY(unit_arena, text), 0);
	wide = unit_printf("\r\n %.64s\r\n\t%s \n", text, text + 64);
	assert_int_equal(TRY(unit_arena, wide), 0);
	for (p = wide = unit_printf("%s", text); *p != '\0'; p++)
		*p = (char)(*p == '+' ? '-' : *p == '/' ? '_' : *p);
	assert_int_equal(TRY(unit_arena, wide), 0);
	assert_int_equal(
	    TRY(unit_arena, unit_printf("%*s%s", (int)room, "", text)), 0);

	assert_int_equal(
	    TRY(unit_arena, unit_printf("%*s %s", (int)room, "", text)), -1);
	assert_string_equal(why, "signature of more than 32 KiB");
	assert_int_equal(TRY(unit_arena, ""), -1);
	assert_string_equal(why, "no signature");
	assert_int_equal(
	    TRY(unit_arena, unit_printf("%s, %s", text, text)), -1);
	assert_string_equal(why, "signature: bad base64");
	assert_int_equal(TRY(unit_arena, unit_printf("-----%s", text)), -1);
	assert_string_equal(why, "signature: bad base64");
	assert_int_equal(TRY(unit_arena, " "), -1);
	assert_non_null(strstr(why, "not DER"));
	assert_int_equal(TRY(small, text), -1);
	assert_string_equal(why, "no room for the signature");
	arena_free(small);
}

/* A body of no bytes can be signed, and each byte of another counts. */
static void
test_body(void **state)
{
	struct blob der = made_by_hand(P256, EVP_sha256(), good);
	char body[] = BODY, why[X509_WHY_LEN];
	struct cms_signer s;

	(void)state;
	for (size_t i = 0; i < strlen(BODY); i++) {
		body[i] ^= 1;
		assert_int_equal(verify(der, body, &s, why), -1);
		assert_string_equal(why, "the signature is not over this body");
		body[i] ^= 1;
	}
	assert_int_equal(verify(der, "", &s, why), -1);
	assert_int_equal(verify(der, BODY " ", &s, why), -1);
	assert_int_equal(verify(der, body, &s, why), 0);

	der = made_by_openssl(P256, EVP_sha256(), CMS_DETACHED, 1, "");
	assert_int_equal(verify(der, "", &s, why), 0);
	assert_int_equal(verify(der, BODY, &s, why), -1);
}

/*
 * One bit of it changed: it is refused, or OpenSSL believes it too, or it holds
 * another certificate, which its CA has not signed.  Only what the list of
 * digests says is nothing to us.  Cut anywhere it is refused.
 */
static void
changed_anywhere(const char *what, struct blob der, X509 *cert)
{
	struct blob want = make_der(cert);
	unsigned char *copy = arena_dup(unit_arena, der.data, der.len);
	const unsigned char *list =
	    memmem(der.data, der.len, "\x31\x0d\x30\x0b", 4);
	char why[X509_WHY_LEN];
	struct cms_signer s;
	int good_ones = 0;

	assert_non_null(list);
	list = copy + (list - der.data);
	der.data = copy;
	for (size_t i = 0; i < der.len; i++) {
		struct blob cut = { der.data, i };
		unsigned char was = copy[i];

		if (i > 0 && verify(cut, BODY, &s, why) == 0)
			unit_wrong(what, "accepted without byte %zu on", i);
		for (unsigned bit = 1; bit < 256; bit <<= 3) {
			copy[i] = (unsigned char)(was ^ bit);
			if (verify(der, BODY, &s, why) != 0)
				continue;
			good_ones++;
			if (s.cert.len == want.len &&
			    memcmp(s.cert.data, want.data, want.len) == 0 &&
			    (copy + i < list || copy + i >= list + 15) &&
			    !verified_by_openssl(der, BODY))
				unit_wrong(what, "byte %zu changed", i);
		}
		copy[i] = was;
	}
	/* What is not signed, as a certificate's dates, may change. */
	if (good_ones == 0)
		unit_wrong(what, "nothing was tried");
	make_free(&want);
}

static void
test_changed(void **state)
{
	struct blob der = made_by_hand(P256, EVP_sha256(), good);

	(void)state;
	assert_true(verified_by_openssl(der, BODY));
	changed_anywhere("by hand", der, cert_of(P256));
	der = made_by_openssl(
	    R2048, EVP_sha256(), CMS_DETACHED | CMS_USE_KEYID, 1, BODY);
	assert_true(verified_by_openssl(der, BODY));
	changed_anywhere("of OpenSSL", der, cert_of(R2048));
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_openssl),
		UNIT_TEST(test_shapes),
		UNIT_TEST(test_times),
		UNIT_TEST(test_text),
		UNIT_TEST(test_body),
		UNIT_TEST(test_changed),
	};

	return cmocka_run_group_tests_name(
	    "cms", tests, cms_setup, cms_teardown);
}
