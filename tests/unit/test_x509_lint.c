/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "../../common/arena.h"
#include "../../common/check.h"
#include "make_request.h"

#define UUID "5e2a7d34-9c1b-4f0e-8a6d-0123456789ab"

static time_t now;
static EVP_PKEY *ca_key, *ec_key;
static X509 *ca_cert, *ec_cert;
static struct x509_ca *ca, *ec_ca;

static struct x509_ca *
loaded(X509 *cert, EVP_PKEY *key)
{
	char *cert_path = make_pem("ca.pem", cert, NULL);
	char *key_path = make_key("ca.key", key, 0600);
	char why[X509_WHY_LEN];
	struct x509_ca *it = x509_ca_load(cert_path, key_path, cert_path, why);

	if (it == NULL)
		fail_msg("%s", why);
	unlink(cert_path);
	unlink(key_path);
	return it;
}

static int
setup(void **state)
{
	int rc = make_setup(state);

	now = time(NULL);
	ca_key = make_rsa(2048);
	ec_key = make_ec("P-256");
	ca_cert = make_ca("Issuing", ca_key, NULL, NULL, now);
	ec_cert = make_ca("Other", ec_key, NULL, NULL, now);
	ca = loaded(ca_cert, ca_key);
	ec_ca = loaded(ec_cert, ec_key);
	return rc;
}

static int
teardown(void **state)
{
	x509_ca_free(ca);
	x509_ca_free(ec_ca);
	X509_free(ca_cert);
	X509_free(ec_cert);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(ec_key);
	make_keys_free();
	return make_teardown(state);
}

static struct x509_template template(void)
{
	struct x509_template t = { { 0x5a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
				       12, 13, 14, 15 },
		UUID, now - 300, now + 365L * DAY, X509_HASH_SHA256 };

	return t;
}

/* What is issued passes, with every CA, hash and key. */
static void
test_issued(void **state)
{
	static const char *const oids[] = { "2.16.840.1.101.3.4.2.1",
		"2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3" };
	static const enum key keys[] = { R2048, R4096, P256, P384 };
	const struct x509_ca *const cas[] = { ca, ec_ca };
	struct arena *a = arena_new(1 << 20);
	struct x509_template t = template();
	char why[X509_WHY_LEN];
	struct blob der;

	(void)state;
	for (size_t i = 0; i < COUNT(oids) * COUNT(keys) * 2; i++) {
		const struct x509_ca *by = cas[i % 2];
		struct blob spki = make_spki(make_of(keys[i / 2 % 4]));

		assert_int_equal(x509_hash_find(oids[i / 8], &t.hash), 0);
		if (x509_issue(a, by, &t, &spki, &der, why) != 0 ||
		    x509_lint(by, &t, &spki, &der, why) != 0)
			fail_msg("%zu: %s", i, why);
		assert_int_equal(
		    x509_lint(cas[1 - i % 2], &t, &spki, &der, why), -1);
		make_free(&spki);
		arena_reset(a);
	}
	assert_int_equal(x509_hash_find("1.3.14.3.2.29", &t.hash), -1);
	assert_int_equal(x509_hash_find("", &t.hash), -1);
	assert_int_equal(ERR_peek_error(), 0);
	arena_free(a);
}

static void
drop(X509 *cert, int nid)
{
	int at = X509_get_ext_by_NID(cert, nid, -1);

	assert_true(at >= 0);
	X509_EXTENSION_free(X509_delete_ext(cert, at));
}

static void
instead(X509 *cert, int nid, const char *value)
{
	drop(cert, nid);
	make_extension(cert, ca_cert, nid, value);
}

static void
name_more(X509 *cert, const char *type, const char *value)
{
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), type,
	    MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0);
}

/* Each makes one thing different; it is signed again afterwards. */
static void
spoil_none(X509 *c)
{
	(void)c;
}
static void
spoil_version(X509 *c)
{
	X509_set_version(c, 1);
}
static void
spoil_serial(X509 *c)
{
	ASN1_INTEGER_set(X509_get_serialNumber(c), 7);
}
static void
spoil_issuer(X509 *c)
{
	X509_set_issuer_name(c, X509_get_subject_name(ec_cert));
}
static void
spoil_begin(X509 *c)
{
	ASN1_TIME_set(X509_getm_notBefore(c), now - 301);
}
static void
spoil_end(X509 *c)
{
	ASN1_TIME_set(X509_getm_notAfter(c), now + 365L * DAY + 1);
}
static void
spoil_two_names(X509 *c)
{
	name_more(c, "CN", "two");
}
static void
spoil_unit(X509 *c)
{
	name_more(c, "OU", "admin");
}
static void
spoil_name(X509 *c)
{
	X509_set_subject_name(c, X509_get_subject_name(ec_cert));
}
static void
spoil_key(X509 *c)
{
	X509_set_pubkey(c, make_of(P384));
}
static void
spoil_san(X509 *c)
{
	make_extension(
	    c, ca_cert, NID_subject_alt_name, "DNS:manage.fenestra.test");
}
static void
spoil_no_usage(X509 *c)
{
	drop(c, NID_key_usage);
}
static void
spoil_swapped(X509 *c)
{
	drop(c, NID_key_usage);
	spoil_san(c);
}
static void
spoil_ca(X509 *c)
{
	instead(c, NID_basic_constraints, "critical,CA:TRUE");
}
static void
spoil_pathlen(X509 *c)
{
	instead(c, NID_basic_constraints, "critical,CA:FALSE,pathlen:0");
}
static void
spoil_uncritical(X509 *c)
{
	instead(c, NID_basic_constraints, "CA:FALSE");
}
static void
spoil_cert_sign(X509 *c)
{
	instead(c, NID_key_usage, "critical,digitalSignature,keyCertSign");
}
static void
spoil_encipher(X509 *c)
{
	instead(c, NID_key_usage, "critical,digitalSignature,keyEncipherment");
}
static void
spoil_server(X509 *c)
{
	instead(c, NID_ext_key_usage, "serverAuth");
}
static void
spoil_both(X509 *c)
{
	instead(c, NID_ext_key_usage, "clientAuth,serverAuth");
}
static void
spoil_any(X509 *c)
{
	instead(c, NID_ext_key_usage, "clientAuth,1.2.3.4");
}
static void
spoil_key_id(X509 *c)
{
	instead(c, NID_subject_key_identifier, "00010203");
}
static void
spoil_authority(X509 *c)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	drop(c, NID_authority_key_identifier);
	X509V3_set_ctx(&ctx, ca_cert, c, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(
	    NULL, &ctx, NID_authority_key_identifier, "keyid,issuer:always");
	X509_add_ext(c, e, -1);
	X509_EXTENSION_free(e);
}

static const struct {
	const char *rule; /* NULL: it is good */
	void (*spoil)(X509 *);
} spoiled[] = {
	{ NULL, spoil_none },
	{ "version", spoil_version },
	{ "serial number", spoil_serial },
	{ "issuer", spoil_issuer },
	{ "validity", spoil_begin },
	{ "validity", spoil_end },
	{ "subject", spoil_two_names },
	{ "subject", spoil_unit },
	{ "subject", spoil_name },
	{ "public key", spoil_key },
	{ "list of extensions", spoil_san },
	{ "list of extensions", spoil_no_usage },
	{ "list of extensions", spoil_swapped },
	{ "list of extensions", spoil_uncritical },
	{ "basic constraints", spoil_ca },
	{ "basic constraints", spoil_pathlen },
	{ "key usage", spoil_cert_sign },
	{ "key usage", spoil_encipher },
	{ "extended key usage", spoil_server },
	{ "extended key usage", spoil_both },
	{ "extended key usage", spoil_any },
	{ "key identifiers", spoil_key_id },
	{ "key identifiers", spoil_authority },
};

static void
judge(const char *rule, const struct blob *der, size_t number)
{
	struct x509_template t = template();
	struct blob spki = make_spki(make_of(P256));
	char why[X509_WHY_LEN] = "";
	int rc = x509_lint(ca, &t, &spki, der, why);

	if (rule == NULL && rc != 0)
		fail_msg("%zu: %s", number, why);
	if (rule != NULL && (rc != -1 || strstr(why, rule) == NULL))
		fail_msg("%zu: not '%s' but '%s'", number, rule, why);
	make_free(&spki);
	assert_int_equal(ERR_peek_error(), 0);
}

/* Whatever differs from the template is found, and named. */
static void
test_spoiled(void **state)
{
	struct x509_template t = template();

	(void)state;
	for (size_t i = 0; i < COUNT(spoiled); i++) {
		X509 *cert = make_expected(&t, ca_cert, ca_key, make_of(P256));
		struct blob der;

		spoiled[i].spoil(cert);
		assert_true(X509_sign(cert, ca_key, EVP_sha256()) > 0);
		der = make_der(cert);
		judge(spoiled[i].rule, &der, i);
		make_free(&der);
		X509_free(cert);
	}
}

static void
test_signature(void **state)
{
	struct x509_template t = template();
	X509 *cert = make_expected(&t, ca_cert, ca_key, make_of(P256));
	struct blob der = make_der(cert);
	unsigned char *bytes = malloc(der.len + 1);
	struct blob odd = { bytes, der.len };

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, der.data, der.len);
	bytes[der.len] = 0;
	bytes[der.len - 1] ^= 1;
	judge("signature", &odd, 0);
	bytes[der.len - 1] ^= 1;
	odd.len++;
	judge("not one certificate", &odd, 1);
	for (odd.len = 0; odd.len < der.len; odd.len += 7)
		judge("not one certificate", &odd, 2);
	make_free(&der);
	assert_true(X509_sign(cert, ca_key, EVP_sha384()) > 0);
	der = make_der(cert);
	judge("signature algorithm", &der, 3);
	make_free(&der);
	X509_free(cert);
	/* The right names, another key. */
	cert = make_expected(&t, ca_cert, make_of(R2048), make_of(P256));
	der = make_der(cert);
	judge("signature", &der, 4);
	make_free(&der);
	X509_free(cert);
	free(bytes);
}

/* Without its key a CA is there to be shown, and signs nothing. */
static void
test_without_key(void **state)
{
	char *path = make_pem("ca.pem", ca_cert, NULL), why[X509_WHY_LEN];
	struct x509_ca *shown = x509_ca_load(path, NULL, path, why);
	const struct x509_crl c = { 1, now, now + DAY, NULL, 0 };
	struct arena *a = arena_new(1 << 20);
	struct x509_template t = template();
	struct blob spki = make_spki(make_of(P256)), der;

	(void)state;
	assert_non_null(shown);
	assert_int_equal(x509_issue(a, shown, &t, &spki, &der, why), -1);
	assert_non_null(strstr(why, "no key"));
	assert_int_equal(x509_crl_make(a, shown, &c, &der, why), -1);
	assert_non_null(strstr(why, "no key"));
	x509_ca_free(shown);
	make_free(&spki);
	unlink(path);
	arena_free(a);
}

static void
test_key_check(void **state)
{
	static const struct x509_key_rule any = { 2048, 4096, 1, 1 },
					  ec_only = { 2048, 4096, 0, 1 };
	static const struct {
		enum key key;
		int good;
	} cases[] = { { R1024, 0 }, { R2048, 1 }, { R4096, 1 }, { P256, 1 },
		{ P384, 1 }, { P521, 0 }, { K256, 0 }, { ED, 0 } };
	char why[X509_WHY_LEN];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct blob spki = make_spki(make_of(cases[i].key));
		unsigned char *bytes = (unsigned char *)(uintptr_t)spki.data;

		assert_int_equal(
		    x509_key_check(&spki, &any, why), cases[i].good ? 0 : -1);
		if (cases[i].key == R2048)
			assert_int_equal(
			    x509_key_check(&spki, &ec_only, why), -1);
		bytes[spki.len - 1] ^= 1; /* off the curve; RSA: even e */
		assert_int_equal(x509_key_check(&spki, &any, why), -1);
		for (size_t len = 0; len < spki.len; len++)
			assert_int_equal(
			    x509_key_check(
				&(struct blob){ bytes, len }, &any, why),
			    -1);
		make_free(&spki);
		assert_int_equal(ERR_peek_error(), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_issued),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_without_key),
		cmocka_unit_test(test_key_check),
	};

	return cmocka_run_group_tests_name("x509_lint", tests, setup, teardown);
}
