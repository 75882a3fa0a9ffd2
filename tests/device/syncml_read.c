/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "syncml.h"

/* The trimmed text of a child, or NULL when it is not there. */
static char *
text_read(const struct node *n, const char *ns, const char *name)
{
	const struct node *child = node_child(n, ns, name);

	return child == NULL ? NULL : node_trimmed(child);
}

static char *
place_read(const struct node *n, const char *name, const char *part)
{
	return text_read(node_child(n, NS_SYNCML, name), NS_SYNCML, part);
}

static char *
uri_read(const struct node *n, const char *name)
{
	return place_read(n, name, "LocURI");
}

/* What the item does not say itself, the command says for all of them. */
static char *
meta_read(const struct node *meta, const struct node *outer, const char *name)
{
	char *own = text_read(meta, NS_METINF, name);

	return own != NULL ? own : text_read(outer, NS_METINF, name);
}

static void
item_read(const struct node *n, const struct node *outer, struct syncml_item *i)
{
	const struct node *meta = node_child(n, NS_SYNCML, "Meta");
	const struct node *data = node_child(n, NS_SYNCML, "Data");

	i->target = uri_read(n, "Target");
	i->source = uri_read(n, "Source");
	i->format = meta_read(meta, outer, "Format");
	i->type = meta_read(meta, outer, "Type");
	i->mark = meta_read(meta, outer, "Mark");
	i->size = meta_read(meta, outer, "Size");
	if (data != NULL)
		i->data = xstrdup(node_text(data));
	i->more_data = node_child(n, NS_SYNCML, "MoreData") != NULL;
}

static struct syncml_proof *
proof_read(const struct node *n, const char *name)
{
	const struct node *proof = node_child(n, NS_SYNCML, name);
	const struct node *meta = node_child(proof, NS_SYNCML, "Meta");
	struct syncml_proof *p;

	if (proof == NULL)
		return NULL;
	p = xcalloc(1, sizeof(*p));
	p->format = text_read(meta, NS_METINF, "Format");
	p->type = text_read(meta, NS_METINF, "Type");
	p->nonce = text_read(meta, NS_METINF, "NextNonce");
	p->data = text_read(proof, NS_SYNCML, "Data");
	return p;
}

static int
is_own_element(const struct node *n)
{
	static const char *const names[] = { "CmdID", "NoResp", "Cred", "Meta",
		"Item", "Data", "Correlator" };
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		if (strcmp(names[i], n->name) == 0)
			return 1;
	return 0;
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
	c->source_ref = text_read(n, NS_SYNCML, "SourceRef");
	c->data = text_read(n, NS_SYNCML, "Data");
	c->chal = proof_read(n, "Chal");
	for (child = n->first; child != NULL; child = child->next)
		if (node_is(child, NS_SYNCML, "Item"))
			item_read(child, meta, syncml_item_add(c));
		else if (syncml_is_group(c) && !is_own_element(child))
			command_read(
			    child, syncml_list_add(&c->children, child->name));
}

void
syncml_read(const struct node *root, struct syncml_message *m)
{
	const struct node *header = node_child(root, NS_SYNCML, "SyncHdr");
	const struct node *body = node_child(root, NS_SYNCML, "SyncBody");
	const struct node *meta = node_child(header, NS_SYNCML, "Meta");
	const struct node *n = body == NULL ? NULL : body->first;

	m->session_id = text_read(header, NS_SYNCML, "SessionID");
	m->msg_id = text_read(header, NS_SYNCML, "MsgID");
	m->target = uri_read(header, "Target");
	m->source = uri_read(header, "Source");
	m->source_name = place_read(header, "Source", "LocName");
	m->resp_uri = text_read(header, NS_SYNCML, "RespURI");
	m->cred = proof_read(header, "Cred");
	m->max_msg_size = text_read(meta, NS_METINF, "MaxMsgSize");
	m->max_obj_size = text_read(meta, NS_METINF, "MaxObjSize");
	for (; n != NULL; n = n->next) {
		if (node_is(n, NS_SYNCML, "Final"))
			m->final = 1;
		else
			command_read(n, syncml_command_add(m, n->name));
	}
}
