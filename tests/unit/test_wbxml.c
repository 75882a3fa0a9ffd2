/* SPDX-License-Identifier: ISC */
#include "wbxml_text.h"

#include "../../common/utf8.h"
#include "wbxml_vectors.h"

/* Messages and what they are as XML; or where and why they are refused. */
struct reading {
	const char *what;
	const char *in;
	const char *xml; /* NULL: refused */
	const char *at;
	const char *reason;
};

static void
check_reading(const struct reading *t)
{
	struct bytes b = bytes_of(t->in);
	struct xml_error e;
	char *xml = xml_of(b.data, b.len, &e);

	if (t->xml != NULL) {
		if (xml == NULL)
			unit_wrong(t->what, "%s: %s", e.at, e.reason);
		else
			unit_same(t->what, xml, t->xml);
	} else if (xml != NULL) {
		unit_wrong(t->what, "was read: %s", xml);
	} else {
		unit_same(t->what, e.at, t->at);
		unit_same(t->what, e.reason, t->reason);
	}
	free(b.data);
	arena_reset(unit_arena);
}

static void
check_readings(const struct reading *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_reading(&t[i]);
	unit_done();
}

#define EMPTY "<SyncML xmlns=\"SYNCML:SYNCML1.2\"/>"
#define HOLDS(inside) "<SyncML xmlns=\"SYNCML:SYNCML1.2\">" inside "</SyncML>"
#define FPI "'-//SYNCML//DTD SyncML 1.2//EN'"

static const struct reading headers[] = {
	{ "1.2", "02 A401 6A 00 2D", EMPTY },
	{ "1.1", "01 A401 6A 00 2D", EMPTY },
	{ "1.3", "03 A401 6A 00 2D", EMPTY },
	{ "1.0, without a character set", "00 A401 00 2D", EMPTY },
	{ "1.4", "04 A401 6A 00 2D", NULL, "byte 0", "version byte 04" },
	{ "2.0", "10 A401 6A 00 2D", NULL, "byte 0", "version byte 10" },
	{ "XML", "'<?xml'", NULL, "byte 0", "version byte 3C" },
	{ "SyncML 1.1", "02 9F53 6A 00 2D", EMPTY },
	{ "SyncML 1.0", "02 9F51 6A 00 2D", EMPTY },
	{ "unknown identifier", "02 01 6A 00 2D", EMPTY },
	{ "identifier with zeros", "02 8080A401 6A 00 2D", EMPTY },
	{ "MetInf", "02 A402 6A 00 2D", NULL, "byte 1",
	    "public identifier 1202 is not SyncML's" },
	{ "WML", "02 04 6A 00 2D", NULL, "byte 1",
	    "public identifier 4 is not SyncML's" },
	{ "formal 1.2", "02 00 00 6A 1E " FPI " 00 2D", EMPTY },
	{ "formal further on",
	    "02 00 01 6A 1F 00'-//SYNCML//DTD SyncML 1.1//EN' 00 2D", EMPTY },
	{ "formal 1.0, other letters",
	    "02 00 00 6A 1E '-//syncml//dtd syncml 1.0//en' 00 2D", EMPTY },
	{ "formal of 1.3",
	    "02 00 00 6A 1E '-//SYNCML//DTD SyncML 1.3//EN' 00 2D", NULL,
	    "byte 1", "public identifier 0 is not SyncML's" },
	{ "formal that is empty", "02 00 00 6A 01 00 2D", NULL, "byte 1",
	    "public identifier 0 is not SyncML's" },
	{ "formal without a table", "02 00 00 6A 00 2D", NULL, "byte 1",
	    "index 0 in a string table of 0 bytes" },
	{ "formal outside of the table", "02 00 01 6A 01 00 2D", NULL, "byte 1",
	    "index 1 in a string table of 1 bytes" },
	{ "formal without its end", "02 00 00 6A 02 '-/' 2D", NULL, "byte 1",
	    "string without end in the string table" },
	{ "no index", "02 00", NULL, "byte 2", "message ends too early" },
	{ "character set unknown", "02 A401 00 00 2D", EMPTY },
	{ "US-ASCII", "02 A401 03 00 2D", EMPTY },
	{ "ISO 8859-1", "02 A401 04 00 2D", NULL, "byte 1", "charset 4" },
	{ "UTF-16", "02 A401 8777 00 2D", NULL, "byte 1", "charset 1015" },
	{ "table that is not used", "02 A401 6A 02 'ab' 2D", EMPTY },
	{ "table longer than the message", "02 A401 6A 02 2D", NULL, "byte 1",
	    "length 2, but 1 bytes left" },
	{ "table of 4 GiB", "02 A401 6A 8FFFFFFF7F 2D", NULL, "byte 1",
	    "length 4294967295, but 1 bytes left" },
	{ "identifier over 32 bits", "02 9080808000 6A 00 2D", NULL, "byte 1",
	    "number over 32 bits" },
	{ "number of six bytes", "02 808080808001 6A 00 2D", NULL, "byte 1",
	    "number over 32 bits" },
};

static void
test_headers(void **state)
{
	(void)state;
	check_readings(headers, COUNT(headers));
}

/* In a message with the table `a` NUL `bc` NUL `de`: SyncML 6D begins it. */
#define TABLE "02 A401 6A 07 'a' 00 'bc' 00 'de' 6D "

static const struct reading tokens[] = {
	{ "strings in a row",
	    TABLE "4F 03'x'00 8302 0226 03 00 C303'yz!' 01 01",
	    HOLDS("<Data>xbc&amp;yz!</Data>") },
	{ "a string's tail", TABLE "4F 8303 01 01", HOLDS("<Data>c</Data>") },
	{ "an empty string of the table", TABLE "4F 8301 01 01",
	    HOLDS("<Data/>") },
	{ "content that is none", TABLE "4F 01 01", HOLDS("<Data/>") },
	{ "index behind the table", TABLE "4F 8307 01 01", NULL, "byte 14",
	    "index 7 in a string table of 7 bytes" },
	{ "index of 32 bits", TABLE "4F 838FFFFFFF7F 01 01", NULL, "byte 14",
	    "index 4294967295 in a string table of 7 bytes" },
	{ "table without an end", TABLE "4F 8305 01 01", NULL, "byte 14",
	    "string without end in the string table" },
	{ "UTF-8", TABLE "4F 03 C3A4 E697A5 F09F9880 00 01 01",
	    HOLDS("<Data>\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80</Data>") },
	{ "entities", TABLE "4F 02 8164 02 81CC65 02 87EC00 0209 020A 01 01",
	    HOLDS("<Data>\xc3\xa4\xe6\x99\xa5\xf0\x9f\x98\x80\t\n</Data>") },
	{ "NUL as an entity", TABLE "4F 0200 01 01", NULL, "byte 14",
	    "character U+0000 in text" },
	{ "a surrogate as an entity", TABLE "4F 02 83B000 01 01", NULL,
	    "byte 14", "character U+D800 in text" },
	{ "U+110000 as an entity", TABLE "4F 02 C48000 01 01", NULL, "byte 14",
	    "character U+110000 in text" },
	{ "a control character", TABLE "4F 03'a'0B 00 01 01", NULL, "byte 14",
	    "control character 0B in text" },
	{ "NUL in OPAQUE", TABLE "4F C303'a'00'b' 01 01", NULL, "byte 14",
	    "control character 00 in text" },
	{ "invalid UTF-8", TABLE "4F 03 FF 00 01 01", NULL, "byte 14",
	    "invalid UTF-8" },
	{ "overlong", TABLE "4F 03 C080 00 01 01", NULL, "byte 14",
	    "invalid UTF-8" },
	{ "a character in two strings", TABLE "4F 03 C3 00 03 A4 00 01 01",
	    NULL, "byte 14", "invalid UTF-8" },
	{ "OPAQUE too long", TABLE "4F C304'a' 01 01", NULL, "byte 14",
	    "length 4, but 3 bytes left" },
	{ "a document in the document", TABLE "4F C306 02 A403 6A 00 4A 01 01",
	    NULL, "byte 14", "control character 02 in text" },

	{ "pages", TABLE "5A 0001 47 03'chr'00 01 53 03't'00 01 01 0000 12 01",
	    HOLDS("<Meta><Format xmlns=\"syncml:metinf\">chr</Format>"
		  "<Type xmlns=\"syncml:metinf\">t</Type></Meta><Final/>") },
	{ "a page for nothing",
	    "02 A401 6A 00 0001 0000 6D 0001 0000 12 0001 01",
	    HOLDS("<Final/>") },
	{ "page 2", TABLE "0002 12 01", NULL, "byte 13", "no code page 2" },
	{ "page 255", TABLE "00FF 12 01", NULL, "byte 13", "no code page 255" },
	{ "a reserved tag", TABLE "30 01", NULL, "byte 13",
	    "no tag 30 on code page 0" },
	{ "a tag behind the last", TABLE "7D 01 01", NULL, "byte 13",
	    "no tag 7D on code page 0" },
	{ "a tag of the other page", TABLE "0001 17 01", NULL, "byte 15",
	    "no tag 17 on code page 1" },
	{ "a root of page 1", "02 A401 6A 00 0001 07", NULL, "byte 7",
	    "Format not expected here" },

	{ "LITERAL without content", TABLE "0402 12 01", HOLDS("<Final/>") },
	{ "LITERAL, skipped", TABLE "4402 03't'00 4F 01 01 12 01",
	    HOLDS("<Final/>") },
	{ "LITERAL with attributes", TABLE "8402 05 85 03't'00 01 12 01",
	    HOLDS("<Final/>") },
	{ "LITERAL with both", TABLE "C402 05 01 03't'00 01 12 01",
	    HOLDS("<Final/>") },
	{ "LITERAL as the root", "02 A401 6A 02 'a'00 0400", NULL, "byte 7",
	    "a not expected here" },
	{ "LITERAL that looks like ours",
	    "02 A401 6A 18 'SYNCML:SYNCML1.2' 0C 'SyncML'00 0400", NULL,
	    "byte 29", "control character 0C in text" },
	{ "LITERAL without a name", TABLE "0401 01", NULL, "byte 13",
	    "element without a name" },
	{ "LITERAL that is no text", "02 A401 6A 02 FF00 6D 0400 01", NULL,
	    "byte 8", "invalid UTF-8" },
	{ "LITERAL behind the table", TABLE "0407 01", NULL, "byte 13",
	    "index 7 in a string table of 7 bytes" },

	{ "LITERAL that is known", "02 A401 6A 06 'Final'00 6D 0400 01",
	    HOLDS("<Final/>") },
	{ "LITERAL with text, all of its forms",
	    "02 A401 6A 05 'Data'00 6D 4400 03'x'00 01 8400 05 85 01"
	    " C400 05 01 C301'y' 01 01",
	    HOLDS("<Data>x</Data><Data/><Data>y</Data>") },
	{ "LITERAL of page 1, the page in use stays",
	    "02 A401 6A 05 'Mark'00 6D 5A 4400 03'x'00 01 01 12 01",
	    HOLDS("<Meta><Mark xmlns=\"syncml:metinf\">x</Mark></Meta>"
		  "<Final/>") },
	{ "LITERAL of page 0 while page 1 is in use",
	    "02 A401 6A 05 'Item'00 6D 5A 0001 0400 13 01 0000 12 01",
	    HOLDS("<Meta><Item/>"
		  "<Type xmlns=\"syncml:metinf\"/></Meta><Final/>") },
	{ "LITERAL that is the root", "02 A401 6A 07 'SyncML'00 4400 12 01",
	    HOLDS("<Final/>") },
	{ "LITERAL of page 1 as the root", "02 A401 6A 05 'Mark'00 0400", NULL,
	    "byte 10", "Mark not expected here" },
	{ "LITERAL in other letters", "02 A401 6A 05 'data'00 6D 0400 12 01",
	    HOLDS("<Final/>") },
	{ "LITERAL with a prefix", "02 A401 6A 07 's:Data'00 6D 0400 12 01",
	    HOLDS("<Final/>") },

	{ "attributes of a Nokia",
	    "02 9F53 6A 00 ED 0400 03'SYNCML:SYNCML1.2'00 01 12 01",
	    HOLDS("<Final/>") },
	{ "all that attributes may have",
	    TABLE "CF 05 06 85 0007 0241 03'v'00 8363 0409 C302 0001 C0 01"
		  " 03'x'00 01 01",
	    NULL, "byte 32", "token C0 not expected in attributes" },
	{ "attributes of an empty tag",
	    TABLE "8F 05 06 85 0007 0241 03'v'00 8363 0409 C302 0001 01 12 01",
	    HOLDS("<Data/><Final/>") },
	{ "attributes and content", TABLE "CF 05 01 03'x'00 01 01",
	    HOLDS("<Data>x</Data>") },
	{ "a tag as an attribute's value", TABLE "8F 44 01 01", NULL, "byte 14",
	    "token 44 not expected in attributes" },
	{ "OPAQUE too long in an attribute", TABLE "8F 05 C37F 01", NULL,
	    "byte 15", "length 127, but 1 bytes left" },

	{ "instructions", "02 A401 6A 00 43 05 03'x'00 01 6D 43 05 01 12 01",
	    HOLDS("<Final/>") },
	{ "an instruction behind", "02 A401 6A 00 2D 43 05 01", NULL, "byte 6",
	    "more bytes after the document" },
	{ "a second document", "02 A401 6A 00 2D 2D", NULL, "byte 6",
	    "more bytes after the document" },
	{ "a byte too many", "02 A401 6A 00 6D 01 00", NULL, "byte 7",
	    "more bytes after the document" },
	{ "END first", "02 A401 6A 00 01 2D", NULL, "byte 5",
	    "END of nothing" },
	{ "a string first", "02 A401 6A 00 03'a'00 2D", NULL, "byte 5",
	    "text outside of the document element" },
	{ "a blank first", "02 A401 6A 00 0220 2D", NULL, "byte 5",
	    "text outside of the document element" },
	{ "OPAQUE first", "02 A401 6A 00 C300 2D", NULL, "byte 5",
	    "text outside of the document element" },
	{ "EXT_I_0", TABLE "40 'a'00 01", NULL, "byte 13",
	    "token 40 has no meaning" },
	{ "EXT_T_2", TABLE "8200 01", NULL, "byte 13",
	    "token 82 has no meaning" },
	{ "EXT_0", TABLE "C0 01", NULL, "byte 13", "token C0 has no meaning" },
};

static void
test_tokens(void **state)
{
	(void)state;
	check_readings(tokens, COUNT(tokens));
}

/* Where OPAQUE is bytes, and where it is not. */
#define FORMAT(f) "5A 0001 47 03'" f "'00 01 01 0000 "
#define ITEM TABLE "54 "
#define AS_ITEM(format, data)                                                  \
	HOLDS("<Item><Meta><Format xmlns=\"syncml:metinf\">" format            \
	      "</Format></Meta>" data "</Item>")

static const struct reading opaques[] = {
	{ "bin", ITEM FORMAT("bin") "4F C303 00FF01 01 01 01",
	    AS_ITEM("bin", "<Data>AP8B</Data>") },
	{ "bin in pieces", ITEM FORMAT("bin") "4F C301 00 C302 FF01 01 01 01",
	    AS_ITEM("bin", "<Data>AP8B</Data>") },
	{ "bin of no length", ITEM FORMAT("bin") "4F C300 01 01 01",
	    AS_ITEM("bin", "<Data/>") },
	{ "bin as a string", ITEM FORMAT("bin") "4F 03'AP8B'00 01 01 01",
	    AS_ITEM("bin", "<Data>AP8B</Data>") },
	{ "bin as both", ITEM FORMAT("bin") "4F C301 00 03'A'00 01 01 01", NULL,
	    "byte 31", "text and bytes in one element" },
	{ "bin as both, the other way",
	    ITEM FORMAT("bin") "4F 03'A'00 C301 00 01 01 01", NULL, "byte 31",
	    "text and bytes in one element" },
	{ "b64 is text", ITEM FORMAT("b64") "4F C304 'AP8B' 01 01 01",
	    AS_ITEM("b64", "<Data>AP8B</Data>") },
	{ "b64 that is bytes", ITEM FORMAT("b64") "4F C303 00FF01 01 01 01",
	    NULL, "byte 28", "control character 00 in text" },
	{ "xml", ITEM FORMAT("xml") "4F C304 '<x/>' 01 01 01",
	    AS_ITEM("xml", "<Data>&lt;x/&gt;</Data>") },
	{ "Format in two pieces is not bin",
	    ITEM "5A 0001 47 03'x'00 03'bin'00 01 01 0000 4F C301 00 01 01 01",
	    NULL, "byte 31", "control character 00 in text" },
	{ "bin in another item",
	    TABLE "54 " FORMAT("bin") "01 54 4F C301 00 01 01 01", NULL,
	    "byte 30", "control character 00 in text" },
	{ "bin of the command",
	    TABLE "45 " FORMAT("bin") "54 4F C303 00FF01 01 01 01 01",
	    HOLDS(
		"<Add><Meta><Format xmlns=\"syncml:metinf\">bin</Format></Meta>"
		"<Item><Data>AP8B</Data></Item></Add>") },
	{ "bin of the command, but not of the item",
	    TABLE
	    "45 " FORMAT("bin") "54 " FORMAT("chr") "4F C301 00 01 01 01 01",
	    NULL, "byte 42", "control character 00 in text" },
	{ "bin in a MetInf",
	    ITEM
	    "5A 0001 4E 47 03'bin'00 01 01 01 0000 4F C303 00FF01 01 01 01",
	    HOLDS("<Item><Meta><MetInf xmlns=\"syncml:metinf\"><Format "
		  "xmlns=\"syncml:metinf\">bin</Format></MetInf></Meta>"
		  "<Data>AP8B</Data></Item>") },
	{ "bin is for Data alone", ITEM FORMAT("bin") "57 C303 'a/b' 01 01 01",
	    AS_ITEM("bin", "<LocURI>a/b</LocURI>") },
	{ "bytes, then a tag", ITEM FORMAT("bin") "4F C303 00FF01 12 01 01 01",
	    AS_ITEM("bin", "<Data><Final/>AP8B</Data>") },
	{ "bin of the message", TABLE FORMAT("bin") "4F C301 00 01 01",
	    HOLDS("<Meta><Format xmlns=\"syncml:metinf\">bin</Format></Meta>"
		  "<Data>AA==</Data>") },
	{ "bin by names",
	    "02 A401 6A 16 'Item'00'Meta'00'Format'00'Data'00 6D"
	    " 4400 4405 440A 03'bin'00 01 01 4411 C303 00FF01 01 01 01",
	    AS_ITEM("bin", "<Data>AP8B</Data>") },
	{ "a nonce by name",
	    "02 A401 6A 0A 'NextNonce'00 6D 5A 4400 C303 00FF01 01 01 01",
	    HOLDS("<Meta><NextNonce xmlns=\"syncml:metinf\">AP8B</NextNonce>"
		  "</Meta>") },
	{ "a nonce", TABLE "5A 0001 50 C303 00FF01 01 01 01",
	    HOLDS("<Meta><NextNonce xmlns=\"syncml:metinf\">AP8B</NextNonce>"
		  "</Meta>") },
	{ "two nonces", TABLE "5A 0001 50 C301 00 01 50 C302 FF01 01 01 01",
	    HOLDS(
		"<Meta><NextNonce xmlns=\"syncml:metinf\">AA==</NextNonce>"
		"<NextNonce xmlns=\"syncml:metinf\">/wE=</NextNonce></Meta>") },
	{ "a nonce as a string", TABLE "5A 0001 50 03'AP8B'00 01 01 01",
	    HOLDS("<Meta><NextNonce xmlns=\"syncml:metinf\">AP8B</NextNonce>"
		  "</Meta>") },
};

static void
test_opaque(void **state)
{
	(void)state;
	check_readings(opaques, COUNT(opaques));
}

/* The vectors, both ways. */
static void
test_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wbxml_vectors); i++) {
		const struct wbxml_vector *v = &wbxml_vectors[i];
		struct bytes b = bytes_of(v->hex);
		struct xml_error e;

		unit_same(v->what, xml_of(b.data, b.len, &e), v->xml);
		b.data[0] = 0x03;
		unit_same(v->what, xml_of(b.data, b.len, &e), v->xml);
		if (v->written)
			unit_same(v->what, wbxml_of(v->xml), v->hex);
		free(b.data);
	}
	unit_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_headers),
		UNIT_TEST(test_tokens),
		UNIT_TEST(test_opaque),
		UNIT_TEST(test_vectors),
	};

	return cmocka_run_group_tests_name("wbxml", tests, NULL, NULL);
}
