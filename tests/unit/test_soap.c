/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/soap.h"

/* A message of the test's own: nothing in its body but <x/>. */
struct message {
	struct soap_header header;
};

enum { ST_X = SOAP_OWN };

static const struct xml_rule rules[] = {
	SOAP_RULES,
	{ XML_IN(SOAP_BODY), ST_X, "urn:x" XML_SEP "x", XML_REQUIRED },
};

#define ACTION "urn:action/Do"

#define ENVELOPE_NS "http://www.w3.org/2003/05/soap-envelope"
#define WSSE_NS                                                                \
	"http://docs.oasis-open.org/wss/2004/01/"                              \
	"oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define TEXT_TYPE                                                              \
	"http://docs.oasis-open.org/wss/2004/01/"                              \
	"oasis-200401-wss-username-token-profile-1.0#PasswordText"

#define GOOD                                                                   \
	"<s:Envelope xmlns:s='" ENVELOPE_NS "'"                                \
	" xmlns:a='http://www.w3.org/2005/08/addressing'"                      \
	" xmlns:o='" WSSE_NS "'>"                                              \
	"<s:Header>"                                                           \
	"<a:Action s:mustUnderstand='1'>" ACTION "</a:Action>"                 \
	"<a:MessageID>urn:uuid:1</a:MessageID>"                                \
	"<o:Security s:mustUnderstand='1'><o:UsernameToken>"                   \
	"<o:Username>demo@example.com</o:Username>"                            \
	"<o:Password o:Type='" TEXT_TYPE "'> pass word </o:Password>"          \
	"</o:UsernameToken></o:Security>"                                      \
	"</s:Header>"                                                          \
	"<s:Body><x xmlns='urn:x'/></s:Body>"                                  \
	"</s:Envelope>"

/* GOOD with one thing replaced.  reason NULL: read. */
static const struct {
	const char *what;
	const char *from;
	const char *to;
	int status;
	const char *reason;
} cases[] = {
	{ "good", "", "", 0, NULL },
	{ "SOAP 1.1", ENVELOPE_NS, "http://schemas.xmlsoap.org/soap/envelope/",
	    0, NULL },
	{ "another SOAP", ENVELOPE_NS, "urn:soap", 500,
	    "Envelope not expected" },
	{ "addressing in another namespace", "2005/08/addressing", "2004/08/a",
	    500, "no Action in Header" },
	{ "blanks around Action", ">" ACTION "<", ">\n " ACTION "\n<", 0,
	    NULL },
	{ "another Action", ACTION, "urn:action/Undo", 500, "Action" },
	{ "an Action that is longer", ACTION, ACTION "2", 500, "Action" },
	{ "an Action in other case", ACTION, "urn:Action/Do", 500, "Action" },
	{ "no Action", "<a:Action s:mustUnderstand='1'>" ACTION "</a:Action>",
	    "", 500, "no Action" },
	{ "two Actions", "<a:Action s",
	    "<a:Action>" ACTION "</a:Action><a:Action s", 500,
	    "more than one Action" },
	{ "no MessageID", "<a:MessageID>urn:uuid:1</a:MessageID>", "", 500,
	    "no MessageID" },
	{ "two MessageIDs", "<a:MessageID>", "<a:MessageID/><a:MessageID>", 500,
	    "more than one MessageID" },
	{ "unknown in the Envelope", "<s:Header>", "<x/><s:Header>", 500,
	    "x not expected" },
	{ "unknown headers", "<s:Header>",
	    "<s:Header><new xmlns='urn:n'><a:Action/></new><To>y</To>", 0,
	    NULL },
	{ "two Headers", "<s:Body>", "<s:Header/><s:Body>", 500,
	    "more than one Header" },
	{ "two Bodies", "</s:Envelope>", "<s:Body/></s:Envelope>", 500,
	    "more than one Body" },
	{ "two in the Body", "</s:Body>", "<x xmlns='urn:x'/></s:Body>", 500,
	    "more than one x" },
	{ "an empty Body", "<x xmlns='urn:x'/>", "", 500, "no x in Body" },
	{ "another Body", "xmlns='urn:x'", "xmlns='urn:y'", 500,
	    "x not expected" },
	{ "two Securities", "<o:Security s", "<o:Security/><o:Security s", 500,
	    "more than one Security" },
	{ "two tokens", "</o:Security>", "<o:UsernameToken/></o:Security>", 500,
	    "more than one UsernameToken" },
	{ "two Usernames", "<o:Password o",
	    "<o:Username>admin</o:Username><o:Password o", 500,
	    "more than one Username" },
	{ "two Passwords", "</o:UsernameToken>",
	    "<o:Password>x</o:Password></o:UsernameToken>", 500,
	    "more than one Password" },
	{ "unknown in the token", "<o:Username>",
	    "<o:Nonce>x</o:Nonce><u xmlns='urn:u'/><o:Username>", 0, NULL },
	{ "unknown in Security", "<o:UsernameToken>",
	    "<t xmlns='urn:t'/><o:UsernameToken>", 0, NULL },
	{ "DOCTYPE", "<s:Envelope", "<!DOCTYPE x><s:Envelope", 500, "DOCTYPE" },
	{ "cut", "</s:Envelope>", "", 500, "no element found" },
};

static int
read_message(const char *body, struct message *m, struct fault *f)
{
	struct http_request r = unit_post(body);

	*m = (struct message){ 0 };
	*f = (struct fault){ 0 };
	return soap_read(unit_arena, rules, COUNT(rules), m, ACTION, &r, f);
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		struct message m;
		struct fault f;
		int rc = read_message(
		    unit_replace(GOOD, cases[i].from, cases[i].to), &m, &f);

		if (cases[i].reason == NULL) {
			if (rc != 0)
				unit_wrong(what, "refused: %s", f.reason);
			else
				unit_same(
				    what, m.header.message_id, "urn:uuid:1");
			continue;
		}
		if (rc != -1) {
			unit_wrong(what, "accepted");
			continue;
		}
		unit_same_int(what, f.status, cases[i].status);
		unit_same(what, f.subcode, "s:MessageFormat");
		if (strstr(f.reason, cases[i].reason) == NULL)
			unit_wrong(what, "because of <%s>", f.reason);
	}
	unit_done();
}

static void
test_position(void **state)
{
	struct message m;
	struct fault f;

	(void)state;
	assert_int_equal(read_message("<x>\n", &m, &f), -1);
	assert_string_equal(f.at, "1:1");
	assert_int_equal(read_message("", &m, &f), -1);
	assert_int_equal(f.status, 400);
	assert_string_equal(f.subcode, "s:MessageFormat");
	assert_null(f.at);
	/* A first reason is kept. */
	struct http_request r = unit_post("<x/>");
	f = (struct fault){ .status = 413, .reason = "first" };
	assert_int_equal(
	    soap_read(unit_arena, rules, COUNT(rules), &m, ACTION, &r, &f), -1);
	assert_int_equal(f.status, 413);
	assert_string_equal(f.reason, "first");
}

static void
test_header(void **state)
{
	struct message m;
	struct fault f;

	(void)state;
	assert_int_equal(read_message(GOOD, &m, &f), 0);
	assert_string_equal(m.header.action, ACTION);
	assert_string_equal(m.header.username, "demo@example.com");
	assert_string_equal(m.header.password, " pass word ");
	assert_true(m.header.has_security);
	assert_int_equal(read_message(unit_replace(GOOD, "urn:uuid:1",
					  "urn:uuid: 748132ec "),
			     &m, &f),
	    0);
	assert_string_equal(m.header.message_id, "urn:uuid: 748132ec ");
	/* A prefix of its own for everything, and none at all. */
	assert_int_equal(
	    read_message("<Envelope xmlns='" ENVELOPE_NS "'><Header>"
			 "<z:Action xmlns:z='http://www.w3.org/2005/08/"
			 "addressing'>" ACTION "</z:Action>"
			 "<MessageID xmlns='http://www.w3.org/2005/08/"
			 "addressing'>m</MessageID></Header>"
			 "<Body><q:x xmlns:q='urn:x'/></Body></Envelope>",
		&m, &f),
	    0);
	assert_string_equal(m.header.message_id, "m");
	assert_false(m.header.has_security);
	assert_null(m.header.username);
}

/* reason NULL: credentials are there. */
static const struct {
	const char *what;
	const char *from;
	const char *to;
	const char *reason;
} credentials[] = {
	{ "good", "", "", NULL },
	{ "Type without a prefix", "o:Type", "Type", NULL },
	{ "no Type is text", "o:Type='" TEXT_TYPE "'", "", NULL },
	{ "a digest", "#PasswordText", "#PasswordDigest", "Type" },
	{ "an empty Type", TEXT_TYPE, "", "Type" },
	{ "blanks around the name", ">demo", "> \n demo", NULL },
	{ "DOMAIN\\user", "demo@example.com", "CONTOSO\\demo", NULL },
	{ "no name", "<o:Username>demo@example.com</o:Username>", "",
	    "Username" },
	{ "an empty name", "demo@example.com", "", "empty" },
	{ "a blank name", "demo@example.com", "  ", "empty" },
	{ "Security in another namespace", WSSE_NS, "urn:wsse", "Security" },
};

static void
test_credentials(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(credentials); i++) {
		const char *what = credentials[i].what;
		struct message m;
		struct fault f;

		if (read_message(unit_replace(GOOD, credentials[i].from,
				     credentials[i].to),
			&m, &f) != 0) {
			unit_wrong(what, "not read: %s", f.reason);
			continue;
		}
		int rc = soap_credentials(&m.header, &f);
		if (credentials[i].reason == NULL) {
			if (rc != 0 || f.status != 0)
				unit_wrong(what, "refused: %s", f.reason);
			continue;
		}
		unit_same_int(what, rc, -1);
		unit_same_int(what, f.status, 500);
		unit_same(what, f.subcode, "a:InvalidSecurity");
		if (f.reason == NULL ||
		    strstr(f.reason, credentials[i].reason) == NULL)
			unit_wrong(what, "because of <%s>", f.reason);
	}
	unit_done();
}

/* What stands where the UsernameToken and its children should. */
static const char *const no_credentials[] = {
	"",
	"<o:Security/>",
	"<o:Security><o:BinarySecurityToken>x</o:BinarySecurityToken>"
	"</o:Security>",
	"<o:Security><o:UsernameToken/></o:Security>",
	"<o:Security><o:UsernameToken><o:Username>u</o:Username>"
	"</o:UsernameToken></o:Security>",
	"<o:Security><o:UsernameToken><o:Password>p</o:Password>"
	"</o:UsernameToken></o:Security>",
	"<o:UsernameToken><o:Username>u</o:Username>"
	"<o:Password>p</o:Password></o:UsernameToken>",
	"<o:Security><y xmlns='urn:y'><o:UsernameToken>"
	"<o:Username>u</o:Username><o:Password>p</o:Password>"
	"</o:UsernameToken></y></o:Security>",
};

static void
test_no_credentials(void **state)
{
	char *head = unit_replace(GOOD, "<o:Security", "\1");
	char *tail = strstr(head, "</s:Header>");
	struct message m;
	struct fault f;

	(void)state;
	*strchr(head, '\1') = '\0';
	for (size_t i = 0; i < COUNT(no_credentials); i++) {
		assert_int_equal(read_message(unit_printf("%s%s%s", head,
						  no_credentials[i], tail),
				     &m, &f),
		    0);
		if (soap_credentials(&m.header, &f) != -1)
			unit_wrong(no_credentials[i], "accepted");
		else
			unit_same(
			    no_credentials[i], f.subcode, "a:InvalidSecurity");
	}
	unit_done();
}

#define TOKEN_TYPE                                                             \
	"http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/"           \
	"Enrollment/DeviceEnrollmentUserToken"
#define TOKEN(attributes, text)                                                \
	"<o:Security><o:BinarySecurityToken" attributes ">" text               \
	"</o:BinarySecurityToken></o:Security>"

static const struct {
	const char *header;
	int credential; /* -1: refused */
} tokens[] = {
	{ TOKEN(" ValueType='" TOKEN_TYPE "'", "eA=="), SOAP_USER_TOKEN },
	{ TOKEN(" o:ValueType='" TOKEN_TYPE "'", " eA== "), SOAP_USER_TOKEN },
	{ TOKEN(" ValueType='urn:ietf:params:oauth:token-type:jwt'", "x"),
	    SOAP_JWT },
	{ TOKEN(" ValueType='" TOKEN_TYPE "'", ""), -1 },
	{ TOKEN(" ValueType='" TOKEN_TYPE "'", "  "), -1 },
	{ TOKEN(" ValueType='" TOKEN_TYPE "x'", "eA=="), -1 },
	{ TOKEN("", "eA=="), -1 },
	{ "<o:Security><o:BinarySecurityToken ValueType='" TOKEN_TYPE
	  "'>x</o:BinarySecurityToken><o:UsernameToken><o:Username>u"
	  "</o:Username></o:UsernameToken></o:Security>",
	    -1 },
};

static void
test_tokens(void **state)
{
	char *head = unit_replace(GOOD, "<o:Security", "\1");
	char *tail = strstr(head, "</s:Header>");
	struct message m;
	struct fault f;

	(void)state;
	*strchr(head, '\1') = '\0';
	for (size_t i = 0; i < COUNT(tokens); i++) {
		assert_int_equal(read_message(unit_printf("%s%s%s", head,
						  tokens[i].header, tail),
				     &m, &f),
		    0);
		unit_same_int(tokens[i].header, soap_credentials(&m.header, &f),
		    tokens[i].credential);
		unit_same(tokens[i].header, f.subcode,
		    tokens[i].credential == -1 ? "a:InvalidSecurity" : NULL);
	}
	unit_done();
}

static void
test_answer(void **state)
{
	struct xw w;

	(void)state;
	xw_init(&w, unit_arena);
	soap_open(&w, "urn:answer", "urn:uuid: <1>", "guid");
	soap_body(&w);
	xw_leaf(&w, "x", "y");
	soap_close(&w);
	assert_string_equal(tree_of(w.out.data, w.out.len),
	    "s:Envelope\n"
	    " s:Header\n"
	    "  a:Action[s:mustUnderstand=1]=urn:answer\n"
	    "  diag:ActivityId[CorrelationId=guid]=guid\n"
	    "  a:RelatesTo=urn:uuid: <1>\n"
	    " s:Body\n"
	    "  x=y\n");
	xw_init(&w, unit_arena);
	soap_open(&w, "urn:answer", NULL, "guid");
	soap_body(&w);
	soap_close(&w);
	assert_null(strstr(w.out.data, "RelatesTo"));
}

static char *
fault_tree(const struct fault *f, const char *relates_to)
{
	struct xw w;

	xw_init(&w, unit_arena);
	soap_fault(&w, f, relates_to, "trace-1");
	assert_int_equal(w.out.failed, 0);
	return tree_of(w.out.data, w.out.len);
}

static void
test_fault_layout(void **state)
{
	const struct fault f = { .status = 500,
		.subcode = FAULT_CERTIFICATE_REQUEST,
		.error_type = "NotEligibleToRenew",
		.message = "No <b>.",
		.at = "1:2",
		.reason = "private words" };

	(void)state;
	assert_string_equal(fault_tree(&f, "urn:uuid:1"),
	    "s:Envelope\n"
	    " s:Header\n"
	    "  a:Action[s:mustUnderstand=1]=http://schemas.microsoft.com/"
	    "windows/pki/2009/01/enrollment/RSTRC/wstep\n"
	    "  diag:ActivityId[CorrelationId=trace-1]=trace-1\n"
	    "  a:RelatesTo=urn:uuid:1\n"
	    " s:Body\n"
	    "  s:Fault\n"
	    "   s:Code\n"
	    "    s:Value=s:Receiver\n"
	    "    s:Subcode\n"
	    "     s:Value=s:CertificateRequest\n"
	    "   s:Reason\n"
	    "    s:Text[xml:lang=en-US]=No <b>.\n"
	    "   s:Detail\n"
	    "    enr:DeviceEnrollmentServiceError\n"
	    "     enr:ErrorType=NotEligibleToRenew\n"
	    "     enr:Message=No <b>.\n"
	    "     enr:TraceId=trace-1\n");
}

static void
test_fault_subcodes(void **state)
{
	static const char *const subcodes[] = { "s:MessageFormat",
		"s:Authentication", "s:Authorization", "s:CertificateRequest",
		"s:EnrollmentServer", "a:InvalidSecurity",
		"a:InternalServiceFault" };
	static const char *const macros[] = { FAULT_MESSAGE_FORMAT,
		FAULT_AUTHENTICATION, FAULT_AUTHORIZATION,
		FAULT_CERTIFICATE_REQUEST, FAULT_ENROLLMENT_SERVER,
		FAULT_INVALID_SECURITY, FAULT_INTERNAL };

	(void)state;
	for (size_t i = 0; i < COUNT(subcodes); i++) {
		struct fault f = { .status = 500,
			.subcode = macros[i],
			.reason = "private words" };
		char *tree = fault_tree(&f, NULL);

		unit_same(
		    "subcode", tree_text(tree, "s:Value", 1), subcodes[i]);
		unit_same("type", tree_text(tree, "enr:ErrorType", 0), NULL);
		unit_same("relates", tree_text(tree, "a:RelatesTo", 0), NULL);
		unit_same("text", tree_text(tree, "enr:Message", 0),
		    tree_text(tree, "s:Text", 0));
		if (strlen(tree_text(tree, "s:Text", 0)) < 10)
			unit_wrong(subcodes[i], "no words");
		if (strstr(tree, "private") != NULL)
			unit_wrong(subcodes[i], "told its reason");
	}
	unit_done();
}

/* The prefix of the subcode means another namespace in this one fault. */
static void
test_fault_prefix(void **state)
{
	struct fault f = { .status = 500, .subcode = FAULT_INTERNAL };
	struct xw w;

	(void)state;
	xw_init(&w, unit_arena);
	soap_fault(&w, &f, NULL, "t");
	assert_non_null(strstr(
	    w.out.data, "<s:Value xmlns:a=\"" NS_DISPATCHER "\">a:Internal"));
	f.subcode = FAULT_INVALID_SECURITY;
	xw_init(&w, unit_arena);
	soap_fault(&w, &f, NULL, "t");
	assert_null(strstr(w.out.data, NS_DISPATCHER));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_cases),
		UNIT_TEST(test_position),
		UNIT_TEST(test_header),
		UNIT_TEST(test_credentials),
		UNIT_TEST(test_no_credentials),
		UNIT_TEST(test_tokens),
		UNIT_TEST(test_answer),
		UNIT_TEST(test_fault_layout),
		UNIT_TEST(test_fault_subcodes),
		UNIT_TEST(test_fault_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
