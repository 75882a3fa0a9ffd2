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

#define MEMBER(group, name) { group, name, G_OPTIONAL | G_MANY }

#define GROUP(name)                                                            \
 { "SyncBody", name, G_OPTIONAL | G_MANY | G_CHOICE },                         \
 { name, "CmdID",  G_TEXT },                                                   \
 { name, "NoResp", G_OPTIONAL | G_EMPTY },                                     \
 { name, "Meta",   G_OPTIONAL },                                               \
 MEMBER(name, "Add"),                                                          \
 MEMBER(name, "Delete"),                                                       \
 MEMBER(name, "Exec"),                                                         \
 MEMBER(name, "Replace")

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
 { "Status",  "CmdRef",    G_LEAF },
 { "Status",  "Cmd",       G_LEAF },
 { "Status",  "TargetRef", G_OPTIONAL | G_MANY | G_TEXT },
 { "Status",  "SourceRef", G_OPTIONAL | G_MANY | G_TEXT },
 { "Status",  "Cred",      G_OPTIONAL | G_OPEN },
 { "Status",  "Chal",      G_OPTIONAL },
 { "Chal",    "Meta",      0 },
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
 GROUP("Atomic"),
 GROUP("Sequence"),
 MEMBER("Sequence", "Get"),
 MEMBER("Sequence", "Atomic"),
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
 METINF("NextNonce"),
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

static int
is_refusal(const char *data)
{
	return is_text(data, "401") || is_text(data, "407");
}

/* What a Status is about, and what it should say. */
struct due {
	const char *msg_ref;
	const char *cmd_ref;
	const char *cmd;
	int status;
	int is_header;
	int is_challenged;
};

static int
data_is_due(const struct due *due, const char *data)
{
	char *text = xprintf("%d", due->status);
	int ok = is_text(data, text);

	free(text);
	if (due->is_header)
		return ok || is_text(data, "212") || is_refusal(data);
	return due->is_challenged ? is_refusal(data) : ok;
}

/* One Status of the server against what it is about. */
static void
status_judge(struct report *r, const struct syncml_command *status,
    const struct due *due)
{
	if (!is_text(status->msg_ref, due->msg_ref) ||
	    !is_text(status->cmd_ref, due->cmd_ref) ||
	    !is_text(status->cmd, due->cmd))
		report_fail(r, "status",
		    "Status for MsgRef %s CmdRef %s %s stands where the one "
		    "for %s %s %s is due",
		    status->msg_ref, status->cmd_ref, status->cmd, due->msg_ref,
		    due->cmd_ref, due->cmd);
	else if (!data_is_due(due, status->data))
		report_fail(r, "status", "%s %s is answered with %s", due->cmd,
		    due->cmd_ref, status->data);
}

/* The next Status in the body, or NULL. */
static const struct syncml_command *
status_next(const struct syncml_command *c)
{
	while (c != NULL && !syncml_is(c, "Status"))
		c = c->next;
	return c;
}

/* The next of ours that the server has to answer, or NULL. */
static const struct syncml_command *
ours_next(const struct syncml_command *c)
{
	while (c != NULL && !syncml_is_command(c) && c->due == 0)
		c = c->next;
	return c;
}

/* The last chunk of an object may be answered, like all Results need not. */
static int
is_extra(const struct syncml_command *status)
{
	return is_text(status->cmd, "Results") && is_text(status->data, "200");
}

/* One for the header, one for each command in order, and no other. */
static void
statuses_judge(struct report *r, const struct syncml_message *sent,
    const struct syncml_message *got)
{
	const struct syncml_command *ours = sent->commands;
	const struct syncml_command *status = status_next(got->commands);
	struct due due = { sent->msg_id, "0", "SyncHdr", 200, 1, 0 };

	while (status != NULL) {
		status_judge(r, status, &due);
		if (due.is_header)
			due.is_challenged = is_refusal(status->data);
		due.is_header = 0;
		status = status_next(status->next);
		while (status != NULL && is_extra(status))
			status = status_next(status->next);
		ours = ours_next(ours);
		if (ours == NULL)
			break;
		/* a challenge may say nothing more */
		if (due.is_challenged && status == NULL)
			return;
		due.cmd_ref = ours->cmd_id == NULL ? "" : ours->cmd_id;
		due.cmd = ours->name;
		due.status = ours->due == 0 ? 200 : ours->due;
		ours = ours->next;
		if (status == NULL)
			report_fail(r, "status", "there is no Status for %s %s",
			    due.cmd, due.cmd_ref);
	}
	if (due.is_header)
		report_fail(r, "status", "there is no Status for SyncHdr 0");
	if (status != NULL)
		report_fail(r, "status", "a Status for %s %s is too many",
		    status->cmd, status->cmd_ref);
}

/* In the order of the document, groups with what is in them. */
static void
ids_judge(struct report *r, const struct syncml_command *c, long *last)
{
	long id;

	for (; c != NULL; c = c->next) {
		if (c->cmd_id == NULL ||
		    str_number(c->cmd_id, 1, 1L << 30, &id) == -1)
			report_fail(r, "cmd-id", "%s has CmdID \"%s\"", c->name,
			    c->cmd_id == NULL ? "" : c->cmd_id);
		else if (id <= *last)
			report_fail(
			    r, "cmd-id", "CmdID %ld follows %ld", id, *last);
		else
			*last = id;
		ids_judge(r, c->children, last);
	}
}

static void
order_judge(struct report *r, const struct syncml_message *got)
{
	const struct syncml_command *c;
	int commands = 0;
	long last = 0;

	ids_judge(r, got->commands, &last);
	for (c = got->commands; c != NULL; c = c->next) {
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

/* A URI has neither blanks nor braces nor anything beyond ASCII. */
static int
is_encoded(const char *uri)
{
	for (; *uri != '\0'; uri++)
		if (*uri <= 0x20 || *uri == 0x7f ||
		    strchr("\"<>\\^`{|}", *uri) != NULL)
			return 0;
	return 1;
}

static void
item_judge(const struct session *s, const struct syncml_command *c,
    const struct syncml_item *i)
{
	struct report *r = &s->d->r;

	if (i->target == NULL || !str_starts(i->target, "./"))
		report_fail(r, "loc-uri", "%s has the target \"%s\"", c->name,
		    i->target == NULL ? "" : i->target);
	else if (!is_encoded(i->target))
		report_fail(
		    r, "loc-uri", "%s is not percent-encoded", i->target);
	else if (csp_is_user(i->target) && strcmp(s->d->o->login, "user") != 0)
		report_fail(r, "user-scope", "%s %s came without a user",
		    c->name, i->target);
	if (i->format != NULL && !is_format(i->format))
		report_fail(r, "format", "%s has the format \"%s\"", c->name,
		    i->format);
	if ((syncml_is(c, "Get") || syncml_is(c, "Delete")) && i->data != NULL)
		report_fail(r, "data", "%s carries data", c->name);
}

/* What can be undone together is of one scope, and says each thing once. */
static void
atomic_judge(struct report *r, const struct syncml_command *c)
{
	const struct syncml_command *child, *other;
	const struct syncml_item *i;
	int user = 0, device = 0;

	for (child = c->children; child != NULL; child = child->next) {
		for (i = child->items; i != NULL; i = i->next) {
			if (i->target != NULL && csp_is_user(i->target))
				user = 1;
			else
				device = 1;
		}
		if (!syncml_is(child, "Replace") || child->items == NULL)
			continue;
		for (other = c->children; other != child; other = other->next)
			if (syncml_is(other, "Add") && other->items != NULL &&
			    other->items->target != NULL &&
			    is_text(child->items->target, other->items->target))
				report_fail(r, "atomic",
				    "%s is added, then replaced",
				    child->items->target);
	}
	if (user && device)
		report_fail(r, "atomic", "user and device are mixed");
}

static void
commands_judge(const struct session *s, const struct syncml_command *c)
{
	const struct syncml_item *i;

	for (; c != NULL; c = c->next) {
		if (!syncml_is_command(c) || syncml_is(c, "Alert"))
			continue;
		if (syncml_is(c, "Atomic"))
			atomic_judge(&s->d->r, c);
		for (i = c->items; i != NULL; i = i->next)
			item_judge(s, c, i);
		commands_judge(s, c->children);
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
		else if (syncml_is_command(c) &&
			 !(syncml_is(c, "Alert") && is_text(c->data, "1225")))
			report_fail(r, "package",
			    "%s came before our package ended", c->name);
	}
	if (!asked)
		report_fail(r, "package", "Alert " NEXT_MESSAGE " is missing");
	if (got->final)
		report_fail(r, "package", "Final came before ours");
}

static int
ends_in_chunk(const struct syncml_message *m)
{
	const struct syncml_command *c = m->commands;
	const struct syncml_item *i;

	while (c != NULL && c->next != NULL)
		c = c->next;
	for (i = c == NULL ? NULL : c->items; i != NULL; i = i->next)
		if (i->next == NULL)
			return i->more_data;
	return 0;
}

static int
is_challenge(const struct syncml_message *got)
{
	return got->commands != NULL && syncml_is(got->commands, "Status") &&
	       is_refusal(got->commands->data);
}

/* We announced how long a message may be: this one is not longer. */
static void
length_judge(const struct session *s, size_t length)
{
	const struct plan *p = &s->d->o->plan;
	size_t most = (size_t)p->max_message;

	if (most < PACKAGE_LEAST)
		most = PACKAGE_LEAST;
	if (p->large_objects && p->max_message > 0 && length > most)
		report_fail(&s->d->r, "max-message",
		    "the message has %zu bytes, we take %zu", length, most);
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
    const struct dom *dom, const struct syncml_message *got, size_t length)
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
	commands_judge(s, got->commands);
	object_judge(s, got);
	length_judge(s, length);
	if (is_challenge(got) || (sent->final && !ends_in_chunk(got)))
		final_judge(r, dom->root);
	else if (!sent->final && s->object.uri == NULL)
		unfinished_judge(r, got);
}
