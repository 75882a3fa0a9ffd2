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
static EVP_PKEY *root_key, *rsa_key, *ec_key;
static X509 *root, *rsa_ca, *ec_ca;

static int
setup(void **state)
{
	now = time(NULL);
	root_key = make_ec("P-384");
	rsa_key = make_rsa(2048);
	ec_key = make_ec("P-256");
	root = make_ca("Root", root_key, NULL, NULL, now);
	rsa_ca = make_ca("Issuing R", rsa_key, root, root_key, now);
	ec_ca = make_ca("Issuing E", ec_key, root, root_key, now);
	return make_setup(state);
}

static int
teardown(void **state)
{
	X509 *certs[] = { root, rsa_ca, ec_ca };
	EVP_PKEY *keys[] = { root_key, rsa_key, ec_key };

	for (size_t i = 0; i < COUNT(certs); i++) {
		X509_free(certs[i]);
		EVP_PKEY_free(keys[i]);
	}
	make_keys_free();
	return make_teardown(state);
}

/* From files, which are gone afterwards; NULL and why. */
static struct x509_ca *
load(X509 *cert, EVP_PKEY *key, mode_t mode, X509 *top, char *why)
{
	char *cert_path = make_pem("ca.pem", cert, NULL);
	char *key_path = make_key("ca.key", key, mode);
	char *root_path = make_pem("root.pem", top, NULL);
	struct x509_ca *ca;

	ca = x509_ca_load(cert_path, key_path, root_path, why);
	unlink(cert_path);
	unlink(key_path);
	unlink(root_path);
	assert_int_equal(ERR_peek_error(), 0);
	return ca;
}

static struct x509_ca *
loaded(X509 *cert, EVP_PKEY *key)
{
	char why[X509_WHY_LEN];
	struct x509_ca *ca = load(cert, key, 0600, root, why);

	if (ca == NULL)
		fail_msg("%s", why);
	return ca;
}

static void
test_load(void **state)
{
	struct x509_ca *ca = loaded(rsa_ca, rsa_key);
	struct blob der = make_der(rsa_ca);
	char why[X509_WHY_LEN];

	(void)state;
	assert_int_equal(x509_ca_cert(ca)->len, der.len);
	assert_memory_equal(x509_ca_cert(ca)->data, der.data, der.len);
	make_free(&der);
	der = make_der(root);
	assert_int_equal(x509_ca_root(ca)->len, der.len);
	assert_memory_equal(x509_ca_root(ca)->data, der.data, der.len);
	make_free(&der);
	assert_int_equal(x509_ca_not_after(ca), now + 3650L * DAY);
	x509_ca_free(ca);
	x509_ca_free(NULL);

	/* The root itself may issue; a group may read the key. */
	ca = load(root, root_key, 0640, root, why);
	assert_non_null(ca);
	x509_ca_free(ca);
}

static X509 *
odd_ca(time_t from, time_t to, const char *constraints, const char *usage)
{
	const struct make_cert m = { "Issuing R", rsa_key, root, root_key, from,
		to, constraints, usage };

	return make_cert(&m);
}

static void
refuse(X509 *cert, EVP_PKEY *key, mode_t mode, X509 *top, const char *expected)
{
	char why[X509_WHY_LEN] = "";

	if (load(cert, key, mode, top, why) != NULL || !strstr(why, expected))
		fail_msg("not '%s' but '%s'", expected, why);
}

static void
test_load_refused(void **state)
{
	X509 *expired = odd_ca(now - DAY, now - HOUR, "CA:TRUE", "keyCertSign");
	X509 *early = odd_ca(now + HOUR, now + DAY, "CA:TRUE", "keyCertSign");
	X509 *leaf = odd_ca(now - DAY, now + DAY, "CA:FALSE", NULL);
	X509 *plain = odd_ca(now - DAY, now + DAY, NULL, NULL);
	X509 *no_sign = odd_ca(now - DAY, now + DAY, "CA:TRUE", "cRLSign");
	X509 *other = make_ca("Root", ec_key, NULL, NULL, now);
	const struct make_cert old = { "Root", root_key, NULL, NULL,
		now - 2 * DAY, now - DAY, "CA:TRUE", "keyCertSign" };
	X509 *old_root = make_cert(&old);
	X509 *certs[] = { expired, early, leaf, plain, no_sign, other,
		old_root };

	(void)state;
	refuse(rsa_ca, rsa_key, 0604, root, "ca.key: mode 0604");
	refuse(rsa_ca, rsa_key, 0644, root, "ca.key: mode 0644");
	refuse(rsa_ca, rsa_key, 0660, root, "ca.key: mode 0660");
	refuse(rsa_ca, rsa_key, 0602, root, "ca.key: mode 0602");
	refuse(rsa_ca, ec_key, 0600, root, "ca.key: not the key of");
	refuse(ec_ca, root_key, 0600, root, "ca.key: not the key of");
	refuse(expired, rsa_key, 0600, root, "ca.pem: certificate has expired");
	refuse(early, rsa_key, 0600, root, "ca.pem: certificate is not yet");
	refuse(leaf, rsa_key, 0600, root, "ca.pem: may not issue");
	refuse(plain, rsa_key, 0600, root, "ca.pem: may not issue");
	refuse(no_sign, rsa_key, 0600, root, "ca.pem: may not issue");
	refuse(rsa_ca, rsa_key, 0600, other, "ca.pem: ");
	refuse(rsa_ca, rsa_key, 0600, old_root, "root.pem: certificate has");
	refuse(rsa_ca, rsa_key, 0600, rsa_ca, "root.pem: not a root");
	for (size_t i = 0; i < COUNT(certs); i++)
		X509_free(certs[i]);
}

static void
refuse_files(
    const char *cert, const char *key, const char *top, const char *expected)
{
	char why[X509_WHY_LEN] = "";

	if (x509_ca_load(cert, key, top, why) != NULL || !strstr(why, expected))
		fail_msg("not '%s' but '%s'", expected, why);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
test_load_files(void **state)
{
	char *cert = make_pem("ca.pem", rsa_ca, NULL);
	char *two = make_pem("two.pem", rsa_ca, root);
	char *key = make_key("ca.key", rsa_key, 0600);
	char *top = make_pem("root.pem", root, NULL);
	char *junk = make_text("junk", "-----BEGIN PRIVATE KEY-----\nx\n");
	char *sealed = make_path("sealed.key"), *none = make_path("none");
	char secret[] = "secret";
	FILE *f = fopen(sealed, "w");

	(void)state;
	assert_non_null(f);
	PEM_write_PKCS8PrivateKey(
	    f, rsa_key, EVP_aes_128_cbc(), secret, 6, NULL, NULL);
	fclose(f);
	chmod(sealed, 0600);
	chmod(junk, 0600);
	refuse_files(none, key, top, "none: No such file");
	refuse_files(cert, none, top, "none: No such file");
	refuse_files(cert, key, none, "none: No such file");
	refuse_files(make_dir, key, top, "not a regular file");
	refuse_files(two, key, top, "two.pem: more than one certificate");
	refuse_files(key, key, top, "ca.key: no certificate in it");
	refuse_files(cert, cert, top, "ca.pem: mode 0644");
	refuse_files(cert, junk, top, "junk: no private key");
	refuse_files(cert, sealed, top, "sealed.key: no private key without");
	unlink(cert);
	unlink(two);
	unlink(key);
	unlink(top);
	unlink(junk);
	unlink(sealed);
}

static struct x509_template template(void)
{
	struct x509_template t = { { 0x5a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
				       12, 13, 14, 15 },
		UUID, now - 300, now + 365L * DAY };

	return t;
}

/* To the byte; with RSA, which signs without chance, all of it. */
static void
compare(const struct blob *got, X509 *want, EVP_PKEY *issuer_key)
{
	const unsigned char *p = got->data;
	X509 *cert = d2i_X509(NULL, &p, (long)got->len);
	unsigned char *got_tbs = NULL, *want_tbs = NULL;
	struct blob der = make_der(want);
	int len;

	assert_non_null(cert);
	assert_ptr_equal(p, got->data + got->len);
	assert_int_equal(X509_verify(cert, issuer_key), 1);
	len = i2d_re_X509_tbs(want, &want_tbs);
	assert_int_equal(i2d_re_X509_tbs(cert, &got_tbs), len);
	assert_memory_equal(got_tbs, want_tbs, (size_t)len);
	if (EVP_PKEY_is_a(issuer_key, "RSA")) {
		assert_int_equal(got->len, der.len);
		assert_memory_equal(got->data, der.data, der.len);
	}
	OPENSSL_free(got_tbs);
	OPENSSL_free(want_tbs);
	make_free(&der);
	X509_free(cert);
}

static void
issue_and_compare(const struct x509_template *t, EVP_PKEY *key)
{
	struct arena *a = arena_new(64 * 1024);
	X509 *issuers[] = { rsa_ca, ec_ca, root }, *want;
	EVP_PKEY *signers[] = { rsa_key, ec_key, root_key };
	struct blob spki = make_spki(key), got;
	char why[X509_WHY_LEN];
	struct x509_ca *ca;

	for (size_t i = 0; i < COUNT(issuers); i++) {
		ca = loaded(issuers[i], signers[i]);
		if (x509_issue(a, ca, t, &spki, &got, why) != 0)
			fail_msg("%s", why);
		want = make_expected(t, issuers[i], signers[i], key);
		compare(&got, want, signers[i]);
		X509_free(want);
		x509_ca_free(ca);
		arena_reset(a);
	}
	make_free(&spki);
	arena_free(a);
}

static void
test_issue(void **state)
{
	struct x509_template t = template();

	(void)state;
	issue_and_compare(&t, make_of(R2048));
	issue_and_compare(&t, make_of(R4096));
	issue_and_compare(&t, make_of(P256));
	issue_and_compare(&t, make_of(P384));
	/* A short serial number, one that needs a zero in front, and a name. */
	memset(t.serial, 0, 15);
	t.serial[15] = 1;
	t.common_name = "gr\xc3\xbc\xc3\x9f";
	issue_and_compare(&t, make_of(P256));
	t.serial[15] = 0x80;
	t.common_name = "1234567890123456789012345678901234567890123456789012"
			"345678901234";
	issue_and_compare(&t, make_of(P256));
	t = template();
	t.not_before = 0;
	t.not_after = 1;
	issue_and_compare(&t, make_of(P256));
}

/* A CA's key identifier is what it says, or else the hash of its key. */
static void
test_issue_key_id(void **state)
{
	const char *const ids[] = { NULL, "0102030405", "" };
	struct arena *a = arena_new(64 * 1024);
	struct blob spki = make_spki(make_of(P256)), got;
	struct x509_template t = template();
	char why[X509_WHY_LEN];

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		const struct make_cert m = { "Issuing R", rsa_key, root,
			root_key, now - DAY, now + 3650L * DAY, "CA:TRUE",
			"keyCertSign", NULL, NULL, ids[i] };
		X509 *cert = make_cert(&m), *want;
		struct x509_ca *ca = loaded(cert, rsa_key);

		assert_int_equal(x509_issue(a, ca, &t, &spki, &got, why), 0);
		want = make_expected(
		    &t, i == 2 ? rsa_ca : cert, rsa_key, make_of(P256));
		compare(&got, want, rsa_key);
		X509_free(want);
		X509_free(cert);
		x509_ca_free(ca);
	}
	make_free(&spki);
	arena_free(a);
}

/* Two digits of the year end with 2049. */
static void
test_issue_2050(void **state)
{
	static const time_t ends[] = { 2524607998, 2524607999, 2524608000,
		4102444800, 253402300799 };
	const struct make_cert m = { "Root", root_key, NULL, NULL, now - DAY,
		253402300799, "critical,CA:TRUE", "keyCertSign" };
	X509 *cert = make_cert(&m), *want;
	struct arena *a = arena_new(64 * 1024);
	struct blob spki = make_spki(make_of(P256)), got;
	struct x509_template t = template();
	char why[X509_WHY_LEN];
	struct x509_ca *ca = load(cert, root_key, 0600, cert, why);

	(void)state;
	assert_non_null(ca);
	for (size_t i = 0; i < COUNT(ends); i++) {
		t.not_after = ends[i];
		t.not_before = ends[i] - 1;
		assert_int_equal(x509_issue(a, ca, &t, &spki, &got, why), 0);
		want = make_expected(&t, cert, root_key, make_of(P256));
		compare(&got, want, root_key);
		X509_free(want);
	}
	X509_free(cert);
	make_free(&spki);
	x509_ca_free(ca);
	arena_free(a);
}

/* What a request asks for and what it is called has no say. */
static void
test_issue_requested(void **state)
{
	static const char *const wishes[] = {
		"basicConstraints=critical,CA:TRUE,pathlen:3",
		"subjectAltName=DNS:manage.fenestra.test",
		"extendedKeyUsage=serverAuth,codeSigning",
		"keyUsage=critical,keyCertSign,cRLSign",
	};
	static const struct x509_key_rule rule = { 2048, 4096, 1, 1 };
	struct arena *a = arena_new(64 * 1024);
	struct x509_ca *ca = loaded(rsa_ca, rsa_key);
	struct x509_template t = template();
	struct draft *d = calloc(1, sizeof(*d));
	struct x509_request r;
	char why[X509_WHY_LEN];
	struct blob got;
	X509 *want;

	(void)state;
	assert_non_null(d);
	for (size_t i = 0; i < COUNT(wishes); i++) {
		make_draft(d, i % 2 == 0 ? P256 : R2048);
		ask(d, wishes[i]);
		compose(d);
		if (x509_request_parse(a, &(struct blob){ d->out, d->len },
			&rule, &r, why) != 0 ||
		    x509_issue(a, ca, &t, &r.spki, &got, why) != 0)
			fail_msg("%s: %s", wishes[i], why);
		want = make_expected(&t, rsa_ca, rsa_key, make_of(d->signer));
		compare(&got, want, rsa_key);
		X509_free(want);
	}
	free(d);
	x509_ca_free(ca);
	arena_free(a);
}

/* It comes back as a client certificate, until it ends. */
static void
test_issue_verified(void **state)
{
	struct arena *a = arena_new(64 * 1024);
	struct x509_ca *ca = loaded(ec_ca, ec_key);
	struct x509_template t = template();
	char *path = make_pem("bundle.pem", root, ec_ca), why[X509_WHY_LEN];
	struct x509_store *s = x509_store_load(path, why);
	struct blob spki = make_spki(make_of(P384)), got;
	time_t until;

	(void)state;
	unlink(path);
	assert_non_null(s);
	assert_int_equal(x509_issue(a, ca, &t, &spki, &got, why), 0);
	assert_int_equal(x509_store_verify(s, &got, now, &until, why), 0);
	assert_int_equal(until, t.not_after);
	assert_int_equal(
	    x509_store_verify(s, &got, t.not_before, &until, why), 0);
	assert_int_equal(
	    x509_store_verify(s, &got, t.not_before - 1, &until, why), -1);
	assert_int_equal(
	    x509_store_verify(s, &got, t.not_after + 1, &until, why), -1);
	make_free(&spki);
	x509_store_free(s);
	x509_ca_free(ca);
	arena_free(a);
}

static void
test_issue_refused(void **state)
{
	static const char text[] = "12345678901234567890123456789012345678901"
				   "234567890123456789012345";
	struct arena *a = arena_new(64 * 1024);
	struct x509_ca *ca = loaded(ec_ca, ec_key);
	struct x509_template good = template(), t;
	struct blob spki = make_spki(make_of(P256)), got, bad;
	char why[X509_WHY_LEN];

	(void)state;
#define REFUSED(change, expect)                                                \
	do {                                                                   \
		t = good;                                                      \
		change;                                                        \
		assert_int_equal(x509_issue(a, ca, &t, &spki, &got, why), -1); \
		assert_non_null(strstr(why, expect));                          \
	} while (0)
	REFUSED(memset(t.serial, 0, X509_SERIAL_LEN), "serial");
	REFUSED(t.serial[0] = 0x80, "serial");
	REFUSED(t.common_name = "", "common name");
	REFUSED(t.common_name = text, "common name");
	REFUSED(t.not_after = t.not_before, "validity");
	REFUSED(t.not_before = -1, "validity");
	REFUSED(t.not_after = 253402300800, "validity");
	REFUSED(t.not_after = now + 3651L * DAY, "longer than the CA");
	t = good;
	for (size_t i = 0; i < spki.len; i++) {
		bad = (struct blob){ spki.data, i };
		assert_int_equal(x509_issue(a, ca, &t, &bad, &got, why), -1);
	}
	for (size_t room = 0; room < 2048; room += 16) {
		struct arena *small = arena_new(room);

		if (x509_issue(small, ca, &t, &spki, &got, why) == 0)
			assert_true(got.len < room);
		arena_free(small);
	}
	make_free(&spki);
	x509_ca_free(ca);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_load_refused),
		cmocka_unit_test(test_load_files),
		cmocka_unit_test(test_issue),
		cmocka_unit_test(test_issue_key_id),
		cmocka_unit_test(test_issue_2050),
		cmocka_unit_test(test_issue_requested),
		cmocka_unit_test(test_issue_verified),
		cmocka_unit_test(test_issue_refused),
	};

	return cmocka_run_group_tests_name("x509_ca", tests, setup, teardown);
}
