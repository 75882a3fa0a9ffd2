/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include <sys/socket.h>

#include <ldap.h>
#include <openldap.h>
#include <unistd.h>

#include "../../common/directory.h"

/*
 * What libldap and liblber hold is kept in a list, in which nothing of a check
 * may be left.  But libldap 2.5 forgets a request whose answer it cannot
 * decode, which is three blocks: those are freed here.
 */
#define FORGOTTEN 3

struct block {
	struct block *next, *before;
	size_t size, unused;
};

static struct block held = { &held, &held, 0, 0 };

/* These four are called in the place of liblber's, by both libraries. */
void *
ber_memalloc_x(ber_len_t size, void *context)
{
	struct block *b = malloc(sizeof(*b) + size);

	(void)context;
	CHECK(b != NULL);
	b->size = size;
	b->next = held.next;
	b->before = &held;
	b->next->before = held.next = b;
	return b + 1;
}

void *
ber_memcalloc_x(ber_len_t n, ber_len_t size, void *context)
{
	return memset(ber_memalloc_x(n * size, context), 0, n * size);
}

void
ber_memfree_x(void *p, void *context)
{
	struct block *b;

	(void)context;
	if (p == NULL)
		return;
	b = (struct block *)p - 1;
	b->next->before = b->before;
	b->before->next = b->next;
	free(b);
}

void *
ber_memrealloc_x(void *p, ber_len_t size, void *context)
{
	const struct block *b = p;
	void *more = ber_memalloc_x(size, context);

	if (b != NULL)
		memcpy(more, p, b[-1].size < size ? b[-1].size : size);
	ber_memfree_x(p, context);
	return more;
}

static size_t
drop_all(void)
{
	size_t count = 0;

	for (; held.next != &held; count++)
		ber_memfree_x(held.next + 1, NULL);
	return count;
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

/* What libldap makes once stays. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	LDAP *ld;

	(void)argc, (void)argv;
	CHECK(ldap_create(&ld) == LDAP_SUCCESS);
	CHECK(ldap_unbind_ext(ld, NULL, NULL) == LDAP_SUCCESS);
	held.next = held.before = &held;
	return 0;
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
	size_t cut, left;
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
	left = drop_all();
	CHECK(left == 0 || (left == FORGOTTEN && rc == -1));
	CHECK(rc >= -1 && rc <= 1);
	CHECK(rc == 1 || why[0] != '\0');
	CHECK(rc != 1 || memchr(data, 0x61, size) != NULL);
	return 0;
}
