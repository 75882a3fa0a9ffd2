/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_EXCHANGE_H
#define FENESTRA_EXCHANGE_H

#include "identity.h"
#include "prove.h"
#include "session.h"

struct db_work;
struct request;
struct worker;

/* The statements of fenestra-management. */
enum {
	SERVER,
	SETTING,
	CERTIFICATE,
	STRANGER,
	DEVICE_BY_ID,
	CREDENTIAL,
	RESEAL,
	UNSEALED,
	MESSAGE,
	DEVINFO,
	ALERT,
	STATUS,
	RESULT,
	ABORT,
	DELIVER,
	UNDELIVERABLE,
	UPLOAD_BEGIN,
	UPLOAD_DONE,
	METRICS,
};

/* A message on its way through. */
struct exchange {
	struct identity who; /* no certificate: sha256 is not used */
	int has_certificate;
	const char *certificate; /* in any encoding */
	struct syncml_message message;
	struct session session;
	struct proof proof;
	const char *unopened; /* why the device's DM password is not known */
	struct db_work *work;
	int result;		   /* the call of management.result(), or -1 */
	struct db_work *delivered; /* the last one with commands */
	int deliver;		   /* the call of management.deliver() in it */
};

/*
 * Who sent a message, in the order in which it can be known: before its body
 * is read, then with its names, then by what it proves.  0, or -1 with the
 * fault set.
 */
int sender_identify(struct worker *, struct request *, struct exchange *);
int sender_find(struct worker *, struct request *, struct exchange *);
int sender_verify(struct worker *, struct request *, struct exchange *);

/* The fault of a device whose DM password counts and cannot be opened. */
int sender_unopened(struct request *, const struct exchange *);

/* The parameter in_certificate of the SQL functions. */
void sender_certificate(struct db_work *, const struct exchange *);

#endif
