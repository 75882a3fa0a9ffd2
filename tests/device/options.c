/* SPDX-License-Identifier: ISC */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "session.h"

#define HTTPS_PORT 443
/* A wait of 30000 ms in the provisioning document lasts 30 ms. */
#define BACKOFF_SCALE 0.001
/* A long option that plan.c knows. */
#define PLAN 1
/* A long option without a letter. */
#define ROUNDS 2

/* clang-format off */
static const struct option long_options[] = {
 { "bad",             required_argument, NULL, 'b' },
 { "at",              required_argument, NULL, 'a' },
 { "expect",          required_argument, NULL, 'e' },
 { "phase",           required_argument, NULL, 'f' },
 { "rounds",          no_argument,       NULL, ROUNDS },
 { "key",             required_argument, NULL, 'k' },
 { "backoff",         required_argument, NULL, 'B' },
 { "request-version", required_argument, NULL, 'R' },
 { "http2",           no_argument,       NULL, '2' },
 { "profile",         required_argument, NULL, PLAN },
 { "encoding",        required_argument, NULL, PLAN },
 { "wbxml",           required_argument, NULL, PLAN },
 { "shape",           required_argument, NULL, PLAN },
 { "auth",            required_argument, NULL, PLAN },
 { "sign",            optional_argument, NULL, PLAN },
 { "challenge",       optional_argument, NULL, PLAN },
 { "max-message",     required_argument, NULL, PLAN },
 { "max-object",      required_argument, NULL, PLAN },
 { "large-objects",   no_argument,       NULL, PLAN },
 { "big",             required_argument, NULL, PLAN },
 { "atomic",          required_argument, NULL, PLAN },
 { "session-id",      required_argument, NULL, PLAN },
 { "complete",        required_argument, NULL, PLAN },
 { "commands",        required_argument, NULL, PLAN },
 { "alert",           required_argument, NULL, PLAN },
 { "status",          required_argument, NULL, PLAN },
 { "do",              required_argument, NULL, PLAN },
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
"  --rounds             of load: sessions for each line of standard input\n"
"  --key=SPEC           rsa:BITS or ec:CURVE instead of the policy's\n"
"  --request-version=V  of the discovery request (4.0)\n"
"  --http2              offer HTTP/2\n"
"  --backoff=FACTOR     scales the waits between connection attempts (0.001)\n"
"  --expect=STATUS[:SUBCODE][,tls]\n"
"                       succeed only if the last answer was this one, or if\n"
"                       TLS was refused; --expect=tls takes only that\n"
"                       --expect=syncml:STATUS is about our header\n"
"  --profile=NAME       win10 or win11-25h2 (win10)\n"
"  --encoding=NAME      xml or wbxml instead of the account's\n"
"  --wbxml=LIST         1.1 1.2 1.3 string-id no-id table opaque raw-nonce\n"
"                       literal pieces attribute\n"
"  --shape=LIST         syncml1.1 bare-meta type-outside reversed declaration\n"
"                       space bom utf-16 no-content-type uuid gaps no-cmd-id\n"
"  --auth=HOW           wait for a challenge, never, at-once, or at once by\n"
"                       basic, md5, hmac (wait)\n"
"  --sign[=HEADER]      sign the body (MS-Signature)\n"
"  --challenge[=HOW]    have the server prove itself: md5, basic, hmac (md5)\n"
"  --max-message=BYTES  send no longer message\n"
"  --large-objects      say so, announce --max-message and --max-object=BYTES\n"
"  --big=BYTES          length of ./Vendor/MSFT/Simulator/Big\n"
"  --atomic=HOW         honest, fail, not-executed, stuck, too-large (honest)\n"
"  --session-id=ID      this SessionID instead of the next number\n"
"  --complete=WHEN[:DATA]\n"
"                       tell how a 202 ended: same or next message, later\n"
"                       session\n"
"  --commands=N         each session must bring so many commands\n"
"  --alert=NAME[=DATA]  one more alert in package 1, or CODE[,TYPE[,DATA]]\n"
"                       (repeatable): aad-token synctype device-prep boot\n"
"                       bootstrap odj request-pending declared msi app\n"
"                       app-removed scep unknown-1224 unknown-1226 untyped\n"
"  --status=URI=STATUS[:0xERROR]\n"
"                       answer of a node (repeatable)\n"
"  --do=NAME[=NUMBER]   unusual but lawful (repeatable), see below\n"
"  --bad=NAME[=VALUE]   misbehave (repeatable), see below\n"
"  --at=PLACE           where: discovery, policy, enrollment, or the number\n"
"                       of a management message\n"
"  -q                   print failures only      -v  print the raw exchange\n";
/* clang-format on */

static void
expectation_parse(struct options *o, char *text)
{
	char *comma = strchr(text, ','), *colon = strchr(text, ':');

	if (comma != NULL && strcmp(comma, ",tls") == 0) {
		*comma = '\0';
		o->expect_tls = 1;
	}
	if (str_starts(text, "syncml:") &&
	    str_number(text + 7, 200, 599, &o->expect_syncml) == 0)
		return;
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

/* What is about sessions. */
static int
plan_option(struct invocation *v, const char *name)
{
	if (plan_take(&v->o.plan, name, optarg) != 1)
		die("--%s=%s: see --help", name, optarg == NULL ? "" : optarg);
	if (strcmp(name, "alert") == 0 && alert_is_known(optarg) == -1)
		die("--alert=%s: see --help", optarg);
	if (plan_does(&v->o.plan, DO_OOBE))
		v->o.login = "others";
	return 1;
}

static int
word_take(struct invocation *v, int option, int index)
{
	switch (option) {
	case PLAN:
		return plan_option(v, long_options[index].name);
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
	case ROUNDS:
		v->load.rounds = 1;
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

int
options_take(struct invocation *v, int argc, char **argv)
{
	int option, index = 0;

	while ((option = getopt_long(argc, argv, "d:u:p:U:P:r:C:l:n:m:c:qvh",
		    long_options, &index)) != -1) {
		if (option == 'h')
			return 1;
		if (!letter_take(v, option) && !word_take(v, option, index))
			return -1;
	}
	if (v->o.request_version == NULL)
		v->o.request_version = v->o.plan.profile->request_version;
	return 0;
}

void
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

void
options_defaults(struct invocation *v)
{
	memset(v, 0, sizeof(*v));
	v->o.port = HTTPS_PORT;
	v->o.login = "user";
	plan_defaults(&v->o.plan);
	v->o.backoff_scale = BACKOFF_SCALE;
	v->load.devices = 1;
	v->load.sessions = 1;
	v->load.concurrency = 1;
	v->load.phases = LOAD_KEYS | LOAD_ENROLL | LOAD_SESSIONS;
}

void
options_list(FILE *out)
{
	fputs(options_help, out);
	fputs("Unusual:\n", out);
	plan_list(out);
	fputs("Misbehaviour:\n", out);
	bad_list(out);
}
