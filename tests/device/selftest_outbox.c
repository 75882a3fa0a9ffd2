/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "selftest.h"

#define BIG "./Vendor/MSFT/Simulator/Big"
#define METINF " xmlns=\"syncml:metinf\""
#define CHUNK(size, data, more)                                                \
	"<Replace><CmdID>2</CmdID><Item><Target><LocURI>" BIG                  \
	"</LocURI></Target>" size "<Data>" data "</Data>" more                 \
	"</Item></Replace>"
#define SIZE(n) "<Meta><Size" METINF ">" n "</Size></Meta>"
#define MORE "<MoreData/>"

/* A value with characters of one to three bytes, and some to be escaped. */
static void
big_value(struct buf *out)
{
	int i;

	for (i = 0; i < 700; i++)
		buf_puts(out, i % 5 == 0 ? "<\xc3\xa4>"
					 : "\xe2\x82\xac"
					   "b&c");
}

/* What a message carries of the object; 1 when more follows. */
static int
chunk_collect(const struct syncml_message *m, struct buf *out, long *size)
{
	const struct syncml_command *c;
	const struct syncml_item *i;

	for (c = m->commands; c != NULL; c = c->next)
		for (i = c->items; i != NULL; i = i->next) {
			if (i->source == NULL || strcmp(i->source, BIG) != 0)
				continue;
			if (i->size != NULL && out->len > 0)
				check(0, "Size stands in a later chunk");
			if (i->size != NULL)
				str_number(i->size, 0, 1L << 30, size);
			buf_puts(out, i->data);
			check(!i->more_data || c->next == NULL,
			    "something follows a chunk");
			if (i->more_data)
				return 1;
		}
	return 0;
}

static void
answer_next(struct session *s, struct syncml_message *m)
{
	struct syncml_message asked;

	message_parse(
	    "", "<Alert><CmdID>9</CmdID><Data>1222</Data></Alert>", &asked);
	syncml_free(m);
	s->msg_id++;
	package_answer(s, &asked, m);
	outbox_cut(s, m);
	syncml_free(&asked);
}

/* The object goes out in chunks, none of the messages longer than allowed. */
static void
chunks_check(int wbxml, size_t limit)
{
	struct options o = { .login = "user", .verbosity = -1 };
	struct buf value = { 0 }, whole = { 0 }, body = { 0 };
	struct syncml_message asked, m = { 0 };
	struct session s;
	struct device d;
	int messages = 1;
	long size = 0;

	plan_defaults(&o.plan);
	o.plan.max_message = (long)limit;
	captured_open(&s, &d, &o);
	s.wbxml = wbxml;
	s.msg_id = 2;
	big_value(&value);
	csp_set(s.tree, BIG, value.data);
	message_parse("",
	    "<Get><CmdID>2</CmdID><Item><Target><LocURI>" BIG
	    "</LocURI></Target></Item><Item><Target><LocURI>./DevDetail/SwV"
	    "</LocURI></Target></Item></Get><Final/>",
	    &asked);
	package_answer(&s, &asked, &m);
	outbox_cut(&s, &m);
	while (chunk_collect(&m, &whole, &size) || s.rest != NULL) {
		check(!m.final, "Final stands before the last chunk");
		buf_reset(&body);
		message_encode(&s, &m, &body);
		check(body.len <= limit, "a message of %zu bytes", body.len);
		answer_next(&s, &m);
		messages++;
	}
	check(m.final, "the last message has no Final");
	check(messages > 2, "there were %d messages", messages);
	check((size_t)size == value.len, "Size %ld, not %zu", size, value.len);
	check(whole.len == value.len &&
		  memcmp(whole.data, value.data, value.len) == 0,
	    "the chunks are not the object");
	syncml_free(&asked);
	syncml_free(&m);
	buf_free(&value);
	buf_free(&whole);
	buf_free(&body);
	captured_close(&s);
}

/* clang-format off */
static const struct {
	const char *bodies[4];
	const char *due;   /* the answers to the last one */
	const char *value; /* NULL: not there */
	unsigned failures;
} objects[] = {
 { { CHUNK(SIZE("4"), "ab", MORE), CHUNK("", "cd", "") }, "S2:200", "abcd", 0 },
 { { CHUNK(SIZE("4"), "ab", MORE) }, "S2:213 A1222", NULL, 0 },
 { { CHUNK(SIZE("6"), "ab", MORE), CHUNK("", "cd", MORE),
     CHUNK("", "ef", "") }, "S2:200", "abcdef", 0 },
 { { CHUNK(SIZE("5"), "ab", MORE), CHUNK("", "cd", "") }, "S2:424", NULL, 1 },
 { { CHUNK(SIZE("3"), "ab", MORE), CHUNK("", "cd", "") }, "S2:424", NULL, 1 },
 { { CHUNK(SIZE("3"), "abc", MORE) }, "S2:424", NULL, 1 },
 { { CHUNK("", "ab", MORE) }, "S2:411", NULL, 1 },
 { { CHUNK(SIZE("4"), "ab", MORE), CHUNK(SIZE("4"), "cd", "") }, "S2:200",
   "abcd", 1 },
 { { CHUNK(SIZE("2000"), "ab", MORE) }, "S2:213 A1222", NULL, 1 },
 { { CHUNK(SIZE("4"), "ab", MORE),
     "<Alert><CmdID>2</CmdID><Data>1222</Data></Alert><Final/>" },
   "A1225:- S2:200", NULL, 1 },
};
/* clang-format on */

static void
object_run(size_t i)
{
	struct options o = { .login = "user", .verbosity = -1, .hush = 1 };
	struct syncml_message asked, answer = { 0 };
	struct buf text = { 0 };
	struct session s;
	struct device d;
	const char *value;
	size_t j;

	plan_set(&o, "max-object=1000");
	plan_take(&o.plan, "large-objects", NULL);
	captured_open(&s, &d, &o);
	for (j = 0; objects[i].bodies[j] != NULL; j++) {
		message_parse("", objects[i].bodies[j], &asked);
		syncml_free(&answer);
		package_answer(&s, &asked, &answer);
		syncml_free(&asked);
	}
	message_describe(&text, &answer);
	check_text(objects[i].bodies[0], text.data, objects[i].due);
	value = csp_value(s.tree, BIG);
	check_text(BIG, value == NULL ? "none" : value,
	    objects[i].value == NULL ? "none" : objects[i].value);
	check(d.r.failures == objects[i].failures, "object %zu: %u failures", i,
	    d.r.failures);
	check_text("LrgObj", csp_value(s.tree, "./DevDetail/LrgObj"), "true");
	buf_free(&text);
	syncml_free(&answer);
	captured_close(&s);
}

/* A package in parts: so many commands in each, the end in the last. */
static void
test_parts(void)
{
	struct options o = { .login = "user", .verbosity = -1 };
	struct syncml_message m = { 0 };
	struct buf text = { 0 };
	struct session s;
	struct device d;

	plan_set(&o, "do=parts=2");
	captured_open(&s, &d, &o);
	package_first(&s, &m);
	outbox_cut(&s, &m);
	message_describe(&text, &m);
	check_text("the first part", text.data, "A1201 A1224");
	check(!m.final, "the first part has a Final");
	answer_next(&s, &m);
	buf_reset(&text);
	message_describe(&text, &m);
	check(str_starts(text.data, "S9:200 R:"), "the second: %s", text.data);
	check(m.final && s.rest == NULL, "the second part is the last");
	syncml_free(&m);
	buf_free(&text);
	captured_close(&s);
}

/* The Results of one message stand again in the next. */
static void
test_repetition(void)
{
	struct options o = { .login = "user", .verbosity = -1 };
	struct syncml_message asked, m = { 0 };
	struct buf text = { 0 };
	struct session s;
	struct device d;

	plan_set(&o, "do=results-repeated");
	captured_open(&s, &d, &o);
	message_parse("",
	    "<Get><CmdID>2</CmdID><Item><Target><LocURI>./DevDetail/LrgObj"
	    "</LocURI></Target></Item></Get>",
	    &asked);
	package_answer(&s, &asked, &m);
	syncml_free(&asked);
	answer_next(&s, &m);
	message_describe(&text, &m);
	check_text("repeated", text.data, "S9:200 R2:false");
	syncml_free(&m);
	buf_free(&text);
	captured_close(&s);
}

void
selftest_outbox(void)
{
	size_t i;

	chunks_check(0, 1800);
	chunks_check(0, 4000);
	chunks_check(1, 700);
	chunks_check(1, 1511);
	for (i = 0; i < COUNT(objects); i++)
		object_run(i);
	test_parts();
	test_repetition();
}
