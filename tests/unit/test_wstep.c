/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/base64.h"
#include "../../fcgi/wstep.h"

static char *seed;

static int
read_seed(void **state)
{
	if (unit_setup(state) != 0)
		return -1;
	seed = unit_seed("enroll-request.xml");
	return 0;
}

static int
read_wstep(const char *body, struct wstep_request *w, struct fault *f)
{
	struct http_request r = unit_post(body);

	*w = (struct wstep_request){ 0 };
	*f = (struct fault){ 0 };
	return wstep_read(unit_arena, &r, w, f);
}

/* What the captured client says, in its order. */
static const char *const context[][2] = {
	{ "UXInitiated", "true" },
	{ "HWDevID", "3B3ED6D0EA88CBFCF37D36F90F22FE61"
		     "172348C0162FC3840D6703149870CE76" },
	{ "Locale", "en-US" },
	{ "TargetedUserLoggedIn", "true" },
	{ "OSEdition", "72" },
	{ "DeviceName", "DESKTOP-28FGAI6" },
	{ "MAC", "00-0C-29-51-60-9D" },
	{ "MAC", "1A-77-20-52-41-53" },
	{ "MAC", "1A-77-20-52-41-53" },
	{ "MAC", "00-0C-29-51-60-A7" },
	{ "MAC", "18-14-20-52-41-53" },
	{ "MAC", "00-0C-29-51-60-93" },
	{ "DeviceID", "1E08C6E95D8BB843B1278FF45BC60CC6" },
	{ "EnrollmentType", "Full" },
	{ "DeviceType", "CIMClient_Windows" },
	{ "OSVersion", "10.0.19043.2364" },
	{ "ApplicationVersion", "10.0.19043.2364" },
	{ "NotInOobe", "false" },
};

static void
test_seed(void **state)
{
	struct wstep_request r;
	unsigned char *der, *want;
	size_t len, wantlen;
	struct fault f;

	(void)state;
	assert_int_equal(read_wstep(seed, &r, &f), 0);
	assert_int_equal(wstep_check(&r, &f), 0);
	assert_int_equal(f.status, 0);
	assert_int_equal(soap_credentials(&r.header, &f), 0);
	assert_string_equal(r.header.username, "demo@mdmwindows.com");
	assert_int_equal(r.ncontext, COUNT(context));
	for (size_t i = 0; i < COUNT(context); i++) {
		unit_same("name", r.names[i], context[i][0]);
		unit_same("value", r.values[i], context[i][1]);
	}
	der = base64_decode(unit_arena, r.token, strlen(r.token), &len);
	want = (unsigned char *)unit_file(
	    "tests/data/seed/windows-10-csr.der", &wantlen);
	assert_non_null(der);
	assert_int_equal(len, wantlen);
	assert_memory_equal(der, want, len);
	unit_done();
}

static void
test_context(void **state)
{
	struct wstep_request r;
	struct fault f;

	(void)state;
	assert_int_equal(read_wstep(seed, &r, &f), 0);
	assert_string_equal(wstep_context(&r, "MAC"), "00-0C-29-51-60-9D");
	assert_string_equal(
	    wstep_context(&r, "DeviceID"), "1E08C6E95D8BB843B1278FF45BC60CC6");
	assert_null(wstep_context(&r, "IMEI"));
	assert_null(wstep_context(&r, "deviceid"));
	assert_null(wstep_context(&r, ""));
}

#define ITEM(name, value)                                                      \
	"<ac:ContextItem Name=\"" name "\"><ac:Value>" value "</ac:Value>"     \
	"</ac:ContextItem>"
#define FIRST "<ac:ContextItem Name=\"UXInitiated\">"

/* Items put before all others, and what the first and second then are. */
static const struct {
	const char *what;
	const char *items;
	const char *expected[4];
} items[] = {
	{ "unknown names are kept", ITEM("Brand new", "1") ITEM("AIKPub", "x"),
	    { "Brand new", "1", "AIKPub", "x" } },
	{ "a leading blank is dropped", ITEM("OSEdition", " 4"),
	    { "OSEdition", "4", "UXInitiated", "true" } },
	{ "an empty value", ITEM("A", "") ITEM("B", " "),
	    { "A", "", "B", "" } },
	{ "no value", "<ac:ContextItem Name=\"A\"/>" ITEM("B", "b"),
	    { "A", "", "B", "b" } },
	{ "more in an item",
	    "<ac:ContextItem Name=\"A\" x=\"y\"><new/><ac:Value>a</ac:Value>"
	    "<ac:New>b</ac:New></ac:ContextItem>",
	    { "A", "a", "UXInitiated", "true" } },
	{ "more between items", "<new xmlns=\"urn:n\">" ITEM("A", "a") "</new>",
	    { "UXInitiated", "true", "HWDevID" } },
	{ "a name with a prefix",
	    "<ac:ContextItem ac:Name=\"A\"><ac:Value>a</ac:Value>"
	    "</ac:ContextItem>",
	    { "A", "a", "UXInitiated", "true" } },
	{ "markup", ITEM("&lt;A&gt;", "&amp;"),
	    { "<A>", "&", "UXInitiated", "true" } },
};

static void
test_items(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(items); i++) {
		struct wstep_request r;
		struct fault f;

		if (read_wstep(unit_replace(seed, FIRST,
				   unit_printf("%s" FIRST, items[i].items)),
			&r, &f) != 0 ||
		    wstep_check(&r, &f) != 0) {
			unit_wrong(items[i].what, "refused: %s", f.reason);
			continue;
		}
		unit_same(items[i].what, r.names[0], items[i].expected[0]);
		unit_same(items[i].what, r.values[0], items[i].expected[1]);
		unit_same(items[i].what, r.names[1], items[i].expected[2]);
		if (items[i].expected[3] != NULL)
			unit_same(
			    items[i].what, r.values[1], items[i].expected[3]);
	}
	unit_done();
}

#define DEVICE_ID "<ac:Value>1E08C6E95D8BB843B1278FF45BC60CC6</ac:Value>"
#define OASIS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"

/* The seed with one thing replaced; what it is refused for. */
static const struct {
	const char *what;
	const char *from;
	const char *to;
	const char *subcode;
} cases[] = {
	{ "a capital B", "base64binary", "base64Binary", NULL },
	{ "qualified attributes", "ValueType=", "wsse:ValueType=", NULL },
	{ "line breaks in the token", ">MIICzjCC", ">\r\n MIIC\r\nzj CC",
	    NULL },
	{ "more in the request", "<wst:RequestType>",
	    "<wst:New/><x xmlns=\"urn:x\">y</x><wst:RequestType>", NULL },
	{ "blanks around RequestType", "200512/Issue", "200512/Issue\n", NULL },
	{ "Device", ">Full<", ">Device<", NULL },

	{ "no TokenType", "wst:TokenType>http", "wst:Token>http",
	    "s:MessageFormat" },
	{ "another TokenType", "DeviceEnrollmentToken", "OtherToken",
	    "s:MessageFormat" },
	{ "renewal of a PKCS#10", "200512/Issue", "200512/Renew",
	    "s:MessageFormat" },
	{ "recovery", "200512/Issue", "200512/Recovery", "s:MessageFormat" },
	{ "PKCS7", "#PKCS10", "#PKCS7", "s:MessageFormat" },
	{ "no ValueType", " ValueType=", " Value=", "s:MessageFormat" },
	{ "another EncodingType", "#base64binary", "#hex", "s:MessageFormat" },
	{ "no EncodingType",
	    " EncodingType=", " Encoding=", "s:MessageFormat" },
	{ "no DeviceID", "\"DeviceID\"", "\"DeviceId\"", "s:MessageFormat" },
	{ "an empty DeviceID", DEVICE_ID, "<ac:Value> </ac:Value>",
	    "s:MessageFormat" },
	{ "a DeviceID without a value", DEVICE_ID, "", "s:MessageFormat" },
	{ "two DeviceIDs", FIRST, ITEM("DeviceID", "other") FIRST,
	    "s:MessageFormat" },
	{ "the same DeviceID twice", FIRST,
	    ITEM("DeviceID", "1E08C6E95D8BB843B1278FF45BC60CC6") FIRST,
	    "s:MessageFormat" },
	{ "two values of an item", DEVICE_ID, DEVICE_ID DEVICE_ID,
	    "s:MessageFormat" },
	{ "an item without a name", FIRST, "<ac:ContextItem/>" FIRST,
	    "s:MessageFormat" },
	{ "an item with an empty name", FIRST,
	    "<ac:ContextItem Name=\"\"/>" FIRST, "s:MessageFormat" },
	{ "two tokens", "<ac:AdditionalContext",
	    "<wsse:BinarySecurityToken>eA==</wsse:BinarySecurityToken>"
	    "<ac:AdditionalContext",
	    "s:MessageFormat" },
	{ "two contexts", "</wst:RequestSecurityToken>",
	    "<ac:AdditionalContext/></wst:RequestSecurityToken>",
	    "s:MessageFormat" },
	{ "two requests", "</s:Body>", "<wst:RequestSecurityToken/></s:Body>",
	    "s:MessageFormat" },
	{ "another action", "RST/wstep", "RSTRC/wstep", "s:MessageFormat" },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		struct wstep_request r;
		struct fault f;
		int rc = read_wstep(
		    unit_replace(seed, cases[i].from, cases[i].to), &r, &f);

		if (rc == 0)
			rc = wstep_check(&r, &f);
		if (cases[i].subcode == NULL) {
			if (rc != 0)
				unit_wrong(what, "refused: %s", f.reason);
			continue;
		}
		unit_same_int(what, rc, -1);
		unit_same_int(what, f.status, 500);
		unit_same(what, f.subcode, cases[i].subcode);
	}
	unit_done();
}

/* The seed as a request to renew; both kinds of ValueType mean the same. */
static void
test_renewal(void **state)
{
	char *renewal = unit_replace(seed, "200512/Issue", "200512/Renew");
	struct wstep_request r;
	struct fault f;

	(void)state;
	assert_int_equal(read_wstep(seed, &r, &f), 0);
	assert_false(wstep_is_renewal(&r));
	assert_int_equal(
	    read_wstep(unit_replace(renewal, "#PKCS10", "#PKCS7"), &r, &f), 0);
	assert_int_equal(wstep_check(&r, &f), 0);
	assert_true(wstep_is_renewal(&r));
	renewal = unit_replace(renewal,
	    "http://schemas.microsoft.com/windows/pki/2009/01/"
	    "enrollment#PKCS10",
	    OASIS "wssecurity-secext-1.0.xsd#PKCS7");
	assert_int_equal(read_wstep(renewal, &r, &f), 0);
	assert_int_equal(wstep_check(&r, &f), 0);
	renewal = unit_replace(renewal, "xsd#PKCS7", "xsd#PKCS10");
	assert_int_equal(read_wstep(renewal, &r, &f), 0);
	assert_int_equal(wstep_check(&r, &f), -1);
	assert_string_equal(f.subcode, "s:MessageFormat");
	assert_string_equal(f.reason, "ValueType is not PKCS7");
}

/* Missing either: credential, request. */
static void
test_missing(void **state)
{
	struct wstep_request r;
	struct fault f;
	char *cut;

	(void)state;
	cut = unit_replace(seed, "<wsse:Security ", "<Security ");
	cut = unit_replace(cut, "</wsse:Security>", "</Security>");
	assert_int_equal(read_wstep(cut, &r, &f), 0);
	assert_int_equal(soap_credentials(&r.header, &f), -1);
	assert_string_equal(f.subcode, "a:InvalidSecurity");
	cut = unit_replace(seed, "<wsse:BinarySecurityToken", "<x");
	cut = unit_replace(cut, "</wsse:BinarySecurityToken>", "</x>");
	assert_int_equal(read_wstep(cut, &r, &f), -1);
	assert_string_equal(f.subcode, "s:MessageFormat");
}

static void
test_limits(void **state)
{
	size_t room = WSTEP_CONTEXT_MAX - COUNT(context);
	struct wstep_request r;
	struct fault f;
	char *body;

	(void)state;
	body = unit_printf("%s" FIRST, unit_repeat(ITEM("A", "a"), room));
	assert_int_equal(
	    read_wstep(unit_replace(seed, FIRST, body), &r, &f), 0);
	assert_int_equal(r.ncontext, WSTEP_CONTEXT_MAX);
	assert_string_equal(r.names[room], "UXInitiated");
	body = unit_printf("%s" FIRST, unit_repeat(ITEM("A", "a"), room + 1));
	assert_int_equal(
	    read_wstep(unit_replace(seed, FIRST, body), &r, &f), -1);
	/* Attestation claims are tens of kilobytes. */
	body = unit_printf(
	    ITEM("AIKAttestationClaim", "%s") FIRST, unit_repeat("x", 60000));
	assert_int_equal(
	    read_wstep(unit_replace(seed, FIRST, body), &r, &f), 0);
	assert_int_equal(strlen(r.values[0]), 60000);
}

static void
test_answer(void **state)
{
	static const char doc[] = "<wap-provisioningdoc/>";
	struct wstep_request r;
	struct fault f;
	struct xw w;

	(void)state;
	assert_int_equal(read_wstep(seed, &r, &f), 0);
	xw_init(&w, unit_arena);
	wstep_answer(&w, &r, doc, strlen(doc), 1719792000, "guid");
	assert_int_equal(w.out.failed, 0);
	assert_string_equal(tree_of(w.out.data, w.out.len),
	    "s:Envelope\n"
	    " s:Header\n"
	    "  a:Action[s:mustUnderstand=1]=http://schemas.microsoft.com/"
	    "windows/pki/2009/01/enrollment/RSTRC/wstep\n"
	    "  diag:ActivityId[CorrelationId=guid]=guid\n"
	    "  a:RelatesTo=urn:uuid:0d5a1441-5891-453b-becf-a2e5f6ea3749\n"
	    "  wsse:Security[s:mustUnderstand=1]\n"
	    "   wsu:Timestamp[wsu:Id=_0]\n"
	    "    wsu:Created=2024-07-01T00:00:00.000Z\n"
	    "    wsu:Expires=2024-07-01T00:05:00.000Z\n"
	    " s:Body\n"
	    "  wst:RequestSecurityTokenResponseCollection\n"
	    "   wst:RequestSecurityTokenResponse\n"
	    "    wst:TokenType=http://schemas.microsoft.com/5.0.0.0/"
	    "ConfigurationManager/Enrollment/DeviceEnrollmentToken\n"
	    "    enr:DispositionMessage\n"
	    "    wst:RequestedSecurityToken\n"
	    "     wsse:BinarySecurityToken[ValueType=http://schemas."
	    "microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/"
	    "DeviceEnrollmentProvisionDoc][EncodingType=" OASIS
	    "wssecurity-secext-1.0.xsd#base64binary]="
	    "PHdhcC1wcm92aXNpb25pbmdkb2MvPg==\n"
	    "    enr:RequestID=0\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define SEED_TEST(f)                                                           \
	cmocka_unit_test_setup_teardown(f, read_seed, unit_teardown)
		SEED_TEST(test_seed),
		SEED_TEST(test_context),
		SEED_TEST(test_items),
		SEED_TEST(test_cases),
		SEED_TEST(test_renewal),
		SEED_TEST(test_missing),
		SEED_TEST(test_limits),
		SEED_TEST(test_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
