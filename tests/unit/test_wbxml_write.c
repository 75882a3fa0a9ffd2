/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wbxml_text.h"

#include "../../common/syncml.h"
#include "wbxml_vectors.h"

/* In the order of their tokens from 05 on; 30 is reserved. */
static const char *const names[] = {
	"Add Alert Archive Atomic Chal Cmd CmdID CmdRef Copy Cred Data Delete "
	"Exec Final Get Item Lang LocName LocURI Map MapItem Meta MsgID MsgRef "
	"NoResp NoResults Put Replace RespURI Results Search Sequence "
	"SessionID "
	"SftDel Source SourceRef Status Sync SyncBody SyncHdr SyncML Target "
	"TargetRef - VerDTD VerProto NumberOfChanges MoreData Field Filter "
	"Record FilterType SourceParent TargetParent Move Correlator ",
	"Anchor EMI Format FreeID FreeMem Last Mark MaxMsgSize Mem MetInf Next "
	"NextNonce SharedMem Size Type Version MaxObjSize FieldLevel ",
};

/* Every name of the vocabulary, both ways, and nothing beside it. */
static void
test_names(void **state)
{
	unsigned page, token, p, t;

	(void)state;
	for (page = 0; page < 256; page++) {
		char *all = unit_printf("%s", "");

		for (token = 0; token < 256; token++) {
			const char *name = wbxml_name(page, token);

			if (token == 0x30 && page == 0)
				all = unit_printf("%s- ", all);
			if (name == NULL)
				continue;
			name = strchr(name, XML_SEP[0]) + 1;
			all = unit_printf("%s%s ", all, name);
			assert_int_equal(wbxml_token(name, &p, &t), 0);
			unit_same_int(name, p, page);
			unit_same_int(name, t, token);
		}
		unit_same("names", all, page < 2 ? names[page] : "");
	}
	assert_string_equal(wbxml_name(0, 0x2D), "SYNCML:SYNCML1.2\fSyncML");
	assert_string_equal(
	    wbxml_name(0, 0x3C), "SYNCML:SYNCML1.2\fCorrelator");
	assert_string_equal(wbxml_name(1, 0x05), "syncml:metinf\fAnchor");
	assert_string_equal(wbxml_name(1, 0x16), "syncml:metinf\fFieldLevel");
	assert_null(wbxml_name(0, 0x30));
	assert_int_equal(wbxml_token("syncml", &p, &t), -1);
	assert_int_equal(wbxml_token("", &p, &t), -1);
	unit_done();
}

/* XML, and the WBXML that is written of it. */
static const struct {
	const char *what;
	const char *xml; /* in SyncML */
	const char *hex;
} cases[] = {
	{ "nothing", "", "2D" },
	{ "a string", "<Data>a&amp;b</Data>", "6D4F036126620001 01" },
	{ "no text", "<Data></Data>", "6D0F01" },
	{ "pages as they are needed",
	    "<Meta><Type xmlns=\"syncml:metinf\">t</Type>"
	    "<Mark xmlns=\"syncml:metinf\"/></Meta><Meta>"
	    "<Size xmlns=\"syncml:metinf\">1</Size></Meta><Final/>",
	    "6D5A 000153037400010B01 0000 5A 0001 5203310001 01 0000 12 01" },
	{ "XML in Data", "<Data>&lt;x/&gt;</Data>", "6D4FC3043C782F3E0101" },
	{ "XML behind a blank", "<Data> &lt;x/&gt;</Data>",
	    "6D4F03203C782F3E00 0101" },
	{ "XML elsewhere", "<Cmd>&lt;x/&gt;</Cmd>", "6D4A033C782F3E00 0101" },
	{ "bytes",
	    "<Item><Meta><Format xmlns=\"syncml:metinf\">bin</Format></Meta>"
	    "<Data>AP8B</Data></Item>",
	    "6D545A0001 470362696E0001 01 0000 4FC30300FF01 01 01 01" },
	{ "bytes that are none",
	    "<Item><Meta><Format xmlns=\"syncml:metinf\">bin</Format></Meta>"
	    "<Data>&lt;x&gt;</Data></Item>",
	    "6D545A0001 470362696E0001 01 0000 4F033C783E0001 01 01" },
	{ "bytes of the command, then none",
	    "<Add><Meta><Format xmlns=\"syncml:metinf\">bin</Format></Meta>"
	    "<Item><Data>AAAA</Data></Item><Item><Data>AAAA</Data></Item></Add>"
	    "<Data>AAAA</Data>",
	    "6D455A0001 470362696E0001 01 0000 54 4FC303000000 01 01"
	    "54 4FC303000000 01 01 01 4F034141414100 01 01" },
	{ "bytes, but only of Data",
	    "<Item><Meta><Format xmlns=\"syncml:metinf\">bin</Format>"
	    "<Type xmlns=\"syncml:metinf\">AAAA</Type></Meta></Item>",
	    "6D545A0001 470362696E0001 53034141414100 01 01 01 01" },
	{ "a Format of nothing",
	    "<Format xmlns=\"syncml:metinf\">bin</Format><Data>AAAA</Data>",
	    "6D0001 470362696E0001 0000 4F034141414100 01 01" },
	{ "another Format",
	    "<Item><Meta><Format xmlns=\"syncml:metinf\">bi</Format></Meta>"
	    "<Data>AAAA</Data></Item>",
	    "6D545A0001 4703626900 01 01 0000 4F034141414100 01 01 01" },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes b =
		    bytes_of(unit_printf("02A4016A00 %s", cases[i].hex));
		char *xml = unit_printf(XML_HEAD "%s</SyncML>", cases[i].xml);
		char *want = unit_repeat("  ", b.len);

		for (size_t at = 0; at < b.len; at++)
			snprintf(want + 2 * at, 3, "%02X",
			    (unsigned char)b.data[at]);
		unit_same(cases[i].what, wbxml_of(xml), want);
		free(b.data);
	}
	unit_done();
}

/* The length of OPAQUE takes a byte more at 128, 16384, 2097152. */
static void
test_lengths(void **state)
{
	static const struct {
		size_t len;
		const char *hex;
	} lengths[] = { { 127, "4FC37F3C" }, { 128, "4FC381003C" },
		{ 16383, "4FC3FF7F3C" }, { 16384, "4FC38180003C" },
		{ 2097152, "4FC3818080003C" } };

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		char *text = unit_repeat("<", lengths[i].len);
		struct arena *a = arena_new((size_t)64 << 20);
		struct xml_error e;
		struct xw w, back;
		char hex[32];

		xw_init_wbxml(&w, a);
		xw_open1(&w, "SyncML", "xmlns", "SYNCML:SYNCML1.2");
		xw_leaf(&w, "Data", text);
		xw_close(&w);
		for (size_t at = 0; at < 10; at++)
			snprintf(hex + 2 * at, 3, "%02X",
			    (unsigned char)w.out.data[6 + at]);
		hex[strlen(lengths[i].hex)] = '\0';
		unit_same("length", hex, lengths[i].hex);
		xw_init(&back, a);
		unit_same_int("read",
		    wbxml_read(
			a, any_grammar(), &back, w.out.data, w.out.len, &e),
		    0);
		unit_same_int("XML", (long long)back.out.len,
		    (long long)(sizeof(XML_HEAD "<Data></Data></SyncML>") - 1 +
				4 * lengths[i].len));
		arena_free(a);
	}
	unit_done();
}

/* What the server says, in either encoding, is the same. */
static void
answer(struct xw *w)
{
	char session[] = "A7", device[] = "./device", server[] = "https://m/";
	const struct syncml_message to = { .session_id = session,
		.msg_id = 3,
		.source = device,
		.target = server };
	const struct syncml_item items[] = {
		{ .target = "./a", .data = "<enabled/>" },
		{ .target = "./b", .format = "chr", .data = "x < y & z" },
		{ .target = "./c", .type = "text/plain", .data = "" },
		{ .target = "./d",
		    .format = "bin",
		    .type = "a/b",
		    .data = "AP8=" },
		{ .target = "./e" },
	};
	const struct syncml_status status = { 1, "3", "0", "SyncHdr", NULL, 212,
		{ NULL } };

	syncml_open(w, &to, 12345678901LL, NULL, NULL);
	syncml_status(w, &status);
	syncml_alert(w, 2, "1222", NULL);
	for (size_t i = 0; i < COUNT(items); i++) {
		syncml_command_open(w, "Replace", "4");
		syncml_item(w, &items[i]);
		syncml_command_close(w);
	}
	syncml_close(w, 1);
}

static void
test_answer(void **state)
{
	struct xml_error e;
	struct xw xml, wbxml;

	(void)state;
	xw_init(&xml, unit_arena);
	answer(&xml);
	xw_init_wbxml(&wbxml, unit_arena);
	answer(&wbxml);
	assert_int_equal(wbxml.depth, 0);
	assert_true(wbxml.out.len < xml.out.len / 2);
	assert_string_equal(tree_of(xml.out.data, xml.out.len),
	    tree_of(xml_of(wbxml.out.data, wbxml.out.len, &e),
		strlen(xml_of(wbxml.out.data, wbxml.out.len, &e))));
}

static void
nothing(struct xw *w)
{
	xw_open(w, "SyncML");
	xw_close(w);
}

static void
unknown_name(struct xw *w)
{
	xw_open(w, "Envelope");
}

static void
prefixed_name(struct xw *w)
{
	xw_open(w, "s:SyncML");
}

static void
attribute(struct xw *w)
{
	xw_open1(w, "SyncML", "xmlnsx", "v");
}

static void
text_of_nothing(struct xw *w)
{
	xw_text(w, "x");
}

static void
prefix_bound(struct xw *w)
{
	xw_open1(w, "SyncML", "xmlns:msft", "v");
}

static int
aborts(void (*f)(struct xw *))
{
	struct xw w;
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(2);
		xw_init_wbxml(&w, unit_arena);
		f(&w);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
test_promises(void **state)
{
	(void)state;
	assert_false(aborts(nothing));
	assert_false(aborts(prefix_bound));
	assert_true(aborts(unknown_name));
	assert_true(aborts(prefixed_name));
	assert_true(aborts(attribute));
	assert_true(aborts(text_of_nothing));
}

/* Wherever memory ends, it is known at the end. */
static void
test_sticky(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t room = 0; room < 4000; room++) {
		struct arena *a = arena_new(room);
		struct xw w;

		xw_init_wbxml(&w, a);
		answer(&w);
		failed += w.out.failed;
		if (!w.out.failed && room == 3999)
			assert_true(failed > 0);
		arena_free(a);
	}
	assert_true(failed > 0 && failed < 4000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_names),
		UNIT_TEST(test_cases),
		UNIT_TEST(test_lengths),
		UNIT_TEST(test_answer),
		UNIT_TEST(test_promises),
		UNIT_TEST(test_sticky),
	};

	return cmocka_run_group_tests_name("wbxml write", tests, NULL, NULL);
}
