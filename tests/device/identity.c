/* SPDX-License-Identifier: ISC */
#include <openssl/x509.h>
#include <stdlib.h>

#include "pki.h"
#include "session.h"

/* A certificate that nobody trusts takes the place of ours. */
static void
identity_forge(const struct device *d, const X509_NAME *subject,
    const X509_NAME *issuer, char **cert, char **key)
{
	free(*cert);
	free(*key);
	*cert = state_path(d->state, "forged-cert.pem");
	*key = state_path(d->state, "forged-key.pem");
	if (forge_identity(subject, issuer, *cert, *key) == -1)
		die("%s: cannot be written", *cert);
}

/* Somebody with our names, certified by somebody with our CA's name. */
static void
identity_copy(const struct device *d, char **cert, char **key)
{
	X509 *ours = cert_load(*cert);

	if (ours == NULL)
		die("%s: no certificate to forge", *cert);
	identity_forge(d, X509_get_subject_name(ours),
	    X509_get_issuer_name(ours), cert, key);
	X509_free(ours);
}

static void
identity_invent(const struct device *d, char **cert, char **key)
{
	X509_NAME *subject = name_make("somebody");
	X509_NAME *issuer = name_make("Nobody's CA");

	identity_forge(d, subject, issuer, cert, key);
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
}

struct http *
session_connect(struct device *d)
{
	const struct bad *bad = &d->o->bad;
	char *cert = state_path(d->state, "cert.pem");
	char *key = state_path(d->state, "key.pem");
	struct http *h;

	if (bad_is(bad, BAD_OTHER_DEVICE)) {
		free(cert);
		free(key);
		cert = xprintf("%s/cert.pem", bad->other_dir);
		key = xprintf("%s/key.pem", bad->other_dir);
	}
	if (bad_is(bad, BAD_FOREIGN_CERTIFICATE))
		identity_copy(d, &cert, &key);
	if (bad_is(bad, BAD_STRANGE_CERTIFICATE))
		identity_invent(d, &cert, &key);
	if (bad_is(bad, BAD_NO_CERTIFICATE))
		h = device_connect(d, NULL, NULL);
	else
		h = device_connect(d, cert, key);
	free(cert);
	free(key);
	return h;
}

void
session_signer(struct device *d, char **cert, char **key)
{
	*cert = state_path(d->state, "cert.pem");
	*key = state_path(d->state, "key.pem");
	if (bad_is(&d->o->bad, BAD_FOREIGN_SIGNATURE))
		identity_copy(d, cert, key);
}
