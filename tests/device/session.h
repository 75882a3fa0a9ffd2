/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_SESSION_H
#define DEVICE_SESSION_H

#include "auth.h"
#include "csp.h"
#include "device.h"
#include "dom.h"
#include "syncml.h"
#include "wbxml.h"

/* An object of which the server has sent some chunks. */
struct incoming {
	char *uri; /* NULL: there is none */
	long size;
	struct buf data;
};

/* A session while it lasts. */
struct session {
	struct device *d;
	struct http *http;
	struct csp *tree;
	enum session_kind kind;
	char *url;    /* where to post: the address and its query */
	char *vector; /* for the MS-CV header */
	char *id;
	long msg_id;	    /* of our newest message */
	long server_msg_id; /* that the server's next one must have */
	int wbxml;
	struct auth auth;
	/* the rest of our package, for the messages after this one */
	struct syncml_command *rest;
	int rest_final;
	int rest_waits; /* not yet in the next message */
	/* Results to be sent once more */
	struct syncml_command *again;
	/* alerts for the next message */
	struct syncml_command *news;
	struct incoming object;
	/* an object of ours was broken off, and what came of it */
	int is_broken_off;
	int expect_1225;
	long commands;	     /* that came */
	double sync_version; /* of the application, as the server set it */
};

/* session.c: everything but what is only for an exchange. */
void session_open(
    struct session *, struct device *, struct http *, enum session_kind);
void session_close(struct session *);

/* identity.c: the certificate and the key to sign with, to be freed */
void session_signer(struct device *, char **cert, char **key);

/* package.c: what the device says */

/* No less than this can be announced as what a message may have. */
#define PACKAGE_LEAST 1511

/* Package 1: alerts and DevInfo. */
void package_first(struct session *, struct syncml_message *);
/* Executes what the server asked for, answers it. */
void package_answer(struct session *, const struct syncml_message *asked,
    struct syncml_message *);
/* The same content once more, after a challenge. */
void package_again(struct session *, const struct syncml_message *asked,
    const struct syncml_message *sent, struct syncml_message *);
/* The end of the session, before its time. */
void package_abort(struct session *, const struct syncml_message *asked,
    struct syncml_message *);
/* Gives every command its CmdID, from this one on. */
void package_number(const struct session *, struct syncml_message *, int first);

/* answer.c: what comes of the server's commands */
struct answer {
	struct session *s;
	struct syncml_command **out; /* Statuses and Results are put there */
	const char *msg_ref;
};

struct syncml_command *answer_status(
    struct answer *, const char *cmd_ref, const char *cmd, int status);
void answer_command(struct answer *, const struct syncml_command *);
/* answer_group.c */
void answer_group(struct answer *, const struct syncml_command *);
/* Carries out a verb: the worst status of its items; -1 when it is none. */
int answer_verb(struct answer *, const struct syncml_command *);

/* object.c: large objects */

/* Takes a chunk: 213, 0 when the object is complete, or what is wrong. */
int object_take(struct session *, const struct syncml_item *);
/* The item was broken off by something else: the alert 1225 for it. */
void object_interrupted(struct session *, struct syncml_command **out);
void object_judge(const struct session *, const struct syncml_message *got);
/* outbox.c: leaves in the message what fits, the rest goes into the session. */
void outbox_cut(struct session *, struct syncml_message *);

/* alert.c */
void alert_add(struct syncml_command **, const char *code);
void alert_typed_add(struct syncml_command **, const char *code,
    const char *type, const char *data);
/* The ends of commands that were not told yet. */
void alert_pending(const struct session *, struct syncml_command **);
/* These, and the ones of --alert. */
void alerts_add(const struct session *, struct syncml_command **);
/* A command will end later: its alert, when the plan wants it. */
void alert_completion(struct session *, const char *uri);
/* 0 or -1. */
int alert_is_known(const char *text);

/* verify.c: judges the server's message, an answer to the one sent. */
void answer_judge(const struct session *, const struct syncml_message *sent,
    const struct dom *, const struct syncml_message *got, size_t length);

/* exchange.c */

/*
 * Sends one message and reads the answer. 0, or -1 when there is none to go
 * on with.
 */
int message_exchange(
    struct session *, struct syncml_message *sent, struct syncml_message *got);
/* The bytes as they go out. */
void message_encode(
    const struct session *, const struct syncml_message *, struct buf *);

#endif
