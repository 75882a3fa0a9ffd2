/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "dom.h"
#include "enroll.h"
#include "wap.h"

#define RULE "account"
#define NONCE_BYTES 16
#define SECRET_CHARACTERS 16
#define SHORTEST_ENDLESS_POLL 15
#define MEDIA "application/vnd.syncml.dm"

/* clang-format off */
static const struct wap_parm application_parms[] = {
 { "APPID",                   WAP_TEXT,   1 },
 { "PROVIDER-ID",             WAP_TEXT,   1 },
 { "NAME",                    WAP_TEXT,   1 },
 { "ADDR",                    WAP_TEXT,   1 },
 { "ServerList",              WAP_TEXT,   0 },
 { "CONNRETRYFREQ",           WAP_NUMBER, 0 },
 { "INITIALBACKOFFTIME",      WAP_NUMBER, 0 },
 { "MAXBACKOFFTIME",          WAP_NUMBER, 0 },
 { "BACKCOMPATRETRYDISABLED", WAP_FLAG,   0 },
 { "DEFAULTENCODING",         WAP_TEXT,   1 },
 { "SSLCLIENTCERTSEARCHCRITERIA", WAP_TEXT, 0 },
 { "PROTOVER",                WAP_TEXT,   0 },
 { "ROLE",                    WAP_NUMBER, 0 },
 { "USEHWDEVID",              WAP_FLAG,   0 },
 { "TO-NAPID",                WAP_TEXT,   0 },
};

static const struct wap_parm client_parms[] = {
 { "AAUTHLEVEL",  WAP_TEXT, 1 },
 { "AAUTHTYPE",   WAP_TEXT, 1 },
 { "AAUTHNAME",   WAP_TEXT, 0 },
 { "AAUTHSECRET", WAP_TEXT, 1 },
 { "AAUTHDATA",   WAP_TEXT, 1 },
};

static const struct wap_parm server_parms[] = {
 { "AAUTHLEVEL",  WAP_TEXT, 1 },
 { "AAUTHTYPE",   WAP_TEXT, 1 },
 { "AAUTHNAME",   WAP_TEXT, 1 },
 { "AAUTHSECRET", WAP_TEXT, 1 },
 { "AAUTHDATA",   WAP_TEXT, 1 },
};

static const struct wap_parm provider_parms[] = {
 { "UPN",           WAP_STRING,  0 },
 { "EntDeviceName", WAP_STRING,  0 },
 { "EntDMID",       WAP_STRING,  1 },
 { "EnableOmaDmKeepAliveMessage", WAP_BOOLEAN, 0 },
 { "SyncApplicationVersion",      WAP_STRING,  0 },
 { "HelpPhoneNumber",             WAP_STRING,  0 },
 { "HelpWebsite",                 WAP_STRING,  0 },
 { "HelpEmailAddress",            WAP_STRING,  0 },
 { "NumberOfDaysAfterLostContactToUnenroll", WAP_INTEGER, 0 },
};

static const struct wap_parm poll_parms[] = {
 { "NumberOfFirstRetries",                  WAP_INTEGER, 1 },
 { "IntervalForFirstSetOfRetries",          WAP_INTEGER, 1 },
 { "NumberOfSecondRetries",                 WAP_INTEGER, 1 },
 { "IntervalForSecondSetOfRetries",         WAP_INTEGER, 1 },
 { "NumberOfRemainingScheduledRetries",     WAP_INTEGER, 1 },
 { "IntervalForRemainingScheduledRetries",  WAP_INTEGER, 1 },
 { "PollOnLogin",                           WAP_BOOLEAN, 1 },
 { "AllUsersPollOnFirstLogin",              WAP_BOOLEAN, 0 },
};

/* Parms of APPLICATION that a later session needs, and their names here. */
static const struct {
	const char *parm;
	const char *name;
} kept[] = {
 { "ADDR",               "management-url" },
 { "PROVIDER-ID",        "provider-id" },
 { "CONNRETRYFREQ",      "connection-retries" },
 { "INITIALBACKOFFTIME", "backoff-initial" },
 { "MAXBACKOFFTIME",     "backoff-maximum" },
 { "DEFAULTENCODING",    "encoding" },
};

/* The two credentials: whose proof they are, and what is kept. */
static const struct credential {
	const char *level;
	const struct wap_parm *parms;
	size_t nparms;
	const char *name;
	const char *secret;
	const char *nonce;
} credentials[] = {
 { "CLIENT", client_parms, COUNT(client_parms), NULL,
   "server-secret", "server-nonce" },
 { "APPSRV", server_parms, COUNT(server_parms), "auth-name",
   "client-secret", "client-nonce" },
};
/* clang-format on */

static const struct node *
credential_find(struct report *r, const struct node *app, const char *level)
{
	const struct node *n, *found = NULL;
	const char *its;

	for (n = app->first; n != NULL; n = n->next) {
		its = wap_value(n, "AAUTHLEVEL");
		if (strcmp(wap_type(n), "APPAUTH") != 0 || its == NULL ||
		    strcmp(its, level) != 0)
			continue;
		if (found != NULL)
			report_fail(r, RULE, "two APPAUTH for %s", level);
		found = n;
	}
	if (found == NULL)
		report_fail(r, RULE, "there is no APPAUTH for %s", level);
	return found;
}

static void
nonce_judge(struct report *r, const char *level, const char *text)
{
	struct buf nonce = { 0 };

	if (text == NULL || base64_read(&nonce, text, 0) == -1)
		report_fail(r, RULE, "AAUTHDATA of %s is not base64", level);
	else if (nonce.len < NONCE_BYTES)
		report_fail(r, RULE, "the nonce of %s has only %zu bytes",
		    level, nonce.len);
	buf_free(&nonce);
}

static void
credential_take(
    struct device *d, const struct node *app, const struct credential *c)
{
	const struct node *n = credential_find(&d->r, app, c->level);
	const char *type = wap_value(n, "AAUTHTYPE");
	const char *secret = wap_value(n, "AAUTHSECRET");
	int is_basic = type != NULL && strcmp(type, "BASIC") == 0;

	if (n == NULL)
		return;
	wap_parms_judge(&d->r, n, c->parms, c->nparms);
	report_secret(&d->r, secret);
	if (type == NULL ||
	    (strcmp(type, "DIGEST") != 0 && !(is_basic && c->name != NULL)))
		report_fail(&d->r, RULE, "AAUTHTYPE of %s is %s", c->level,
		    type == NULL ? "missing" : type);
	if (secret != NULL && strlen(secret) < SECRET_CHARACTERS)
		report_fail(&d->r, RULE, "the secret of %s is short", c->level);
	nonce_judge(&d->r, c->level, wap_value(n, "AAUTHDATA"));
	state_set(d->state, c->secret, secret);
	state_set(d->state, c->nonce, wap_value(n, "AAUTHDATA"));
	if (c->name == NULL)
		return;
	state_set(d->state, c->name, wap_value(n, "AAUTHNAME"));
	state_set(d->state, "auth-type", type);
}

static int
is_same(const struct state *s, const char *one, const char *other)
{
	const char *a = state_get(s, one), *b = state_get(s, other);

	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static void
credentials_take(struct device *d, const struct node *app)
{
	size_t i;

	for (i = 0; i < COUNT(credentials); i++)
		credential_take(d, app, &credentials[i]);
	if (is_same(d->state, "client-secret", "server-secret"))
		report_fail(&d->r, RULE, "both sides have the same secret");
	if (is_same(d->state, "client-nonce", "server-nonce"))
		report_fail(&d->r, RULE, "both sides have the same nonce");
	report_secret(&d->r, state_get(d->state, "client-nonce"));
	report_secret(&d->r, state_get(d->state, "server-nonce"));
}

static void
unescape(char *text)
{
	char *out = text;

	for (; *text != '\0'; text++) {
		char hex[3] = { text[0], text[1], '\0' };

		if (*text == '%' && text[1] != '\0' && text[2] != '\0') {
			hex[0] = text[1];
			hex[1] = text[2];
			*out++ = (char)strtoul(hex, NULL, 16);
			text += 2;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

/* How Windows will look for the certificate of this account. */
static void
criteria_judge(
    struct report *r, const struct node *app, const struct enrollment *e)
{
	const char *value = wap_value(app, "SSLCLIENTCERTSEARCHCRITERIA");
	char *subject =
	    e->chain.leaf == NULL ? xstrdup("") : cert_subject(e->chain.leaf);
	char *due = xprintf("Subject=%s&Stores=My\\User", subject);
	char *text = value == NULL ? NULL : xstrdup(value);

	if (text != NULL) {
		unescape(text);
		if (strcmp(text, due) != 0)
			report_fail(r, RULE,
			    "the search criteria say %s, the certificate "
			    "is found by %s",
			    text, due);
	}
	free(text);
	free(due);
	free(subject);
}

static void
value_judge(
    struct report *r, const struct node *app, const char *name, const char *due)
{
	const char *value = wap_value(app, name);

	if (value != NULL && strcmp(value, due) != 0)
		report_fail(r, RULE, "%s is %s, not %s", name, value, due);
}

static void
encoding_judge(struct report *r, const struct node *app)
{
	const char *value = wap_value(app, "DEFAULTENCODING");

	if (value != NULL && strcmp(value, MEDIA "+xml") != 0 &&
	    strcmp(value, MEDIA "+wbxml") != 0)
		report_fail(r, RULE, "DEFAULTENCODING is %s", value);
}

static void
application_take(
    struct device *d, const struct node *app, const struct enrollment *e)
{
	const char *addr = wap_value(app, "ADDR");
	const char *id = wap_value(app, "PROVIDER-ID");
	size_t i;

	wap_parms_judge(
	    &d->r, app, application_parms, COUNT(application_parms));
	value_judge(&d->r, app, "APPID", "w7");
	encoding_judge(&d->r, app);
	if (addr != NULL && !str_starts(addr, "https://"))
		report_fail(&d->r, RULE, "ADDR %s is not https", addr);
	if (id != NULL && strpbrk(id, " /%") != NULL)
		report_fail(
		    &d->r, RULE, "PROVIDER-ID \"%s\" needs escaping", id);
	criteria_judge(&d->r, app, e);
	for (i = 0; i < COUNT(kept); i++)
		state_set(d->state, kept[i].name, wap_value(app, kept[i].parm));
	credentials_take(d, app);
}

static void
poll_judge(struct report *r, const struct node *poll)
{
	const char *number = wap_value(poll, "NumberOfFirstRetries");
	const char *interval = wap_value(poll, "IntervalForFirstSetOfRetries");
	long often = 1, minutes = SHORTEST_ENDLESS_POLL;

	if (poll == NULL)
		report_fail(r, RULE, "DMClient has no Poll");
	wap_parms_judge(r, poll, poll_parms, COUNT(poll_parms));
	if (number == NULL || interval == NULL ||
	    str_number(number, 0, 1000000, &often) == -1 ||
	    str_number(interval, 0, 1000000, &minutes) == -1)
		return;
	if (often == 0 && minutes > 0 && minutes < SHORTEST_ENDLESS_POLL)
		report_fail(
		    r, RULE, "it polls every %ld minutes for ever", minutes);
}

void
account_take(
    struct device *d, const struct node *root, const struct enrollment *e)
{
	const struct node *app = wap_child(root, "APPLICATION");
	const struct node *providers = wap_path(root, "DMClient/Provider");
	const char *id = wap_value(app, "PROVIDER-ID");
	const struct node *provider;

	if (app == NULL || id == NULL) {
		report_fail(&d->r, RULE, "APPLICATION has no PROVIDER-ID");
		return;
	}
	application_take(d, app, e);
	provider = wap_child(providers, id);
	if (provider == NULL)
		report_fail(
		    &d->r, RULE, "DMClient/Provider has no child %s", id);
	wap_parms_judge(&d->r, provider, provider_parms, COUNT(provider_parms));
	poll_judge(&d->r, wap_child(provider, "Poll"));
	state_set(
	    d->state, "enterprise-device-id", wap_value(provider, "EntDMID"));
}
