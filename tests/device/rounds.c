/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"

/* So many failures are shown by each process. */
#define SHOWN 3

/* A device that keeps its connection from round to round. */
struct seat {
	struct device d;
	struct http *h;
	char *dir;
};

/* What a process says when its devices are done with a round. */
struct tally {
	long sessions;
	long failed;
	long commands;
};

struct process {
	pid_t pid;
	int channel; /* a byte to begin a round, a tally at its end */
};

static void
seat_take(struct seat *s, const struct load *l, const struct options *o, long n)
{
	s->dir = xprintf("%s/%06ld", l->dir, n);
	device_open(&s->d, o, s->dir, 0);
	device_remember(&s->d);
	s->h = session_connect(&s->d);
}

static void
seat_leave(struct seat *s)
{
	http_close(s->h);
	device_close(&s->d);
	free(s->dir);
}

static void
seat_round(struct seat *s, long sessions, struct tally *t)
{
	long before = s->d.commands, i;
	int ok = 1;

	for (i = 0; ok && i < sessions; i++) {
		device_session(&s->d, s->h, SESSION_PLAIN);
		ok = device_verdict(&s->d);
		t->sessions++;
	}
	t->commands += s->d.commands - before;
	if (!ok && t->failed++ < SHOWN && s->d.r.first_failure != NULL)
		fprintf(stderr, "%s: %s\n", s->dir, s->d.r.first_failure);
}

/* One process: every so manieth device, until there are no more rounds. */
static void
seats_run(
    const struct load *l, const struct options *o, long first, int channel)
{
	long n = (l->devices - first + l->concurrency - 1) / l->concurrency, i;
	struct seat *seats = xcalloc((size_t)n, sizeof(*seats));
	struct tally t;
	char begin;

	for (i = 0; i < n; i++)
		seat_take(&seats[i], l, o, first + i * l->concurrency);
	while (read(channel, &begin, 1) == 1) {
		t = (struct tally){ 0 };
		for (i = 0; i < n; i++)
			seat_round(&seats[i], l->sessions, &t);
		if (write(channel, &t, sizeof(t)) != (ssize_t)sizeof(t))
			break;
	}
	for (i = 0; i < n; i++)
		seat_leave(&seats[i]);
	free(seats);
}

static void
process_start(struct process *all, const struct load *l,
    const struct options *o, long number)
{
	int ends[2];
	long i;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		die("socketpair: %s", strerror(errno));
	fflush(stdout);
	all[number].channel = ends[0];
	all[number].pid = fork();
	if (all[number].pid == -1)
		die("fork: %s", strerror(errno));
	if (all[number].pid != 0) {
		close(ends[1]);
		return;
	}
	/* Else nobody would see the end of the others' channels. */
	for (i = 0; i <= number; i++)
		close(all[i].channel);
	seats_run(l, o, number, ends[1]);
	_exit(0);
}

/* All of the processes at once; -1 when one has died. */
static int
round_run(const struct process *all, long n, struct tally *sum)
{
	struct tally t;
	long i;

	for (i = 0; i < n; i++)
		if (write(all[i].channel, "", 1) != 1)
			return -1;
	for (i = 0; i < n; i++) {
		if (recv(all[i].channel, &t, sizeof(t), MSG_WAITALL) !=
		    (ssize_t)sizeof(t))
			return -1;
		sum->sessions += t.sessions;
		sum->failed += t.failed;
		sum->commands += t.commands;
	}
	return 0;
}

int
load_rounds(const struct load *l, const struct options *o)
{
	struct process *all = xcalloc((size_t)l->concurrency, sizeof(*all));
	struct tally t;
	double start;
	int result = 0, c;
	long i;

	for (i = 0; i < l->concurrency; i++)
		process_start(all, l, o, i);
	while (result == 0 && (c = getchar()) != EOF) {
		if (c != '\n')
			continue;
		t = (struct tally){ 0 };
		start = clock_ms();
		if (round_run(all, l->concurrency, &t) == -1 || t.failed > 0)
			result = -1;
		printf("sessions=%ld failed=%ld commands=%ld ms=%.2f\n",
		    t.sessions, t.failed, t.commands, clock_ms() - start);
		fflush(stdout);
	}
	for (i = 0; i < l->concurrency; i++)
		close(all[i].channel);
	for (i = 0; i < l->concurrency; i++)
		waitpid(all[i].pid, NULL, 0);
	free(all);
	return result;
}
