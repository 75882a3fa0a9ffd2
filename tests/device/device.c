/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

/* When the provisioning document says nothing; [MS-MDM] has these. */
#define RETRIES 3
#define BACKOFF_MS 16000
#define BACKOFF_MAXIMUM_MS 86400000

void
device_open(
    struct device *d, const struct options *o, const char *dir, int create)
{
	memset(d, 0, sizeof(*d));
	d->o = o;
	report_init(&d->r, o->verbosity);
	d->r.hush = o->hush;
	d->r.tls_refusal_is_fine = o->expect_tls;
	report_secret(&d->r, o->password);
	d->state = create ? state_create(dir) : state_open(dir);
	if (d->state == NULL)
		die("%s: no device there: %s", dir, strerror(errno));
	report_secret(&d->r, state_get(d->state, "client-secret"));
	report_secret(&d->r, state_get(d->state, "server-secret"));
	report_secret(&d->r, state_get(d->state, "client-nonce"));
	report_secret(&d->r, state_get(d->state, "server-nonce"));
}

void
device_close(struct device *d)
{
	state_close(d->state);
	report_close(&d->r);
}

void
device_remember(struct device *d)
{
	struct buf list = { 0 };
	size_t i;

	for (i = 0; i < d->o->nresolve; i++)
		buf_printf(&list, "%s%s", i == 0 ? "" : " ", d->o->resolve[i]);
	if (d->o->nresolve > 0)
		state_set(d->state, "resolve", list.data);
	if (d->o->ca_file != NULL)
		state_set(d->state, "ca-file", d->o->ca_file);
	buf_free(&list);
}

/* Splits the remembered list in place. */
static void
resolve_split(char *text, char **list, size_t max)
{
	size_t n = 0;
	char *entry;

	while (text != NULL && n + 1 < max) {
		entry = strsep(&text, " ");
		if (*entry != '\0')
			list[n++] = entry;
	}
	list[n] = NULL;
}

struct http *
device_connect(struct device *d, const char *certificate, const char *key)
{
	const char *known = state_get(d->state, "resolve");
	char *text = known == NULL ? NULL : xstrdup(known);
	char *list[RESOLVE_MAX + 1];
	struct http_settings s = { 0 };
	struct http *h;

	resolve_split(text, list, COUNT(list));
	s.resolve = list;
	s.ca_file = state_get(d->state, "ca-file");
	s.certificate_file = certificate;
	s.key_file = key;
	s.http2 = d->o->http2;
	s.retries = state_number(d->state, "connection-retries", RETRIES);
	s.backoff_ms = d->o->backoff_scale * (double)state_number(d->state,
						 "backoff-initial", BACKOFF_MS);
	s.backoff_maximum_ms =
	    d->o->backoff_scale * (double)state_number(d->state,
				      "backoff-maximum", BACKOFF_MAXIMUM_MS);
	h = http_open(&s);
	free(text);
	return h;
}

static int
is_expected(const struct device *d)
{
	if (d->o->expect_tls && d->r.tls_refused)
		return 1;
	return d->o->expect_status == d->r.status &&
	       (d->o->expect_subcode == NULL ||
		   strcmp(d->o->expect_subcode, d->r.subcode) == 0);
}

void
device_refused(struct device *d, const char *reason)
{
	if (d->o->expect_status == 0)
		report_fail(&d->r, "refused", "HTTP %ld %s: %s", d->r.status,
		    d->r.subcode, reason);
}

int
device_verdict(struct device *d)
{
	const char *unused = bad_unused(&d->o->bad);

	if (unused != NULL)
		report_fail(
		    &d->r, "misbehaviour", "%s never came about", unused);
	if ((d->o->expect_status != 0 || d->o->expect_tls) && !is_expected(d))
		report_fail(&d->r, "expectation",
		    "it ended with %ld %s instead of %ld %s", d->r.status,
		    d->r.subcode, d->o->expect_status,
		    d->o->expect_subcode == NULL ? "" : d->o->expect_subcode);
	if (d->o->expect_syncml != 0 &&
	    d->o->expect_syncml != d->r.header_status)
		report_fail(&d->r, "expectation",
		    "it ended with the Status %ld for our header, not %ld",
		    d->r.header_status, d->o->expect_syncml);
	return d->r.failures == 0;
}
