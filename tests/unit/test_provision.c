/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../fcgi/provision.h"

#define BLOB(text)                                                             \
	{                                                                      \
		(const unsigned char *)(text), sizeof(text) - 1                \
	}

static const struct blob root = BLOB("root certificate");
static const struct blob issuing = BLOB("issuing certificate");

/* Settings of an administrator, one value each that occurs nowhere else. */
static const char *const settings[][2] = {
	{ "management_url", "https://manage.example.com:8443/ManagementServer/"
			    "MDM.svc" },
	{ "provider_id", "Example" },
	{ "default_encoding", "application/vnd.syncml.dm+xml" },
	{ "message_signing", "false" },
	{ "server_name", "Example & Sons" },
	{ "renew_period", "41" },
	{ "renew_retry", "6" },
	{ "renewal_url", "" },
	{ "sync_application_version", "" },
	{ "help_phone", "" },
	{ "help_website", "" },
	{ "help_email", "" },
	{ "unenroll_days", "" },
	{ "push_pfn", "" },
	{ "esp_skip_device", "" },
	{ "esp_skip_user", "" },
	{ "esp_timeout", "" },
	{ "esp_collect_logs", "" },
	{ "esp_error_text", "" },
	{ "connection_retries", "9" },
	{ "backoff_initial", "30001" },
	{ "backoff_maximum", "120001" },
	{ "poll_first_number", "101" },
	{ "poll_first_interval", "102" },
	{ "poll_second_number", "103" },
	{ "poll_second_interval", "104" },
	{ "poll_remaining_number", "105" },
	{ "poll_remaining_interval", "1560" },
	{ "poll_on_login", "false" },
};

static const char *
setting(void *context, const char *name)
{
	(void)context;
	for (size_t i = 0; i < COUNT(settings); i++)
		if (strcmp(settings[i][0], name) == 0)
			return settings[i][1];
	fail_msg("there is no setting %s", name);
	return NULL;
}

static const struct provision standard = {
	.root = &root,
	.issuing = &issuing,
	.certificate = BLOB("device certificate"),
	.subject = "CN=00000000-0000-4000-8000-000000000002",
	.device = "00000000-0000-4000-8000-000000000002",
	.device_name = "DESKTOP-<1>",
	.auth_name = "auth-name",
	.auth_type = "DIGEST",
	.client_secret = "client-secret",
	.server_secret = "server-secret",
	.client_nonce = BLOB("client-nonce-16b"),
	.server_nonce = BLOB("server-nonce-16b"),
	.setting = setting,
};

/* The same, and where to renew. */
static const char *
setting_url(void *context, const char *name)
{
	if (strcmp(name, "renewal_url") == 0)
		return "https://renew.example.com/";
	return setting(context, name);
}

static char *
document(const struct provision *p)
{
	struct xw w;

	xw_init(&w, unit_arena);
	provision_write(&w, p);
	assert_int_equal(w.out.failed, 0);
	assert_int_equal(w.depth, 0);
	return tree_of(w.out.data, w.out.len);
}

/*
 * The document that is expected, a line each: how deep it lies, the type of a
 * characteristic (value and datatype NULL) or a parm.  Thumbprints and base64
 * are those of sha1sum(1) and base64(1).
 */
struct line {
	int depth;
	const char *name;
	const char *value;
	const char *datatype;
};

#define NO_VALUE ""

/* clang-format off */
static const struct line expected[] = {
 { 1, "CertificateStore" },
 { 2,  "Root" },
 { 3,   "System" },
 { 4,    "3DC641BF2D0F5A6B54D465BC2699C74C707FEF2D" },
 { 5,     "EncodedCertificate", "cm9vdCBjZXJ0aWZpY2F0ZQ==" },
 { 2,  "CA" },
 { 3,   "System" },
 { 4,    "9773FF4C1E97DE2D3C5382201999B1926CE8302B" },
 { 5,     "EncodedCertificate", "aXNzdWluZyBjZXJ0aWZpY2F0ZQ==" },
 { 2,  "My" },
 { 3,   "User" },
 { 4,    "D0D71F8E626386E3F7A88D9530AA69A10B184C71" },
 { 5,     "EncodedCertificate", "ZGV2aWNlIGNlcnRpZmljYXRl" },
 { 4,    "PrivateKeyContainer" },
 { 3,   "WSTEP" },
 { 4,    "Renew" },
 { 5,     "ROBOSupport", "true", "boolean" },
 { 5,     "RenewPeriod", "41", "integer" },
 { 5,     "RetryInterval", "6", "integer" },
 { 1, "APPLICATION" },
 { 2,  "APPID", "w7" },
 { 2,  "PROVIDER-ID", "Example" },
 { 2,  "NAME", "Example & Sons" },
 { 2,  "ADDR", "https://manage.example.com:8443/ManagementServer/MDM.svc" },
 { 2,  "CONNRETRYFREQ", "9" },
 { 2,  "INITIALBACKOFFTIME", "30001" },
 { 2,  "MAXBACKOFFTIME", "120001" },
 { 2,  "ROLE", "4294967295" },
 { 2,  "BACKCOMPATRETRYDISABLED", NO_VALUE },
 { 2,  "DEFAULTENCODING", "application/vnd.syncml.dm+xml" },
 { 2,  "SSLCLIENTCERTSEARCHCRITERIA", "Subject=CN%3D00000000-0000-4000-8000-000000000002&Stores=My%5CUser" },
 { 2,  "APPAUTH" },
 { 3,   "AAUTHLEVEL", "CLIENT" },
 { 3,   "AAUTHTYPE", "DIGEST" },
 { 3,   "AAUTHSECRET", "server-secret" },
 { 3,   "AAUTHDATA", "c2VydmVyLW5vbmNlLTE2Yg==" },
 { 2,  "APPAUTH" },
 { 3,   "AAUTHLEVEL", "APPSRV" },
 { 3,   "AAUTHTYPE", "DIGEST" },
 { 3,   "AAUTHNAME", "auth-name" },
 { 3,   "AAUTHSECRET", "client-secret" },
 { 3,   "AAUTHDATA", "Y2xpZW50LW5vbmNlLTE2Yg==" },
 { 1, "DMClient" },
 { 2,  "Provider" },
 { 3,   "Example" },
 { 4,    "EntDMID", "00000000-0000-4000-8000-000000000002", "string" },
 { 4,    "EntDeviceName", "DESKTOP-<1>", "string" },
 { 4,    "Poll" },
 { 5,     "NumberOfFirstRetries", "101", "integer" },
 { 5,     "IntervalForFirstSetOfRetries", "102", "integer" },
 { 5,     "NumberOfSecondRetries", "103", "integer" },
 { 5,     "IntervalForSecondSetOfRetries", "104", "integer" },
 { 5,     "NumberOfRemainingScheduledRetries", "105", "integer" },
 { 5,     "IntervalForRemainingScheduledRetries", "1560", "integer" },
 { 5,     "PollOnLogin", "false", "boolean" },
};
/* clang-format on */

static char *
print_line(const struct line *l)
{
	const char *type = l->datatype == NULL
			       ? ""
			       : unit_printf("[datatype=%s]", l->datatype);

	if (l->value == NULL)
		return unit_printf(
		    "%*scharacteristic[type=%s]\n", l->depth, "", l->name);
	if (strcmp(l->value, NO_VALUE) == 0)
		return unit_printf("%*sparm[name=%s]\n", l->depth, "", l->name);
	return unit_printf("%*sparm[name=%s][value=%s]%s\n", l->depth, "",
	    l->name, l->value, type);
}

static char *
print_expected(void)
{
	char *out = unit_printf("wap-provisioningdoc[version=1.1]\n");

	for (size_t i = 0; i < COUNT(expected); i++)
		out = unit_printf("%s%s", out, print_line(&expected[i]));
	return out;
}

static void
test_document(void **state)
{
	(void)state;
	assert_string_equal(document(&standard), print_expected());
}

/* EnrollmentType Device: the machine's store, and found there. */
static void
test_device_store(void **state)
{
	struct provision p = standard;
	char *want = print_expected();

	(void)state;
	p.device_store = 1;
	want = unit_replace(want, "[type=User]", "[type=System]");
	want = unit_replace(want, "My%5CUser", "My%5CSystem");
	assert_string_equal(document(&p), want);
}

/* Where one CA is both, it stands there once. */
static void
test_one_ca(void **state)
{
	static const struct blob copy = BLOB("root certificate");
	struct provision p = standard;
	char *tree;

	(void)state;
	p.issuing = &copy;
	tree = document(&p);
	assert_null(strstr(tree, "[type=CA]"));
	assert_non_null(strstr(tree, "[type=Root]"));
}

static void
test_no_name(void **state)
{
	struct provision p = standard;

	(void)state;
	p.device_name = NULL;
	assert_null(strstr(document(&p), "EntDeviceName"));
}

static void
test_renewal_url(void **state)
{
	struct provision p = standard;
	const char *before = "    parm[name=RetryInterval][value=6]"
			     "[datatype=integer]\n";

	(void)state;
	p.setting = setting_url;
	before = unit_printf(" %s", before);
	assert_string_equal(
	    document(&p), unit_replace(print_expected(), before,
			      unit_printf("%s     parm[name=ServerURL]"
					  "[value=https://renew.example.com/]"
					  "[datatype=string]\n",
				  before)));
}

/* What is not empty stands there, under its own name. */
static const char *
setting_more(void *context, const char *name)
{
	if (strcmp(name, "help_phone") == 0 || strcmp(name, "push_pfn") == 0 ||
	    strcmp(name, "esp_timeout") == 0)
		return name;
	return setting(context, name);
}

static void
test_optional(void **state)
{
	struct provision p = standard;
	char *tree;

	(void)state;
	p.setting = setting_more;
	tree = document(&p);
	assert_non_null(strstr(tree, "    parm[name=HelpPhoneNumber]"
				     "[value=help_phone][datatype=string]\n"
				     "    characteristic[type=Poll]\n"));
	assert_non_null(strstr(tree, "    characteristic[type=Push]\n"
				     "     parm[name=PFN][value=push_pfn]"));
	assert_non_null(
	    strstr(tree, "    characteristic[type=FirstSyncStatus]\n"
			 "     parm[name=TimeOutUntilSyncFailure]"
			 "[value=esp_timeout][datatype=integer]\n"));
	assert_null(strstr(tree, "CustomErrorText"));
	assert_null(strstr(tree, "HelpWebsite"));
}

/* The whole of what a renewal brings, where the CA is the same as before. */
#define RENEWED                                                                \
	"wap-provisioningdoc[version=1.1]\n"                                   \
	" characteristic[type=CertificateStore]\n"                             \
	"  characteristic[type=My]\n"                                          \
	"   characteristic[type=User]\n"                                       \
	"    characteristic[type=D0D71F8E626386E3F7A88D9530AA69A10B184C71]\n"  \
	"     parm[name=EncodedCertificate][value=ZGV2aWNlIGNlcnRpZmljYXRl]\n" \
	"     characteristic[type=PrivateKeyContainer]\n"                      \
	" characteristic[type=APPLICATION]\n"                                  \
	"  parm[name=PROVIDER-ID][value=Example]\n"

static void
test_renewal(void **state)
{
	struct xw w;

	(void)state;
	xw_init(&w, unit_arena);
	provision_write_renewal(&w, &standard, 1);
	assert_int_equal(w.depth, 0);
	assert_string_equal(tree_of(w.out.data, w.out.len), RENEWED);
}

/* A CA that the device does not know comes along. */
static void
test_renewal_by_another_ca(void **state)
{
	struct xw w;
	char *tree;

	(void)state;
	xw_init(&w, unit_arena);
	provision_write_renewal(&w, &standard, 0);
	tree = tree_of(w.out.data, w.out.len);
	assert_non_null(strstr(tree, "  characteristic[type=Root]\n"
				     "   characteristic[type=System]\n"));
	assert_non_null(strstr(tree, "  characteristic[type=CA]\n"));
	assert_non_null(strstr(tree, "[value=cm9vdCBjZXJ0aWZpY2F0ZQ==]"));
	assert_null(strstr(tree, "AAUTHSECRET"));
	assert_null(strstr(tree, "secret"));
}

/* What is told Windows to search is escaped as in a URI. */
static void
test_subject(void **state)
{
	struct provision p = standard;

	(void)state;
	p.subject = "CN=a b+c&d,O=\xc3\xa4/~";
	assert_non_null(strstr(document(&p),
	    "[value=Subject=CN%3Da%20b%2Bc%26d%2CO%3D%C3%A4%2F~"
	    "&Stores=My%5CUser]"));
}

/* Base64 in it has no line breaks, however long. */
static void
test_long_certificate(void **state)
{
	char *text = unit_repeat("0123456789", 300);
	struct provision p = standard;
	char *tree, *value;

	(void)state;
	p.certificate = (struct blob){ (const unsigned char *)text, 3000 };
	tree = document(&p);
	value = strstr(tree, unit_repeat("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2"
					 "Nzg5",
				 100));
	assert_non_null(value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_document),
		UNIT_TEST(test_device_store),
		UNIT_TEST(test_one_ca),
		UNIT_TEST(test_no_name),
		UNIT_TEST(test_renewal_url),
		UNIT_TEST(test_optional),
		UNIT_TEST(test_renewal),
		UNIT_TEST(test_renewal_by_another_ca),
		UNIT_TEST(test_subject),
		UNIT_TEST(test_long_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
