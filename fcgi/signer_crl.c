/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/log.h"
#include "../common/x509.h"
#include "signer.h"

#define HOUR 3600
#define LAG 300 /* for the clocks of those who read it */

enum { CALL_SETTING, CALL_REVOKED, CALL_NUMBER };

static int
fail(const char *path, const char *why)
{
	log_reason("error", SIGNER_NAME, "%s: %s", path, why);
	return 1;
}

/* The whole list or the old one: never half of it, also after a crash. */
static int
replace(const char *path, const char *made, const struct blob *text)
{
	int fd = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t n;
	int rc;

	if (fd == -1)
		return -1;
	n = write(fd, text->data, text->len);
	rc = n == (ssize_t)text->len && fsync(fd) == 0 ? 0 : -1;
	if (n >= 0 && n < (ssize_t)text->len)
		errno = ENOSPC;
	if (close(fd) == -1 || rc == -1 || rename(made, path) == -1) {
		rc = errno;
		unlink(made);
		errno = rc;
		return -1;
	}
	return 0;
}

static struct x509_revoked *
revoked(struct signer *s, struct db_work *work, size_t *count)
{
	struct x509_revoked *list;

	*count = (size_t)db_rows(work, CALL_REVOKED);
	list = arena_alloc(s->arena, (*count + 1) * sizeof(*list));
	for (size_t i = 0; list != NULL && i < *count; i++) {
		list[i].serial =
		    db_value_bytes(work, CALL_REVOKED, (int)i, 0, &list[i].len);
		list[i].at = db_value_int(work, CALL_REVOKED, (int)i, 1);
		list[i].reason =
		    (int)db_value_int(work, CALL_REVOKED, (int)i, 2);
		CHECK(list[i].serial != NULL);
	}
	return list;
}

static int
make(struct signer *s, struct db_work *work, struct blob *pem, char *why)
{
	const char *hours = db_lookup(work, CALL_SETTING, "crl_hours");
	time_t now = time(NULL);
	struct x509_crl crl = {
		.number = db_value_int(work, CALL_NUMBER, 0, 0),
		.this_update = now - LAG,
		.next_update =
		    now + (hours ? strtol(hours, NULL, 10) : 0) * HOUR,
	};

	crl.revoked = revoked(s, work, &crl.count);
	if (crl.revoked == NULL) {
		snprintf(why, X509_WHY_LEN, "no memory for %zu certificates",
		    crl.count);
		return -1;
	}
	return x509_crl_make(s->arena, s->ca, &crl, pem, why);
}

int
signer_crl(struct signer *s, const char *path)
{
	char *made = arena_printf(s->arena, "%s.new", path);
	char why[X509_WHY_LEN];
	struct db_work *work;
	struct db_error e;
	struct blob pem;

	signer_look(s); /* the CA's row has the number of its last list */
	work = db_work(s->db, s->arena);
	db_call(work, SIGNER_SETTING);
	db_call(work, SIGNER_REVOKED);
	db_bytes(work, s->ca_sha256, sizeof(s->ca_sha256));
	db_call(work, SIGNER_CRL_NUMBER);
	db_bytes(work, s->ca_sha256, sizeof(s->ca_sha256));
	if (made == NULL || db_run(work, &e) == -1)
		return fail(path, made == NULL ? "no memory" : e.message);
	if (make(s, work, &pem, why) == -1)
		return fail(path, why);
	if (replace(path, made, &pem) == -1)
		return fail(path, strerror(errno));
	printf("%s: CRL %lld, %d certificates\n", path,
	    db_value_int(work, CALL_NUMBER, 0, 0), db_rows(work, CALL_REVOKED));
	return 0;
}
