/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include <strings.h>

#include "../../fcgi/landing.h"
#include "../../fcgi/signin.h"
#include "../../fcgi/terms.h"

static const char *
word(void *context, const char *name)
{
	(void)context;
	return name;
}

/* It is XML behind its first line. */
static void
check_page(struct page *p)
{
	static const char first[] = "<!DOCTYPE html>\n";
	struct xw body = p->w;

	CHECK(p->w.out.len > strlen(first));
	body.out.data += strlen(first);
	body.out.len -= strlen(first);
	fuzz_readable(&body);
	CHECK(strchr(page_headers(p), '\n') != NULL);
}

static void
use(struct arena *a, const struct signin *s)
{
	struct page p = { .arena = a, .setting = word };
	struct signin_rest rest = { .user = "u",
		.ticket = s->ticket != NULL ? s->ticket : "",
		.version = s->accept,
		.terms = s->username != NULL ? s->username : "" };

	signin_form(&p, s, s->password != NULL ? SIGNIN_WRONG : NULL);
	check_page(&p);
	signin_rest(&p, &rest);
	check_page(&p);
	signin_done(&p, s, "token");
	check_page(&p);
}

static void
use_terms(struct arena *a, const struct http_request *r)
{
	struct page p = { .arena = a, .setting = word };
	struct terms t = { 0 };
	struct fault f = { 0 };
	const char *where;

	if (terms_read(a, r, &t, &f) == -1) {
		CHECK(f.status == 400 || f.status == 415);
		CHECK(f.reason != NULL);
		return;
	}
	where = terms_location(a, &t, TERMS_ACCEPTED, "v1");
	CHECK(strncasecmp(where, "Location: ms-a", 14) == 0);
	CHECK(strcspn(where, "\r\n\"'<>#") == strlen(where) - 2);
	terms_page(&p, &t,
	    &(struct terms_due){ .user = "u",
		.ticket = t.ticket,
		.version = t.accept != NULL ? t.accept : "",
		.content = t.decline != NULL ? t.decline : "" });
	check_page(&p);
}

/* The first line is the query, what is behind it the form. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char type[] = "CONTENT_TYPE=application/x-www-form-urlencoded";
	const uint8_t *end = memchr(data, '\n', size);
	size_t len = end == NULL ? size : (size_t)(end - data);
	struct arena *a = fuzz_arena();
	struct http_request r = fuzz_request(data + len, size - len);
	char *query =
	    arena_printf(a, "QUERY_STRING=%.*s", (int)len, (const char *)data);
	char *params[] = { query, type, NULL };
	struct landing l = { 0 };
	struct signin s = { 0 };
	struct fault f = { 0 };

	CHECK(query != NULL);
	r.params = params;
	if (landing_read(a, &r, &l, &f) == 0 && l.username != NULL)
		CHECK(strlen(l.username) <= 256);
	use_terms(a, &r);
	f = (struct fault){ 0 };
	if (signin_read(a, &r, &s, &f) == -1) {
		CHECK(f.status == 400 || f.status == 415);
		CHECK(f.reason != NULL);
		return 0;
	}
	CHECK(strncasecmp(s.appru, "ms-app:", 7) == 0);
	CHECK(strpbrk(s.appru, "\"'<> \t\r\n\\`") == NULL);
	CHECK(s.username == NULL || strpbrk(s.username, "\r\n") == NULL);
	use(a, &s);
	return 0;
}
