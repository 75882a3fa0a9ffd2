/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_AUTHENTICATE_H
#define FENESTRA_AUTHENTICATE_H

#include "../common/db.h"
#include "../common/soap.h"
#include "program.h"

/*
 * The statements that authenticate() makes use of: the first ones of the
 * program's table, whose own begin at AUTHENTICATE_OWN.
 */
enum {
	SERVER,
	SETTING,
	TEMPLATE,
	SIGN_IN,
	SIGN_IN_DONE,
	TOKEN,
	JWT_KEY,
	JWT_CLAIMS,
	ADMIT,
	PASSWORD_REHASH,
	AUTHENTICATE_OWN,
};

#define AUTHENTICATE_STATEMENTS                                                \
	[SERVER] = { "server",                                                 \
		"select enrollment.schema_version(), "                         \
		"current_setting('fsync')",                                    \
		0 },                                                           \
	[SETTING] = { "setting",                                               \
		"select name, value from enrollment.setting()", 0 },           \
	[TEMPLATE] = { "template",                                             \
		"select name, policy_schema, minimal_key_length, "             \
		"validity_seconds, renewal_seconds, hash_oid, hash_name, "     \
		"array_to_string(crypto_providers, chr(10)), "                 \
		"major_revision, minor_revision, maximal_key_length, "         \
		"'RSA' = any(key_types), 'EC' = any(key_types) "               \
		"from enrollment.template()",                                  \
		0 },                                                           \
	[SIGN_IN] = { "sign_in",                                               \
		"select upn, credential, password_hash, wait, waits_for, "     \
		"failed, directory, login, domain, uri, start_tls, ca_file, "  \
		"base, user_filter, bind_dn, bind_password_file, "             \
		"dn_template, group_base, group_filter, timeout "              \
		"from enrollment.sign_in(" DB_NAMED("$1::text", 4) ",$2,$3)",  \
		4, 1 },                                                        \
	[SIGN_IN_DONE] = { "sign_in_done",                                     \
		"select enrollment.sign_in_done($1,$2,$3)", 3 },               \
	[TOKEN] = { "token",                                                   \
		"select upn, credential, spent, wait, waits_for "              \
		"from enrollment.token(" DB_NAMED("$1::bytea", 3) ",$2)",      \
		3, 1 },                                                        \
	[JWT_KEY] = { "jwt_key",                                               \
		"select kty, n, e, x, y from enrollment.jwt_key($1)", 1 },     \
	[JWT_CLAIMS] = { "jwt_claims",                                         \
		"select upn, reason from enrollment.jwt_claims($1)", 1 },      \
	[ADMIT] = { "admit",                                                   \
		"select enrollment.admit(" DB_NAMED(                           \
		    "$1::text", 7) ",$2,$3,$4,$5,$6)",                         \
		7, 1 },                                                        \
	[PASSWORD_REHASH] = { "password_rehash",                               \
		"select enrollment.password_rehash($1,$2,$3)", 3 }

/* The calls that every message begins with, in this order. */
enum { CALL_SETTING, CALL_TEMPLATE };

/* Who a user was found to be, and how. */
struct user {
	const char *upn;
	const char *credential;	    /* password, directory, token, ... */
	const unsigned char *token; /* the SHA-256 of one, also of a JWT */
	const char *spent;	    /* why it opens no new enrollment */
	const char *source;	    /* the address it came from */
};

/* A user name and a password, from a message or from the sign-in page. */
struct sign_in {
	const char *name;
	const char *password;
	int page;
};

enum { AUTHENTICATE_WRONG = 1, AUTHENTICATE_WAIT };

/*
 * Check a password: 0 with the identity, AUTHENTICATE_WRONG, AUTHENTICATE_WAIT
 * where it may not be checked now, or -1; all but the first with the fault
 * set.
 */
int authenticate_password(struct worker *, struct request *,
    const struct sign_in *, struct user *, struct db_work **result);

/* Check a JWT, with its dots: 0 with the identity, or -1 with the fault set. */
int authenticate_jwt(struct worker *, struct request *, const char *jwt,
    struct user *, struct db_work **result);

/*
 * Find out who the user is, [MS-MDE2] 3.1.4.1.1.1.1.  0 with the identity,
 * and in *result what the database said to SETTING and TEMPLATE; or -1 with
 * the fault set.  Who cannot be right costs the same work and gets the same
 * answer as who is wrong.
 */
int authenticate(struct worker *, struct request *, const struct soap_header *,
    struct user *, struct db_work **result);

/*
 * Refuse a token that is spent.  Not for what may be the repetition of a
 * request that it opened: there authenticate_admit() decides.
 */
int authenticate_fresh(struct request *, const struct user *);

/*
 * Add the call that lets an enrollment in, behind the one that reserves it in
 * the same transaction: restrictions, approval, and the use of a token.
 */
void authenticate_admit(struct db_work *, const struct user *,
    const char *device_id, const unsigned char *request_sha256, size_t len);

/* The fault of an enrollment that was not let in.  Always -1. */
int authenticate_refused(struct request *, const struct db_error *);

#endif
