/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <unistd.h>

#include "make_x509.h"

#include "../../fcgi/identity.h"

static EVP_PKEY *root_key, *other_key, *device_key;
static X509 *root, *other, *device, *foreign, *old, *server;
static struct x509_store *store;
static time_t now;

static X509 *
leaf(X509 *issuer, EVP_PKEY *key, time_t to, const char *extended)
{
	const struct make_cert m = { "device", device_key, issuer, key,
		now - HOUR, to, "critical,CA:FALSE",
		"critical,digitalSignature", extended };

	return make_cert(&m);
}

static int
setup(void **state)
{
	char why[X509_WHY_LEN], *path;

	if (make_setup(state) != 0)
		return -1;
	now = time(NULL);
	root_key = make_ec("P-256");
	other_key = make_ec("P-256");
	device_key = make_ec("P-256");
	root = make_ca("Root", root_key, NULL, NULL, now);
	other = make_ca("Root", other_key, NULL, NULL, now);
	device = leaf(root, root_key, now + DAY, "clientAuth");
	foreign = leaf(other, other_key, now + DAY, "clientAuth");
	old = leaf(root, root_key, now - 1, "clientAuth");
	server = leaf(root, root_key, now + DAY, "serverAuth");
	path = make_pem("ca.pem", root, NULL);
	store = x509_store_load(path, why);
	unlink(path);
	return store == NULL;
}

static int
teardown(void **state)
{
	x509_store_free(store);
	X509_free(root);
	X509_free(other);
	X509_free(device);
	X509_free(foreign);
	X509_free(old);
	X509_free(server);
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(other_key);
	EVP_PKEY_free(device_key);
	return make_teardown(state);
}

static char *
pem(X509 *cert)
{
	char *path = make_pem("one.pem", cert, NULL);
	char *text = unit_file(path, NULL);

	unlink(path);
	return text;
}

static void
test_verify(void **state)
{
	char why[X509_WHY_LEN] = "", *text = pem(device);
	unsigned char want[X509_SHA256_LEN];
	struct blob der = make_der(device);
	struct identity i;

	(void)state;
	memset(&i, 0xaa, sizeof(i));
	assert_int_equal(
	    identity_verify(unit_arena, store, text, now, &i, why), 0);
	x509_sha256(der.data, der.len, want);
	assert_memory_equal(i.sha256, want, sizeof(want));
	x509_sha256(text, strlen(text), want);
	assert_memory_equal(i.text_sha256, want, sizeof(want));
	assert_int_equal(i.not_after, now + DAY);
	assert_string_equal(i.device, "");
	make_free(&der);
}

static void
test_refused(void **state)
{
	const struct {
		const char *what;
		char *text;
		time_t at;
	} cases[] = {
		{ "of another CA of that name", pem(foreign), now },
		{ "expired", pem(old), now },
		{ "expired by then", pem(device), now + DAY + 1 },
		{ "not good yet", pem(device), now - DAY },
		{ "of a server", pem(server), now },
		{ "the CA itself", pem(root), now },
		{ "nothing", unit_printf("%s", ""), now },
		{ "no certificate", unit_printf("%s", "SUCCESS"), now },
		{ "two", unit_printf("%s%s", pem(device), pem(device)), now },
	};

	(void)state;
	for (size_t k = 0; k < COUNT(cases); k++) {
		char why[X509_WHY_LEN] = "";
		struct identity i;

		if (identity_verify(unit_arena, store, cases[k].text,
			cases[k].at, &i, why) != -1)
			unit_wrong(cases[k].what, "believed");
		else if (why[0] == '\0')
			unit_wrong(cases[k].what, "no words");
	}
	unit_done();
}

static void
test_cache(void **state)
{
	struct identity_cache *cache = identity_cache_new();
	char why[X509_WHY_LEN], *text = pem(device);
	const struct identity *found;
	struct identity i;

	(void)state;
	assert_null(identity_find(cache, text, now));
	assert_null(identity_find(cache, "", now));
	assert_int_equal(
	    identity_verify(unit_arena, store, text, now, &i, why), 0);
	assert_null(identity_find(cache, text, now));
	snprintf(i.device, sizeof(i.device), "%s",
	    "00000000-0000-4000-8000-000000000003");
	identity_remember(cache, &i);
	found = identity_find(cache, text, now);
	assert_non_null(found);
	assert_string_equal(
	    found->device, "00000000-0000-4000-8000-000000000003");
	assert_memory_equal(found->sha256, i.sha256, sizeof(i.sha256));
	/* Only while it is good, and only for that very text. */
	assert_non_null(identity_find(cache, text, now + DAY));
	assert_null(identity_find(cache, text, now + DAY + 1));
	assert_null(identity_find(cache, unit_printf("%s\n", text), now));
	assert_null(identity_find(cache, text + 1, now));
	assert_null(identity_find(cache, pem(foreign), now));
	free(cache);
}

/* Many more than there is room for: none is ever taken for another. */
static void
test_many(void **state)
{
	struct identity_cache *cache = identity_cache_new();
	const struct identity *found;
	int kept = 0;

	(void)state;
	for (int n = 0; n < 5000; n++) {
		char *text = unit_printf("certificate %d", n);
		struct identity i = { .not_after = now };

		x509_sha256(text, strlen(text), i.text_sha256);
		snprintf(i.device, sizeof(i.device), "%d", n);
		identity_remember(cache, &i);
		found = identity_find(cache, text, now);
		assert_non_null(found);
		assert_string_equal(found->device, unit_printf("%d", n));
	}
	for (int n = 0; n < 5000; n++) {
		found =
		    identity_find(cache, unit_printf("certificate %d", n), now);
		if (found == NULL)
			continue;
		kept++;
		assert_string_equal(found->device, unit_printf("%d", n));
	}
	assert_true(kept > 500);
	free(cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_verify),
		UNIT_TEST(test_refused),
		UNIT_TEST(test_cache),
		UNIT_TEST(test_many),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
