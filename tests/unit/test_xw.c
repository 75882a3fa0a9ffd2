/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#include "../../common/xw.h"

static void
test_elements(void **state)
{
	struct xw w;

	(void)state;
	xw_init(&w, unit_arena);
	xw_open1(&w, "a", "xmlns", "urn:u");
	xw_attr(&w, "n", "v");
	xw_open(&w, "b");
	xw_close(&w);
	xw_leaf(&w, "c", NULL);
	xw_leaf(&w, "d", "text");
	xw_leaf(&w, "e", "");
	xw_leaf_int(&w, "f", -5);
	xw_leaf_int(&w, "g", 9223372036854775807LL);
	xw_leaf1(&w, "h", "i", "1", "x");
	xw_leaf1(&w, "j", "i", "1", NULL);
	xw_open(&w, "k");
	xw_text(&w, "one ");
	xw_text(&w, "two");
	xw_open(&w, "l");
	xw_close(&w);
	xw_close(&w);
	xw_close(&w);
	assert_int_equal(w.out.failed, 0);
	assert_int_equal(w.depth, 0);
	assert_string_equal(w.out.data,
	    "<a xmlns=\"urn:u\" n=\"v\"><b/><c/><d>text</d><e></e><f>-5</f>"
	    "<g>9223372036854775807</g><h i=\"1\">x</h><j i=\"1\"/>"
	    "<k>one two<l/></k></a>");
}

/* As text and as the value of an attribute. */
static const struct {
	const char *in;
	const char *text;
	const char *value;
} escapes[] = {
	{ "plain", "plain", "plain" },
	{ "a&b", "a&amp;b", "a&amp;b" },
	{ "&amp;", "&amp;amp;", "&amp;amp;" },
	{ "<x>", "&lt;x&gt;", "&lt;x&gt;" },
	{ "]]>", "]]&gt;", "]]&gt;" },
	{ "\"", "\"", "&quot;" },
	{ "\n\t", "\n\t", "&#10;&#9;" },
	{ "\r\n", "&#13;\n", "&#13;&#10;" },
	{ "\xc3\xa4\xf0\x9f\x98\x80", "\xc3\xa4\xf0\x9f\x98\x80",
	    "\xc3\xa4\xf0\x9f\x98\x80" },
	{ "", "", "" },
};

static void
test_escapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(escapes); i++) {
		struct xw w;

		xw_init(&w, unit_arena);
		xw_leaf(&w, "t", escapes[i].in);
		unit_same("text", w.out.data,
		    unit_printf("<t>%s</t>", escapes[i].text));
		xw_init(&w, unit_arena);
		xw_leaf1(&w, "t", "a", escapes[i].in, NULL);
		unit_same("value", w.out.data,
		    unit_printf("<t a=\"%s\"/>", escapes[i].value));
	}
	unit_done();
}

/* Another reader gets back what was written, whatever it was. */
static void
test_read_back(void **state)
{
	static const char *const texts[] = { "a<b>&c;]]><![CDATA[", "\"'`",
		"x\ry\r\nz\tw", "<!-- -->", "&#60;", "<?xml version='1.0'?>",
		"\xe2\x80\xa8\xef\xbb\xbf" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct xw w;
		char *tree;

		xw_init(&w, unit_arena);
		xw_leaf1(&w, "t", "a", texts[i], unit_printf("|%s|", texts[i]));
		tree = tree_of(w.out.data, w.out.len);
		unit_same(texts[i], tree,
		    unit_printf("t[a=%s]=|%s|\n", texts[i], texts[i]));
	}
	unit_done();
}

/* Every byte that XML can say at all. */
static void
test_every_character(void **state)
{
	(void)state;
	for (int c = 1; c < 128; c++) {
		char text[] = { '|', (char)c, '|', '\0' };
		struct xw w;

		if (c < ' ' && strchr("\t\r\n", c) == NULL)
			continue;
		xw_init(&w, unit_arena);
		xw_leaf1(&w, "t", "a", text, text);
		unit_same(unit_printf("0x%02x", (unsigned)c),
		    tree_of(w.out.data, w.out.len),
		    unit_printf("t[a=%s]=%s\n", text, text));
	}
	unit_done();
}

static void
nest(int levels)
{
	struct xw w;

	xw_init(&w, unit_arena);
	for (int i = 0; i < levels; i++)
		xw_open(&w, "x");
	for (int i = 0; i < levels; i++)
		xw_close(&w);
	if (tree_of(w.out.data, w.out.len) == NULL)
		_exit(1);
	_exit(0);
}

static void
close_too_often(int unused)
{
	struct xw w;

	(void)unused;
	xw_init(&w, unit_arena);
	xw_leaf(&w, "x", NULL);
	xw_close(&w);
	_exit(0);
}

static void
attribute_after_text(int unused)
{
	struct xw w;

	(void)unused;
	xw_init(&w, unit_arena);
	xw_open(&w, "x");
	xw_text(&w, "");
	xw_attr(&w, "a", "b");
	_exit(0);
}

/* A promise that is broken ends the process. */
static int
aborts(void (*f)(int), int argument)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(2);
		f(argument);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
test_promises(void **state)
{
	(void)state;
	assert_false(aborts(nest, XW_DEPTH_MAX));
	assert_true(aborts(nest, XW_DEPTH_MAX + 1));
	assert_true(aborts(close_too_often, 0));
	assert_true(aborts(attribute_after_text, 0));
}

static void
test_sticky(void **state)
{
	struct arena *a = arena_new(512);
	struct xw w;

	(void)state;
	xw_init(&w, a);
	xw_open(&w, "x");
	xw_leaf(&w, "y", unit_repeat("z", 10000));
	xw_leaf(&w, "y", "1");
	xw_close(&w);
	assert_int_equal(w.out.failed, 1);
	assert_int_equal(w.depth, 0);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_elements),
		UNIT_TEST(test_escapes),
		UNIT_TEST(test_read_back),
		UNIT_TEST(test_every_character),
		UNIT_TEST(test_promises),
		UNIT_TEST(test_sticky),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
