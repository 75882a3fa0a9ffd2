/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "../../common/check.h"
#include "make_x509.h"

#define NOW 1700000000
#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

static EVP_PKEY *root_key, *ca_key, *other_key, *device_key;
static X509 *root, *ca, *other_root, *device;

static X509 *
leaf(X509 *issuer, EVP_PKEY *key, const char *extended)
{
	const struct make_cert m = { "device", device_key, issuer, key,
		NOW - HOUR, NOW + DAY, "critical,CA:FALSE",
		"critical,digitalSignature", extended };

	return make_cert(&m);
}

static int
setup(void **state)
{
	root_key = make_ec("P-256");
	ca_key = make_ec("P-256");
	other_key = make_ec("P-256");
	device_key = make_ec("P-256");
	root = make_ca("Root", root_key, NULL, NULL, NOW);
	ca = make_ca("Issuing", ca_key, root, root_key, NOW);
	other_root = make_ca("Root", other_key, NULL, NULL, NOW);
	device = leaf(ca, ca_key, "clientAuth");
	return make_setup(state);
}

static int
teardown(void **state)
{
	X509 *certs[] = { root, ca, other_root, device };
	EVP_PKEY *keys[] = { root_key, ca_key, other_key, device_key };

	for (size_t i = 0; i < COUNT(certs); i++) {
		X509_free(certs[i]);
		EVP_PKEY_free(keys[i]);
	}
	return make_teardown(state);
}

static X509 *
self_signed(void)
{
	const struct make_cert m = { "device", device_key, NULL, NULL,
		NOW - HOUR, NOW + DAY, "critical,CA:FALSE", NULL,
		"clientAuth" };

	return make_cert(&m);
}

/* Of an issuing CA that has the right name and another key. */
static X509 *
impostor(void)
{
	X509 *fake = make_ca("Issuing", other_key, other_root, other_key, NOW);
	X509 *cert = leaf(fake, other_key, "clientAuth");

	X509_free(fake);
	return cert;
}

static X509 *
weak(int sha1)
{
	EVP_PKEY *key = sha1 ? NULL : make_rsa(1024);
	const struct make_cert m = { "device", sha1 ? device_key : key, ca,
		ca_key, NOW - HOUR, NOW + DAY, "critical,CA:FALSE", NULL,
		"clientAuth", sha1 ? EVP_sha1() : NULL };
	X509 *cert = make_cert(&m);

	EVP_PKEY_free(key);
	return cert;
}

/* A device that plays CA for another. */
static X509 *
grandchild(void)
{
	const struct make_cert m = { "grandchild", other_key, device,
		device_key, NOW - HOUR, NOW + DAY, NULL, NULL, "clientAuth" };

	return make_cert(&m);
}

static X509 *
good(void)
{
	return leaf(ca, ca_key, "clientAuth");
}

static X509 *
of_root(void)
{
	return leaf(root, root_key, "clientAuth");
}

static X509 *
server(void)
{
	return leaf(ca, ca_key, "serverAuth");
}

static X509 *
no_purpose(void)
{
	return leaf(ca, ca_key, NULL);
}

static X509 *
flipped(void)
{
	X509 *cert = leaf(ca, ca_key, "clientAuth");
	const ASN1_BIT_STRING *signature;
	unsigned char *data;

	X509_get0_signature(&signature, NULL, cert);
	data = (unsigned char *)(uintptr_t)ASN1_STRING_get0_data(signature);
	data[ASN1_STRING_length(signature) - 1] ^= 1;
	return cert;
}

static X509 *
short_rsa(void)
{
	return weak(0);
}

static X509 *
with_sha1(void)
{
	return weak(1);
}

/* clang-format off */
static const struct {
	const char *what;
	X509 *(*make)(void);
	time_t now;
	const char *why;
} verdicts[] = {
	{ "good",		good,		NOW,			NULL },
	{ "good at its first second", good,	NOW - HOUR,		NULL },
	{ "good at its last second", good,	NOW + DAY - 1,		NULL },
	{ "of the root itself",	of_root,	NOW,			NULL },
	{ "of no stated purpose", no_purpose,	NOW,			NULL },
	{ "not yet valid",	good,		NOW - HOUR - 1,		"not yet valid (9)" },
	{ "expired",		good,		NOW + DAY + 1,		"expired (10)" },
	{ "CA not yet valid",	good,		NOW - DAY - 1,		"not yet valid (9)" },
	{ "a server's",		server,		NOW,			"purpose (26)" },
	{ "self-signed",	self_signed,	NOW,			"self-signed certificate (18)" },
	{ "CA of the same name", impostor,	NOW,			"signature failure (7)" },
	{ "of a device",	grandchild,	NOW,			"issuer certificate (20)" },
	{ "signature flipped",	flipped,	NOW,			"signature failure (7)" },
	{ "signed with SHA-1",	with_sha1,	NOW,			"too weak (68)" },
	{ "RSA of 1024 bits",	short_rsa,	NOW,			"too weak (66)" },
};
/* clang-format on */

static void
judge(struct x509_store *s, const char *bundle)
{
	char why[X509_WHY_LEN];
	struct blob der;
	time_t until;
	X509 *cert;
	int rc;

	for (size_t i = 0; i < COUNT(verdicts); i++) {
		cert = verdicts[i].make();
		der = make_der(cert);
		*why = '\0';
		rc = x509_store_verify(s, &der, verdicts[i].now, &until, why);
		if (verdicts[i].why == NULL) {
			if (rc != 0)
				fail_msg("%s, %s: %s", bundle, verdicts[i].what,
				    why);
			assert_int_equal(until, NOW + DAY);
		} else if (rc == 0 || !strstr(why, verdicts[i].why))
			fail_msg("%s, %s: '%s'", bundle, verdicts[i].what, why);
		assert_int_equal(ERR_peek_error(), 0);
		make_free(&der);
		X509_free(cert);
	}
}

static struct x509_store *
store(X509 *one, X509 *two)
{
	char *path = make_pem("bundle.pem", one, two), why[X509_WHY_LEN];
	struct x509_store *s = x509_store_load(path, why);

	unlink(path);
	if (s == NULL)
		fail_msg("%s", why);
	return s;
}

static void
test_store_verify(void **state)
{
	struct x509_store *s;

	(void)state;
	s = store(root, ca);
	judge(s, "root and issuing CA");
	x509_store_free(s);
	s = store(ca, root);
	judge(s, "issuing CA and root");
	x509_store_free(s);
}

static int
verify_in(X509 *one, X509 *two, X509 *cert, time_t *until, char *why)
{
	struct x509_store *s = store(one, two);
	struct blob der = make_der(cert);
	int rc = x509_store_verify(s, &der, NOW, until, why);

	make_free(&der);
	x509_store_free(s);
	return rc;
}

/* What a bundle holds decides who is believed, and until when. */
static void
test_store_bundles(void **state)
{
	const struct make_cert brief = { "Issuing", ca_key, root, root_key,
		NOW - HOUR, NOW + HOUR, "critical,CA:TRUE", "keyCertSign" };
	const struct make_cert over = { "Issuing", ca_key, root, root_key,
		NOW - DAY, NOW - HOUR, "critical,CA:TRUE", "keyCertSign" };
	X509 *short_lived = make_cert(&brief), *expired = make_cert(&over);
	char why[X509_WHY_LEN];
	time_t until;

	(void)state;
	/* The issuing CA is enough; a root that did not send it is not. */
	assert_int_equal(verify_in(ca, NULL, device, &until, why), 0);
	assert_int_equal(until, NOW + DAY);
	assert_int_equal(verify_in(root, NULL, device, &until, why), -1);
	assert_non_null(strstr(why, "(20)"));
	assert_int_equal(verify_in(other_root, NULL, device, &until, why), -1);
	assert_int_equal(verify_in(other_root, ca, device, &until, why), 0);

	assert_int_equal(verify_in(root, short_lived, device, &until, why), 0);
	assert_int_equal(until, NOW + HOUR);
	assert_int_equal(verify_in(root, expired, device, &until, why), -1);
	assert_non_null(strstr(why, "'s CA: certificate has expired (10)"));
	X509_free(short_lived);
	X509_free(expired);
}

static void
test_store_der(void **state)
{
	struct x509_store *s = store(root, ca);
	struct blob der = make_der(device), bad;
	unsigned char *copy = calloc(1, der.len + 1);
	char why[X509_WHY_LEN];
	time_t until;

	(void)state;
	assert_non_null(copy);
	memcpy(copy, der.data, der.len);
	for (size_t i = 0; i < der.len; i++) {
		bad = (struct blob){ copy, i };
		assert_int_equal(
		    x509_store_verify(s, &bad, NOW, &until, why), -1);
	}
	bad = (struct blob){ copy, der.len + 1 };
	assert_int_equal(x509_store_verify(s, &bad, NOW, &until, why), -1);
	/* One flipped byte is never the same certificate. */
	for (size_t i = 0; i < der.len; i++) {
		copy[i] ^= 0x41;
		bad = (struct blob){ copy, der.len };
		if (x509_store_verify(s, &bad, NOW, &until, why) == 0)
			fail_msg("byte %zu flipped: accepted", i);
		copy[i] ^= 0x41;
	}
	free(copy);
	make_free(&der);
	x509_store_free(s);
}

static void
refuse_store(const char *path, const char *expected)
{
	char why[X509_WHY_LEN] = "";
	struct x509_store *s = x509_store_load(path, why);

	if (s != NULL || !strstr(why, expected) || !strstr(why, path))
		fail_msg("not '%s' but '%s'", expected, why);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
test_store_load(void **state)
{
	char *path;

	(void)state;
	refuse_store(make_path("none.pem"), "No such file");
	refuse_store(make_dir, "not a regular file");
	path = make_text("empty.pem", "");
	refuse_store(path, "no certificate in it");
	unlink(path);
	path = make_text("junk.pem", "hello\n");
	refuse_store(path, "no certificate in it");
	unlink(path);
	path = make_text("broken.pem", BEGIN "\nMAA=\n" END "\n");
	refuse_store(path, "certificate 1 is broken");
	unlink(path);
	path = make_pem("leaf.pem", root, device);
	refuse_store(path, "certificate 2 is not a CA");
	unlink(path);
	x509_store_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_store_verify),
		cmocka_unit_test(test_store_bundles),
		cmocka_unit_test(test_store_der),
		cmocka_unit_test(test_store_load),
	};

	return cmocka_run_group_tests_name(
	    "x509_store", tests, setup, teardown);
}
