/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_PLAN_H
#define DEVICE_PLAN_H

#include <stdio.h>

#include "util.h"

/* What a device does in its sessions beyond the usual; all of it is lawful. */

enum auth_kind {
	AUTH_NONE,
	AUTH_BASIC,
	AUTH_MD5,
	AUTH_MAC,
};

/* How the device proves who it is in SyncML. */
enum auth_mode {
	AUTH_WAIT,    /* as it is challenged */
	AUTH_AT_ONCE, /* and in the first message, see first_kind */
	AUTH_NEVER,
};

enum encoding {
	ENCODING_ACCOUNT, /* what DEFAULTENCODING said */
	ENCODING_XML,
	ENCODING_WBXML,
};

enum atomic_mode {
	ATOMIC_HONEST,
	ATOMIC_FAIL,	     /* the last command fails */
	ATOMIC_NOT_EXECUTED, /* what follows the failed one is 215 */
	ATOMIC_STUCK,	     /* the roll-back fails: 516 */
	ATOMIC_TOO_LARGE,    /* 517 */
};

/* When the end of something asynchronous is told. */
enum complete_when {
	COMPLETE_NEVER,
	COMPLETE_SAME,	/* in the message with the Status 202 */
	COMPLETE_NEXT,	/* in the next message, or session */
	COMPLETE_LATER, /* in the next session */
};

enum plan_do {
	DO_ONE_STATUS,
	DO_RESULTS_FIRST,
	DO_RESULTS_LAST,
	DO_RESULTS_REPEATED,
	DO_RESULTS_CMD,
	DO_STATUS_REVERSED,
	DO_STATUS_BLANK,
	DO_PARTS,
	DO_ABORT,
	DO_ABANDON,
	DO_SECOND_SESSION,
	DO_KEEP_ALIVE,
	DO_ALWAYS_401,
	DO_ACCEPT_EACH,
	DO_FINAL_NEXT,
	DO_OOBE,
	DO_SERVER_INITIATED,
	DO_KINDS
};

#define PLAN_LIST 32

struct profile;

struct plan {
	const struct profile *profile;
	enum encoding encoding;
	unsigned wbxml;
	unsigned shape;
	enum auth_mode auth;
	enum auth_kind first_kind; /* AUTH_NONE: by the account */
	const char *sign;	   /* name of the header, NULL: none */
	enum auth_kind challenge;
	long max_message; /* bytes, 0: any */
	long max_object;
	int large_objects;
	long big; /* bytes of a node to be read, 0: as it is */
	enum atomic_mode atomic;
	const char *session_id;
	enum complete_when complete;
	const char *complete_data;
	long commands; /* that a session must bring, -1: any number */
	const char *alerts[PLAN_LIST];
	size_t nalerts;
	const char *overrides[PLAN_LIST];
	size_t noverrides;
	unsigned char does[DO_KINDS];
	long values[DO_KINDS];
};

void plan_defaults(struct plan *);
/* An option by its long name: 1 taken, 0 not one of these, -1 wrong value. */
int plan_take(struct plan *, const char *name, const char *value);
void plan_list(FILE *);
int plan_does(const struct plan *, enum plan_do);
/* The number that was given with it, or -1. */
long plan_value(const struct plan *, enum plan_do);

/* profile.c: which Windows it is */

struct profile_item {
	const char *name;
	const char *value; /* beginning with '$': the device's own */
};

struct profile {
	const char *name;
	const char *request_version;
	const char *application_version;
	const char *os_version;
	const char *policies; /* of the discovery request, by blanks */
	const struct profile_item *context;
	size_t ncontext;
	int addresses;	    /* MAC addresses, 0: as many as it has */
	int new_request;    /* the certificate request of newer builds */
	long first_session; /* the SessionID after enrolling */
	unsigned char does[DO_KINDS];
};

const struct profile *profile_find(const char *name);
const char *profile_usual(void);
/* A fixed item of the context, "" when it is none. */
const char *profile_value(const struct profile *, const char *name);

#endif
