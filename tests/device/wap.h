/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_WAP_H
#define DEVICE_WAP_H

#include "dom.h"
#include "report.h"

/* The grammar of wap-provisioningdoc: characteristics and parms only. */
void wap_syntax_judge(struct report *, const struct dom *);

/* The first characteristic of a type below a node, or NULL. */
struct node *wap_child(const struct node *, const char *type);
/* The same along types that are separated by '/'. */
struct node *wap_path(const struct node *, const char *types);
size_t wap_children(const struct node *);
const char *wap_type(const struct node *);
/* The value of a parm, "" when it has none; NULL when there is no such. */
const char *wap_value(const struct node *, const char *name);

/* What is known about the parms of one characteristic. */
enum wap_kind {
	WAP_TEXT,
	WAP_NUMBER,
	WAP_FLAG,   /* no value at all */
	WAP_STRING, /* these three with datatype */
	WAP_INTEGER,
	WAP_BOOLEAN,
};

struct wap_parm {
	const char *name;
	enum wap_kind kind;
	int is_required;
};

/* Each parm known, of the right kind, at most once, none missing. */
void wap_parms_judge(
    struct report *, const struct node *, const struct wap_parm *, size_t);

#endif
