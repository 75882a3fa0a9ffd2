/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_CONFIG_H
#define FENESTRA_CONFIG_H

#include <stddef.h>

/*
 * What a worker is told by its environment, read once.  What an
 * administrator changes while it runs is in SQL: admin.setting.
 */
enum {
	CONFIG_DISCOVERY = 1,
	CONFIG_ENROLLMENT = 2,
	CONFIG_MANAGEMENT = 4,
	CONFIG_SIGNER = 8,
	CONFIG_WEBHOOK = 32,
	CONFIG_SEAL = 16, /* a program that seals and leaves */
};

struct config {
	const char *ca_cert;	   /* PEM of the CA that issues to devices */
	const char *ca_key;	   /* its private key: a path or pkcs11: */
	const char *ca_root;	   /* the root that devices are told to trust */
	const char *device_ca;	   /* PEM of all CAs whose devices are ours */
	const char *seal_key;	   /* file of the keys of sealed values */
	const char *signer_socket; /* where the signer listens */
	const char *signer_user;   /* who may ask it; "": its own user */
	const char *signer_group;  /* or who else; "": nobody */
	const char *webhook_targets; /* addresses that may be told */
	const char *webhook_ca;	     /* PEM of CAs; "": the system's */
	const char *uploads;	     /* folder of what devices send; "": none */
	const char *cert_header;     /* of a proxy that ends TLS; "": none */
	const char *cert_peers;	     /* its addresses */
	const char *cert_secret;     /* the file of what it sends along */
	const char *stats;	     /* the folder of the counters; "": none */
	long max_body;		     /* bytes */
	long max_cpu;		     /* seconds for one request */
	int trace;		     /* print exchanges, redacted */
	int trace_secrets;	     /* or as they are */
	int prepared;		     /* named prepared statements */
};

#define CONFIG_WHY_LEN 200

/* 0, or -1 and why; a FENESTRA_* variable nobody knows is an error. */
int config_read(struct config *, unsigned program, char *const *environment,
    char why[CONFIG_WHY_LEN]);

/* The variables that count for a program, one NAME=value a line. */
void config_print(const struct config *, unsigned program);

#endif
