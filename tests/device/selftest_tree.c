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

void
selftest_tree(void)
{
	static const struct options o = { .login = "user", .verbosity = -1 };
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
	captured_close(&s);
}
