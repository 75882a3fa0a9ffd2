/* SPDX-License-Identifier: ISC */
#include "stop.h"
#include "check.h"

static volatile sig_atomic_t stopping;

static void
on_stop(int sig)
{
	(void)sig;
	stopping = 1;
}

void
stop_prepare(sigset_t *waiting)
{
	static const int stops[] = { SIGTERM, SIGINT, SIGUSR1 };
	struct sigaction sa = { .sa_handler = on_stop };
	sigset_t block;

	sigemptyset(&block);
	for (size_t i = 0; i < COUNT(stops); i++) {
		sigaction(stops[i], &sa, NULL);
		sigaddset(&block, stops[i]);
	}
	sigprocmask(SIG_BLOCK, &block, waiting);
	for (size_t i = 0; i < COUNT(stops); i++)
		sigdelset(waiting, stops[i]);
	signal(SIGPIPE, SIG_IGN);
}

int
stop_asked(void)
{
	return stopping;
}
