/* SPDX-License-Identifier: ISC */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "stats.h"

/* It changes with the layout: workers of two versions share no file. */
#define SUFFIX ".1"
#define PLACES 128

const unsigned stats_bucket[STATS_BUCKETS] = { 1000, 2500, 5000, 10000, 25000,
	50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000,
	30000000 };

/* One worker's counters; a worker writes to its own alone. */
struct place {
	struct stats_row rows[STATS_ENDPOINTS];
	uint64_t errors[STATS_ERRORS];
};

#define FILE_LEN (sizeof(struct place) * PLACES)

struct stats {
	int fd; /* its lock on the place ends with the process */
	struct place *all;
	struct place *mine;
};

static struct stats *
refuse(char why[STATS_WHY_LEN], const char *path)
{
	snprintf(why, STATS_WHY_LEN, "%.120s: %.60s", path, strerror(errno));
	return NULL;
}

/* An open file has the lock, so a process is not in its own way. */
static int
take_place(int fd)
{
	for (int i = 0; i < PLACES; i++) {
		struct flock lock = { .l_type = F_WRLCK,
			.l_whence = SEEK_SET,
			.l_start = i,
			.l_len = 1 };

		if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
			return i;
		if (errno != EAGAIN && errno != EACCES)
			return -1;
	}
	errno = EUSERS;
	return -1;
}

static int
file_name(char path[PATH_MAX], const char *folder, const char *program)
{
	int n = snprintf(path, PATH_MAX, "%s/%s" SUFFIX, folder, program);

	if (n < 0 || n >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

struct stats *
stats_open(const char *folder, const char *program, char why[STATS_WHY_LEN])
{
	char path[PATH_MAX];
	struct stats s = { .fd = -1 }, *out;
	void *map;
	int place;

	if (file_name(path, folder, program) == -1)
		return refuse(why, folder);
	s.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (s.fd == -1)
		return refuse(why, path);
	if (ftruncate(s.fd, FILE_LEN) == -1 ||
	    (place = take_place(s.fd)) == -1 ||
	    (out = malloc(sizeof(*out))) == NULL) {
		refuse(why, path);
		close(s.fd);
		return NULL;
	}
	map = mmap(NULL, FILE_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, s.fd, 0);
	if (map == MAP_FAILED) {
		refuse(why, path);
		close(s.fd);
		free(out);
		return NULL;
	}
	s.all = map;
	s.mine = &s.all[place];
	*out = s;
	return out;
}

void
stats_close(struct stats *s)
{
	if (s == NULL)
		return;
	munmap(s->all, FILE_LEN);
	close(s->fd);
	free(s);
}

/* In one step, for a reader in another process. */
static void
add(uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(
	    (_Atomic uint64_t *)counter, n, memory_order_relaxed);
}

void
stats_count(struct stats *s, const struct stats_request *r)
{
	struct stats_row *row;
	size_t i = 0;

	if (s == NULL)
		return;
	CHECK(r->endpoint < STATS_ENDPOINTS && r->outcome < STATS_OUTCOMES);
	row = &s->mine->rows[r->endpoint];
	while (i < STATS_BUCKETS && r->us > stats_bucket[i])
		i++;
	add(&row->outcomes[r->outcome], 1);
	add(&row->buckets[i], 1);
	add(&row->us, r->us);
	add(&row->in, r->in);
	add(&row->out, r->out);
}

void
stats_count_error(struct stats *s, enum stats_error e)
{
	CHECK(e < STATS_ERRORS);
	if (s != NULL)
		add(&s->mine->errors[e], 1);
}

/* Counters are all there is, in the same order in a place and in a sum. */
static void
add_place(struct stats_sum *sum, const struct place *p)
{
	const uint64_t *from = (const uint64_t *)p;
	uint64_t *to = (uint64_t *)sum;

	_Static_assert(offsetof(struct stats_sum, workers) == sizeof(*p),
	    "a sum begins like a place");
	for (size_t i = 0; i < sizeof(*p) / sizeof(*from); i++)
		to[i] += from[i];
}

void
stats_read(const char *folder, const char *program, struct stats_sum *sum)
{
	char path[PATH_MAX];
	struct place p;
	int fd;

	memset(sum, 0, sizeof(*sum));
	if (file_name(path, folder, program) == -1 ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return;
	for (int i = 0; i < PLACES; i++) {
		/* To ask for a lock that readers may have, too. */
		struct flock lock = { .l_type = F_RDLCK,
			.l_whence = SEEK_SET,
			.l_start = i,
			.l_len = 1 };

		if (pread(fd, &p, sizeof(p), (off_t)sizeof(p) * i) !=
		    (ssize_t)sizeof(p))
			break;
		add_place(sum, &p);
		if (fcntl(fd, F_OFD_GETLK, &lock) == 0 &&
		    lock.l_type != F_UNLCK)
			sum->workers++;
	}
	close(fd);
}
