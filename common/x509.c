/* SPDX-License-Identifier: ISC */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "base64.h"
#include "check.h"
#include "der.h"
#include "x509.h"
#include "x509_local.h"

/* A device's certificate, an issuing CA and another, the root. */
#define CHAIN_DEPTH 2
/* No SHA-1, no RSA below 2048 bits. */
#define AUTH_LEVEL 2

struct x509_store {
	X509_STORE *store;
};

int
x509_no(char why[X509_WHY_LEN], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, X509_WHY_LEN, fmt, ap);
	va_end(ap);
	ERR_clear_error();
	return -1;
}

const EVP_MD *
x509_md(enum x509_md which)
{
	static const char *const names[] = {
		[X509_MD_SHA1] = "SHA1",
		[X509_MD_SHA256] = "SHA256",
		[X509_MD_SHA384] = "SHA384",
		[X509_MD_SHA512] = "SHA512",
	};
	static EVP_MD *fetched[COUNT(names)];

	if (fetched[which] == NULL)
		fetched[which] = EVP_MD_fetch(NULL, names[which], NULL);
	CHECK(fetched[which] != NULL);
	return fetched[which];
}

void
x509_sha256(const void *data, size_t len, unsigned char out[X509_SHA256_LEN])
{
	const EVP_MD *md = x509_md(X509_MD_SHA256);

	CHECK(EVP_Digest(data, len, out, NULL, md, NULL) == 1);
}

void
x509_sha1(const void *data, size_t len, unsigned char out[X509_SHA1_LEN])
{
	const EVP_MD *md = x509_md(X509_MD_SHA1);

	CHECK(EVP_Digest(data, len, out, NULL, md, NULL) == 1);
}

void
x509_random(void *out, size_t len)
{
	CHECK(len <= INT_MAX && RAND_bytes(out, (int)len) == 1);
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In place, once; a '+' is a '+'. */
static int
url_unescape(char *text, size_t *len)
{
	size_t n = 0;
	int high, low;

	for (size_t i = 0; i < *len; i++) {
		if (text[i] != '%') {
			text[n++] = text[i];
			continue;
		}
		if (*len - i < 3 || (high = hex(text[i + 1])) < 0 ||
		    (low = hex(text[i + 2])) < 0)
			return -1;
		text[n++] = (char)(high << 4 | low);
		i += 2;
	}
	*len = n;
	return 0;
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
trim(const char **text, size_t *len)
{
	while (*len > 0 && is_space(**text))
		++*text, --*len;
	while (*len > 0 && is_space((*text)[*len - 1]))
		--*len;
}

/* PEM, and a byte sequence of RFC 9440; else it is bare base64. */
static int
unwrap(const char **text, size_t *len)
{
	static const char *const wraps[][2] = {
		{ "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----" },
		{ ":", ":" },
	};
	size_t b, e;

	for (size_t i = 0; i < COUNT(wraps); i++) {
		b = strlen(wraps[i][0]);
		e = strlen(wraps[i][1]);
		if (*len < b || memcmp(*text, wraps[i][0], b) != 0)
			continue;
		if (*len < b + e ||
		    memcmp(*text + *len - e, wraps[i][1], e) != 0)
			return -1;
		*text += b;
		*len -= b + e;
		if (memchr(*text, '-', *len) || memchr(*text, '_', *len))
			return -1;
		return 0;
	}
	return 0;
}

/* Certificate ::= SEQUENCE { tbs, algorithm, signature }, and no more. */
static int
is_certificate(const unsigned char *data, size_t len)
{
	struct der in = { data, len }, body;
	struct der_item item;

	if (!der_strict(data, len) || der_take(&in, DER_SEQUENCE, &item) != 0)
		return 0;
	body = item.body;
	return der_take(&body, DER_SEQUENCE, &item) == 0 &&
	       der_take(&body, DER_SEQUENCE, &item) == 0 &&
	       der_take(&body, DER_BITS, &item) == 0 && body.len == 0;
}

int
x509_client_decode(
    struct arena *a, const char *text, struct blob *der, char why[X509_WHY_LEN])
{
	size_t len = strnlen(text, X509_CERT_TEXT_MAX + 1);
	const char *from;
	char *copy;

	if (len == 0)
		return x509_no(why, "no client certificate");
	if (len > X509_CERT_TEXT_MAX)
		return x509_no(why, "client certificate is too long");
	if ((copy = arena_strndup(a, text, len)) == NULL)
		return x509_no(why, "no room for the client certificate");
	if (url_unescape(copy, &len) != 0)
		return x509_no(why, "client certificate: bad %%-escape");
	from = copy;
	trim(&from, &len);
	if (unwrap(&from, &len) != 0)
		return x509_no(why, "client certificate: not exactly one");
	der->data = base64_decode(a, from, len, &der->len);
	if (arena_failed(a))
		return x509_no(why, "no room for the client certificate");
	if (der->data == NULL)
		return x509_no(why, "client certificate: bad base64");
	if (!is_certificate(der->data, der->len))
		return x509_no(why, "client certificate: not one of X.509");
	return 0;
}

/*
 * Only whoever runs the server may have access to a secret.  Its group may read
 * it: so an access list shows, with which systemd passes credentials on.
 */
static int
file_check(int fd, const char *path, int secret, char why[X509_WHY_LEN])
{
	struct stat st;

	if (fd == -1 || fstat(fd, &st) != 0)
		return x509_no(why, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return x509_no(why, "%s: not a regular file", path);
	if (secret && (st.st_mode & (S_IRWXO | S_IWGRP)) != 0)
		return x509_no(why, "%s: mode %04o lets others in", path,
		    (unsigned)st.st_mode & 07777);
	if ((size_t)st.st_size > X509_FILE_MAX)
		return x509_no(why, "%s: too large", path);
	return 0;
}

static int
read_all(int fd, unsigned char *data, size_t *len)
{
	ssize_t n;

	for (*len = 0; *len < X509_FILE_MAX; *len += (size_t)n)
		if ((n = read(fd, data + *len, X509_FILE_MAX - *len)) <= 0)
			return (int)n;
	return 0;
}

BIO *
x509_file_open(
    const char *path, int secret, struct blob *file, char why[X509_WHY_LEN])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	unsigned char *data = NULL;
	BIO *bio = NULL;

	file->len = 0;
	if (file_check(fd, path, secret, why) != 0)
		goto out;
	if ((data = malloc(X509_FILE_MAX)) == NULL ||
	    read_all(fd, data, &file->len) != 0 ||
	    (bio = BIO_new_mem_buf(data, (int)file->len)) == NULL)
		x509_no(why, "%s: %s", path, strerror(errno));
out:
	file->data = data;
	if (bio == NULL)
		x509_file_close(NULL, file);
	if (fd != -1)
		close(fd);
	return bio;
}

void
x509_file_close(BIO *bio, struct blob *file)
{
	unsigned char *data = (unsigned char *)(uintptr_t)file->data;

	BIO_free(bio);
	if (data != NULL)
		OPENSSL_cleanse(data, file->len);
	free(data);
	*file = (struct blob){ 0 };
}

int
x509_pem_next(BIO *bio, X509 **cert)
{
	unsigned long e;

	ERR_clear_error();
	if ((*cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
		return 1;
	e = ERR_peek_last_error();
	ERR_clear_error();
	if (ERR_GET_LIB(e) == ERR_LIB_PEM &&
	    ERR_GET_REASON(e) == PEM_R_NO_START_LINE)
		return 0;
	return -1;
}

static int
store_fill(X509_STORE *store, BIO *bio, const char *path, char *why)
{
	int rc, n;
	X509 *cert;

	for (n = 1; (rc = x509_pem_next(bio, &cert)) == 1; n++) {
		rc = X509_check_ca(cert) == 1 &&
		     X509_STORE_add_cert(store, cert) == 1;
		X509_free(cert);
		if (!rc)
			return x509_no(
			    why, "%s: certificate %d is not a CA", path, n);
	}
	if (rc != 0)
		return x509_no(why, "%s: certificate %d is broken", path, n);
	if (n == 1)
		return x509_no(why, "%s: no certificate in it", path);
	return 0;
}

struct x509_store *
x509_store_load(const char *path, char why[X509_WHY_LEN])
{
	struct x509_store *s;
	struct blob file;
	int rc = -1;
	BIO *bio;

	if ((bio = x509_file_open(path, 0, &file, why)) == NULL)
		return NULL;
	if ((s = calloc(1, sizeof(*s))) == NULL ||
	    (s->store = X509_STORE_new()) == NULL)
		x509_no(why, "%s: %s", path, strerror(errno));
	else
		rc = store_fill(s->store, bio, path, why);
	x509_file_close(bio, &file);
	if (rc == 0)
		return s;
	x509_store_free(s);
	return NULL;
}

void
x509_store_free(struct x509_store *s)
{
	if (s == NULL)
		return;
	X509_STORE_free(s->store);
	free(s);
}

/* When the first certificate of a chain ends. */
static int
chain_until(const STACK_OF(X509) * chain, time_t *until)
{
	struct tm tm;
	time_t t;

	for (int i = 0; i < sk_X509_num(chain); i++) {
		const X509 *cert = sk_X509_value(chain, i);

		if (ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) != 1)
			return -1;
		t = timegm(&tm);
		if (i == 0 || t < *until)
			*until = t;
	}
	return 0;
}

/*
 * What is in the store is believed, also an issuing CA without its root: a
 * partial chain.  There is no CRL: revocation is looked up in the database.
 */
int
x509_store_judge(struct x509_store *s, X509 *cert, int purpose, time_t now,
    time_t *until, int *depth)
{
	int code = X509_V_ERR_UNSPECIFIED;
	X509_STORE_CTX *c;
	X509_VERIFY_PARAM *p;

	*depth = 0;
	if ((c = X509_STORE_CTX_new()) == NULL ||
	    X509_STORE_CTX_init(c, s->store, cert, NULL) != 1)
		goto out;
	p = X509_STORE_CTX_get0_param(c);
	X509_VERIFY_PARAM_set_time(p, now);
	X509_VERIFY_PARAM_set_depth(p, CHAIN_DEPTH);
	X509_VERIFY_PARAM_set_auth_level(p, AUTH_LEVEL);
	if (X509_VERIFY_PARAM_set_purpose(p, purpose) != 1 ||
	    X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_PARTIAL_CHAIN) != 1)
		goto out;
	if (X509_verify_cert(c) == 1) {
		if (chain_until(X509_STORE_CTX_get0_chain(c), until) == 0)
			code = X509_V_OK;
	} else if ((code = X509_STORE_CTX_get_error(c)) == X509_V_OK)
		code = X509_V_ERR_UNSPECIFIED;
	*depth = X509_STORE_CTX_get_error_depth(c);
out:
	X509_STORE_CTX_free(c);
	ERR_clear_error();
	return code;
}

int
x509_store_verify(struct x509_store *s, const struct blob *der, time_t now,
    time_t *not_after, char why[X509_WHY_LEN])
{
	const unsigned char *p = der->data;
	int code, depth;
	X509 *cert;

	if (der->len > X509_CERT_TEXT_MAX || !is_certificate(p, der->len) ||
	    (cert = d2i_X509(NULL, &p, (long)der->len)) == NULL)
		return x509_no(why, "client certificate: not one of X.509");
	code = x509_store_judge(
	    s, cert, X509_PURPOSE_SSL_CLIENT, now, not_after, &depth);
	X509_free(cert);
	if (code == X509_V_OK)
		return 0;
	return x509_no(why, "client certificate%s: %s (%d)",
	    depth > 0 ? "'s CA" : "", X509_verify_cert_error_string(code),
	    code);
}

static const struct blob *
blob_of(struct arena *a, X509 *cert)
{
	struct blob *out = arena_alloc(a, sizeof(*out));
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);

	if (out != NULL && len > 0) {
		out->len = (size_t)len;
		out->data = arena_dup(a, der, out->len);
	}
	OPENSSL_free(der);
	return out != NULL && out->data != NULL ? out : NULL;
}

/* CAs that follow one another may have one name: the signature tells. */
const struct blob *
x509_store_issuer(struct arena *a, struct x509_store *s, const struct blob *der)
{
	STACK_OF(X509) *all = X509_STORE_get1_all_certs(s->store);
	const unsigned char *p = der->data;
	X509 *cert = d2i_X509(NULL, &p, (long)der->len);
	const struct blob *found = NULL;

	for (int i = 0; cert != NULL && found == NULL && i < sk_X509_num(all);
	     i++) {
		X509 *ca = sk_X509_value(all, i);

		if (X509_NAME_cmp(X509_get_subject_name(ca),
			X509_get_issuer_name(cert)) == 0 &&
		    X509_verify(cert, X509_get0_pubkey(ca)) == 1)
			found = blob_of(a, ca);
	}
	X509_free(cert);
	sk_X509_pop_free(all, X509_free);
	ERR_clear_error();
	return found;
}

int
x509_is_issued_by(const struct blob *der, const struct blob *ca)
{
	const unsigned char *p = der->data, *q = ca->data;
	X509 *cert = d2i_X509(NULL, &p, (long)der->len);
	X509 *issuer = d2i_X509(NULL, &q, (long)ca->len);
	EVP_PKEY *key = issuer != NULL ? X509_get0_pubkey(issuer) : NULL;
	int ok = cert != NULL && key != NULL && X509_verify(cert, key) == 1;

	X509_free(cert);
	X509_free(issuer);
	ERR_clear_error();
	return ok;
}
