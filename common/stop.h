/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_STOP_H
#define FENESTRA_STOP_H

#include <signal.h>

/*
 * How a process is asked to end: SIGTERM, SIGINT, and SIGUSR1 as some front
 * servers have it.  They stay blocked but where it waits, with the mask that
 * stop_prepare() gives, so that no work is cut in the middle.  SIGPIPE is
 * ignored.
 */
void stop_prepare(sigset_t *waiting);
int stop_asked(void);

#endif
