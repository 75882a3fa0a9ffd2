/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_SYNCML_H
#define DEVICE_SYNCML_H

#include "dom.h"
#include "util.h"

#define NS_SYNCML "SYNCML:SYNCML1.2"
#define NS_SYNCML_OLD "SYNCML:SYNCML1.1"
#define NS_METINF "syncml:metinf"
#define NS_MSFT "http://schemas.microsoft.com/MobileDevice/MDM"

/* Strings are owned and NULL when the element is not there. */
struct syncml_item {
	struct syncml_item *next;
	char *target;
	char *source;
	char *format;
	char *type;
	char *mark;
	char *size;
	char *data;
	int more_data;
};

/* Cred has data, Chal has a nonce. */
struct syncml_proof {
	char *format;
	char *type;
	char *nonce;
	char *data;
};

/*
 * A command, a Status or Results: each uses the members that it has. Atomic
 * and Sequence have children.
 */
struct syncml_command {
	struct syncml_command *next;
	char *name;
	char *cmd_id;
	char *msg_ref;
	char *cmd_ref;
	char *cmd;
	char *target_ref;
	char *source_ref;
	char *data;
	char *original_error;
	struct syncml_proof *chal;
	struct syncml_item *items;
	struct syncml_command *children;
	/* not written: the Status that is due for it, 0 for the usual one */
	int due;
	int begun; /* the first chunk of its object was sent */
};

struct syncml_message {
	char *session_id;
	char *msg_id;
	char *target;
	char *source;
	char *source_name;
	char *resp_uri;
	struct syncml_proof *cred;
	char *max_msg_size;
	char *max_obj_size;
	struct syncml_command *commands;
	int final;
};

/* Both append to what is there; the members are for the caller to fill. */
struct syncml_command *syncml_command_add(
    struct syncml_message *, const char *name);
struct syncml_item *syncml_item_add(struct syncml_command *);
/* The same in a list of their own. */
struct syncml_command *syncml_list_add(
    struct syncml_command **, const char *name);
void syncml_list_free(struct syncml_command *);
struct syncml_proof *syncml_proof_new(
    const char *format, const char *type, const char *nonce, const char *data);
struct syncml_command *syncml_command_copy(const struct syncml_command *);
void syncml_free(struct syncml_message *);

int syncml_is(const struct syncml_command *, const char *name);
/* Neither Status nor Results: something to be answered. */
int syncml_is_command(const struct syncml_command *);
/* Atomic or Sequence. */
int syncml_is_group(const struct syncml_command *);

/* syncml_xml.c: the XML form */

/* Ways to write a message that a server must put up with. */
enum syncml_shape {
	SHAPE_OLD_NAMESPACE = 1 << 0,
	SHAPE_BARE_META = 1 << 1,    /* Meta's children without xmlns */
	SHAPE_TYPE_OUTSIDE = 1 << 2, /* Type beside Meta */
	SHAPE_REVERSED = 1 << 3,     /* a command's elements, last one first */
	SHAPE_DECLARATION = 1 << 4,  /* of XML */
	SHAPE_SPACE = 1 << 5,	     /* before everything else */
	SHAPE_BOM = 1 << 6,
	SHAPE_UTF16 = 1 << 7,
	SHAPE_NO_TYPE = 1 << 8, /* no Content-Type; not of the text */
	SHAPE_UUID = 1 << 9,	/* CmdIDs; these three not of the text */
	SHAPE_GAPS = 1 << 10,
	SHAPE_NO_CMD_ID = 1 << 11, /* of the first alert */
	SHAPE_MSFT = 1 << 12,	   /* declare Microsoft's namespace */
};

/* As the captured client lays it out, without white space. */
void syncml_write(struct buf *, const struct syncml_message *, unsigned shape);
/* What concerns the text as a whole: white space, BOM, UTF-16. */
void syncml_dress(struct buf *, unsigned shape);
/* syncml_read.c: takes what is there; judging is somebody else's task. */
void syncml_read(const struct node *, struct syncml_message *);

#endif
