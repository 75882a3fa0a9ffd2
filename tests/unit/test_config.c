/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/config.h"

#define CERTS "FENESTRA_CA_CERT=/c", "FENESTRA_CA_KEY=/k", "FENESTRA_CA_ROOT=/r"
#define TOKEN "FENESTRA_CA_CERT=/c", "FENESTRA_CA_ROOT=/r", TRUST
#define TRUST "FENESTRA_DEVICE_CA=/d", "FENESTRA_SEAL_KEY=/s"

#define D CONFIG_DISCOVERY
#define E CONFIG_ENROLLMENT
#define M CONFIG_MANAGEMENT
#define S CONFIG_SIGNER

/* What is in `why`; NULL for what is read. */
static const struct {
	const char *what;
	unsigned program;
	const char *env[9];
	const char *why;
} cases[] = {
	{ "nothing, discovery", D, { NULL }, NULL },
	{ "nothing, enrollment", E, { NULL }, "FENESTRA_CA_CERT" },
	{ "nothing, management", M, { NULL }, "FENESTRA_DEVICE_CA" },
	{ "enrollment", E, { CERTS, TRUST }, NULL },
	{ "no trust", E, { CERTS }, "FENESTRA_DEVICE_CA" },
	{ "no key to seal with, E", E, { CERTS, "FENESTRA_DEVICE_CA=/d" },
	    "FENESTRA_SEAL_KEY is not set" },
	{ "no key to seal with, M", M, { "FENESTRA_DEVICE_CA=/d" },
	    "FENESTRA_SEAL_KEY is not set" },
	{ "that key alone", CONFIG_SEAL, { "FENESTRA_SEAL_KEY=/s" }, NULL },
	{ "that key, relative", CONFIG_SEAL, { "FENESTRA_SEAL_KEY=s" },
	    "absolute path" },
	{ "management", M, { TRUST }, NULL },
	{ "all for each, D", D, { CERTS, TRUST }, NULL },
	{ "all for each, E", E, { CERTS, TRUST }, NULL },
	{ "all for each, M", M, { CERTS, TRUST }, NULL },
	{ "no key for a worker", E, { TOKEN }, NULL },
	{ "no key", S, { TOKEN }, "FENESTRA_CA_KEY" },
	{ "signer", S, { CERTS, TRUST }, NULL },
	{ "signer without trust", S, { CERTS }, "FENESTRA_DEVICE_CA" },
	{ "key of a token", S, { TOKEN, "FENESTRA_CA_KEY=pkcs11:object=ca" },
	    NULL },
	{ "key, relative", S, { TOKEN, "FENESTRA_CA_KEY=ca.key" },
	    "pkcs11: URI" },
	{ "key with its PIN", S,
	    { TOKEN, "FENESTRA_CA_KEY=pkcs11:object=ca?pin-value=hunter2" },
	    "pin-source" },
	{ "socket, relative", E, { CERTS, TRUST, "FENESTRA_SIGNER_SOCKET=s" },
	    "FENESTRA_SIGNER_SOCKET" },
	{ "signer's clients", S,
	    { CERTS, TRUST, "FENESTRA_SIGNER_USER=enroll",
		"FENESTRA_SIGNER_GROUP=mdm" },
	    NULL },
	{ "no root", E, { "FENESTRA_CA_CERT=/c", "FENESTRA_CA_KEY=/k" },
	    "FENESTRA_CA_ROOT" },
	{ "another's bad value is not looked at", D,
	    { "FENESTRA_CA_CERT=", "FENESTRA_DEVICE_CA=relative" }, NULL },
	{ "not ours at all", D,
	    { "PATH=/bin", "PGHOST=x", "FENESTRA=1", "XFENESTRA_A=1", "odd" },
	    NULL },

	{ "unknown", D, { "FENESTRA_MAXBODY=5000" }, "FENESTRA_MAXBODY" },
	{ "unknown, of nobody", M, { TRUST, "FENESTRA_X=1" }, "FENESTRA_X" },
	{ "unknown, longer", D, { "FENESTRA_TRACE2=1" }, "FENESTRA_TRACE2" },
	{ "unknown, shorter", D, { "FENESTRA_TRAC=1" }, "FENESTRA_TRAC" },
	{ "unknown, other case", D, { "FENESTRA_trace=1" }, "FENESTRA_trace" },
	{ "unknown, empty name", D, { "FENESTRA_=1" }, "FENESTRA_" },
	{ "unknown, empty value", D, { "FENESTRA_NEW=" }, "FENESTRA_NEW" },

	{ "relative path", M, { "FENESTRA_DEVICE_CA=ca.pem" },
	    "FENESTRA_DEVICE_CA" },
	{ "empty path", M, { "FENESTRA_DEVICE_CA=" }, "FENESTRA_DEVICE_CA" },
	{ "seconds, least", D, { "FENESTRA_MAX_CPU=1" }, NULL },
	{ "seconds, none", D, { "FENESTRA_MAX_CPU=0" }, "MAX_CPU" },
	{ "seconds, too many", D, { "FENESTRA_MAX_CPU=3601" }, "MAX_CPU" },
	{ "bytes, least", D, { "FENESTRA_MAX_BODY=4096" }, NULL },
	{ "bytes, too few", D, { "FENESTRA_MAX_BODY=4095" }, "MAX_BODY" },
	{ "bytes, most", D, { "FENESTRA_MAX_BODY=67108864" }, NULL },
	{ "bytes, too many", D, { "FENESTRA_MAX_BODY=67108865" }, "MAX_BODY" },
	{ "bytes, zero", D, { "FENESTRA_MAX_BODY=0" }, "MAX_BODY" },
	{ "bytes, negative", D, { "FENESTRA_MAX_BODY=-5000" }, "MAX_BODY" },
	{ "bytes, with unit", D, { "FENESTRA_MAX_BODY=5000k" }, "MAX_BODY" },
	{ "bytes, words", D, { "FENESTRA_MAX_BODY=much" }, "MAX_BODY" },
	{ "bytes, empty", D, { "FENESTRA_MAX_BODY=" }, "MAX_BODY" },
	{ "bytes, beyond a long", D,
	    { "FENESTRA_MAX_BODY=99999999999999999999999" }, "MAX_BODY" },
	{ "switch, 2", D, { "FENESTRA_TRACE=2" }, "FENESTRA_TRACE" },
	{ "switch, yes", D, { "FENESTRA_TRACE=yes" }, "FENESTRA_TRACE" },
	{ "switch, empty", D, { "FENESTRA_PREPARED=" }, "FENESTRA_PREPARED" },
	{ "switch, with blank", D, { "FENESTRA_TRACE=1 " }, "FENESTRA_TRACE" },
};

static int
read_env(struct config *c, unsigned program, const char *const *env,
    char why[CONFIG_WHY_LEN])
{
	char *copy[9] = { NULL };

	for (size_t i = 0; i < 8 && env[i] != NULL; i++)
		copy[i] = unit_printf("%s", env[i]);
	return config_read(c, program, copy, why);
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char why[CONFIG_WHY_LEN] = "";
		struct config c;
		int rc = read_env(&c, cases[i].program, cases[i].env, why);

		if (cases[i].why == NULL && rc != 0)
			unit_wrong(cases[i].what, "refused: %s", why);
		if (cases[i].why != NULL && rc != -1)
			unit_wrong(cases[i].what, "accepted");
		if (cases[i].why != NULL && strstr(why, cases[i].why) == NULL)
			unit_wrong(cases[i].what, "why is <%s>", why);
	}
	unit_done();
}

static void
test_defaults(void **state)
{
	static const char *const none[] = { NULL };
	char why[CONFIG_WHY_LEN];
	struct config c;

	(void)state;
	memset(&c, 0xaa, sizeof(c));
	assert_int_equal(read_env(&c, D, none, why), 0);
	assert_int_equal(c.max_body, 1048576);
	assert_int_equal(c.trace, 0);
	assert_int_equal(c.prepared, 1);
	assert_null(c.ca_cert);
	assert_null(c.ca_key);
	assert_null(c.ca_root);
	assert_null(c.device_ca);
}

static void
test_values(void **state)
{
	static const char *const env[] = { CERTS, TRUST,
		"FENESTRA_MAX_BODY=5000", "FENESTRA_TRACE=1",
		"FENESTRA_PREPARED=off", NULL };
	static const char *const other[] = { "FENESTRA_TRACE=0",
		"FENESTRA_PREPARED=on", NULL };
	char why[CONFIG_WHY_LEN];
	struct config c;

	(void)state;
	assert_int_equal(read_env(&c, E, env, why), 0);
	assert_string_equal(c.ca_cert, "/c");
	assert_null(c.ca_key);
	assert_string_equal(c.ca_root, "/r");
	assert_string_equal(c.device_ca, "/d");
	assert_string_equal(c.signer_socket, "/run/fenestra/signer.sock");
	assert_int_equal(c.max_body, 5000);
	assert_int_equal(c.trace, 1);
	assert_int_equal(c.prepared, 0);
	assert_int_equal(read_env(&c, M, env, why), 0);
	assert_string_equal(c.device_ca, "/d");
	assert_null(c.ca_key);
	assert_null(c.signer_socket);
	assert_int_equal(read_env(&c, S, env, why), 0);
	assert_string_equal(c.ca_key, "/k");
	assert_string_equal(c.device_ca, "/d");
	assert_string_equal(c.signer_user, "");
	assert_string_equal(c.signer_group, "");
	assert_int_equal(c.prepared, 0);
	assert_int_equal(read_env(&c, D, other, why), 0);
	assert_int_equal(c.trace, 0);
	assert_int_equal(c.prepared, 1);
}

/* A long value does not push the reason out of its room. */
static void
test_long_value(void **state)
{
	char *env[] = {
		unit_printf("FENESTRA_TRACE=%s", unit_repeat("x", 5000)), NULL
	};
	struct {
		char why[CONFIG_WHY_LEN];
		char guard[16];
	} room;
	struct config c;

	(void)state;
	memset(&room, '#', sizeof(room));
	assert_int_equal(config_read(&c, D, env, room.why), -1);
	assert_memory_equal(room.guard, "################", 16);
	assert_non_null(memchr(room.why, '\0', sizeof(room.why)));
	env[0] = unit_printf("FENESTRA_%s=1", unit_repeat("x", 5000));
	assert_int_equal(config_read(&c, D, env, room.why), -1);
	assert_memory_equal(room.guard, "################", 16);
}

/* What nobody knows may well be somebody's password. */
static void
test_unknown_value_is_not_told(void **state)
{
	char *env[] = { unit_printf("FENESTRA_DB_PASSWORD=hunter2"), NULL };
	char why[CONFIG_WHY_LEN];
	struct config c;

	(void)state;
	assert_int_equal(config_read(&c, D, env, why), -1);
	assert_non_null(strstr(why, "FENESTRA_DB_PASSWORD"));
	assert_null(strstr(why, "hunter2"));
}

/* Nor a PIN, although it is known what it is. */
static void
test_pin_is_not_told(void **state)
{
	static const char *const env[] = { TOKEN,
		"FENESTRA_CA_KEY=pkcs11:object=ca?pin-value=hunter2", NULL };
	char why[CONFIG_WHY_LEN];
	struct config c;

	(void)state;
	assert_int_equal(read_env(&c, S, env, why), -1);
	assert_non_null(strstr(why, "FENESTRA_CA_KEY"));
	assert_null(strstr(why, "hunter2"));
}

static void
test_print(void **state)
{
	static const char *const env[] = { CERTS, TRUST, "FENESTRA_TRACE=on",
		NULL };
	char why[CONFIG_WHY_LEN];
	struct config c;

	(void)state;
	assert_int_equal(read_env(&c, E, env, why), 0);
	unit_capture_begin(1);
	config_print(&c, E);
	assert_string_equal(unit_capture_end(),
	    "FENESTRA_CA_CERT=/c\nFENESTRA_CA_ROOT=/r\n"
	    "FENESTRA_DEVICE_CA=/d\n"
	    "FENESTRA_SIGNER_SOCKET=/run/fenestra/signer.sock\n"
	    "FENESTRA_SEAL_KEY=/s\n"
	    "FENESTRA_CERT_HEADER=\nFENESTRA_CERT_PEERS=\n"
	    "FENESTRA_CERT_SECRET=\nFENESTRA_STATS=\n"
	    "FENESTRA_MAX_BODY=1048576\nFENESTRA_MAX_CPU=20\nFENESTRA_TRACE=1\n"
	    "FENESTRA_TRACE_SECRETS=0\nFENESTRA_PREPARED=1\n");
	assert_int_equal(read_env(&c, M, env, why), 0);
	unit_capture_begin(1);
	config_print(&c, M);
	assert_string_equal(unit_capture_end(),
	    "FENESTRA_DEVICE_CA=/d\nFENESTRA_SEAL_KEY=/s\nFENESTRA_UPLOADS=\n"
	    "FENESTRA_CERT_HEADER=\nFENESTRA_CERT_PEERS=\n"
	    "FENESTRA_CERT_SECRET=\nFENESTRA_STATS=\n"
	    "FENESTRA_MAX_BODY=1048576\nFENESTRA_MAX_CPU=20\nFENESTRA_TRACE=1\n"
	    "FENESTRA_TRACE_SECRETS=0\nFENESTRA_PREPARED=1\n");
	assert_int_equal(read_env(&c, S, env, why), 0);
	unit_capture_begin(1);
	config_print(&c, S);
	assert_string_equal(unit_capture_end(),
	    "FENESTRA_CA_CERT=/c\nFENESTRA_CA_KEY=/k\nFENESTRA_CA_ROOT=/r\n"
	    "FENESTRA_DEVICE_CA=/d\n"
	    "FENESTRA_SIGNER_SOCKET=/run/fenestra/signer.sock\n"
	    "FENESTRA_SIGNER_USER=\nFENESTRA_SIGNER_GROUP=\n"
	    "FENESTRA_PREPARED=1\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_cases),
		UNIT_TEST(test_defaults),
		UNIT_TEST(test_values),
		UNIT_TEST(test_long_value),
		UNIT_TEST(test_unknown_value_is_not_told),
		UNIT_TEST(test_pin_is_not_told),
		UNIT_TEST(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
