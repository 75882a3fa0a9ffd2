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
	CSP_RENEW,
};

/* A demand on the value, beyond its format. */
enum csp_demand {
	CSP_ANY,
	CSP_URL,      /* http, https or file */
	CSP_PROVIDER, /* the name of the provider */
	CSP_FULL,     /* not empty, otherwise incomplete */
	CSP_UNIQUE,   /* no brother has the same value */
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
	int always;	     /* the answer to whatever is asked */
	long low, high;	     /* of an integer, unless both are 0 */
	size_t longest;	     /* of the value in bytes, 0: any */
	size_t longest_name; /* of the node itself */
	size_t most;	     /* brothers that there may be */
	const char *type;    /* MIME type that is demanded */
	int busy;	     /* the first attempt of a session is refused */
};

/* csp_table.c */
extern const struct csp_rule csp_rules[];
extern const size_t csp_nrules;

struct csp_command {
	enum csp_verb verb;
	const char *uri;
	const char *format; /* NULL: chr */
	const char *type;   /* NULL: none given */
	const char *data;   /* NULL: none */
	int user_present;
};

/* One of many nodes that a Get brought. */
struct csp_value {
	struct csp_value *next;
	char *uri;
	char *format;
	char *data; /* NULL: only the structure was asked for */
};

struct csp_result {
	int status;
	char *format; /* NULL: nothing to send back */
	char *data;
	struct csp_value *list; /* instead of these two */
	const char *error;	/* behind the status, "0x…", or NULL */
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
/* The value of a leaf, NULL when it is not there. */
const char *csp_value(const struct csp *, const char *uri);
/* Sets a leaf, whatever the rules say. */
void csp_set(struct csp *, const char *uri, const char *value);
/* "URI=STATUS" or "URI=STATUS:0x…": whatever it is asked. 0 or -1. */
int csp_override(struct csp *, const char *text);

/* What can be taken back: the whole tree as it is now. */
struct csp *csp_copy(const struct csp *);
/* Puts the copy in the place of what there is; the copy is gone then. */
void csp_restore(struct csp *, struct csp *copy);

/* csp_reason.c: an example of each reason for a status */
struct csp_reason {
	int status;
	enum csp_verb verb;
	const char *uri;
	const char *format;
	const char *data;
	const char *reason;
	int times; /* of several attempts the last one, 0 for 1 */
	int nobody;
	const char *type;
};

extern const struct csp_reason csp_reasons[];
extern const size_t csp_nreasons;

const char *csp_verb_name(enum csp_verb);
/* The HRESULT that Windows has behind a status, or NULL. */
const char *csp_error(int status);

#endif
