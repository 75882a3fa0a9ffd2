/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "config.h"

#define PREFIX "FENESTRA_"
#define WORKERS (CONFIG_DISCOVERY | CONFIG_ENROLLMENT | CONFIG_MANAGEMENT)

enum type {
	TYPE_PATH,
	TYPE_KEY,
	TYPE_NAME,
	TYPE_BYTES,
	TYPE_SECONDS,
	TYPE_SWITCH
};

struct variable {
	const char *name;
	enum type type;
	size_t off;
	const char *initial; /* NULL: has to be set */
	unsigned programs;   /* the rest ignore it: they share a file */
};

#define FIELD(f) offsetof(struct config, f)

/* clang-format off */
static const struct variable variables[] = {
 { "CA_CERT",   TYPE_PATH,   FIELD(ca_cert),   NULL,      CONFIG_ENROLLMENT | CONFIG_SIGNER },
 { "CA_KEY",    TYPE_KEY,    FIELD(ca_key),    NULL,      CONFIG_SIGNER },
 { "CA_ROOT",   TYPE_PATH,   FIELD(ca_root),   NULL,      CONFIG_ENROLLMENT | CONFIG_SIGNER },
 { "DEVICE_CA", TYPE_PATH,   FIELD(device_ca), NULL,      CONFIG_ENROLLMENT | CONFIG_MANAGEMENT | CONFIG_SIGNER },
 { "SIGNER_SOCKET", TYPE_PATH, FIELD(signer_socket), "/run/fenestra/signer.sock", CONFIG_ENROLLMENT | CONFIG_SIGNER },
 { "SIGNER_USER",   TYPE_NAME, FIELD(signer_user),   "",  CONFIG_SIGNER },
 { "SIGNER_GROUP",  TYPE_NAME, FIELD(signer_group),  "",  CONFIG_SIGNER },
 { "SEAL_KEY",  TYPE_PATH,   FIELD(seal_key),  NULL,      CONFIG_ENROLLMENT | CONFIG_MANAGEMENT | CONFIG_SEAL | CONFIG_WEBHOOK },
 { "WEBHOOK_TARGETS", TYPE_NAME, FIELD(webhook_targets), "", CONFIG_WEBHOOK },
 { "WEBHOOK_CA", TYPE_NAME,  FIELD(webhook_ca), "",       CONFIG_WEBHOOK },
 { "UPLOADS",   TYPE_NAME,   FIELD(uploads),   "",        CONFIG_MANAGEMENT },
 { "CERT_HEADER", TYPE_NAME, FIELD(cert_header), "",     WORKERS },
 { "CERT_PEERS",  TYPE_NAME, FIELD(cert_peers),  "",     WORKERS },
 { "CERT_SECRET", TYPE_NAME, FIELD(cert_secret), "",     WORKERS },
 { "STATS",     TYPE_NAME,   FIELD(stats),     "",        WORKERS },
 { "MAX_BODY",  TYPE_BYTES,  FIELD(max_body),  "1048576", WORKERS },
 { "MAX_CPU",   TYPE_SECONDS, FIELD(max_cpu), "20",      WORKERS },
 { "TRACE",     TYPE_SWITCH, FIELD(trace),     "0",       WORKERS },
 { "TRACE_SECRETS", TYPE_SWITCH, FIELD(trace_secrets), "0", WORKERS },
 { "PREPARED",  TYPE_SWITCH, FIELD(prepared),  "1",       WORKERS | CONFIG_SIGNER | CONFIG_WEBHOOK },
};
/* clang-format on */

/* The values that a switch may have; an even place means off. */
static const char *const switches[] = { "0", "1", "off", "on" };

static int
parse_switch(const char *text, int *value)
{
	for (size_t i = 0; i < COUNT(switches); i++)
		if (strcmp(text, switches[i]) == 0) {
			*value = i % 2 == 1;
			return 0;
		}
	return -1;
}

static int
parse_long(const char *text, long least, long most, long *value)
{
	char *end;

	errno = 0;
	*value = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0')
		return -1;
	return *value >= least && *value <= most ? 0 : -1;
}

static int
assign(struct config *c, const struct variable *v, const char *text,
    char why[CONFIG_WHY_LEN])
{
	void *field = (char *)c + v->off;
	const char *form = NULL;

	switch (v->type) {
	case TYPE_PATH:
		memcpy(field, &text, sizeof(text));
		if (text[0] != '/')
			form = "an absolute path";
		break;
	case TYPE_KEY:
		memcpy(field, &text, sizeof(text));
		if (text[0] != '/' && strncmp(text, "pkcs11:", 7) != 0)
			form = "an absolute path or a pkcs11: URI";
		/* A process shows its environment; so this is not repeated. */
		else if (strstr(text, "pin-value") != NULL) {
			text = "pkcs11:...";
			form = "without a PIN: name its file with pin-source";
		}
		break;
	case TYPE_NAME:
		memcpy(field, &text, sizeof(text));
		break;
	case TYPE_BYTES:
		if (parse_long(text, 4096, 64L << 20, field) == -1)
			form = "bytes from 4096 to 67108864";
		break;
	case TYPE_SECONDS:
		if (parse_long(text, 1, 3600, field) == -1)
			form = "seconds from 1 to 3600";
		break;
	case TYPE_SWITCH:
		if (parse_switch(text, field) == -1)
			form = "0 or 1";
		break;
	}
	if (form == NULL)
		return 0;
	snprintf(why, CONFIG_WHY_LEN, PREFIX "%s=%s: must be %s", v->name, text,
	    form);
	return -1;
}

static int
is_known(const char *entry)
{
	size_t len = strcspn(entry, "=");

	for (size_t i = 0; i < COUNT(variables); i++)
		if (strlen(variables[i].name) == len &&
		    strncmp(variables[i].name, entry, len) == 0)
			return 1;
	return 0;
}

static const char *
find(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env != NULL; env++)
		if (strncmp(*env, PREFIX, strlen(PREFIX)) == 0 &&
		    strncmp(*env + strlen(PREFIX), name, len) == 0 &&
		    (*env)[strlen(PREFIX) + len] == '=')
			return *env + strlen(PREFIX) + len + 1;
	return NULL;
}

int
config_read(struct config *c, unsigned program, char *const *env,
    char why[CONFIG_WHY_LEN])
{
	const struct variable *v;
	const char *text;

	*c = (struct config){ 0 };
	for (char *const *e = env; *e != NULL; e++)
		if (strncmp(*e, PREFIX, strlen(PREFIX)) == 0 &&
		    !is_known(*e + strlen(PREFIX))) {
			snprintf(why, CONFIG_WHY_LEN, "%.*s: no such variable",
			    (int)strcspn(*e, "="), *e);
			return -1;
		}
	for (v = variables; v < variables + COUNT(variables); v++) {
		if (!(v->programs & program))
			continue;
		if ((text = find(env, v->name)) == NULL)
			text = v->initial;
		if (text == NULL) {
			snprintf(why, CONFIG_WHY_LEN, PREFIX "%s is not set",
			    v->name);
			return -1;
		}
		if (assign(c, v, text, why) == -1)
			return -1;
	}
	return 0;
}

void
config_print(const struct config *c, unsigned program)
{
	const struct variable *v;

	for (v = variables; v < variables + COUNT(variables); v++) {
		const void *field = (const char *)c + v->off;

		if (!(v->programs & program))
			continue;
		printf(PREFIX "%s=", v->name);
		if (v->type == TYPE_PATH || v->type == TYPE_KEY ||
		    v->type == TYPE_NAME)
			printf("%s\n", *(const char *const *)field);
		else if (v->type == TYPE_BYTES || v->type == TYPE_SECONDS)
			printf("%ld\n", *(const long *)field);
		else
			printf("%d\n", *(const int *)field);
	}
}
