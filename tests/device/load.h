/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_LOAD_H
#define DEVICE_LOAD_H

#include "device.h"

enum load_phase {
	LOAD_KEYS = 1 << 0,
	LOAD_ENROLL = 1 << 1,
	LOAD_SESSIONS = 1 << 2,
};

struct load {
	const char *dir; /* DIR/000000 and so on are the devices */
	long devices;
	long sessions; /* of each device, on one connection */
	long concurrency;
	unsigned phases;
	int rounds; /* sessions begin when a line comes in */
};

/* "keys,enroll,sessions" or part of it; -1 when it is none. */
int load_phases_parse(const char *, unsigned *);
/* Prints counts and rates; 0 when nothing failed. */
int load_run(const struct load *, const struct options *);

/*
 * rounds.c: for each line of standard input every device holds its sessions,
 * on a connection that it keeps, and a line says how it went.
 */
int load_rounds(const struct load *, const struct options *);

#endif
