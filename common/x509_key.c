/* SPDX-License-Identifier: ISC */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/store.h>
#include <openssl/ui.h>

#include <string.h>

#include "x509.h"
#include "x509_local.h"

#define SCHEME "pkcs11:"

/* Nobody is at a terminal to be asked. */
static int
no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing, (void)arg;
	return -1;
}

/* The first private key of a store; other things in it are passed over. */
static EVP_PKEY *
store_take(OSSL_STORE_CTX *store)
{
	EVP_PKEY *key = NULL;
	OSSL_STORE_INFO *info;

	while (
	    key == NULL && !OSSL_STORE_eof(store) && !OSSL_STORE_error(store)) {
		if ((info = OSSL_STORE_load(store)) == NULL)
			continue;
		if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
			key = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
	}
	OSSL_STORE_close(store);
	return key;
}

/* The file is read first, so that it is the one whose rights were looked at. */
static EVP_PKEY *
file_key(const char *path, char *why)
{
	UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(no_password, 0);
	OSSL_STORE_CTX *store;
	EVP_PKEY *key = NULL;
	struct blob file;
	BIO *bio;

	if ((bio = x509_file_open(path, 1, &file, why)) == NULL)
		goto out;
	store = OSSL_STORE_attach(
	    bio, "file", NULL, NULL, ui, NULL, NULL, NULL, NULL);
	if (store != NULL)
		key = store_take(store);
	if (key == NULL)
		x509_no(why, "%s: no private key without a password", path);
	x509_file_close(bio, &file);
out:
	UI_destroy_method(ui);
	return key;
}

/*
 * A provider serves the scheme where there is one; Debian 12 has none, but the
 * engine of libp11.
 */
static EVP_PKEY *
token_key(const char *uri, char *why)
{
	int shown = (int)strcspn(uri, "?");
	OSSL_STORE_CTX *store;
	EVP_PKEY *key = NULL;

	if (strstr(uri, "pin-value") != NULL) {
		x509_no(why, "%.*s: a PIN has to be in a file: pin-source",
		    shown, uri);
		return NULL;
	}
	store = OSSL_STORE_open(uri, NULL, NULL, NULL, NULL);
	if (store != NULL)
		key = store_take(store);
	if (key == NULL)
		key = x509_engine_key(uri);
	if (key == NULL)
		x509_no(why,
		    "%.*s: no such key on a token, or its PIN is "
		    "wrong",
		    shown, uri);
	ERR_clear_error();
	return key;
}

EVP_PKEY *
x509_key_load(const char *uri, char why[X509_WHY_LEN])
{
	if (strncmp(uri, SCHEME, strlen(SCHEME)) == 0)
		return token_key(uri, why);
	return file_key(uri, why);
}
