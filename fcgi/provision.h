/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_PROVISION_H
#define FENESTRA_PROVISION_H

#include "../common/x509.h"
#include "../common/xw.h"

/*
 * What a provisioning document tells a device, [MS-MDE2] 2.2.9.
 * setting() gives the value of an administrator's setting by its name.
 */
struct provision {
	const struct blob *root;
	const struct blob *issuing; /* may be the root */
	struct blob certificate;
	int device_store;    /* My/System instead of My/User */
	const char *subject; /* of the certificate: CN=… */
	const char *device;  /* our id of it, for EntDMID */
	const char *device_name;
	const char *auth_name;
	const char *auth_type;	   /* DIGEST or BASIC, of the device's own */
	const char *client_secret; /* the device proves itself with it */
	const char *server_secret; /* we prove ourselves with it */
	struct blob client_nonce;
	struct blob server_nonce;
	const char *(*setting)(void *context, const char *name);
	void *context;
};

void provision_write(struct xw *, const struct provision *);

/*
 * What a renewal tells: the certificate, and the CA unless `known`, because
 * it is the one that issued the certificate before.
 */
void provision_write_renewal(struct xw *, const struct provision *, int known);

#endif
