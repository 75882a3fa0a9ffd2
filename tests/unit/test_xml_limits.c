/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/xml.h"

/* Everything is open below the document: what counts is limits, encodings. */
struct doc {
	char *text;
};

enum { DOC = XML_ROOT + 1, LEAF };

static const struct xml_rule rules[] = {
	{ XML_IN(XML_ROOT), DOC, "d", XML_REQUIRED | XML_OPEN },
	{ XML_IN(DOC), LEAF, "t", XML_TEXT, 1 << 20,
	    offsetof(struct doc, text) },
};
static const struct xml_grammar grammar = { rules, COUNT(rules), NULL, 0 };

static const char *
refused_bytes(struct doc *d, const char *in, size_t len)
{
	static struct xml_error e;

	*d = (struct doc){ 0 };
	return xml_read(unit_arena, &grammar, d, in, len, &e) == 0 ? NULL
								   : e.reason;
}

static const char *
refused(const char *in)
{
	struct doc d;

	return refused_bytes(&d, in, strlen(in));
}

static void
wants(const char *what, const char *in, const char *reason)
{
	const char *got = refused(in);

	if (reason == NULL && got != NULL)
		unit_wrong(what, "refused: %s", got);
	if (reason != NULL && (got == NULL || strstr(got, reason) == NULL))
		unit_wrong(what, "got %s", got == NULL ? "accepted" : got);
	arena_reset(unit_arena);
}

static char *
nested(size_t levels)
{
	return unit_printf("<d>%s%s</d>", unit_repeat("<x>", levels - 1),
	    unit_repeat("</x>", levels - 1));
}

/* Refused always: more than 32 levels, 32 attributes, ... */
static void
test_limits(void **state)
{
	char *n256 = unit_repeat("n", 256), *many = unit_printf("%s", "");

	(void)state;
	wants("31 levels", nested(31), NULL);
	wants("32 levels", nested(32), NULL);
	wants("33 levels", nested(33), "deep");
	wants("10000 levels", nested(10000), "deep");
	for (int i = 1; i <= 32; i++)
		many = unit_printf("%s a%d='%d'", many, i, i);
	wants("32 attributes", unit_printf("<d%s/>", many), NULL);
	wants("33 attributes", unit_printf("<d%s b=''/>", many), "attributes");
	wants("33 attributes deeper",
	    unit_printf("<d><x><y%s b=''/></x></d>", many), "attributes");
	wants("20000 elements",
	    unit_printf("<d>%s</d>", unit_repeat("<x/>", 19999)), NULL);
	wants("20001 elements",
	    unit_printf("<d>%s</d>", unit_repeat("<x/>", 20000)), "elements");
	wants("a name of 256", unit_printf("<d><%s/></d>", n256), NULL);
	wants("a name of 257", unit_printf("<d><%sn/></d>", n256), "name");
	wants("an attribute's name of 256", unit_printf("<d %s=''/>", n256),
	    NULL);
	wants("an attribute's name of 257", unit_printf("<d %sn=''/>", n256),
	    "name");
	wants("a value may be longer",
	    unit_printf("<d a='%s'/>", unit_repeat("v", 5000)), NULL);
	unit_done();
}

/* A message that fits into no arena is refused, and says so. */
static void
test_memory(void **state)
{
	char *in = unit_printf("<d><t>%s</t></d>", unit_repeat("x", 500000));
	struct xml_error e;
	struct doc d;

	(void)state;
	for (size_t limit = 16384; limit < 4000000; limit *= 2) {
		struct arena *a = arena_new(limit);
		int rc = xml_read(a, &grammar, &d, in, strlen(in), &e);

		if (rc == -1 && strstr(e.reason, "too large") == NULL)
			unit_wrong("reason", "%s", e.reason);
		if (rc == 0)
			assert_int_equal(strlen(d.text), 500000);
		if (limit < 500000)
			assert_int_equal(rc, -1);
		arena_free(a);
	}
	unit_done();
}

#define BYTES(s) (s), sizeof(s) - 1

/* reason NULL: the text is what stands in text. */
static const struct {
	const char *what;
	const char *in;
	size_t len;
	const char *text;
} encodings[] = {
	{ "UTF-8", BYTES("<d><t>\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80</t></d>"),
	    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
	{ "UTF-8 with its mark", BYTES("\xef\xbb\xbf<d><t>x</t></d>"), "x" },
	{ "UTF-8 declared",
	    BYTES("<?xml version='1.0' encoding='UTF-8'?><d><t>x</t></d>"),
	    "x" },
	{ "utf-8 declared",
	    BYTES("<?xml version='1.0' encoding='utf-8'?><d><t>x</t></d>"),
	    "x" },
	{ "UTF-16LE not declared",
	    BYTES("\xff\xfe<\0d\0>\0<\0t\0>\0\xe4\0\xac\x20=\xd8\x00\xde<\0/"
		  "\0t\0>\0<\0/\0d\0>\0"),
	    NULL },
	{ "UTF-16BE not declared",
	    BYTES("\xfe\xff\0<\0d\0>\0<\0t\0>\0\xe4\x20\xac\xd8=\xde\x00\0<\0/"
		  "\0t\0>\0<\0/\0d\0>"),
	    NULL },
	{ "UTF-16 declared, in UTF-8",
	    BYTES("<?xml version='1.0' encoding='UTF-16'?><d/>"), NULL },
	{ "Latin-1 declared",
	    BYTES("<?xml version='1.0' encoding='ISO-8859-1'?><d/>"), NULL },
	{ "Latin-1 declared and used",
	    BYTES("<?xml version='1.0' encoding='ISO-8859-1'?><d><t>\xe4</t>"
		  "</d>"),
	    NULL },
	{ "ASCII declared",
	    BYTES("<?xml version='1.0' encoding='US-ASCII'?><d/>"), NULL },
	{ "Windows-1252 declared",
	    BYTES("<?xml version='1.0' encoding='windows-1252'?><d/>"), NULL },
	{ "UTF-7 declared",
	    BYTES("<?xml version='1.0' encoding='UTF-7'?>+ADw-d/+AD4-"), NULL },
	{ "UTF-32 with its mark",
	    BYTES("\xff\xfe\0\0<\0\0\0d\0\0\0/\0\0\0>\0\0\0"), NULL },
	{ "Latin-1 undeclared", BYTES("<d><t>\xe4</t></d>"), NULL },
	{ "overlong, 2", BYTES("<d><t>\xc0\xbc</t></d>"), NULL },
	{ "overlong NUL", BYTES("<d><t>\xc0\x80</t></d>"), NULL },
	{ "overlong, 3", BYTES("<d><t>\xe0\x80\xbc</t></d>"), NULL },
	{ "overlong, 4", BYTES("<d><t>\xf0\x80\x80\xbc</t></d>"), NULL },
	{ "a surrogate", BYTES("<d><t>\xed\xa0\x80</t></d>"), NULL },
	{ "beyond Unicode", BYTES("<d><t>\xf4\x90\x80\x80</t></d>"), NULL },
	{ "five bytes", BYTES("<d><t>\xf8\x88\x80\x80\x80</t></d>"), NULL },
	{ "0xff", BYTES("<d><t>\xff</t></d>"), NULL },
	{ "a lone continuation", BYTES("<d><t>\x80</t></d>"), NULL },
	{ "cut in a character", BYTES("<d><t>\xe2\x82</t></d>"), NULL },
	{ "cut at the end", BYTES("<d><t>\xe2\x82"), NULL },
	{ "U+FFFE", BYTES("<d><t>\xef\xbf\xbe</t></d>"), NULL },
	{ "U+FFFF", BYTES("<d><t>\xef\xbf\xbf</t></d>"), NULL },
	{ "a NUL", BYTES("<d><t>a\0b</t></d>"), NULL },
	{ "a NUL behind", BYTES("<d><t>a</t></d>\0"), NULL },
	{ "a control byte", BYTES("<d><t>\x01</t></d>"), NULL },
	{ "an escape", BYTES("<d><t>\x1b</t></d>"), NULL },
	{ "half a surrogate pair, UTF-16LE",
	    BYTES("\xff\xfe<\0d\0>\0<\0t\0>\0=\xd8<\0/\0t\0>\0<\0/\0d\0>\0"),
	    NULL },
	{ "half a character, UTF-16LE", BYTES("\xff\xfe<\0d\0/\0>\0<"), NULL },
};

static void
test_encodings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(encodings); i++) {
		const char *what = encodings[i].what, *why;
		struct doc d;

		why = refused_bytes(&d, encodings[i].in, encodings[i].len);
		if (encodings[i].text == NULL) {
			if (why == NULL)
				unit_wrong(what, "accepted");
		} else if (why != NULL)
			unit_wrong(what, "refused: %s", why);
		else
			unit_same(what, d.text, encodings[i].text);
		arena_reset(unit_arena);
	}
	unit_done();
}

/* As Windows would write UTF-16, if ever: with its mark and declared. */
static void
test_utf16(void **state)
{
	static const char text[] =
	    "<?xml version='1.0' encoding='UTF-16'?><d><t>x</t></d>";
	char wide[2 + 2 * sizeof(text)];

	(void)state;
	for (int big = 0; big <= 1; big++) {
		size_t n = 0;
		struct doc d;

		memcpy(wide, big ? "\xfe\xff" : "\xff\xfe", 2);
		for (n = 0; n < sizeof(text) - 1; n++) {
			wide[2 + 2 * n + (big ? 1 : 0)] = text[n];
			wide[2 + 2 * n + (big ? 0 : 1)] = '\0';
		}
		assert_null(refused_bytes(&d, wide, 2 + 2 * n));
		assert_string_equal(d.text, "x");
	}
}

/* Text that comes in many small parts, at each place of the reader's buffer. */
static void
test_parts(void **state)
{
	char *in = unit_printf(
	    "<d><t>%s</t></d>", unit_repeat("a&amp;\r\n\xe2\x82\xac", 5000));
	struct doc d;

	(void)state;
	assert_null(refused_bytes(&d, in, strlen(in)));
	assert_string_equal(d.text, unit_repeat("a&\n\xe2\x82\xac", 5000));
}

/* Hostile bodies cost about what honest ones of that size cost. */
static void
test_wide(void **state)
{
	char *many = unit_printf("<d>%s</d>", unit_repeat("<x/>", 19998));
	char *names = unit_repeat("<x a='1' b='2' c='3' d='4'/>", 19998);

	(void)state;
	wants("many", many, NULL);
	wants("attributes", unit_printf("<d>%s</d>", names), NULL);
	wants("declarations",
	    unit_printf("<d>%s</d>", unit_repeat("<x xmlns:a='u'/>", 19998)),
	    NULL);
	unit_done();
}

/* The events of another reader: names as in a rule, positions of its own. */
static void
where(void *context, char *at, size_t size)
{
	snprintf(at, size, "%s", (const char *)context);
}

static void
test_events(void **state)
{
	static char here[] = "7:7";
	const struct xml_source source = { here, where, NULL };
	const char *none[] = { NULL };
	struct xml_error e;
	struct doc d = { 0 };
	struct xml *x = xml_begin(unit_arena, &grammar, &d, &source, &e);

	(void)state;
	xml_start(x, "d", none);
	xml_start(x, "t", none);
	xml_text(x, "a\0b", 1);
	xml_text(x, "cd", 2);
	xml_end(x);
	xml_end(x);
	assert_false(xml_failed(x));
	assert_string_equal(d.text, "acd");
	x = xml_begin(unit_arena, &grammar, &d, &source, &e);
	xml_start(x, "d", none);
	xml_start(x, "t", none);
	xml_start(x, "u", none);
	assert_true(xml_failed(x));
	/* After a failure events have no effect. */
	xml_start(x, "t", none);
	xml_text(x, "z", 1);
	for (int i = 0; i < 5; i++)
		xml_end(x);
	assert_string_equal(e.at, "7:7");
	assert_string_equal(e.reason, "u not expected here");
	assert_string_equal(d.text, "acd");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_limits),
		UNIT_TEST(test_memory),
		UNIT_TEST(test_encodings),
		UNIT_TEST(test_utf16),
		UNIT_TEST(test_parts),
		UNIT_TEST(test_wide),
		UNIT_TEST(test_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
