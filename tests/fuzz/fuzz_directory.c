/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include <sys/socket.h>

#include <ldap.h>
#include <openldap.h>
#include <unistd.h>

#include "../../common/directory.h"

/* Half a message at the end of a connection stays with liblber 2.5. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:liblber";
}

/* What the servers of a run say: the searcher's, then the user's. */
static const uint8_t *answers[2];
static size_t lengths[2];
static int connections, ends[2];

/*
 * In the place of libldap's: instead of a server there is one end of a pair
 * of sockets, in which the whole answer lies already.
 */
int
ldap_initialize(LDAP **ld, const char *uri)
{
	int pair[2], n = connections++;

	CHECK(n < 2);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	CHECK(write(pair[1], answers[n], lengths[n]) == (ssize_t)lengths[n]);
	CHECK(shutdown(pair[1], SHUT_WR) == 0);
	ends[n] = pair[1];
	return ldap_init_fd(pair[0], LDAP_PROTO_TCP, uri, ld);
}

/*
 * A first byte says how, a second one where the first server's words end.
 * Nobody gets in but by a bind that succeeded, which begins with a byte 61.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct directory d = { .uri = "ldap://x", .timeout = 5 };
	const struct directory_user user = { "jo", "corp.test", "jo@corp.test",
		"secret" };
	char why[DIRECTORY_WHY_LEN];
	size_t cut;
	int rc;

	if (size < 2 || size > 32768)
		return 0;
	cut = (size - 2) * data[1] / 255;
	answers[0] = data + 2;
	lengths[0] = cut;
	answers[1] = data + 2 + cut;
	lengths[1] = size - 2 - cut;
	if (data[0] & 1)
		d.dn_template = "uid={login},dc=x";
	else {
		d.base = "dc=x";
		d.user_filter = "(uid={login})";
	}
	if (data[0] & 2) {
		d.group_base = "dc=x";
		d.group_filter = "(member={dn})";
	}
	connections = 0;
	rc = directory_verify(fuzz_arena(), &d, &user, why);
	for (int i = 0; i < connections; i++)
		close(ends[i]);
	CHECK(rc >= -1 && rc <= 1);
	CHECK(rc == 1 || why[0] != '\0');
	CHECK(rc != 1 || memchr(data, 0x61, size) != NULL);
	return 0;
}
