/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "keys.h"
#include "main.h"

#define ID_BYTES 16
#define SOAP "application/soap+xml; charset=utf-8"

/* One device, from its key to the answer with its certificate. */
struct device {
	EVP_PKEY *key;
	char id[2 * ID_BYTES + 1];
	char *request;
	char *answer;
};

/* Of a renewal there is no policy, and a device is a key that one gets. */
struct enroll {
	char *policy_url, *enroll_url;
	char *policy;
	size_t policy_len;
	struct device *devices; /* each lane in turn has one */
	size_t count, lanes;
	size_t used[LANES_MAX];
	struct device *of_lane[LANES_MAX]; /* NULL: the next one begins */
};

static int
enroll_next(void *context, int lane, struct exchange *e)
{
	struct enroll *n = context;
	struct device **d = &n->of_lane[lane];
	size_t i = (size_t)lane + n->used[lane] * n->lanes;
	int begins = *d == NULL;

	if (begins && i >= n->count)
		return 0;
	if (begins) {
		*d = &n->devices[i];
		n->used[lane]++;
	}
	if (begins && n->policy != NULL)
		*e = (struct exchange){ .url = n->policy_url,
			.type = SOAP,
			.body = n->policy,
			.body_len = n->policy_len };
	else
		*e = (struct exchange){ .url = n->enroll_url,
			.type = SOAP,
			.body = (*d)->request,
			.body_len = strlen((*d)->request),
			.counts = 1 };
	return 1;
}

/* The answer tells which of the two it is to. */
static const char *
enroll_wrong(void *context, int lane, const struct answer *a)
{
	struct enroll *n = context;
	struct device *d = n->of_lane[lane];

	if (a->status != 200)
		return "not 200";
	if (strstr(a->body, "GetPoliciesResponse") != NULL)
		return NULL;
	if (strstr(a->body, "RequestSecurityTokenResponse") == NULL)
		return "neither a policy nor a certificate";
	if ((d->answer = strdup(a->body)) == NULL)
		err(1, NULL);
	n->of_lane[lane] = NULL;
	return NULL;
}

static void
make_device(struct device *d, EVP_PKEY *key, const char *template)
{
	unsigned char id[ID_BYTES];
	char *token;

	d->key = key;
	if (RAND_bytes(id, sizeof(id)) != 1)
		errx(1, "no random bytes");
	for (size_t i = 0; i < sizeof(id); i++)
		snprintf(&d->id[2 * i], 3, "%02X", id[i]);
	token = keys_request(key, d->id);
	d->request = text_fill(template,
	    (const char *[]){ "@DEVICE@", d->id, "@TOKEN@", token, NULL });
	free(token);
}

/* After the clock has stopped: is each the certificate of that key? */
static void
finish_device(struct device *d, const char *folder)
{
	char path[4096], *certificate;

	if (d->answer != NULL) {
		certificate = keys_certificate(d->key, d->answer);
		if (certificate == NULL)
			errx(1, "an answer without the device's certificate");
		if (folder != NULL) {
			snprintf(
			    path, sizeof(path), "%s/%s.pem", folder, d->id);
			keys_save(d->key, certificate, path);
		}
		free(certificate);
	}
	EVP_PKEY_free(d->key);
	free(d->request);
	free(d->answer);
}

static char *
join(const char *url, const char *name)
{
	return text_fill("@URL@/@NAME@",
	    (const char *[]){ "@URL@", url, "@NAME@", name, NULL });
}

static struct enroll
enroll_new(const struct plan *p)
{
	struct enroll n = { .count = (size_t)p->most,
		.lanes = (size_t)p->lanes };

	if (n.count == 0)
		errx(2, "how many at most (-n)?");
	if ((n.devices = calloc(n.count, sizeof(*n.devices))) == NULL)
		err(1, NULL);
	return n;
}

static void
enroll_load(struct plan *p, struct enroll *n, const char *devices)
{
	p->context = n;
	p->next = enroll_next;
	p->wrong = enroll_wrong;
	load_run(p);
	for (size_t i = 0; i < n->count; i++)
		finish_device(&n->devices[i], devices);
	free(n->devices);
}

void
enroll_run(struct plan *p, const char *url, const char *policy,
    const char *request, const char *devices)
{
	struct enroll n = enroll_new(p);
	char *template = file_read(request);
	struct keys *keys = keys_new(n.count);

	n.policy_url = join(url, "Policy.svc");
	n.enroll_url = join(url, "Enrollment.svc");
	n.policy = file_read(policy);
	n.policy_len = strlen(n.policy);
	for (size_t i = 0; i < n.count; i++)
		make_device(&n.devices[i], keys_get(keys, i), template);
	enroll_load(p, &n, devices);
	keys_free(keys);
	free(n.policy);
	free(n.policy_url);
	free(n.enroll_url);
	free(template);
}

/* The old certificate stays good until a session has seen the new one. */
void
renew_run(
    struct plan *p, const char *url, const char *request, const char *devices)
{
	struct enroll n = enroll_new(p);
	char *template = file_read(request), *ids[LANES_MAX];
	struct keys *keys = keys_new(n.count);

	n.enroll_url = join(url, "Enrollment.svc");
	devices_find(p, devices);
	for (int i = 0; i < p->lanes; i++)
		ids[i] = devices_id(p, i);
	for (size_t i = 0; i < n.count; i++) {
		size_t lane = i % n.lanes;
		struct device *d = &n.devices[i];
		char *token;

		d->key = keys_get(keys, i);
		token = keys_renewal(d->key, ids[lane], p->certificates[lane]);
		d->request =
		    text_fill(template, (const char *[]){ "@DEVICE@", ids[lane],
					    "@TOKEN@", token, NULL });
		free(token);
	}
	enroll_load(p, &n, NULL);
	for (int i = 0; i < p->lanes; i++)
		free(ids[i]);
	devices_free(p);
	keys_free(keys);
	free(n.enroll_url);
	free(template);
}
