/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "../common/arena.h"
#include "../common/base64.h"
#include "../common/check.h"
#include "provision.h"

/* A parm whose value is a setting; without a datatype where NULL. */
struct setting_parm {
	const char *name;
	const char *setting;
	const char *datatype;
};

/* clang-format off */
static const struct setting_parm renew_parms[] = {
	{ "RenewPeriod",   "renew_period", "integer" },
	{ "RetryInterval", "renew_retry",  "integer" },
};

static const struct setting_parm application_parms[] = {
	{ "PROVIDER-ID",        "provider_id",        NULL },
	{ "NAME",               "server_name",        NULL },
	{ "ADDR",               "management_url",     NULL },
	{ "CONNRETRYFREQ",      "connection_retries", NULL },
	{ "INITIALBACKOFFTIME", "backoff_initial",    NULL },
	{ "MAXBACKOFFTIME",     "backoff_maximum",    NULL },
};

/* Those that are left out while their setting is empty. */
static const struct setting_parm provider_parms[] = {
	{ "SyncApplicationVersion",                "sync_application_version", "string" },
	{ "HelpPhoneNumber",                       "help_phone",               "string" },
	{ "HelpWebsite",                           "help_website",             "string" },
	{ "HelpEmailAddress",                      "help_email",               "string" },
	{ "NumberOfDaysAfterLostContactToUnenroll", "unenroll_days",           "integer" },
};

static const struct setting_parm push_parms[] = {
	{ "PFN",                                   "push_pfn",                 "string" },
};

/* The enrollment status page. */
static const struct setting_parm status_page_parms[] = {
	{ "SkipDeviceStatusPage",                  "esp_skip_device",          "boolean" },
	{ "SkipUserStatusPage",                    "esp_skip_user",            "boolean" },
	{ "TimeOutUntilSyncFailure",               "esp_timeout",              "integer" },
	{ "AllowCollectLogsButton",                "esp_collect_logs",         "boolean" },
	{ "CustomErrorText",                       "esp_error_text",           "string" },
};

static const struct setting_parm poll_parms[] = {
	{ "NumberOfFirstRetries",                  "poll_first_number",       "integer" },
	{ "IntervalForFirstSetOfRetries",          "poll_first_interval",     "integer" },
	{ "NumberOfSecondRetries",                 "poll_second_number",      "integer" },
	{ "IntervalForSecondSetOfRetries",         "poll_second_interval",    "integer" },
	{ "NumberOfRemainingScheduledRetries",     "poll_remaining_number",   "integer" },
	{ "IntervalForRemainingScheduledRetries",  "poll_remaining_interval", "integer" },
	{ "PollOnLogin",                           "poll_on_login",           "boolean" },
};
/* clang-format on */

static void
characteristic(struct xw *w, const char *type)
{
	xw_open1(w, "characteristic", "type", type);
}

static void
parm(struct xw *w, const char *name, const char *value, const char *datatype)
{
	xw_open1(w, "parm", "name", name);
	if (value != NULL)
		xw_attr(w, "value", value);
	if (datatype != NULL)
		xw_attr(w, "datatype", datatype);
	xw_close(w);
}

static void
setting_parms(struct xw *w, const struct provision *p,
    const struct setting_parm *parms, size_t count)
{
	for (size_t i = 0; i < count; i++)
		parm(w, parms[i].name, p->setting(p->context, parms[i].setting),
		    parms[i].datatype);
}

static int
is_set(const struct provision *p, const struct setting_parm *s)
{
	return *p->setting(p->context, s->setting) != '\0';
}

/* Those that are set, in a characteristic of their own if it has a type. */
static void
set_parms(struct xw *w, const struct provision *p, const char *type,
    const struct setting_parm *parms, size_t count)
{
	int open = type == NULL;

	for (size_t i = 0; i < count; i++) {
		if (!is_set(p, &parms[i]))
			continue;
		if (!open)
			characteristic(w, type);
		open = 1;
		setting_parms(w, p, &parms[i], 1);
	}
	if (type != NULL && open)
		xw_close(w);
}

static void
base64_parm(struct xw *w, const char *name, const struct blob *b)
{
	parm(w, name, base64_string(w->out.arena, b->data, b->len), NULL);
}

/*
 * A store's node for a certificate is named by its SHA-1, upper case.  What
 * has a private key says so beside the certificate, or inside its node.
 */
static void
certificate_open(struct xw *w, const struct blob *der)
{
	unsigned char sha1[X509_SHA1_LEN];
	char name[2 * X509_SHA1_LEN + 1];

	x509_sha1(der->data, der->len, sha1);
	for (size_t i = 0; i < sizeof(sha1); i++)
		snprintf(name + 2 * i, 3, "%02X", sha1[i]);
	characteristic(w, name);
	base64_parm(w, "EncodedCertificate", der);
}

static void
certificate(struct xw *w, const struct blob *der)
{
	certificate_open(w, der);
	xw_close(w);
}

static void
private_key(struct xw *w)
{
	characteristic(w, "PrivateKeyContainer");
	xw_close(w);
}

static void
trusted(struct xw *w, const char *store, const struct blob *der)
{
	characteristic(w, store);
	characteristic(w, "System");
	certificate(w, der);
	xw_close(w);
	xw_close(w);
}

static void
authorities(struct xw *w, const struct provision *p)
{
	const struct blob *root = p->root, *ca = p->issuing;

	trusted(w, "Root", root);
	if (ca->len != root->len || memcmp(ca->data, root->data, ca->len) != 0)
		trusted(w, "CA", ca);
}

/* Where and when the device is to renew. */
static void
renewal(struct xw *w, const struct provision *p)
{
	const char *url = p->setting(p->context, "renewal_url");

	characteristic(w, "WSTEP");
	characteristic(w, "Renew");
	parm(w, "ROBOSupport", "true", "boolean");
	setting_parms(w, p, renew_parms, COUNT(renew_parms));
	if (*url != '\0')
		parm(w, "ServerURL", url, "string");
	xw_close(w);
	xw_close(w);
}

static void
certificate_store(struct xw *w, const struct provision *p)
{
	characteristic(w, "CertificateStore");
	authorities(w, p);
	characteristic(w, "My");
	characteristic(w, p->device_store ? "System" : "User");
	certificate(w, &p->certificate);
	private_key(w);
	xw_close(w);
	renewal(w, p);
	xw_close(w);
	xw_close(w);
}

/* Both levels with a nonce: without one Windows 11 gives up, unsaid why. */
static void
authentication(struct xw *w, const char *level, const char *type,
    const char *name, const char *secret, const struct blob *nonce)
{
	characteristic(w, "APPAUTH");
	parm(w, "AAUTHLEVEL", level, NULL);
	parm(w, "AAUTHTYPE", type, NULL);
	if (name != NULL)
		parm(w, "AAUTHNAME", name, NULL);
	parm(w, "AAUTHSECRET", secret, NULL);
	base64_parm(w, "AAUTHDATA", nonce);
	xw_close(w);
}

static int
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

static void
add_uri_escaped(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		if (is_unreserved(*s))
			buf_putc(b, *s);
		else
			buf_printf(b, "%%%02X", (unsigned char)*s);
}

/* Which certificate the client is to present: its subject and its store. */
static const char *
search_criteria(struct arena *a, const struct provision *p)
{
	struct buf b;

	buf_init(&b, a);
	buf_puts(&b, "Subject=");
	add_uri_escaped(&b, p->subject);
	buf_puts(&b, "&Stores=");
	add_uri_escaped(&b, p->device_store ? "My\\System" : "My\\User");
	return b.failed ? NULL : b.data;
}

static void
application(struct xw *w, const struct provision *p)
{
	characteristic(w, "APPLICATION");
	parm(w, "APPID", "w7", NULL);
	setting_parms(w, p, application_parms, COUNT(application_parms));
	parm(w, "ROLE", "4294967295", NULL); /* as every server says */
	parm(w, "BACKCOMPATRETRYDISABLED", NULL, NULL);
	parm(w, "DEFAULTENCODING", p->setting(p->context, "default_encoding"),
	    NULL);
	parm(w, "SSLCLIENTCERTSEARCHCRITERIA", search_criteria(w->out.arena, p),
	    NULL);
	authentication(
	    w, "CLIENT", "DIGEST", NULL, p->server_secret, &p->server_nonce);
	authentication(w, "APPSRV", p->auth_type, p->auth_name,
	    p->client_secret, &p->client_nonce);
	xw_close(w);
}

static void
dm_client(struct xw *w, const struct provision *p)
{
	characteristic(w, "DMClient");
	characteristic(w, "Provider");
	characteristic(w, p->setting(p->context, "provider_id"));
	parm(w, "EntDMID", p->device, "string");
	if (p->device_name != NULL)
		parm(w, "EntDeviceName", p->device_name, "string");
	if (strcmp(p->setting(p->context, "message_signing"), "true") == 0)
		parm(w, "RequireMessageSigning", "true", "boolean");
	set_parms(w, p, NULL, provider_parms, COUNT(provider_parms));
	characteristic(w, "Poll");
	setting_parms(w, p, poll_parms, COUNT(poll_parms));
	xw_close(w);
	set_parms(w, p, "Push", push_parms, COUNT(push_parms));
	set_parms(w, p, "FirstSyncStatus", status_page_parms,
	    COUNT(status_page_parms));
	xw_close(w);
	xw_close(w);
	xw_close(w);
}

void
provision_write(struct xw *w, const struct provision *p)
{
	xw_open1(w, "wap-provisioningdoc", "version", "1.1");
	certificate_store(w, p);
	application(w, p);
	dm_client(w, p);
	xw_close(w);
	/* A value that found no memory must not be missing unnoticed. */
	w->out.failed |= arena_failed(w->out.arena);
}

/* [MS-MDE2] 3.3.4.1.1.2 has the key inside the certificate's node here. */
void
provision_write_renewal(struct xw *w, const struct provision *p, int known)
{
	xw_open1(w, "wap-provisioningdoc", "version", "1.1");
	characteristic(w, "CertificateStore");
	if (!known)
		authorities(w, p);
	characteristic(w, "My");
	characteristic(w, p->device_store ? "System" : "User");
	certificate_open(w, &p->certificate);
	private_key(w);
	xw_close(w);
	xw_close(w);
	xw_close(w);
	xw_close(w);
	characteristic(w, "APPLICATION");
	parm(w, "PROVIDER-ID", p->setting(p->context, "provider_id"), NULL);
	xw_close(w);
	xw_close(w);
	w->out.failed |= arena_failed(w->out.arena);
}
