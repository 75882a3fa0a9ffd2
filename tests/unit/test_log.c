/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <unistd.h>

#include "unit.h"

#include "../../common/log.h"

/* What stands behind "key=". */
static const struct {
	const char *what;
	const char *value;
	const char *out;
} cases[] = {
	{ "a word", "plain", "plain" },
	{ "a number", "-12", "-12" },
	{ "a UUID", "00000000-0000-4000-8000-000000000001",
	    "00000000-0000-4000-8000-000000000001" },
	{ "empty", "", "\"\"" },
	{ "a blank", "a b", "\"a b\"" },
	{ "an equals sign", "a=b", "\"a=b\"" },
	{ "a quote", "a\"b", "\"a\\\"b\"" },
	{ "a quote alone", "\"", "\"\\\"\"" },
	{ "a backslash", "a\\b", "\"a\\\\b\"" },
	{ "DOMAIN\\user", "CONTOSO\\demo", "\"CONTOSO\\\\demo\"" },
	{ "a forged line", "x\nlevel=info id=1",
	    "\"x\\u000alevel=info id=1\"" },
	{ "a carriage return", "a\rb", "\"a\\u000db\"" },
	{ "a tab", "a\tb", "\"a\\u0009b\"" },
	{ "an escape", "\x1b[2J", "\"\\u001b[2J\"" },
	{ "a delete", "a\x7f", "\"a\\u007f\"" },
	{ "all below a blank",
	    "\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f",
	    "\"\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\u0008\\u000b"
	    "\\u000c\\u000e\\u000f"
	    "\"" },
	{ "a C1 control",
	    "a\xc2\x9b"
	    "b",
	    "\"a\\u00c2\\u009bb\"" },
	{ "what is not UTF-8", "\xff", "\"\\u00ff\"" },
};

static void
test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct log_line l;

		unit_capture_begin(2);
		log_begin(&l, "info");
		log_add(&l, "key", cases[i].value);
		log_end(&l);
		unit_same(cases[i].what, unit_capture_end(),
		    unit_printf("level=info key=%s\n", cases[i].out));
	}
	unit_done();
}

static void
test_line(void **state)
{
	struct log_line l;

	(void)state;
	unit_capture_begin(2);
	log_begin(&l, "error");
	log_add(&l, "id", "1");
	log_add(&l, "absent", NULL);
	log_add_int(&l, "status", 403);
	log_add_int(&l, "low", -9223372036854775807LL - 1);
	log_add(&l, "reason", "no client certificate");
	log_end(&l);
	assert_string_equal(unit_capture_end(),
	    "level=error id=1 status=403 low=-9223372036854775808 "
	    "reason=\"no client certificate\"\n");
}

static void
test_cap(void **state)
{
	struct log_line l;

	(void)state;
	for (size_t n = 250; n < 2000; n += n < 260 ? 1 : 500) {
		unit_capture_begin(2);
		log_begin(&l, "info");
		log_add(&l, "a", unit_repeat("v", n));
		log_add(&l, "b", unit_repeat(" ", n));
		log_end(&l);
		unit_same(unit_printf("%zu bytes", n), unit_capture_end(),
		    unit_printf("level=info a=%s b=\"%s\"\n",
			unit_repeat("v", n < 256 ? n : 256),
			unit_repeat(" ", n < 256 ? n : 256)));
	}
	unit_done();
}

/*
 * However full a line is, what is added stays inside, it is one line, and the
 * quotes of each value are closed.
 */
static void
test_full_line(void **state)
{
	static struct {
		struct log_line line;
		char guard[8192];
	} room;
	char *out;

	(void)state;
	for (size_t n = 0; n <= 256; n++) {
		memset(&room, 'G', sizeof(room));
		log_begin(&room.line, "info");
		for (int i = 0; i < 14; i++)
			log_add(&room.line, "key", unit_repeat("v", 256));
		log_add(&room.line, "key", unit_repeat("\x01", 70));
		log_add(&room.line, "quoted",
		    unit_printf("\x01%s", unit_repeat("v", n)));
		log_add(&room.line, "quoted",
		    unit_printf("\x01%s", unit_repeat(" ", n)));
		for (int i = 0; i < 8; i++)
			log_add(&room.line, "more", unit_repeat(" ", 200));
		for (size_t i = 0; i < sizeof(room.guard); i++)
			if (room.guard[i] != 'G')
				fail_msg("wrote behind the line");
		if (room.line.len > sizeof(room.line.text))
			fail_msg("the line is %zu long", room.line.len);
		unit_capture_begin(2);
		log_end(&room.line);
		out = unit_capture_end();
		if (strchr(out, '\n') != out + strlen(out) - 1)
			unit_wrong(unit_printf("value of %zu", n), "no line");
	}
	unit_done();
}

/* One write() a line, so that lines of several workers do not mix. */
static void
test_one_write(void **state)
{
	char got[LOG_LINE_MAX + 1];
	int pair[2], saved;
	struct log_line l;
	ssize_t len;

	(void)state;
	assert_int_equal(pipe2(pair, O_DIRECT | O_NONBLOCK), 0);
	saved = dup(2);
	dup2(pair[1], 2);
	log_begin(&l, "info");
	for (int i = 0; i < 10; i++)
		log_add(&l, "key", unit_repeat(" ", 256));
	log_end(&l);
	log_reason("notice", "management", "%s %d", "started", 1);
	dup2(saved, 2);
	close(saved);
	len = read(pair[0], got, sizeof(got));
	assert_true(len > 2560);
	assert_ptr_equal(memchr(got, '\n', (size_t)len), got + len - 1);
	len = read(pair[0], got, sizeof(got));
	assert_true(len > 0);
	got[len] = '\0';
	assert_string_equal(
	    got, "level=notice worker=management reason=\"started 1\"\n");
	close(pair[0]);
	close(pair[1]);
}

static void
test_reason(void **state)
{
	(void)state;
	unit_capture_begin(2);
	log_reason("error", "discovery", "%s", unit_repeat("r", 5000));
	assert_string_equal(unit_capture_end(),
	    unit_printf("level=error worker=discovery reason=%s\n",
		unit_repeat("r", 256)));
	unit_capture_begin(2);
	log_reason("error", NULL, "a\nb%%");
	assert_string_equal(
	    unit_capture_end(), "level=error reason=\"a\\u000ab%\"\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_values),
		UNIT_TEST(test_line),
		UNIT_TEST(test_cap),
		UNIT_TEST(test_full_line),
		UNIT_TEST(test_one_write),
		UNIT_TEST(test_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
