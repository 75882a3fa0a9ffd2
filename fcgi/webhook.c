/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/config.h"
#include "../common/db.h"
#include "../common/digest.h"
#include "../common/log.h"
#include "../common/seal.h"
#include "../common/stop.h"
#include "webhook_post.h"

#define NAME "webhook"
#define EXIT_CONFIG 78 /* EX_CONFIG: a restart does not mend it */
#define SCHEMA_NEEDED 19
#define ARENA ((size_t)16 << 20)
#define AT_ONCE 16
#define SECRET_MIN 16 /* bytes of a signature's key */
#define SECRET_MAX 512
#define PAUSE_S 2 /* between looks at an outbox that is empty */

#ifndef FENESTRA_VERSION
#define FENESTRA_VERSION "unversioned"
#endif

extern char **environ;

enum { SERVER, SETTING, TAKE, DONE };

static const struct db_statement statements[] = {
	[SERVER] = { "server",
	    "select webhook.schema_version(), current_setting('fsync')", 0 },
	[SETTING] = { "setting", "select name, value from webhook.setting()",
	    0 },
	[TAKE] = { "take",
	    "select device, seq, webhook, url, secret, delivery, attempt, body "
	    "from webhook.take($1)",
	    1 },
	[DONE] = { "done", "select webhook.done($1,$2,$3,$4,$5,$6)", 6 },
};

static const struct db_table table = { statements, COUNT(statements),
	"fenestra_webhook", SCHEMA_NEEDED };

struct sender {
	struct config config;
	struct db *db;
	struct arena *arena; /* of the deliveries at hand */
	struct seal *seal;
	int away; /* it has been said that the database is */
};

/* One delivery, as webhook.take() gives it, and its HTTP request. */
struct delivery {
	const char *device, *webhook, *id;
	long long seq, attempt;
	struct post post;
};

static const struct seal_place place = { "webhook", SEAL_SITE };

/*
 * Whether an address is below one that the administrator of this machine
 * allows.  Those end with a slash, so that what comes before it, the host, is
 * the same to the last letter.
 */
static int
is_allowed(const char *targets, const char *url)
{
	size_t len;

	for (; *(targets += strspn(targets, " ")) != '\0'; targets += len) {
		len = strcspn(targets, " ");
		if (strncmp(url, targets, len) == 0)
			return 1;
	}
	return 0;
}

/* Each has to be scheme://host/: without the slash it would allow more. */
static int
check_targets(const char *targets)
{
	size_t len;
	const char *host;

	for (; *(targets += strspn(targets, " ")) != '\0'; targets += len) {
		len = strcspn(targets, " ");
		host = strstr(targets, "://");
		if ((strncmp(targets, "https://", 8) != 0 &&
			strncmp(targets, "http://", 7) != 0) ||
		    targets[len - 1] != '/' || host[3] == '/' ||
		    memchr(targets, '@', len) != NULL) {
			log_reason("error", NAME,
			    "FENESTRA_WEBHOOK_TARGETS: %.*s: must be "
			    "https://host/ or http://host/, perhaps with a "
			    "path, and end with /",
			    (int)len, targets);
			return -1;
		}
	}
	return 0;
}

/* What is signed is the time and the body, so that neither can be changed. */
static int
sign(struct sender *s, struct delivery *d, const char *key)
{
	char mac[DIGEST_SHA256_SIZE];
	long long now = time(NULL);
	const char *text = arena_printf(s->arena, "%lld.%s", now, d->post.body);

	if (text == NULL)
		return -1;
	digest_hmac_sha256(key, strlen(key), text, strlen(text), mac);
	d->post.headers[0] =
	    arena_printf(s->arena, "Fenestra-Delivery: %s", d->id);
	d->post.headers[1] =
	    arena_printf(s->arena, "Fenestra-Timestamp: %lld", now);
	d->post.headers[2] =
	    arena_printf(s->arena, "Fenestra-Signature: sha256=%s", mac);
	return arena_failed(s->arena) ? -1 : 0;
}

/* 0, or -1 if it cannot be sent; then the post says why. */
static int
fill(struct sender *s, struct db_work *work, int row, struct delivery *d)
{
	struct post *p = &d->post;
	char why[SEAL_WHY_LEN];
	const char *key;

	*d = (struct delivery){
		.device = db_value(work, 0, row, 0),
		.seq = db_value_int(work, 0, row, 1),
		.webhook = db_value(work, 0, row, 2),
		.id = db_value(work, 0, row, 5),
		.attempt = db_value_int(work, 0, row, 6),
		.post = { .url = db_value(work, 0, row, 3),
		    .body = db_value(work, 0, row, 7) },
	};
	p->len = strlen(p->body);
	if (!is_allowed(s->config.webhook_targets, p->url)) {
		snprintf(p->why, sizeof(p->why),
		    "FENESTRA_WEBHOOK_TARGETS does not allow this address");
		return -1;
	}
	key = seal_open(
	    s->arena, s->seal, &place, db_value(work, 0, row, 4), why);
	if (key == NULL || sign(s, d, key) == -1) {
		snprintf(p->why, sizeof(p->why), "the secret: %.140s",
		    key == NULL ? why : "no memory");
		return -1;
	}
	return 0;
}

static void
log_delivery(const struct delivery *d)
{
	struct log_line l;
	int taken = d->post.status >= 200 && d->post.status < 300;

	log_begin(&l, taken ? "info" : "warning");
	log_add(&l, "id", d->id);
	log_add(&l, "worker", NAME);
	log_add_int(&l, "status", d->post.status);
	log_add(&l, "webhook", d->webhook);
	log_add(&l, "device", d->device);
	log_add_int(&l, "seq", d->seq);
	log_add_int(&l, "attempt", d->attempt);
	log_add(&l, "reason", d->post.why[0] != '\0' ? d->post.why : NULL);
	log_end(&l);
}

static void
record(struct db_work *work, const struct delivery *d)
{
	db_call(work, DONE);
	db_text(work, d->device);
	db_int(work, d->seq);
	db_text(work, d->webhook);
	db_int(work, d->attempt);
	db_int(work, d->post.status);
	db_text(work, d->post.why[0] != '\0' ? d->post.why : NULL);
	log_delivery(d);
}

/* Said once; deliveries keep until it is back. */
static int
ask(struct sender *s, struct db_work *work)
{
	struct db_error e;

	if (db_run(work, &e) == 0) {
		s->away = 0;
		return 0;
	}
	if (!s->away)
		log_reason("error", NAME, "%s", e.message);
	s->away = 1;
	return -1;
}

static long
seconds(const struct db_work *work)
{
	const char *value = db_lookup(work, 1, "webhook_timeout");

	return value != NULL ? strtol(value, NULL, 10) : 10;
}

/* The number of deliveries that were tried. */
static int
send_some(struct sender *s)
{
	struct delivery all[AT_ONCE];
	struct post *posts[AT_ONCE];
	struct post_limits limits = { .ca_file = s->config.webhook_ca };
	struct db_work *work = db_work(s->db, s->arena);
	size_t n = 0, sent = 0;

	db_call(work, TAKE);
	db_int(work, AT_ONCE);
	db_call(work, SETTING);
	if (ask(s, work) == -1)
		return 0;
	limits.seconds = seconds(work);
	for (; n < (size_t)db_rows(work, 0) && n < AT_ONCE; n++)
		if (fill(s, work, (int)n, &all[n]) == 0)
			posts[sent++] = &all[n].post;
	if (n == 0)
		return 0;
	post_all(posts, sent, &limits);
	work = db_work(s->db, s->arena);
	for (size_t i = 0; i < n; i++)
		record(work, &all[i]);
	return ask(s, work) == 0 ? (int)n : 0;
}

static int
serve(struct sender *s)
{
	const struct timespec pause = { .tv_sec = PAUSE_S };
	sigset_t waiting;
	struct db_error e;
	int n;

	if (db_connect(s->db, &e) == -1) {
		log_reason("error", NAME, "%s", e.message);
		if (e.status == EXIT_CONFIG)
			return EXIT_CONFIG;
		s->away = 1;
	}
	stop_prepare(&waiting);
	log_reason("info", NAME, "ready");
	while (!stop_asked()) {
		n = send_some(s);
		arena_reset(s->arena);
		if (n == 0)
			ppoll(NULL, 0, &pause, &waiting);
	}
	db_free(s->db);
	return 0;
}

static int
setup(struct sender *s)
{
	char why[CONFIG_WHY_LEN];

	if (config_read(&s->config, CONFIG_WEBHOOK, environ, why) == -1 ||
	    (s->seal = seal_load(s->config.seal_key, why)) == NULL) {
		log_reason("error", NAME, "%s", why);
		return -1;
	}
	if (check_targets(s->config.webhook_targets) == -1)
		return -1;
	s->db = db_new(&table, s->config.prepared);
	s->arena = arena_new(ARENA);
	return 0;
}

static int
test_configuration(struct sender *s)
{
	struct db_error e;

	config_print(&s->config, CONFIG_WEBHOOK);
	if (db_connect(s->db, &e) == -1) {
		log_reason("error", NAME, "%s", e.message);
		return e.status == EXIT_CONFIG ? EXIT_CONFIG : 1;
	}
	printf("fenestra-webhook: configuration, key and database are good\n");
	return 0;
}

/* For admin.webhook_set(): the key of the signature, read from stdin. */
static int
print_sealed(struct sender *s)
{
	char line[SECRET_MAX + 2];
	const char *sealed;
	size_t len;

	if (fgets(line, sizeof(line), stdin) == NULL ||
	    (len = strcspn(line, "\n")) < SECRET_MIN || len > SECRET_MAX) {
		log_reason("error", NAME, "no line of %d to %d bytes on stdin",
		    SECRET_MIN, SECRET_MAX);
		return 1;
	}
	line[len] = '\0';
	sealed = seal_close(s->arena, s->seal, &place, line);
	explicit_bzero(line, sizeof(line));
	if (sealed == NULL || puts(sealed) == EOF || fflush(stdout) == EOF)
		return 1;
	return 0;
}

int
main(int argc, char **argv)
{
	static struct sender s;
	const char *option = argc == 2 ? argv[1] : "";

	if (strcmp(option, "--version") == 0) {
		printf("fenestra-webhook %s, schema %d\n", FENESTRA_VERSION,
		    SCHEMA_NEEDED);
		return 0;
	}
	if (argc != 1 && strcmp(option, "-n") != 0 &&
	    strcmp(option, "-s") != 0) {
		fputs(
		    "usage: fenestra-webhook [-n | -s] [--version]\n", stderr);
		return 2;
	}
	/* No core file and no debugger: keys are in memory. */
	prctl(PR_SET_DUMPABLE, 0);
	if (setup(&s) == -1)
		return 1;
	if (argc == 1)
		return serve(&s);
	return strcmp(option, "-n") == 0 ? test_configuration(&s)
					 : print_sealed(&s);
}
