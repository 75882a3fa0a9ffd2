/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "../../common/buf.h"
#include "../../fcgi/landing.h"
#include "../../fcgi/signin.h"
#include "../../fcgi/terms.h"

#define APPRU "ms-app://windows.immersivecontrolpanel"
#define BACK "ms-appx-web://Fenestra/ToUResponse"
#define FORM "CONTENT_TYPE=application/x-www-form-urlencoded"

/* Every word is its own name in <>, which only the writer may let through. */
static const char *
word(void *context, const char *name)
{
	(void)context;
	if (strcmp(name, "page_language") == 0)
		return "de";
	return unit_printf("<%s>", name);
}

static struct page
page(void)
{
	return (struct page){ .arena = unit_arena, .setting = word };
}

/* The tree of a page, which is XML behind its first line. */
static char *
tree(const struct page *p)
{
	static const char first[] = "<!DOCTYPE html>\n";

	assert_int_equal(p->w.out.failed, 0);
	assert_int_equal(p->w.depth, 0);
	assert_memory_equal(p->w.out.data, first, strlen(first));
	return tree_of(
	    p->w.out.data + strlen(first), p->w.out.len - strlen(first));
}

static int
read_post(
    const char *query, const char *body, struct signin *s, struct fault *f)
{
	static char type[] = FORM;
	char *params[] = { unit_printf("QUERY_STRING=%s", query), type, NULL };
	struct http_request r = unit_post(body);

	r.params = params;
	*s = (struct signin){ 0 };
	*f = (struct fault){ 0 };
	return signin_read(unit_arena, &r, s, f);
}

static const char *const good[] = {
	APPRU,
	"ms-app://s-1-15-2-2/",
	"MS-APP://x",
	"ms-app:x?a=b&c=%41#d",
};

static const char *const bad[] = {
	"",
	"ms-app:",
	"ms-app",
	"ms-appx://x",
	"ms-appx-web://x",
	" ms-app://x",
	"\nms-app://x",
	"https://evil.test/",
	"//evil.test/",
	"javascript:alert(1)",
	"data:text/html,x",
	"x-ms-app://x",
	"ms-app://x\"onclick=\"y",
	"ms-app://x'y",
	"ms-app://x>y",
	"ms-app://x<y",
	"ms-app://x y",
	"ms-app://x\ty",
	"ms-app://x\ny",
	"ms-app://x\\y",
	"ms-app://x`y",
	"ms-app://\xc3\xa4",
	"ms-app://x{y}",
};

static char *
escaped(const char *text)
{
	struct buf b;

	buf_init(&b, unit_arena);
	for (; *text != '\0'; text++)
		buf_printf(&b, "%%%02x", (unsigned char)*text);
	return b.data != NULL ? b.data : unit_printf("%s", "");
}

static void
test_appru(void **state)
{
	struct signin s;
	struct fault f;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		unit_same_int(good[i],
		    read_post(
			unit_printf("appru=%s", escaped(good[i])), "", &s, &f),
		    0);
		unit_same(good[i], s.appru, good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		unit_same_int(bad[i],
		    read_post(
			unit_printf("appru=%s", escaped(bad[i])), "", &s, &f),
		    -1);
		unit_same_int(bad[i], f.status, 400);
	}
	unit_same_int("none", read_post("login_hint=a", "", &s, &f), -1);
	unit_same("none", f.reason, "no appru");
	unit_same_int(
	    "two", read_post("appru=" APPRU "&appru=" APPRU, "", &s, &f), -1);
	unit_done();
}

static void
test_fields(void **state)
{
	static const char *const lines[] = { "username=a%0Ab", "username=%7f",
		"password=a%0D", "accept=%09" };
	struct signin s;
	struct fault f;

	(void)state;
	assert_int_equal(
	    read_post("appru=" APPRU "&login_hint=a%40b",
		"username=b%5Cc&password=%20p%20&ticket=t&accept=1&appru=x", &s,
		&f),
	    0);
	assert_string_equal(s.appru, APPRU);
	assert_string_equal(s.login_hint, "a@b");
	assert_string_equal(s.username, "b\\c");
	assert_string_equal(s.password, " p ");
	assert_string_equal(s.ticket, "t");
	assert_string_equal(s.accept, "1");
	for (size_t i = 0; i < COUNT(lines); i++)
		unit_same_int(
		    lines[i], read_post("appru=" APPRU, lines[i], &s, &f), -1);
	unit_same_int("hint",
	    read_post("appru=" APPRU "&login_hint=a%0a", "", &s, &f), -1);
	unit_same_int("a long one",
	    read_post("appru=" APPRU,
		unit_printf("password=%s", unit_repeat("a", 257)), &s, &f),
	    -1);
	unit_done();
}

static void
test_type(void **state)
{
	static char query[] = "QUERY_STRING=appru=" APPRU;
	static char type[] = "CONTENT_TYPE=multipart/form-data";
	char *params[] = { query, type, NULL };
	struct http_request r = unit_post("username=a");
	struct signin s = { 0 };
	struct fault f = { 0 };

	(void)state;
	r.params = params;
	assert_int_equal(signin_read(unit_arena, &r, &s, &f), -1);
	assert_int_equal(f.status, 415);
}

/* Nothing that a client sends is more than text or a value. */
static void
test_escaping(void **state)
{
	static char evil[] = "\"'><script>alert(1)</script>&amp;";
	const struct signin s = { .username = evil, .login_hint = evil };
	const struct signin_rest rest = {
		.user = evil, .ticket = evil, .version = evil, .terms = evil
	};
	struct page p[3] = { page(), page(), page() };

	(void)state;
	signin_form(&p[0], &s, SIGNIN_WRONG);
	signin_rest(&p[1], &rest);
	landing_page(&p[2], &(struct landing){ .link = evil });
	for (size_t i = 0; i < COUNT(p); i++) {
		assert_non_null(strstr(tree(&p[i]), evil));
		assert_null(strstr(p[i].w.out.data, "<script"));
		assert_null(p[i].script);
	}
}

static void
test_form_page(void **state)
{
	static char hint[] = "ann@corp.test";
	struct signin s = { .login_hint = hint };
	struct page p = page();
	char *t;

	(void)state;
	signin_form(&p, &s, NULL);
	t = tree(&p);
	assert_non_null(strstr(t, "html[lang=de]"));
	assert_non_null(strstr(t, "title=<page_sign_in_title> "));
	assert_non_null(strstr(t, "h1=<page_sign_in_title>"));
	assert_non_null(strstr(t, "value=ann@corp.test"));
	assert_null(strstr(t, "role=alert"));
	assert_null(strstr(t, "aria-invalid=true"));
	assert_string_equal(p.targets, "'self'");
	p = page();
	signin_form(&p, &s, SIGNIN_WAIT);
	t = tree(&p);
	assert_non_null(strstr(t, "role=alert"));
	assert_null(strstr(t, "aria-invalid=true"));
	p = page();
	s.username = hint;
	signin_form(&p, &s, SIGNIN_WRONG);
	t = tree(&p);
	assert_non_null(strstr(t, "title=<page_error_title>: "));
	assert_non_null(strstr(t, "a[href=#password]=<page_error_wrong>"));
	assert_non_null(strstr(t, "aria-invalid=true"));
}

static void
test_terms_page(void **state)
{
	static const struct signin_rest rest = { .user = "ann@corp.test",
		.ticket = "t1",
		.version = "2026-1",
		.terms = "\n\nOne\nline.\n\n\nTwo.\r\n\r\nThree.\n",
		.missing = 1 };
	struct page p = page();
	char *t;

	(void)state;
	signin_rest(&p, &rest);
	t = tree(&p);
	assert_non_null(strstr(t, "p=One\nline.\n"));
	assert_non_null(strstr(t, "p=Two."));
	assert_non_null(strstr(t, "p=Three."));
	assert_non_null(strstr(t, "value=2026-1"));
	assert_non_null(strstr(t, "value=t1"));
	assert_non_null(strstr(t, "a[href=#accept]=<page_terms_missing>"));
	assert_non_null(strstr(t, "strong=ann@corp.test"));
}

/* The form goes to the app alone, and the one script may run. */
static void
test_done_page(void **state)
{
	static char appru[] = "ms-app://x?a&b";
	const struct signin s = { .appru = appru };
	struct page p = page();
	const char *headers;
	char *t;

	(void)state;
	signin_done(&p, &s, "t0ken");
	t = tree(&p);
	assert_non_null(strstr(t, "action=ms-app://x?a&b"));
	assert_non_null(strstr(t, "name=wresult"));
	assert_non_null(strstr(t, "value=t0ken"));
	assert_non_null(strstr(t, "script=document.forms[0].submit()"));
	headers = page_headers(&p);
	assert_non_null(strstr(headers, "form-action ms-app:; "));
	assert_non_null(strstr(headers, "script-src 'sha256-"));
	assert_non_null(strstr(headers, "frame-ancestors 'none'\r\n"));
	assert_null(strstr(headers, "unsafe"));
}

static int
read_terms(
    const char *query, const char *body, struct terms *t, struct fault *f)
{
	static char type[] = FORM;
	char *params[] = { unit_printf("QUERY_STRING=%s", query), type, NULL };
	struct http_request r = unit_post(body);

	r.params = params;
	*t = (struct terms){ 0 };
	*f = (struct fault){ 0 };
	return terms_read(unit_arena, &r, t, f);
}

/* Back to Windows alone, with nothing of the client's in the header's way. */
static void
test_redirect_uri(void **state)
{
	static const char *const back[] = { BACK, "MS-APPX-WEB://x",
		"ms-aadj-redir://auth/x?a=b&c=%41" };
	static const char *const away[] = { "", "ms-appx-web:", "ms-appx-web",
		"ms-app://x", "ms-appx-webs://x", "https://evil.test/", "/x",
		"//evil.test/", "javascript:alert(1)", " " BACK, BACK "#x",
		BACK "\r\nX: y", BACK "\n", BACK "\"", BACK "\\", BACK " " };
	struct terms t;
	struct fault f;

	(void)state;
	for (size_t i = 0; i < COUNT(back); i++)
		unit_same_int(back[i],
		    read_terms(unit_printf("redirect_uri=%s", escaped(back[i])),
			"ticket=t", &t, &f),
		    0);
	for (size_t i = 0; i < COUNT(away); i++) {
		unit_same_int(away[i],
		    read_terms(unit_printf("redirect_uri=%s", escaped(away[i])),
			"ticket=t", &t, &f),
		    -1);
		unit_same_int(away[i], f.status, 400);
	}
	unit_same_int("none", read_terms("mode=x", "ticket=t", &t, &f), -1);
	unit_same("none", f.reason, "no redirect_uri");
	unit_same_int(
	    "no ticket", read_terms("redirect_uri=" BACK, "", &t, &f), -1);
	unit_done();
}

static void
test_location(void **state)
{
	static char id[] = "34be581c-6ebd-49d6-a4e1-150eff4b7213";
	static char plain[] = BACK, query[] = BACK "?a=b";
	struct terms t = { .redirect_uri = plain };
	struct fault f;

	(void)state;
	assert_string_equal(
	    terms_location(unit_arena, &t, TERMS_ACCEPTED, "v1"),
	    "Location: " BACK "?IsAccepted=true&OpaqueBlob=v1\r\n");
	t.redirect_uri = query;
	t.request_id = id;
	assert_string_equal(
	    terms_location(unit_arena, &t, TERMS_DECLINED, NULL),
	    "Location: " BACK "?a=b&IsAccepted=false&client-request-id="
	    "34be581c-6ebd-49d6-a4e1-150eff4b7213\r\n");
	assert_int_equal(
	    read_terms("redirect_uri=" BACK "&client-request-id=%0d%0aX",
		"ticket=t", &t, &f),
	    0);
	assert_null(t.request_id);
}

static void
test_entra_page(void **state)
{
	static char evil[] = "\"'><script>alert(1)</script>&amp;";
	static char join[] = "azureadjoin";
	const struct terms_due due = {
		.user = evil, .ticket = evil, .version = evil, .content = evil
	};
	struct terms t = { 0 };
	struct page p = page();
	const char *headers;

	(void)state;
	p.framed = 1;
	terms_page(&p, &t, &due);
	assert_non_null(strstr(tree(&p), evil));
	assert_null(strstr(p.w.out.data, "<script"));
	assert_non_null(strstr(tree(&p), "name=decline"));
	headers = page_headers(&p);
	assert_non_null(strstr(
	    headers, "form-action 'self' ms-appx-web: ms-aadj-redir:; "));
	assert_null(strstr(headers, "rame"));
	assert_null(strstr(headers, "unsafe"));
	p = page();
	t.mode = join;
	terms_page(&p, &t, &due);
	assert_non_null(strstr(tree(&p), "name=accept"));
	assert_null(strstr(tree(&p), "name=decline"));
}

/* A code that a camera reads: three finders, and quiet around it. */
static void
test_code(void **state)
{
	struct page p = page();
	char *t;

	(void)state;
	landing_page(
	    &p, &(struct landing){ .link = "ms-device-enrollment:?mode=mdm" });
	t = tree(&p);
	assert_non_null(strstr(t, "href=ms-device-enrollment:?mode=mdm"));
	assert_non_null(strstr(t, "viewBox=0 0 37 37"));
	assert_non_null(strstr(t, "M4 4h7v1h-7z"));
	assert_non_null(strstr(t, "M26 4h7v1h-7z"));
	p = page();
	landing_page(&p, &(struct landing){ .link = unit_repeat("a", 4000) });
	assert_null(strstr(tree(&p), "viewBox"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_appru),
		UNIT_TEST(test_fields),
		UNIT_TEST(test_type),
		UNIT_TEST(test_escaping),
		UNIT_TEST(test_form_page),
		UNIT_TEST(test_terms_page),
		UNIT_TEST(test_done_page),
		UNIT_TEST(test_redirect_uri),
		UNIT_TEST(test_location),
		UNIT_TEST(test_entra_page),
		UNIT_TEST(test_code),
	};

	return cmocka_run_group_tests_name("signin", tests, NULL, NULL);
}
