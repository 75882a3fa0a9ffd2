/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_CSP_TREE_H
#define DEVICE_CSP_TREE_H

#include "csp.h"

/* What csp.c and csp_get.c share: paths, and the nodes that are there. */

/* A node that is there; an interior one that was added has format node. */
struct entry {
	struct entry *next;
	char *path;
	char *format;
	char *value;
};

/* An answer that the command line wants; busy ones count down. */
struct override {
	struct override *next;
	char *path;
	int status;
	char *error;
};

struct csp {
	struct entry *entries;
	struct override *overrides;
	struct entry *tried; /* busy nodes that were asked before */
	char *provider;
	enum csp_effect effect;
};

/*
 * "./Device/Vendor/…" and "./Vendor/…" are one; no slash at the end, no query,
 * each name percent-encoded in one way. To be freed.
 */
char *path_normal(const char *uri);
/* Whether a path fits a pattern; as_prefix: or leads towards it. */
int path_fits(const char *pattern, const char *path, int as_prefix);
/* The rest of a path below another one, or NULL. */
const char *path_below(const char *path, const char *parent);
const char *path_name(const char *path);
/* Whether it is no LocURI at all. */
int path_is_bad(const char *uri);

const struct csp_rule *rule_find(const char *path);
struct entry *entry_find(const struct csp *, const char *path);
void entry_set(
    struct csp *, const char *path, const char *format, const char *value);
void entries_remove(struct csp *, const char *path);
int is_interior(const struct csp *, const char *path);

/* csp_get.c */
int csp_get(
    const struct csp *, const char *path, const char *uri, struct csp_result *);

#endif
