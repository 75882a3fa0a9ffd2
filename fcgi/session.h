/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SESSION_H
#define FENESTRA_SESSION_H

#include "../common/syncml.h"

/* Columns of what a message says, as the SQL functions take them. */
#define SESSION_COLUMNS 9
struct session_rows {
	size_t count;
	const char **columns[SESSION_COLUMNS];
};

enum { DEVINFO_URI, DEVINFO_VALUE, DEVINFO_COLUMNS };
enum {
	ALERT_CMD_ID,
	ALERT_CODE,
	ALERT_TYPE,
	ALERT_FORMAT,
	ALERT_MARK,
	ALERT_SOURCE,
	ALERT_DATA,
	ALERT_COLUMNS,
};
enum {
	STATUS_MSG_REF,
	STATUS_CMD_REF,
	STATUS_TARGET_REF,
	STATUS_STATUS,
	STATUS_ERROR,
	STATUS_COLUMNS,
};
enum {
	RESULT_MSG_REF,
	RESULT_CMD_REF,
	RESULT_URI,
	RESULT_FORMAT,
	RESULT_TYPE,
	RESULT_DATA,
	RESULT_MORE,
	RESULT_SIZE,
	RESULT_COLUMNS,			/* that the database is told */
	RESULT_CMD_ID = RESULT_COLUMNS, /* for our Status of it */
};

/*
 * A message of a device taken apart: what to tell the database, and which
 * Status each of its commands gets.  Nothing in it depends on anything but
 * the message, so a repeated message is answered alike.
 */
struct session {
	const struct syncml_message *message;
	const char *login_status;  /* user, others, none; NULL: not said */
	int aborted;		   /* Alert 1223 */
	int anomalies;		   /* what was not understood and passed over */
	const char *header_status; /* the device's Status of our header */
	const struct syncml_auth *header_chal; /* and the Chal in it */
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

/*
 * A CmdID above those that the answer may need before its commands: one for
 * each Status, for each result that may get one, and for an Alert 1222.
 */
int session_first_cmd_id(const struct session *);

/*
 * One Item of a command to be delivered, or a group that others stand in; or
 * an Alert, whose code is the data and whose source is the target.
 */
struct session_command {
	const char *cmd_id;
	const char *verb;
	struct syncml_item item;
	const char *parent; /* CmdID of its group; "0" or NULL in the body */
};

/* The Status of a result that is not 200; ordinal counts results from 1. */
struct session_result_status {
	long long ordinal;
	int status;
};

/* What the database made of the message. */
struct session_reply {
	long long msg_id;
	int status;		 /* of the device's header */
	int ended;		 /* the session, whatever there is to say */
	struct syncml_auth chal; /* with it; type NULL for none */
	const char *server_name;
	const struct syncml_auth *server_cred; /* ours, or NULL */
	const struct session_result_status *result_statuses;
	size_t nresult_statuses;
	const struct session_command *commands;
	size_t ncommands;
};

void session_answer(
    struct xw *, const struct session *, const struct session_reply *);

#endif
