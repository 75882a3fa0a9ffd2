/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_SESSION_H
#define DEVICE_SESSION_H

#include "csp.h"
#include "device.h"
#include "dom.h"
#include "syncml.h"

/* A session while it lasts. */
struct session {
	struct device *d;
	struct http *http;
	struct csp *tree;
	enum session_kind kind;
	char *url;    /* where to post: the address and its query */
	char *vector; /* for the MS-CV header */
	long id;
	long msg_id;	    /* of our newest message */
	long server_msg_id; /* that the server's next one must have */
};

/* package.c: what the device says */

/* Package 1: alerts and DevInfo. */
void package_first(const struct session *, struct syncml_message *);
/* Executes what the server asked for, answers it. */
void package_answer(struct session *, const struct syncml_message *asked,
    struct syncml_message *);

/* verify.c: judges the server's message, an answer to the one sent. */
void answer_judge(const struct session *, const struct syncml_message *sent,
    const struct dom *, const struct syncml_message *got);

/* exchange.c */

/*
 * Sends one message and reads the answer. 0, or -1 when there is none to go
 * on with.
 */
int message_exchange(
    struct session *, struct syncml_message *sent, struct syncml_message *got);

#endif
