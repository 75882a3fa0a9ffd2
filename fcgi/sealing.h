/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SEALING_H
#define FENESTRA_SEALING_H

struct program;

/* What fenestra-management does instead of serving; the exit status. */

/* -s NAME [DEVICE]: seal the standard input for admin.secret_set(). */
int sealing_seal(int argc, char **argv);

/* -r: seal what is clear or of an older key, and say how much there was. */
int sealing_reseal(const struct program *);

#endif
