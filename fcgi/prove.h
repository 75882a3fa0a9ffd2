/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_PROVE_H
#define FENESTRA_PROVE_H

#include "../common/syncml.h"
#include "../common/x509.h"

/* What a device shares with us: management.credential(). */
struct prove_account {
	const char *name;
	const char *secret;
	struct blob nonce;
	struct blob session_nonce; /* accepted before; no data: none */
};

/*
 * How a message proves who sent it, beside the certificate of its TLS
 * connection: [OMA-DM Security] 5, [MS-MDM] 2.1.  Method NULL: not at all.
 */
struct proof {
	const char *method; /* basic, md5, hmac, signature */
	int verified;
	const char *why;   /* not, for the log */
	struct blob nonce; /* that it was verified with */
};

/* Whether there is a Cred or an x-syncml-hmac to verify with an account. */
int prove_needs_account(
    const struct http_request *, const struct syncml_message *);

/* The name it gives, to find a device by; NULL for none. */
const char *prove_name(
    struct arena *, const struct http_request *, const struct syncml_message *);

void prove_account(struct arena *, const struct http_request *,
    const struct syncml_message *, const struct prove_account *,
    struct proof *);

/* Whether there is a signature over the body, in a header of its own. */
int prove_is_signed(const struct http_request *);

/*
 * Verify it at a time.  0 with the signer's certificate, which has still to
 * be verified; -1 with the reason in the proof.
 */
int prove_signer(struct arena *, const struct http_request *, time_t now,
    struct blob *certificate, struct proof *);

#endif
