/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../fcgi/policy.h"

static const struct policy_template standard = {
	.name = "Windows",
	.schema = "3",
	.minimal_key_length = "2048",
	.validity_seconds = "31536000",
	.renewal_seconds = "3628800",
	.hash_oid = "2.16.840.1.101.3.4.2.1",
	.hash_name = "szOID_NIST_sha256",
	.providers = "",
	.major_revision = "100",
	.minor_revision = "7",
};

static char *seed;

static int
read_seed(void **state)
{
	if (unit_setup(state) != 0)
		return -1;
	seed = unit_seed("policy-request.xml");
	return 0;
}

static int
read_policy(const char *body, struct policy_request *p, struct fault *f)
{
	struct http_request r = unit_post(body);

	*p = (struct policy_request){ 0 };
	*f = (struct fault){ 0 };
	return policy_read(unit_arena, &r, p, f);
}

static char *
answer(const struct policy_template *t)
{
	struct policy_request p;
	struct fault f;
	struct xw w;

	assert_int_equal(read_policy(seed, &p, &f), 0);
	xw_init(&w, unit_arena);
	policy_answer(&w, &p, t, "guid");
	assert_int_equal(w.out.failed, 0);
	return tree_of(w.out.data, w.out.len);
}

static void
test_seed_is_read(void **state)
{
	struct policy_request p;
	struct fault f;

	(void)state;
	assert_int_equal(read_policy(seed, &p, &f), 0);
	assert_string_equal(p.header.message_id,
	    "urn:uuid:72048B64-0F19-448F-8C2E-B4C661860AA0");
	assert_string_equal(p.header.username, "demo@mdmwindows.com");
	assert_string_equal(p.header.password, "demo");
	assert_int_equal(soap_credentials(&p.header, &f), 0);
}

/* The whole answer, in the order of the schema. */
static void
test_order(void **state)
{
	(void)state;
	assert_string_equal(answer(&standard),
	    "s:Envelope\n"
	    " s:Header\n"
	    "  a:Action[s:mustUnderstand=1]=http://schemas.microsoft.com/"
	    "windows/pki/2009/01/enrollmentpolicy/IPolicy/"
	    "GetPoliciesResponse\n"
	    "  diag:ActivityId[CorrelationId=guid]=guid\n"
	    "  a:RelatesTo=urn:uuid:72048B64-0F19-448F-8C2E-B4C661860AA0\n"
	    " s:Body\n"
	    "  xcep:GetPoliciesResponse\n"
	    "   xcep:response\n"
	    "    xcep:policyID\n"
	    "    xcep:policyFriendlyName[xsi:nil=true]\n"
	    "    xcep:nextUpdateHours[xsi:nil=true]\n"
	    "    xcep:policiesNotChanged[xsi:nil=true]\n"
	    "    xcep:policies\n"
	    "     xcep:policy\n"
	    "      xcep:policyOIDReference=5\n"
	    "      xcep:cAs[xsi:nil=true]\n"
	    "      xcep:attributes\n"
	    "       xcep:commonName=Windows\n"
	    "       xcep:policySchema=3\n"
	    "       xcep:certificateValidity\n"
	    "        xcep:validityPeriodSeconds=31536000\n"
	    "        xcep:renewalPeriodSeconds=3628800\n"
	    "       xcep:permission\n"
	    "        xcep:enroll=true\n"
	    "        xcep:autoEnroll=false\n"
	    "       xcep:privateKeyAttributes\n"
	    "        xcep:minimalKeyLength=2048\n"
	    "        xcep:keySpec[xsi:nil=true]\n"
	    "        xcep:keyUsageProperty[xsi:nil=true]\n"
	    "        xcep:permissions[xsi:nil=true]\n"
	    "        xcep:algorithmOIDReference[xsi:nil=true]\n"
	    "        xcep:cryptoProviders[xsi:nil=true]\n"
	    "       xcep:revision\n"
	    "        xcep:majorRevision=100\n"
	    "        xcep:minorRevision=7\n"
	    "       xcep:supersededPolicies[xsi:nil=true]\n"
	    "       xcep:privateKeyFlags[xsi:nil=true]\n"
	    "       xcep:subjectNameFlags[xsi:nil=true]\n"
	    "       xcep:enrollmentFlags[xsi:nil=true]\n"
	    "       xcep:generalFlags[xsi:nil=true]\n"
	    "       xcep:hashAlgorithmOIDReference=0\n"
	    "       xcep:rARequirements[xsi:nil=true]\n"
	    "       xcep:keyArchivalAttributes[xsi:nil=true]\n"
	    "       xcep:extensions[xsi:nil=true]\n"
	    "   xcep:cAs[xsi:nil=true]\n"
	    "   xcep:oIDs\n"
	    "    xcep:oID\n"
	    "     xcep:value=2.16.840.1.101.3.4.2.1\n"
	    "     xcep:group=1\n"
	    "     xcep:oIDReferenceID=0\n"
	    "     xcep:defaultName=szOID_NIST_sha256\n"
	    "    xcep:oID\n"
	    "     xcep:value=1.3.6.1.4.1.311.20.2\n"
	    "     xcep:group=1\n"
	    "     xcep:oIDReferenceID=5\n"
	    "     xcep:defaultName=Certificate Template Name\n");
}

/* Each reference is the oIDReferenceID of exactly one oID. */
static void
test_references_resolve(void **state)
{
	static const char *const names[] = { "xcep:policyOIDReference",
		"xcep:hashAlgorithmOIDReference" };
	char *tree = answer(&standard);

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *want = tree_text(tree, names[i], 0), *id;
		int found = 0;

		for (int n = 0;
		     (id = tree_text(tree, "xcep:oIDReferenceID", n)) != NULL;
		     n++)
			found += strcmp(id, want) == 0;
		unit_same_int(names[i], found, 1);
	}
	unit_done();
}

static void
test_no_hash(void **state)
{
	struct policy_template t = standard;
	char *tree;

	(void)state;
	t.hash_oid = NULL;
	t.hash_name = NULL;
	tree = answer(&t);
	assert_non_null(
	    strstr(tree, "xcep:hashAlgorithmOIDReference[xsi:nil=true]\n"));
	assert_null(strstr(tree, "szOID"));
	assert_int_equal(tree_count(tree, "xcep:oID"), 1);
}

static void
test_providers(void **state)
{
	struct policy_template t = standard;
	char *tree;

	(void)state;
	t.providers = "Microsoft Platform Crypto Provider\n"
		      "Microsoft Software Key Storage Provider <&>";
	tree = answer(&t);
	assert_string_equal(tree_part(tree, "xcep:cryptoProviders"),
	    "        xcep:cryptoProviders\n"
	    "         xcep:provider=Microsoft Platform Crypto Provider\n"
	    "         xcep:provider=Microsoft Software Key Storage Provider "
	    "<&>\n");
	t.providers = "One";
	tree = answer(&t);
	assert_string_equal(tree_part(tree, "xcep:cryptoProviders"),
	    "        xcep:cryptoProviders\n"
	    "         xcep:provider=One\n");
}

#define CLIENT                                                                 \
	"<client>\n"                                                           \
	"        <lastUpdate xsi:nil=\"true\"/>\n"                             \
	"        <preferredLanguage xsi:nil=\"true\"/>\n"                      \
	"      </client>"
#define XCEP "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy"

/* The seed with one thing replaced.  reason NULL: read. */
static const struct {
	const char *what;
	const char *from;
	const char *to;
	const char *reason;
} cases[] = {
	{ "Type without a prefix", "wsse:Type", "Type", NULL },
	{ "values instead of nil", CLIENT,
	    "<client><lastUpdate>2024-01-01T00:00:00Z</lastUpdate>"
	    "<preferredLanguage>en-US</preferredLanguage></client>",
	    NULL },
	{ "nothing in client", CLIENT, "<client/>", NULL },
	{ "more in client", "<lastUpdate",
	    "<TPMManufacturer>INTC</TPMManufacturer><TPMFirmwareVersion>1"
	    "</TPMFirmwareVersion><lastUpdate",
	    NULL },
	{ "no requestFilter", "<requestFilter xsi:nil=\"true\"/>", "", NULL },
	{ "a requestFilter with something in it",
	    "<requestFilter xsi:nil=\"true\"/>",
	    "<requestFilter><policyOIDs xsi:nil=\"true\"/><clientVersion>5"
	    "</clientVersion></requestFilter>",
	    NULL },
	/* Ignore extras: Windows adds elements with every release. */
	{ "more beside client", "<requestFilter", "<New>x</New><requestFilter",
	    NULL },
	{ "two clients", CLIENT, "<client/><client/>", "more than one client" },
	{ "another namespace", "xmlns=\"" XCEP "\"", "xmlns=\"urn:x\"",
	    "GetPolicies not expected" },
	{ "another action", "IPolicy/GetPolicies<", "IPolicy/GetPolicy<",
	    "Action" },
	{ "an empty body", "<GetPolicies xmlns=\"" XCEP "\">",
	    "<x xmlns=\"urn:x\"/><GetPolicies xmlns=\"" XCEP "\">",
	    "x not expected" },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		struct policy_request p;
		struct fault f;
		int rc = read_policy(
		    unit_replace(seed, cases[i].from, cases[i].to), &p, &f);

		if (cases[i].reason == NULL) {
			if (rc != 0 || soap_credentials(&p.header, &f) != 0)
				unit_wrong(what, "refused: %s", f.reason);
			continue;
		}
		unit_same_int(what, rc, -1);
		unit_same(what, f.subcode, "s:MessageFormat");
		if (f.reason == NULL ||
		    strstr(f.reason, cases[i].reason) == NULL)
			unit_wrong(what, "because of <%s>", f.reason);
	}
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define SEED_TEST(f)                                                           \
	cmocka_unit_test_setup_teardown(f, read_seed, unit_teardown)
		SEED_TEST(test_seed_is_read),
		SEED_TEST(test_order),
		SEED_TEST(test_references_resolve),
		SEED_TEST(test_no_hash),
		SEED_TEST(test_providers),
		SEED_TEST(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
