/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>
#include <sys/wait.h>

#include <stdio.h>
#include <unistd.h>

#include "../../common/stats.h"
#include "unit.h"

static char folder[] = "/tmp/fenestra-stats-XXXXXX";

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = { "one.1", "two.1", "many.1" };
	char path[100];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

static const struct stats_request slow = { .endpoint = STATS_MANAGEMENT,
	.outcome = STATS_FAILED,
	.us = 2600,
	.in = 10,
	.out = 20 };

/* A worker in a process of its own that counts and dies as it is told. */
static void
worker(int requests)
{
	char why[STATS_WHY_LEN];
	pid_t pid = fork();
	int status;

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		struct stats *s = stats_open(folder, "one", why);

		for (int i = 0; s != NULL && i < requests; i++)
			stats_count(s, &slow);
		_exit(s == NULL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* What a worker counted stays when it ends; the next one counts on. */
static void
test_restarts(void **state)
{
	struct stats_sum sum;

	(void)state;
	stats_read(folder, "one", &sum);
	assert_int_equal(sum.rows[STATS_MANAGEMENT].outcomes[STATS_FAILED], 0);
	worker(3);
	worker(4);
	stats_read(folder, "one", &sum);
	assert_int_equal(sum.workers, 0);
	assert_int_equal(sum.rows[STATS_MANAGEMENT].outcomes[STATS_FAILED], 7);
	assert_int_equal(sum.rows[STATS_MANAGEMENT].buckets[2], 7);
	assert_int_equal(sum.rows[STATS_MANAGEMENT].us, 7 * 2600);
	assert_int_equal(sum.rows[STATS_MANAGEMENT].in, 70);
	assert_int_equal(sum.rows[STATS_MANAGEMENT].out, 140);
	assert_int_equal(sum.rows[STATS_DISCOVERY].outcomes[STATS_FAILED], 0);
}

static const struct {
	unsigned long us;
	size_t bucket;
} times[] = { { 0, 0 }, { 1000, 0 }, { 1001, 1 }, { 2500, 1 }, { 30000000, 13 },
	{ 30000001, 14 }, { 4000000000UL, 14 } };

static void
test_buckets(void **state)
{
	struct stats_request r = { .endpoint = STATS_OTHER };
	struct stats_sum before, after;
	char why[STATS_WHY_LEN];
	struct stats *s = stats_open(folder, "two", why);

	(void)state;
	assert_non_null(s);
	for (size_t i = 0; i < COUNT(times); i++) {
		stats_read(folder, "two", &before);
		r.us = times[i].us;
		stats_count(s, &r);
		stats_read(folder, "two", &after);
		for (size_t k = 0; k <= STATS_BUCKETS; k++)
			unit_same_int("bucket",
			    (long long)(after.rows[STATS_OTHER].buckets[k] -
					before.rows[STATS_OTHER].buckets[k]),
			    k == times[i].bucket);
	}
	stats_count_error(s, STATS_DATABASE_AWAY);
	stats_read(folder, "two", &after);
	assert_int_equal(after.errors[STATS_DATABASE_AWAY], 1);
	assert_int_equal(after.errors[STATS_DATABASE_ERROR], 0);
	assert_int_equal(after.workers, 1);
	stats_close(s);
	unit_done();
}

/* Every worker has a place of its own, as long as there are any. */
static void
test_places(void **state)
{
	struct stats *all[200];
	struct stats_sum sum;
	char why[STATS_WHY_LEN] = "";
	size_t n = 0;

	(void)state;
	while (n < COUNT(all) &&
	       (all[n] = stats_open(folder, "many", why)) != NULL)
		stats_count(all[n++], &slow);
	assert_int_equal(n, 128);
	assert_non_null(strstr(why, "many.1: "));
	stats_read(folder, "many", &sum);
	assert_int_equal(sum.workers, 128);
	assert_int_equal(
	    sum.rows[STATS_MANAGEMENT].outcomes[STATS_FAILED], 128);
	stats_close(all[5]);
	all[5] = stats_open(folder, "many", why);
	assert_non_null(all[5]);
	stats_count(all[5], &slow);
	stats_read(folder, "many", &sum);
	assert_int_equal(
	    sum.rows[STATS_MANAGEMENT].outcomes[STATS_FAILED], 129);
	while (n > 0)
		stats_close(all[--n]);
}

/* Without a file nothing is counted, and nothing breaks. */
static void
test_none(void **state)
{
	struct stats_sum sum;
	char why[STATS_WHY_LEN] = "";

	(void)state;
	assert_null(stats_open("/nonexistent", "one", why));
	assert_non_null(strstr(why, "/nonexistent/one.1: No such file"));
	stats_count(NULL, &slow);
	stats_count_error(NULL, STATS_DATABASE_ERROR);
	stats_close(NULL);
	stats_read("/nonexistent", "one", &sum);
	assert_int_equal(sum.workers, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_restarts),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
