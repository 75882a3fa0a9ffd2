/* SPDX-License-Identifier: ISC */
#include "wbxml_text.h"

#include "../../common/syncml.h"
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
	{ "the password of an account",
	    "<Item><Target><LocURI>./Device/Vendor/MSFT/Accounts/Users/a/"
	    "Password</LocURI></Target><Data>S3cr3t</Data></Item><b/>",
	    "<b/>" },
	{ "a Wi-Fi key",
	    "<Item><Data>&lt;keyMaterial&gt;S3cr3t</Data></Item><b/>", "<b/>" },
	{ "a user token before its type",
	    "<Item><Data>S3cr3t</Data><Meta><Type>com.microsoft/MDM/"
	    "AADUserToken</Type></Meta></Item><b/>",
	    "<b/>" },
};

static enum trace_rule rule;

static char *
trace(const struct http_request *request, const struct http_response *answer)
{
	unit_capture_begin(2);
	trace_exchange(request, answer, rule);
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

/* Forms and pages: names are shown, values are not. */
static void
test_forms(void **state)
{
	static char *params[] = { (char *)(uintptr_t) "CONTENT_TYPE="
						      "application/"
						      "x-www-form-urlencoded",
		NULL };
	static const char page[] =
	    "<p>Go on</p><input name=\"wresult\" value=\"S3cr3t\"/>"
	    "<input value=\"\"/><b>after</b><input value=\"S3cr3t";
	struct http_request post = unit_post(
	    "username=S3cr3t&password=S3cr3t&S3cr3t&accept=&ticket=S3cr3t");
	struct http_response answer = { .status = 200,
		.content_type = "text/html; charset=utf-8",
		.body = page,
		.body_len = strlen(page) };
	char *out;

	(void)state;
	post.params = params;
	out = trace(&post, &answer);
	assert_null(strstr(out, SECRET));
	assert_non_null(strstr(out,
	    "\nusername=[6 bytes]\npassword=[6 bytes]\naccept=[0 bytes]\n"
	    "ticket=[6 bytes]\n"));
	assert_non_null(strstr(out, "<p>Go on</p>"));
	assert_non_null(strstr(out, "value=\"[6 bytes]\"/>"));
	assert_non_null(strstr(out, "<b>after</b>"));
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
	assert_non_null(strstr(trace(&zero, &empty), "a[and 17 bytes"));
}

/* What a terminal would obey is shown as it is, but does nothing. */
static void
test_escapes(void **state)
{
	static char *const none[] = { NULL };
	struct http_response empty = { .status = 400 };
	struct http_request post =
	    unit_post("<a>\x1b[2J\x7f\xc2\x9b\xff</a>\r\n\t\xc3\xa4\r");
	char *out;

	(void)state;
	post.params = none;
	out = trace(&post, &empty);
	assert_non_null(strstr(out, "<a>\\x1b[2J\\x7f\\xc2\\x9b\\xff</a>"));
	assert_non_null(strstr(out, "</a>\r\n\t\xc3\xa4\\x0d\n"));
}

#define PAGE1(inside) "5A 0001 " inside " 01 0000 "
#define CHR(tag, text) tag " 03'" text "'00 01 "

/* The same in WBXML, inside SyncML; SECRET stands in each. */
static const struct {
	const char *what;
	const char *hex;
	const char *shown;
} coded[] = {
	{ "a credential",
	    "6C 4E " PAGE1(CHR("53", "syncml:auth-md5"))
		CHR("4F", "S3cr3t") "01 " CHR("65", "7") "01",
	    "<Cred>[82 bytes]</Cred><SessionID>7</SessionID>" },
	{ "a nonce", "49 " PAGE1(CHR("50", "S3cr3t")) "01 12",
	    "<NextNonce>[6 bytes]</NextNonce></Meta></Chal><Final/>" },
	{ "a nonce in bytes", "49 " PAGE1("50 C304 D4B7 DCAD 01") "01 12",
	    "<NextNonce>[8 bytes]</NextNonce></Meta></Chal><Final/>" },
	{ "a user token in an alert",
	    "46 54 " PAGE1(CHR("53", "com.microsoft/MDM/AADUserToken"))
		CHR("4F", "S3cr3t") "01 " CHR("4F", "1224") "01",
	    "<Data>[6 bytes]</Data></Item><Data>1224</Data>" },
	{ "a user token before its type",
	    "46 54 " CHR("4F", "S3cr3t")
		PAGE1(CHR("53", "com.microsoft/MDM/AADUserToken")) "01 01 12",
	    "<Data>[6 bytes]</Data><Meta><Type "
	    "xmlns=\"syncml:metinf\">com" },
	{ "a user token in pieces",
	    "46 54 " PAGE1("53 03'com.microsoft/MDM/AADU'00 03'serToken'00 "
			   "01") "4F 03'S3cr'00 C302'3t' 01 01 01 12",
	    "<Data>[6 bytes]</Data></Item></Alert><Final/>" },
	{ "a password by name", CHR("4400", "S3cr3t") "12",
	    "<Password>[6 bytes]</Password><Final/>" },
	{ "by no name", CHR("4409", "x") CHR("4400", "S3cr3t") "12",
	    "<_>x</_><Password>[6 bytes]</Password><Final/>" },
};
#define CODED_TABLE "02 A401 6A 0D 'Password'00 '<x>'00 6D "

static struct http_request
post_wbxml(const char *hex)
{
	static char type[] = "CONTENT_TYPE=" SYNCML_WBXML "; charset=x";
	static char *const params[] = { type, NULL };
	struct bytes b = bytes_of(hex);
	struct http_request r = unit_post_bytes(b.data, b.len);

	free(b.data);
	r.params = params;
	return r;
}

static void
check_coded(const char *what, const char *hex, const char *shown)
{
	static char *const none[] = { NULL };
	struct http_request get = unit_post(""), post = post_wbxml(hex);
	struct http_response empty = { .status = 200 };
	struct http_response answer = { .status = 200,
		.content_type = SYNCML_WBXML,
		.body = post.body,
		.body_len = post.body_len };
	char *out[2];

	get.params = none;
	out[0] = trace(&post, &empty);
	out[1] = trace(&get, &answer);
	for (size_t i = 0; i < 2; i++) {
		if (strstr(out[i], SECRET) != NULL)
			unit_wrong(what, "printed: %s", out[i]);
		if (strstr(out[i], shown) == NULL)
			unit_wrong(what, "hidden: %s", out[i]);
		for (const char *s = out[i]; *s != '\0'; s++)
			if (*s != '\n' && (*s < ' ' || *s > '~'))
				unit_wrong(what, "raw: %s", out[i]);
	}
}

static void
test_wbxml(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(coded); i++)
		check_coded(coded[i].what,
		    unit_printf(CODED_TABLE "%s 01", coded[i].hex),
		    coded[i].shown);
	unit_done();
}

/* Of what cannot be read: as much as could, where it ends, and why. */
static const struct {
	const char *what;
	const char *hex;
	const char *shown;
} broken[] = {
	{ "XML", "'<Password>S3cr3t</Password>'",
	    "[byte 0: version byte 3C; begins 3C 50 61 73 73 77 6F 72]" },
	{ "a word", "02 A4 01",
	    "[byte 3: message ends too early; begins 02 A4 01]" },
	{ "a cut", "02 A401 6A 00 6D 6C " CHR("65", "7") "4E 4F 03'S3cr3t'",
	    "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><SessionID>7"
	    "</SessionID><Cred>[6 bytes]\n[byte 21: message ends too early" },
	{ "a cut in the token",
	    "02 A401 6A 00 6D 46 54 " PAGE1(
		CHR("53", "com.microsoft/MDM/AADUserToken")) "4F 03'S3cr3t'00",
	    "AADUserToken</Type></Meta><Data>[0 bytes]\n[byte " },
	{ "no such tag",
	    "02 A401 6A 00 6D " CHR("4F", "x") "30 03'S3cr3t'00 01",
	    "<Data>x</Data>\n[byte 11: no tag 30 on code page 0; begins "
	    "02 A4 01 6A 00 6D 4F 03]" },
	{ "more behind", "02 A401 6A 00 2D 'S3cr3t'",
	    "<SyncML xmlns=\"SYNCML:SYNCML1.2\"/>\n[byte 6: more bytes after" },
};

static void
test_broken_wbxml(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(broken); i++)
		check_coded(broken[i].what, broken[i].hex, broken[i].shown);
	unit_done();
}

/* The writer goes less deep than the reader. */
static void
test_deep_wbxml(void **state)
{
	char *hex = unit_printf(
	    "02 A401 6A 00 %s 12", unit_repeat("6B ", XW_DEPTH_MAX));

	(void)state;
	check_coded("deep", hex, "[byte 29: elements nested too deep; begins");
	unit_done();
}

/* What is too large to be printed hides nothing but itself. */
static void
test_large_wbxml(void **state)
{
	static const char head[] = "\x02\xa4\x01\x6a\xbf\xff\x7f";
	static const char data[] = "\x4f\x83\x00\x01";
	const size_t table = (63 << 14) + (127 << 7) + 127;
	struct http_request get = unit_post("<x/>"), post;
	struct http_response answer = { .status = 200, .body = "<b/>" };
	struct bytes b = { malloc(table + 100), 0 };
	char *out;

	(void)state;
	assert_non_null(b.data);
	answer.body_len = strlen(answer.body);
	memset(b.data, '&', table + 100);
	memcpy(b.data, head, sizeof(head) - 1);
	b.len = sizeof(head) - 1 + table;
	b.data[b.len - 1] = '\0';
	b.data[b.len++] = '\x6d';
	for (int i = 0; i < 15; i++, b.len += sizeof(data) - 1)
		memcpy(b.data + b.len, data, sizeof(data) - 1);
	b.data[b.len++] = '\x01';
	post = post_wbxml("");
	post.body = b.data;
	post.body_len = b.len;
	out = trace(&post, &answer);
	assert_non_null(strstr(out, "[too large to be printed]"));
	assert_non_null(strstr(out, "<b/>"));
	get.params = (char *const[]){ NULL };
	answer.content_type = SYNCML_WBXML;
	answer.body = b.data;
	answer.body_len = b.len;
	out = trace(&get, &answer);
	assert_non_null(strstr(out, "[too large to be printed]"));
	assert_non_null(strstr(out, "<x/>"));
	free(b.data);
}

/* Where data have a secret none is shown; and all where it is asked for. */
static void
test_rules(void **state)
{
	static char type[] = "CONTENT_TYPE=" SYNCML_XML;
	static char header[] = "HTTP_AUTHORIZATION=" SECRET;
	static char *const params[] = { type, header, NULL };
	static const char body[] =
	    "<Replace><Item><Target><LocURI>./a</LocURI></Target>"
	    "<Data>S3cr3t</Data></Item></Replace><Password>S3cr3t</Password>";
	struct http_request r = unit_post(body);
	struct http_response res = { .status = 200,
		.content_type = SYNCML_XML,
		.body = body,
		.body_len = strlen(body) };
	const char *text;
	int count = 0;

	(void)state;
	r.params = params;
	rule = TRACE_NO_DATA;
	text = trace(&r, &res);
	assert_null(strstr(text, SECRET));
	assert_non_null(strstr(text, "./a"));
	rule = TRACE_ALL;
	for (text = trace(&r, &res); (text = strstr(text, SECRET)) != NULL;
	     text++)
		count++;
	assert_int_equal(count, 5);
	rule = TRACE_REDACTED;
	text = trace(&r, &res);
	assert_non_null(strstr(text, "<Data>S3cr3t</Data>"));
	assert_null(strstr(text, "<Password>S3cr3t"));
	assert_null(strstr(text, "AUTHORIZATION"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_bodies),
		UNIT_TEST(test_rules),
		UNIT_TEST(test_params),
		UNIT_TEST(test_empty_bodies),
		UNIT_TEST(test_seeds),
		UNIT_TEST(test_forms),
		UNIT_TEST(test_malformed),
		UNIT_TEST(test_escapes),
		UNIT_TEST(test_wbxml),
		UNIT_TEST(test_broken_wbxml),
		UNIT_TEST(test_deep_wbxml),
		UNIT_TEST(test_large_wbxml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
