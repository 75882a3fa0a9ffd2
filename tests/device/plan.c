/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "syncml.h"
#include "wbxml.h"

/* clang-format off */
static const struct {
	const char *name;
	const char *value; /* what its number is, NULL: it has none */
	const char *help;
} deeds[DO_KINDS] = {
 [DO_ONE_STATUS]       = { "one-status", NULL,
     "one Status for all items of a command" },
 [DO_RESULTS_FIRST]    = { "results-first", NULL,
     "Results before the Status of their command" },
 [DO_RESULTS_LAST]     = { "results-last", NULL,
     "all Results behind all Statuses" },
 [DO_RESULTS_REPEATED] = { "results-repeated", NULL,
     "the Results again in the next message" },
 [DO_RESULTS_CMD]      = { "results-cmd", NULL, "Results with a Cmd" },
 [DO_STATUS_REVERSED]  = { "status-reversed", NULL,
     "Statuses of commands, the last one first" },
 [DO_STATUS_BLANK]     = { "status-blank", NULL,
     "one more Status 400 without a CmdRef" },
 [DO_PARTS]            = { "parts", "COMMANDS",
     "so many commands in a message, the package in several" },
 [DO_ABORT]            = { "abort", "MESSAGE",
     "Alert 1223 as this message" },
 [DO_ABANDON]          = { "abandon", "MESSAGE",
     "vanish after the answer to this message" },
 [DO_SECOND_SESSION]   = { "second-session", "MESSAGE",
     "hold another session after this message, then go on" },
 [DO_KEEP_ALIVE]       = { "keep-alive", NULL,
     "a sign of life first, what was done in the next message" },
 [DO_ALWAYS_401]       = { "always-401", NULL,
     "challenge the server with 401 even if it sent nothing" },
 [DO_ACCEPT_EACH]      = { "accept-each", NULL,
     "accept the server's credential with 200, not 212" },
 [DO_FINAL_NEXT]       = { "final-next", NULL,
     "Final in a message that asks for the next chunk" },
 [DO_OOBE]             = { "oobe", NULL,
     "enrol and hold sessions as before the first log-on" },
 [DO_SERVER_INITIATED] = { "server-initiated", NULL,
     "Alert 1200 instead of 1201" },
};

static const struct {
	const char *name;
	unsigned shape;
} shapes[] = {
 { "syncml1.1",       SHAPE_OLD_NAMESPACE },
 { "bare-meta",       SHAPE_BARE_META },
 { "type-outside",    SHAPE_TYPE_OUTSIDE },
 { "reversed",        SHAPE_REVERSED },
 { "declaration",     SHAPE_DECLARATION },
 { "space",           SHAPE_SPACE },
 { "bom",             SHAPE_BOM },
 { "utf-16",          SHAPE_UTF16 },
 { "no-content-type", SHAPE_NO_TYPE },
 { "uuid",            SHAPE_UUID },
 { "gaps",            SHAPE_GAPS },
 { "no-cmd-id",       SHAPE_NO_CMD_ID },
};

struct word {
	const char *name;
	int value;
};

static const struct word encodings[] = {
 { "xml", ENCODING_XML }, { "wbxml", ENCODING_WBXML }, { NULL, 0 },
};

static const struct word kinds[] = {
 { "basic", AUTH_BASIC }, { "md5", AUTH_MD5 }, { "hmac", AUTH_MAC },
 { NULL, 0 },
};

static const struct word atomics[] = {
 { "honest", ATOMIC_HONEST }, { "fail", ATOMIC_FAIL },
 { "not-executed", ATOMIC_NOT_EXECUTED }, { "stuck", ATOMIC_STUCK },
 { "too-large", ATOMIC_TOO_LARGE }, { NULL, 0 },
};

static const struct word completions[] = {
 { "same", COMPLETE_SAME }, { "next", COMPLETE_NEXT },
 { "later", COMPLETE_LATER }, { NULL, 0 },
};
/* clang-format on */

void
plan_defaults(struct plan *p)
{
	memset(p, 0, sizeof(*p));
	p->profile = profile_find(profile_usual());
	p->complete_data = "0";
	p->commands = -1;
}

static int
word_find(const struct word *words, const char *name, size_t n, int *out)
{
	for (; words->name != NULL; words++)
		if (strlen(words->name) == n &&
		    strncmp(words->name, name, n) == 0) {
			*out = words->value;
			return 1;
		}
	return -1;
}

static int
encoding_take(struct plan *p, const char *value)
{
	int word = 0,
	    result = word_find(encodings, value, strlen(value), &word);

	p->encoding = (enum encoding)word;
	return result;
}

static int
auth_take(struct plan *p, const char *value)
{
	int kind = AUTH_NONE;

	p->auth = AUTH_AT_ONCE;
	if (strcmp(value, "wait") == 0)
		p->auth = AUTH_WAIT;
	else if (strcmp(value, "never") == 0)
		p->auth = AUTH_NEVER;
	else if (strcmp(value, "at-once") != 0 &&
		 word_find(kinds, value, strlen(value), &kind) == -1)
		return -1;
	p->first_kind = (enum auth_kind)kind;
	return 1;
}

static int
challenge_take(struct plan *p, const char *value)
{
	int kind = AUTH_MD5;
	int result =
	    value == NULL ? 1 : word_find(kinds, value, strlen(value), &kind);

	p->challenge = (enum auth_kind)kind;
	return result;
}

static int
atomic_take(struct plan *p, const char *value)
{
	int word = 0, result = word_find(atomics, value, strlen(value), &word);

	p->atomic = (enum atomic_mode)word;
	return result;
}

/* WHEN or WHEN:DATA. */
static int
complete_take(struct plan *p, const char *value)
{
	size_t n = strcspn(value, ":");
	int word = 0, result = word_find(completions, value, n, &word);

	p->complete = (enum complete_when)word;
	if (value[n] == ':')
		p->complete_data = value + n + 1;
	return result;
}

static int
shape_take(struct plan *p, const char *list)
{
	size_t i, n;

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		for (i = 0; i < COUNT(shapes); i++)
			if (strlen(shapes[i].name) == n &&
			    strncmp(shapes[i].name, list, n) == 0)
				break;
		if (i == COUNT(shapes))
			return -1;
		p->shape |= shapes[i].shape;
	}
	return 1;
}

static int
deed_take(struct plan *p, const char *value)
{
	size_t n = strcspn(value, "="), i;

	for (i = 0; i < DO_KINDS; i++)
		if (strlen(deeds[i].name) == n &&
		    strncmp(deeds[i].name, value, n) == 0)
			break;
	if (i == DO_KINDS || (value[n] == '=') != (deeds[i].value != NULL))
		return -1;
	p->does[i] = 1;
	if (value[n] == '=' &&
	    str_number(value + n + 1, 1, 1000000, &p->values[i]) == -1)
		return -1;
	return 1;
}

static int
sign_take(struct plan *p, const char *value)
{
	p->sign = value == NULL ? "MS-Signature" : value;
	return p->sign[strspn(p->sign, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz-")] == '\0'
		   ? 1
		   : -1;
}

static int
profile_take(struct plan *p, const char *value)
{
	size_t i;

	p->profile = profile_find(value);
	if (p->profile == NULL)
		return -1;
	for (i = 0; i < DO_KINDS; i++)
		p->does[i] |= p->profile->does[i];
	return 1;
}

static int
list_take(const char **list, size_t *n, const char *value)
{
	if (*n == PLAN_LIST)
		return -1;
	list[(*n)++] = value;
	return 1;
}

static int
number_take(long *out, const char *value, long low)
{
	return str_number(value, low, 1L << 30, out) == -1 ? -1 : 1;
}

/* The options whose value is kept, or counted. */
static int
simple_take(struct plan *p, const char *name, const char *value)
{
	if (strcmp(name, "wbxml") == 0)
		return wbxml_shape_parse(value, &p->wbxml) == -1 ? -1 : 1;
	if (strcmp(name, "max-message") == 0)
		return number_take(&p->max_message, value, 512);
	if (strcmp(name, "max-object") == 0)
		return number_take(&p->max_object, value, 1);
	if (strcmp(name, "big") == 0)
		return number_take(&p->big, value, 1);
	if (strcmp(name, "commands") == 0)
		return number_take(&p->commands, value, 0);
	if (strcmp(name, "session-id") == 0) {
		p->session_id = value;
		return *value == '\0' || strlen(value) > 8 ? -1 : 1;
	}
	if (strcmp(name, "large-objects") == 0)
		return p->large_objects = 1;
	if (strcmp(name, "alert") == 0)
		return list_take(p->alerts, &p->nalerts, value);
	if (strcmp(name, "status") == 0)
		return list_take(p->overrides, &p->noverrides, value);
	return 0;
}

int
plan_take(struct plan *p, const char *name, const char *value)
{
	static const struct {
		const char *name;
		int (*take)(struct plan *, const char *);
	} rows[] = {
		{ "encoding", encoding_take },
		{ "auth", auth_take },
		{ "challenge", challenge_take },
		{ "atomic", atomic_take },
		{ "complete", complete_take },
		{ "shape", shape_take },
		{ "do", deed_take },
		{ "sign", sign_take },
		{ "profile", profile_take },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].take(p, value);
	return simple_take(p, name, value);
}

void
plan_list(FILE *out)
{
	size_t i;

	for (i = 0; i < DO_KINDS; i++) {
		char *name = xprintf("%s%s%s", deeds[i].name,
		    deeds[i].value == NULL ? "" : "=",
		    deeds[i].value == NULL ? "" : deeds[i].value);

		fprintf(out, "    %-22s %s\n", name, deeds[i].help);
		free(name);
	}
}

int
plan_does(const struct plan *p, enum plan_do what)
{
	return p->does[what];
}

long
plan_value(const struct plan *p, enum plan_do what)
{
	return p->does[what] ? p->values[what] : -1;
}
