/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "check.h"
#include "syncml.h"
#include "wbxml.h"
#include "xml.h"

#define DEPTH 24
#define TEXT_MAX ((size_t)16 << 20) /* the body's limit comes first */

enum {
	ST_MESSAGE = XML_ROOT + 1,
	ST_HEADER,
	ST_HEADER_TARGET,
	ST_HEADER_SOURCE,
	ST_HEADER_META,
	ST_CRED,
	ST_CRED_META,
	ST_BODY,
	ST_GROUP, /* Atomic, Sequence */
	ST_COMMAND,
	ST_UNKNOWN,
	ST_COMMAND_META,
	ST_CHAL,
	ST_CHAL_META,
	ST_ITEM,
	ST_ITEM_SOURCE,
	ST_ITEM_TARGET,
	ST_ITEM_META,
	ST_LEAF,
};

static xml_start_fn command_start, unknown_start, item_start, data_start;
static xml_end_fn version_end, protocol_end, msg_id_end, final_end, more_end,
    target_ref_end, ignore_end;

#define IN XML_IN
#define MSG(f) offsetof(struct syncml_message, f)
#define CMD(f) offsetof(struct syncml_command, f)
#define ITEM(f) offsetof(struct syncml_item, f)
#define SML NS_SYNCML XML_SEP
#define REQ XML_REQUIRED
#define TOKEN XML_TEXT | XML_TRIM
#define MANY XML_MANY | XML_OPEN
#define COMMANDS IN(ST_BODY) | IN(ST_GROUP)
#define ANY_COMMAND IN(ST_COMMAND) | IN(ST_GROUP) | IN(ST_UNKNOWN)

/* Elements inside a command come in any order; Meta, headers are open. */
/* clang-format off */
static const struct xml_rule rules[] = {
 { IN(XML_ROOT),         ST_MESSAGE,       SML "SyncML",     REQ },
 { IN(ST_MESSAGE),       ST_HEADER,        SML "SyncHdr",    REQ | XML_OPEN },
 { IN(ST_HEADER),        ST_LEAF,          SML "VerDTD",     REQ | TOKEN, 16,   0, NULL, version_end },
 { IN(ST_HEADER),        ST_LEAF,          SML "VerProto",   REQ | TOKEN, 16,   0, NULL, protocol_end },
 { IN(ST_HEADER),        ST_LEAF,          SML "SessionID",  REQ | TOKEN, 32,   MSG(session_id) },
 { IN(ST_HEADER),        ST_LEAF,          SML "MsgID",      REQ | TOKEN, 32,   0, NULL, msg_id_end },
 { IN(ST_HEADER),        ST_HEADER_TARGET, SML "Target",     REQ | XML_OPEN },
 { IN(ST_HEADER_TARGET), ST_LEAF,          SML "LocURI",     REQ | TOKEN, 2048, MSG(target) },
 { IN(ST_HEADER),        ST_HEADER_SOURCE, SML "Source",     REQ | XML_OPEN },
 { IN(ST_HEADER_SOURCE), ST_LEAF,          SML "LocURI",     REQ | TOKEN, 512,  MSG(source) },
 { IN(ST_HEADER_SOURCE), ST_LEAF,          SML "LocName",    TOKEN, 512,        MSG(source_name) },
 { IN(ST_HEADER),        ST_HEADER_META,   SML "Meta",       XML_OPEN },
 { IN(ST_HEADER_META),   ST_LEAF,          SML "MaxMsgSize", TOKEN, 32,         MSG(max_msg_size) },
 { IN(ST_HEADER_META),   ST_LEAF,          SML "MaxObjSize", TOKEN, 32,         MSG(max_obj_size) },
 { IN(ST_HEADER),        ST_CRED,          SML "Cred",       XML_OPEN },
 { IN(ST_CRED),          ST_CRED_META,     SML "Meta",       XML_OPEN },
 { IN(ST_CRED_META),     ST_LEAF,          SML "Type",       TOKEN, 64,         MSG(cred.type) },
 { IN(ST_CRED_META),     ST_LEAF,          SML "Format",     TOKEN, 32,         MSG(cred.format) },
 { IN(ST_CRED),          ST_LEAF,          SML "Data",       TOKEN, 2048,       MSG(cred.data) },
 { IN(ST_MESSAGE),       ST_BODY,          SML "SyncBody",   REQ },
 { IN(ST_BODY),          ST_LEAF,          SML "Final",      0, 0, 0, NULL, final_end },
 { COMMANDS,             ST_COMMAND,       SML "Status",     MANY, 0, 0, command_start },
 { COMMANDS,             ST_COMMAND,       SML "Results",    MANY, 0, 0, command_start },
 { COMMANDS,             ST_COMMAND,       SML "Alert",      MANY, 0, 0, command_start },
 { COMMANDS,             ST_COMMAND,       SML "Replace",    MANY, 0, 0, command_start },
 { COMMANDS,             ST_COMMAND,       SML "Add",        MANY, 0, 0, command_start },
 { COMMANDS,             ST_COMMAND,       SML "Delete",     MANY, 0, 0, command_start },
 { COMMANDS,             ST_COMMAND,       SML "Get",        MANY, 0, 0, command_start },
 { COMMANDS,             ST_COMMAND,       SML "Exec",       MANY, 0, 0, command_start },
 { COMMANDS,             ST_COMMAND,       SML "Copy",       MANY, 0, 0, command_start },
 { COMMANDS,             ST_GROUP,         SML "Atomic",     MANY, 0, 0, command_start },
 { COMMANDS,             ST_GROUP,         SML "Sequence",   MANY, 0, 0, command_start },
 { ANY_COMMAND,          ST_LEAF,          SML "CmdID",      TOKEN, 36,         CMD(cmd_id) },
 /* Last of these: not a command, but it gets its Status, 400. */
 { COMMANDS,             ST_UNKNOWN,       XML_ANY,          MANY | XML_TEXT, TEXT_MAX, 0, unknown_start, ignore_end },
 { IN(ST_COMMAND),       ST_LEAF,          SML "MsgRef",     TOKEN, 36,         CMD(msg_ref) },
 { IN(ST_COMMAND),       ST_LEAF,          SML "CmdRef",     TOKEN, 36,         CMD(cmd_ref) },
 { IN(ST_COMMAND),       ST_LEAF,          SML "Cmd",        TOKEN, 32,         CMD(cmd) },
 { IN(ST_COMMAND),       ST_LEAF,          SML "TargetRef",  TOKEN | XML_MANY, 4096, 0, NULL, target_ref_end },
 { IN(ST_COMMAND),       ST_LEAF,          SML "Data",       TOKEN, 1024,       CMD(data), data_start },
 { IN(ST_COMMAND),       ST_COMMAND_META,  SML "Meta",       XML_OPEN },
 { IN(ST_COMMAND_META),  ST_LEAF,          SML "Format",     TOKEN, 32,         CMD(format) },
 { IN(ST_COMMAND_META) | IN(ST_COMMAND), ST_LEAF, SML "Type",       TOKEN, 256,        CMD(type) },
 { IN(ST_COMMAND_META),  ST_LEAF,          SML "Size",       TOKEN, 32,         CMD(size) },
 { IN(ST_COMMAND),       ST_CHAL,          SML "Chal",       XML_OPEN },
 { IN(ST_CHAL),          ST_CHAL_META,     SML "Meta",       XML_OPEN },
 { IN(ST_CHAL_META),     ST_LEAF,          SML "Type",       TOKEN, 64,         CMD(chal.type) },
 { IN(ST_CHAL_META),     ST_LEAF,          SML "Format",     TOKEN, 32,         CMD(chal.format) },
 { IN(ST_CHAL_META),     ST_LEAF,          SML "NextNonce",  TOKEN, 512,        CMD(chal.data) },
 { IN(ST_COMMAND),       ST_ITEM,          SML "Item",       MANY, 0, 0, item_start },
 { IN(ST_ITEM),          ST_ITEM_SOURCE,   SML "Source",     XML_OPEN },
 { IN(ST_ITEM_SOURCE),   ST_LEAF,          SML "LocURI",     TOKEN, 4096,       ITEM(source) },
 { IN(ST_ITEM),          ST_ITEM_TARGET,   SML "Target",     XML_OPEN },
 { IN(ST_ITEM_TARGET),   ST_LEAF,          SML "LocURI",     TOKEN, 4096,       ITEM(target) },
 { IN(ST_ITEM),          ST_ITEM_META,     SML "Meta",       XML_OPEN },
 { IN(ST_ITEM_META),     ST_LEAF,          SML "Format",     TOKEN, 32,         ITEM(format) },
 /* One of Microsoft's samples has it outside Meta. */
 { IN(ST_ITEM_META) | IN(ST_ITEM), ST_LEAF, SML "Type",      TOKEN, 256,        ITEM(type) },
 { IN(ST_ITEM_META),     ST_LEAF,          SML "Mark",       TOKEN, 32,         ITEM(mark) },
 { IN(ST_ITEM_META),     ST_LEAF,          SML "Size",       TOKEN, 32,         ITEM(size) },
 { IN(ST_ITEM),          ST_LEAF,          SML "Data",       XML_TEXT, TEXT_MAX, ITEM(data) },
 { IN(ST_ITEM),          ST_LEAF,          SML "MoreData",   XML_OPEN, 0, 0, NULL, more_end },
};
/* clang-format on */

/*
 * Microsoft's own samples leave out the namespace of what is in Meta, and
 * some clients say 1.1; no two of these differ in meaning.
 */
static const struct xml_alias aliases[] = {
	{ "SYNCML:SYNCML1.1", NS_SYNCML },
	{ NS_METINF, NS_SYNCML },
};

/* A command stands in the body, or in a group that is itself a command. */
static void *
command_start(struct xml *x, void *in, const char **atts)
{
	struct syncml_message *m = in;
	struct syncml_command *group = in, *c, **first, **last;

	(void)atts;
	if ((c = xml_alloc(x, sizeof(*c))) == NULL ||
	    (c->name = xml_strdup(x, xml_local(x))) == NULL)
		return NULL;
	first = xml_parent(x) == ST_BODY ? &m->commands : &group->children;
	last = xml_parent(x) == ST_BODY ? &m->last_command : &group->last_child;
	*(*first == NULL ? first : &(*last)->next) = c;
	return *last = c;
}

/* It may have the name of a command, in another namespace. */
static void *
unknown_start(struct xml *x, void *in, const char **atts)
{
	struct syncml_command *c = command_start(x, in, atts);

	if (c != NULL)
		c->is_unknown = 1;
	return c;
}

static void *
item_start(struct xml *x, void *in, const char **atts)
{
	struct syncml_command *c = in;
	struct syncml_item *item;

	(void)atts;
	if ((item = xml_alloc(x, sizeof(*item))) == NULL)
		return NULL;
	*(c->items == NULL ? &c->items : &c->last_item->next) = item;
	return c->last_item = item;
}

static void *
data_start(struct xml *x, void *in, const char **atts)
{
	struct syncml_command *c = in;
	const char *error = xml_attr(atts, "originalerror");

	if (error != NULL && (c->original_error = xml_strdup(x, error)) == NULL)
		return NULL;
	return in;
}

static int
version_end(struct xml *x, void *msg, char *text)
{
	(void)msg;
	/* 1.1 names the DTD only; what we read of it is the same. */
	if (strcmp(text, "1.2") != 0 && strcmp(text, "1.1") != 0)
		return xml_fail(x, "VerDTD is not 1.2");
	return 0;
}

static int
protocol_end(struct xml *x, void *msg, char *text)
{
	(void)msg;
	if (strcmp(text, "DM/1.2") != 0 && strcmp(text, "DM/1.1") != 0)
		return xml_fail(x, "VerProto is not DM/1.2");
	return 0;
}

static int
msg_id_end(struct xml *x, void *msg, char *text)
{
	struct syncml_message *m = msg;

	m->msg_id_text = text;
	m->msg_id = syncml_number(text);
	return m->msg_id > 0 ? 0 : xml_fail(x, "MsgID is not a number from 1");
}

static int
more_end(struct xml *x, void *in, char *text)
{
	struct syncml_item *item = in;

	(void)x, (void)text;
	item->more = 1;
	return 0;
}

static int
target_ref_end(struct xml *x, void *in, char *text)
{
	struct syncml_command *c = in;
	struct syncml_ref *ref = xml_alloc(x, sizeof(*ref));

	if (ref == NULL)
		return -1;
	ref->uri = text;
	if (c->last_ref != NULL)
		c->last_ref->next = ref;
	else
		c->target_refs = ref;
	c->last_ref = ref;
	return 0;
}

static int
ignore_end(struct xml *x, void *in, char *text)
{
	(void)x, (void)in, (void)text;
	return 0;
}

static int
final_end(struct xml *x, void *msg, char *text)
{
	struct syncml_message *m = msg;

	(void)x, (void)text;
	m->final = 1;
	return 0;
}

long long
syncml_number(const char *s)
{
	if (s == NULL || s[0] == '\0' || strlen(s) > 18 ||
	    strspn(s, "0123456789") != strlen(s))
		return -1;
	return strtoll(s, NULL, 10);
}

const char *
syncml_number_text(const char *s)
{
	return syncml_number(s) >= 0 ? s : NULL;
}

int
syncml_is_wbxml(const struct http_request *r)
{
	const char *type = http_param(r, "CONTENT_TYPE");

	return type != NULL && http_type_is(type, SYNCML_WBXML);
}

int
syncml_read(struct arena *a, const struct http_request *r,
    struct syncml_message *m, struct fault *f)
{
	static const struct xml_grammar g = { rules, COUNT(rules), aliases,
		COUNT(aliases), DEPTH };
	struct xml_error *e;
	int rc;

	if (r->body_len == 0)
		return fault_set(f, 400, NULL, "empty body");
	CHECK((e = arena_alloc(a, sizeof(*e))) != NULL);
	rc = (syncml_is_wbxml(r) ? wbxml_read : xml_read)(
	    a, &g, m, r->body, r->body_len, e);
	if (rc == 0)
		return 0;
	f->at = e->at;
	return fault_set(f, arena_failed(a) ? 413 : 400, NULL, e->reason);
}

static void
locuri(struct xw *w, const char *name, const char *uri)
{
	xw_open(w, name);
	xw_leaf(w, "LocURI", uri);
	xw_close(w);
}

/* Meta of a Cred or a Chal; the nonce stands in it, the data do not. */
static void
auth_meta(struct xw *w, const struct syncml_auth *auth, const char *nonce)
{
	xw_open(w, "Meta");
	xw_leaf1(w, "Format", "xmlns", NS_METINF,
	    auth->format != NULL ? auth->format : "b64");
	xw_leaf1(w, "Type", "xmlns", NS_METINF, auth->type);
	if (nonce != NULL)
		xw_leaf1(w, "NextNonce", "xmlns", NS_METINF, nonce);
	xw_close(w);
}

/* Our header swaps who it is from and for. */
void
syncml_open(struct xw *w, const struct syncml_message *to, long long msg_id,
    const char *name, const struct syncml_auth *cred)
{
	xw_open1(w, "SyncML", "xmlns", NS_SYNCML);
	xw_open(w, "SyncHdr");
	xw_leaf(w, "VerDTD", "1.2");
	xw_leaf(w, "VerProto", "DM/1.2");
	xw_leaf(w, "SessionID", to->session_id);
	xw_leaf_int(w, "MsgID", msg_id);
	locuri(w, "Target", to->source);
	xw_open(w, "Source");
	xw_leaf(w, "LocURI", to->target);
	if (name != NULL)
		xw_leaf(w, "LocName", name);
	xw_close(w);
	if (cred != NULL) {
		xw_open(w, "Cred");
		auth_meta(w, cred, NULL);
		xw_leaf(w, "Data", cred->data);
		xw_close(w);
	}
	xw_close(w);
	xw_open(w, "SyncBody");
}

void
syncml_close(struct xw *w, int final)
{
	if (final)
		xw_leaf(w, "Final", NULL);
	xw_close(w);
	xw_close(w);
}

void
syncml_status(struct xw *w, const struct syncml_status *s)
{
	xw_open(w, "Status");
	xw_leaf_int(w, "CmdID", s->cmd_id);
	xw_leaf(w, "MsgRef", s->msg_ref);
	xw_leaf(w, "CmdRef", s->cmd_ref);
	xw_leaf(w, "Cmd", s->cmd);
	if (s->source_ref != NULL)
		xw_leaf(w, "SourceRef", s->source_ref);
	if (s->chal.type != NULL) {
		xw_open(w, "Chal");
		auth_meta(w, &s->chal, s->chal.data);
		xw_close(w);
	}
	xw_leaf_int(w, "Data", s->status);
	xw_close(w);
}

void
syncml_alert(struct xw *w, int cmd_id, const char *code, const char *source)
{
	xw_open(w, "Alert");
	xw_leaf_int(w, "CmdID", cmd_id);
	xw_leaf(w, "Data", code);
	if (source != NULL) {
		xw_open(w, "Item");
		locuri(w, "Source", source);
		xw_close(w);
	}
	xw_close(w);
}

static void
item_meta(struct xw *w, const struct syncml_item *item)
{
	if (item->format == NULL && item->type == NULL && item->size == NULL)
		return;
	xw_open(w, "Meta");
	if (item->format != NULL)
		xw_leaf1(w, "Format", "xmlns", NS_METINF, item->format);
	if (item->type != NULL)
		xw_leaf1(w, "Type", "xmlns", NS_METINF, item->type);
	if (item->size != NULL)
		xw_leaf1(w, "Size", "xmlns", NS_METINF, item->size);
	xw_close(w);
}

void
syncml_command_open(struct xw *w, const char *verb, const char *cmd_id)
{
	xw_open(w, verb);
	xw_leaf(w, "CmdID", cmd_id);
}

void
syncml_item(struct xw *w, const struct syncml_item *item)
{
	xw_open(w, "Item");
	locuri(w, "Target", item->target);
	item_meta(w, item);
	if (item->data != NULL)
		xw_leaf(w, "Data", item->data);
	if (item->more)
		xw_leaf(w, "MoreData", NULL);
	xw_close(w);
}

void
syncml_command_close(struct xw *w)
{
	xw_close(w);
}
