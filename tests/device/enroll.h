/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_ENROLL_H
#define DEVICE_ENROLL_H

#include "device.h"
#include "pki.h"
#include "soap.h"

/* What one enrolment learns on its way; the strings are owned. */
struct enrollment {
	char *policy_url;
	char *enrollment_url;
	char *authentication_url; /* NULL: a password in the messages */
	char *token;		  /* base64 of the sign-in page's wresult */
	double server_version;	  /* EnrollmentVersion, 0: not said */
	long minimal_key_length;
	enum pki_hash hash;
	long validity_seconds;
	EVP_PKEY *key;
	struct pki_chain chain;
	int renews; /* a certificate that there is */
};

/* discover.c */
void discover_body(struct buf *, const struct profile *, const char *email,
    const char *version);
/* Judges the answer and takes what it says; so do the next ones. */
void discover_take(struct device *, const struct dom *, struct enrollment *);
int discover_exchange(struct device *, struct http *, struct enrollment *);

/* federated.c: the sign-in page, which gives a token for what follows */
int federated_exchange(struct device *, struct http *, struct enrollment *);

/* policy.c */
void policy_body(struct buf *);
void policy_take(struct report *, const struct dom *, struct enrollment *);
int policy_exchange(struct device *, struct http *, struct enrollment *);

/* issue.c */
struct issue_identity {
	const char *hardware_id;
	const char *device_name;
	const char *device_id;
	const char *macs; /* separated by blanks */
	int is_oobe;	  /* before the first log-on */
	int renews;
	double server_version;
	const struct profile *profile;
};
void issue_body(
    struct buf *, const char *token_base64, const struct issue_identity *);
/* The text of the provisioning document, to be freed, or NULL. */
char *issue_take(struct report *, const struct dom *);
char *issue_exchange(struct device *, struct http *, struct enrollment *,
    const struct buf *token);

/* provision.c: judges the document; -1 when there are no certificates. */
int provision_judge(struct device *, struct enrollment *, const char *text);
/* The same, and keeps the certificates. */
int provision_take(struct device *, struct enrollment *, const char *text);
/* Both for what a renewal brings. */
int provision_judge_renewal(
    struct device *, struct enrollment *, const char *text);
int provision_take_renewal(
    struct device *, struct enrollment *, const char *text);
/* account.c: its part about the management server. */
struct node;
void account_take(
    struct device *, const struct node *root, const struct enrollment *);

#endif
