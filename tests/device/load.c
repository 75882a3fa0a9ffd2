/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"
#include "pki.h"

#define DEFAULT_KEY "rsa:2048"
#define FAILED (-1.0)
/* So many failures are shown by each process. */
#define SHOWN 3

/* What a phase does with one device: a sample in ms for each of its parts. */
struct work {
	enum load_phase phase;
	const char *name;
	int (*run)(const struct load *, const struct options *, const char *dir,
	    double *samples);
	int many; /* one sample per session instead of one per device */
};

/* How many came to all processes together; they share it. */
static long *commands_seen;

static int
keys_run(const struct load *l, const struct options *o, const char *dir,
    double *samples)
{
	double start = clock_ms();
	struct state *s = state_create(dir);
	char *path = state_path(s, "key.pem");
	const char *spec = o->key_spec == NULL ? DEFAULT_KEY : o->key_spec;
	EVP_PKEY *key = access(path, F_OK) == 0 ? NULL : key_make(spec);

	(void)l;
	if (key != NULL && key_save(key, path) == -1)
		die("%s: %s", path, strerror(errno));
	state_save(s);
	samples[0] = clock_ms() - start;
	EVP_PKEY_free(key);
	free(path);
	state_close(s);
	return 0;
}

static void
failure_show(const struct device *d, const char *dir)
{
	static int shown;

	if (shown++ < SHOWN && d->r.first_failure != NULL)
		fprintf(stderr, "%s: %s\n", dir, d->r.first_failure);
}

static int
enroll_run(const struct load *l, const struct options *o, const char *dir,
    double *samples)
{
	double start = clock_ms();
	struct device d;
	int ok;

	(void)l;
	device_open(&d, o, dir, 1);
	device_enroll(&d);
	ok = device_verdict(&d);
	if (ok)
		samples[0] = clock_ms() - start;
	else
		failure_show(&d, dir);
	device_close(&d);
	return ok ? 0 : -1;
}

static int
sessions_run(const struct load *l, const struct options *o, const char *dir,
    double *samples)
{
	struct device d;
	struct http *h;
	double start;
	long i;
	int ok = 1;

	device_open(&d, o, dir, 0);
	device_remember(&d);
	h = session_connect(&d);
	for (i = 0; ok && i < l->sessions; i++) {
		start = clock_ms();
		device_session(&d, h, SESSION_PLAIN);
		ok = device_verdict(&d);
		if (ok)
			samples[i] = clock_ms() - start;
		else
			failure_show(&d, dir);
	}
	__atomic_fetch_add(commands_seen, d.commands, __ATOMIC_RELAXED);
	http_close(h);
	device_close(&d);
	return ok ? 0 : -1;
}

/* clang-format off */
static const struct work works[] = {
 { LOAD_KEYS,     "keys",     keys_run,     0 },
 { LOAD_ENROLL,   "enroll",   enroll_run,   0 },
 { LOAD_SESSIONS, "sessions", sessions_run, 1 },
};
/* clang-format on */

int
load_phases_parse(const char *list, unsigned *phases)
{
	size_t i, n;

	*phases = 0;
	while (*list != '\0') {
		n = strcspn(list, ",");
		for (i = 0; i < COUNT(works); i++)
			if (strlen(works[i].name) == n &&
			    strncmp(works[i].name, list, n) == 0)
				break;
		if (i == COUNT(works))
			return -1;
		*phases |= works[i].phase;
		list += n + (list[n] == ',');
	}
	return *phases == 0 ? -1 : 0;
}

/* One process: every so manieth device. */
static void
share_run(const struct work *w, const struct load *l, const struct options *o,
    long first, double *samples)
{
	long per_device = w->many ? l->sessions : 1, i;
	char *dir;

	for (i = first; i < l->devices; i += l->concurrency) {
		dir = xprintf("%s/%06ld", l->dir, i);
		w->run(l, o, dir, samples + i * per_device);
		free(dir);
	}
}

/* Forks the processes and waits for them; the number that died. */
static unsigned
processes_run(const struct work *w, const struct load *l,
    const struct options *o, double *samples)
{
	unsigned died = 0;
	long i;
	int status;
	pid_t pid;

	fflush(stdout);
	for (i = 0; i < l->concurrency; i++) {
		pid = fork();
		if (pid == -1)
			die("fork: %s", strerror(errno));
		if (pid == 0) {
			share_run(w, l, o, i, samples);
			_exit(0);
		}
	}
	for (i = 0; i < l->concurrency; i++) {
		if (wait(&status) == -1)
			die("wait: %s", strerror(errno));
		died += WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
	}
	return died;
}

static int
double_compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The failed ones sort first. */
static size_t
phase_print(const struct work *w, double *samples, size_t n, double ms)
{
	size_t failed = 0, good;

	qsort(samples, n, sizeof(*samples), double_compare);
	while (failed < n && samples[failed] < 0)
		failed++;
	good = n - failed;
	printf("%-10s %zu of %zu  %.2f s  %.1f/s", w->name, good, n, ms / 1e3,
	    (double)good * 1e3 / ms);
	if (good > 0)
		printf("  median %.1f ms  p95 %.1f ms  max %.1f ms",
		    samples[failed + good / 2],
		    samples[failed + (good - 1) * 95 / 100], samples[n - 1]);
	putchar('\n');
	return failed;
}

static int
phase_run(const struct work *w, const struct load *l, const struct options *o)
{
	size_t n = (size_t)(w->many ? l->sessions * l->devices : l->devices);
	size_t size = n * sizeof(double), i, failed;
	double start = clock_ms(), *samples;
	unsigned died;

	commands_seen = mmap(NULL, sizeof(*commands_seen),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	samples = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (samples == MAP_FAILED || commands_seen == MAP_FAILED)
		die("no memory for %zu samples", n);
	for (i = 0; i < n; i++)
		samples[i] = FAILED;
	died = processes_run(w, l, o, samples);
	failed = phase_print(w, samples, n, clock_ms() - start);
	if (w->many && *commands_seen > 0)
		printf("%-10s %ld  %.1f/s\n", "commands", *commands_seen,
		    (double)*commands_seen * 1e3 / (clock_ms() - start));
	munmap(samples, size);
	munmap(commands_seen, sizeof(*commands_seen));
	return died == 0 && failed == 0 ? 0 : -1;
}

int
load_run(const struct load *l, const struct options *given)
{
	struct options o = *given;
	size_t i;

	o.verbosity = -1;
	o.hush = 1;
	if (mkdir(l->dir, S_IRWXU) == -1 && errno != EEXIST)
		die("%s: %s", l->dir, strerror(errno));
	for (i = 0; i < COUNT(works); i++) {
		if (!(l->phases & works[i].phase) ||
		    (works[i].many && l->sessions == 0))
			continue;
		if (works[i].many && l->rounds)
			return load_rounds(l, &o);
		if (phase_run(&works[i], l, &o) == -1)
			return -1;
	}
	return 0;
}
