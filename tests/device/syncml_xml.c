/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "syncml.h"

/* An element with text, unless there is none. */
static void
text_write(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(out, "<%s>", name);
	buf_xml(out, value);
	buf_printf(out, "</%s>", name);
}

static void
meta_write(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(out, "<%s xmlns=\"" NS_METINF "\">", name);
	buf_xml(out, value);
	buf_printf(out, "</%s>", name);
}

static void
uri_write(struct buf *out, const char *name, const char *uri)
{
	if (uri == NULL)
		return;
	buf_printf(out, "<%s>", name);
	text_write(out, "LocURI", uri);
	buf_printf(out, "</%s>", name);
}

static void
item_write(struct buf *out, const struct syncml_item *i)
{
	int meta = i->type != NULL || i->format != NULL || i->mark != NULL;

	buf_puts(out, "<Item>");
	uri_write(out, "Target", i->target);
	uri_write(out, "Source", i->source);
	if (meta)
		buf_puts(out, "<Meta>");
	meta_write(out, "Format", i->format);
	meta_write(out, "Type", i->type);
	meta_write(out, "Mark", i->mark);
	if (meta)
		buf_puts(out, "</Meta>");
	text_write(out, "Data", i->data);
	buf_puts(out, "</Item>");
}

static void
command_write(struct buf *out, const struct syncml_command *c)
{
	const struct syncml_item *i;

	buf_printf(out, "<%s>", c->name);
	text_write(out, "CmdID", c->cmd_id);
	text_write(out, "MsgRef", c->msg_ref);
	text_write(out, "CmdRef", c->cmd_ref);
	text_write(out, "Cmd", c->cmd);
	text_write(out, "TargetRef", c->target_ref);
	text_write(out, "Data", c->data);
	for (i = c->items; i != NULL; i = i->next)
		item_write(out, i);
	buf_printf(out, "</%s>", c->name);
}

void
syncml_write(struct buf *out, const struct syncml_message *m)
{
	const struct syncml_command *c;

	buf_puts(out, "<SyncML xmlns=\"" NS_SYNCML "\"><SyncHdr>"
		      "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>");
	text_write(out, "SessionID", m->session_id);
	text_write(out, "MsgID", m->msg_id);
	uri_write(out, "Target", m->target);
	uri_write(out, "Source", m->source);
	buf_puts(out, "</SyncHdr><SyncBody>");
	for (c = m->commands; c != NULL; c = c->next)
		command_write(out, c);
	if (m->final)
		buf_puts(out, "<Final/>");
	buf_puts(out, "</SyncBody></SyncML>");
}

/* The trimmed text of a child, or NULL when it is not there. */
static char *
text_read(const struct node *n, const char *ns, const char *name)
{
	const struct node *child = node_child(n, ns, name);

	return child == NULL ? NULL : node_trimmed(child);
}

static char *
uri_read(const struct node *n, const char *name)
{
	return text_read(node_child(n, NS_SYNCML, name), NS_SYNCML, "LocURI");
}

static void
item_read(
    const struct node *n, const struct node *outer_meta, struct syncml_item *i)
{
	const struct node *meta = node_child(n, NS_SYNCML, "Meta");
	const struct node *data = node_child(n, NS_SYNCML, "Data");

	if (meta == NULL)
		meta = outer_meta;
	i->target = uri_read(n, "Target");
	i->source = uri_read(n, "Source");
	i->format = text_read(meta, NS_METINF, "Format");
	i->type = text_read(meta, NS_METINF, "Type");
	i->mark = text_read(meta, NS_METINF, "Mark");
	if (data != NULL)
		i->data = xstrdup(node_text(data));
}

static void
command_read(const struct node *n, struct syncml_command *c)
{
	const struct node *meta = node_child(n, NS_SYNCML, "Meta"), *child;

	c->cmd_id = text_read(n, NS_SYNCML, "CmdID");
	c->msg_ref = text_read(n, NS_SYNCML, "MsgRef");
	c->cmd_ref = text_read(n, NS_SYNCML, "CmdRef");
	c->cmd = text_read(n, NS_SYNCML, "Cmd");
	c->target_ref = text_read(n, NS_SYNCML, "TargetRef");
	c->data = text_read(n, NS_SYNCML, "Data");
	for (child = n->first; child != NULL; child = child->next)
		if (node_is(child, NS_SYNCML, "Item"))
			item_read(child, meta, syncml_item_add(c));
}

void
syncml_read(const struct node *root, struct syncml_message *m)
{
	const struct node *header = node_child(root, NS_SYNCML, "SyncHdr");
	const struct node *body = node_child(root, NS_SYNCML, "SyncBody");
	const struct node *n = body == NULL ? NULL : body->first;

	m->session_id = text_read(header, NS_SYNCML, "SessionID");
	m->msg_id = text_read(header, NS_SYNCML, "MsgID");
	m->target = uri_read(header, "Target");
	m->source = uri_read(header, "Source");
	for (; n != NULL; n = n->next) {
		if (node_is(n, NS_SYNCML, "Final"))
			m->final = 1;
		else
			command_read(n, syncml_command_add(m, n->name));
	}
}
