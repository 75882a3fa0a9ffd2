/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "selftest.h"

#define SIM "./Vendor/MSFT/Simulator/"
#define URI(uri) "<Target><LocURI>" uri "</LocURI></Target>"
#define INT "<Meta><Format xmlns=\"syncml:metinf\">int</Format></Meta>"
#define PLAIN "<Item>" URI(SIM "Plain") "<Data>a</Data></Item>"
#define ADD "<Add><CmdID>3</CmdID>" PLAIN "</Add>"
#define TOO_MUCH                                                               \
	"<Replace><CmdID>4</CmdID><Item>" URI(SIM "Integer") INT               \
	    "<Data>11</Data></Item></Replace>"
#define FITS                                                                   \
	"<Replace><CmdID>4</CmdID><Item>" URI(SIM "Integer") INT               \
	    "<Data>3</Data></Item></Replace>"
#define DELETE                                                                 \
	"<Delete><CmdID>5</CmdID><Item>" URI(SIM "Few/a") "</Item></Delete>"
#define ATOMIC(content) "<Atomic><CmdID>2</CmdID>" content "</Atomic>"
#define GET                                                                    \
	"<Get><CmdID>3</CmdID><Item>" URI(SIM "Plain") "</Item><Item>" URI(    \
	    SIM "Integer") "</Item></Get>"
#define SLOW "<Exec><CmdID>3</CmdID><Item>" URI(SIM "Slow") "</Item></Exec>"

/* The answers in short: name, CmdRef, status or data of the items. */
/* clang-format off */
static const struct {
	const char *what; /* option=value, NULL: as usual */
	const char *body;
	const char *due;
	const char *plain; /* what the tree has then */
	const char *integer;
} rows[] = {
 { NULL, ATOMIC(ADD FITS DELETE),
   "S2:200 S3:200 S4:200 S5:200", "a", "3" },
 { NULL, ATOMIC(ADD TOO_MUCH DELETE),
   "S2:507 S3:216 S4:416 S5:216", NULL, "1" },
 { "atomic=not-executed", ATOMIC(ADD TOO_MUCH DELETE),
   "S2:507 S3:216 S4:416 S5:215", NULL, "1" },
 { "atomic=stuck", ATOMIC(ADD TOO_MUCH DELETE),
   "S2:507 S3:516 S4:416 S5:216", "a", "1" },
 { "atomic=too-large", ATOMIC(ADD FITS),
   "S2:517 S3:216 S4:216", NULL, "1" },
 { "atomic=fail", ATOMIC(ADD FITS),
   "S2:507 S3:216 S4:500", NULL, "1" },
 { NULL, ATOMIC("<Atomic><CmdID>3</CmdID>" FITS "</Atomic>"),
   "S2:507 S3:500", NULL, "1" },
 { NULL, ATOMIC(GET), "S2:507 S3:500", NULL, "1" },
 { NULL, ATOMIC(ADD "<Replace><CmdID>4</CmdID>" PLAIN "</Replace>"),
   "S2:507 S3:216 S4:500", NULL, "1" },
 { NULL, ATOMIC("<Add><CmdID>3</CmdID>" PLAIN "<Item>" URI(SIM "Integer")
   INT "<Data>1</Data></Item></Add>"),
   "S2:507 S3@Plain:216 S3@Integer:418", NULL, "1" },
 { NULL, "<Sequence><CmdID>2</CmdID>" ADD TOO_MUCH "</Sequence>",
   "S2:200 S3:200 S4:416", "a", "1" },
 { NULL, "<Sequence><CmdID>2</CmdID>" ADD "<Atomic><CmdID>6</CmdID>" FITS
   "</Atomic></Sequence>", "S2:200 S3:200 S6:200 S4:200", "a", "3" },
 { NULL, GET, "S3@Plain:404 S3@Integer:200 R3:1", NULL, "1" },
 { "do=one-status", GET, "S3:404 R3:1", NULL, "1" },
 { "do=results-first", GET, "R3:1 S3@Plain:404 S3@Integer:200", NULL, "1" },
 { "do=results-last", GET SLOW,
   "S3@Plain:404 S3@Integer:200 S3:202 R3:1", NULL, "1" },
 { "do=status-reversed", GET SLOW,
   "S3:202 R3:1 S3@Integer:200 S3@Plain:404", NULL, "1" },
 { "do=status-blank", SLOW, "S3:202 S:400", NULL, "1" },
 { "do=results-cmd", GET, "S3@Plain:404 S3@Integer:200 R3Get:1", NULL, "1" },
 { "do=keep-alive", SLOW, "A1224", NULL, "1" },
 { "complete=same:7", SLOW, "S3:202 A1226:7", NULL, "1" },
 { "complete=later", SLOW, "S3:202", NULL, "1" },
 { "status=" SIM "Slow=503", SLOW, "S3:503", NULL, "1" },
 { NULL, "<Add>" PLAIN "</Add>", "S:400", NULL, "1" },
 { NULL, "<Copy><CmdID>2</CmdID></Copy>", "S2:406", NULL, "1" },
 { NULL, "<Nonsense><CmdID>2</CmdID></Nonsense>", "S2:400", NULL, "1" },
 { NULL, "<Add><CmdID>2</CmdID></Add>", "S2:400", NULL, "1" },
 { NULL, "<Alert><CmdID>2</CmdID><Data>1222</Data></Alert>", "S2:200", NULL,
   "1" },
 { NULL, "<Add><CmdID>3</CmdID><Item>" URI(SIM "Plain")
   "<Meta><Size xmlns=\"syncml:metinf\">2</Size></Meta><Data>a</Data></Item>"
   "</Add>", "S3:424", NULL, "1" },
 { NULL, "<Results><CmdID>2</CmdID></Results>", "", NULL, "1" },
};
/* clang-format on */

static void
command_describe(struct buf *out, const struct syncml_command *c)
{
	const struct syncml_item *i;
	const char *target = c->target_ref;

	buf_printf(out, "%s%.1s%s%s%s%s", out->len == 0 ? "" : " ", c->name,
	    c->cmd_ref == NULL ? "" : c->cmd_ref, target == NULL ? "" : "@",
	    target == NULL ? "" : strrchr(target, '/') + 1,
	    syncml_is(c, "Results") && c->cmd != NULL ? c->cmd : "");
	if (syncml_is(c, "Alert"))
		buf_puts(out, c->data);
	else if (syncml_is(c, "Status"))
		buf_printf(out, ":%s", c->data);
	if (syncml_is(c, "Alert") && strcmp(c->data, "1224") == 0)
		return;
	for (i = c->items; i != NULL; i = i->next)
		buf_printf(out, ":%s", i->data == NULL ? "-" : i->data);
}

void
message_describe(struct buf *out, const struct syncml_message *m)
{
	const struct syncml_command *c;

	buf_add(out, "", 0);
	for (c = m->commands; c != NULL; c = c->next)
		if (c->cmd_ref == NULL || strcmp(c->cmd_ref, "0") != 0)
			command_describe(out, c);
}

void
plan_set(struct options *o, const char *what)
{
	const char *equal = what == NULL ? NULL : strchr(what, '=');
	char *name;

	plan_defaults(&o->plan);
	if (what == NULL)
		return;
	name = xstrndup(what, (size_t)(equal - what));
	check(plan_take(&o->plan, name, equal + 1) == 1, "%s", what);
	free(name);
}

static void
value_check(const struct session *s, const char *uri, const char *due)
{
	const char *value = csp_value(s->tree, uri);

	check_text(
	    uri, value == NULL ? "none" : value, due == NULL ? "none" : due);
}

static void
row_run(size_t i)
{
	struct options o = { .login = "user", .verbosity = -1 };
	struct syncml_message asked, answer = { 0 };
	struct buf text = { 0 };
	struct session s;
	struct device d;

	plan_set(&o, rows[i].what);
	captured_open(&s, &d, &o);
	message_parse("", rows[i].body, &asked);
	asked.final = 1;
	package_answer(&s, &asked, &answer);
	message_describe(&text, &answer);
	check_text(rows[i].body, text.data, rows[i].due);
	value_check(&s, SIM "Plain", rows[i].plain);
	value_check(&s, SIM "Integer", rows[i].integer);
	syncml_free(&asked);
	syncml_free(&answer);
	buf_free(&text);
	captured_close(&s);
}

/* Package 1 with everything that may be in it. */
static void
test_alerts(void)
{
	struct options o = { .login = "user", .verbosity = -1 };
	struct syncml_message m = { 0 };
	struct buf text = { 0 };
	struct session s;
	struct device d;

	plan_set(&o, "alert=msi=-5");
	plan_take(&o.plan, "alert", "1226,my:type,x,y");
	plan_take(&o.plan, "do", "server-initiated");
	check(alert_is_known("synctype=user") == 0 &&
		  alert_is_known("1226") == 0 && alert_is_known("x") == -1 &&
		  alert_is_known("99,type") == -1,
	    "which alerts there are");
	captured_open(&s, &d, &o);
	state_set(d.state, "pending",
	    "./a ./Vendor/MSFT/"
	    "EnterpriseModernAppManagement/"
	    "AppInstallation/x/HostedInstall");
	package_first(&s, &m);
	m.commands->next->next->next->next->next->next->next = NULL;
	message_describe(&text, &m);
	check_text("alerts", text.data,
	    "A1200 A1224 A1226:0 A1226:0 A1224 A1226:x,y "
	    "R:1E08C6E95D8BB843B1278FF45BC60CC6:VMware, Inc.:VMware7,1:1.3:"
	    "en-US");
	check_text("a source", m.commands->next->next->items->source, "./a");
	check(state_get(d.state, "pending") == NULL, "nothing is pending");
	syncml_free(&m);
	buf_free(&text);
	captured_close(&s);
}

/* After a challenge the package comes again, with new CmdIDs. */
static void
test_again(void)
{
	struct options o = { .login = "user", .verbosity = -1 };
	struct syncml_message first = { 0 }, asked, again = { 0 };
	struct session s;
	struct device d;
	struct buf text = { 0 };

	captured_open(&s, &d, &o);
	package_first(&s, &first);
	message_parse("", "<Final/>", &asked);
	s.msg_id = 2;
	package_again(&s, &asked, &first, &again);
	message_describe(&text, &again);
	check(str_starts(text.data, "A1201 A1224 R:"), "again: %s", text.data);
	check_text("its header", again.commands->cmd, "SyncHdr");
	check_text("its status", again.commands->data, "200");
	check_text("its second CmdID", again.commands->next->cmd_id, "2");
	syncml_free(&first);
	syncml_free(&asked);
	syncml_free(&again);
	buf_free(&text);
	captured_close(&s);
}

void
selftest_answer(void)
{
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		row_run(i);
	test_alerts();
	test_again();
}
