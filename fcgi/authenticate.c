/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/directory.h"
#include "../common/password.h"
#include "authenticate.h"

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

#define CALL_SIGN_IN (CALL_TEMPLATE + 1)

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
ask_directory(struct request *r, const struct soap_header *h,
    const struct db_work *work, char why[DIRECTORY_WHY_LEN])
{
	const struct directory_user user = {
		.login = db_value(work, CALL_SIGN_IN, 0, LOGIN),
		.domain = db_value(work, CALL_SIGN_IN, 0, DOMAIN),
		.upn = db_value(work, CALL_SIGN_IN, 0, UPN),
		.password = h->password,
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
check_password(struct request *r, const struct soap_header *h,
    const struct db_work *work, const char **reason)
{
	const char *name = db_value(work, CALL_SIGN_IN, 0, DIRECTORY);
	char why[DIRECTORY_WHY_LEN];
	int rc;

	if (name == NULL) {
		*reason = "unknown user or wrong password";
		return password_verify(h->password,
		    db_value(work, CALL_SIGN_IN, 0, PASSWORD_HASH));
	}
	rc = ask_directory(r, h, work, why);
	*reason = arena_printf(r->arena, "directory %s: %s", name, why);
	return rc;
}

static int
by_password(struct worker *w, struct request *r, const struct soap_header *h,
    struct identity *who, struct db_work **result)
{
	struct db_work *work = *result = begin(w, r);
	const char *reason;
	int right;

	r->user = h->username;
	db_call(work, SIGN_IN);
	db_text(work, h->username);
	db_text(work, source(r));
	if (run(w, r, work) == -1)
		return -1;
	CHECK(db_rows(work, CALL_SIGN_IN) == 1);
	if (db_value_int(work, CALL_SIGN_IN, 0, WAIT) > 0)
		return fault_set(&r->fault, 500, FAULT_AUTHENTICATION,
		    arena_printf(r->arena,
			"throttled by %s: not before %lld seconds are over",
			db_value(work, CALL_SIGN_IN, 0, WAITS_FOR),
			db_value_int(work, CALL_SIGN_IN, 0, WAIT)));
	if ((right = check_password(r, h, work, &reason)) == -1)
		return fault_set(
		    &r->fault, 500, FAULT_ENROLLMENT_SERVER, reason);
	if ((!right || db_value_bool(work, CALL_SIGN_IN, 0, FAILED)) &&
	    done(w, r, h->username, right) == -1)
		return -1;
	if (!right)
		return fault_set(&r->fault, 500, FAULT_AUTHENTICATION, reason);
	who->upn = db_value(work, CALL_SIGN_IN, 0, UPN);
	who->credential = db_value(work, CALL_SIGN_IN, 0, CREDENTIAL);
	CHECK(who->upn != NULL && who->credential != NULL);
	return 0;
}

int
authenticate(struct worker *w, struct request *r, const struct soap_header *h,
    struct identity *who, struct db_work **result)
{
	switch (soap_credentials(h, &r->fault)) {
	case SOAP_PASSWORD:
		return by_password(w, r, h, who, result);
	case SOAP_USER_TOKEN:
	case SOAP_JWT:
		return fault_set(&r->fault, 500, FAULT_INVALID_SECURITY,
		    "no tokens are served");
	default:
		return -1;
	}
}
