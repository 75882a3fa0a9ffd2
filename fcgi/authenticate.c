/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "../common/arena.h"
#include "../common/base64.h"
#include "../common/check.h"
#include "../common/directory.h"
#include "../common/jwt.h"
#include "../common/password.h"
#include "../common/x509.h"
#include "authenticate.h"
#include "token.h"

/* The columns of SIGN_IN, in its order. */
enum {
	UPN,
	CREDENTIAL,
	PASSWORD_HASH,
	WAIT,
	WAITS_FOR,
	FAILED,
	DIRECTORY,
	LOGIN,
	DOMAIN,
	URI,
	START_TLS,
	CA_FILE,
	BASE,
	USER_FILTER,
	BIND_DN,
	BIND_PASSWORD_FILE,
	DN_TEMPLATE,
	GROUP_BASE,
	GROUP_FILTER,
	TIMEOUT,
};

/* And of TOKEN. */
enum {
	TOKEN_UPN,
	TOKEN_CREDENTIAL,
	TOKEN_SPENT,
	TOKEN_WAIT,
	TOKEN_WAITS_FOR,
};

#define CALL_SIGN_IN (CALL_TEMPLATE + 1) /* or whatever asks who it is */

static const char *
source(const struct request *r)
{
	return http_param(r->http, "REMOTE_ADDR");
}

/* Settings and template, which every message needs, with the call to come. */
static struct db_work *
begin(struct worker *w, struct request *r)
{
	struct db_work *work = db_work(w->db, r->arena);

	db_call(work, SETTING);
	db_call(work, TEMPLATE);
	return work;
}

static int
run(struct worker *w, struct request *r, struct db_work *work)
{
	struct db_error e;

	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	CHECK(db_rows(work, CALL_TEMPLATE) == 1);
	return 0;
}

/* How it ended is told to the database; before the device hears of it. */
static int
done(struct worker *w, struct request *r, const char *name, int ok)
{
	struct db_work *work = db_work(w->db, r->arena);
	struct db_error e;

	db_call(work, SIGN_IN_DONE);
	db_text(work, name);
	db_text(work, source(r));
	db_bool(work, ok);
	return db_run(work, &e) == -1 ? request_db_fault(w, r, &e) : 0;
}

/* As directory_verify(), with what the database knows of the directory. */
static int
ask_directory(struct request *r, const char *password,
    const struct db_work *work, char why[DIRECTORY_WHY_LEN])
{
	const struct directory_user user = {
		.login = db_value(work, CALL_SIGN_IN, 0, LOGIN),
		.domain = db_value(work, CALL_SIGN_IN, 0, DOMAIN),
		.upn = db_value(work, CALL_SIGN_IN, 0, UPN),
		.password = password,
	};
	const struct directory directory = {
		.uri = db_value(work, CALL_SIGN_IN, 0, URI),
		.start_tls = db_value_bool(work, CALL_SIGN_IN, 0, START_TLS),
		.ca_file = db_value(work, CALL_SIGN_IN, 0, CA_FILE),
		.base = db_value(work, CALL_SIGN_IN, 0, BASE),
		.user_filter = db_value(work, CALL_SIGN_IN, 0, USER_FILTER),
		.bind_dn = db_value(work, CALL_SIGN_IN, 0, BIND_DN),
		.bind_password_file =
		    db_value(work, CALL_SIGN_IN, 0, BIND_PASSWORD_FILE),
		.dn_template = db_value(work, CALL_SIGN_IN, 0, DN_TEMPLATE),
		.group_base = db_value(work, CALL_SIGN_IN, 0, GROUP_BASE),
		.group_filter = db_value(work, CALL_SIGN_IN, 0, GROUP_FILTER),
		.timeout = (int)db_value_int(work, CALL_SIGN_IN, 0, TIMEOUT),
	};

	if (user.upn == NULL) {
		snprintf(why, DIRECTORY_WHY_LEN, "no user name");
		return 0;
	}
	return directory_verify(r->arena, &directory, &user, why);
}

/* 1: right, 0: wrong, -1: nobody can tell; the last two with the reason. */
static int
check_password(struct request *r, const char *password,
    const struct db_work *work, const char **reason)
{
	const char *name = db_value(work, CALL_SIGN_IN, 0, DIRECTORY);
	char why[DIRECTORY_WHY_LEN];
	int rc;

	if (name == NULL) {
		*reason = "unknown user or wrong password";
		return password_verify(
		    password, db_value(work, CALL_SIGN_IN, 0, PASSWORD_HASH));
	}
	rc = ask_directory(r, password, work, why);
	*reason = arena_printf(r->arena, "directory %s: %s", name, why);
	return rc;
}

static int
throttled(struct request *r, const char *by, long long seconds)
{
	return fault_set(&r->fault, 500, FAULT_AUTHENTICATION,
	    arena_printf(r->arena,
		"throttled by %s: not before %lld seconds are over", by,
		seconds));
}

/*
 * The right password of a hash that is weaker than those of today: it gets one
 * of today.  Where that fails there is a next time.
 */
static void
rehash(struct worker *w, struct request *r, const char *password,
    const struct db_work *known)
{
	const char *old = db_value(known, CALL_SIGN_IN, 0, PASSWORD_HASH);
	char hash[PASSWORD_HASH_SIZE];
	struct db_work *work;
	struct db_error e;

	if (old == NULL || !password_is_weak(old) ||
	    password_hash(password, hash, sizeof(hash)) == -1)
		return;
	work = db_work(w->db, r->arena);
	db_call(work, PASSWORD_REHASH);
	db_text(work, db_value(known, CALL_SIGN_IN, 0, UPN));
	db_text(work, old);
	db_text(work, hash);
	if (db_run(work, &e) == -1)
		r->note = arena_printf(
		    r->arena, "the password's hash stays weak: %s", e.message);
}

int
authenticate_password(struct worker *w, struct request *r,
    const struct sign_in *in, struct user *who, struct db_work **result)
{
	struct db_work *work = *result = begin(w, r);
	const char *reason;
	int right;

	r->user = in->name;
	db_call(work, SIGN_IN);
	db_text(work, in->name);
	db_text(work, source(r));
	db_bool(work, in->page);
	if (run(w, r, work) == -1)
		return -1;
	CHECK(db_rows(work, CALL_SIGN_IN) == 1);
	if (db_value_int(work, CALL_SIGN_IN, 0, WAIT) > 0) {
		throttled(r, db_value(work, CALL_SIGN_IN, 0, WAITS_FOR),
		    db_value_int(work, CALL_SIGN_IN, 0, WAIT));
		return AUTHENTICATE_WAIT;
	}
	if ((right = check_password(r, in->password, work, &reason)) == -1)
		return fault_set(
		    &r->fault, 500, FAULT_ENROLLMENT_SERVER, reason);
	if ((!right || db_value_bool(work, CALL_SIGN_IN, 0, FAILED)) &&
	    done(w, r, in->name, right) == -1)
		return -1;
	if (!right) {
		fault_set(&r->fault, 500, FAULT_AUTHENTICATION, reason);
		return AUTHENTICATE_WRONG;
	}
	rehash(w, r, in->password, work);
	who->upn = db_value(work, CALL_SIGN_IN, 0, UPN);
	who->credential = db_value(work, CALL_SIGN_IN, 0, CREDENTIAL);
	CHECK(who->upn != NULL && who->credential != NULL);
	return 0;
}

static int
by_password(struct worker *w, struct request *r, const struct soap_header *h,
    struct user *who, struct db_work **result)
{
	const struct sign_in in = { .name = h->username,
		.password = h->password };

	return authenticate_password(w, r, &in, who, result) == 0 ? 0 : -1;
}

static int
refuse_token(struct request *r, const char *subcode, const char *reason)
{
	r->fault.message = "This enrollment token is not valid.";
	return fault_set(&r->fault, 500, subcode, reason);
}

/* What no administrator made counts as a failure of where it came from. */
static int
unknown_token(struct worker *w, struct request *r, const char *reason)
{
	if (done(w, r, NULL, 0) == -1)
		return -1;
	return refuse_token(r, FAULT_AUTHENTICATION, reason);
}

static int
by_token(struct worker *w, struct request *r, const char *token,
    struct user *who, struct db_work **result)
{
	unsigned char *sha256 = arena_alloc(r->arena, X509_SHA256_LEN);
	struct db_work *work = *result = begin(w, r);

	CHECK(sha256 != NULL);
	if (token == NULL)
		return unknown_token(
		    w, r, "no enrollment token in the BinarySecurityToken");
	x509_sha256(token, strlen(token), sha256);
	db_call(work, TOKEN);
	db_bytes(work, sha256, X509_SHA256_LEN);
	db_text(work, source(r));
	if (run(w, r, work) == -1)
		return -1;
	if (db_value_int(work, CALL_SIGN_IN, 0, TOKEN_WAIT) > 0)
		return throttled(r,
		    db_value(work, CALL_SIGN_IN, 0, TOKEN_WAITS_FOR),
		    db_value_int(work, CALL_SIGN_IN, 0, TOKEN_WAIT));
	who->upn = db_value(work, CALL_SIGN_IN, 0, TOKEN_UPN);
	who->credential = db_value(work, CALL_SIGN_IN, 0, TOKEN_CREDENTIAL);
	who->spent = db_value(work, CALL_SIGN_IN, 0, TOKEN_SPENT);
	who->token = sha256;
	if (who->upn == NULL)
		return unknown_token(w, r, "unknown token");
	r->user = who->upn;
	return 0;
}

/* The words of the token count only once its signature is right. */
static int
check_claims(
    struct worker *w, struct request *r, const struct jwt *t, struct user *who)
{
	unsigned char *sha256;
	struct db_work *work = db_work(w->db, r->arena);
	struct db_error e;

	db_call(work, JWT_CLAIMS);
	db_text(work, t->payload);
	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	CHECK(db_rows(work, 0) == 1);
	if (db_value(work, 0, 0, 1) != NULL)
		return refuse_token(
		    r, FAULT_AUTHENTICATION, db_value(work, 0, 0, 1));
	who->upn = r->user = db_value(work, 0, 0, 0);
	who->credential = "jwt";
	CHECK(who->upn != NULL);
	/* Not of the signature: of ES256 there are two for the same words. */
	CHECK((sha256 = arena_alloc(r->arena, X509_SHA256_LEN)) != NULL);
	x509_sha256(t->input, t->input_len, sha256);
	who->token = sha256;
	return 0;
}

/* As it stands in the message: in base64, or with its dots. */
static const char *
unwrap(struct arena *a, const char *text)
{
	unsigned char *inner;
	size_t len;

	if (strchr(text, '.') != NULL)
		return text;
	inner = base64_decode(a, text, strlen(text), &len);
	if (inner == NULL || memchr(inner, '\0', len) != NULL)
		return "";
	text = arena_strndup(a, (const char *)inner, len);
	return text != NULL ? text : "";
}

int
authenticate_jwt(struct worker *w, struct request *r, const char *text,
    struct user *who, struct db_work **result)
{
	struct db_work *work = *result = begin(w, r);
	struct jwt_key key;
	const char **fields[] = { &key.kty, &key.n, &key.e, &key.x, &key.y };
	const char *why;
	struct jwt t;

	if (jwt_parse(r->arena, text, &t, &why) == -1)
		return refuse_token(r, FAULT_AUTHENTICATION,
		    arena_printf(r->arena, "JWT: %s", why));
	db_call(work, JWT_KEY);
	db_text(work, t.kid);
	if (run(w, r, work) == -1)
		return -1;
	if (db_rows(work, CALL_SIGN_IN) == 0)
		return refuse_token(
		    r, FAULT_AUTHENTICATION, "JWT: no key has this kid");
	for (size_t i = 0; i < COUNT(fields); i++)
		*fields[i] = db_value(work, CALL_SIGN_IN, 0, (int)i);
	if (jwt_verify(r->arena, &t, &key, &why) == -1)
		return refuse_token(r, FAULT_AUTHENTICATION,
		    arena_printf(r->arena, "JWT: %s", why));
	return check_claims(w, r, &t, who);
}

int
authenticate(struct worker *w, struct request *r, const struct soap_header *h,
    struct user *who, struct db_work **result)
{
	who->source = source(r);
	switch (soap_credentials(h, &r->fault)) {
	case SOAP_PASSWORD: /* a provisioning package has no other place */
		return token_is(h->password)
			   ? by_token(w, r, h->password, who, result)
			   : by_password(w, r, h, who, result);
	case SOAP_USER_TOKEN:
		return by_token(
		    w, r, token_find(r->arena, h->token), who, result);
	case SOAP_JWT:
		return authenticate_jwt(
		    w, r, unwrap(r->arena, h->token), who, result);
	default:
		return -1;
	}
}

int
authenticate_fresh(struct request *r, const struct user *who)
{
	if (who->spent == NULL)
		return 0;
	return refuse_token(r, FAULT_AUTHORIZATION, who->spent);
}

void
authenticate_admit(struct db_work *work, const struct user *who,
    const char *device_id, const unsigned char *request_sha256, size_t len)
{
	db_call(work, ADMIT);
	db_text(work, who->upn);
	db_text(work, device_id);
	db_bytes(work, request_sha256, len);
	db_text(work, who->credential);
	if (who->token != NULL)
		db_bytes(work, who->token, X509_SHA256_LEN);
	else
		db_text(work, NULL);
	db_text(work, who->source);
}

/* [MS-MDE2] 2.2.9.1: only with CustomServerError Windows shows the words. */
int
authenticate_refused(struct request *r, const struct db_error *e)
{
	if (e->detail[0] != '\0')
		r->fault.error_type = arena_strdup(r->arena, e->detail);
	if (e->hint[0] != '\0') {
		r->fault.error_type = "CustomServerError";
		r->fault.message = arena_strdup(r->arena, e->hint);
	}
	return fault_set(&r->fault, 500, FAULT_AUTHORIZATION,
	    arena_strdup(r->arena, e->message));
}
