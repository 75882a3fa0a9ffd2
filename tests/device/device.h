/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include "bad.h"
#include "http.h"
#include "plan.h"
#include "report.h"
#include "state.h"

#define RESOLVE_MAX 32

/* What the command line says about one device. */
struct options {
	const char *upn;
	const char *password;
	const char *discovery_url; /* NULL: made from the UPN's domain */
	long port;
	const char *resolve[RESOLVE_MAX];
	size_t nresolve;
	const char *ca_file;
	const char *login;    /* user, others or none */
	const char *key_spec; /* NULL: RSA of the policy's length */
	const char *request_version;
	int http2;
	int verbosity;
	int hush; /* failures are counted, not printed */
	double backoff_scale;
	struct bad bad;
	struct plan plan;
	/* what the run should end with; 0 and NULL: as it should be */
	long expect_status;
	const char *expect_subcode;
	int expect_tls;	    /* a TLS alert will do as well */
	long expect_syncml; /* what SyncML says of our header */
};

/* One simulated device during one run. */
struct device {
	const struct options *o;
	struct state *state;
	struct report r;
	long commands; /* that its sessions brought */
};

/* Opens the device in a directory; create: a new one if need be. */
void device_open(
    struct device *, const struct options *, const char *dir, int create);
void device_close(struct device *);
/* Writes the options that a later run needs into the state. */
void device_remember(struct device *);
/* A connection as this device makes it; with its certificate or without. */
struct http *device_connect(
    struct device *, const char *certificate, const char *key);
/*
 * The server refused: a failure, unless this is what the run is to end with.
 */
void device_refused(struct device *, const char *reason);
/* 1 when everything was as it should be, expectation included. */
int device_verdict(struct device *);

/* enroll.c: 0 when the device is enrolled. */
int device_enroll(struct device *);

/* renew.c: 0 when there is another certificate. */
int device_renew(struct device *);

/* session.c */
enum session_kind {
	SESSION_PLAIN,
	SESSION_UNENROLL,
};
/* A connection with this device's certificate, for any number of sessions. */
struct http *session_connect(struct device *);
/* 0 when the session came to its proper end. */
int device_session(struct device *, struct http *, enum session_kind);

#endif
