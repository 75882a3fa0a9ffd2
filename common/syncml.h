/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SYNCML_H
#define FENESTRA_SYNCML_H

#include <stddef.h>

#include "http.h"
#include "xw.h"

struct arena;

#define SYNCML_CONTENT_TYPE "application/vnd.syncml.dm+xml"
#define NS_SYNCML "SYNCML:SYNCML1.2"
#define NS_METINF "syncml:metinf"

/* Members are NULL where the element was absent. */
struct syncml_item {
	struct syncml_item *next;
	const char *source; /* LocURI */
	const char *target; /* LocURI */
	const char *format;
	const char *type;
	const char *mark;
	const char *data;
};

struct syncml_command {
	struct syncml_command *next;
	struct syncml_command *children; /* of an Atomic or a Sequence */
	struct syncml_item *items;
	struct syncml_command *last_child; /* where the next one goes */
	struct syncml_item *last_item;
	const char *name; /* "Alert", "Status", … */
	int is_unknown;	  /* of that name, but no command */
	char *cmd_id;
	char *msg_ref;
	char *cmd_ref;
	char *cmd;
	char *data;
	char *original_error; /* msft:originalerror of a Status */
	char *format;	      /* of a Meta beside the items */
	char *type;
};

/* An OMA DM 1.2 message, [OMA-DM RepPro] 5. */
struct syncml_message {
	char *session_id;
	char *msg_id_text;
	long long msg_id;
	char *target;
	char *source;
	struct syncml_command *commands;
	struct syncml_command *last_command;
	int final;
};

/* 0, or -1 with the fault set to 400 or 413. */
int syncml_read(struct arena *, const struct http_request *,
    struct syncml_message *, struct fault *);

/* A number as the protocol has them: digits, at most 18; -1 if it is not. */
long long syncml_number(const char *);

/* What a server's message consists of. */
void syncml_open(
    struct xw *, const struct syncml_message *to, long long msg_id);
void syncml_status(struct xw *, int cmd_id, const char *msg_ref,
    const char *cmd_ref, const char *cmd, int status);
void syncml_next_message(struct xw *, int cmd_id);
void syncml_command(struct xw *, const char *cmd_id, const char *verb,
    const struct syncml_item *);
void syncml_close(struct xw *, int final);

#endif
