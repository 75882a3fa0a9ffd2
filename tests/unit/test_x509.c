/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../common/arena.h"
#include "../../common/base64.h"
#include "../../common/check.h"
#include "make_x509.h"

#define NOW 1700000000
#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

static EVP_PKEY *ca_key, *device_key;
static X509 *ca;

static int
setup(void **state)
{
	(void)state;
	ca_key = make_ec("P-256");
	device_key = make_ec("P-256");
	ca = make_ca("Issuing", ca_key, NULL, NULL, NOW);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(device_key);
	return 0;
}

static X509 *
leaf(void)
{
	const struct make_cert m = { "device", device_key, ca, ca_key,
		NOW - HOUR, NOW + DAY, "critical,CA:FALSE",
		"critical,digitalSignature", "clientAuth" };

	return make_cert(&m);
}

static void
hex(char *out, const unsigned char *in, size_t len)
{
	for (size_t i = 0; i < len; i++)
		snprintf(out + 2 * i, 3, "%02x", in[i]);
}

static void
test_digest(void **state)
{
	unsigned char sha256[X509_SHA256_LEN], sha1[X509_SHA1_LEN];
	unsigned char one[32], two[32], none[32] = { 0 };
	char text[65];

	(void)state;
	x509_sha256("abc", 3, sha256);
	hex(text, sha256, sizeof(sha256));
	assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223"
				  "b00361a396177a9cb410ff61f20015ad");
	x509_sha1("abc", 3, sha1);
	hex(text, sha1, sizeof(sha1));
	assert_string_equal(text, "a9993e364706816aba3e25717850c26c9cd0d89d");
	x509_random(one, sizeof(one));
	x509_random(two, sizeof(two));
	assert_memory_not_equal(one, two, sizeof(one));
	assert_memory_not_equal(one, none, sizeof(one));
	x509_random(one, 0);
}

/*
 * In a pattern B is the base64 of the certificate on one line, L the same with
 * a break after every 64 characters, U the same in the URL-safe alphabet, H the
 * first half of it; % escapes the next character, ! it and all that follow but
 * letters and digits.  ^ is a line feed, R a carriage return and line feed, as
 * the breaks within L are then; T a tab; S a space.
 */
static void
expand(char *out, const char *pattern, const char *b64)
{
	size_t len = strlen(b64);
	const char *nl = strchr(pattern, 'R')	? "\r\n"
			 : strchr(pattern, 'T') ? "\n\t"
			 : strchr(pattern, 'S') ? " "
						: "\n";
	char *raw = calloc(1, 3 * len + 400), *o = raw;
	int escape = *pattern == '!';

	assert_non_null(raw);
	for (const char *p = pattern + escape; *p != '\0'; p++) {
		if (*p == 'L')
			for (size_t i = 0; i < len; i += 64)
				o += sprintf(
				    o, "%s%.64s", i > 0 ? nl : "", b64 + i);
		else if (*p == 'B')
			o += sprintf(o, "%s", b64);
		else if (*p == 'H')
			o += sprintf(o, "%.*s", (int)len / 2, b64);
		else if (*p == 'U')
			for (size_t i = 0; i < len; i++)
				*o++ = b64[i] == '+'   ? '-'
				       : b64[i] == '/' ? '_'
						       : b64[i];
		else if (*p == '^' || *p == 'R' || *p == 'T' || *p == 'S')
			o += sprintf(o, "%s", nl);
		else if (*p == '<')
			o += sprintf(o, BEGIN);
		else if (*p == '>')
			o += sprintf(o, END);
		else
			*o++ = *p;
	}
	for (o = raw; *o != '\0'; o++) {
		if (!escape || strchr("0123456789", *o) ||
		    (*o >= 'a' && *o <= 'z') || (*o >= 'A' && *o <= 'Z'))
			*out++ = *o;
		else
			out += sprintf(out, "%%%02X", (unsigned)*o);
	}
	*out = '\0';
	free(raw);
}

/* clang-format off */
static const struct {
	const char *what;
	const char *pattern; /* < and > are the lines of PEM */
	const char *why;
} texts[] = {
	{ "PEM",			"<^L^>^", NULL },
	{ "PEM without last break",	"<^L^>", NULL },
	{ "PEM with CR LF",		"<RLR>R", NULL },
	{ "PEM with spaces",		"<SLS>S", NULL },
	{ "PEM with tabs",		"<TLT>", NULL },
	{ "PEM on one line",		"<B>", NULL },
	{ "PEM after breaks",		"^^<^L^>^^", NULL },
	{ "escaped PEM",		"!<^L^>^", NULL },
	{ "escaped PEM with CR LF",	"!<RLR>R", NULL },
	{ "escaped in part",		"<%0aL%0A>", NULL },
	{ "escaped base64",		"!B", NULL },
	{ "base64",			"B", NULL },
	{ "base64 in lines",		"L^", NULL },
	{ "URL-safe base64",		"U", NULL },
	{ "RFC 9440",			":B:", NULL },
	{ "empty",			"", "no client certificate" },
	{ "white space",		"^^", "not one of X.509" },
	{ "two of PEM",			"<^L^>^<^L^>^", "not exactly one" },
	{ "two escaped",		"!<^L^>^<^L^>^", "not exactly one" },
	{ "text behind PEM",		"<^L^>^x", "not exactly one" },
	{ "text before PEM",		"x^<^L^>", "bad base64" },
	{ "PEM without its end",	"<^L^", "not exactly one" },
	{ "half of PEM",		"<^H^>", "client certificate" },
	{ "URL-safe in PEM",		"<^U^>", "not exactly one" },
	{ "URL-safe in RFC 9440",	":U:", "not exactly one" },
	{ "RFC 9440 without its end",	":B", "not exactly one" },
	{ "RFC 9440, two",		":B:, :B:", "bad base64" },
	{ "one colon",			":", "not exactly one" },
	{ "two colons",			"::", "not one of X.509" },
	{ "two of base64",		"BB", "client certificate" },
	{ "padding behind",		"B=", "bad base64" },
	{ "half",			"H", "client certificate" },
	{ "escape cut",			"B%4", "bad %-escape" },
	{ "escape of no hex",		"%zzB", "bad %-escape" },
	{ "NUL",			"B%00", "bad base64" },
	{ "escaped twice",		"<%250aB%250a>", "bad base64" },
	{ "a list's plus",		"B+", "bad base64" },
	{ "junk",			"hello world!", "bad base64" },
	{ "base64 of no DER",		"aGVsbG8=", "not one of X.509" },
	{ "base64 of other DER",	"MAA=", "not one of X.509" },
};
/* clang-format on */

/* The certificate has to have both characters in which alphabets differ. */
static X509 *
cert_with_both(char *b64)
{
	struct blob der;
	X509 *cert;

	for (;;) {
		cert = leaf();
		der = make_der(cert);
		base64_encode(b64, der.data, der.len);
		make_free(&der);
		if (strchr(b64, '+') && strchr(b64, '/'))
			return cert;
		X509_free(cert);
	}
}

static void
test_client_decode(void **state)
{
	struct arena *a = arena_new(64 * 1024);
	char why[X509_WHY_LEN], b64[4096], text[16384];
	X509 *cert = cert_with_both(b64);
	struct blob der = make_der(cert), got;
	int rc;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		expand(text, texts[i].pattern, b64);
		*why = '\0';
		rc = x509_client_decode(a, text, &got, why);
		if (texts[i].why == NULL) {
			if (rc != 0)
				fail_msg("%s: %s", texts[i].what, why);
			assert_int_equal(got.len, der.len);
			assert_memory_equal(got.data, der.data, der.len);
		} else if (rc == 0 || !strstr(why, texts[i].why))
			fail_msg("%s: '%s'", texts[i].what, why);
		arena_reset(a);
	}
	make_free(&der);
	X509_free(cert);
	arena_free(a);
}

static void
test_client_decode_limits(void **state)
{
	struct arena *a = arena_new(64 * 1024), *small = arena_new(600);
	char why[X509_WHY_LEN], b64[4096], text[X509_CERT_TEXT_MAX + 2];
	X509 *cert = cert_with_both(b64);
	struct blob got;
	size_t len = strlen(b64);

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, b64, len);
	text[X509_CERT_TEXT_MAX] = '\0';
	assert_int_equal(x509_client_decode(a, text, &got, why), 0);
	text[X509_CERT_TEXT_MAX] = ' ';
	text[X509_CERT_TEXT_MAX + 1] = '\0';
	assert_int_equal(x509_client_decode(a, text, &got, why), -1);
	assert_non_null(strstr(why, "too long"));
	assert_int_equal(x509_client_decode(small, b64, &got, why), -1);
	assert_non_null(strstr(why, "no room"));

	/* Cut anywhere it is refused, and nothing behind it is read. */
	for (size_t i = 0; i < len; i++) {
		char *cut = strndup(b64, i);

		arena_reset(a);
		assert_non_null(cut);
		assert_int_equal(x509_client_decode(a, cut, &got, why), -1);
		free(cut);
	}
	X509_free(cert);
	arena_free(small);
	arena_free(a);
}

/* With a byte behind it, or a length that is longer than it needs to be. */
static void
test_client_der(void **state)
{
	struct arena *a = arena_new(64 * 1024);
	X509 *device = leaf();
	struct blob der = make_der(device), got;
	unsigned char *ber = calloc(1, der.len + 2);
	char why[X509_WHY_LEN];

	(void)state;
	assert_non_null(ber);
	memcpy(ber, der.data, der.len);
	assert_int_equal(
	    x509_client_decode(a, base64_string(a, ber, der.len), &got, why),
	    0);
	assert_int_equal(x509_client_decode(
			     a, base64_string(a, ber, der.len + 1), &got, why),
	    -1);
	assert_int_equal(ber[1], 0x82);
	memmove(ber + 3, ber + 2, der.len - 2);
	ber[1] = 0x83;
	ber[2] = 0;
	assert_int_equal(x509_client_decode(
			     a, base64_string(a, ber, der.len + 1), &got, why),
	    -1);
	free(ber);
	X509_free(device);
	make_free(&der);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_client_decode),
		cmocka_unit_test(test_client_decode_limits),
		cmocka_unit_test(test_client_der),
	};

	return cmocka_run_group_tests_name("x509", tests, setup, teardown);
}
