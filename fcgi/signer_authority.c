/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/log.h"
#include "../common/unixsock.h"
#include "../common/x509.h"
#include "signer.h"

#define DAY 86400LL
#define WARN_DAYS 60	   /* the first warning of signer.authority() */
#define LOOK_MS 86400000LL /* each day */
#define RETRY_MS 60000LL   /* while the database is away */

struct look {
	struct signer *signer;
	int own;  /* the CA that signs was seen */
	int root; /* and its root */
	int failed;
};

static const char *
role_of(const struct signer *s, const struct x509_authority *it)
{
	const struct blob *own = x509_ca_cert(s->ca);
	const struct blob *root = x509_ca_root(s->ca);

	if (it->der->len == own->len &&
	    memcmp(it->der->data, own->data, own->len) == 0)
		return "issuing";
	if (it->der->len == root->len &&
	    memcmp(it->der->data, root->data, root->len) == 0)
		return "root";
	return "trusted";
}

/* Events are once for each warning; the log says it whenever it is looked. */
static void
warn(const struct x509_authority *it, const char *role)
{
	long long left = (long long)it->not_after - (long long)time(NULL);

	if (left > WARN_DAYS * DAY)
		return;
	if (left <= 0)
		log_reason("error", SIGNER_NAME,
		    "the %s CA %s has ended: nothing under it is good", role,
		    it->subject);
	else
		log_reason("warning", SIGNER_NAME,
		    "the %s CA %s ends in %lld days", role, it->subject,
		    left / DAY);
}

static int
note(void *context, const struct x509_authority *it)
{
	struct look *l = context;
	struct signer *s = l->signer;
	struct db_work *work = db_work(s->db, s->arena);
	const char *role = role_of(s, it);
	unsigned char sha256[X509_SHA256_LEN];
	struct db_error e;

	l->root |= strcmp(role, "root") == 0;
	warn(it, role);
	x509_sha256(it->der->data, it->der->len, sha256);
	db_call(work, SIGNER_AUTHORITY);
	db_bytes(work, sha256, sizeof(sha256));
	db_text(work, role);
	db_text(work, it->subject);
	db_int(work, it->not_before);
	db_int(work, it->not_after);
	db_bytes(work, it->der->data, it->der->len);
	if (db_run(work, &e) == 0)
		return 0;
	log_reason("warning", SIGNER_NAME, "CA %s: %s", it->subject, e.message);
	l->failed = 1;
	return -1;
}

/* All that devices are trusted by; the root need not be among them. */
long long
signer_look(struct signer *s)
{
	struct look l = { .signer = s };
	char why[X509_WHY_LEN];
	int rc;

	rc = x509_authority_each(s->config.device_ca, note, &l, why);
	if (rc == 0 && !l.root)
		rc = x509_authority_each(s->config.ca_root, note, &l, why);
	if (rc == -1 && why[0] != '\0')
		log_reason("error", SIGNER_NAME, "%s", why);
	return unixsock_now() + (l.failed ? RETRY_MS : LOOK_MS);
}

static int
find_own(void *context, const struct x509_authority *it)
{
	struct look *l = context;

	if (strcmp(role_of(l->signer, it), "issuing") == 0)
		l->own = 1;
	return 0;
}

int
signer_check_trust(struct signer *s, char *why, size_t size)
{
	const char *path = s->config.device_ca;
	struct look l = { .signer = s };
	char reason[X509_WHY_LEN];

	if (x509_authority_each(path, find_own, &l, reason) == -1) {
		snprintf(why, size, "%s", reason);
		return -1;
	}
	if (l.own)
		return 0;
	snprintf(why, size,
	    "%s is not in %s: devices with its certificates would be refused",
	    s->config.ca_cert, path);
	return -1;
}
