/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_UNIXSOCK_H
#define FENESTRA_UNIXSOCK_H

#include <sys/types.h>

#include <stddef.h>

/*
 * Unix stream sockets between processes of this machine.  What fails returns
 * -1 with errno.  Reading and writing end at a deadline of CLOCK_MONOTONIC, in
 * milliseconds: no peer can hold the other one up.
 */
long long unixsock_now(void);

/*
 * A listening socket at a path, with these rights.  A socket that nobody
 * listens on any more is replaced; EADDRINUSE where somebody does.
 */
int unixsock_listen(const char *path, mode_t mode, gid_t group);
int unixsock_is_listening(int fd);
int unixsock_accept(int fd); /* never waits */
int unixsock_connect(const char *path, long long deadline);

/* Who is at the other end, by the kernel's word. */
int unixsock_peer(int fd, uid_t *, gid_t *);

/* All of it, or -1: ETIMEDOUT, or EPIPE if the peer has closed. */
int unixsock_read(int fd, void *, size_t, long long deadline);
int unixsock_write(int fd, const void *, size_t, long long deadline);

#endif
