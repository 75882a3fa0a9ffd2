/* SPDX-License-Identifier: ISC */
#include "make_cms.h"

static void
test_keys(void **state)
{
	static const struct change rsa[NCHANGES] = { { N_ALGORITHM,
	    "300d06092a864886f70d01010b0500" } };
	static const struct change pss[NCHANGES] = { { N_ALGORITHM,
	    "300b06092a864886f70d01010a" } };
	static const struct change bare[NCHANGES] = { { N_ALGORITHM,
	    "300d06092a864886f70d0101010500" } };
	static const struct change one[NCHANGES] = { { N_ALGORITHM,
	    "300e06092a864886f70d01010b020101" } };
	struct cms_signer s;

	(void)state;
#define HAND(key, md, changes) made_by_hand(key, EVP_##md(), changes)
	judge("RSA", HAND(R2048, sha256, rsa), NULL, &s);
	judge("RSA, bare", HAND(R2048, sha256, bare), NULL, &s);
	judge("RSA 1024", HAND(R1024, sha256, rsa), "2048 to 4096", &s);
	judge("PSS", HAND(R2048, sha256, pss), "not known for RSA", &s);
	judge("with 1", HAND(R2048, sha256, one), "signature's par", &s);
	judge("ECDSA", HAND(R2048, sha256, good), "not known for RSA", &s);
	judge("P-384", HAND(P384, sha256, good), NULL, &s);
	judge("P-521", HAND(P521, sha256, good), NULL, &s);
	judge("secp256k1", HAND(K256, sha256, good), "curve not known", &s);
	unit_done();
}

/* What may stand in a certificate as a key; none of these signed. */
#define RSA_KEY(spki, bits, key)                                               \
	"3082" spki "300d06092a864886f70d0101010500"                           \
	"0382" bits "003082" key
#define RSA2048 RSA_KEY("0122", "010f", "010a")
#define P256_KEY "301306072a8648ce3d020106082a8648ce3d030107"
#define E65537 "0203010001"
#define R32 "0101010101010101010101010101010101010101010101010101010101010101"

/* clang-format off */
static const struct {
	const char *what;
	const char *why;
	const char *spki; /* F, E, L: 256 times ff, last fe, first 7f */
} keys[] = {
	{ "RSA 2048",		"not known for RSA", RSA2048 "0282010100F" E65537 },
	{ "RSA 4096",		"not known for RSA", RSA_KEY("0222", "020f", "020a") "0282020100FF" E65537 },
	{ "RSA, e of 8 bytes",	"not known for RSA", RSA_KEY("0127", "0114", "010f") "0282010100F02080100000000000001" },
	{ "RSA, e of 9 bytes",	"exponent",	RSA_KEY("0128", "0115", "0110") "0282010100F0209010000000000000001" },
	{ "RSA, e = 1",		"exponent",	RSA_KEY("0120", "010d", "0108") "0282010100F020101" },
	{ "RSA, e = 3",		"exponent",	RSA_KEY("0120", "010d", "0108") "0282010100F020103" },
	{ "RSA, e = 0",		"exponent",	RSA_KEY("0120", "010d", "0108") "0282010100F020100" },
	{ "RSA, e even",	"exponent",	RSA2048 "0282010100F0203010002" },
	{ "RSA, e below zero",	"not modulus",	RSA2048 "0282010100F0203810001" },
	{ "RSA, n even",	"2048 to 4096",	RSA2048 "0282010100E" E65537 },
	{ "RSA, n below zero",	"not modulus",	RSA_KEY("0121", "010e", "0109") "02820100F" E65537 },
	{ "RSA 2047",		"2048 to 4096",	RSA_KEY("0121", "010e", "0109") "02820100L" E65537 },
	{ "RSA 4097",		"2048 to 4096",	RSA_KEY("0222", "020f", "020a") "0282020101FF" E65537 },
	{ "RSA, no e",		"not modulus",	RSA_KEY("011d", "010a", "0105") "0282010100F" },
	{ "RSA and more",	"not modulus",	RSA_KEY("0124", "0111", "010c") "0282010100F" E65537 "0500" },
	{ "RSA of BER",		"not modulus",	RSA_KEY("0124", "0111", "010c") "028400000101" "00F" E65537 },
	{ "RSA with parameters", "parameters",	"30820123300e06092a864886f70d0101010201010382010f003082010a0282010100F" E65537 },
	{ "P-256, not on it",	"not sound",	"3059" P256_KEY "03420004" R32 R32 },
	{ "P-256, compressed",	"uncompressed",	"3039" P256_KEY "03220002" R32 },
	{ "P-256, hybrid",	"uncompressed",	"3059" P256_KEY "03420006" R32 R32 },
	{ "P-256, at infinity",	"uncompressed",	"3019" P256_KEY "03020000" },
	{ "P-256, no point",	"uncompressed",	"3018" P256_KEY "030100" },
	{ "P-256, short",	"uncompressed",	"3039" P256_KEY "03220004" R32 },
	{ "P-384, of P-256",	"uncompressed",	"3056301006072a8648ce3d020106052b8104002203420004" R32 R32 },
	{ "P-224",		"curve",	"3056301006072a8648ce3d020106052b8104002103420004" R32 R32 },
	{ "EC, no curve",	"curve",	"304f300906072a8648ce3d020103420004" R32 R32 },
	{ "EC, its own curve",	"curve",	"3051300b06072a8648ce3d0201300003420004" R32 R32 },
	{ "EC, two curves",	"curve",	"305b301506072a8648ce3d020106082a8648ce3d030107050003420004" R32 R32 },
	{ "Ed25519",		"neither RSA",	"302a300506032b6570032100" R32 },
	{ "no whole bytes",	"not sound",	"3019" P256_KEY "03020100" },
	{ "key and more",	"not sound",	"301b" P256_KEY "030200000500" },
	{ "no key",		"not sound",	"3000" },
};
/* clang-format on */

static void
test_spki(void **state)
{
	struct change changes[NCHANGES] = { { D_CERTS, NULL } };
	struct cms_signer s;

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		changes[0].text = cert_with(P256, keys[i].spki);
		judge(keys[i].what, made_by_hand(P256, EVP_sha256(), changes),
		    keys[i].why, &s);
	}
	unit_done();
}

/* Key identifiers in certificates of no key. */
#define SKI "30090603551d0e04020400"

/* clang-format off */
static const struct {
	const char *what;
	const char *why;
	const char *extensions;
} key_ids[] = {
	{ "none, and meant",	"without the signer's",	"" },
	{ "empty, and meant",	"not sound",		"a30d300b" SKI },
	{ "behind another",	"not sound",		"a31730153008" "0603551d0f04010a" SKI },
	{ "critical",		"not sound",		"a310300e" "300c0603551d0e0101ff04020400" },
	{ "two",		"not of X.509",		"a3183016" SKI SKI },
	{ "two lists",		"not of X.509",		"a30d300b" SKI "a30d300b" SKI },
	{ "not a string",	"not of X.509",		"a30d300b30090603551d0e04020500" },
	{ "a string and more",	"not of X.509",		"a30f300d300b0603551d0e040404000400" },
	{ "no list",		"not of X.509",		"a3020500" },
	{ "no extension",	"not of X.509",		"a30430020500" },
	{ "without value",	"not of X.509",		"a309300730050603551d0e" },
	{ "list and more",	"not of X.509",		"a30f300b" SKI "0500" },
};
/* clang-format on */

static void
test_key_ids(void **state)
{
	struct change changes[NCHANGES] = { { D_CERTS, NULL },
		{ N_NAME, "8000" }, { N_VERSION, "020103" } };
	struct cms_signer s;

	(void)state;
	for (size_t i = 0; i < COUNT(key_ids); i++) {
		changes[0].text = cert_with(
		    P256, unit_printf("3000%s", key_ids[i].extensions));
		judge(key_ids[i].what,
		    made_by_hand(P256, EVP_sha256(), changes), key_ids[i].why,
		    &s);
	}
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_keys),
		UNIT_TEST(test_spki),
		UNIT_TEST(test_key_ids),
	};

	return cmocka_run_group_tests_name(
	    "cms_key", tests, cms_setup, cms_teardown);
}
