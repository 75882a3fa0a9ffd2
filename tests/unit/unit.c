/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "unit.h"

struct arena *unit_arena;

static int wrong;
static FILE *captured; /* while file descriptor captured_fd goes there */
static int captured_fd, saved;

/* Texts of the test, freed at its end. */
static struct text {
	struct text *next;
	char data[];
} * texts;

static char *
text_new(size_t len)
{
	struct text *t = calloc(1, sizeof(*t) + len + 1);

	assert_non_null(t);
	t->next = texts;
	texts = t;
	return t->data;
}

int
unit_setup(void **state)
{
	(void)state;
	wrong = 0;
	unit_arena = arena_new((size_t)8 * 1024 * 1024);
	return unit_arena == NULL;
}

int
unit_teardown(void **state)
{
	struct text *t;

	(void)state;
	if (captured != NULL)
		unit_capture_end();
	while ((t = texts) != NULL) {
		texts = t->next;
		free(t);
	}
	arena_free(unit_arena);
	unit_arena = NULL;
	return 0;
}

void
unit_wrong(const char *what, const char *fmt, ...)
{
	va_list args;
	char *why = NULL;

	va_start(args, fmt);
	if (vasprintf(&why, fmt, args) < 0)
		why = NULL;
	va_end(args);
	print_error("%s: %s\n", what, why == NULL ? fmt : why);
	free(why);
	wrong++;
}

void
unit_done(void)
{
	if (wrong > 0)
		fail_msg("%d wrong", wrong);
}

int
unit_same(const char *what, const char *got, const char *want)
{
	if (got == NULL ? want == NULL : want != NULL && !strcmp(got, want))
		return 1;
	unit_wrong(what, "got <%s>, not <%s>", got == NULL ? "(null)" : got,
	    want == NULL ? "(null)" : want);
	return 0;
}

int
unit_same_int(const char *what, long long got, long long want)
{
	if (got == want)
		return 1;
	unit_wrong(what, "got %lld, not %lld", got, want);
	return 0;
}

char *
unit_printf(const char *fmt, ...)
{
	va_list args;
	char *made = NULL, *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&made, fmt, args);
	va_end(args);
	assert_true(len >= 0);
	text = text_new((size_t)len);
	memcpy(text, made, (size_t)len);
	free(made);
	return text;
}

char *
unit_repeat(const char *text, size_t n)
{
	size_t len = strlen(text);
	char *out = text_new(len * n);

	for (size_t i = 0; i < n; i++)
		memcpy(out + i * len, text, len);
	return out;
}

char *
unit_replace(const char *text, const char *from, const char *to)
{
	const char *found = strstr(text, from);

	if (found == NULL)
		fail_msg("the test's own text has no <%s>", from);
	return unit_printf(
	    "%.*s%s%s", (int)(found - text), text, to, found + strlen(from));
}

struct http_request
unit_post_bytes(const char *body, size_t len)
{
	char *copy = text_new(len);

	memcpy(copy, body, len);
	return (struct http_request){
		.id = "00000000-0000-4000-8000-000000000001",
		.method = "POST",
		.path = "/",
		.body = copy,
		.body_len = len,
	};
}

struct http_request
unit_post(const char *body)
{
	return unit_post_bytes(body, strlen(body));
}

char *
unit_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *data;
	long size = 0;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		fail_msg("cannot read %s", path);
	rewind(f);
	data = text_new((size_t)size);
	assert_int_equal(fread(data, 1, (size_t)size, f), size);
	fclose(f);
	if (len != NULL)
		*len = (size_t)size;
	return data;
}

char *
unit_seed(const char *name)
{
	return unit_file(unit_printf("tests/data/seed/%s", name), NULL);
}

void
unit_capture_begin(int fd)
{
	fflush(NULL);
	captured = tmpfile();
	assert_non_null(captured);
	captured_fd = fd;
	saved = dup(fd);
	assert_true(saved >= 0);
	assert_int_equal(dup2(fileno(captured), fd), fd);
}

char *
unit_capture_end(void)
{
	char *data;
	long size;

	fflush(NULL);
	dup2(saved, captured_fd);
	close(saved);
	fseek(captured, 0, SEEK_END);
	size = ftell(captured);
	rewind(captured);
	data = text_new((size_t)size);
	assert_int_equal(fread(data, 1, (size_t)size, captured), size);
	fclose(captured);
	captured = NULL;
	return data;
}
