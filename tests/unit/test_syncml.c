/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/syncml.h"

#define HEADER                                                                 \
	"<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"             \
	"<SessionID>1</SessionID><MsgID>2</MsgID>"                             \
	"<Target><LocURI>https://m/</LocURI></Target>"                         \
	"<Source><LocURI>device</LocURI></Source></SyncHdr>"
#define MESSAGE(body)                                                          \
	"<SyncML xmlns='SYNCML:SYNCML1.2'>" HEADER "<SyncBody>" body           \
	"<Final/></SyncBody></SyncML>"

static int
read_bytes(
    const char *body, size_t len, struct syncml_message *m, struct fault *f)
{
	struct http_request r = unit_post_bytes(body, len);

	*m = (struct syncml_message){ 0 };
	*f = (struct fault){ 0 };
	return syncml_read(unit_arena, &r, m, f);
}

static struct syncml_message
read_message(const char *body)
{
	struct syncml_message m;
	struct fault f;

	if (read_bytes(body, strlen(body), &m, &f) != 0)
		fail_msg("%s: %s", f.at, f.reason);
	return m;
}

static void
test_seed(void **state)
{
	static const char *const infos[][2] = {
		{ "./DevInfo/DevId", "1E08C6E95D8BB843B1278FF45BC60CC6" },
		{ "./DevInfo/Man", "VMware, Inc." },
		{ "./DevInfo/Mod", "VMware7,1" },
		{ "./DevInfo/DmV", "1.3" },
		{ "./DevInfo/Lang", "en-US" },
	};
	struct syncml_message m =
	    read_message(unit_seed("manage-1-request.xml"));
	struct syncml_command *c = m.commands;
	struct syncml_item *item;

	(void)state;
	assert_string_equal(m.session_id, "1");
	assert_string_equal(m.msg_id_text, "1");
	assert_int_equal(m.msg_id, 1);
	assert_string_equal(
	    m.target, "https://mdmwindows.com/ManagementServer/MDM.svc");
	assert_string_equal(m.source, "1E08C6E95D8BB843B1278FF45BC60CC6");
	assert_int_equal(m.final, 1);
	assert_string_equal(c->name, "Alert");
	assert_string_equal(c->cmd_id, "2");
	assert_string_equal(c->data, "1201");
	assert_null(c->items);
	c = c->next;
	assert_string_equal(c->data, "1224");
	assert_string_equal(c->items->type, "com.microsoft/MDM/LoginStatus");
	assert_string_equal(c->items->data, "user");
	assert_null(c->items->next);
	c = c->next;
	assert_string_equal(c->name, "Replace");
	assert_null(c->data);
	item = c->items;
	for (size_t i = 0; i < COUNT(infos); i++, item = item->next) {
		unit_same("source", item->source, infos[i][0]);
		unit_same("data", item->data, infos[i][1]);
		assert_null(item->target);
		assert_null(item->format);
	}
	assert_null(item);
	assert_null(c->next);
	unit_done();
}

static void
test_status(void **state)
{
	struct syncml_message m =
	    read_message(unit_seed("manage-2-request.xml"));
	static const char *const cmd_refs[] = { "0", "5", "6" };
	static const char *const datas[] = { "200", "202", "202" };
	struct syncml_command *c = m.commands;

	(void)state;
	for (size_t i = 0; i < COUNT(cmd_refs); i++, c = c->next) {
		unit_same("name", c->name, "Status");
		unit_same("MsgRef", c->msg_ref, "1");
		unit_same("CmdRef", c->cmd_ref, cmd_refs[i]);
		unit_same("Data", c->data, datas[i]);
		unit_same("error", c->original_error, NULL);
	}
	assert_null(c);
	assert_string_equal(m.commands->cmd, "SyncHdr");
	unit_done();
}

/* One Results in all its forms; what is read is the same in each. */
#define ITEM                                                                   \
	"<Source><LocURI>./a</LocURI></Source>"                                \
	"<Meta><Format xmlns='syncml:metinf'>chr</Format>"                     \
	"<Type xmlns='syncml:metinf'>text/plain</Type></Meta><Data>x</Data>"
#define RESULTS(item)                                                          \
	"<Results><CmdID>3</CmdID><MsgRef>1</MsgRef><CmdRef>5</CmdRef>"        \
	"<Item>" item "</Item></Results>"

static const struct {
	const char *what;
	const char *message;
} forms[] = {
	{ "as it should be", MESSAGE(RESULTS(ITEM)) },
	{ "with Cmd", MESSAGE("<Results><CmdID>3</CmdID><MsgRef>1</MsgRef>"
			      "<CmdRef>5</CmdRef><Cmd>Get</Cmd><Item>" ITEM
			      "</Item></Results>") },
	{ "another order",
	    MESSAGE("<Results><Item><Data>x</Data><Meta>"
		    "<Type xmlns='syncml:metinf'>text/plain</Type>"
		    "<Format xmlns='syncml:metinf'>chr</Format></Meta>"
		    "<Source><LocURI>./a</LocURI></Source></Item>"
		    "<CmdRef>5</CmdRef><MsgRef>1</MsgRef><CmdID>3</CmdID>"
		    "</Results>") },
	{ "SYNCML1.1", "<SyncML xmlns='SYNCML:SYNCML1.1'>" HEADER
		       "<SyncBody>" RESULTS(ITEM) "<Final/></SyncBody>"
						  "</SyncML>" },
	{ "prefixes",
	    "<z:SyncML xmlns:z='SYNCML:SYNCML1.2' xmlns:m='syncml:metinf' "
	    "xmlns='SYNCML:SYNCML1.2'>" HEADER "<z:SyncBody><z:Results>"
	    "<z:CmdID>3</z:CmdID><z:MsgRef>1</z:MsgRef><CmdRef>5</CmdRef>"
	    "<Item><Source><LocURI>./a</LocURI></Source><Meta><m:Format>chr"
	    "</m:Format><m:Type>text/plain</m:Type></Meta><Data>x</Data>"
	    "</Item></z:Results><Final/></z:SyncBody></z:SyncML>" },
	{ "Meta without a namespace of its own",
	    MESSAGE(RESULTS("<Source><LocURI>./a</LocURI></Source><Meta>"
			    "<Format>chr</Format><Type>text/plain</Type>"
			    "</Meta><Data>x</Data>")) },
	{ "the namespace at Meta",
	    MESSAGE(RESULTS("<Source><LocURI>./a</LocURI></Source>"
			    "<Meta xmlns='syncml:metinf'><Format>chr</Format>"
			    "<Type>text/plain</Type></Meta>"
			    "<Data>x</Data>")) },
	{ "Type outside Meta",
	    MESSAGE(RESULTS("<Source><LocURI>./a</LocURI></Source>"
			    "<Type xmlns='syncml:metinf'>text/plain</Type>"
			    "<Meta><Format xmlns='syncml:metinf'>chr</Format>"
			    "</Meta><Data>x</Data>")) },
	{ "blanks and line feeds",
	    MESSAGE("\n<Results>\n<CmdID> 3 </CmdID><MsgRef>\n1\n</MsgRef>"
		    "<CmdRef>5\t</CmdRef><Item>\n<Source>\n<LocURI>\r\n  ./a"
		    "\r\n</LocURI></Source><Meta>"
		    "<Format xmlns='syncml:metinf'> chr </Format>"
		    "<Type xmlns='syncml:metinf'> text/plain</Type></Meta>"
		    "<Data>x</Data></Item></Results>") },
	{ "new elements everywhere",
	    MESSAGE("<Results><New/><CmdID>3</CmdID><MsgRef>1</MsgRef><CmdRef>"
		    "5</CmdRef><Chal><Meta/></Chal><Item><SourceParent/>"
		    "<Source><LocURI>./a</LocURI><LocName>n</LocName></Source>"
		    "<Meta><Format xmlns='syncml:metinf'>chr</Format>"
		    "<Type xmlns='syncml:metinf'>text/plain</Type>"
		    "<Size xmlns='syncml:metinf'>1</Size><EMI/></Meta>"
		    "<Data>x</Data><MoreData/></Item></Results>") },
	{ "CDATA", MESSAGE(RESULTS(
		       "<Source><LocURI>./a</LocURI></Source>"
		       "<Meta><Format xmlns='syncml:metinf'>chr</Format>"
		       "<Type xmlns='syncml:metinf'>text/plain</Type></Meta>"
		       "<Data><![CDATA[x]]></Data>")) },
};

static void
test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		const char *what = forms[i].what;
		struct syncml_message m;
		struct syncml_command *c;
		struct fault f;

		if (read_bytes(forms[i].message, strlen(forms[i].message), &m,
			&f) != 0) {
			unit_wrong(what, "refused: %s %s", f.at, f.reason);
			continue;
		}
		c = m.commands;
		unit_same(what, m.source, "device");
		unit_same_int(what, m.final, 1);
		unit_same(what, c->name, "Results");
		unit_same(what, c->cmd_id, "3");
		unit_same(what, c->msg_ref, "1");
		unit_same(what, c->cmd_ref, "5");
		unit_same(what, c->items->source, "./a");
		unit_same(what, c->items->format, "chr");
		unit_same(what, c->items->type, "text/plain");
		unit_same(what, c->items->data, "x");
	}
	unit_done();
}

static void
test_parts(void **state)
{
	struct syncml_message m = read_message(MESSAGE(
	    "<Status "
	    "xmlns:msft='http://schemas.microsoft.com/MobileDevice/MDM'>"
	    "<CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>5</CmdRef>"
	    "<Cmd>Get</Cmd><TargetRef>./a</TargetRef>"
	    "<Data msft:originalerror='0x86000002'>404</Data></Status>"
	    "<Results><CmdID>2</CmdID><Meta>"
	    "<Format xmlns='syncml:metinf'>int</Format>"
	    "<Type xmlns='syncml:metinf'>text/plain</Type></Meta>"
	    "<Item><Source><LocURI>./a</LocURI></Source><Data> 1 </Data></Item>"
	    "<Item><Target><LocURI>./b</LocURI></Target>"
	    "<Data>&lt;?xml version='1.0'?&gt;&lt;a/&gt;</Data></Item>"
	    "<Item/></Results>"
	    "<Alert><CmdID>3</CmdID><Data>1226</Data><Item><Meta>"
	    "<Type xmlns='syncml:metinf'>com.microsoft:mdm.unenrollment."
	    "userrequest</Type><Format xmlns='syncml:metinf'>int</Format>"
	    "<Mark xmlns='syncml:metinf'>critical</Mark></Meta>"
	    "<Data>1</Data></Item></Alert>"
	    "<Atomic><CmdID>4</CmdID><Add><CmdID>5</CmdID></Add>"
	    "<Sequence><CmdID>6</CmdID><Get><CmdID>7</CmdID></Get></Sequence>"
	    "</Atomic>"
	    "<Copy/>"));
	struct syncml_command *c = m.commands;

	(void)state;
	assert_string_equal(c->original_error, "0x86000002");
	assert_string_equal(c->data, "404");
	c = c->next;
	assert_string_equal(c->format, "int");
	assert_string_equal(c->type, "text/plain");
	assert_string_equal(c->items->data, " 1 ");
	assert_string_equal(c->items->next->target, "./b");
	assert_string_equal(c->items->next->data, "<?xml version='1.0'?><a/>");
	assert_null(c->items->next->next->data);
	assert_null(c->items->next->next->next);
	c = c->next;
	assert_string_equal(c->items->mark, "critical");
	assert_string_equal(c->items->format, "int");
	c = c->next;
	assert_string_equal(c->name, "Atomic");
	assert_string_equal(c->cmd_id, "4");
	assert_string_equal(c->children->name, "Add");
	assert_string_equal(c->children->cmd_id, "5");
	assert_string_equal(c->children->next->children->cmd_id, "7");
	c = c->next;
	assert_string_equal(c->name, "Copy");
	assert_null(c->cmd_id);
	assert_null(c->next);
}

/* One thing of a message replaced.  reason NULL: read. */
static const struct {
	const char *what;
	const char *from;
	const char *to;
	const char *reason;
} cases[] = {
	{ "no Final", "<Final/>", "", NULL },
	{ "two Final", "<Final/>", "<Final/><Final/>", "more than one Final" },
	{ "an empty body", "<SyncBody><Final/></SyncBody>", "<SyncBody/>",
	    NULL },
	{ "no body", "<SyncBody><Final/></SyncBody>", "", "no SyncBody" },
	{ "two bodies", "</SyncML>", "<SyncBody/></SyncML>",
	    "more than one SyncBody" },
	{ "no header", HEADER, "", "no SyncHdr" },
	{ "two headers", HEADER, HEADER HEADER, "more than one SyncHdr" },
	{ "more in the header", "<Target>",
	    "<RespURI>x</RespURI><NoResp/><Cred><Data>x</Data></Cred><Meta>"
	    "<MaxMsgSize xmlns='syncml:metinf'>5000</MaxMsgSize></Meta>"
	    "<Target>",
	    NULL },
	{ "LocName", "device</LocURI>", "device</LocURI><LocName>u</LocName>",
	    NULL },
	{ "VerDTD 1.1", "<VerDTD>1.2", "<VerDTD>1.1", NULL },
	{ "VerDTD 1.3", "<VerDTD>1.2", "<VerDTD>1.3", "VerDTD" },
	{ "VerProto DS", "DM/1.2", "SyncML/1.2", "VerProto" },
	{ "no SessionID", "<SessionID>1</SessionID>", "", "no SessionID" },
	{ "SessionID 0", "<SessionID>1<", "<SessionID>0<", NULL },
	{ "a SessionID of hex", "<SessionID>1<", "<SessionID>1F<", NULL },
	{ "two Sources", "<Source><LocURI>device</LocURI></Source>",
	    "<Source><LocURI>device</LocURI></Source>"
	    "<Source><LocURI>other</LocURI></Source>",
	    "more than one Source" },
	{ "two LocURIs in Source", "<LocURI>device</LocURI>",
	    "<LocURI>device</LocURI><LocURI>other</LocURI>",
	    "more than one LocURI" },
	{ "no Source", "<Source><LocURI>device</LocURI></Source>", "",
	    "no Source" },
	{ "a Source without LocURI", "<LocURI>device</LocURI>", "",
	    "no LocURI" },
	{ "no Target", "<Target><LocURI>https://m/</LocURI></Target>", "",
	    "no Target" },
	{ "no MsgID", "<MsgID>2</MsgID>", "", "no MsgID" },
	{ "MsgID 0", "<MsgID>2<", "<MsgID>0<", "MsgID" },
	{ "a negative MsgID", "<MsgID>2<", "<MsgID>-1<", "MsgID" },
	{ "a MsgID of words", "<MsgID>2<", "<MsgID>two<", "MsgID" },
	{ "a MsgID of hex", "<MsgID>2<", "<MsgID>0x2<", "MsgID" },
	{ "an empty MsgID", "<MsgID>2<", "<MsgID><", "MsgID" },
	{ "a MsgID of 18 digits", "<MsgID>2<", "<MsgID>999999999999999999<",
	    NULL },
	{ "a MsgID of 19 digits", "<MsgID>2<", "<MsgID>1000000000000000000<",
	    "MsgID" },
	{ "a MsgID of 4096 digits", "<MsgID>2<", "<MsgID>@<", "MsgID" },
	{ "another namespace", "SYNCML:SYNCML1.2", "SYNCML:SYNCML1.3",
	    "SyncML not expected" },
	{ "no namespace", " xmlns='SYNCML:SYNCML1.2'", "",
	    "SyncML not expected" },
	{ "text in the body", "<Final/>", "x<Final/>", "text not expected" },
	{ "text in a command", "<Final/>", "<Alert>x</Alert>",
	    "text not expected" },
	{ "two CmdIDs", "<Final/>",
	    "<Alert><CmdID>1</CmdID><CmdID>2</CmdID></Alert>",
	    "more than one CmdID" },
	{ "two Data in an Item", "<Final/>",
	    "<Results><Item><Data>1</Data><Data>2</Data></Item></Results>",
	    "more than one Data" },
	{ "DOCTYPE", "<SyncML", "<!DOCTYPE x><SyncML", "DOCTYPE" },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		char *body =
		    unit_replace(MESSAGE(""), cases[i].from, cases[i].to);
		struct syncml_message m;
		struct fault f;
		int rc;

		if (strstr(body, "@") != NULL)
			body = unit_replace(body, "@", unit_repeat("9", 4096));
		rc = read_bytes(body, strlen(body), &m, &f);
		if (cases[i].reason == NULL) {
			if (rc != 0)
				unit_wrong(what, "refused: %s", f.reason);
			continue;
		}
		if (rc != -1) {
			unit_wrong(what, "accepted");
			continue;
		}
		unit_same_int(what, f.status, 400);
		unit_same(what, f.subcode, NULL);
		if (f.at == NULL || strstr(f.reason, cases[i].reason) == NULL)
			unit_wrong(what, "because of <%s>", f.reason);
	}
	unit_done();
}

/*
 * Opaque text up to 32 bytes, else 400; 36 where a client may well have a
 * UUID.
 */
static void
test_id_lengths(void **state)
{
	static const char *const forms36[] = {
		"<Alert><CmdID>%s</CmdID></Alert>",
		"<Status><MsgRef>%s</MsgRef></Status>",
		"<Status><CmdRef>%s</CmdRef></Status>"
	};

	(void)state;
	for (size_t i = 0; i <= COUNT(forms36); i++) {
		size_t max = i == COUNT(forms36) ? 32 : 36;

		for (size_t len = max; len <= max + 1; len++) {
			char *id = unit_repeat("x", len), *body;
			struct syncml_message m;
			struct fault f;

			if (i == COUNT(forms36))
				body =
				    unit_replace(MESSAGE(""), "<SessionID>1<",
					unit_printf("<SessionID>%s<", id));
			else
				body = unit_replace(MESSAGE("@"), "@",
				    unit_replace(forms36[i], "%s", id));
			unit_same_int(
			    unit_printf("%s of %zu",
				i < COUNT(forms36) ? forms36[i] : "SessionID",
				len),
			    read_bytes(body, strlen(body), &m, &f),
			    len == max ? 0 : -1);
		}
	}
	unit_done();
}

static void
test_number(void **state)
{
	static const struct {
		const char *text;
		long long number;
	} numbers[] = { { "0", 0 }, { "1", 1 }, { "0012", 12 },
		{ "999999999999999999", 999999999999999999LL },
		{ "1000000000000000000", -1 }, { "0000000000000000001", -1 },
		{ "", -1 }, { " 1", -1 }, { "1 ", -1 }, { "+1", -1 },
		{ "-1", -1 }, { "1.0", -1 }, { "0x1", -1 }, { "a", -1 },
		{ NULL, -1 } };

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++)
		unit_same_int(
		    numbers[i].text == NULL ? "(null)" : numbers[i].text,
		    syncml_number(numbers[i].text), numbers[i].number);
	unit_done();
}

static void
test_empty(void **state)
{
	struct syncml_message m;
	struct fault f;

	(void)state;
	assert_int_equal(read_bytes("", 0, &m, &f), -1);
	assert_int_equal(f.status, 400);
	assert_null(f.at);
	assert_int_equal(read_bytes("<SyncML/>\n", 10, &m, &f), -1);
	assert_string_equal(f.at, "1:1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_seed),
		UNIT_TEST(test_status),
		UNIT_TEST(test_forms),
		UNIT_TEST(test_parts),
		UNIT_TEST(test_cases),
		UNIT_TEST(test_id_lengths),
		UNIT_TEST(test_number),
		UNIT_TEST(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
