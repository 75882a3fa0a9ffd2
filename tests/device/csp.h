/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_CSP_H
#define DEVICE_CSP_H

#include <stddef.h>

#include "state.h"

/* The management tree: what the server may read and change. */
struct csp;

enum csp_verb {
	CSP_ADD = 1 << 0,
	CSP_DELETE = 1 << 1,
	CSP_GET = 1 << 2,
	CSP_REPLACE = 1 << 3,
	CSP_EXEC = 1 << 4,
	/* in the table of nodes only: Replace makes the node as well */
	CSP_UPSERT = 1 << 5,
};

/* What an Exec asks the device to do when the session is over. */
enum csp_effect {
	CSP_NOTHING,
	CSP_REBOOT,
	CSP_WIPE,
	CSP_UNENROLL,
};

/* A demand on the value, beyond its format. */
enum csp_demand {
	CSP_ANY,
	CSP_URL,      /* http, https or file */
	CSP_PROVIDER, /* the name of the provider */
};

/* One kind of node; '*' in the path stands for any name. */
struct csp_rule {
	const char *path;
	const char *format; /* NULL: any */
	unsigned access;
	const char *initial; /* NULL: not there; "$x": x of the state */
	int status;	     /* of success, 0 for 200 */
	unsigned denied;     /* verbs that the ACL refuses */
	enum csp_effect effect;
	enum csp_demand demand;
};

/* csp_table.c */
extern const struct csp_rule csp_rules[];
extern const size_t csp_nrules;

struct csp_command {
	enum csp_verb verb;
	const char *uri;
	const char *format; /* NULL: chr */
	const char *data;   /* NULL: none */
	int user_present;
};

struct csp_result {
	int status;
	char *format; /* NULL: nothing to send back */
	char *data;
};

/* The tree of a device, as its last session left it. */
struct csp *csp_open(const struct state *);
void csp_save(const struct csp *, const struct state *);
void csp_close(struct csp *);
void csp_apply(struct csp *, const struct csp_command *, struct csp_result *);
void csp_result_free(struct csp_result *);
enum csp_effect csp_effect(const struct csp *);
/* Whether a LocURI is in the user's part of the tree. */
int csp_is_user(const char *uri);

#endif
