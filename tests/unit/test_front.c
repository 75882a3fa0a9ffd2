/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include "../../common/front.h"
#include "unit.h"

#define KNOWN "0123456789abcdef0123456789abcdef"

static char folder[] = "/tmp/fenestra-front-XXXXXX";
static char secret[64];

static void
write_secret(const char *text, mode_t mode)
{
	int fd = open(secret, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int
make_secret(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(secret, sizeof(secret), "%s/secret", folder);
	write_secret(KNOWN "\n", 0600);
	return 0;
}

static int
remove_secret(void **state)
{
	(void)state;
	unlink(secret);
	return rmdir(folder);
}

static struct front *
load(const char *peers)
{
	char why[FRONT_WHY_LEN] = "";
	struct front *f = front_load("Client-Cert", peers, secret, why);

	assert_string_equal(why, "");
	assert_non_null(f);
	return f;
}

/* What is wrong with a configuration, in the variable's own name. */
static const struct {
	const char *header;
	const char *peers;
	const char *file;
	const char *why;
} bad[] = {
	{ "", "::1", NULL, "FENESTRA_CERT_HEADER: no name" },
	{ "Client Cert", "::1", NULL, "FENESTRA_CERT_HEADER: no name" },
	{ "Client_Cert", "::1", NULL, "FENESTRA_CERT_HEADER: no name" },
	{ "Fenestra-Secret", "::1", NULL, "means another thing" },
	{ "x-forwarded-for", "::1", NULL, "means another thing" },
	{ "Client-Cert", "", NULL, "without FENESTRA_CERT_PEERS" },
	{ "Client-Cert", " , ", NULL, "without FENESTRA_CERT_PEERS" },
	{ "Client-Cert", "localhost", NULL, "localhost is no address" },
	{ "Client-Cert", "10.0.0.1/33", NULL, "/33 is no prefix" },
	{ "Client-Cert", "10.0.0.1/0", NULL, "/0 is no prefix" },
	{ "Client-Cert", "10.0.0.1/", NULL, "/ is no prefix" },
	{ "Client-Cert", "10.0.0.1/-8", NULL, "/-8 is no prefix" },
	{ "Client-Cert", "::1/129", NULL, "/129 is no prefix" },
	{ "Client-Cert", "::1", "", "without FENESTRA_CERT_SECRET" },
	{ "Client-Cert", "::1", "/nonexistent", "No such file" },
	{ "Client-Cert", "::1", "/", "no file" },
};

static void
test_bad_configuration(void **state)
{
	char why[FRONT_WHY_LEN];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (front_load(bad[i].header, bad[i].peers,
			bad[i].file != NULL ? bad[i].file : secret,
			why) != NULL)
			unit_wrong(bad[i].why, "it was taken");
		else if (strstr(why, bad[i].why) == NULL)
			unit_wrong(bad[i].why, "%s", why);
	}
	unit_done();
}

static void
test_bad_secrets(void **state)
{
	char why[FRONT_WHY_LEN];
	static const struct {
		const char *text;
		mode_t mode;
		const char *why;
	} cases[] = {
		{ KNOWN, 0604, "others may read it" },
		{ "", 0600, "at least 16" },
		{ "short\n", 0600, "at least 16" },
		{ "0123456789 abcdef\n", 0600, "not printable" },
		{ "0123456789\xc3\xa4"
		  "abcdef\n",
		    0600, "not printable" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		write_secret(cases[i].text, cases[i].mode);
		if (front_load("Client-Cert", "::1", secret, why) != NULL)
			unit_wrong(cases[i].why, "it was taken");
		else if (strstr(why, cases[i].why) == NULL)
			unit_wrong(cases[i].why, "%s", why);
	}
	write_secret(KNOWN "\n", 0640);
	unit_done();
}

/* What came, and what the workers' code sees of it. */
#define TRUSTED "REMOTE_ADDR=10.1.2.3", "HTTP_FENESTRA_SECRET=" KNOWN
static const struct {
	const char *what;
	const char *params[8];
	const char *verdict;
	const char *cert;
	const char *address;
	const char *id;
} cases[] = {
	{ "the proxy's word", { TRUSTED, "HTTP_CLIENT_CERT=:MII=:" }, "SUCCESS",
	    ":MII=:", "10.1.2.3", NULL },
	{ "no certificate", { TRUSTED }, "NONE", NULL, "10.1.2.3", NULL },
	{ "an empty one", { TRUSTED, "HTTP_CLIENT_CERT=" }, "NONE", NULL,
	    "10.1.2.3", NULL },
	{ "with an address and an id",
	    { TRUSTED, "HTTP_CLIENT_CERT=x", "HTTP_X_REQUEST_ID=abcdefgh",
		"HTTP_X_FORWARDED_FOR=1.1.1.1, 192.0.2.7" },
	    "SUCCESS", "x", "192.0.2.7", "abcdefgh" },
	{ "an address that is none",
	    { TRUSTED, "HTTP_X_FORWARDED_FOR=unknown" }, "NONE", NULL,
	    "10.1.2.3", NULL },
	{ "said directly",
	    { TRUSTED, "SSL_CLIENT_VERIFY=SUCCESS", "SSL_CLIENT_CERT=x",
		"REQUEST_ID=abcdefgh" },
	    "NONE", NULL, "10.1.2.3", NULL },
	{ "said both ways",
	    { TRUSTED, "SSL_CLIENT_VERIFY=SUCCESS", "SSL_CLIENT_CERT=x",
		"HTTP_CLIENT_CERT=y" },
	    "SUCCESS", "y", "10.1.2.3", NULL },
	{ "another peer",
	    { "REMOTE_ADDR=10.2.2.3", "HTTP_FENESTRA_SECRET=" KNOWN,
		"HTTP_CLIENT_CERT=x", "HTTP_X_FORWARDED_FOR=1.1.1.1",
		"HTTP_X_REQUEST_ID=abcdefgh" },
	    "FAILED:in a header of a peer that is not trusted", NULL,
	    "10.2.2.3", NULL },
	{ "no peer", { "HTTP_FENESTRA_SECRET=" KNOWN, "HTTP_CLIENT_CERT=x" },
	    "FAILED:in a header of a peer that is not trusted", NULL, NULL,
	    NULL },
	{ "no secret", { "REMOTE_ADDR=10.1.2.3", "HTTP_CLIENT_CERT=x" },
	    "FAILED:in a header without the proxy's secret", NULL, "10.1.2.3",
	    NULL },
	{ "a wrong secret",
	    { "REMOTE_ADDR=10.1.2.3", "HTTP_CLIENT_CERT=x",
		"HTTP_FENESTRA_SECRET=" KNOWN "0",
		"HTTP_X_FORWARDED_FOR=1.1.1.1" },
	    "FAILED:in a header without the proxy's secret", NULL, "10.1.2.3",
	    NULL },
};

/* Into a vector that ends, as FastCGI has it. */
static struct http_request
request_of(const char *const *params, size_t max, char *vector[])
{
	struct http_request r = { .params = vector };
	size_t n = 0;

	for (; n < max && params[n] != NULL; n++)
		vector[n] = unit_printf("%s", params[n]);
	vector[n] = NULL;
	return r;
}

static void
test_translate(void **state)
{
	struct front *f = load("::1, 10.1.0.0/16");
	char *vector[COUNT(cases[0].params) + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_request r =
		    request_of(cases[i].params, COUNT(cases[i].params), vector);
		const char *what = cases[i].what;

		unit_same_int(what, front_translate(f, unit_arena, &r), 0);
		unit_same(what, http_param(&r, "SSL_CLIENT_VERIFY"),
		    cases[i].verdict);
		unit_same(
		    what, http_param(&r, "SSL_CLIENT_CERT"), cases[i].cert);
		unit_same(
		    what, http_param(&r, "REMOTE_ADDR"), cases[i].address);
		unit_same(what, http_request_id(&r), cases[i].id);
		/* So that neither trace nor log can have them. */
		unit_same(what, http_param(&r, "HTTP_FENESTRA_SECRET"), NULL);
		unit_same(what, http_param(&r, "HTTP_CLIENT_CERT"), NULL);
	}
	front_free(f);
	unit_done();
}

/* A header that stands there twice was sent by somebody else as well. */
static void
test_doubles(void **state)
{
	static const char *const twice[][4] = {
		{ TRUSTED, "HTTP_CLIENT_CERT=x", "HTTP_CLIENT_CERT=x" },
		{ TRUSTED, "HTTP_CLIENT_CERT=", "HTTP_CLIENT_CERT=x" },
		{ TRUSTED, "HTTP_FENESTRA_SECRET=x" },
		{ TRUSTED, "HTTP_X_FORWARDED_FOR=::1",
		    "HTTP_X_FORWARDED_FOR=::1" },
		{ TRUSTED, "HTTP_X_REQUEST_ID=abcdefgh",
		    "HTTP_X_REQUEST_ID=abcdefgh" },
		{ TRUSTED, "REMOTE_ADDR=10.1.2.3" },
	};
	struct front *f = load("10.1.2.3");
	char *vector[5];

	(void)state;
	for (size_t i = 0; i < COUNT(twice); i++) {
		struct http_request r =
		    request_of(twice[i], COUNT(twice[i]), vector);

		unit_same_int(twice[i][3] != NULL ? twice[i][3] : twice[i][2],
		    front_translate(f, unit_arena, &r), -1);
	}
	front_free(f);
	unit_done();
}

static const struct {
	const char *peers;
	const char *address;
	int trusted;
} networks[] = {
	{ "10.0.0.1", "10.0.0.1", 1 },
	{ "10.0.0.1", "10.0.0.2", 0 },
	{ "10.0.0.1", "::ffff:10.0.0.1", 1 },
	{ "10.0.0.0/8", "10.255.255.255", 1 },
	{ "10.0.0.0/8", "11.0.0.0", 0 },
	{ "10.0.0.128/25", "10.0.0.129", 1 },
	{ "10.0.0.128/25", "10.0.0.127", 0 },
	{ "10.0.0.1/32", "10.0.0.1", 1 },
	{ "2001:db8::/33", "2001:db8:7fff::1", 1 },
	{ "2001:db8::/33", "2001:db8:8000::1", 0 },
	{ "::1", "0:0:0:0:0:0:0:1", 1 },
	{ "::1 10.0.0.1,fe80::1", "fe80::1", 1 },
	{ "::1", "/run/x.sock", 0 },
	{ "::1", "", 0 },
};

static void
test_networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(networks); i++) {
		struct front *f = load(networks[i].peers);
		const char *const params[] = { "HTTP_CLIENT_CERT=x",
			"HTTP_FENESTRA_SECRET=" KNOWN,
			unit_printf("REMOTE_ADDR=%s", networks[i].address) };
		char *vector[COUNT(params) + 1];
		struct http_request r =
		    request_of(params, COUNT(params), vector);

		assert_int_equal(front_translate(f, unit_arena, &r), 0);
		unit_same_int(unit_printf("%s in %s", networks[i].address,
				  networks[i].peers),
		    http_param(&r, "SSL_CLIENT_CERT") != NULL,
		    networks[i].trusted);
		front_free(f);
	}
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_bad_configuration),
		UNIT_TEST(test_bad_secrets),
		UNIT_TEST(test_translate),
		UNIT_TEST(test_doubles),
		UNIT_TEST(test_networks),
	};

	return cmocka_run_group_tests(tests, make_secret, remove_secret);
}
