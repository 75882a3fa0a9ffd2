/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/trace.h"

#define SECRET "S3cr3t"

/* SECRET stands in each body and must not be printed; `shown` must be. */
static const struct {
	const char *what;
	const char *body;
	const char *shown;
} bodies[] = {
	{ "a password", "<a><Password>S3cr3t</Password><b>after</b></a>",
	    "<b>after</b></a>" },
	{ "with a prefix", "<o:Password>S3cr3t</o:Password><b/>", "<b/>" },
	{ "with another prefix", "<x-1:Password>S3cr3t</x-1:Password><b/>",
	    "<b/>" },
	{ "with attributes",
	    "<o:Password o:Type=\"http://x/#PasswordText\" b='>'\n>S3cr3t"
	    "</o:Password><b/>",
	    "<b/>" },
	{ "over lines", "<Password\n>\n S3cr3t\n</Password\n><b/>", "<b/>" },
	{ "two of them",
	    "<Password>S3cr3t</Password><b/><Password>S3cr3t</Password><c/>",
	    "<c/>" },
	{ "in CDATA", "<Password><![CDATA[<b>S3cr3t]]></Password><b/>",
	    "<b/>" },
	{ "children inside",
	    "<Cred><Meta><Type>t</Type></Meta><Data>S3cr3t</Data></Cred><b/>",
	    "<b/>" },
	{ "a token",
	    "<wsse:BinarySecurityToken ValueType=\"v\">S3cr3t"
	    "</wsse:BinarySecurityToken><b/>",
	    "<b/>" },
	{ "a nonce",
	    "<Chal><Meta><NextNonce xmlns=\"syncml:metinf\">S3cr3t"
	    "</NextNonce></Meta></Chal><b/>",
	    "<b/>" },
	{ "not closed", "<x>shown</x><Password>S3cr3t", "<x>shown</x>" },
	{ "closed by another", "<x/><Password>S3cr3t</Passwords><b>S3cr3t",
	    "<x/>" },
	{ "closed with another prefix", "<a:Password>S3cr3t</b:Password><b/>",
	    "<b/>" },
	{ "cut in the end tag", "<x/><Password>S3cr3t</Passwo", "<x/>" },
	{ "cut in the start tag", "<x/><Password Type=", "<x/>" },
	{ "an empty one before", "<Password/><Password>S3cr3t</Password><b/>",
	    "<b/>" },
	{ "an attribute that looks like an end",
	    "<Password Type=\"/>\">S3cr3t</Password><b/>", "<b/>" },
	{ "a user token in an alert",
	    "<Alert><CmdID>2</CmdID><Data>1224</Data><Item><Meta>"
	    "<Type xmlns=\"syncml:metinf\">com.microsoft/MDM/AADUserToken"
	    "</Type></Meta><Data>S3cr3t</Data></Item></Alert><b/>",
	    "<b/>" },
};

static char *
trace(const struct http_request *request, const struct http_response *answer)
{
	unit_capture_begin(2);
	trace_exchange(unit_arena, request, answer);
	return unit_capture_end();
}

static void
test_bodies(void **state)
{
	static char *const none[] = { NULL };
	struct http_response empty = { .status = 200 };

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct http_request post = unit_post(bodies[i].body);
		struct http_request get = unit_post("");
		struct http_response answer = { .status = 200,
			.body = bodies[i].body,
			.body_len = strlen(bodies[i].body) };
		char *out;

		post.params = get.params = none;
		out = trace(&post, &empty);
		if (strstr(out, SECRET) != NULL)
			unit_wrong(bodies[i].what, "printed: %s", out);
		if (strstr(out, bodies[i].shown) == NULL)
			unit_wrong(bodies[i].what, "hidden: %s", out);
		out = trace(&get, &answer);
		if (strstr(out, SECRET) != NULL)
			unit_wrong(bodies[i].what, "answered: %s", out);
		if (strstr(out, bodies[i].shown) == NULL)
			unit_wrong(bodies[i].what, "hidden: %s", out);
	}
	unit_done();
}

/* Headers, and what the front server says of TLS. */
static const char *const secret_params[] = {
	"HTTP_AUTHORIZATION=Bearer S3cr3t",
	"HTTP_PROXY_AUTHORIZATION=Basic S3cr3t",
	"HTTP_COOKIE=session=S3cr3t",
	"HTTP_DEVICETOKEN=S3cr3t",
	"SSL_CLIENT_CERT=-----BEGIN S3cr3t",
	"SSL_CLIENT_CERT_CHAIN_0=-----BEGIN S3cr3t",
	"HTTP_SSL_CLIENT_CERT=S3cr3t",
	"HTTP_CLIENT_CERT=:S3cr3t:",
	"HTTP_X_FORWARDED_CLIENT_CERT=Cert=S3cr3t",
	"PGPASSWORD=S3cr3t",
};

static const char *const shown_params[] = {
	"REQUEST_METHOD=POST",
	"REQUEST_URI=/ManagementServer/MDM.svc?mode=Maintenance",
	"CONTENT_TYPE=application/vnd.syncml.dm+xml",
	"HTTP_USER_AGENT=MSFT OMA DM Client/1.2.0.1",
	"HTTP_CLIENT_REQUEST_ID=0",
	"HTTP_MS_CV=abc.0",
	"SSL_CLIENT_VERIFY=SUCCESS",
};

static void
test_params(void **state)
{
	struct http_request post = unit_post("<x/>");
	struct http_response answer = { .status = 403,
		.content_type = "text/plain" };
	char *params[32] = { NULL }, *out;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(secret_params); i++)
		params[n++] = unit_printf("%s", secret_params[i]);
	for (size_t i = 0; i < COUNT(shown_params); i++)
		params[n++] = unit_printf("%s", shown_params[i]);
	post.params = params;
	out = trace(&post, &answer);
	for (size_t i = 0; i < COUNT(secret_params); i++)
		if (strstr(out, secret_params[i]) != NULL)
			unit_wrong(secret_params[i], "printed");
	for (size_t i = 0; i < COUNT(shown_params); i++)
		if (strstr(out, shown_params[i]) == NULL)
			unit_wrong(shown_params[i], "hidden");
	assert_non_null(strstr(out, "403"));
	assert_non_null(strstr(out, "text/plain"));
	assert_non_null(strstr(out, post.id));
	assert_non_null(strstr(out, "<x/>"));
	unit_done();
}

static void
test_empty_bodies(void **state)
{
	static char *const none[] = { NULL };
	struct http_request get = unit_post("");
	struct http_response answer = { .status = 200 };
	char *out, *first;

	(void)state;
	get.params = none;
	out = trace(&get, &answer);
	first = strstr(out, "Empty body");
	assert_non_null(first);
	assert_non_null(strstr(first + 1, "Empty body"));
}

/* Seed messages have nothing but their secrets taken out. */
static void
test_seeds(void **state)
{
	static char *const none[] = { NULL };
	struct http_response empty = { .status = 200 };
	struct http_request post;
	char *seed, *out;

	(void)state;
	seed = unit_seed("enroll-request.xml");
	post = unit_post(seed);
	post.params = none;
	out = trace(&post, &empty);
	assert_null(strstr(out, ">demo<"));
	assert_null(strstr(out, "MIICzjCC"));
	assert_non_null(strstr(out, "demo@mdmwindows.com"));
	assert_non_null(strstr(out, "00-0C-29-51-60-93"));
	seed = unit_seed("manage-1-request.xml");
	post = unit_post(seed);
	post.params = none;
	assert_non_null(strstr(trace(&post, &empty), seed));
}

/* What is not XML at all does no harm. */
static void
test_malformed(void **state)
{
	static const char *const texts[] = { "<", "<<<<", "<Password", "</",
		"<:>", "<a:", "<Password>", "<Password></", "</Password>",
		"<Password/", "<Cred><Cred>", "\x1b[2J", "<\xff>" };
	static char *const none[] = { NULL };
	struct http_response empty = { .status = 400 };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct http_request post = unit_post(texts[i]);

		post.params = none;
		assert_non_null(strstr(trace(&post, &empty), "400"));
	}
	struct http_request zero = unit_post_bytes("a\0<Password>S3cr3t", 18);
	zero.params = none;
	assert_null(strstr(trace(&zero, &empty), SECRET));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_bodies),
		UNIT_TEST(test_params),
		UNIT_TEST(test_empty_bodies),
		UNIT_TEST(test_seeds),
		UNIT_TEST(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
