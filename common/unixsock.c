/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "unixsock.h"

#define BACKLOG 1024
#define PROBE_MS 1000

long long
unixsock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int
address(struct sockaddr_un *a, const char *path)
{
	size_t len = strlen(path);

	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	if (len == 0 || len >= sizeof(a->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(a->sun_path, path, len);
	return 0;
}

static int
fresh(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static int
fail(int fd)
{
	int e = errno;

	close(fd);
	errno = e;
	return -1;
}

/* Wait until the deadline; 0 if it can go on. */
static int
await(int fd, short events, long long deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	long long left;
	int rc;

	do {
		left = deadline - unixsock_now();
		rc = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (rc == -1 && errno == EINTR);
	if (rc == 0)
		errno = ETIMEDOUT;
	return rc == 1 ? 0 : -1;
}

/* The backlog of a Unix socket being full is EAGAIN, and polling is no use. */
int
unixsock_connect(const char *path, long long deadline)
{
	static const struct timespec pause = { .tv_nsec = 5000000 };
	struct sockaddr_un a;
	int fd;

	if (address(&a, path) == -1 || (fd = fresh()) == -1)
		return -1;
	while (connect(fd, (struct sockaddr *)&a, sizeof(a)) == -1) {
		if (errno != EAGAIN && errno != EINTR)
			return fail(fd);
		if (unixsock_now() >= deadline) {
			errno = ETIMEDOUT;
			return fail(fd);
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}

/* 0 if the path is free now. */
static int
clear(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(st.st_mode)) {
		errno = ENOTSOCK;
		return -1;
	}
	fd = unixsock_connect(path, unixsock_now() + PROBE_MS);
	if (fd == -1 && errno == ECONNREFUSED)
		return unlink(path);
	if (fd != -1)
		close(fd);
	errno = EADDRINUSE;
	return -1;
}

int
unixsock_listen(const char *path, mode_t mode, gid_t group)
{
	struct sockaddr_un a;
	mode_t mask;
	int fd, rc;

	if (address(&a, path) == -1 || clear(path) == -1 ||
	    (fd = fresh()) == -1)
		return -1;
	mask = umask(0777); /* nobody before the rights are set */
	rc = bind(fd, (struct sockaddr *)&a, sizeof(a));
	umask(mask);
	if (rc == -1)
		return fail(fd);
	if ((group != (gid_t)-1 && chown(path, (uid_t)-1, group) == -1) ||
	    chmod(path, mode) == -1 || listen(fd, BACKLOG) == -1)
		return fail(fd);
	return fd;
}

int
unixsock_is_listening(int fd)
{
	int listening = 0, domain = 0;
	socklen_t len = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
	       domain == AF_UNIX &&
	       getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) ==
		   0 &&
	       listening;
}

int
unixsock_accept(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || (!(flags & O_NONBLOCK) &&
			       fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1))
		return -1;
	return accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int
unixsock_peer(int fd, uid_t *uid, gid_t *gid)
{
	struct ucred c;
	socklen_t len = sizeof(c);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) == -1)
		return -1;
	*uid = c.uid;
	*gid = c.gid;
	return 0;
}

int
unixsock_read(int fd, void *data, size_t len, long long deadline)
{
	char *p = data;
	ssize_t n;

	while (len > 0) {
		if (await(fd, POLLIN, deadline) == -1)
			return -1;
		if ((n = read(fd, p, len)) > 0) {
			p += n;
			len -= (size_t)n;
		} else if (n == 0) {
			errno = EPIPE;
			return -1;
		} else if (errno != EINTR && errno != EAGAIN)
			return -1;
	}
	return 0;
}

int
unixsock_write(int fd, const void *data, size_t len, long long deadline)
{
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		if (await(fd, POLLOUT, deadline) == -1)
			return -1;
		n = send(fd, p, len, MSG_NOSIGNAL);
		if (n >= 0) {
			p += n;
			len -= (size_t)n;
		} else if (errno != EINTR && errno != EAGAIN)
			return -1;
	}
	return 0;
}
