/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../common/arena.h"
#include "make_x509.h"

static time_t now;
static EVP_PKEY *ca_key, *ec_key;
static X509 *ca_cert;
static struct x509_ca *ca;

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
	ca = loaded(ca_cert, ca_key);
	return rc;
}

static int
teardown(void **state)
{
	x509_ca_free(ca);
	X509_free(ca_cert);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(ec_key);
	return make_teardown(state);
}

static X509_CRL *
list_of(const struct x509_crl *c)
{
	struct arena *a = arena_new(1 << 20);
	char why[X509_WHY_LEN];
	struct blob pem;
	X509_CRL *crl;
	BIO *bio;

	if (x509_crl_make(a, ca, c, &pem, why) != 0)
		fail_msg("%s", why);
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
	assert_non_null(crl);
	assert_int_equal(X509_CRL_verify(crl, ca_key), 1);
	BIO_free(bio);
	arena_free(a);
	return crl;
}

static long
reason_of(X509_CRL *crl, const unsigned char *serial, size_t len)
{
	BIGNUM *n = BN_bin2bn(serial, (int)len, NULL);
	ASN1_INTEGER *i = BN_to_ASN1_INTEGER(n, NULL);
	ASN1_ENUMERATED *e;
	X509_REVOKED *entry;
	long reason = -1;

	if (X509_CRL_get0_by_serial(crl, &entry, i) == 1) {
		e = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
		reason = e != NULL ? ASN1_ENUMERATED_get(e) : 0;
		ASN1_ENUMERATED_free(e);
	}
	ASN1_INTEGER_free(i);
	BN_free(n);
	return reason;
}

static void
test_crl(void **state)
{
	static const unsigned char one[16] = { 0x5a, 1 }, two[] = { 0x80 },
				   three[16] = { 0, 0, 3 };
	const struct x509_revoked revoked[] = { { one, 16, now - DAY, 0 },
		{ two, 1, now - HOUR, 4 }, { three, 16, now, 5 } };
	const struct x509_crl c = { 0x123456789aLL, now, now + DAY, revoked,
		3 };
	X509_CRL *crl = list_of(&c);
	ASN1_INTEGER *number =
	    X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
	int64_t n;

	(void)state;
	assert_int_equal(ASN1_INTEGER_get_int64(&n, number), 1);
	assert_int_equal(n, c.number);
	assert_int_equal(X509_CRL_get_version(crl), X509_CRL_VERSION_2);
	assert_int_equal(
	    ASN1_TIME_cmp_time_t(X509_CRL_get0_nextUpdate(crl), c.next_update),
	    0);
	assert_int_equal(reason_of(crl, one, 16), 0);
	assert_int_equal(reason_of(crl, two, 1), 4);
	assert_int_equal(reason_of(crl, three, 16), 5);
	assert_int_equal(reason_of(crl, (const unsigned char *)"\7", 1), -1);
	ASN1_INTEGER_free(number);
	X509_CRL_free(crl);
	crl = list_of(&(struct x509_crl){ 1, now, now + DAY, NULL, 0 });
	assert_int_equal(reason_of(crl, one, 16), -1);
	X509_CRL_free(crl);
}

static void
test_crl_refused(void **state)
{
	const struct x509_crl c = { 1, now, now + DAY, NULL, 0 };
	const struct make_cert m = { "No", ec_key, NULL, NULL, now - DAY,
		now + DAY, "critical,CA:TRUE", "critical,keyCertSign" };
	X509 *cert = make_cert(&m);
	struct x509_ca *no = loaded(cert, ec_key);
	struct arena *a = arena_new(1 << 20);
	char why[X509_WHY_LEN];
	struct blob pem;

	(void)state;
	assert_int_equal(x509_crl_make(a, no, &c, &pem, why), -1);
	assert_non_null(strstr(why, "may not sign a CRL"));
	x509_ca_free(no);
	X509_free(cert);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crl),
		cmocka_unit_test(test_crl_refused),
	};

	return cmocka_run_group_tests_name("x509_crl", tests, setup, teardown);
}
