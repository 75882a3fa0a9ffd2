/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SIGNER_H
#define FENESTRA_SIGNER_H

#include <sys/types.h>

#include <stddef.h>

#include "../common/config.h"
#include "../common/db.h"

struct arena;
struct signing_answer;
struct signing_request;
struct x509_ca;

#define SIGNER_NAME "signer"

/* The statements of fenestra-signer. */
enum {
	SIGNER_SERVER,
	SIGNER_SETTING,
	SIGNER_RESERVATION,
	SIGNER_ISSUE,
	SIGNER_AUTHORITY,
	SIGNER_REVOKED,
	SIGNER_CRL_NUMBER,
};

struct signer {
	struct config config;
	struct db *db;
	struct arena *arena; /* of the request at hand */
	struct x509_ca *ca;
	unsigned char ca_sha256[32];
	uid_t uid; /* who may ask */
	gid_t gid; /* or who else; or -1 */
	/* What may be signed at once, in thousandths; see signer_issue.c. */
	long long credit;
	long long credit_at;
	long long next_look; /* at the CAs; see signer_authority.c */
};

/* Ends with 0 after SIGTERM, or with 1. */
int signer_serve(struct signer *);

/* What is answered to a request.  The reason, if any, is in the arena. */
void signer_issue(
    struct signer *, const struct signing_request *, struct signing_answer *);

/*
 * Note the CAs in the database and warn of their ends, now and then daily.
 * Returns when the next time is, in milliseconds of the monotonic clock.
 */
long long signer_look(struct signer *);

/* 0 if devices are trusted that this CA has signed for, or -1 and why. */
int signer_check_trust(struct signer *, char *why, size_t);

/* -c: write the CRL to a file.  An exit status. */
int signer_crl(struct signer *, const char *path);

#endif
