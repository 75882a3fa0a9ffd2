/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_OPTIONS_H
#define DEVICE_OPTIONS_H

#include <stdio.h>

#include "load.h"

#define PASSWORD_VARIABLE "FENESTRA_DEVICE_PASSWORD"

/* Everything on the command line. */
struct invocation {
	struct options o;
	struct load load;
	const char *password_file;
	char *password;
};

/* What holds without any option. */
void options_defaults(struct invocation *);
/* 0, 1 when help is wanted, -1 when there is no such option. */
int options_take(struct invocation *, int argc, char **argv);
/* The first line of the file, or the variable. */
void password_take(struct invocation *);
void options_list(FILE *);

#endif
