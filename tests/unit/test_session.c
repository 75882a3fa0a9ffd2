/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../fcgi/session.h"

#define MESSAGE(body)                                                          \
	"<SyncML xmlns='SYNCML:SYNCML1.2'><SyncHdr><VerDTD>1.2</VerDTD>"       \
	"<VerProto>DM/1.2</VerProto><SessionID>1F</SessionID><MsgID>3</MsgID>" \
	"<Target><LocURI>https://m/?a&amp;b</LocURI></Target>"                 \
	"<Source><LocURI>device</LocURI></Source></SyncHdr>"                   \
	"<SyncBody>" body "<Final/></SyncBody></SyncML>"

static struct syncml_message message;

static int
take(const char *body, struct session *s, struct fault *f)
{
	struct http_request r = unit_post(body);

	message = (struct syncml_message){ 0 };
	*f = (struct fault){ 0 };
	if (syncml_read(unit_arena, &r, &message, f) != 0)
		return -1;
	return session_take(unit_arena, &message, s, f);
}

static struct session
taken(const char *body)
{
	struct session s;
	struct fault f;

	if (take(body, &s, &f) != 0)
		fail_msg("refused: %d %s", f.status, f.reason);
	return s;
}

/* A set of rows as text: | between columns, - for NULL, a line each. */
static char *
rows(const struct session_rows *r, size_t columns)
{
	char *out = unit_printf("%s", "");

	for (size_t i = 0; i < r->count; i++)
		for (size_t k = 0; k < columns; k++)
			out = unit_printf("%s%s%s", out,
			    r->columns[k][i] != NULL ? r->columns[k][i] : "-",
			    k + 1 < columns ? "|" : "\n");
	return out;
}

static char *
answer(const struct session *s, const struct session_command *commands,
    size_t count)
{
	struct xw w;

	xw_init(&w, unit_arena);
	session_answer(&w, s,
	    &(const struct session_reply){ .msg_id = 9,
		.status = 200,
		.commands = commands,
		.ncommands = count });
	assert_int_equal(w.out.failed, 0);
	assert_int_equal(w.depth, 0);
	return w.out.data;
}

/* What follows the header's Status, a line for each: CmdRef Cmd Data. */
static char *
statuses(const struct session *s)
{
	char *xml = answer(s, NULL, 0), *out = unit_printf("%s", "");
	char *tree = tree_of(xml, strlen(xml)), *cmd;

	assert_non_null(tree);
	for (int n = 1; (cmd = tree_text(tree, "sml:Cmd", n)) != NULL; n++)
		out = unit_printf("%s%s %s %s\n", out,
		    tree_text(tree, "sml:CmdRef", n), cmd,
		    tree_text(tree, "sml:Data", n));
	return out;
}

static void
test_seed_1(void **state)
{
	struct session s = taken(unit_seed("manage-1-request.xml"));

	(void)state;
	assert_string_equal(s.login_status, "user");
	assert_int_equal(s.aborted, 0);
	assert_int_equal(s.anomalies, 0);
	assert_int_equal(s.nstatuses, 4);
	assert_true(session_is_final(&s));
	assert_string_equal(rows(&s.devinfo, 2),
	    "./DevInfo/DevId|1E08C6E95D8BB843B1278FF45BC60CC6\n"
	    "./DevInfo/Man|VMware, Inc.\n"
	    "./DevInfo/Mod|VMware7,1\n"
	    "./DevInfo/DmV|1.3\n"
	    "./DevInfo/Lang|en-US\n");
	assert_int_equal(s.alerts.count, 0);
	assert_int_equal(s.statuses.count, 0);
	assert_int_equal(s.results.count, 0);
	assert_string_equal(
	    statuses(&s), "2 Alert 200\n3 Alert 200\n4 Replace 200\n");
}

static void
test_seed_2(void **state)
{
	struct session s = taken(unit_seed("manage-2-request.xml"));

	(void)state;
	assert_null(s.login_status);
	assert_string_equal(
	    rows(&s.statuses, STATUS_COLUMNS), "1|5|-|202|-\n1|6|-|202|-\n");
	assert_int_equal(s.anomalies, 0);
	assert_int_equal(s.nstatuses, 1);
	assert_string_equal(statuses(&s), "");
}

/* The bytes: a repeated message is answered alike. */
static void
test_answer_bytes(void **state)
{
	static const struct session_command commands[] = {
		{ "3", "Replace",
		    { .target = "./Vendor/MSFT/Personalization/X?a&b",
			.format = "chr",
			.type = "text/plain",
			.data = "<a>&\"" } },
		{ "4", "Get", { .target = "./DevDetail/SwV" } },
		{ "5", "Exec", { .target = "./Reboot", .data = "" } },
	};
	struct session s =
	    taken(MESSAGE("<Alert><CmdID>2</CmdID><Data>1201</Data></Alert>"));

	(void)state;
	assert_string_equal(answer(&s, commands, COUNT(commands)),
	    "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD>"
	    "<VerProto>DM/1.2</VerProto><SessionID>1F</SessionID>"
	    "<MsgID>9</MsgID><Target><LocURI>device</LocURI></Target>"
	    "<Source><LocURI>https://m/?a&amp;b</LocURI></Source></SyncHdr>"
	    "<SyncBody>"
	    "<Status><CmdID>1</CmdID><MsgRef>3</MsgRef><CmdRef>0</CmdRef>"
	    "<Cmd>SyncHdr</Cmd><Data>200</Data></Status>"
	    "<Status><CmdID>2</CmdID><MsgRef>3</MsgRef><CmdRef>2</CmdRef>"
	    "<Cmd>Alert</Cmd><Data>200</Data></Status>"
	    "<Replace><CmdID>3</CmdID><Item><Target><LocURI>"
	    "./Vendor/MSFT/Personalization/X?a&amp;b</LocURI></Target><Meta>"
	    "<Format xmlns=\"syncml:metinf\">chr</Format>"
	    "<Type xmlns=\"syncml:metinf\">text/plain</Type></Meta>"
	    "<Data>&lt;a&gt;&amp;\"</Data></Item></Replace>"
	    "<Get><CmdID>4</CmdID><Item><Target><LocURI>./DevDetail/SwV"
	    "</LocURI></Target></Item></Get>"
	    "<Exec><CmdID>5</CmdID><Item><Target><LocURI>./Reboot</LocURI>"
	    "</Target><Data></Data></Item></Exec>"
	    "<Final/></SyncBody></SyncML>");
	assert_string_equal(answer(&s, commands, COUNT(commands)),
	    unit_printf("%s", answer(&s, commands, COUNT(commands))));
}

/* What each message gets, behind the header's Status. */
static const struct {
	const char *what;
	const char *message;
	const char *statuses;
	int anomalies;
} cases[] = {
	{ "nothing", MESSAGE(""), "", 0 },
	{ "in the order of the commands",
	    MESSAGE("<Replace><CmdID>9</CmdID></Replace>"
		    "<Alert><CmdID>2</CmdID><Data>1201</Data></Alert>"
		    "<Replace><CmdID>8</CmdID></Replace>"),
	    "9 Replace 200\n2 Alert 200\n8 Replace 200\n", 0 },
	{ "none for Status and Results",
	    MESSAGE("<Status><CmdID>2</CmdID><MsgRef>1</MsgRef>"
		    "<CmdRef>2</CmdRef><Cmd>Get</Cmd><Data>200</Data></Status>"
		    "<Results><CmdID>3</CmdID><MsgRef>1</MsgRef>"
		    "<CmdRef>2</CmdRef></Results>"
		    "<Alert><CmdID>4</CmdID><Data>1222</Data></Alert>"),
	    "4 Alert 200\n", 0 },
	{ "an unknown alert is fine",
	    MESSAGE("<Alert><CmdID>2</CmdID><Data>1224</Data><Item><Meta>"
		    "<Type xmlns='syncml:metinf'>com.microsoft/MDM/BootSync"
		    "</Type></Meta></Item></Alert>"
		    "<Alert><CmdID>3</CmdID><Data>1226</Data></Alert>"),
	    "2 Alert 200\n3 Alert 200\n", 0 },
	{ "no CmdID",
	    MESSAGE("<Alert><Data>1201</Data></Alert>"
		    "<Replace/>"),
	    " Alert 400\n Replace 400\n", 0 },
	{ "an empty CmdID", MESSAGE("<Alert><CmdID/><Data>1201</Data></Alert>"),
	    " Alert 400\n", 0 },
	{ "what a device may not",
	    MESSAGE("<Add><CmdID>2</CmdID></Add>"
		    "<Delete><CmdID>3</CmdID></Delete>"
		    "<Get><CmdID>4</CmdID></Get>"
		    "<Exec><CmdID>5</CmdID></Exec>"),
	    "2 Add 405\n3 Delete 405\n4 Get 405\n5 Exec 405\n", 0 },
	{ "what we do not do",
	    MESSAGE("<Copy><CmdID>2</CmdID></Copy>"
		    "<Atomic><CmdID>3</CmdID><Add><CmdID>4</CmdID></Add>"
		    "</Atomic><Sequence><CmdID>5</CmdID></Sequence>"),
	    "2 Copy 406\n3 Atomic 406\n5 Sequence 406\n", 0 },
	/* An element that is no command: 400 for that element. */
	{ "no command",
	    MESSAGE("<Paste><CmdID>2</CmdID></Paste>"
		    "<Alert><CmdID>3</CmdID><Data>1201</Data>"
		    "</Alert>"),
	    "2 Paste 400\n3 Alert 200\n", 0 },
	/* The right name in a wrong namespace is no command either. */
	{ "another's commands",
	    MESSAGE("<x:Alert xmlns:x='urn:x'><CmdID>2</CmdID></x:Alert>"
		    "<x:Replace xmlns:x='urn:x'><CmdID>3</CmdID></x:Replace>"
		    "<x:Status xmlns:x='urn:x'><CmdID>4</CmdID></x:Status>"),
	    "2 Alert 400\n3 Replace 400\n4 Status 400\n", 0 },
	{ "an alert without a number",
	    MESSAGE("<Alert><CmdID>2</CmdID></Alert>"
		    "<Alert><CmdID>3</CmdID><Data>x</Data></Alert>"
		    "<Alert><CmdID>4</CmdID><Data>10000</Data></Alert>"),
	    "2 Alert 200\n3 Alert 200\n4 Alert 200\n", 3 },
	{ "statuses that refer to nothing",
	    MESSAGE("<Status/>"
		    "<Status><CmdID>1</CmdID><MsgRef/><CmdRef/><Cmd/><Data>400"
		    "</Data></Status>"
		    "<Status><MsgRef>1</MsgRef><CmdRef>2</CmdRef></Status>"
		    "<Status><MsgRef>0</MsgRef><CmdRef>2</CmdRef><Data>200"
		    "</Data></Status>"
		    "<Status><MsgRef>1</MsgRef><CmdRef>-2</CmdRef><Data>200"
		    "</Data></Status>"
		    "<Status><MsgRef>1</MsgRef><CmdRef>2</CmdRef><Data>99"
		    "</Data></Status>"
		    "<Status><MsgRef>1</MsgRef><CmdRef>2</CmdRef><Data>600"
		    "</Data></Status>"
		    "<Results><Item/></Results>"),
	    "", 4 },
	{ "a login status nobody knows",
	    MESSAGE("<Alert><CmdID>2</CmdID><Data>1224</Data><Item><Meta>"
		    "<Type>com.microsoft/MDM/LoginStatus</Type></Meta>"
		    "<Data>admin</Data></Item></Alert>"),
	    "2 Alert 200\n", 1 },
	{ "DevInfo without a name",
	    MESSAGE("<Replace><CmdID>2</CmdID><Item><Data>x</Data></Item>"
		    "</Replace>"),
	    "2 Replace 200\n", 1 },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		char *xml, *tree, *id;
		struct session s;
		struct fault f;
		int n;

		if (take(cases[i].message, &s, &f) != 0) {
			unit_wrong(what, "refused: %d %s", f.status, f.reason);
			continue;
		}
		unit_same(what, statuses(&s), cases[i].statuses);
		unit_same_int(what, s.anomalies, cases[i].anomalies);
		xml = answer(&s, NULL, 0);
		tree = tree_of(xml, strlen(xml));
		unit_same_int(
		    what, tree_count(tree, "sml:Status"), s.nstatuses);
		unit_same_int(what, tree_count(tree, "sml:Final"), 1);
		/* CmdIDs are unique and rise. */
		for (n = 0; (id = tree_text(tree, "sml:CmdID", n)) != NULL; n++)
			unit_same(what, id, unit_printf("%d", n + 1));
	}
	unit_done();
}

static void
test_login_status(void **state)
{
	static const char *const datas[][2] = { { "user", "user" },
		{ "others", "others" }, { "none", "none" }, { "User", NULL },
		{ "", NULL }, { "users", NULL } };
	static const char *const types[] = {
		"<Item><Meta><Type xmlns='syncml:metinf'>%s</Type></Meta>",
		"<Item><Meta><Type>%s</Type></Meta>",
		"<Item><Type>%s</Type>",
	};

	(void)state;
	for (size_t t = 0; t < COUNT(types); t++)
		for (size_t i = 0; i < COUNT(datas); i++) {
			char *item = unit_replace(
			    types[t], "%s", "com.microsoft/MDM/LoginStatus");
			struct session s = taken(unit_replace(MESSAGE("@"), "@",
			    unit_printf("<Alert><CmdID>2</CmdID><Data>1224"
					"</Data>%s<Data>%s</Data></Item>"
					"</Alert>",
				item, datas[i][0])));

			unit_same(item, s.login_status, datas[i][1]);
			unit_same_int(item, (long long)s.alerts.count, 0);
		}
	unit_done();
}

static void
test_alerts(void **state)
{
	struct session s = taken(
	    MESSAGE("<Alert><CmdID>2</CmdID><Data>1201</Data></Alert>"
		    "<Alert><CmdID>3</CmdID><Data>1226</Data><Item>"
		    "<Source><LocURI>./a</LocURI></Source><Meta>"
		    "<Type xmlns='syncml:metinf'>com.microsoft:mdm."
		    "unenrollment.userrequest</Type>"
		    "<Format xmlns='syncml:metinf'>int</Format>"
		    "<Mark xmlns='syncml:metinf'>critical</Mark></Meta>"
		    "<Data>1</Data></Item>"
		    "<Item><Meta><Type xmlns='syncml:metinf'>b</Type></Meta>"
		    "</Item></Alert>"));

	(void)state;
	assert_string_equal(rows(&s.alerts, 7),
	    "3|1226|com.microsoft:mdm.unenrollment.userrequest|int|critical|"
	    "./a|1\n"
	    "3|1226|b|-|-|-|-\n");
}

static void
test_results(void **state)
{
	struct session s = taken(MESSAGE(
	    "<Status><CmdID>1</CmdID><MsgRef>2</MsgRef><CmdRef>5</CmdRef>"
	    "<Cmd>Get</Cmd><Data xmlns:m='urn:m' m:originalerror='0x8'>404"
	    "</Data></Status>"
	    "<Results><CmdID>2</CmdID><MsgRef>2</MsgRef><CmdRef>6</CmdRef>"
	    "<Meta><Format xmlns='syncml:metinf'>int</Format></Meta>"
	    "<Item><Source><LocURI>./a</LocURI></Source><Data>1</Data></Item>"
	    "<Item><Source><LocURI>./b</LocURI></Source><Meta>"
	    "<Format xmlns='syncml:metinf'>xml</Format>"
	    "<Type xmlns='syncml:metinf'>text/xml</Type></Meta>"
	    "<Data>&lt;x/&gt;</Data></Item>"
	    "<Item><Source><LocURI>./c</LocURI></Source></Item>"
	    "</Results>"));

	(void)state;
	assert_string_equal(
	    rows(&s.statuses, STATUS_COLUMNS), "2|5|-|404|0x8\n");
	assert_string_equal(rows(&s.results, 6),
	    "2|6|./a|int|-|1\n2|6|./b|xml|text/xml|<x/>\n2|6|./c|int|-|-\n");
}

/* The client closes with 1223: Status for it, Final, and no more. */
static void
test_abort(void **state)
{
	static const char *const aborts[] = {
		MESSAGE("<Alert><CmdID>2</CmdID><Data>1223</Data></Alert>"),
		MESSAGE("<Alert><CmdID>2</CmdID><Data> 1223 </Data><Item/>"
			"</Alert>"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(aborts); i++) {
		for (int final = 0; final <= 1; final++) {
			struct session s = taken(
			    final ? aborts[i]
				  : unit_replace(aborts[i], "<Final/>", ""));
			char *xml = answer(&s, NULL, 0), *tree;

			tree = tree_of(xml, strlen(xml));
			assert_int_equal(s.aborted, 1);
			assert_false(session_is_final(&s));
			assert_string_equal(statuses(&s), "2 Alert 200\n");
			assert_int_equal(tree_count(tree, "sml:Final"), 1);
			assert_int_equal(tree_count(tree, "sml:Alert"), 0);
		}
	}
}

/* More is to come: Alert 1222, and neither Final nor commands. */
static void
test_not_final(void **state)
{
	struct session s = taken(unit_replace(
	    MESSAGE("<Alert><CmdID>2</CmdID><Data>1201</Data></Alert>"),
	    "<Final/>", ""));
	char *xml = answer(&s, NULL, 0), *tree = tree_of(xml, strlen(xml));

	(void)state;
	assert_false(session_is_final(&s));
	assert_int_equal(tree_count(tree, "sml:Final"), 0);
	assert_string_equal(tree_part(tree, "sml:Alert"),
	    "  sml:Alert\n   sml:CmdID=3\n   sml:Data=1222\n");
	assert_int_equal(tree_count(tree, "sml:Status"), 2);
}

/* Nothing in a body may say it is another device than the header. */
static const struct {
	const char *item;
	int status;
} names[] = {
	{ "<Source><LocURI>./DevInfo/DevId</LocURI></Source>"
	  "<Data>device</Data>",
	    0 },
	{ "<Source><LocURI>./DevInfo/DevId</LocURI></Source>"
	  "<Data>other</Data>",
	    403 },
	{ "<Source><LocURI>./devinfo/DEVID</LocURI></Source>"
	  "<Data>other</Data>",
	    403 },
	{ "<Target><LocURI>./DevInfo/DevId</LocURI></Target>"
	  "<Data>other</Data>",
	    403 },
	{ "<Source><LocURI>./DevInfo/DevId</LocURI></Source>", 403 },
	{ "<Source><LocURI>./DevInfo/DevId</LocURI></Source><Data/>", 403 },
	{ "<Source><LocURI>./DevInfo/Man</LocURI></Source><Data>other</Data>",
	    0 },
};

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		char *body = unit_replace(MESSAGE("@"), "@",
		    unit_printf("<Replace><CmdID>2</CmdID><Item>"
				"<Source><LocURI>./DevInfo/Lang</LocURI>"
				"</Source><Data>en</Data></Item><Item>%s"
				"</Item></Replace>",
			names[i].item));
		struct session s;
		struct fault f;

		unit_same_int(names[i].item, take(body, &s, &f),
		    names[i].status == 0 ? 0 : -1);
		unit_same_int(names[i].item, f.status, names[i].status);
	}
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_seed_1),
		UNIT_TEST(test_seed_2),
		UNIT_TEST(test_answer_bytes),
		UNIT_TEST(test_cases),
		UNIT_TEST(test_login_status),
		UNIT_TEST(test_alerts),
		UNIT_TEST(test_results),
		UNIT_TEST(test_abort),
		UNIT_TEST(test_not_final),
		UNIT_TEST(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
