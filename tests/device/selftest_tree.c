/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "selftest.h"

#define POLICY "./Vendor/MSFT/Policy/Config/Camera"
#define USER "./User/Vendor/MSFT/Policy/Config/Start/NoRun"
#define WALLPAPER "./Vendor/MSFT/Personalization/DesktopImageUrl"
#define ACCOUNT "./Vendor/MSFT/Accounts/Users/bob/Password"
#define UNENROLL "./Vendor/MSFT/DMClient/Provider/Fenestra/Unenroll"

/* One after another on the same tree; data is what a Get should bring. */
/* clang-format off */
static const struct {
	enum csp_verb verb;
	const char *uri;
	const char *format;
	const char *data;
	int user;
	int status;
} rows[] = {
 { CSP_GET,     "./DevDetail/SwV", NULL, "10.0.19043.2364", 1, 200 },
 { CSP_GET,     "./devdetail/swv", NULL, "10.0.19043.2364", 1, 200 },
 { CSP_GET,     "./DevDetail/URI", NULL, "MaxDepth/MaxTotLen/MaxSegLen", 1, 200 },
 { CSP_GET,     "./DevDetail/Ext", NULL, "Microsoft", 1, 200 },
 { CSP_GET,     "./DevDetail/SwV?prop=Format", NULL, NULL, 1, 406 },
 { CSP_GET,     "./DevDetail/Nothing", NULL, NULL, 1, 404 },
 { CSP_GET,     "./Vendor/MSFT/Nothing/At/All", NULL, NULL, 1, 404 },
 { CSP_GET,     "./DevDetail/Ext/Microsoft/MobileID", NULL, NULL, 1, 404 },
 { CSP_REPLACE, "./DevDetail/SwV", "chr", "11", 1, 405 },
 { CSP_DELETE,  "./DevDetail", NULL, NULL, 1, 405 },
 { CSP_EXEC,    "./DevDetail/SwV", NULL, NULL, 1, 405 },
 { CSP_REPLACE, WALLPAPER, "chr", "https://example.com/a.jpg", 1, 202 },
 { CSP_GET,     WALLPAPER, NULL, "https://example.com/a.jpg", 1, 200 },
 { CSP_GET,     "./Device/Vendor/MSFT/Personalization/DesktopImageUrl", NULL,
     "https://example.com/a.jpg", 1, 200 },
 { CSP_REPLACE, WALLPAPER, "chr", "no address", 1, 500 },
 { CSP_REPLACE, WALLPAPER, "int", "1", 1, 415 },
 { CSP_ADD,     WALLPAPER, "chr", "https://example.com/b.jpg", 1, 418 },
 { CSP_DELETE,  WALLPAPER, NULL, NULL, 1, 200 },
 { CSP_DELETE,  WALLPAPER, NULL, NULL, 1, 404 },
 { CSP_ADD,     POLICY "/AllowCamera", "int", "0", 1, 200 },
 { CSP_ADD,     POLICY "/AllowCamera", "int", "0", 1, 418 },
 { CSP_REPLACE, POLICY "/AllowCamera", "int", "yes", 1, 415 },
 { CSP_GET,     POLICY, NULL, "AllowCamera", 1, 200 },
 { CSP_DELETE,  POLICY, NULL, NULL, 1, 200 },
 { CSP_GET,     POLICY "/AllowCamera", NULL, NULL, 1, 404 },
 { CSP_ADD,     POLICY, "node", NULL, 1, 200 },
 { CSP_ADD,     POLICY, "node", NULL, 1, 418 },
 { CSP_REPLACE, "./Vendor/MSFT/WiFi/Profile/x/WlanXml", "chr", "a", 1, 404 },
 { CSP_ADD,     ACCOUNT, "chr", "secret", 1, 200 },
 { CSP_GET,     ACCOUNT, NULL, NULL, 1, 425 },
 { CSP_ADD,     USER, "int", "1", 0, 405 },
 { CSP_ADD,     USER, "int", "1", 1, 200 },
 { CSP_GET,     USER, NULL, "1", 1, 200 },
 { CSP_GET,     "./Vendor/MSFT/Policy/Config/Start/NoRun", NULL, NULL, 1, 404 },
 { CSP_GET,     "./Vendor/MSFT/Reboot/RebootNow", NULL, NULL, 1, 405 },
 { CSP_EXEC,    "./Vendor/MSFT/Reboot/RebootNow", "null", NULL, 1, 200 },
 { CSP_EXEC,    UNENROLL, "chr", "Somebody", 1, 500 },
 { CSP_EXEC,    UNENROLL, "chr", "Fenestra", 1, 200 },
};
/* clang-format on */

/* The documented reasons, each on a tree of its own. */
static void
reason_check(const struct csp_reason *reason)
{
	struct options o = { .login = "user", .verbosity = -1 };
	struct csp_command q = { .verb = reason->verb,
		.uri = reason->uri,
		.format = reason->format,
		.type = reason->type,
		.data = reason->data,
		.user_present = !reason->nobody };
	struct csp_result r = { 0 };
	struct session s;
	struct device d;
	int i = 0;

	captured_open(&s, &d, &o);
	do {
		csp_result_free(&r);
		csp_apply(s.tree, &q, &r);
	} while (++i < reason->times);
	check(r.status == reason->status, "%s %.60s, %s: %d, not %d",
	    csp_verb_name(reason->verb), reason->uri, reason->reason, r.status,
	    reason->status);
	csp_result_free(&r);
	captured_close(&s);
}

/* Names that need it are percent-encoded, and found however they are. */
static void
test_encoding(struct session *s)
{
	struct csp_command q = { .verb = CSP_ADD,
		.uri = "./Vendor/MSFT/Simulator/Names/%7ba b%7D%2fc",
		.format = "chr",
		.data = "x",
		.user_present = 1 };
	struct csp_result r;

	csp_apply(s->tree, &q, &r);
	check(r.status == 200, "an encoded name: %d", r.status);
	csp_result_free(&r);
	q.verb = CSP_GET;
	q.uri = "./Device/Vendor/MSFT/Simulator/Names/{a%20b}%2Fc";
	csp_apply(s->tree, &q, &r);
	check(r.status == 200, "the same name: %d", r.status);
	csp_result_free(&r);
	q.uri = "./Vendor/MSFT/Simulator/Names";
	csp_apply(s->tree, &q, &r);
	check_text(
	    "the names", r.data == NULL ? "" : r.data, "%7Ba%20b%7D%2Fc");
	csp_result_free(&r);
}

static void
list_check(struct session *s, const char *uri, const char *due)
{
	struct csp_command q = { .verb = CSP_GET, .uri = uri };
	const struct csp_value *v;
	struct buf text = { 0 };
	struct csp_result r;

	csp_apply(s->tree, &q, &r);
	buf_add(&text, "", 0);
	for (v = r.list; v != NULL; v = v->next)
		buf_printf(&text, "%s %s %s;", v->uri, v->format,
		    v->data == NULL ? "-" : v->data);
	check_text(uri, text.data, due);
	csp_result_free(&r);
	buf_free(&text);
}

static void
test_lists(struct session *s)
{
	list_check(s, "./DevDetail/URI?list=StructData",
	    "./DevDetail/URI node MaxDepth/MaxTotLen/MaxSegLen;"
	    "./DevDetail/URI/MaxDepth int 0;./DevDetail/URI/MaxTotLen int 0;"
	    "./DevDetail/URI/MaxSegLen int 0;");
	list_check(s, "./DevDetail/URI?list=Struct",
	    "./DevDetail/URI node -;./DevDetail/URI/MaxDepth int -;"
	    "./DevDetail/URI/MaxTotLen int -;"
	    "./DevDetail/URI/MaxSegLen int -;");
	list_check(s, "./DevDetail/SwV?list=StructData",
	    "./DevDetail/SwV chr 10.0.19043.2364;");
}

/* Every code there is can be had from a node of its own, or from any. */
static void
test_overrides(struct session *s)
{
	struct csp_command q = { .verb = CSP_EXEC, .data = "x" };
	struct csp_result r;
	int code;

	for (code = 101; code < 518; code++) {
		char *uri =
		    xprintf("./Vendor/MSFT/Simulator/Status/%d/x", code);

		q.uri = uri;
		csp_apply(s->tree, &q, &r);
		check(r.status == code, "%s: %d", uri, r.status);
		csp_result_free(&r);
		free(uri);
	}
	check(csp_override(s->tree, "./DevDetail/SwV=409:0x80070020") == 0 &&
		  csp_override(s->tree, "./DevDetail/SwV") == -1 &&
		  csp_override(s->tree, "./DevDetail/SwV=99") == -1,
	    "which answers can be ordered");
	q.uri = "./DevDetail/SwV";
	csp_apply(s->tree, &q, &r);
	check(r.status == 409, "an answer by order: %d", r.status);
	check_text("its error", r.error == NULL ? "" : r.error, "0x80070020");
	csp_result_free(&r);
}

void
selftest_tree(void)
{
	struct options o = { .login = "user", .verbosity = -1 };
	struct session s;
	struct device d;
	size_t i;

	captured_open(&s, &d, &o);
	for (i = 0; i < COUNT(rows); i++) {
		struct csp_command q = { .verb = rows[i].verb,
			.uri = rows[i].uri,
			.format = rows[i].format,
			.data = rows[i].data,
			.user_present = rows[i].user };
		struct csp_result r;

		csp_apply(s.tree, &q, &r);
		check(r.status == rows[i].status, "row %zu, %s: %d, not %d", i,
		    rows[i].uri, r.status, rows[i].status);
		if (rows[i].verb == CSP_GET && rows[i].status == 200)
			check_text(rows[i].uri, r.data == NULL ? "" : r.data,
			    rows[i].data);
		csp_result_free(&r);
	}
	check(csp_effect(s.tree) == CSP_UNENROLL, "it leaves in the end");
	test_encoding(&s);
	test_lists(&s);
	test_overrides(&s);
	captured_close(&s);
	check(csp_nreasons >= 50, "%zu reasons are documented", csp_nreasons);
	for (i = 0; i < csp_nreasons; i++)
		reason_check(&csp_reasons[i]);
}
