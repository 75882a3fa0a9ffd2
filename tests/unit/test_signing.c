/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "../../common/unixsock.h"
#include "../../fcgi/signing.h"

#define ID "70f34241-ce9a-4d0b-b504-131459e86972"
#define DEVICE "52c258b1-0092-41df-9153-f7e1b84eac09"
#define HOUR_MS 3600000LL

static const struct signing_request sample = { ID, DEVICE,
	{ 0x78, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff } };

static void
test_request(void **state)
{
	unsigned char out[SIGNING_REQUEST_LEN];
	struct signing_request r;

	(void)state;
	signing_request_write(&sample, out);
	assert_memory_equal(out, "\0\0\0\x5a\1\1" ID DEVICE "\x78\1\2\3", 82);
	assert_int_equal(out[93], 0xff);
	assert_null(signing_request_read(out, sizeof(out), &r));
	assert_memory_equal(&r, &sample, sizeof(r));
}

/* Every octet counts, and so does the length. */
static void
test_request_refused(void **state)
{
	unsigned char good[SIGNING_REQUEST_LEN + 1] = { 0 }, bad[sizeof(good)];
	struct signing_request r;

	(void)state;
	signing_request_write(&sample, good);
	for (size_t len = 0; len <= sizeof(good); len++)
		if (len != SIGNING_REQUEST_LEN)
			assert_non_null(signing_request_read(good, len, &r));
	for (size_t i = 0; i < SIGNING_REQUEST_LEN - X509_SERIAL_LEN; i++) {
		static const unsigned char odd[] = { 0, 'g', 'A', '-' + 1, '/',
			':', '`', 0xff };

		for (size_t n = 0; n < COUNT(odd); n++) {
			memcpy(bad, good, sizeof(bad));
			if (bad[i] == odd[n])
				continue;
			bad[i] = odd[n];
			if (signing_request_read(
				bad, SIGNING_REQUEST_LEN, &r) == NULL)
				unit_wrong("request", "octet %zu may be %u", i,
				    (unsigned)odd[n]);
		}
	}
	unit_done();
}

static void
test_answer(void **state)
{
	static unsigned char out[SIGNING_ANSWER_MAX];
	static const unsigned char large[SIGNING_CONTENT_MAX + 1] = { 1 };
	struct signing_answer a = { 200, { (const unsigned char *)"cert", 4 } },
			      got;
	size_t len = signing_answer_write(&a, out);

	(void)state;
	assert_int_equal(len, 12);
	assert_memory_equal(out,
	    "\0\0\0\x08\1\2\0\xc8"
	    "cert",
	    12);
	assert_int_equal(signing_answer_size(out), len);
	assert_null(signing_answer_read(out, len, &got));
	assert_int_equal(got.status, 200);
	assert_int_equal(got.content.len, 4);
	assert_memory_equal(got.content.data, "cert", 4);

	a.content = (struct blob){ large, SIGNING_CONTENT_MAX };
	assert_int_equal(signing_answer_write(&a, out), SIGNING_ANSWER_MAX);
	assert_null(signing_answer_read(out, SIGNING_ANSWER_MAX, &got));
	assert_int_equal(got.content.len, SIGNING_CONTENT_MAX);
	a.content.len++;
	len = signing_answer_write(&a, out);
	assert_null(signing_answer_read(out, len, &got));
	assert_int_equal(got.status, 500);
	assert_int_equal(got.content.len, 0);
}

static void
test_answer_refused(void **state)
{
	static const struct {
		const char *what;
		const char *bytes;
		size_t len;
	} cases[] = {
		{ "nothing", "", 0 },
		{ "cut", "\0\0\0\x04\1\2\0", 7 },
		{ "shorter than said", "\0\0\0\x05\1\2\1\xf4", 8 },
		{ "longer than said", "\0\0\0\x04\1\2\1\xf4x", 9 },
		{ "no head in it", "\0\0\0\x03\1\2\1\xf4", 8 },
		{ "too long", "\0\0\x20\x05\1\2\1\xf4", 8 },
		{ "huge", "\xff\xff\xff\xff\1\2\1\xf4", 8 },
		{ "version", "\0\0\0\x04\2\2\1\xf4", 8 },
		{ "kind", "\0\0\0\x04\1\1\1\xf4", 8 },
		{ "status 199", "\0\0\0\x04\1\2\0\xc7", 8 },
		{ "status 600", "\0\0\0\x04\1\2\2\x58", 8 },
		{ "200 without a certificate", "\0\0\0\x04\1\2\0\xc8", 8 },
	};
	struct signing_answer a;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (signing_answer_read((const unsigned char *)cases[i].bytes,
			cases[i].len, &a) == NULL)
			unit_wrong(cases[i].what, "accepted");
	unit_done();
}

/* One signer that answers with these bytes, and then ends. */
struct fake {
	int fd;
	const char *bytes;
	size_t len;
	unsigned char request[SIGNING_REQUEST_LEN];
};

static void *
fake_run(void *context)
{
	struct fake *f = context;
	long long deadline = unixsock_now() + HOUR_MS;
	int fd;

	while ((fd = unixsock_accept(f->fd)) == -1)
		usleep(1000);
	unixsock_read(fd, f->request, sizeof(f->request), deadline);
	unixsock_write(fd, f->bytes, f->len, deadline);
	close(fd);
	return NULL;
}

static int
asked(const char *bytes, size_t len, struct blob *cert, const char **why)
{
	static struct arena *a;
	unsigned char wanted[SIGNING_REQUEST_LEN];
	char path[] = "/tmp/fenestra-signing.XXXXXX";
	struct fake f = { .bytes = bytes, .len = len };
	pthread_t thread;
	int status;

	if (a == NULL)
		a = arena_new(1 << 20);
	assert_non_null(mkdtemp(path));
	assert_int_equal(chdir(path), 0);
	f.fd = unixsock_listen("s", 0600, (gid_t)-1);
	assert_int_not_equal(f.fd, -1);
	pthread_create(&thread, NULL, fake_run, &f);
	status = signing_ask(a, "s", &sample, cert, why);
	pthread_join(thread, NULL);
	signing_request_write(&sample, wanted);
	assert_memory_equal(f.request, wanted, sizeof(wanted));
	close(f.fd);
	unlink("s");
	rmdir(path);
	return status;
}

static void
test_ask(void **state)
{
	struct blob cert = { 0 };
	const char *why = NULL;

	(void)state;
	assert_int_equal(asked("\0\0\0\x08\1\2\0\xc8"
			       "cert",
			     12, &cert, &why),
	    0);
	assert_int_equal(cert.len, 4);
	assert_memory_equal(cert.data, "cert", 4);
	assert_int_equal(asked("\0\0\0\x06\1\2\1\x99"
			       "no",
			     10, &cert, &why),
	    409);
	assert_string_equal(why, "the signer: no");
	assert_int_equal(asked("", 0, &cert, &why), 503);
	assert_int_equal(asked("\0\0\0\x08\1\2", 6, &cert, &why), 503);
	assert_int_equal(asked("\0\0\0\x08\1\2\0\xc8"
			       "ce",
			     10, &cert, &why),
	    503);
	assert_int_equal(asked("HTTP/1.1 400", 12, &cert, &why), 500);
	assert_non_null(strstr(why, "bad answer"));
}

static void
test_ask_nobody(void **state)
{
	struct arena *a = arena_new(1 << 20);
	const char *why = NULL;
	struct blob cert;

	(void)state;
	assert_int_equal(
	    signing_ask(a, "/nonexistent/s", &sample, &cert, &why), 503);
	assert_non_null(strstr(why, "No such file"));
	assert_int_equal(
	    signing_ask(a, unit_repeat("x", 200), &sample, &cert, &why), 503);
	arena_free(a);
}

/* What was left by one who died is replaced; one who lives is not. */
static void
test_listen(void **state)
{
	char path[] = "/tmp/fenestra-signing.XXXXXX";
	uid_t uid = 0;
	gid_t gid = 0;
	struct stat st;
	int fd, other, end;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_int_equal(chdir(path), 0);
	fd = unixsock_listen("s", 0660, getgid());
	assert_int_not_equal(fd, -1);
	assert_true(unixsock_is_listening(fd));
	assert_int_equal(stat("s", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(unixsock_listen("s", 0600, (gid_t)-1), -1);
	assert_int_equal(errno, EADDRINUSE);
	assert_int_equal(unixsock_accept(fd) == -1 ? 0 : 1, 1);
	assert_int_equal(unixsock_accept(fd), -1);
	other = unixsock_connect("s", unixsock_now() + HOUR_MS);
	end = unixsock_accept(fd);
	assert_int_equal(unixsock_peer(end, &uid, &gid), 0);
	assert_int_equal(uid, geteuid());
	assert_int_equal(gid, getegid());
	assert_false(unixsock_is_listening(end));
	assert_int_equal(unixsock_read(end, &st, 1, unixsock_now()), -1);
	assert_int_equal(errno, ETIMEDOUT);
	close(other);
	assert_int_equal(
	    unixsock_read(end, &st, 1, unixsock_now() + HOUR_MS), -1);
	assert_int_equal(errno, EPIPE);
	close(end);
	close(fd);
	fd = unixsock_listen("s", 0600, (gid_t)-1);
	assert_int_not_equal(fd, -1);
	close(fd);
	unlink("s");
	close(open("s", O_CREAT | O_WRONLY, 0600));
	assert_int_equal(unixsock_listen("s", 0600, (gid_t)-1), -1);
	assert_int_equal(errno, ENOTSOCK);
	unlink("s");
	rmdir(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(test_request),
		UNIT_TEST(test_request_refused),
		UNIT_TEST(test_answer),
		UNIT_TEST(test_answer_refused),
		UNIT_TEST(test_ask),
		UNIT_TEST(test_ask_nobody),
		UNIT_TEST(test_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
