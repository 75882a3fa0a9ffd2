/* SPDX-License-Identifier: ISC */
#include "wbxml_text.h"

#include "../../common/utf8.h"
#include "wbxml_vectors.h"

/* What the events refuse is refused as in XML, with its place. */
struct message {
	char *id;
	char *data;
};

enum { MESSAGE = XML_ROOT + 1, HEADER, LEAF };

#define SML "SYNCML:SYNCML1.2" XML_SEP
#define IN XML_IN

/* clang-format off */
static const struct xml_rule rules[] = {
 { IN(XML_ROOT), MESSAGE, SML "SyncML",  XML_REQUIRED },
 { IN(MESSAGE),  HEADER,  SML "SyncHdr", XML_REQUIRED | XML_OPEN },
 { IN(HEADER),   LEAF,    SML "MsgID",   XML_REQUIRED | XML_TEXT | XML_TRIM, 4, offsetof(struct message, id) },
 { IN(MESSAGE),  LEAF,    SML "Data",    XML_TEXT, 1 << 20, offsetof(struct message, data) },
 { IN(MESSAGE),  LEAF,    SML "Final",   0 },
};
/* clang-format on */
static const struct xml_grammar grammar = { rules, COUNT(rules), NULL, 0 };

static const struct {
	const char *what;
	const char *wbxml; /* of a message that has no more than this */
	const char *xml;
	const char *at; /* NULL: read */
	const char *reason;
} strict[] = {
	{ "the least", "6C 5B 03'1'00 01 01",
	    "<SyncHdr><MsgID>1</MsgID></SyncHdr>", NULL, NULL },
	{ "trimmed", "6C 5B 03' 1 '00 01 01",
	    "<SyncHdr><MsgID> 1 </MsgID></SyncHdr>", NULL, NULL },
	{ "no header", "12", "<Final/>", "byte 7", "no SyncHdr in SyncML" },
	{ "nothing in the header", "6C 01", "<SyncHdr></SyncHdr>", "byte 7",
	    "no MsgID in SyncHdr" },
	{ "twice", "6C 1B 5B 03'1'00 01 01",
	    "<SyncHdr><MsgID/><MsgID>1</MsgID></SyncHdr>", "byte 8",
	    "more than one MsgID" },
	{ "what is not known", "54 01", "<Item></Item>", "byte 6",
	    "Item not expected here" },
	{ "what is open", "6C 54 4F 03'x'00 01 01 5B 03'1'00 01 01",
	    "<SyncHdr><Item><Data>x</Data></Item><MsgID>1</MsgID></SyncHdr>",
	    NULL, NULL },
	{ "too long", "6C 5B 03'12345'00 01 01",
	    "<SyncHdr><MsgID>12345</MsgID></SyncHdr>", "byte 15",
	    "MsgID too long" },
	{ "text where none is", "03'x'00 12", "x<Final/>", "byte 6",
	    "text not expected in SyncML" },
	{ "blanks where no text is", "6C 03' 'C302'\n\t'00 5B 03'1'00 01 01",
	    NULL, NULL, NULL },
	{ "blanks", "6C 03' '00 0209 5B 03'1'00 01 01",
	    "<SyncHdr> \t<MsgID>1</MsgID></SyncHdr>", NULL, NULL },
};

static void
check_strict(const char *what, int bad, const struct xml_error *e,
    const char *at, const char *reason)
{
	if (reason == NULL && bad)
		unit_wrong(what, "%s: %s", e->at, e->reason);
	if (reason == NULL)
		return;
	unit_same(what, bad ? e->reason : NULL, reason);
	if (at != NULL)
		unit_same(what, e->at, at);
}

static void
test_grammar(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(strict); i++) {
		struct bytes b = bytes_of(
		    unit_printf("02 A401 6A 00 6D %s 01", strict[i].wbxml));
		const char *x = strict[i].xml;
		struct message m = { NULL }, n = { NULL };
		struct xml_error e;
		int bad =
		    wbxml_read(unit_arena, &grammar, &m, b.data, b.len, &e);

		if (x != NULL) {
			check_strict(strict[i].what, bad, &e, strict[i].at,
			    strict[i].reason);
			x = unit_printf(XML_HEAD "%s</SyncML>", x);
			bad = xml_read(
			    unit_arena, &grammar, &n, x, strlen(x), &e);
			check_strict(
			    strict[i].what, bad, &e, NULL, strict[i].reason);
			unit_same(strict[i].what, m.id, n.id);
		} else if (bad == 0) {
			unit_wrong(strict[i].what, "was read");
		}
		free(b.data);
	}
	unit_done();
}

/* [SAFETY] row 36: a message that ends anywhere has no effect. */
static void
test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wbxml_vectors); i++) {
		struct bytes b = bytes_of(wbxml_vectors[i].hex);

		for (size_t len = 0; len < b.len; len++) {
			char *part = malloc(len + 1);
			struct xml_error e;

			assert_non_null(part);
			memcpy(part + 1, b.data, len);
			if (xml_of(part + 1, len, &e) != NULL)
				unit_wrong(wbxml_vectors[i].what,
				    "was read up to %zu", len);
			else if (strstr(e.reason, "ends too early") == NULL &&
				 strstr(e.reason, "bytes left") == NULL)
				unit_wrong(wbxml_vectors[i].what, "%zu: %s",
				    len, e.reason);
			free(part);
			arena_reset(unit_arena);
		}
		free(b.data);
	}
	unit_done();
}

/* What is read once is text, and the same when it went through the writer. */
static void
check_read(const char *what, struct bytes b)
{
	struct xml_error e, again;
	struct xw w;
	char *xml = xml_of(b.data, b.len, &e);

	if (xml == NULL) {
		if (e.reason[0] == '\0' || strncmp(e.at, "byte ", 5) != 0)
			unit_wrong(what, "no reason");
		return;
	}
	if (utf8_valid(xml, strlen(xml)) != strlen(xml))
		unit_wrong(what, "no text: %s", xml);
	xw_init_wbxml(&w, unit_arena);
	if (wbxml_read(unit_arena, any_grammar(), &w, b.data, b.len, &e) == -1)
		unit_wrong(what, "was read once: %s", e.reason);
	else
		unit_same(what, xml_of(w.out.data, w.out.len, &again), xml);
}

/* Each bit the other way, and in the last vector every value of each byte. */
static void
test_damaged(void **state)
{
	struct bytes b;

	(void)state;
	for (size_t i = 0; i < COUNT(wbxml_vectors); i++) {
		b = bytes_of(wbxml_vectors[i].hex);
		for (size_t bit = 0; bit < b.len * 8; bit++) {
			b.data[bit / 8] ^= (char)(1 << bit % 8);
			check_read(wbxml_vectors[i].what, b);
			b.data[bit / 8] ^= (char)(1 << bit % 8);
			arena_reset(unit_arena);
		}
		free(b.data);
	}
	b = bytes_of(wbxml_vectors[COUNT(wbxml_vectors) - 1].hex);
	for (size_t at = 0; at < b.len; at++) {
		char was = b.data[at];

		for (int c = 0; c < 256; c++) {
			b.data[at] = (char)c;
			check_read("any byte", b);
			arena_reset(unit_arena);
		}
		b.data[at] = was;
	}
	free(b.data);
	unit_done();
}

/* The open grammar of the XML limits: everything below the root is skipped. */
static const struct xml_rule open_rules[] = {
	{ XML_IN(XML_ROOT), MESSAGE, SML "SyncML", XML_OPEN },
	{ XML_IN(MESSAGE), LEAF, SML "Data", XML_MANY | XML_TEXT, 1 << 20,
	    offsetof(struct message, data) },
};
static const struct xml_grammar open_grammar = { open_rules, COUNT(open_rules),
	NULL, 0 };

static void
limit(const char *what, const char *text, const char *reason)
{
	struct bytes b = bytes_of(text);
	struct message m;
	struct xml_error e = { 0 };
	int bad = wbxml_read(unit_arena, &open_grammar, &m, b.data, b.len, &e);

	unit_same(what, bad ? e.reason : NULL, reason);
	free(b.data);
	arena_reset(unit_arena);
}

static char *
nested(const char *tag, size_t levels)
{
	return unit_printf("02 A401 6A 02 'a'00 %s%s%s", unit_repeat("6D ", 1),
	    unit_repeat(tag, levels - 1), unit_repeat("01 ", levels));
}

/* A table of t bytes and n strings that are all of it but a quarter. */
static char *
amplified(const char *tag, size_t n)
{
	return unit_printf("02 A401 6A 7F %s00 6D %s %s 01 01",
	    unit_repeat("'a'", 126), tag, unit_repeat("8300 ", n));
}

static void
test_limits(void **state)
{
	(void)state;
	limit("30 levels", nested("54", 30), NULL);
	limit("33 levels", nested("54", 33), "elements nested too deep");
	limit("33 levels of LITERAL", nested("4400", 33),
	    "elements nested too deep");
	limit(
	    "100000 levels", nested("54", 100000), "elements nested too deep");
	limit("20000 elements",
	    unit_printf(WBXML_HEAD "6D %s 01", unit_repeat("14", 19999)), NULL);
	limit("20001 elements",
	    unit_printf(WBXML_HEAD "6D %s 01", unit_repeat("14", 20000)),
	    "too many elements");
	limit("a little of a table", amplified("4F", 10), NULL);
	/* 137 bytes and 2 for each: 126 n are over 16 (137 + 2 n) at 24. */
	limit("as much as may be", amplified("4F", 23), NULL);
	limit(
	    "too much", amplified("4F", 24), "text over 16 times the message");
	limit("too much of what is skipped", amplified("4A", 24),
	    "text over 16 times the message");
	limit("bytes that are too many for a Data",
	    unit_printf(WBXML_HEAD "6D 4F C3 C08000 %s 01 01",
		unit_repeat("20", 1 << 20)),
	    NULL);
	limit("one more",
	    unit_printf(WBXML_HEAD "6D 4F C3 C08001 %s 01 01",
		unit_repeat("20", (1 << 20) + 1)),
	    "Data too long");
	unit_done();
}

/* Wherever memory ends, there is a reason; what is read then is complete. */
static void
test_memory(void **state)
{
	char *many = unit_repeat("00", 2000), *name = unit_repeat("'a'", 200);
	struct bytes b = bytes_of(unit_printf(
	    "02 A401 6A 8149 %s 00 6D 4400 01 54 5A 0001 47 03'bin'00 01 01 "
	    "0000 4F C38F50 %s C38F50 %s 01 01 01",
	    name, many, many));
	int refused = 0, read = 0;

	(void)state;
	for (size_t room = 60000; room > 4000; room -= 8) {
		struct arena *a = arena_new(room);
		struct xml_error e;
		struct xw w;

		xw_init(&w, a);
		if (wbxml_read(a, any_grammar(), &w, b.data, b.len, &e) == 0)
			read++;
		else if (strcmp(e.reason, "message too large") == 0)
			refused++;
		else
			unit_wrong("memory", "%zu: %s", room, e.reason);
		arena_free(a);
	}
	assert_true(read > 0 && refused > 0);
	free(b.data);
	unit_done();
}

/* The name of an element that is not known is kept, too. */
static void
test_memory_for_a_name(void **state)
{
	struct bytes b = bytes_of(unit_printf(
	    "02 A401 6A 81FF00 %s 00 6D 0400 01", unit_repeat("'a'", 32639)));
	struct arena *a = arena_new(8000);
	struct xml_error e;
	struct xw w;

	(void)state;
	xw_init(&w, a);
	assert_int_equal(
	    wbxml_read(a, any_grammar(), &w, b.data, b.len, &e), -1);
	assert_string_equal(e.reason, "message too large");
	arena_free(a);
	free(b.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_grammar),
		UNIT_TEST(test_truncated),
		UNIT_TEST(test_damaged),
		UNIT_TEST(test_limits),
		UNIT_TEST(test_memory),
		UNIT_TEST(test_memory_for_a_name),
	};

	return cmocka_run_group_tests_name("wbxml limits", tests, NULL, NULL);
}
