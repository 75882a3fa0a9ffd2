/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/base64.h"
#include "../../common/syncml.h"
#include "../../common/xml.h"
#include "../../fcgi/expand.h"

/* Of every kind that has meant something to somebody. */
static const char *const values[] = {
	"",
	"plain",
	"a b  c",
	" blanks ",
	"\ttab\nline\r\nend\r",
	"<b>&amp;</b>",
	"</Data></Item><Exec/>",
	"]]>",
	"x]]",
	">",
	"]]><![CDATA[",
	"\"/><data id=\"x\" value=\"",
	"' or '1'='1",
	"--><!--",
	"?>",
	"$(site.other)",
	"$$(site.other)",
	"$",
	")",
	"&#0;&lt;&x;",
	"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
	"'; drop table mdm.device; --",
	"$(rm -rf /)`id`",
	"%s%n%x",
	"a\\b\\\"c",
};

struct given {
	const char *value;
	int asked;
};

static const char *
give(void *context, const char *name, const char **why)
{
	struct given *g = context;

	g->asked++;
	if (strcmp(name, "site.x") == 0)
		return g->value;
	*why = "there is no such variable";
	return NULL;
}

static const char *
run(const char *data, const char *format, const char *value, const char **why)
{
	struct given g = { value, 0 };
	const struct expand_source source = { give, &g };

	return expand(unit_arena, data, format, &source, why);
}

/* What is sent is what the device reads, in either encoding. */
static const char *
sent(const char *data, int wbxml)
{
	static char type[] = "CONTENT_TYPE=" SYNCML_WBXML;
	static char *const params[] = { type, NULL }, *const none[] = { NULL };
	char word[] = "1";
	const struct syncml_message to = {
		.session_id = word, .source = word, .target = word
	};
	const struct syncml_item item = { .target = "./a",
		.format = "chr",
		.type = "text/plain",
		.data = data };
	struct syncml_message m = { 0 };
	struct http_request r;
	struct fault f = { 0 };
	struct xw w;

	if (wbxml)
		xw_init_wbxml(&w, unit_arena);
	else
		xw_init(&w, unit_arena);
	syncml_open(&w, &to, 1, NULL, NULL);
	syncml_command_open(&w, "Replace", "1");
	syncml_item(&w, &item);
	syncml_command_close(&w);
	syncml_close(&w, 1);
	assert_false(w.out.failed);
	r = (struct http_request){ .body = w.out.data,
		.body_len = w.out.len,
		.params = wbxml ? params : none };
	if (syncml_read(unit_arena, &r, &m, &f) != 0)
		fail_msg("%s", f.reason);
	return m.commands->items->data;
}

static const char *
through(const char *what, const char *text)
{
	for (int wbxml = 0; wbxml < 2; wbxml++) {
		const char *got = sent(text, wbxml);

		if (strcmp(got != NULL ? got : "", text) != 0)
			unit_wrong(what, "sent %s, read %s", text, got);
	}
	return text;
}

/* One element of any name, whose text or attribute v is what counts. */
struct read {
	char *text;
	char *v;
};

static void *
element(struct xml *x, void *out, const char **atts)
{
	struct read *r = out;
	const char *v = xml_attr(atts, "v");

	if (v != NULL)
		r->v = xml_strdup(x, v);
	return r;
}

static int
element_end(struct xml *x, void *out, char *text)
{
	struct read *r = out;

	(void)x;
	r->text = text;
	return 0;
}

static struct read
parse(const char *what, const char *text)
{
	static const struct xml_rule any[] = { { XML_IN(XML_ROOT) | XML_IN(1),
	    1, XML_ANY, XML_MANY | XML_TEXT, 1 << 20, 0, element,
	    element_end } };
	static const struct xml_grammar g = { any, 1, NULL, 0, 8 };
	struct read r = { NULL, NULL };
	struct xml_error e;

	if (xml_read(unit_arena, &g, &r, text, strlen(text), &e) == -1)
		unit_wrong(what, "%s: %s: %s", e.at, e.reason, text);
	return r;
}

/* Places for a value in a template of XML; in the text or in v. */
static const struct {
	const char *data;
	const char *before, *behind;
	int attribute;
} slots[] = {
	{ "<e>$(site.x)</e>", "", "", 0 },
	{ " \n<e>a$(site.x)b</e>", "a", "b", 0 },
	{ "<e v=\"$(site.x)\"/>", "", "", 1 },
	{ "<e v='a$(site.x)b'/>", "a", "b", 1 },
	{ "<e v=\">$(site.x)\">t</e>", ">", "", 1 },
	{ "<e><![CDATA[$(site.x)]]></e>", "", "", 0 },
	{ "<e><![CDATA[x]]$(site.x)]></e>]]></e>", "x]]", "]></e>", 0 },
	{ "<e><![CDATA[a > ]] > $(site.x)]]></e>", "a > ]] > ", "", 0 },
	{ "<e><![CDATA[a]$(site.x)]b]]></e>", "a]", "]b", 0 },
	{ "<?xml version='1.0'?><!-- \" --><e>$(site.x)</e>", "", "", 0 },
	{ "<e a='\"'>'$(site.x)</e>", "'", "", 0 },
	{ "<e>$$($(site.x)</e>", "$(", "", 0 },
};

static void
test_xml(void **state)
{
	const char *why, *text, *want, *got;
	struct read r;

	(void)state;
	for (size_t i = 0; i < COUNT(slots); i++)
		for (size_t k = 0; k < COUNT(values); k++) {
			text = run(slots[i].data, "chr", values[k], &why);
			if (text == NULL) {
				unit_wrong(slots[i].data, "%s", why);
				continue;
			}
			r = parse(slots[i].data, through(slots[i].data, text));
			got = slots[i].attribute ? r.v : r.text;
			want = arena_printf(unit_arena, "%s%s%s",
			    slots[i].before, values[k], slots[i].behind);
			if (strcmp(got != NULL ? got : "", want) != 0)
				unit_wrong(slots[i].data, "%s, not %s, in %s",
				    got, want, text);
			assert_string_equal(
			    run(slots[i].data, "xml", values[k], &why), text);
		}
	unit_done();
}

static void
test_plain(void **state)
{
	static const char *const formats[] = { "chr", "date", "time", "float" };
	const char *why, *text, *want;
	unsigned char *bytes;
	size_t len;

	(void)state;
	for (size_t k = 0; k < COUNT(values); k++) {
		for (size_t i = 0; i < COUNT(formats); i++) {
			text = run("a$(site.x) $$(b)$(site.x)$c", formats[i],
			    values[k], &why);
			want = arena_printf(
			    unit_arena, "a%s $(b)%s$c", values[k], values[k]);
			assert_string_equal(through(values[k], text), want);
		}
		for (int bin = 0; bin < 2; bin++) {
			text = run(
			    "$(site.x)", bin ? "bin" : "b64", values[k], &why);
			assert_non_null(text);
			bytes = base64_decode(unit_arena,
			    through(values[k], text), strlen(text), &len);
			assert_int_equal(len, strlen(values[k]));
			assert_memory_equal(bytes, values[k], len);
		}
	}
	unit_done();
}

/* clang-format off */
static const struct {
	const char *data, *format, *value, *text, *why; /* one of the last */
} cases[] = {
	{ "", "chr", "x", "", NULL },
	{ "$", "chr", "x", "$", NULL },
	{ "$$(", "chr", "x", "$(", NULL },
	{ "$$$(site.x)", "chr", "v", "$$(site.x)", NULL },
	{ "$$(site.x)", "chr", "v", "$(site.x)", NULL },
	{ "$(site.x)", "int", "-17", "-17", NULL },
	{ "1$(site.x)", "int", "7", "17", NULL },
	{ "$(site.x)", "bool", "True", "True", NULL },
	{ "$(site.x)", "int", "", NULL, "not an int" },
	{ "$(site.x)", "int", "1 ", NULL, "not an int" },
	{ "$(site.x)", "int", "1;2", NULL, "not an int" },
	{ "$(site.x)", "bool", "yes", NULL, "not a bool" },
	{ "$(site.y)", "chr", "x", NULL, "$(site.y): there is no such variable" },
	{ "a$(site.x", "chr", "x", NULL, "without its end" },
	{ "$()", "chr", "x", NULL, "$(): there is no such variable" },
	{ "$(site.x)", "chr", "a\x01", NULL, "cannot carry" },
	{ "$(site.x)", "chr", "a\xff", NULL, "cannot carry" },
	{ "<$(site.x)/>", "chr", "b", NULL, "$(site.x): stands in a tag" },
	{ "<a $(site.x)='1'/>", "chr", "b", NULL, "stands in a tag" },
	{ "<a/><!-- $(site.x) -->", "xml", "b", NULL, "or a comment" },
	{ "<?a $(site.x)?><a/>", "xml", "b", NULL, "stands in" },
	{ "<!DOCTYPE $(site.x)><a/>", "xml", "b", NULL, "stands in" },
	{ "<a/><!-- > $(site.x) -->", "xml", "b", NULL, "or a comment" },
	{ "<?a > $(site.x)?><a/>", "xml", "b", NULL, "stands in" },
	{ "a < $(site.x)", "chr", "<", "a < <", NULL },
};
/* clang-format on */

static void
test_cases(void **state)
{
	const char *why, *text;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		text =
		    run(cases[i].data, cases[i].format, cases[i].value, &why);
		if (cases[i].text == NULL
			? text != NULL || strstr(why, cases[i].why) == NULL
			: text == NULL || strcmp(text, cases[i].text) != 0)
			unit_wrong(cases[i].data, "%s, %s", text, why);
	}
	unit_done();
}

/* A reason never has a value in it; and what is too large has one. */
static void
test_reasons(void **state)
{
	static const char *const formats[] = { "int", "bool", "xml" };
	const char *why, *many = "$(site.x)";
	struct given g = { "S3cr3t", 0 };
	const struct expand_source source = { give, &g };
	struct arena *small = arena_new(65536);

	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		assert_null(run("<a $(site.x) />", formats[i], "S3cr3t", &why));
		assert_null(strstr(why, "S3cr3t"));
		assert_null(
		    run("$(site.x)$(site.y)", formats[i], "S3cr3t", &why));
		assert_null(strstr(why, "S3cr3t"));
	}
	for (int i = 0; i < 11; i++)
		many = arena_printf(unit_arena, "%s%s", many, many);
	assert_null(expand(small, many, "chr", &source, &why));
	assert_non_null(strstr(why, "too large"));
	arena_free(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_xml),
		UNIT_TEST(test_plain),
		UNIT_TEST(test_cases),
		UNIT_TEST(test_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
