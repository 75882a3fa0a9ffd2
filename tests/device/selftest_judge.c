/* SPDX-License-Identifier: ISC */
#include "selftest.h"

/*
 * The captured server message, changed in one place, and the rule that must
 * find it: a judge that never convicts proves nothing.
 */
#define ITEM(uri) "<Item><Target><LocURI>" uri "</LocURI></Target></Item>"
#define CHILD(name, id, uri)                                                   \
	"<" name "><CmdID>" id "</CmdID>" ITEM(uri) "</" name ">"
#define GROUP(name, content)                                                   \
	"<" name "><CmdID>20</CmdID>" content "</" name "><Final />"

/* clang-format off */
static const struct mutation rows[] = {
 { "",                        "",                        NULL },
 { "SYNCML:SYNCML1.2",        "SYNCML:SYNCML1.1",        "syncml" },
 { "<VerDTD>1.2",             "<VerDTD>1.1",             "header" },
 { "<MsgID>1",                "<MsgID>2",                "header" },
 { "<SessionID>1",            "<SessionID>01",           "header" },
 { "<Cmd>Alert</Cmd>",        "<Cmd>Alarm</Cmd>",        "status" },
 { "<CmdRef>0</CmdRef>",      "<CmdRef>1</CmdRef>",      "status" },
 { "<Data>200</Data>",        "<Data>500</Data>",        "status" },
 { "<MsgRef>1</MsgRef>",      "<MsgRef>2</MsgRef>",      "status" },
 { "<CmdID>6</CmdID>",        "<CmdID>5</CmdID>",        "cmd-id" },
 { "<CmdID>6</CmdID>",        "",                        "syncml" },
 { "<LocURI>./Vendor",        "<LocURI>/Vendor",         "loc-uri" },
 { "<LocURI>./Vendor",        "<LocURI>./User/Vendor",   "user-scope" },
 { ">chr<",                   ">text<",                  "format" },
 { " xmlns=\"syncml:metinf\"", "",                       "syncml" },
 { "<Final />",               "",                        "final" },
 { "<Data>https",             "<Data><![CDATA[x]]>https", "cdata" },
 { "</SyncHdr>",              "</SyncHdr>stray",         "syncml" },
 { "<Replace>",               "<Remplace/><Replace>",    "syncml" },
 { "<LocURI>./Vendor",        "<LocURI>./Ven{dor",       "loc-uri" },
 { "<LocURI>./Vendor",        "<LocURI>./Vend\xc3\xb6r", "loc-uri" },
 { "<Data>200</Data>",        "<Data>407</Data>",        NULL },
 { "<Data>200</Data>",        "<Data>212</Data>",        "status" },
 { "<Final />", "<Alert><CmdID>20</CmdID><Data>1225</Data></Alert><Final />",
   "object" },
 { "<Final />", GROUP("Atomic", CHILD("Delete", "21", "./a")
   CHILD("Exec", "22", "./b")), NULL },
 { "<Final />", GROUP("Sequence", CHILD("Delete", "21", "./a")
   CHILD("Get", "22", "./b")), NULL },
 { "<Final />", GROUP("Atomic", CHILD("Get", "21", "./a")), "syncml" },
 { "<Final />", GROUP("Atomic", "<Atomic><CmdID>21</CmdID></Atomic>"),
   "syncml" },
 { "<Final />", GROUP("Atomic", CHILD("Delete", "19", "./a")), "cmd-id" },
 { "<Final />", GROUP("Atomic", CHILD("Delete", "21", "/a")), "loc-uri" },
 { "<Final />", GROUP("Atomic", CHILD("Delete", "21", "./a")
   CHILD("Delete", "22", "./User/a")), "atomic" },
 { "<Final />", GROUP("Atomic", CHILD("Add", "21", "./a")
   CHILD("Replace", "22", "./a")), "atomic" },
 { "<Final />", "<Sequence><CmdID>20</CmdID></Sequence>", "final" },
};
/* clang-format on */

static void
row_run(size_t i, struct options *o)
{
	struct syncml_message sent = { 0 }, got = { 0 };
	struct buf text = { 0 };
	struct session s;
	struct device d;
	struct dom *dom;

	captured_open(&s, &d, o);
	package_first(&s, &sent);
	captured("manage-1-response.xml", 0, &text);
	/* the one thing that the captured server did wrong */
	buf_replace(&text, "<Type>", "<Type xmlns=\"" NS_METINF "\">");
	buf_replace(&text, rows[i].from, rows[i].to);
	dom = dom_parse(text.data, text.len);
	check(dom->error == NULL, "row %zu is XML", i);
	syncml_read(dom->root, &got);
	answer_judge(&s, &sent, dom, &got, text.len);
	check_mutation(&rows[i], &d.r);
	dom_free(dom);
	buf_free(&text);
	syncml_free(&sent);
	syncml_free(&got);
	captured_close(&s);
}

void
selftest_judge(void)
{
	/* without a user, so that a command for one is out of place */
	struct options o = { .login = "others", .verbosity = -1, .hush = 1 };
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		row_run(i, &o);
}
