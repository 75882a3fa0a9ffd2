/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SESSION_H
#define FENESTRA_SESSION_H

#include "../common/syncml.h"

/* Columns of what a message says, as the SQL functions take them. */
struct session_rows {
	size_t count;
	const char **columns[7];
};

enum { DEVINFO_URI, DEVINFO_VALUE };
enum {
	ALERT_CMD_ID,
	ALERT_CODE,
	ALERT_TYPE,
	ALERT_FORMAT,
	ALERT_MARK,
	ALERT_SOURCE,
	ALERT_DATA,
};
enum { STATUS_MSG_REF, STATUS_CMD_REF, STATUS_STATUS, STATUS_ERROR };
enum {
	RESULT_MSG_REF,
	RESULT_CMD_REF,
	RESULT_URI,
	RESULT_FORMAT,
	RESULT_TYPE,
	RESULT_DATA,
};

/*
 * A message of a device taken apart: what to tell the database, and which
 * Status each of its commands gets.  Nothing in it depends on anything but
 * the message, so a repeated message is answered alike.
 */
struct session {
	const struct syncml_message *message;
	const char *login_status; /* user, others, none; NULL: not said */
	int aborted;		  /* Alert 1223 */
	int anomalies;		  /* what was not understood and passed over */
	struct session_rows devinfo;
	struct session_rows alerts;
	struct session_rows statuses;
	struct session_rows results;
	int nstatuses; /* of ours, the header's among them */
};

/* 0, or -1 with the fault set. */
int session_take(struct arena *, const struct syncml_message *,
    struct session *, struct fault *);

/* Whether the device's package is complete, so that commands may follow. */
int session_is_final(const struct session *);

/* A command to be delivered; cmd_id as the database numbered it. */
struct session_command {
	const char *cmd_id;
	const char *verb;
	struct syncml_item item;
};

void session_answer(struct xw *, const struct session *, long long msg_id,
    const struct session_command *, size_t count);

#endif
