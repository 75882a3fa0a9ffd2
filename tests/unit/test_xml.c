/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/xml.h"

/* A grammar of the test's own, with each kind of rule. */
struct item {
	struct item *next;
	char *value;
	char *kind; /* an attribute */
};

struct doc {
	char *first;
	char *trimmed;
	char *known;
	char *checked;
	struct item *items, **last;
	unsigned parent;	 /* of known */
	unsigned checked_parent; /* as its end saw it */
	int others;		 /* of any name */
};

enum { DOC = XML_ROOT + 1, LEAF, ITEM, BOX, BAG, OTHER };

#define U "urn:u" XML_SEP
#define IN XML_IN
#define AT(f) offsetof(struct doc, f)

static void *
item_start(struct xml *x, void *in, const char **atts)
{
	struct item *item = xml_alloc(x, sizeof(*item));
	struct doc *d = in;

	if (item == NULL)
		return NULL;
	if (xml_attr(atts, "kind") != NULL)
		item->kind = xml_strdup(x, xml_attr(atts, "kind"));
	if (d->last == NULL)
		d->last = &d->items;
	*d->last = item;
	d->last = &item->next;
	return item;
}

static int
checked_end(struct xml *x, void *in, char *text)
{
	struct doc *d = in;

	if (strcmp(text, "bad") == 0)
		return xml_fail(x, "%s is bad", xml_local(x));
	d->checked = text;
	d->checked_parent = xml_parent(x);
	return 0;
}

static void *
other_start(struct xml *x, void *in, const char **atts)
{
	struct doc *d = in;

	(void)x, (void)atts;
	d->others++;
	return in;
}

static void *
parent_start(struct xml *x, void *in, const char **atts)
{
	struct doc *d = in;

	(void)atts;
	d->parent = xml_parent(x);
	return in;
}

/* clang-format off */
static const struct xml_rule rules[] = {
 { IN(XML_ROOT), DOC,  U "doc",     XML_REQUIRED },
 { IN(DOC),      LEAF, U "first",   XML_REQUIRED | XML_TEXT, 8, AT(first) },
 { IN(DOC),      LEAF, U "trim",    XML_TEXT | XML_TRIM, 8, AT(trimmed) },
 { IN(DOC),      LEAF, U "checked", XML_TEXT, 8, 0, NULL, checked_end },
 { IN(DOC),      LEAF, U "empty",   0 },
 { IN(DOC),      ITEM, U "item",    XML_MANY, 0, 0, item_start },
 { IN(ITEM),     LEAF, U "value",   XML_REQUIRED | XML_TEXT, 8, offsetof(struct item, value) },
 { IN(DOC) | IN(BOX), BOX, U "box", XML_OPEN },
 { IN(BOX),      LEAF, U "known",   XML_TEXT, 8, AT(known), parent_start },
 { IN(DOC),      BAG,  U "bag",     0 },
 { IN(BAG),      LEAF, U "known",   XML_TEXT, 8, AT(known) },
 { IN(BAG),      OTHER, XML_ANY,    XML_MANY | XML_OPEN, 0, 0, other_start },
};
/* clang-format on */

static const struct xml_alias aliases[] = { { "urn:old", "urn:u" },
	{ "urn:u/", "urn:u" } };
static const struct xml_grammar grammar = { rules, COUNT(rules), aliases,
	COUNT(aliases) };

#define D(inside) "<doc xmlns='urn:u'>" inside "</doc>"
#define F "<first>1</first>"

/* reason NULL: read.  at NULL: somewhere. */
static const struct {
	const char *what;
	const char *in;
	const char *at;
	const char *reason;
} cases[] = {
	{ "the least", D(F), NULL, NULL },
	{ "a prefix", "<p:doc xmlns:p='urn:u'><p:first/></p:doc>", NULL, NULL },
	{ "two prefixes of one namespace",
	    "<p:doc xmlns:p='urn:u' xmlns:q='urn:u'><q:first/></p:doc>", NULL,
	    NULL },
	{ "a prefix bound anew inside",
	    "<p:doc xmlns:p='urn:u'><p:first xmlns:p='urn:x'/></p:doc>", "1:24",
	    "first not expected" },
	{ "any order", D("<trim/><item><value/></item>" F "<empty/>"), NULL,
	    NULL },
	{ "white space between", D(" \t\r\n" F "\n"), NULL, NULL },
	{ "comments and instructions",
	    "<?a b?><!-- c -->" D(F "<!--<x>-->"
				    "<?x <?>"),
	    NULL, NULL },
	{ "declaration", "<?xml version='1.0' encoding='utf-8'?>" D(F), NULL,
	    NULL },
	{ "white space before the declaration",
	    "\r\n <?xml version='1.0'?>" D(F), NULL, NULL },

	{ "no namespace", "<doc/>", "1:1", "doc not expected" },
	{ "another namespace", "<doc xmlns='urn:U'/>", "1:1",
	    "doc not expected" },
	{ "an alias", "<doc xmlns='urn:old'>" F "</doc>", NULL, NULL },
	{ "an alias inside", D("<first xmlns='urn:u/'>1</first>"), NULL, NULL },
	{ "what begins like an alias", "<doc xmlns='urn:old2'/>", "1:1",
	    "not expected" },
	{ "what an alias begins with", "<doc xmlns='urn:ol'/>", "1:1",
	    "not expected" },
	{ "another local name", D(F "<First/>"), "1:36", "First not expected" },
	{ "a rule of another state", D(F "<value/>"), "1:36",
	    "value not expected" },
	{ "the document in itself", D(F D(F)), "1:36", "doc not expected" },
	{ "a required one is missing", "<doc xmlns='urn:u'>\n</doc>", "2:1",
	    "no first in doc" },
	{ "a required one deeper", D(F "<item>\n</item>"), "2:1",
	    "no value in item" },
	{ "a required one in each", D(F "<item><value/></item><item/>"), NULL,
	    "no value in item" },
	{ "twice", D(F "\n" F), "2:1", "more than one first" },
	{ "twice, by an alias", D(F "<first xmlns='urn:old'/>"), "1:36",
	    "more than one first" },
	{ "as often as one likes",
	    D(F "<item><value/></item><item><value/></item>"), NULL, NULL },
	{ "once in each", D(F "<item><value/><value/></item>"), NULL,
	    "more than one value" },
	{ "stray text", D(F "x"), "1:36", "text not expected in doc" },
	{ "stray text in what has none", D(F "<empty>x</empty>"), NULL,
	    "text not expected in empty" },
	{ "stray text in CDATA", D(F "<![CDATA[x]]>"), NULL,
	    "text not expected" },
	{ "a stray reference", D(F "&#120;"), NULL, "text not expected" },
	{ "a no-break space is text", D(F "\xc2\xa0"), NULL,
	    "text not expected" },
	{ "an element in text", D("<first><first/></first>"), "1:27",
	    "first not expected" },
	{ "unknown in what is closed", D(F "<new/>"), "1:36",
	    "new not expected" },
	{ "unknown in what is open", D(F "<box><new>x<new/></new></box>"), NULL,
	    NULL },
	{ "known in the unknown is unknown",
	    D(F "<box><new><known>a</known><known>b</known></new></box>"), NULL,
	    NULL },
	{ "known beside the unknown, twice",
	    D(F "<box><known/><new/><known/></box>"), NULL,
	    "more than one known" },
	{ "text in what is open", D(F "<box>x</box>"), NULL,
	    "text not expected in box" },
	{ "text as long as may be", D("<first>12345678</first>"), NULL, NULL },
	{ "text too long", D("<first>123456789</first>"), NULL,
	    "first too long" },
	{ "text too long, by references", D("<first>1234567&#x20AC;</first>"),
	    NULL, "first too long" },
	{ "trimmed text as long as may be", D(F "<trim>\n  12345678 \t</trim>"),
	    NULL, NULL },
	{ "trimmed text too long", D(F "<trim> 123 56789 </trim>"), NULL,
	    "trim too long" },
	{ "white space that is not trimmed", D("<first>1234567  </first>"),
	    NULL, "first too long" },
	{ "refused by a function", D(F "\n <checked>bad</checked>"), NULL,
	    "checked is bad" },

	{ "empty", "", NULL, "no element found" },
	{ "white space", " \n ", NULL, "no element found" },
	{ "text alone", "hello", "1:1", "syntax error" },
	{ "cut", "<doc xmlns='urn:u'>", NULL, "no element found" },
	{ "two documents", D(F) D(F), "1:42", "junk after document element" },
	{ "a byte behind", D(F) "x", "1:42", "junk after document element" },
	{ "not closed", "<doc xmlns='urn:u'>\n" F "</dog>", "2:19",
	    "mismatched tag" },
	{ "an attribute twice", "<doc xmlns='urn:u' a='1' a='2'/>", NULL,
	    "duplicate attribute" },
	{ "an unbound prefix", "<p:doc/>", NULL, "unbound prefix" },
	{ "a NUL as reference", D("<first>&#0;</first>"), NULL,
	    "invalid character" },
	{ "a control byte as reference", D("<first>&#1;</first>"), NULL,
	    "invalid character" },
	{ "U+FFFE as reference", D("<first>&#xFFFE;</first>"), NULL,
	    "invalid character" },
	{ "a surrogate as reference", D("<first>&#xD800;</first>"), NULL,
	    "invalid character" },
	{ "an unknown entity", D("<first>&a;</first>"), NULL,
	    "undefined entity" },

	{ "DOCTYPE", "<!DOCTYPE doc>" D(F), NULL, "DOCTYPE" },
	{ "DOCTYPE with a subset",
	    "<!DOCTYPE doc [<!ENTITY a 'x'>]>" D("<first>&a;</first>"), NULL,
	    "DOCTYPE" },
	{ "DOCTYPE with a file",
	    "<!DOCTYPE doc [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" D(
		"<first>&a;</first>"),
	    NULL, "DOCTYPE" },
	{ "DOCTYPE with another DTD",
	    "<!DOCTYPE doc SYSTEM 'http://127.0.0.1:1/x.dtd'>" D(F), NULL,
	    "DOCTYPE" },
	{ "DOCTYPE with a parameter entity",
	    "<!DOCTYPE doc [<!ENTITY % a SYSTEM 'file:///x'> %a;]>" D(F), NULL,
	    "DOCTYPE" },
	{ "a billion laughs",
	    "<!DOCTYPE doc [<!ENTITY a 'haha'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>"
	    "<!ENTITY c '&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;'>"
	    "<!ENTITY e '&d;&d;&d;&d;&d;&d;'>]>" D("<first>&e;</first>"),
	    NULL, "DOCTYPE" },
	{ "a DOCTYPE that is cut", "<!DOCTYPE doc [", NULL, "" },
	{ "white space before a DOCTYPE", "\n\n<!DOCTYPE doc>" D(F), NULL,
	    "DOCTYPE" },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what, *want = cases[i].reason;
		struct xml_error e;
		struct doc d = { 0 };
		int rc = xml_read(unit_arena, &grammar, &d, cases[i].in,
		    strlen(cases[i].in), &e);

		if (want == NULL && rc != 0)
			unit_wrong(what, "refused: %s %s", e.at, e.reason);
		if (want == NULL)
			continue;
		if (rc != -1)
			unit_wrong(what, "accepted");
		else if (strstr(e.reason, want) == NULL)
			unit_wrong(what, "%s: %s", e.at, e.reason);
		else if (cases[i].at != NULL)
			unit_same(what, e.at, cases[i].at);
		arena_reset(unit_arena);
	}
	unit_done();
}

/* Of a message that begins with white space, too. */
static void
test_position_behind_white_space(void **state)
{
	static const char *const ins[] = { "\n\n  <doc/>", "\r\n\r\n  <doc/>" };
	struct xml_error e;
	struct doc d = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(ins); i++) {
		assert_int_equal(xml_read(unit_arena, &grammar, &d, ins[i],
				     strlen(ins[i]), &e),
		    -1);
		unit_same(ins[i], e.at, "3:3");
	}
	unit_done();
}

static struct doc
read_doc(const char *in)
{
	struct xml_error e;
	struct doc d = { 0 };

	if (xml_read(unit_arena, &grammar, &d, in, strlen(in), &e) != 0)
		fail_msg("%s: %s %s", in, e.at, e.reason);
	return d;
}

static void
test_values(void **state)
{
	struct doc d;

	(void)state;
	d = read_doc(D("<first> a&amp;b </first>"));
	assert_string_equal(d.first, " a&b ");
	assert_null(d.trimmed);
	assert_null(d.items);
	d = read_doc(D("<first/><trim/>"));
	assert_string_equal(d.first, "");
	assert_string_equal(d.trimmed, "");
	d = read_doc(D("<first/><trim> \r\n\t </trim>"));
	assert_string_equal(d.trimmed, "");
	d = read_doc(D("<first/><trim>\r\n a  b\t</trim>"));
	assert_string_equal(d.trimmed, "a  b");
	d = read_doc(D("<first/><trim>&#32;&#10;a&#9;</trim>"));
	assert_string_equal(d.trimmed, "a");
	/* Text comes in parts. */
	d = read_doc(D("<first>a<!-- b -->c<![CDATA[<d>]]>&#101;</first>"));
	assert_string_equal(d.first, "ac<d>e");
	d = read_doc(D("<first/><checked>ok</checked>"));
	assert_string_equal(d.checked, "ok");
	assert_int_equal(d.checked_parent, DOC);
	d = read_doc(D("<first/><box><box><known>k</known></box></box>"));
	assert_string_equal(d.known, "k");
	assert_int_equal(d.parent, BOX);
}

/* What no other rule of a state takes, in any namespace or none. */
static void
test_any(void **state)
{
	struct doc d;

	(void)state;
	d = read_doc(D("<first/><bag><a/><b xmlns='urn:x'><c/></b>"
		       "<known>k</known><known xmlns=''/></bag>"));
	assert_int_equal(d.others, 3);
	assert_string_equal(d.known, "k");
	d = read_doc(D("<first/><bag/>"));
	assert_int_equal(d.others, 0);
}

static void
test_objects_and_attributes(void **state)
{
	struct doc d = read_doc(
	    D("<first>f</first>"
	      "<item kind='1'><value>a</value></item>"
	      "<item p:kind='2' xmlns:p='urn:any'><value>b</value></item>"
	      "<item other='3'><value>c</value></item>"
	      "<item kinds='4' kin='5'><value>d</value></item>"));
	static const char *const kinds[] = { "1", "2", NULL, NULL };
	static const char *const values[] = { "a", "b", "c", "d" };
	struct item *item = d.items;

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++, item = item->next) {
		assert_non_null(item);
		unit_same("kind", item->kind, kinds[i]);
		unit_same("value", item->value, values[i]);
	}
	assert_null(item);
	assert_string_equal(d.first, "f");
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_cases),
		UNIT_TEST(test_position_behind_white_space),
		UNIT_TEST(test_values),
		UNIT_TEST(test_any),
		UNIT_TEST(test_objects_and_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
