/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/log.h"
#include "../common/x509.h"
#include "signer.h"

#define EXIT_CONFIG 78 /* EX_CONFIG: a restart does not mend it */
#define SCHEMA_NEEDED 6
#define REQUEST_ARENA ((size_t)1 << 20)
#define CRL_ARENA ((size_t)1 << 30)

#ifndef FENESTRA_VERSION
#define FENESTRA_VERSION "unversioned"
#endif

extern char **environ;

static const struct db_statement statements[] = {
	[SIGNER_SERVER] = { "server",
	    "select signer.schema_version(), current_setting('fsync')", 0 },
	[SIGNER_SETTING] = { "setting",
	    "select name, value from signer.setting()", 0 },
	[SIGNER_RESERVATION] = { "reservation",
	    "select certificate, public_key, not_before, not_after, hash_oid, "
	    "minimal_key_length, maximal_key_length, allow_rsa, allow_ec "
	    "from signer.reservation($1,$2,$3)",
	    3 },
	[SIGNER_ISSUE] = { "issue", "select signer.issue($1,$2,$3,$4,$5,$6)",
	    6 },
	[SIGNER_AUTHORITY] = { "authority",
	    "select signer.authority($1,$2,$3,$4,$5,$6)", 6 },
	[SIGNER_REVOKED] = { "revoked",
	    "select serial, at, reason from signer.revoked($1)", 1 },
	[SIGNER_CRL_NUMBER] = { "crl_number", "select signer.crl_number($1)",
	    1 },
};

static const struct db_table table = { statements, COUNT(statements),
	"fenestra_signer", SCHEMA_NEEDED };

static int
no(char *why, size_t size, const char *what, const char *name)
{
	snprintf(why, size, "%s=%s: %s", what, name,
	    errno != 0 ? strerror(errno) : "no such name");
	return -1;
}

static int
find_clients(struct signer *s, char *why, size_t size)
{
	const char *user = s->config.signer_user;
	const char *group = s->config.signer_group;
	struct passwd *p;
	struct group *g;

	s->uid = getuid();
	s->gid = (gid_t)-1;
	errno = 0;
	if (*user != '\0') {
		if ((p = getpwnam(user)) == NULL)
			return no(why, size, "FENESTRA_SIGNER_USER", user);
		s->uid = p->pw_uid;
	}
	if (*group != '\0') {
		if ((g = getgrnam(group)) == NULL)
			return no(why, size, "FENESTRA_SIGNER_GROUP", group);
		s->gid = g->gr_gid;
	}
	return 0;
}

static int
load_ca(struct signer *s, char *why, size_t size)
{
	char reason[X509_WHY_LEN];
	const struct blob *cert;

	s->ca = x509_ca_load(
	    s->config.ca_cert, s->config.ca_key, s->config.ca_root, reason);
	if (s->ca == NULL) {
		snprintf(why, size, "the CA: %s", reason);
		return -1;
	}
	cert = x509_ca_cert(s->ca);
	x509_sha256(cert->data, cert->len, s->ca_sha256);
	return signer_check_trust(s, why, size);
}

static int
setup(struct signer *s, size_t arena)
{
	char why[CONFIG_WHY_LEN];

	if (config_read(&s->config, CONFIG_SIGNER, environ, why) == -1 ||
	    find_clients(s, why, sizeof(why)) == -1 ||
	    load_ca(s, why, sizeof(why)) == -1) {
		log_reason("error", SIGNER_NAME, "%s", why);
		return -1;
	}
	s->db = db_new(&table, s->config.prepared);
	s->arena = arena_new(arena);
	return 0;
}

/* A schema too old is refused at once; a database away is waited for. */
static int
check_database(struct signer *s)
{
	struct db_error e;

	if (db_connect(s->db, &e) == 0)
		return 0;
	log_reason(e.status == EXIT_CONFIG ? "error" : "warning", SIGNER_NAME,
	    "%s", e.message);
	return e.status;
}

static int
test_configuration(struct signer *s)
{
	int status;

	config_print(&s->config, CONFIG_SIGNER);
	if ((status = check_database(s)) != 0)
		return status == EXIT_CONFIG ? EXIT_CONFIG : 1;
	printf("fenestra-signer: configuration, key and database are good\n");
	return 0;
}

static int
write_crl(struct signer *s, const char *path)
{
	int status = check_database(s);

	if (status != 0)
		return status == EXIT_CONFIG ? EXIT_CONFIG : 1;
	return signer_crl(s, path);
}

static int
serve(struct signer *s)
{
	if (check_database(s) == EXIT_CONFIG)
		return EXIT_CONFIG;
	return signer_serve(s);
}

static int
usage(void)
{
	fputs("usage: fenestra-signer [-n | -c file] [--version]\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	static struct signer s;
	int testing = argc == 2 && strcmp(argv[1], "-n") == 0;
	int listing = argc == 3 && strcmp(argv[1], "-c") == 0;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("fenestra-signer %s, schema %d\n", FENESTRA_VERSION,
		    SCHEMA_NEEDED);
		return 0;
	}
	if (argc != 1 && !testing && !listing)
		return usage();
	/* No core file and no debugger: the CA's key is in memory. */
	prctl(PR_SET_DUMPABLE, 0);
	if (setup(&s, listing ? CRL_ARENA : REQUEST_ARENA) == -1)
		return 1;
	if (testing)
		return test_configuration(&s);
	return listing ? write_crl(&s, argv[2]) : serve(&s);
}
