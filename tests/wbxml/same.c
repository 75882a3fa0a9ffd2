/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../common/arena.h"
#include "../../common/buf.h"
#include "../../common/check.h"
#include "../../common/syncml.h"
#include "../../common/wbxml.h"
#include "../../common/xml.h"
#include "convert.h"

/*
 * syncml_read() calls xml_read(); the linker is told to bring the call here
 * instead, so that its own grammar meets either encoding.
 */
int __real_xml_read(struct arena *, const struct xml_grammar *, void *,
    const char *, size_t, struct xml_error *);
int __wrap_xml_read(struct arena *, const struct xml_grammar *, void *,
    const char *, size_t, struct xml_error *);

static int reads_wbxml;

int
__wrap_xml_read(struct arena *a, const struct xml_grammar *g, void *msg,
    const char *data, size_t len, struct xml_error *e)
{
	return reads_wbxml ? wbxml_read(a, g, msg, data, len, e)
			   : __real_xml_read(a, g, msg, data, len, e);
}

static void
read_message(struct arena *a, const struct record *r, int wbxml,
    struct syncml_message *m)
{
	const struct http_request request = { .body = r->data,
		.body_len = r->len };
	struct fault f = { 0 };
	int bad;

	*m = (struct syncml_message){ 0 };
	reads_wbxml = wbxml;
	bad = syncml_read(a, &request, m, &f);
	reads_wbxml = 0;
	if (bad)
		errx(1, "%s: %s: %s", wbxml ? "WBXML" : "XML", f.at, f.reason);
}

static void
line(struct buf *b, size_t depth, const char *name, const char *value)
{
	if (value != NULL)
		buf_printf(b, "%*s%s=[%s]\n", (int)depth, "", name, value);
}

static void
dump_item(struct buf *b, size_t depth, const struct syncml_item *i)
{
	buf_printf(b, "%*sItem\n", (int)depth++, "");
	line(b, depth, "Source", i->source);
	line(b, depth, "Target", i->target);
	line(b, depth, "Format", i->format);
	line(b, depth, "Type", i->type);
	line(b, depth, "Mark", i->mark);
	line(b, depth, "Data", i->data);
}

static void
dump_command(struct buf *b, size_t depth, const struct syncml_command *c)
{
	const struct syncml_command *child;
	const struct syncml_item *i;

	buf_printf(b, "%*s%s\n", (int)depth++, "", c->name);
	line(b, depth, "CmdID", c->cmd_id);
	line(b, depth, "MsgRef", c->msg_ref);
	line(b, depth, "CmdRef", c->cmd_ref);
	line(b, depth, "Cmd", c->cmd);
	line(b, depth, "Data", c->data);
	line(b, depth, "Format", c->format);
	line(b, depth, "Type", c->type);
	for (i = c->items; i != NULL; i = i->next)
		dump_item(b, depth, i);
	for (child = c->children; child != NULL; child = child->next)
		dump_command(b, depth, child);
}

char *
same_dump(struct arena *a, const struct record *r, int wbxml)
{
	const struct syncml_command *c;
	struct syncml_message m;
	struct buf b;

	read_message(a, r, wbxml, &m);
	buf_init(&b, a);
	buf_printf(&b, "%s %s %s %s %d\n", m.session_id, m.msg_id_text,
	    m.target, m.source, m.final);
	for (c = m.commands; c != NULL; c = c->next)
		dump_command(&b, 0, c);
	CHECK(!b.failed);
	return b.data;
}

/* Nothing of the grammar but the document element: the cost of reading. */
static void
read_bare(struct arena *a, const struct record *r, int wbxml)
{
	static const struct xml_rule rules[] = { { XML_IN(XML_ROOT), 1,
	    "SYNCML:SYNCML1.2" XML_SEP "SyncML", XML_OPEN } };
	static const struct xml_grammar g = { rules, 1, NULL, 0 };
	struct xml_error e;
	int msg = 0;

	CHECK((wbxml ? wbxml_read : __real_xml_read)(
		  a, &g, &msg, r->data, r->len, &e) == 0);
}

/* An answer: three statuses and twenty commands. */
static void
write_answer(struct arena *a, const struct record *r, int wbxml)
{
	char session[] = "1", device[] = "./device",
	     server[] = "https://manage.test/MDM.svc";
	const struct syncml_message to = { .session_id = session,
		.msg_id = 1,
		.source = device,
		.target = server };
	const struct syncml_item item = { .format = "chr",
		.type = "text/plain",
		.target = "./Vendor/MSFT/Policy/Config/Area/Name",
		.data = "some value" };
	struct xw w;
	int i;

	(void)r;
	if (wbxml)
		xw_init_wbxml(&w, a);
	else
		xw_init(&w, a);
	syncml_open(&w, &to, 1, NULL, NULL);
	for (i = 0; i < 3; i++) {
		const struct syncml_status status = { i + 1, "1", "1", "Alert",
			NULL, 200, { NULL } };

		syncml_status(&w, &status);
	}
	for (i = 0; i < 20; i++) {
		syncml_command_open(&w, "Replace", "4");
		syncml_item(&w, &item);
		syncml_command_close(&w);
	}
	syncml_close(&w, 1);
	CHECK(!w.out.failed);
}

static void
read_all(struct arena *a, const struct record *r, int wbxml)
{
	struct syncml_message m;

	read_message(a, r, wbxml, &m);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Nanoseconds of processor a message, the least of a few rounds. */
static double
measure(void (*f)(struct arena *, const struct record *, int),
    const struct record *r, size_t n, int wbxml)
{
	struct arena *a = arena_new((size_t)64 << 20);
	double began, took, least = 0;
	size_t i;
	int round;

	for (round = 0; round < 5; round++) {
		began = seconds();
		for (i = 0; i < n; i++) {
			f(a, &r[i], wbxml);
			arena_reset(a);
		}
		took = (seconds() - began) / (double)n * 1e9;
		if (round == 0 || took < least)
			least = took;
	}
	arena_free(a);
	return least;
}

static double
mean_len(const struct record *r, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += (double)r[i].len;
	return sum / (double)n;
}

static void
print(const char *what, double xml, double wbxml)
{
	printf("%-28s %10.0f %10.0f %6.2f\n", what, xml, wbxml, xml / wbxml);
}

void
same_time(const struct record *xml, const struct record *wbxml, size_t n)
{
	printf(
	    "%zu messages%16s %10s %10s %6s\n", n, "", "XML", "WBXML", "ratio");
	print("bytes", mean_len(xml, n), mean_len(wbxml, n));
	print("ns, syncml_read", measure(read_all, xml, n, 0),
	    measure(read_all, wbxml, n, 1));
	print("ns, reader alone", measure(read_bare, xml, n, 0),
	    measure(read_bare, wbxml, n, 1));
	print("ns, 20 commands written", measure(write_answer, xml, n, 0),
	    measure(write_answer, xml, n, 1));
}
