/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/unixsock.h"
#include "signing.h"

#define VERSION 1
#define KIND_SIGN 1
#define KIND_ANSWER 2

#define LENGTH_LEN 4
#define UUID_LEN (SIGNING_UUID_SIZE - 1)
#define AT_VERSION 4
#define AT_KIND 5
#define AT_ID 6
#define AT_DEVICE (AT_ID + UUID_LEN)
#define AT_SERIAL (AT_DEVICE + UUID_LEN)
#define AT_STATUS 6

#define ASK_MS 8000 /* more than the signer and its database may take */

static void
put_length(unsigned char *out, size_t len)
{
	for (int i = LENGTH_LEN - 1; i >= 0; i--, len >>= 8)
		out[i] = (unsigned char)len;
}

static size_t
get_length(const unsigned char *in)
{
	return (size_t)in[0] << 24 | (size_t)in[1] << 16 | (size_t)in[2] << 8 |
	       in[3];
}

void
signing_request_write(
    const struct signing_request *r, unsigned char out[SIGNING_REQUEST_LEN])
{
	put_length(out, SIGNING_REQUEST_LEN - LENGTH_LEN);
	out[AT_VERSION] = VERSION;
	out[AT_KIND] = KIND_SIGN;
	memcpy(out + AT_ID, r->id, UUID_LEN);
	memcpy(out + AT_DEVICE, r->device, UUID_LEN);
	memcpy(out + AT_SERIAL, r->serial, X509_SERIAL_LEN);
}

static int
take_uuid(const unsigned char *in, char out[SIGNING_UUID_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < UUID_LEN; i++) {
		int dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? in[i] != '-'
			 : memchr(digits, in[i], sizeof(digits) - 1) == NULL)
			return -1;
		out[i] = (char)in[i];
	}
	out[UUID_LEN] = '\0';
	return 0;
}

const char *
signing_request_read(
    const unsigned char *in, size_t len, struct signing_request *r)
{
	if (len != SIGNING_REQUEST_LEN ||
	    get_length(in) != SIGNING_REQUEST_LEN - LENGTH_LEN)
		return "not a request: length";
	if (in[AT_VERSION] != VERSION)
		return "not a request: version";
	if (in[AT_KIND] != KIND_SIGN)
		return "not a request: kind";
	if (take_uuid(in + AT_ID, r->id) == -1)
		return "not a request: id";
	if (take_uuid(in + AT_DEVICE, r->device) == -1)
		return "not a request: device";
	memcpy(r->serial, in + AT_SERIAL, X509_SERIAL_LEN);
	return NULL;
}

size_t
signing_answer_write(
    const struct signing_answer *a, unsigned char out[SIGNING_ANSWER_MAX])
{
	size_t len = a->content.len;
	int status = a->status;

	if (len > SIGNING_CONTENT_MAX) {
		len = 0;
		status = 500;
	}
	put_length(out, SIGNING_ANSWER_HEAD - LENGTH_LEN + len);
	out[AT_VERSION] = VERSION;
	out[AT_KIND] = KIND_ANSWER;
	out[AT_STATUS] = (unsigned char)(status >> 8);
	out[AT_STATUS + 1] = (unsigned char)status;
	if (len > 0)
		memcpy(out + SIGNING_ANSWER_HEAD, a->content.data, len);
	return SIGNING_ANSWER_HEAD + len;
}

size_t
signing_answer_size(const unsigned char head[SIGNING_ANSWER_HEAD])
{
	size_t len = get_length(head);

	if (len < SIGNING_ANSWER_HEAD - LENGTH_LEN ||
	    len > SIGNING_ANSWER_MAX - LENGTH_LEN)
		return 0;
	return LENGTH_LEN + len;
}

const char *
signing_answer_read(
    const unsigned char *in, size_t len, struct signing_answer *a)
{
	if (len < SIGNING_ANSWER_HEAD || signing_answer_size(in) != len)
		return "length";
	if (in[AT_VERSION] != VERSION)
		return "version";
	if (in[AT_KIND] != KIND_ANSWER)
		return "kind";
	a->status = in[AT_STATUS] << 8 | in[AT_STATUS + 1];
	if (a->status < 200 || a->status > 599)
		return "status";
	a->content.data = in + SIGNING_ANSWER_HEAD;
	a->content.len = len - SIGNING_ANSWER_HEAD;
	if (a->status == 200 && a->content.len == 0)
		return "no certificate";
	return NULL;
}

/* The answer, in memory of SIGNING_ANSWER_MAX bytes; or -1 and errno. */
static int
exchange(const char *path, const struct signing_request *r,
    unsigned char *answer, size_t *len)
{
	long long deadline = unixsock_now() + ASK_MS;
	unsigned char request[SIGNING_REQUEST_LEN];
	int fd, rc = -1;

	if ((fd = unixsock_connect(path, deadline)) == -1)
		return -1;
	signing_request_write(r, request);
	*len = 0;
	/* Whom it does not know the signer answers before it reads. */
	if ((unixsock_write(fd, request, sizeof(request), deadline) == 0 ||
		errno == EPIPE) &&
	    unixsock_read(fd, answer, SIGNING_ANSWER_HEAD, deadline) == 0) {
		*len = signing_answer_size(answer);
		rc = *len == 0 ? 0
			       : unixsock_read(fd, answer + SIGNING_ANSWER_HEAD,
				     *len - SIGNING_ANSWER_HEAD, deadline);
	}
	close(fd);
	return rc;
}

int
signing_ask(struct arena *arena, const char *path,
    const struct signing_request *r, struct blob *certificate, const char **why)
{
	unsigned char *in = arena_alloc(arena, SIGNING_ANSWER_MAX);
	struct signing_answer a;
	const char *wrong;
	size_t len;

	CHECK(in != NULL);
	if (exchange(path, r, in, &len) == -1) {
		*why = arena_printf(
		    arena, "the signer at %s: %s", path, strerror(errno));
		return 503;
	}
	if ((wrong = signing_answer_read(in, len, &a)) != NULL) {
		*why = arena_printf(
		    arena, "the signer at %s: bad answer: %s", path, wrong);
		return 500;
	}
	if (a.status != 200) {
		*why = arena_printf(arena, "the signer: %.*s",
		    (int)a.content.len, (const char *)a.content.data);
		return a.status;
	}
	*certificate = a.content;
	return 0;
}
