/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_DIRECTORY_H
#define FENESTRA_DIRECTORY_H

struct arena;

/*
 * An LDAP server that knows passwords.  Either dn_template says the DN of a
 * user, or base and user_filter find it, searched as bind_dn or as nobody.
 * Then the user's DN is bound with the password; then group_filter, if there
 * is one, has to find an entry.  In templates and filters {login}, {domain}
 * and {upn} stand for the user, and in group_filter {dn} for what was found.
 */
struct directory {
	const char *uri; /* ldaps://, ldapi://, or ldap:// with start_tls */
	int start_tls;
	const char *ca_file; /* PEM; not for ldapi:// */
	const char *base;
	const char *user_filter;
	const char *bind_dn;
	const char *bind_password_file;
	const char *dn_template;
	const char *group_base;
	const char *group_filter;
	int timeout; /* seconds for all of it */
};

struct directory_user {
	const char *login;
	const char *domain;
	const char *upn;
	const char *password;
};

#define DIRECTORY_WHY_LEN 200

/*
 * 1: it is the user's password, and the user is in the group.  0: it is not.
 * -1: the directory cannot be asked.  why is for the log in all of them but
 * the first.  An empty password is wrong and never sent: a server takes it
 * for an anonymous bind, which succeeds.  A user who is not there costs a
 * bind as well.
 */
int directory_verify(struct arena *, const struct directory *,
    const struct directory_user *, char why[DIRECTORY_WHY_LEN]);

/*
 * A template with the user's words in it, each escaped so that it is one
 * value, of a DN and of a filter alike (RFC 4514 2.4, RFC 4515 3).  NULL for
 * a word that is not known.
 */
char *directory_expand(struct arena *, const char *template,
    const struct directory_user *, const char *dn);

#endif
