/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_AUTH_H
#define DEVICE_AUTH_H

#include "http.h"
#include "plan.h"
#include "syncml.h"

/* Who the two are, told inside of SyncML. */

struct session;

struct auth {
	/* of the device */
	enum auth_kind ours; /* what the next message carries */
	int settled;	     /* 212: nothing more in this session */
	int proved;	     /* the newest message carried something */
	int good;	     /* and it was right */
	unsigned refusals;   /* of good ones, one after another */
	int challenged;	     /* the server wanted it so */
	/* of the server */
	int known;	   /* 212 was given */
	int refused;	   /* so many of its messages proved nothing */
	int header_status; /* ours for it */
	char *next_nonce;  /* for it, in our next message */
	/* what was refused and has to come again, by verb and LocURI */
	struct syncml_command *owed;
};

enum auth_verdict {
	AUTH_FINE,
	AUTH_AGAIN, /* the same once more, with a credential */
	AUTH_OVER,  /* nothing helps */
};

void auth_open(struct session *);
void auth_close(struct session *);

/* Puts Cred into a message if one is due. */
void auth_prove(struct session *, struct syncml_message *);
/* The header line with the MAC of a body, to be freed, or NULL. */
char *auth_mac_line(struct session *, const struct buf *body);
/* What the server says of our message; judged. */
enum auth_verdict auth_answer(
    struct session *, const struct syncml_message *got);

/* auth_server.c */

/* Checks what the server proves, if that was asked for. */
void auth_server(struct session *, const struct syncml_message *got,
    const struct http_response *);
/* It was asked often enough: the session ends. */
int auth_is_hopeless(const struct session *);
/* Completes our Status of the server's header. */
void auth_challenge(struct session *, struct syncml_command *status);
/* Refuses a command: its status, or 0 when it may be carried out. */
int auth_refusal(struct session *, const struct syncml_command *);
/* At the end of a session: what was refused must have come again. */
void auth_owed_judge(struct session *);

const char *auth_type(enum auth_kind);

#endif
