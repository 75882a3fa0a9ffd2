/* SPDX-License-Identifier: ISC */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "selftest.h"
#include "session.h"

struct command {
	const char *name;
	int (*run)(struct invocation *, char **rest);
	const char *arguments;
	const char *help;
};

static int
enroll_command(struct invocation *v, char **rest)
{
	struct device d;
	int ok;

	(void)rest;
	device_open(&d, &v->o, v->load.dir, 1);
	device_enroll(&d);
	ok = device_verdict(&d);
	device_close(&d);
	return ok ? 0 : 1;
}

static int
session_run(struct invocation *v, enum session_kind kind)
{
	struct device d;
	struct http *h;
	long i;
	int ok = 1;

	device_open(&d, &v->o, v->load.dir, 0);
	device_remember(&d);
	h = session_connect(&d);
	for (i = 0; ok && i < v->load.sessions; i++) {
		device_session(&d, h, kind);
		ok = device_verdict(&d);
	}
	http_close(h);
	if (ok && state_get(d.state, "renew") != NULL) {
		device_renew(&d);
		ok = device_verdict(&d);
	}
	device_close(&d);
	return ok ? 0 : 1;
}

static int
renew_command(struct invocation *v, char **rest)
{
	struct device d;
	int ok;

	(void)rest;
	device_open(&d, &v->o, v->load.dir, 0);
	device_remember(&d);
	device_renew(&d);
	ok = device_verdict(&d);
	device_close(&d);
	return ok ? 0 : 1;
}

static int
session_command(struct invocation *v, char **rest)
{
	(void)rest;
	return session_run(v, SESSION_PLAIN);
}

static int
unenroll_command(struct invocation *v, char **rest)
{
	(void)rest;
	return session_run(v, SESSION_UNENROLL);
}

static int
load_command(struct invocation *v, char **rest)
{
	(void)rest;
	return load_run(&v->load, &v->o) == 0 ? 0 : 1;
}

/* What may be shown of a device: no secrets. */
static int
show_command(struct invocation *v, char **rest)
{
	static const char *const names[] = { "device-id", "device-name", "upn",
		"management-url", "provider-id", "enterprise-device-id",
		"enrolled", "session" };
	struct state *s = state_open(v->load.dir);
	size_t i;

	(void)rest;
	if (s == NULL)
		die("%s: no device there", v->load.dir);
	for (i = 0; i < COUNT(names); i++) {
		const char *value = state_get(s, names[i]);

		printf("%s %s\n", names[i], value == NULL ? "" : value);
	}
	state_close(s);
	return 0;
}

/* The reasons for a status, a line each. */
static int
statuses_command(struct invocation *v, char **rest)
{
	size_t i;

	(void)v;
	(void)rest;
	for (i = 0; i < csp_nreasons; i++)
		printf("%d %-8s %-60.60s %s\n", csp_reasons[i].status,
		    csp_verb_name(csp_reasons[i].verb), csp_reasons[i].uri,
		    csp_reasons[i].reason);
	return 0;
}

static int
selftest_command(struct invocation *v, char **rest)
{
	(void)v;
	return selftest_run(*rest) == 0 ? 0 : 1;
}

/* clang-format off */
static const struct command commands[] = {
 { "enroll", enroll_command, "-d DIR -u UPN -p FILE",
   "discover the server, enrol, keep the device in DIR" },
 { "session", session_command, "-d DIR [-l user|others|none] [-m SESSIONS]",
   "hold a management session" },
 { "renew", renew_command, "-d DIR", "renew the certificate" },
 { "unenroll", unenroll_command, "-d DIR",
   "hold the session in which the user disconnects" },
 { "load", load_command,
   "-d DIR -n DEVICES -m SESSIONS -c CONCURRENCY -u UPN -p FILE",
   "enrol many devices into DIR/000000 …, hold sessions, print the rates" },
 { "show", show_command, "-d DIR", "print what a device knows of itself" },
 { "statuses", statuses_command, "",
   "print an example of every reason for a status" },
 { "selftest", selftest_command, "[DATA]",
   "check the device without a server; DATA holds the captured messages" },
};

/* clang-format on */

static void
usage(FILE *out)
{
	size_t i;

	fputs("Usage: fenestra-device COMMAND [options]\n", out);
	for (i = 0; i < COUNT(commands); i++)
		fprintf(out, "  %s %s\n      %s\n", commands[i].name,
		    commands[i].arguments, commands[i].help);
	options_list(out);
	fputs("Exit status: 0 all as it should be, 1 not, 2 usage or "
	      "trouble on this side.\n",
	    out);
}

static void
invocation_judge(const struct invocation *v, const struct command *c)
{
	int enrols = c->run == enroll_command ||
		     (c->run == load_command && (v->load.phases & LOAD_ENROLL));

	if (v->load.dir == NULL && c->run != selftest_command &&
	    c->run != statuses_command)
		die("%s needs -d DIR", c->name);
	if (enrols && (v->o.upn == NULL || v->o.password == NULL))
		die("%s needs -u UPN and a password (-p FILE or $%s)", c->name,
		    PASSWORD_VARIABLE);
	if (v->load.concurrency > v->load.devices && c->run == load_command)
		die("-c %ld is more than -n %ld", v->load.concurrency,
		    v->load.devices);
}

static const struct command *
command_find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int
main(int argc, char **argv)
{
	const struct command *c = argc < 2 ? NULL : command_find(argv[1]);
	struct invocation v;
	int result, taken;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (c == NULL) {
		usage(stderr);
		return 2;
	}
	options_defaults(&v);
	taken = options_take(&v, argc - 1, argv + 1);
	if (taken != 0) {
		usage(taken == 1 ? stdout : stderr);
		return taken == 1 ? 0 : 2;
	}
	password_take(&v);
	invocation_judge(&v, c);
	signal(SIGPIPE, SIG_IGN);
	http_start();
	result = c->run(&v, argv + 1 + optind);
	http_stop();
	free(v.password);
	return result;
}
