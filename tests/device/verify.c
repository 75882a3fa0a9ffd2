/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "grammar.h"
#include "session.h"

#define NEXT_MESSAGE "1222"

/* The OMA DM 1.2 subset that a server may send; the order is the DTD's. */
/* clang-format off */
#define COMMAND(name)                                                          \
 { "SyncBody", name, G_OPTIONAL | G_MANY },                                    \
 { name, "CmdID",  G_TEXT },                                                   \
 { name, "NoResp", G_OPTIONAL | G_EMPTY },                                     \
 { name, "Cred",   G_OPTIONAL | G_OPEN },                                      \
 { name, "Meta",   G_OPTIONAL },                                               \
 { name, "Item",   G_MANY }

#define METINF(name) { "Meta", name, G_OPTIONAL | G_TEXT, NS_METINF }

static const struct grammar_row rows[] = {
 { "SyncML",  "SyncHdr",   0 },
 { "SyncML",  "SyncBody",  G_CHOICE },
 { "SyncHdr", "VerDTD",    G_TEXT },
 { "SyncHdr", "VerProto",  G_TEXT },
 { "SyncHdr", "SessionID", G_TEXT },
 { "SyncHdr", "MsgID",     G_INT },
 { "SyncHdr", "Target",    0 },
 { "SyncHdr", "Source",    0 },
 { "SyncHdr", "RespURI",   G_OPTIONAL | G_TEXT },
 { "SyncHdr", "NoResp",    G_OPTIONAL | G_EMPTY },
 { "SyncHdr", "Cred",      G_OPTIONAL | G_OPEN },
 { "SyncHdr", "Meta",      G_OPTIONAL },
 { "Target",  "LocURI",    G_TEXT },
 { "Target",  "LocName",   G_OPTIONAL | G_TEXT },
 { "Source",  "LocURI",    G_TEXT },
 { "Source",  "LocName",   G_OPTIONAL | G_TEXT },
 { "SyncBody", "Status",   G_OPTIONAL | G_MANY },
 { "Status",  "CmdID",     G_TEXT },
 { "Status",  "MsgRef",    G_INT },
 { "Status",  "CmdRef",    G_TEXT },
 { "Status",  "Cmd",       G_TEXT },
 { "Status",  "TargetRef", G_OPTIONAL | G_MANY | G_TEXT },
 { "Status",  "SourceRef", G_OPTIONAL | G_MANY | G_TEXT },
 { "Status",  "Cred",      G_OPTIONAL | G_OPEN },
 { "Status",  "Chal",      G_OPTIONAL | G_OPEN },
 { "Status",  "Data",      G_INT },
 { "Status",  "Item",      G_OPTIONAL | G_MANY },
 { "SyncBody", "Alert",    G_OPTIONAL | G_MANY },
 { "Alert",   "CmdID",     G_TEXT },
 { "Alert",   "Data",      G_INT },
 { "Alert",   "Item",      G_OPTIONAL | G_MANY },
 COMMAND("Add"),
 COMMAND("Delete"),
 COMMAND("Exec"),
 COMMAND("Get"),
 COMMAND("Replace"),
 { "SyncBody", "Atomic",   G_OPTIONAL | G_MANY | G_OPEN },
 { "SyncBody", "Sequence", G_OPTIONAL | G_MANY | G_OPEN },
 { "SyncBody", "Final",    G_OPTIONAL | G_EMPTY },
 { "Item",    "Target",    G_OPTIONAL },
 { "Item",    "Source",    G_OPTIONAL },
 { "Item",    "Meta",      G_OPTIONAL },
 { "Item",    "Data",      G_OPTIONAL | G_LEAF },
 { "Item",    "MoreData",  G_OPTIONAL | G_EMPTY },
 METINF("Format"),
 METINF("Type"),
 METINF("Mark"),
 METINF("Size"),
 METINF("MaxMsgSize"),
 METINF("MaxObjSize"),
};
/* clang-format on */

static const struct grammar grammar = { "syncml", NS_SYNCML, rows,
	COUNT(rows) };

static void
text_judge(
    struct report *r, const char *what, const char *value, const char *due)
{
	if (value == NULL || strcmp(value, due) != 0)
		report_fail(r, "header", "%s is \"%s\" instead of %s", what,
		    value == NULL ? "" : value, due);
}

static void
header_judge(const struct session *s, const struct syncml_message *sent,
    const struct node *root, const struct syncml_message *got)
{
	const struct node *header = node_child(root, NS_SYNCML, "SyncHdr");
	struct report *r = &s->d->r;
	char *number = xprintf("%ld", s->server_msg_id);

	text_judge(r, "VerDTD",
	    node_text(node_child(header, NS_SYNCML, "VerDTD")), "1.2");
	text_judge(r, "VerProto",
	    node_text(node_child(header, NS_SYNCML, "VerProto")), "DM/1.2");
	text_judge(r, "SessionID", got->session_id, sent->session_id);
	text_judge(r, "MsgID", got->msg_id, number);
	text_judge(r, "Target", got->target, sent->source);
	text_judge(r, "Source", got->source, sent->target);
	free(number);
}

static int
is_text(const char *value, const char *due)
{
	return value != NULL && strcmp(value, due) == 0;
}

/* One Status of the server against what it is about. */
static void
status_judge(struct report *r, const struct syncml_command *status,
    const char *msg_ref, const char *cmd_ref, const char *cmd)
{
	int is_header = strcmp(cmd, "SyncHdr") == 0;

	if (!is_text(status->msg_ref, msg_ref) ||
	    !is_text(status->cmd_ref, cmd_ref) || !is_text(status->cmd, cmd))
		report_fail(r, "status",
		    "Status for MsgRef %s CmdRef %s %s stands where the one "
		    "for %s %s %s is due",
		    status->msg_ref, status->cmd_ref, status->cmd, msg_ref,
		    cmd_ref, cmd);
	else if (!is_text(status->data, "200") &&
		 !(is_header && is_text(status->data, "212")))
		report_fail(r, "status", "%s %s is answered with %s", cmd,
		    cmd_ref, status->data);
}

/* The next Status in the body, or NULL. */
static const struct syncml_command *
status_next(const struct syncml_command *c)
{
	while (c != NULL && !syncml_is(c, "Status"))
		c = c->next;
	return c;
}

/* One for the header, one for each command in order, and no other. */
static void
statuses_judge(struct report *r, const struct syncml_message *sent,
    const struct syncml_message *got)
{
	const struct syncml_command *ours = sent->commands;
	const struct syncml_command *status = status_next(got->commands);
	const char *ref = "0", *cmd = "SyncHdr";

	for (;;) {
		if (status == NULL) {
			report_fail(r, "status", "there is no Status for %s %s",
			    cmd, ref);
			return;
		}
		status_judge(r, status, sent->msg_id, ref, cmd);
		status = status_next(status->next);
		while (ours != NULL && !syncml_is_command(ours))
			ours = ours->next;
		if (ours == NULL)
			break;
		ref = ours->cmd_id;
		cmd = ours->name;
		ours = ours->next;
	}
	if (status != NULL)
		report_fail(r, "status", "a Status for %s %s is too many",
		    status->cmd, status->cmd_ref);
}

static void
order_judge(struct report *r, const struct syncml_message *got)
{
	const struct syncml_command *c;
	long id, last = 0;
	int commands = 0;

	for (c = got->commands; c != NULL; c = c->next) {
		if (c->cmd_id == NULL ||
		    str_number(c->cmd_id, 1, 1L << 30, &id) == -1)
			report_fail(r, "cmd-id", "%s has CmdID \"%s\"", c->name,
			    c->cmd_id == NULL ? "" : c->cmd_id);
		else if (id <= last)
			report_fail(
			    r, "cmd-id", "CmdID %ld follows %ld", id, last);
		else
			last = id;
		commands |= syncml_is_command(c);
		if (commands && syncml_is(c, "Status"))
			report_fail(
			    r, "status", "a Status stands behind a command");
	}
}

static int
is_format(const char *format)
{
	static const char *const known[] = { "b64", "bin", "bool", "chr",
		"date", "float", "int", "node", "null", "time", "xml" };
	size_t i;

	for (i = 0; i < COUNT(known); i++)
		if (strcmp(known[i], format) == 0)
			return 1;
	return 0;
}

static void
item_judge(const struct session *s, const struct syncml_command *c,
    const struct syncml_item *i)
{
	struct report *r = &s->d->r;

	if (i->target == NULL || !str_starts(i->target, "./"))
		report_fail(r, "loc-uri", "%s has the target \"%s\"", c->name,
		    i->target == NULL ? "" : i->target);
	else if (csp_is_user(i->target) && strcmp(s->d->o->login, "user") != 0)
		report_fail(r, "user-scope", "%s %s came without a user",
		    c->name, i->target);
	if (i->format != NULL && !is_format(i->format))
		report_fail(r, "format", "%s has the format \"%s\"", c->name,
		    i->format);
	if ((syncml_is(c, "Get") || syncml_is(c, "Delete")) && i->data != NULL)
		report_fail(r, "data", "%s carries data", c->name);
}

static void
commands_judge(const struct session *s, const struct syncml_message *got)
{
	const struct syncml_command *c;
	const struct syncml_item *i;

	for (c = got->commands; c != NULL; c = c->next) {
		if (!syncml_is_command(c) || syncml_is(c, "Alert"))
			continue;
		for (i = c->items; i != NULL; i = i->next)
			item_judge(s, c, i);
	}
}

/* Our package goes on: the server may only ask for its next message. */
static void
unfinished_judge(struct report *r, const struct syncml_message *got)
{
	const struct syncml_command *c;
	int asked = 0;

	for (c = got->commands; c != NULL; c = c->next) {
		if (syncml_is(c, "Alert") && is_text(c->data, NEXT_MESSAGE))
			asked = 1;
		else if (syncml_is_command(c))
			report_fail(r, "package",
			    "%s came before our package ended", c->name);
	}
	if (!asked)
		report_fail(r, "package", "Alert " NEXT_MESSAGE " is missing");
	if (got->final)
		report_fail(r, "package", "Final came before ours");
}

static void
final_judge(struct report *r, const struct node *root)
{
	const struct node *body = node_child(root, NS_SYNCML, "SyncBody");
	const struct node *last = body == NULL ? NULL : body->last;

	if (!node_is(last, NS_SYNCML, "Final"))
		report_fail(r, "final", "the message does not end with Final");
}

void
answer_judge(const struct session *s, const struct syncml_message *sent,
    const struct dom *dom, const struct syncml_message *got)
{
	struct report *r = &s->d->r;

	if (dom->has_cdata)
		report_fail(r, "cdata", "the message has a CDATA section");
	if (!node_is(dom->root, NS_SYNCML, "SyncML")) {
		report_fail(r, "syncml", "<%s> in \"%s\" is no SyncML 1.2",
		    dom->root->name, dom->root->ns);
		return;
	}
	grammar_check(&grammar, r, dom->root);
	header_judge(s, sent, dom->root, got);
	statuses_judge(r, sent, got);
	order_judge(r, got);
	commands_judge(s, got);
	if (sent->final)
		final_judge(r, dom->root);
	else
		unfinished_judge(r, got);
}
