/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SYNCML_H
#define FENESTRA_SYNCML_H

#include <stddef.h>

#include "http.h"
#include "xw.h"

struct arena;

#define SYNCML_XML "application/vnd.syncml.dm+xml"
#define SYNCML_WBXML "application/vnd.syncml.dm+wbxml"
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
	const char *size; /* of a large object, in its first chunk */
	const char *data;
	int more; /* MoreData: not the last chunk */
};

struct syncml_ref {
	struct syncml_ref *next;
	const char *uri;
};

/* A Cred, or a Chal with its nonce: both in base64 as they came. */
struct syncml_auth {
	const char *type; /* syncml:auth-md5, … */
	const char *format;
	const char *data; /* of a Cred; NextNonce of a Chal */
};

struct syncml_command {
	struct syncml_command *next;
	struct syncml_command *children; /* of an Atomic or a Sequence */
	struct syncml_item *items;
	struct syncml_command *last_child; /* where the next one goes */
	struct syncml_item *last_item;
	struct syncml_ref *last_ref;
	struct syncml_ref *target_refs; /* of a Status */
	const char *name;		/* "Alert", "Status", … */
	int is_unknown;			/* of that name, but no command */
	const char *cmd_id;
	const char *msg_ref;
	const char *cmd_ref;
	const char *cmd;
	const char *data;
	const char *original_error; /* msft:originalerror of a Status */
	const char *format;	    /* of a Meta beside the items */
	const char *type;
	const char *size;
	struct syncml_auth chal;
};

/* An OMA DM 1.2 message, [OMA-DM RepPro] 5. */
struct syncml_message {
	const char *session_id;
	const char *msg_id_text;
	long long msg_id;
	const char *target;
	const char *source;
	const char *source_name; /* LocName: the user of a Cred */
	struct syncml_auth cred;
	const char *max_msg_size;
	const char *max_obj_size;
	struct syncml_command *commands;
	struct syncml_command *last_command;
	int final;
};

/* Whether a request's Content-Type says WBXML; without a word it is XML. */
int syncml_is_wbxml(const struct http_request *);

/* In either encoding.  0, or -1 with the fault set to 400 or 413. */
int syncml_read(struct arena *, const struct http_request *,
    struct syncml_message *, struct fault *);

/* A number as the protocol has them: digits, at most 18; -1 if it is not. */
long long syncml_number(const char *);

/* The same text if it is such a number, else NULL: for what may be absent. */
const char *syncml_number_text(const char *);

/* What a server's message consists of. */
void syncml_open(struct xw *, const struct syncml_message *to, long long msg_id,
    const char *name, const struct syncml_auth *cred);
void syncml_close(struct xw *, int final);

/* cmd_ref is empty for a command that had no CmdID. */
struct syncml_status {
	int cmd_id;
	const char *msg_ref;
	const char *cmd_ref;
	const char *cmd;
	const char *source_ref; /* where the items of one command differ */
	int status;
	struct syncml_auth chal;
};
void syncml_status(struct xw *, const struct syncml_status *);
void syncml_alert(
    struct xw *, int cmd_id, const char *code, const char *source);

/* A command is open while its items, or the commands of a group, follow. */
void syncml_command_open(struct xw *, const char *verb, const char *cmd_id);
void syncml_item(struct xw *, const struct syncml_item *);
void syncml_command_close(struct xw *);

#endif
