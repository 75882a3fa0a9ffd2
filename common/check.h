/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_CHECK_H
#define FENESTRA_CHECK_H

#include <stdio.h>
#include <stdlib.h>

/*
 * A promise of our own code to itself.  If it is broken the process ends at
 * once: the transaction is rolled back, the front server answers, and the
 * supervisor starts another.  Never for anything that came from outside.
 */
#define CHECK(promise)                                                         \
	do {                                                                   \
		if (!(promise)) {                                              \
			fprintf(stderr,                                        \
			    "level=fatal reason=\"%s:%d: not true: %s\"\n",    \
			    __FILE__, __LINE__, #promise);                     \
			abort();                                               \
		}                                                              \
	} while (0)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
