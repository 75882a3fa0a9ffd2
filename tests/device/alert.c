/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "session.h"

#define DOMAIN "Reversed-Domain-Name:com.microsoft.mdm."

struct kind {
	const char *name; /* of --alert */
	const char *code;
	const char *type;
	const char *format;
	const char *mark;
	const char *data;
};

/* clang-format off */
static const struct kind kinds[] = {
 { "aad-token",       "1224", "com.microsoft/MDM/AADUserToken", NULL, NULL,
   "eyJhbGciOiJub25lIn0.e30." },
 { "synctype",        "1224", "com.microsoft.mdm.synctype", NULL, NULL,
   "mixed" },
 { "device-prep",     "1224", "com.microsoft/MDM/DevicePrepSync", NULL, NULL,
   "ProvisioningComplete" },
 { "boot",            "1224", "com.microsoft/MDM/BootSync", NULL, NULL, "1" },
 { "bootstrap",       "1224", "com.microsoft/MDM/BootstrapSync", NULL, NULL,
   "1" },
 { "odj",             "1224", "com.microsoft/MDM/OdjSync", NULL, NULL, "1" },
 { "request-pending", "1224", DOMAIN "requestpending", NULL, NULL, "1" },
 { "declared",        "1224", "com.microsoft.mdm.declaredconfigurationdocuments",
   "xml", NULL, "<DeclaredConfigurations schema=\"1.0\"/>" },
 { "msi",             "1224", DOMAIN "win32csp_install", "int",
   "informational", "0" },
 { "app",             "1226", DOMAIN "EnterpriseHostedAppInstall.result",
   "int", "informational", "0" },
 { "app-removed",     "1226", DOMAIN "EnterpriseAppUninstall.result", "int",
   "informational", "0" },
 { "scep",            "1226", "com.microsoft:mdm.SCEPCertificateInstall",
   "int", "informational", "1" },
 { "unknown-1224",    "1224", "com.example/Nobody/Knows", NULL, NULL, "?" },
 { "unknown-1226",    "1226", "com.example:nobody.knows", NULL, "harmless",
   "?" },
 { "untyped",         "1226", NULL, NULL, NULL, "?" },
};

/* What tells the end of a command at a node. */
static const struct {
	const char *part; /* of the LocURI */
	const char *kind;
} completions[] = {
 { "/EnterpriseDesktopAppManagement/", "msi" },
 { "/AppInstallation/",                "app" },
 { "/AppManagement/",                  "app-removed" },
 { "",                                 "unknown-1226" },
};
/* clang-format on */

void
alert_add(struct syncml_command **out, const char *code)
{
	syncml_list_add(out, "Alert")->data = xstrdup(code);
}

void
alert_typed_add(struct syncml_command **out, const char *code, const char *type,
    const char *data)
{
	struct syncml_command *c = syncml_list_add(out, "Alert");
	struct syncml_item *i = syncml_item_add(c);

	c->data = xstrdup(code);
	str_set(&i->type, type);
	str_set(&i->data, data);
}

static const struct kind *
kind_find(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < COUNT(kinds); i++)
		if (strlen(kinds[i].name) == n &&
		    strncmp(kinds[i].name, name, n) == 0)
			return &kinds[i];
	return NULL;
}

static void
kind_add(struct syncml_command **out, const struct kind *k, const char *source,
    const char *data)
{
	struct syncml_command *c = syncml_list_add(out, "Alert");
	struct syncml_item *i = syncml_item_add(c);

	c->data = xstrdup(k->code);
	str_set(&i->source, source);
	str_set(&i->type, k->type);
	str_set(&i->format, k->format);
	str_set(&i->mark, k->mark);
	str_set(&i->data, data == NULL ? k->data : data);
}

/* CODE,TYPE,DATA; the last two may be missing. */
static int
free_form(const char *text, struct syncml_command **out)
{
	char *copy = xstrdup(text), *rest = copy;
	const char *code = strsep(&rest, ","), *type = strsep(&rest, ",");
	long number;
	int ok = str_number(code, 1000, 1999, &number) == 0;

	if (ok && out != NULL && type == NULL)
		alert_add(out, code);
	else if (ok && out != NULL)
		alert_typed_add(out, code, type, rest);
	free(copy);
	return ok ? 0 : -1;
}

int
alert_is_known(const char *text)
{
	if (kind_find(text, strcspn(text, "=")) != NULL)
		return 0;
	return free_form(text, NULL);
}

static void
named_add(struct syncml_command **out, const char *text)
{
	size_t n = strcspn(text, "=");
	const struct kind *k = kind_find(text, n);

	if (k != NULL)
		kind_add(out, k, NULL, text[n] == '=' ? text + n + 1 : NULL);
	else
		free_form(text, out);
}

static void
completion_add(struct syncml_command **out, const char *uri, const char *data)
{
	size_t i = 0;
	const char *name;

	while (strstr(uri, completions[i].part) == NULL)
		i++;
	name = completions[i].kind;
	kind_add(out, kind_find(name, strlen(name)), uri, data);
}

/* "URI URI …" of the state, told now. */
void
alert_pending(const struct session *s, struct syncml_command **out)
{
	const char *data = s->d->o->plan.complete_data;
	struct state *st = s->d->state;
	const char *list = state_get(st, "pending");
	char *copy = list == NULL ? NULL : xstrdup(list), *rest = copy, *uri;

	while ((uri = strsep(&rest, " ")) != NULL)
		if (*uri != '\0')
			completion_add(out, uri, data);
	state_set(st, "pending", NULL);
	free(copy);
}

void
alerts_add(const struct session *s, struct syncml_command **out)
{
	const struct plan *p = &s->d->o->plan;
	size_t i;

	alert_pending(s, out);
	for (i = 0; i < p->nalerts; i++)
		named_add(out, p->alerts[i]);
}

void
alert_completion(struct session *s, const char *uri)
{
	const struct plan *p = &s->d->o->plan;
	const char *list = state_get(s->d->state, "pending");
	char *longer;

	if (p->complete == COMPLETE_NEVER || uri == NULL ||
	    strchr(uri, ' ') != NULL)
		return;
	if (p->complete == COMPLETE_SAME) {
		completion_add(&s->news, uri, p->complete_data);
		return;
	}
	longer = xprintf(
	    "%s%s%s", list == NULL ? "" : list, list == NULL ? "" : " ", uri);
	state_set(s->d->state, "pending", longer);
	free(longer);
}
