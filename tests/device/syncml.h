/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_SYNCML_H
#define DEVICE_SYNCML_H

#include "dom.h"
#include "util.h"

#define NS_SYNCML "SYNCML:SYNCML1.2"
#define NS_METINF "syncml:metinf"

/* Strings are owned and NULL when the element is not there. */
struct syncml_item {
	struct syncml_item *next;
	char *target;
	char *source;
	char *format;
	char *type;
	char *mark;
	char *data;
};

/* A command, a Status or Results: each uses the members that it has. */
struct syncml_command {
	struct syncml_command *next;
	char *name;
	char *cmd_id;
	char *msg_ref;
	char *cmd_ref;
	char *cmd;
	char *target_ref;
	char *data;
	struct syncml_item *items;
};

struct syncml_message {
	char *session_id;
	char *msg_id;
	char *target;
	char *source;
	struct syncml_command *commands;
	int final;
};

/* Both append to what is there; the members are for the caller to fill. */
struct syncml_command *syncml_command_add(
    struct syncml_message *, const char *name);
struct syncml_item *syncml_item_add(struct syncml_command *);
void syncml_free(struct syncml_message *);

int syncml_is(const struct syncml_command *, const char *name);
/* Neither Status nor Results: something to be answered. */
int syncml_is_command(const struct syncml_command *);

/* syncml_xml.c: the XML form; another one would stand beside it */

/* As the captured client lays it out, without white space. */
void syncml_write(struct buf *, const struct syncml_message *);
/* Takes what is there; judging is somebody else's task. */
void syncml_read(const struct node *, struct syncml_message *);

#endif
