/* SPDX-License-Identifier: ISC */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "load.h"
#include "selftest.h"

#define PASSWORD_VARIABLE "FENESTRA_DEVICE_PASSWORD"
#define HTTPS_PORT 443
/* A wait of 30000 ms in the provisioning document lasts 30 ms. */
#define BACKOFF_SCALE 0.001

/* Everything on the command line. */
struct invocation {
	struct options o;
	struct load load;
	const char *password_file;
	char *password;
};

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
 { "unenroll", unenroll_command, "-d DIR",
   "hold the session in which the user disconnects" },
 { "load", load_command,
   "-d DIR -n DEVICES -m SESSIONS -c CONCURRENCY -u UPN -p FILE",
   "enrol many devices into DIR/000000 …, hold sessions, print the rates" },
 { "show", show_command, "-d DIR", "print what a device knows of itself" },
 { "selftest", selftest_command, "[DATA]",
   "check the device without a server; DATA holds the captured messages" },
};

static const struct option long_options[] = {
 { "bad",             required_argument, NULL, 'b' },
 { "at",              required_argument, NULL, 'a' },
 { "expect",          required_argument, NULL, 'e' },
 { "phase",           required_argument, NULL, 'f' },
 { "key",             required_argument, NULL, 'k' },
 { "backoff",         required_argument, NULL, 'B' },
 { "request-version", required_argument, NULL, 'R' },
 { "http2",           no_argument,       NULL, '2' },
 { "help",            no_argument,       NULL, 'h' },
 { NULL,              0,                 NULL, 0 },
};

static const char options_help[] =
"Options:\n"
"  -d DIR               the device's directory\n"
"  -u UPN               user, like demo@example.com\n"
"  -p FILE              file with the password; - takes it from\n"
"                       $" PASSWORD_VARIABLE "\n"
"  -U URL               discovery URL instead of the UPN's domain\n"
"  -P PORT              port of the discovery URL (443)\n"
"  -r HOST:PORT:ADDR    connect there for this host and port (repeatable)\n"
"  -C FILE              CA certificates that the server's must lead to\n"
"  -l user|others|none  LoginStatus (user)\n"
"  -n N  -m N  -c N     devices, sessions of each, processes at a time (1)\n"
"  --phase=LIST         of load: keys,enroll,sessions (all)\n"
"  --key=SPEC           rsa:BITS or ec:CURVE instead of the policy's\n"
"  --request-version=V  of the discovery request (4.0)\n"
"  --http2              offer HTTP/2\n"
"  --backoff=FACTOR     scales the waits between connection attempts (0.001)\n"
"  --expect=STATUS[:SUBCODE][,tls]\n"
"                       succeed only if the last answer was this one, or if\n"
"                       TLS was refused; --expect=tls takes only that\n"
"  --bad=NAME[=VALUE]   misbehave (repeatable), see below\n"
"  --at=PLACE           where: discovery, policy, enrollment, or the number\n"
"                       of a management message\n"
"  -q                   print failures only      -v  print the raw exchange\n";
/* clang-format on */

static void
usage(FILE *out)
{
	size_t i;

	fputs("Usage: fenestra-device COMMAND [options]\n", out);
	for (i = 0; i < COUNT(commands); i++)
		fprintf(out, "  %s %s\n      %s\n", commands[i].name,
		    commands[i].arguments, commands[i].help);
	fputs(options_help, out);
	fputs("Misbehaviour:\n", out);
	bad_list(out);
	fputs("Exit status: 0 all as it should be, 1 not, 2 usage or "
	      "trouble on this side.\n",
	    out);
}

static void
expectation_parse(struct options *o, char *text)
{
	char *comma = strchr(text, ','), *colon = strchr(text, ':');

	if (comma != NULL && strcmp(comma, ",tls") == 0) {
		*comma = '\0';
		o->expect_tls = 1;
	}
	if (strcmp(text, "tls") == 0) {
		o->expect_tls = 1;
		return;
	}
	if (colon != NULL) {
		*colon = '\0';
		o->expect_subcode = colon + 1;
	}
	if (str_number(text, 100, 599, &o->expect_status) == -1)
		die("--expect=%s is no HTTP status", text);
}

static void
login_parse(struct options *o, const char *text)
{
	if (strcmp(text, "user") != 0 && strcmp(text, "others") != 0 &&
	    strcmp(text, "none") != 0)
		die("-l %s: it is user, others or none", text);
	o->login = text;
}

static void
resolve_add(struct options *o, const char *entry)
{
	if (o->nresolve == RESOLVE_MAX)
		die("too many -r");
	o->resolve[o->nresolve++] = entry;
}

static void
number_parse(int option, const char *text, long low, long *out)
{
	if (str_number(text, low, 100000000, out) == -1)
		die("-%c %s is no number that fits", option, text);
}

/* The options with a letter of their own; 0 when it is none of them. */
static int
letter_take(struct invocation *v, int option)
{
	switch (option) {
	case 'd':
		v->load.dir = optarg;
		return 1;
	case 'u':
		v->o.upn = optarg;
		return 1;
	case 'p':
		v->password_file = optarg;
		return 1;
	case 'U':
		v->o.discovery_url = optarg;
		return 1;
	case 'P':
		number_parse(option, optarg, 1, &v->o.port);
		return 1;
	case 'r':
		resolve_add(&v->o, optarg);
		return 1;
	case 'C':
		v->o.ca_file = optarg;
		return 1;
	case 'l':
		login_parse(&v->o, optarg);
		return 1;
	case 'n':
		number_parse(option, optarg, 1, &v->load.devices);
		return 1;
	case 'm':
		number_parse(option, optarg, 0, &v->load.sessions);
		return 1;
	case 'c':
		number_parse(option, optarg, 1, &v->load.concurrency);
		return 1;
	default:
		return 0;
	}
}

static int
word_take(struct invocation *v, int option)
{
	switch (option) {
	case 'b':
		if (bad_parse(&v->o.bad, optarg) == -1)
			die("--bad=%s: see --help", optarg);
		return 1;
	case 'a':
		if (bad_place(&v->o.bad, optarg) == -1)
			die("--at=%s: see --help", optarg);
		return 1;
	case 'e':
		expectation_parse(&v->o, optarg);
		return 1;
	case 'f':
		if (load_phases_parse(optarg, &v->load.phases) == -1)
			die("--phase=%s: see --help", optarg);
		return 1;
	case 'k':
		v->o.key_spec = optarg;
		return 1;
	case 'B':
		v->o.backoff_scale = strtod(optarg, NULL);
		return 1;
	case 'R':
		v->o.request_version = optarg;
		return 1;
	case '2':
		v->o.http2 = 1;
		return 1;
	case 'q':
		v->o.verbosity = -1;
		return 1;
	case 'v':
		v->o.verbosity = 1;
		return 1;
	default:
		return 0;
	}
}

static void
options_take(struct invocation *v, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "d:u:p:U:P:r:C:l:n:m:c:qvh",
		    long_options, NULL)) != -1) {
		if (option == 'h') {
			usage(stdout);
			exit(0);
		}
		if (!letter_take(v, option) && !word_take(v, option)) {
			usage(stderr);
			exit(2);
		}
	}
}

/* The first line of the file, or the variable. */
static void
password_take(struct invocation *v)
{
	const char *variable = getenv(PASSWORD_VARIABLE);
	struct buf text = { 0 };

	if (v->password_file != NULL && strcmp(v->password_file, "-") != 0) {
		if (file_read(v->password_file, &text) == -1)
			die("%s: it cannot be read", v->password_file);
		text.data[strcspn(text.data, "\r\n")] = '\0';
		v->password = text.data;
	} else if (variable != NULL) {
		v->password = xstrdup(variable);
	}
	v->o.password = v->password;
}

static void
invocation_judge(const struct invocation *v, const struct command *c)
{
	int enrols = c->run == enroll_command ||
		     (c->run == load_command && (v->load.phases & LOAD_ENROLL));

	if (v->load.dir == NULL && c->run != selftest_command)
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

static void
defaults_set(struct invocation *v)
{
	memset(v, 0, sizeof(*v));
	v->o.port = HTTPS_PORT;
	v->o.login = "user";
	v->o.request_version = "4.0";
	v->o.backoff_scale = BACKOFF_SCALE;
	v->load.devices = 1;
	v->load.sessions = 1;
	v->load.concurrency = 1;
	v->load.phases = LOAD_KEYS | LOAD_ENROLL | LOAD_SESSIONS;
}

int
main(int argc, char **argv)
{
	const struct command *c = argc < 2 ? NULL : command_find(argv[1]);
	struct invocation v;
	int result;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (c == NULL) {
		usage(stderr);
		return 2;
	}
	defaults_set(&v);
	options_take(&v, argc - 1, argv + 1);
	password_take(&v);
	invocation_judge(&v, c);
	signal(SIGPIPE, SIG_IGN);
	http_start();
	result = c->run(&v, argv + 1 + optind);
	http_stop();
	free(v.password);
	return result;
}
