/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SIGNING_H
#define FENESTRA_SIGNING_H

#include "../common/x509.h"

struct arena;

/*
 * What a worker and the signer say to each other: one request, one answer,
 * then the connection ends.  Numbers have their highest byte first.
 *
 *   request  length 4   of what follows: 90
 *            version 1  1
 *            kind 1     1: sign what is reserved
 *            id 36      of the worker's request, for the log
 *            device 36  both as UUIDs in lower case
 *            serial 16  of the reservation
 *
 *   answer   length 4   of what follows
 *            version 1  1
 *            kind 1     2
 *            status 2   200, or as of HTTP
 *            content    the certificate in DER, or the reason in words
 */
#define SIGNING_REQUEST_LEN 94
#define SIGNING_ANSWER_HEAD 8
#define SIGNING_CONTENT_MAX 8192
#define SIGNING_ANSWER_MAX (SIGNING_ANSWER_HEAD + SIGNING_CONTENT_MAX)
#define SIGNING_UUID_SIZE 37

struct signing_request {
	char id[SIGNING_UUID_SIZE];
	char device[SIGNING_UUID_SIZE];
	unsigned char serial[X509_SERIAL_LEN];
};

struct signing_answer {
	int status;
	struct blob content; /* in what was read */
};

void signing_request_write(
    const struct signing_request *, unsigned char[SIGNING_REQUEST_LEN]);
/* NULL, or what is wrong with it. */
const char *signing_request_read(
    const unsigned char *, size_t, struct signing_request *);

/* The length of it all.  Content that is too long is a status of 500. */
size_t signing_answer_write(
    const struct signing_answer *, unsigned char[SIGNING_ANSWER_MAX]);
/* How long an answer is whose head this is; 0 if it is none. */
size_t signing_answer_size(const unsigned char[SIGNING_ANSWER_HEAD]);
const char *signing_answer_read(
    const unsigned char *, size_t, struct signing_answer *);

/*
 * Ask the signer behind a socket.  0 and the certificate; else the status (503
 * while it is away) and the reason, both in the arena.
 */
int signing_ask(struct arena *, const char *path,
    const struct signing_request *, struct blob *certificate, const char **why);

#endif
