/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "syncml.h"

/* The elements of one parent, so that they can be put in another order. */
#define PARTS_MAX 512

struct parts {
	struct buf part[PARTS_MAX];
	size_t n;
	unsigned shape;
};

static void
parts_open(struct parts *p, unsigned shape)
{
	p->n = 0;
	p->shape = shape;
}

/* The next part to write into, or the last one when there are too many. */
static struct buf *
part_next(struct parts *p)
{
	if (p->n < PARTS_MAX) {
		p->part[p->n] = (struct buf){ 0 };
		p->n++;
	}
	return &p->part[p->n - 1];
}

static void
parts_close(struct parts *p, struct buf *out)
{
	size_t i, at;

	for (i = 0; i < p->n; i++) {
		at = p->shape & SHAPE_REVERSED ? p->n - 1 - i : i;
		buf_add(out, p->part[at].data, p->part[at].len);
	}
	for (i = 0; i < p->n; i++)
		buf_free(&p->part[i]);
}

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
meta_write(struct buf *out, const char *name, const char *value, unsigned shape)
{
	if (value == NULL)
		return;
	if (shape & SHAPE_BARE_META) {
		text_write(out, name, value);
		return;
	}
	buf_printf(out, "<%s xmlns=\"" NS_METINF "\">", name);
	buf_xml(out, value);
	buf_printf(out, "</%s>", name);
}

static void
uri_write(
    struct buf *out, const char *name, const char *uri, const char *loc_name)
{
	if (uri == NULL)
		return;
	buf_printf(out, "<%s>", name);
	text_write(out, "LocURI", uri);
	text_write(out, "LocName", loc_name);
	buf_printf(out, "</%s>", name);
}

static void
item_meta_write(struct parts *p, const struct syncml_item *i, unsigned shape)
{
	int outside = (shape & SHAPE_TYPE_OUTSIDE) && i->type != NULL;
	struct buf meta = { 0 };

	meta_write(&meta, "Format", i->format, shape);
	if (!outside)
		meta_write(&meta, "Type", i->type, shape);
	meta_write(&meta, "Mark", i->mark, shape);
	meta_write(&meta, "Size", i->size, shape);
	if (outside)
		meta_write(part_next(p), "Type", i->type, shape);
	if (meta.len > 0)
		buf_printf(part_next(p), "<Meta>%s</Meta>", meta.data);
	buf_free(&meta);
}

static void
item_write(struct buf *out, const struct syncml_item *i, unsigned shape)
{
	struct parts *p = xcalloc(1, sizeof(*p));

	parts_open(p, shape);
	uri_write(part_next(p), "Target", i->target, NULL);
	uri_write(part_next(p), "Source", i->source, NULL);
	item_meta_write(p, i, shape);
	text_write(part_next(p), "Data", i->data);
	if (i->more_data)
		buf_puts(part_next(p), "<MoreData/>");
	buf_puts(out, "<Item>");
	parts_close(p, out);
	buf_puts(out, "</Item>");
	free(p);
}

static void
proof_write(struct buf *out, const char *name, const struct syncml_proof *p,
    unsigned shape)
{
	if (p == NULL)
		return;
	buf_printf(out, "<%s><Meta>", name);
	meta_write(out, "Format", p->format, shape);
	meta_write(out, "Type", p->type, shape);
	meta_write(out, "NextNonce", p->nonce, shape);
	buf_puts(out, "</Meta>");
	text_write(out, "Data", p->data);
	buf_printf(out, "</%s>", name);
}

static void
data_write(struct buf *out, const struct syncml_command *c, unsigned shape)
{
	if (c->original_error == NULL || !(shape & SHAPE_MSFT)) {
		text_write(out, "Data", c->data);
		return;
	}
	buf_printf(out, "<Data msft:originalerror=\"%s\">", c->original_error);
	buf_xml(out, c->data);
	buf_puts(out, "</Data>");
}

static void
command_write(struct buf *out, const struct syncml_command *c, unsigned shape)
{
	struct parts *p = xcalloc(1, sizeof(*p));
	const struct syncml_command *child;
	const struct syncml_item *i;

	parts_open(p, shape);
	text_write(part_next(p), "CmdID", c->cmd_id);
	text_write(part_next(p), "MsgRef", c->msg_ref);
	text_write(part_next(p), "CmdRef", c->cmd_ref);
	text_write(part_next(p), "Cmd", c->cmd);
	text_write(part_next(p), "TargetRef", c->target_ref);
	text_write(part_next(p), "SourceRef", c->source_ref);
	proof_write(part_next(p), "Chal", c->chal, shape);
	data_write(part_next(p), c, shape);
	for (i = c->items; i != NULL; i = i->next)
		item_write(part_next(p), i, shape);
	for (child = c->children; child != NULL; child = child->next)
		command_write(part_next(p), child, shape);
	buf_printf(out, "<%s>", c->name);
	parts_close(p, out);
	buf_printf(out, "</%s>", c->name);
	free(p);
}

static void
header_write(struct buf *out, const struct syncml_message *m, unsigned shape)
{
	struct buf meta = { 0 };

	buf_puts(out, "<SyncHdr>"
		      "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>");
	text_write(out, "SessionID", m->session_id);
	text_write(out, "MsgID", m->msg_id);
	uri_write(out, "Target", m->target, NULL);
	uri_write(out, "Source", m->source, m->source_name);
	proof_write(out, "Cred", m->cred, shape);
	meta_write(&meta, "MaxMsgSize", m->max_msg_size, shape);
	meta_write(&meta, "MaxObjSize", m->max_obj_size, shape);
	if (meta.len > 0)
		buf_printf(out, "<Meta>%s</Meta>", meta.data);
	buf_puts(out, "</SyncHdr>");
	buf_free(&meta);
}

void
syncml_write(struct buf *out, const struct syncml_message *m, unsigned shape)
{
	const struct syncml_command *c;

	if (shape & (SHAPE_DECLARATION | SHAPE_UTF16))
		buf_printf(out, "<?xml version=\"1.0\" encoding=\"%s\"?>",
		    shape & SHAPE_UTF16 ? "UTF-16" : "UTF-8");
	buf_printf(out, "<SyncML xmlns=\"%s\">",
	    shape & SHAPE_OLD_NAMESPACE ? NS_SYNCML_OLD : NS_SYNCML);
	header_write(out, m, shape);
	buf_puts(out, shape & SHAPE_MSFT ? "<SyncBody xmlns:msft=\"" NS_MSFT
					   "\">"
					 : "<SyncBody>");
	for (c = m->commands; c != NULL; c = c->next)
		command_write(out, c, shape);
	if (m->final)
		buf_puts(out, "<Final/>");
	buf_puts(out, "</SyncBody></SyncML>");
}

/* Little-endian with its mark; only what fits into one unit. */
static void
utf16_write(struct buf *out, const struct buf *text)
{
	const unsigned char *p = (const unsigned char *)text->data;
	const unsigned char *end = p + text->len;

	buf_add(out, "\xff\xfe", 2);
	while (p < end) {
		unsigned c = *p++;
		unsigned char unit[2];
		int more = c < 0xc0 ? 0 : c < 0xe0 ? 1 : 2;

		c &= more == 0 ? 0x7fU : more == 1 ? 0x1fU : 0x0fU;
		for (; more > 0 && p < end; more--)
			c = c << 6 | (*p++ & 0x3fU);
		unit[0] = (unsigned char)c;
		unit[1] = (unsigned char)(c >> 8);
		buf_add(out, unit, 2);
	}
}

void
syncml_dress(struct buf *text, unsigned shape)
{
	struct buf out = { 0 };

	if (shape & SHAPE_UTF16) {
		utf16_write(&out, text);
	} else {
		if (shape & SHAPE_BOM)
			buf_puts(&out, "\xef\xbb\xbf");
		if (shape & SHAPE_SPACE)
			buf_puts(&out, "\r\n \t");
		buf_add(&out, text->data, text->len);
	}
	buf_free(text);
	*text = out;
}
