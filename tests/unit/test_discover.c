/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../fcgi/discover.h"

static const struct discover_settings settings = {
	.url = "https://enterpriseenrollment.example.com:8443",
	.version = "4.0",
	.on_premise = 1,
};

#define MDE "http://schemas.microsoft.com/windows/management/2012/01/enrollment"
#define BASE "https://enterpriseenrollment.example.com:8443/EnrollmentServer/"

static char *seed;

static int
read_seed(void **state)
{
	if (unit_setup(state) != 0)
		return -1;
	seed = unit_seed("discovery-request.xml");
	return 0;
}

static int
read_discover(const char *body, struct discover *d, struct fault *f)
{
	struct http_request r = unit_post(body);

	*d = (struct discover){ 0 };
	*f = (struct fault){ 0 };
	return discover_read(unit_arena, &r, d, f);
}

static char *
answer(const struct discover *d, const struct discover_settings *s)
{
	struct discover chosen = *d;
	struct fault f = { 0 };
	struct xw w;

	assert_int_equal(discover_check(&chosen, s, &f), 0);
	xw_init(&w, unit_arena);
	discover_answer(&w, &chosen, s, "11111111-2222-4333-8444-555555555555");
	assert_int_equal(w.out.failed, 0);
	return tree_of(w.out.data, w.out.len);
}

static void
test_seed_is_read(void **state)
{
	struct discover d;
	struct fault f;

	(void)state;
	assert_int_equal(read_discover(seed, &d, &f), 0);
	assert_string_equal(d.header.message_id,
	    "urn:uuid:748132ec-a575-4329-b01b-6171a9cf8478");
	assert_string_equal(d.email, "demo@mdmwindows.com");
	assert_string_equal(d.request_version, "4.0");
	assert_string_equal(d.device_type, "CIMClient_Windows");
	assert_string_equal(d.application_version, "10.0.19043.2364");
	assert_string_equal(d.os_edition, "72");
	assert_int_equal(d.offers, 2);
	assert_int_equal(d.offers_on_premise, 1);
	assert_int_equal(discover_check(&d, &settings, &f), 0);
	assert_int_equal(f.status, 0);
}

static void
test_seed_is_answered(void **state)
{
	struct discover d;
	struct fault f;

	(void)state;
	assert_int_equal(read_discover(seed, &d, &f), 0);
	assert_string_equal(answer(&d, &settings),
	    "s:Envelope\n"
	    " s:Header\n"
	    "  a:Action[s:mustUnderstand=1]=" MDE
	    "/IDiscoveryService/DiscoverResponse\n"
	    "  diag:ActivityId[CorrelationId=11111111-2222-4333-8444-"
	    "555555555555]=11111111-2222-4333-8444-555555555555\n"
	    "  a:RelatesTo=urn:uuid:748132ec-a575-4329-b01b-6171a9cf8478\n"
	    " s:Body\n"
	    "  disc:DiscoverResponse\n"
	    "   disc:DiscoverResult\n"
	    "    disc:AuthPolicy=OnPremise\n"
	    "    disc:EnrollmentVersion=4.0\n"
	    "    disc:EnrollmentPolicyServiceUrl=" BASE "Policy.svc\n"
	    "    disc:EnrollmentServiceUrl=" BASE "Enrollment.svc\n");
}

#define POLICIES                                                               \
	"<AuthPolicies>\n"                                                     \
	"          <AuthPolicy>OnPremise</AuthPolicy>\n"                       \
	"          <AuthPolicy>Federated</AuthPolicy>\n"                       \
	"        </AuthPolicies>"

/* The seed with one thing replaced.  reason NULL: read and answered. */
static const struct {
	const char *what;
	const char *from;
	const char *to;
	const char *reason;
} cases[] = {
	{ "any host in To", "EnterpriseEnrollment.mdmwindows.com:443",
	    "enrol.other.test", NULL },
	{ "no To at all",
	    "<a:To s:mustUnderstand=\"1\">https://EnterpriseEnrollment."
	    "mdmwindows.com:443/EnrollmentServer/Discovery.svc</a:To>",
	    "", NULL },
	{ "SOAP 1.1", "http://www.w3.org/2003/05/soap-envelope",
	    "http://schemas.xmlsoap.org/soap/envelope/", NULL },
	{ "a slash too many", "xmlns=\"" MDE "\"", "xmlns=\"" MDE "/\"", NULL },
	{ "DOMAIN\\user", "demo@mdmwindows.com", "CONTOSO\\demo", NULL },
	{ "an empty address", "demo@mdmwindows.com", "", NULL },
	{ "no address", "<EmailAddress>demo@mdmwindows.com</EmailAddress>", "",
	    NULL },
	{ "a phone", "CIMClient_Windows", "WindowsPhone", NULL },
	{ "version 3.0", ">4.0<", ">3.0<", NULL },
	{ "version 9.0", ">4.0<", ">9.0<", NULL },
	{ "version 10", ">4.0<", ">10<", NULL },
	{ "blanks around it", ">4.0<", ">\r\n 4.0 <", NULL },
	{ "new elements", "<OSEdition>",
	    "<OSVersion>10</OSVersion><New><a/>b"
	    "</New><OSEdition>",
	    NULL },
	{ "another order", "<EmailAddress>",
	    "<New xmlns=\"urn:n\"/><EmailAddress>", NULL },
	{ "no policies", POLICIES, "", NULL },
	{ "no policy in it", POLICIES, "<AuthPolicies/>", NULL },
	{ "a policy as bare text", POLICIES,
	    "<AuthPolicies>OnPremise</AuthPolicies>", NULL },
	{ "on premise last", POLICIES,
	    "<AuthPolicies><AuthPolicy>Certificate</AuthPolicy><AuthPolicy>"
	    "Federated</AuthPolicy><AuthPolicy>OnPremise</AuthPolicy>"
	    "</AuthPolicies>",
	    NULL },

	{ "no version", "<RequestVersion>4.0</RequestVersion>", "",
	    "no RequestVersion" },
	{ "an empty version", ">4.0<", "><", "RequestVersion" },
	{ "a version of words", ">4.0<", ">four<", "RequestVersion" },
	{ "a negative version", ">4.0<", ">-4.0<", "RequestVersion" },
	{ "a version of three", ">4.0<", ">4.0.0<", "RequestVersion" },
	{ "a version with a dot only", ">4.0<", ">4.<", "RequestVersion" },
	{ "a version with a plus", ">4.0<", ">+4.0<", "RequestVersion" },
	{ "a version with an exponent", ">4.0<", ">4e1<", "RequestVersion" },
	{ "a long version", ">4.0<", ">40000000000000000<",
	    "RequestVersion too long" },
	{ "two versions", "<RequestVersion>",
	    "<RequestVersion>3.0</RequestVersion><RequestVersion>",
	    "more than one RequestVersion" },
	{ "two addresses", "<EmailAddress>", "<EmailAddress/><EmailAddress>",
	    "more than one EmailAddress" },
	{ "two requests", "</Discover>", "<request/></Discover>",
	    "more than one request" },
	{ "two lists", POLICIES, POLICIES POLICIES,
	    "more than one AuthPolicies" },
	{ "a long address", "demo@mdmwindows.com", "@", "EmailAddress" },
	{ "another namespace", "xmlns=\"" MDE "\"", "xmlns=\"urn:x\"",
	    "Discover not expected" },
	{ "no namespace", " xmlns=\"" MDE "\"", "", "Discover not expected" },
	{ "the response's action", "Service/Discover<",
	    "Service/DiscoverResponse<", "Action" },
	{ "two Discovers", "</s:Body>",
	    "<Discover xmlns=\"" MDE "\"/></s:Body>", "more than one" },
	{ "stray text", "<request ", "x<request ", "text not expected" },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what, *to = cases[i].to;
		struct discover d;
		struct fault f;

		if (strcmp(to, "@") == 0)
			to = unit_repeat("a", 1025);
		int rc = read_discover(
		    unit_replace(seed, cases[i].from, to), &d, &f);
		if (cases[i].reason == NULL) {
			if (rc != 0 || discover_check(&d, &settings, &f) != 0)
				unit_wrong(what, "refused: %s %s",
				    f.at == NULL ? "" : f.at, f.reason);
			else if (tree_text(answer(&d, &settings),
				     "disc:EnrollmentServiceUrl", 0) == NULL)
				unit_wrong(what, "not answered");
			continue;
		}
		if (rc != -1) {
			unit_wrong(what, "accepted");
			continue;
		}
		unit_same(what, f.subcode, "s:MessageFormat");
		unit_same_int(what, f.status, 500);
		if (strstr(f.reason, cases[i].reason) == NULL)
			unit_wrong(what, "because of <%s>", f.reason);
	}
	unit_done();
}

/* Of what the client offers one is chosen, or it is told there is none. */
static void
test_policies(void **state)
{
	static const char *const none[] = {
		"<AuthPolicy>Federated</AuthPolicy>",
		"<AuthPolicy>Certificate</AuthPolicy>",
		"<AuthPolicy>onpremise</AuthPolicy>",
		"<AuthPolicy>OnPremises</AuthPolicy>",
		"Certificate",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++) {
		struct discover d;
		struct fault f;

		assert_int_equal(
		    read_discover(
			unit_replace(seed, POLICIES,
			    unit_printf(
				"<AuthPolicies>%s</AuthPolicies>", none[i])),
			&d, &f),
		    0);
		unit_same_int(none[i], discover_check(&d, &settings, &f), -1);
		unit_same_int(none[i], f.status, 500);
		unit_same(none[i], f.error_type, "NotSupported");
		if (f.message == NULL || f.subcode == NULL || f.reason == NULL)
			unit_wrong(none[i], "no words");
	}
	unit_done();
}

/* What is chosen of what is served and what is offered. */
static const struct {
	int federated;
	int on_premise;
	const char *offered;
	const char *chosen;
} choices[] = {
	{ 1, 1, "OnPremise Federated", "Federated" },
	{ 1, 0, "OnPremise Federated", "Federated" },
	{ 0, 1, "OnPremise Federated", "OnPremise" },
	{ 0, 0, "OnPremise Federated", NULL },
	{ 1, 1, "OnPremise", "OnPremise" },
	{ 1, 0, "OnPremise", NULL },
	{ 1, 1, "Federated", "Federated" },
	{ 0, 1, "Federated", NULL },
	{ 1, 1, "Certificate", NULL },
	{ 1, 1, "federated", NULL },
	{ 1, 1, "", "OnPremise" },
	{ 1, 0, "", NULL },
};

static void
test_choices(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(choices); i++) {
		struct discover_settings s = settings;
		const char *o = choices[i].offered, *url = NULL;
		char *what = unit_printf(
		    "%d %d %s", choices[i].federated, choices[i].on_premise, o);
		struct discover d;
		struct fault f;
		int rc;

		s.federated = choices[i].federated;
		s.on_premise = choices[i].on_premise;
		o = strchr(o, ' ') == NULL
			? unit_printf("<AuthPolicy>%s</AuthPolicy>", o)
			: "<AuthPolicy>OnPremise</AuthPolicy>"
			  "<AuthPolicy>Federated</AuthPolicy>";
		o = unit_printf("<AuthPolicies>%s</AuthPolicies>", o);
		assert_int_equal(
		    read_discover(unit_replace(seed, POLICIES, o), &d, &f), 0);
		rc = discover_check(&d, &s, &f);
		unit_same_int(what, rc, choices[i].chosen == NULL ? -1 : 0);
		unit_same(what, d.policy, choices[i].chosen);
		if (rc == 0)
			url = tree_text(
			    answer(&d, &s), "disc:AuthenticationServiceUrl", 0);
		unit_same(what, url,
		    d.policy != NULL && strcmp(d.policy, "Federated") == 0
			? BASE "SignIn"
			: NULL);
	}
	unit_done();
}

/* Renewal: only who shows a certificate is told to go on with it, whatever
 * the front server thinks of it, and only where nothing else is left. */
static void
test_renewal(void **state)
{
	static const struct {
		const char *verdict;
		int federated;
		int on_premise;
		const char *offered;
		const char *chosen;
	} turns[] = {
		{ "SUCCESS", 0, 1, "Certificate", "Certificate" },
		{ "SUCCESS", 0, 0, "Certificate", "Certificate" },
		{ "FAILED:certificate has expired", 0, 1, "Certificate",
		    "Certificate" },
		{ "NONE", 1, 1, "Certificate", NULL },
		{ "", 1, 1, "Certificate", NULL },
		{ NULL, 1, 1, "Certificate", NULL },
		{ "SUCCESS", 1, 1, "certificate", NULL },
		{ "SUCCESS", 0, 0, "OnPremise", NULL },
		{ "SUCCESS", 0, 0, "", NULL },
		{ "SUCCESS", 0, 1, "", "OnPremise" },
		{ "SUCCESS", 0, 1,
		    "<AuthPolicy>Certificate</AuthPolicy>"
		    "<AuthPolicy>OnPremise</AuthPolicy>",
		    "OnPremise" },
		{ "SUCCESS", 1, 0,
		    "<AuthPolicy>Certificate</AuthPolicy>"
		    "<AuthPolicy>Federated</AuthPolicy>",
		    "Federated" },
		{ "SUCCESS", 1, 0,
		    "<AuthPolicy>OnPremise</AuthPolicy>"
		    "<AuthPolicy>Certificate</AuthPolicy>",
		    "Certificate" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(turns); i++) {
		const char *o = turns[i].offered, *v = turns[i].verdict;
		char *params[] = {
			unit_printf("SSL_CLIENT_VERIFY=%s", v ? v : ""), NULL
		};
		char *what = unit_printf("%s: %s", v ? v : "nothing", o);
		struct discover_settings s = settings;
		struct discover d = { 0 };
		struct fault f = { 0 };
		struct http_request r = unit_post(unit_replace(seed, POLICIES,
		    unit_printf("<AuthPolicies>%s</AuthPolicies>", o)));

		r.params = v != NULL ? params : params + 1;
		s.federated = turns[i].federated;
		s.on_premise = turns[i].on_premise;
		assert_int_equal(discover_read(unit_arena, &r, &d, &f), 0);
		unit_same_int(what, discover_check(&d, &s, &f),
		    turns[i].chosen == NULL ? -1 : 0);
		unit_same(what, d.policy, turns[i].chosen);
		if (d.policy == NULL)
			unit_same(what, f.error_type, "NotSupported");
		else if (strcmp(d.policy, "Certificate") == 0)
			unit_same(what,
			    tree_text(answer(&d, &s),
				"disc:AuthenticationServiceUrl", 0),
			    NULL);
	}
	unit_done();
}

static void
test_echo(void **state)
{
	struct discover d;
	struct fault f;
	char *tree;

	(void)state;
	assert_int_equal(read_discover(unit_replace(seed, "urn:uuid:748132ec",
					   "urn:uuid: 748132ec"),
			     &d, &f),
	    0);
	tree = answer(&d, &settings);
	assert_string_equal(tree_text(tree, "a:RelatesTo", 0),
	    "urn:uuid: 748132ec-a575-4329-b01b-6171a9cf8478");
	/* Nothing of the client's gets unescaped into the answer. */
	assert_int_equal(read_discover(unit_replace(seed, "748132ec",
					   "&lt;/a:RelatesTo&gt;&amp;"),
			     &d, &f),
	    0);
	tree = answer(&d, &settings);
	assert_string_equal(tree_text(tree, "a:RelatesTo", 0),
	    "urn:uuid:</a:RelatesTo>&-a575-4329-b01b-6171a9cf8478");
}

/* EnrollmentVersion is the lower of what is asked and what is set. */
static const struct {
	const char *asked;
	const char *set;
	const char *answered;
} versions[] = {
	{ "4.0", "4.0", "4.0" },
	{ "3.0", "4.0", "3.0" },
	{ "5.0", "4.0", "4.0" },
	{ "9.0", "4.0", "4.0" },
	{ "10.0", "4.0", "4.0" },
	{ "10.0", "9.0", "9.0" },
	{ "9.0", "10.0", "9.0" },
	{ "4.1", "4.0", "4.0" },
	{ "4.0", "4.1", "4.0" },
	{ "4.2", "4.10", "4.2" },
	{ "4.10", "4.2", "4.2" },
	{ "4", "4.1", "4" },
	{ "4.1", "4", "4" },
	{ "1.0", "7.0", "1.0" },
};

static void
test_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct discover_settings s = settings;
		char *what =
		    unit_printf("%s of %s", versions[i].asked, versions[i].set);
		struct discover d;
		struct fault f;

		unit_same(what,
		    discover_lower_version(versions[i].asked, versions[i].set),
		    versions[i].answered);
		s.version = versions[i].set;
		assert_int_equal(
		    read_discover(unit_replace(seed, ">4.0<",
				      unit_printf(">%s<", versions[i].asked)),
			&d, &f),
		    0);
		unit_same(what,
		    tree_text(answer(&d, &s), "disc:EnrollmentVersion", 0),
		    versions[i].answered);
	}
	unit_done();
}

/* Two enrollment paths, by the version of Windows; who says none is new. */
static void
test_paths(void **state)
{
	static const struct {
		const char *version;
		const char *path;
	} paths[] = {
		{ "6.3.9600.0", "DeviceEnrollmentWebservice.svc" },
		{ "8.10.14219.0", "DeviceEnrollmentWebservice.svc" },
		{ "10.0.19043.1", "Win10DeviceEnrollmentWebservice.svc" },
		{ "11.0", "Win10DeviceEnrollmentWebservice.svc" },
	};
	struct discover_settings s = settings;
	struct discover d;
	struct fault f;

	(void)state;
	s.by_os = 1;
	assert_int_equal(read_discover(seed, &d, &f), 0);
	for (size_t i = 0; i < COUNT(paths); i++) {
		char *version = unit_printf("%s", paths[i].version), *tree;

		d.application_version = version;
		tree = answer(&d, &s);
		unit_same(version,
		    tree_text(tree, "disc:EnrollmentServiceUrl", 0),
		    unit_printf(BASE "%s", paths[i].path));
		unit_same(version,
		    tree_text(tree, "disc:EnrollmentPolicyServiceUrl", 0),
		    BASE "PolicyEnrollmentWebservice.svc");
	}
	d.application_version = NULL;
	assert_non_null(strstr(answer(&d, &s), "Win10Device"));
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define SEED_TEST(f)                                                           \
	cmocka_unit_test_setup_teardown(f, read_seed, unit_teardown)
		SEED_TEST(test_seed_is_read),
		SEED_TEST(test_seed_is_answered),
		SEED_TEST(test_cases),
		SEED_TEST(test_policies),
		SEED_TEST(test_paths),
		SEED_TEST(test_choices),
		SEED_TEST(test_renewal),
		SEED_TEST(test_echo),
		SEED_TEST(test_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
