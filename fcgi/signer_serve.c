/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/faultpoint.h"
#include "../common/log.h"
#include "../common/stop.h"
#include "../common/unixsock.h"
#include "signer.h"
#include "signing.h"

#define READ_MS 2000 /* for a request, and for an answer to be taken */

/* One request; the members behind it are for its log line alone. */
struct call {
	struct signing_request request;
	struct signing_answer answer;
	int known; /* the request was read */
	uid_t uid;
	gid_t gid;
};

static void
refuse(struct call *c, int status, const char *reason)
{
	c->answer.status = status;
	c->answer.content.data = (const unsigned char *)reason;
	c->answer.content.len = strlen(reason);
}

/* Root reads the key anyway. */
static int
may_ask(const struct signer *s, const struct call *c)
{
	return c->uid == s->uid || c->uid == 0 ||
	       (s->gid != (gid_t)-1 && c->gid == s->gid);
}

static void
answer(struct signer *s, struct call *c, int fd)
{
	unsigned char in[SIGNING_REQUEST_LEN];
	const char *wrong;

	if (unixsock_peer(fd, &c->uid, &c->gid) == -1 || !may_ask(s, c)) {
		refuse(c, 403, "this user may not ask");
		return;
	}
	if (unixsock_read(fd, in, sizeof(in), unixsock_now() + READ_MS) == -1) {
		refuse(c, 400, "no whole request");
		return;
	}
	if ((wrong = signing_request_read(in, sizeof(in), &c->request))) {
		refuse(c, 400, wrong);
		return;
	}
	c->known = 1;
	FAULT("signer-read");
	signer_issue(s, &c->request, &c->answer);
}

static void
log_call(const struct call *c, long us)
{
	const struct signing_answer *a = &c->answer;
	char serial[2 * X509_SERIAL_LEN + 1], reason[X509_WHY_LEN * 2];
	struct log_line l;

	log_begin(&l, a->status == 200	 ? "info"
		      : a->status >= 500 ? "error"
					 : "warning");
	log_add(&l, "id", c->known ? c->request.id : NULL);
	log_add(&l, "worker", SIGNER_NAME);
	log_add_int(&l, "status", a->status);
	log_add_int(&l, "uid", (long long)c->uid);
	log_add_int(&l, "us", us);
	if (a->status != 200) {
		snprintf(reason, sizeof(reason), "%.*s", (int)a->content.len,
		    (const char *)a->content.data);
		log_add(&l, "reason", reason);
	}
	if (c->known) {
		for (size_t i = 0; i < X509_SERIAL_LEN; i++)
			snprintf(
			    serial + 2 * i, 3, "%02x", c->request.serial[i]);
		log_add(&l, "device", c->request.device);
		log_add(&l, "serial", serial);
	}
	log_end(&l);
}

static long
microseconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start->tv_sec) * 1000000L +
	       (now.tv_nsec - start->tv_nsec) / 1000;
}

static void
serve_one(struct signer *s, int fd)
{
	unsigned char out[SIGNING_ANSWER_MAX];
	struct call c = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
	struct timespec start;
	size_t len;

	clock_gettime(CLOCK_MONOTONIC, &start);
	answer(s, &c, fd);
	len = signing_answer_write(&c.answer, out);
	/* Whoever is gone asks again: what was signed is stored. */
	unixsock_write(fd, out, len, unixsock_now() + READ_MS);
	FAULT("signer-answered");
	close(fd);
	log_call(&c, microseconds_since(&start));
	arena_reset(s->arena);
}

/* Nobody else gets in where only this user asks; else the kernel says who. */
static mode_t
socket_mode(const struct signer *s)
{
	if (s->uid != getuid())
		return 0666;
	return s->gid != (gid_t)-1 ? 0660 : 0600;
}

static int
listener(const struct signer *s)
{
	const char *path = s->config.signer_socket;
	int fd;

	if (unixsock_is_listening(STDIN_FILENO))
		return STDIN_FILENO;
	if ((fd = unixsock_listen(path, socket_mode(s), s->gid)) == -1)
		log_reason(
		    "error", SIGNER_NAME, "%s: %s", path, strerror(errno));
	return fd;
}

static void
wait_for_one(struct signer *s, int fd, const sigset_t *waiting)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	long long left = s->next_look - unixsock_now();
	struct timespec t = { 0 };

	if (left > 0) {
		t.tv_sec = left / 1000;
		t.tv_nsec = left % 1000 * 1000000;
	}
	if (ppoll(&p, 1, &t, waiting) == 1 && (fd = unixsock_accept(fd)) != -1)
		serve_one(s, fd);
	else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
		poll(NULL, 0, 100); /* until others give some back */
}

int
signer_serve(struct signer *s)
{
	sigset_t waiting;
	int fd;

	stop_prepare(&waiting);
	if ((fd = listener(s)) == -1)
		return 1;
	log_reason("info", SIGNER_NAME, "ready");
	while (!stop_asked()) {
		if (unixsock_now() >= s->next_look) {
			s->next_look = signer_look(s);
			arena_reset(s->arena);
		}
		wait_for_one(s, fd, &waiting);
	}
	if (fd != STDIN_FILENO)
		unlink(s->config.signer_socket);
	db_free(s->db);
	return 0;
}
