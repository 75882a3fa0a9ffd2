/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ldap.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "directory.h"

#define PASSWORD_FILE_MAX 1024
#define ANSWER_MAX (256 << 10)
#define TLS_1_2 ((3 << 8) + 3)

/* The sockets of the check that runs: a searcher's and a user's. */
static volatile sig_atomic_t sockets[2] = { -1, -1 };

/* The outcomes of a step, beside 1. */
enum { WRONG = 0, FAILED = -1 };

/* One check of one password. */
struct check {
	struct arena *arena;
	const struct directory *directory;
	const struct directory_user *user;
	struct timeval timeout;
	char *why;
};

static int outcome(const struct check *c, int rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
outcome(const struct check *c, int rc, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(c->why, DIRECTORY_WHY_LEN, fmt, args);
	va_end(args);
	return rc;
}

static int
ldap_failed(const struct check *c, const char *what, int rc)
{
	return outcome(c, FAILED, "%s: %s", what, ldap_err2string(rc));
}

/* What needs no escape anywhere; what is not ASCII stands for itself. */
static int
is_plain(unsigned char b)
{
	return b >= 0x80 || (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') ||
	       (b >= 'a' && b <= 'z') ||
	       (b != '\0' && strchr("-._@", b) != NULL);
}

static void
add_escaped(struct buf *b, const char *value)
{
	for (; *value != '\0'; value++)
		if (is_plain((unsigned char)*value))
			buf_putc(b, *value);
		else
			buf_printf(b, "\\%02X", (unsigned char)*value);
}

char *
directory_expand(struct arena *a, const char *template,
    const struct directory_user *u, const char *dn)
{
	const struct {
		const char *word;
		const char *value;
	} words[] = { { "{login}", u->login }, { "{domain}", u->domain },
		{ "{upn}", u->upn }, { "{dn}", dn } };
	struct buf b;
	size_t i;

	buf_init(&b, a);
	while (*template != '\0') {
		if (*template != '{') {
			buf_putc(&b, *template ++);
			continue;
		}
		for (i = 0; i < COUNT(words); i++)
			if (strncmp(template, words[i].word,
				strlen(words[i].word)) == 0)
				break;
		if (i == COUNT(words) || words[i].value == NULL)
			return NULL;
		add_escaped(&b, words[i].value);
		template += strlen(words[i].word);
	}
	return b.failed ? NULL : b.data;
}

/*
 * libldap has no limit of time for a TLS handshake.  So the time for all of
 * a check is kept by an alarm, which ends the connections: whatever waits for
 * the server then fails.
 */
static void
out_of_time(int signal)
{
	(void)signal;
	for (size_t i = 0; i < COUNT(sockets); i++)
		if (sockets[i] != -1)
			shutdown(sockets[i], SHUT_RDWR);
}

static void
replace_socket(Sockbuf *sb, int with_it)
{
	int fd = -1;

	if (sb == NULL || /* the last word of a connection that is gone */
	    ber_sockbuf_ctrl(sb, LBER_SB_OPT_GET_FD, &fd) != 1 || fd == -1)
		return;
	for (size_t i = 0; i < COUNT(sockets); i++)
		if (sockets[i] == (with_it ? -1 : fd)) {
			sockets[i] = with_it ? fd : -1;
			return;
		}
}

static int
connected(LDAP *ld, Sockbuf *sb, LDAPURLDesc *url, struct sockaddr *address,
    struct ldap_conncb *cb)
{
	(void)ld, (void)url, (void)address, (void)cb;
	replace_socket(sb, 1);
	return LDAP_SUCCESS;
}

static void
disconnecting(LDAP *ld, Sockbuf *sb, struct ldap_conncb *cb)
{
	(void)ld, (void)cb;
	replace_socket(sb, 0);
}

static int
set_tls(const struct check *c, LDAP *ld)
{
	static const int demand = LDAP_OPT_X_TLS_DEMAND, version = TLS_1_2,
			 client = 0;
	const struct {
		int option;
		const void *value;
	} options[] = {
		{ LDAP_OPT_X_TLS_REQUIRE_CERT, &demand },
		{ LDAP_OPT_X_TLS_PROTOCOL_MIN, &version },
		{ LDAP_OPT_X_TLS_CACERTFILE, c->directory->ca_file },
		{ LDAP_OPT_X_TLS_NEWCTX, &client }, /* with all of these */
	};
	int rc;

	for (size_t i = 0; i < COUNT(options); i++)
		if ((rc = ldap_set_option(
			 ld, options[i].option, options[i].value)) != 0)
			return outcome(
			    c, FAILED, "ca_file %s", ldap_err2string(rc));
	return 1;
}

static int
set_options(const struct check *c, LDAP *ld)
{
	static const int version = LDAP_VERSION3;
	static struct ldap_conncb callbacks = { connected, disconnecting,
		NULL };
	const int seconds = c->directory->timeout;
	ber_len_t most = ANSWER_MAX;
	Sockbuf *sb = NULL;

	if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sb) != 0 ||
	    ber_sockbuf_ctrl(sb, LBER_SB_OPT_SET_MAX_INCOMING, &most) != 1 ||
	    ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_DEREF, &(int){ LDAP_DEREF_NEVER }) !=
		0 ||
	    ldap_set_option(ld, LDAP_OPT_CONNECT_CB, &callbacks) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &c->timeout) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_TIMEOUT, &c->timeout) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_TIMELIMIT, &seconds) != 0)
		return outcome(c, FAILED, "libldap refuses an option");
	return c->directory->ca_file != NULL ? set_tls(c, ld) : 1;
}

/* A connection on which nothing secret can be overheard. */
static int
connect_to(const struct check *c, LDAP **ld)
{
	int rc;

	/* The environment and ldap.conf have no say. */
	setenv("LDAPNOINIT", "1", 1);
	*ld = NULL;
	if ((rc = ldap_initialize(ld, c->directory->uri)) != LDAP_SUCCESS)
		return ldap_failed(c, "uri", rc);
	if ((rc = set_options(c, *ld)) != 1)
		return rc;
	if (!c->directory->start_tls)
		return 1;
	if ((rc = ldap_start_tls_s(*ld, NULL, NULL)) != LDAP_SUCCESS)
		return ldap_failed(c, "StartTLS", rc);
	return 1;
}

static void
disconnect(LDAP *ld)
{
	if (ld != NULL)
		ldap_unbind_ext_s(ld, NULL, NULL);
}

/* ldap_sasl_bind_s() would take any message for the answer to a bind. */
static int
bind_as(LDAP *ld, const char *dn, char *password, size_t len)
{
	struct berval credential = { len, password };
	LDAPMessage *answer = NULL;
	int id, code, rc;

	CHECK(len > 0 && dn[0] != '\0'); /* or it would be an anonymous bind */
	if ((rc = ldap_sasl_bind(ld, dn, LDAP_SASL_SIMPLE, &credential, NULL,
		 NULL, &id)) != LDAP_SUCCESS)
		return rc;
	rc = ldap_result(ld, id, LDAP_MSG_ALL, NULL, &answer);
	if (rc == LDAP_RES_BIND)
		rc = ldap_parse_result(
		    ld, answer, &code, NULL, NULL, NULL, NULL, 0);
	else
		rc = rc == 0  ? LDAP_TIMEOUT
		     : rc < 0 ? LDAP_SERVER_DOWN
			      : LDAP_DECODING_ERROR;
	ldap_msgfree(answer);
	return rc == LDAP_SUCCESS ? code : rc;
}

/* The first line of a file that others cannot read; -1 if there is none. */
static ssize_t
read_password(const char *path, char text[PASSWORD_FILE_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	ssize_t len = -1;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & 07) == 0)
		len = read(fd, text, PASSWORD_FILE_MAX - 1);
	close(fd);
	if (len <= 0)
		return -1;
	text[len] = '\0';
	len = (ssize_t)strcspn(text, "\r\n");
	return len > 0 ? len : -1;
}

static int
bind_searcher(const struct check *c, LDAP *ld)
{
	const struct directory *d = c->directory;
	char password[PASSWORD_FILE_MAX];
	ssize_t len;
	int rc;

	if (d->bind_dn == NULL)
		return 1;
	if ((len = read_password(d->bind_password_file, password)) == -1)
		return outcome(c, FAILED,
		    "bind_password_file: no file with a password that others "
		    "cannot read");
	rc = bind_as(ld, d->bind_dn, password, (size_t)len);
	explicit_bzero(password, sizeof(password));
	return rc == LDAP_SUCCESS ? 1 : ldap_failed(c, "bind_dn", rc);
}

/* How many entries there are, up to two, and the DN of the first. */
static int
search(const struct check *c, LDAP *ld, const char *base, const char *filter,
    char **dn)
{
	static char no_attributes[] = LDAP_NO_ATTRS;
	char *attributes[] = { no_attributes, NULL };
	struct timeval timeout = c->timeout;
	LDAPMessage *found = NULL;
	char *text;
	int count = 0, rc;

	rc = ldap_search_ext_s(ld, base, LDAP_SCOPE_SUBTREE, filter, attributes,
	    0, NULL, NULL, &timeout, 2, &found);
	if (rc == LDAP_SUCCESS || rc == LDAP_SIZELIMIT_EXCEEDED)
		count = found != NULL ? ldap_count_entries(ld, found) : 0;
	else if (rc != LDAP_NO_SUCH_OBJECT)
		count = ldap_failed(c, "search", rc);
	if (count > 0 && dn != NULL) {
		text = ldap_get_dn(ld, ldap_first_entry(ld, found));
		*dn = text != NULL ? arena_strdup(c->arena, text) : NULL;
		ldap_memfree(text);
		if (*dn == NULL || (*dn)[0] == '\0')
			count = outcome(c, FAILED, "search: entry without DN");
	}
	ldap_msgfree(found);
	return count;
}

/* The DN to bind: 1, or WRONG when it is only there to cost the same. */
static int
find_user(const struct check *c, LDAP *ld, char **dn)
{
	const struct directory *d = c->directory;
	const char *text =
	    d->dn_template != NULL ? d->dn_template : d->user_filter;
	char *expanded = directory_expand(c->arena, text, c->user, NULL);
	int rc;

	if (expanded == NULL)
		return outcome(
		    c, FAILED, "dn_template, user_filter: unknown word in it");
	if (d->dn_template != NULL) {
		*dn = expanded;
		return 1;
	}
	if ((rc = bind_searcher(c, ld)) != 1 ||
	    (rc = search(c, ld, d->base, expanded, dn)) == 1 || rc == FAILED)
		return rc;
	*dn = arena_printf(c->arena, "cn=fenestra-nobody,%s", d->base);
	return outcome(c, WRONG,
	    rc == 0 ? "the directory has no such user"
		    : "the directory has more than one such user");
}

static int
check_password(const struct check *c, LDAP *ld, const char *dn)
{
	char *password = arena_strdup(c->arena, c->user->password);
	int rc;

	if (password == NULL || dn == NULL)
		return outcome(c, FAILED, "out of memory");
	rc = bind_as(ld, dn, password, strlen(password));
	switch (rc) {
	case LDAP_SUCCESS:
		return 1;
	case LDAP_INVALID_CREDENTIALS:
	case LDAP_NO_SUCH_OBJECT:
	case LDAP_INVALID_DN_SYNTAX:
	case LDAP_INAPPROPRIATE_AUTH:
	case LDAP_INSUFFICIENT_ACCESS:
	case LDAP_CONSTRAINT_VIOLATION:
	case LDAP_UNWILLING_TO_PERFORM:
		return outcome(
		    c, WRONG, "the directory says: %s", ldap_err2string(rc));
	default:
		return ldap_failed(c, "bind of the user", rc);
	}
}

static int
check_group(const struct check *c, LDAP *ld, const char *dn)
{
	const struct directory *d = c->directory;
	char *filter;
	int rc;

	if (d->group_filter == NULL)
		return 1;
	filter = directory_expand(c->arena, d->group_filter, c->user, dn);
	if (filter == NULL)
		return outcome(c, FAILED, "group_filter: unknown word in it");
	if ((rc = search(c, ld, d->group_base, filter, NULL)) == FAILED)
		return rc;
	return rc > 0 ? 1 : outcome(c, WRONG, "the user is not in the group");
}

/* Found on one connection, bound on another: the searcher keeps its own. */
static int
verify(const struct check *c, LDAP **searcher, LDAP **user)
{
	const int by_search = c->directory->dn_template == NULL;
	char *dn = NULL;
	int found, rc;

	if ((by_search && (rc = connect_to(c, searcher)) != 1) ||
	    (found = find_user(c, *searcher, &dn)) == FAILED ||
	    (rc = connect_to(c, user)) != 1)
		return FAILED;
	if (found == WRONG) {
		struct check unheard = *c;
		char ignored[DIRECTORY_WHY_LEN];

		unheard.why = ignored;
		if (check_password(&unheard, *user, dn) == FAILED)
			return outcome(c, FAILED, "%s", ignored);
		return WRONG;
	}
	if ((rc = check_password(c, *user, dn)) != 1)
		return rc;
	return check_group(c, by_search ? *searcher : *user, dn);
}

int
directory_verify(struct arena *a, const struct directory *d,
    const struct directory_user *u, char why[DIRECTORY_WHY_LEN])
{
	const struct check c = { a, d, u, { .tv_sec = d->timeout }, why };
	const struct sigaction act = { .sa_handler = out_of_time };
	const struct itimerval limit = { .it_value = c.timeout }, none = { 0 };
	struct sigaction before;
	LDAP *searcher = NULL, *user = NULL;
	int rc;

	if (u->password[0] == '\0')
		return outcome(&c, WRONG, "the password is empty");
	why[0] = '\0';
	CHECK(sigaction(SIGALRM, &act, &before) == 0);
	CHECK(setitimer(ITIMER_REAL, &limit, NULL) == 0);
	rc = verify(&c, &searcher, &user);
	disconnect(searcher);
	disconnect(user);
	CHECK(setitimer(ITIMER_REAL, &none, NULL) == 0);
	CHECK(sigaction(SIGALRM, &before, NULL) == 0);
	return rc;
}
