/* SPDX-License-Identifier: ISC */
/* Engines are the old interface of OpenSSL; see token_key(). */
#define OPENSSL_API_COMPAT 0x10101000L
#include <openssl/engine.h>

#include "x509.h"
#include "x509_local.h"

/* PKCS11_MODULE_PATH or openssl.cnf says which module it is. */
EVP_PKEY *
x509_engine_key(const char *uri)
{
	EVP_PKEY *key = NULL;
	ENGINE *engine;

	ENGINE_load_builtin_engines();
	if ((engine = ENGINE_by_id("pkcs11")) == NULL)
		return NULL;
	if (ENGINE_init(engine) == 1) {
		key = ENGINE_load_private_key(engine, uri, NULL, NULL);
		ENGINE_finish(engine); /* the key holds it from now on */
	}
	ENGINE_free(engine);
	return key;
}
