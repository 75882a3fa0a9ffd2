/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_STATE_H
#define DEVICE_STATE_H

/*
 * What a device keeps between runs: a directory with the file "state", one
 * "name value" a line, and key.pem, cert.pem, root.pem and tree beside it.
 */
struct state;

/* Opens the directory; NULL with errno when it is not there. */
struct state *state_open(const char *dir);
/* Makes it if need be, and gives a new device its identity. */
struct state *state_create(const char *dir);
void state_close(struct state *);
/* Writes what was set; ends the program if that fails. */
void state_save(const struct state *);

/* The value or NULL. */
const char *state_get(const struct state *, const char *name);
/* The value; ends the program, naming what is missing. */
const char *state_need(const struct state *, const char *name);
long state_number(const struct state *, const char *name, long otherwise);
/* NULL removes the value. */
void state_set(struct state *, const char *name, const char *value);
void state_set_number(struct state *, const char *name, long value);
/* The path of a file in the directory; to be freed. */
char *state_path(const struct state *, const char *file);

#endif
