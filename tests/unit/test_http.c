/* SPDX-License-Identifier: ISC */
#include "unit.h"

static char *const params[] = {
	(char *)(uintptr_t) "REQUEST_METHOD=POST",
	(char *)(uintptr_t) "SSL_CLIENT_CERT_CHAIN=no",
	(char *)(uintptr_t) "SSL_CLIENT_CERT=yes=and=more",
	(char *)(uintptr_t) "HTTP_SSL_CLIENT_VERIFY=SUCCESS",
	(char *)(uintptr_t) "ssl_client_verify=SUCCESS",
	(char *)(uintptr_t) "EMPTY=",
	(char *)(uintptr_t) "TWICE=first",
	(char *)(uintptr_t) "TWICE=second",
	(char *)(uintptr_t) "NOTHING",
	(char *)(uintptr_t) "=nameless",
	NULL,
};

static const struct {
	const char *name;
	const char *value;
	int count;
} wanted[] = {
	{ "REQUEST_METHOD", "POST", 1 },
	{ "SSL_CLIENT_CERT", "yes=and=more", 1 },
	{ "SSL_CLIENT_CERT_CHAIN", "no", 1 },
	{ "SSL_CLIENT_VERIFY", NULL, 0 },
	{ "SSL_CLIENT", NULL, 0 },
	{ "EMPTY", NULL, 1 },
	{ "TWICE", "first", 2 },
	{ "NOTHING", NULL, 0 },
	{ "ABSENT", NULL, 0 },
	{ "POST", NULL, 0 },
};

static void
test_params(void **state)
{
	struct http_request r = { .params = params };
	static char *const none[] = { NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(wanted); i++) {
		unit_same(wanted[i].name, http_param(&r, wanted[i].name),
		    wanted[i].value);
		unit_same_int(wanted[i].name,
		    http_param_count(&r, wanted[i].name), wanted[i].count);
	}
	r.params = none;
	assert_null(http_param(&r, "REQUEST_METHOD"));
	assert_int_equal(http_param_count(&r, "REQUEST_METHOD"), 0);
	unit_done();
}

#define DISCOVERY "/EnrollmentServer/Discovery.svc"

static const struct {
	const char *path;
	int is;
} paths[] = {
	{ DISCOVERY, 1 },
	{ "/ENROLLMENTSERVER/Discovery.svc", 1 },
	{ "/enrollmentserver/discovery.svc", 1 },
	{ "/EnrollmentServer/Discovery.svc/", 0 },
	{ "/EnrollmentServer/Discovery.sv", 0 },
	{ "/EnrollmentServer/Discovery.svc2", 0 },
	{ "EnrollmentServer/Discovery.svc", 0 },
	{ "//EnrollmentServer/Discovery.svc", 0 },
	{ "/x/EnrollmentServer/Discovery.svc", 0 },
	{ "/EnrollmentServer/Policy.svc", 0 },
	{ "/", 0 },
	{ "", 0 },
};

static void
test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct http_request r = { .path = paths[i].path };

		unit_same_int(
		    paths[i].path, !!http_path_is(&r, DISCOVERY), paths[i].is);
	}
	unit_done();
}

static const struct {
	const char *path;
	const char *rest; /* below /A/, or NULL */
} belows[] = {
	{ "/A/", "" },
	{ "/a/b", "b" },
	{ "/A/b/c", "b/c" },
	{ "/A//b", "/b" },
	{ "/A", NULL },
	{ "/B/b", NULL },
	{ "A/b", NULL },
	{ "", NULL },
};

static void
test_below(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(belows); i++) {
		struct http_request r = { .path = belows[i].path };

		unit_same(
		    belows[i].path, http_path_below(&r, "/A/"), belows[i].rest);
	}
	unit_done();
}

static const struct {
	const char *type;
	const char *media;
	int is;
} types[] = {
	{ "application/soap+xml", "application/soap+xml", 1 },
	{ "application/soap+xml; charset=utf-8", "application/soap+xml", 1 },
	{ "application/soap+xml;charset=utf-8", "application/soap+xml", 1 },
	{ "application/soap+xml ; charset=utf-8", "application/soap+xml", 1 },
	{ "Application/SOAP+XML", "application/soap+xml", 1 },
	{ " text/xml", "text/xml", 1 },
	{ "text/xml", "text/xm", 0 },
	{ "text/xm", "text/xml", 0 },
	{ "text/xml2", "text/xml", 0 },
	{ "text/xml/", "text/xml", 0 },
	{ "application/vnd.syncml.dm+xml", "application/vnd.syncml.dm+xml", 1 },
	{ "application/vnd.syncml.dm+wbxml", "application/vnd.syncml.dm+xml",
	    0 },
	{ "text/plain; x=text/xml", "text/xml", 0 },
	{ "", "text/xml", 0 },
	{ ";text/xml", "text/xml", 0 },
};

static void
test_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(types); i++)
		unit_same_int(
		    unit_printf("<%s> <%s>", types[i].type, types[i].media),
		    !!http_type_is(types[i].type, types[i].media), types[i].is);
	unit_done();
}

static const struct {
	const char *params[3];
	const char *id;
} ids[] = {
	{ { "REQUEST_ID=0f0f0f0f" }, "0f0f0f0f" },
	{ { "UNIQUE_ID=Zw@A-aaaAAAA_0123456789.+" },
	    "Zw@A-aaaAAAA_0123456789.+" },
	{ { "REQUEST_ID=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	{ { "REQUEST_ID=one-of-it", "UNIQUE_ID=the-other" }, "one-of-it" },
	{ { "REQUEST_ID=", "UNIQUE_ID=the-other" }, "the-other" },
	{ { "REQUEST_ID=short" }, NULL },
	{ { "REQUEST_ID=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }, NULL },
	{ { "REQUEST_ID=with a blank" }, NULL },
	{ { "REQUEST_ID=with\nline" }, NULL },
	{ { "REQUEST_ID=with\"quote\"" }, NULL },
	{ { "REQUEST_ID=with=equals" }, NULL },
	{ { "REQUEST_ID=same-one", "REQUEST_ID=same-one" }, NULL },
	{ { "HTTP_REQUEST_ID=0f0f0f0f", "HTTP_X_REQUEST_ID=0f0f0f0f" }, NULL },
	{ { NULL }, NULL },
};

/* Only what can stand in a log line and in application_name. */
static void
test_request_ids(void **state)
{
	char *vector[COUNT(ids[0].params) + 1];
	struct http_request r = { .params = vector };

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		for (size_t k = 0; k < COUNT(ids[i].params); k++)
			vector[k] = ids[i].params[k] == NULL
					? NULL
					: unit_printf("%s", ids[i].params[k]);
		vector[COUNT(ids[i].params)] = NULL;
		unit_same(ids[i].params[0], http_request_id(&r), ids[i].id);
	}
	unit_done();
}

#define PLAIN "70f34241ce9a4d0bb504131459e86972"
#define DASHES "70f34241-ce9a-4d0b-b504-131459e86972"

static const struct {
	const char *id;
	const char *uuid;
} uuids[] = {
	{ PLAIN, DASHES },
	{ DASHES, DASHES },
	{ "70f34241ce9a-4d0b-b504-131459e86972-", NULL },
	{ "70F34241-CE9A-4D0B-B504-131459E86972", NULL },
	{ "g0f34241ce9a4d0bb504131459e86972", NULL },
	{ "70f34241ce9a4d0bb504131459e8697", NULL },
	{ "Zw@A-aaaAAAA_0123456789.+", NULL },
	{ "", NULL },
};

static void
test_uuids(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(uuids); i++)
		unit_same(uuids[i].id, http_uuid(unit_arena, uuids[i].id),
		    uuids[i].uuid);
	unit_done();
}

static void
test_first_fault_counts(void **state)
{
	struct fault f = { 0 };

	(void)state;
	assert_int_equal(fault_set(&f, 403, "s:Authentication", "one"), -1);
	assert_int_equal(fault_set(&f, 500, NULL, "two"), -1);
	assert_int_equal(f.status, 403);
	assert_string_equal(f.subcode, "s:Authentication");
	assert_string_equal(f.reason, "one");
	assert_null(f.message);
	assert_null(f.error_type);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_params),
		UNIT_TEST(test_paths),
		UNIT_TEST(test_below),
		UNIT_TEST(test_types),
		UNIT_TEST(test_request_ids),
		UNIT_TEST(test_uuids),
		UNIT_TEST(test_first_fault_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
