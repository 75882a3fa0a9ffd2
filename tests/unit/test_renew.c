/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "make_cms.h"

#include "../../fcgi/renew.h"

static const struct x509_key_rule rule = { 2048, 4096, 1, 1 };

/* A PKCS#10 by OpenSSL, for a key. */
static struct blob
request_of(enum key which)
{
	X509_REQ *req = X509_REQ_new();
	unsigned char *der = NULL;
	struct blob b;
	int len;

	X509_REQ_set_pubkey(req, make_of(which));
	assert_true(X509_REQ_sign(req, make_of(which), EVP_sha256()) > 0);
	len = i2d_X509_REQ(req, &der);
	assert_true(len > 0);
	b.data = arena_dup(unit_arena, der, (size_t)len);
	b.len = (size_t)len;
	OPENSSL_free(der);
	X509_REQ_free(req);
	return b;
}

/* SignedData around bytes. */
static struct blob
signed_around(enum key key, struct blob content)
{
	BIO *in = BIO_new_mem_buf(content.data, (int)content.len);
	BIO *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms =
	    CMS_sign(cert_of(key), make_of(key), NULL, in, CMS_BINARY);
	struct blob b;
	char *data;

	assert_non_null(cms);
	assert_int_equal(i2d_CMS_bio(out, cms), 1);
	b.len = (size_t)BIO_get_mem_data(out, &data);
	b.data = arena_dup(unit_arena, data, b.len);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	BIO_free(out);
	return b;
}

static char *
encoded(struct blob b)
{
	return base64_string(unit_arena, b.data, b.len);
}

static void
test_token(void **state)
{
	struct blob csr = request_of(P256);
	char *once = encoded(signed_around(R2048, csr));
	char *twice = base64_string(unit_arena, once, strlen(once));
	char *broken = unit_printf("%.64s\r\n%s", once, once + 64);
	const struct {
		const char *what;
		const char *token;
		const char *why;
	} cases[] = {
		{ "once", once, NULL },
		{ "twice", twice, NULL },
		{ "line breaks", broken, NULL },
		{ "twice, line breaks",
		    base64_string(unit_arena, broken, strlen(broken)), NULL },
		{ "three times",
		    base64_string(unit_arena, twice, strlen(twice)),
		    "not DER" },
		{ "nothing", "", "not DER" },
		{ "no base64", "*", "not base64" },
		{ "a request alone", encoded(csr), "not SignedData" },
		{ "no request",
		    encoded(signed_around(R2048, bytes_of(NULL, "3000"))),
		    "not PKCS#10" },
		{ "a small key",
		    encoded(signed_around(R2048, request_of(R1024))),
		    "1024 bits" },
	};
	struct renewal r;
	char why[X509_WHY_LEN];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		int rc = renew_read(unit_arena, cases[i].token, &rule, &r, why);

		if (cases[i].why == NULL && rc != 0)
			unit_wrong(what, "refused: %s", why);
		else if (cases[i].why != NULL &&
			 (rc == 0 || strstr(why, cases[i].why) == NULL))
			unit_wrong(what, "'%s', not '%s'", why, cases[i].why);
	}
	unit_done();
}

static void
test_what_is_in_it(void **state)
{
	struct blob csr = request_of(P384), spki = make_spki(make_of(P384));
	struct blob cert = make_der(cert_of(P256));
	unsigned char sha256[X509_SHA256_LEN];
	struct renewal r;
	char why[X509_WHY_LEN];

	(void)state;
	assert_int_equal(renew_read(unit_arena,
			     encoded(signed_around(P256, csr)), &rule, &r, why),
	    0);
	assert_int_equal(r.csr.spki.len, spki.len);
	assert_memory_equal(r.csr.spki.data, spki.data, spki.len);
	assert_int_equal(r.signer.len, cert.len);
	x509_sha256(cert.data, cert.len, sha256);
	assert_memory_equal(r.signer_sha256, sha256, sizeof(sha256));
	x509_sha256(csr.data, csr.len, sha256);
	assert_memory_equal(r.csr.sha256, sha256, sizeof(sha256));
	make_free(&spki);
	make_free(&cert);
}

static void
test_presented(void **state)
{
	struct blob der = make_der(cert_of(P256));
	char *text = unit_printf("SSL_CLIENT_CERT=%s", encoded(der));
	char *ok = unit_printf("SSL_CLIENT_VERIFY=SUCCESS");
	const struct {
		const char *what;
		char *params[3];
		time_t now;
		int rc;
		int presented;
		const char *why;
	} cases[] = {
		{ "good", { ok, text }, NOW, 0, 1, "" },
		{ "none", { NULL }, NOW, 0, 0, "" },
		{ "none, it says", { unit_printf("SSL_CLIENT_VERIFY=NONE") },
		    NOW, 0, 0, "" },
		{ "not good",
		    { unit_printf("SSL_CLIENT_VERIFY=FAILED:expired"), text },
		    NOW, 0, 0, "FAILED:expired" },
		{ "of another CA, perhaps",
		    { unit_printf("SSL_CLIENT_VERIFY=GENEROUS"), text }, NOW, 0,
		    0, "GENEROUS" },
		{ "a certificate without a verdict", { text }, NOW, 0, 0, "" },
		{ "a verdict alone", { ok }, NOW, -1, 0, "does not hand on" },
		{ "junk", { ok, unit_printf("SSL_CLIENT_CERT=x") }, NOW, -1, 0,
		    "" },
		{ "a front server that lies", { ok, text }, NOW + 2 * DAY, -1,
		    0, "expired" },
	};
	char why[X509_WHY_LEN], *path = make_pem("ca.pem", ca, NULL);
	struct x509_store *store = x509_store_load(path, why);

	(void)state;
	assert_non_null(store);
	unlink(path);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		struct http_request http = unit_post("");
		struct renewal r = { .presented = NULL };
		int rc;

		http.params = cases[i].params;
		why[0] = '\0';
		rc = renew_presented(
		    unit_arena, &http, store, cases[i].now, &r, why);
		unit_same_int(what, rc, cases[i].rc);
		unit_same_int(what, r.presented != NULL, cases[i].presented);
		if (strstr(why, cases[i].why) == NULL)
			unit_wrong(what, "'%s'", why);
	}
	x509_store_free(store);
	make_free(&der);
	unit_done();
}

/* A CA of the same name is another one. */
static void
test_issued_by(void **state)
{
	EVP_PKEY *key = make_ec("P-256");
	X509 *namesake = make_ca("Issuing", key, NULL, NULL, NOW);
	struct blob cert = make_der(cert_of(P256)), one = make_der(ca);
	struct blob other = make_der(namesake);
	const struct blob junk = { (const unsigned char *)"junk", 4 };

	(void)state;
	assert_true(x509_is_issued_by(&cert, &one));
	assert_false(x509_is_issued_by(&cert, &other));
	assert_false(x509_is_issued_by(&cert, &junk));
	assert_false(x509_is_issued_by(&junk, &one));
	assert_false(x509_is_issued_by(&cert, &cert));
	assert_int_equal(ERR_peek_error(), 0);
	make_free(&cert);
	make_free(&one);
	make_free(&other);
	X509_free(namesake);
	EVP_PKEY_free(key);
}

static struct x509_store *
store_of(X509 *one, X509 *two)
{
	char why[X509_WHY_LEN], *path = make_pem("cas.pem", one, two);
	struct x509_store *store = x509_store_load(path, why);

	assert_non_null(store);
	unlink(path);
	return store;
}

/* The CA in a store that signed it, whatever else is there. */
static void
test_issuer(void **state)
{
	EVP_PKEY *key = make_ec("P-256");
	X509 *namesake = make_ca("Issuing", key, NULL, NULL, NOW);
	struct x509_store *store = store_of(namesake, ca);
	struct x509_store *other = store_of(namesake, NULL);
	struct blob cert = make_der(cert_of(P256)), one = make_der(ca);
	const struct blob junk = { (const unsigned char *)"junk", 4 };
	const struct blob *found;

	(void)state;
	found = x509_store_issuer(unit_arena, store, &cert);
	assert_non_null(found);
	assert_int_equal(found->len, one.len);
	assert_memory_equal(found->data, one.data, one.len);
	assert_null(x509_store_issuer(unit_arena, other, &cert));
	assert_null(x509_store_issuer(unit_arena, store, &junk));
	assert_int_equal(ERR_peek_error(), 0);
	x509_store_free(store);
	x509_store_free(other);
	make_free(&cert);
	make_free(&one);
	X509_free(namesake);
	EVP_PKEY_free(key);
}

static int
setup(void **state)
{
	return make_setup(state) != 0 || cms_setup(state) != 0;
}

static int
teardown(void **state)
{
	return cms_teardown(state) != 0 || make_teardown(state) != 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_token),
		UNIT_TEST(test_what_is_in_it),
		UNIT_TEST(test_presented),
		UNIT_TEST(test_issued_by),
		UNIT_TEST(test_issuer),
	};

	return cmocka_run_group_tests_name("renew", tests, setup, teardown);
}
