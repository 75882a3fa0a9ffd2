/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "session.h"

#define LOGIN_STATUS "com.microsoft/MDM/LoginStatus"
#define UNENROLLMENT "com.microsoft:mdm.unenrollment.userrequest"
#define DEV_ID "./DevInfo/DevId"

typedef void take_fn(struct session *, const struct syncml_command *);

static take_fn take_alert, take_replace, take_status, take_results;

/*
 * Every command a device may send: the Status it gets, none where it is 0,
 * and what is done with it.  [OMA-DM Protocol] 8.3; [MS-MDM] 2.2.7.
 */
static const struct kind {
	const char *name;
	int status;
	take_fn *take;
} kinds[] = {
	{ "Status", 0, take_status },
	{ "Results", 0, take_results },
	{ "Alert", 200, take_alert },
	{ "Replace", 200, take_replace },
	{ "Add", 405, NULL },
	{ "Delete", 405, NULL },
	{ "Get", 405, NULL },
	{ "Exec", 405, NULL },
	{ "Copy", 406, NULL },
	{ "Atomic", 406, NULL },
	{ "Sequence", 406, NULL },
};

/* What is no command at all, [OMA-DM RepPro] 6.1. */
static const struct kind invalid = { "", 400, NULL };

static const struct kind *
kind_of(const struct syncml_command *c)
{
	for (const struct kind *k = kinds; k < kinds + COUNT(kinds); k++)
		if (!c->is_unknown && strcmp(k->name, c->name) == 0)
			return k;
	return &invalid;
}

/* A command without CmdID cannot be referred to: 400, and nothing is done. */
static int
status_for(const struct syncml_command *c)
{
	const struct kind *k = kind_of(c);

	if (k->status != 0 && (c->cmd_id == NULL || c->cmd_id[0] == '\0'))
		return 400;
	return k->status;
}

static void
add_row(struct session_rows *rows, const char *const *values, size_t columns)
{
	for (size_t i = 0; i < columns; i++)
		rows->columns[i][rows->count] = values[i];
	rows->count++;
}

/*
 * The Type, wherever it stands.  A critical 1226 with the number 1 and none is
 * what some clients send when their user disconnects them.
 */
static const char *
alert_type(const struct syncml_command *c, const struct syncml_item *item,
    long long code)
{
	if (item->type != NULL || c->type != NULL)
		return item->type != NULL ? item->type : c->type;
	if (code == 1226 && item->mark != NULL && item->data != NULL &&
	    strcmp(item->mark, "critical") == 0 && strcmp(item->data, "1") == 0)
		return UNENROLLMENT;
	return NULL;
}

/* Plain session alerts are kept by the session itself. */
static void
take_alert(struct session *s, const struct syncml_command *c)
{
	const struct syncml_item *item;
	long long code = syncml_number(c->data);

	if (code < 0 || code > 9999) {
		s->anomalies++;
		return;
	}
	if (code == 1223)
		s->aborted = 1;
	for (item = c->items; item != NULL; item = item->next) {
		const char *const row[] = { c->cmd_id, c->data,
			alert_type(c, item, code), item->format, item->mark,
			item->source != NULL ? item->source : item->target,
			item->data };

		if (code == 1224 && row[ALERT_TYPE] != NULL &&
		    strcmp(row[ALERT_TYPE], LOGIN_STATUS) == 0)
			s->login_status = item->data;
		else
			add_row(&s->alerts, row, COUNT(row));
	}
}

/* The device tells about itself, in package 1. */
static void
take_replace(struct session *s, const struct syncml_command *c)
{
	const struct syncml_item *item;

	for (item = c->items; item != NULL; item = item->next) {
		const char *const row[] = {
			item->source != NULL ? item->source : item->target,
			item->data != NULL ? item->data : "",
		};

		if (row[DEVINFO_URI] != NULL)
			add_row(&s->devinfo, row, COUNT(row));
		else
			s->anomalies++;
	}
}

/* What refers to no command of ours is an anomaly for the database to note. */
#define NOWHERE "-1"

static int
refers(const struct syncml_command *c)
{
	return syncml_number(c->msg_ref) > 0 && syncml_number(c->cmd_ref) >= 0;
}

/* Of our header it says whether the device wants to know who we are. */
static void
take_header_status(struct session *s, const struct syncml_command *c)
{
	s->header_status = c->data;
	if (c->chal.type != NULL)
		s->header_chal = &c->chal;
}

/* One Status may name the targets of several Items. */
static void
take_status(struct session *s, const struct syncml_command *c)
{
	const struct syncml_ref *ref = c->target_refs;
	long long status = syncml_number(c->data);

	if (status < 100 || status > 599) {
		s->anomalies++;
		return;
	}
	if (refers(c) && syncml_number(c->cmd_ref) == 0) {
		take_header_status(s, c);
		return;
	}
	if (c->cmd != NULL && strcmp(c->cmd, "Alert") == 0)
		return; /* an alert of ours is nothing to remember */
	do {
		const char *const row[] = { refers(c) ? c->msg_ref : NOWHERE,
			refers(c) ? c->cmd_ref : NOWHERE,
			ref != NULL ? ref->uri : NULL, c->data,
			c->original_error };

		add_row(&s->statuses, row, STATUS_COLUMNS);
		ref = ref != NULL ? ref->next : NULL;
	} while (ref != NULL);
}

static void
take_results(struct session *s, const struct syncml_command *c)
{
	const struct syncml_item *item;

	for (item = c->items; item != NULL; item = item->next) {
		const char *const row[] = { refers(c) ? c->msg_ref : NOWHERE,
			refers(c) ? c->cmd_ref : NOWHERE,
			item->source != NULL ? item->source : item->target,
			item->format != NULL ? item->format : c->format,
			item->type != NULL ? item->type : c->type, item->data,
			item->more ? "t" : "f",
			syncml_number_text(
			    item->size != NULL ? item->size : c->size),
			c->cmd_id };

		add_row(&s->results, row, COUNT(row));
	}
}

/* As many rows as there can be: one for each command and each item. */
static int
make_room(struct arena *a, struct session *s)
{
	struct session_rows *all[] = { &s->devinfo, &s->alerts, &s->statuses,
		&s->results };
	const struct syncml_command *c;
	const struct syncml_item *item;
	const struct syncml_ref *ref;
	size_t n = 1;

	for (c = s->message->commands; c != NULL; c = c->next, n++) {
		for (item = c->items; item != NULL; item = item->next)
			n++;
		for (ref = c->target_refs; ref != NULL; ref = ref->next)
			n++;
	}
	for (size_t i = 0; i < COUNT(all); i++)
		for (size_t k = 0; k < SESSION_COLUMNS; k++) {
			all[i]->columns[k] = arena_alloc(a, n * sizeof(char *));
			if (all[i]->columns[k] == NULL)
				return -1;
		}
	return 0;
}

/* The identity is the certificate's: nothing in a body may say another. */
static int
names_another_device(const struct session *s)
{
	for (size_t i = 0; i < s->devinfo.count; i++)
		if (strcasecmp(s->devinfo.columns[DEVINFO_URI][i], DEV_ID) ==
			0 &&
		    strcmp(s->devinfo.columns[DEVINFO_VALUE][i],
			s->message->source) != 0)
			return 1;
	return 0;
}

static int
is_login_status(const char *s)
{
	return strcmp(s, "user") == 0 || strcmp(s, "others") == 0 ||
	       strcmp(s, "none") == 0;
}

int
session_take(struct arena *a, const struct syncml_message *m, struct session *s,
    struct fault *f)
{
	const struct syncml_command *c;
	const struct kind *k;

	*s = (struct session){ .message = m, .nstatuses = 1 };
	if (make_room(a, s) == -1)
		return fault_set(f, 413, NULL, "message too large");
	for (c = m->commands; c != NULL; c = c->next) {
		k = kind_of(c);
		s->nstatuses += k->status != 0;
		if (k->take != NULL && status_for(c) != 400)
			k->take(s, c);
	}
	if (s->login_status != NULL && !is_login_status(s->login_status)) {
		s->login_status = NULL;
		s->anomalies++;
	}
	if (names_another_device(s))
		return fault_set(f, 403, NULL, "DevId is not the Source");
	return 0;
}

int
session_is_final(const struct session *s)
{
	return s->message->final && !s->aborted;
}

/* The device has more to say before it may be given anything. */
static int
is_continued(const struct session *s)
{
	return !s->message->final && !s->aborted;
}

int
session_first_cmd_id(const struct session *s)
{
	return s->nstatuses + (int)s->results.count + is_continued(s) + 1;
}

/* An answer in the making. */
struct writing {
	struct xw *w;
	const struct session *session;
	const struct session_reply *reply;
	int cmd_id; /* the last one used */
};

static void
write_status(struct writing *out, const struct syncml_command *c, int status)
{
	const struct syncml_status s = {
		.cmd_id = ++out->cmd_id,
		.msg_ref = out->session->message->msg_id_text,
		.cmd_ref = c->cmd_id != NULL ? c->cmd_id : "",
		.cmd = c->name,
		.status = status,
	};

	syncml_status(out->w, &s);
}

/* Only what is not 200: a chunk taken, or refused. */
static void
write_result_statuses(struct writing *out)
{
	const struct session_rows *rows = &out->session->results;
	const struct session_result_status *r = out->reply->result_statuses;

	for (size_t i = 0; i < out->reply->nresult_statuses; i++, r++) {
		size_t row = (size_t)(r->ordinal - 1);

		if (r->ordinal < 1 || row >= rows->count || r->status == 200)
			continue;
		const char *cmd_id = rows->columns[RESULT_CMD_ID][row];
		const struct syncml_status s = {
			.cmd_id = ++out->cmd_id,
			.msg_ref = out->session->message->msg_id_text,
			.cmd_ref = cmd_id != NULL ? cmd_id : "",
			.cmd = "Results",
			.source_ref = rows->columns[RESULT_URI][row],
			.status = r->status,
		};

		syncml_status(out->w, &s);
	}
}

static int
is_refused(const struct session_reply *r)
{
	return r->status == 401 || r->status == 407;
}

/* The header's first, then in the order of the commands. */
static void
write_statuses(struct writing *out)
{
	const struct syncml_message *m = out->session->message;
	const struct syncml_status header = {
		.cmd_id = ++out->cmd_id,
		.msg_ref = m->msg_id_text,
		.cmd_ref = "0",
		.cmd = "SyncHdr",
		.status = out->reply->status,
		.chal = out->reply->chal,
	};
	const struct syncml_command *c;
	int status;

	syncml_status(out->w, &header);
	for (c = m->commands; c != NULL; c = c->next)
		if ((status = status_for(c)) != 0)
			write_status(out, c,
			    is_refused(out->reply) ? header.status : status);
	if (!is_refused(out->reply))
		write_result_statuses(out);
}

/* It is asked for the rest of its package. */
static void
write_continue(struct writing *out)
{
	const struct session_reply *r = out->reply;

	if (!is_refused(r) && !r->ended && is_continued(out->session))
		syncml_alert(out->w, ++out->cmd_id, "1222", NULL);
}

/* One of ours, such as 1225 for an object that the device broke off. */
static int
is_alert(const struct session_command *c)
{
	return strcmp(c->verb, "Alert") == 0;
}

static int
is_group(const struct session_command *c)
{
	return strcmp(c->verb, "Atomic") == 0 ||
	       strcmp(c->verb, "Sequence") == 0;
}

/* Whether it is still to be closed when the next one comes. */
static int
is_open(const struct session_command *c)
{
	return c != NULL && !is_group(c) && !is_alert(c);
}

/* What is asked for, or taken away, needs no Meta. */
static void
write_item(struct writing *out, const struct session_command *c)
{
	struct syncml_item item = c->item;

	if (strcmp(c->verb, "Get") == 0 || strcmp(c->verb, "Delete") == 0)
		item.format = item.type = NULL;
	syncml_item(out->w, &item);
}

/* Rows in document order; one that says another parent ends its group. */
static void
write_commands(struct writing *out)
{
	const struct session_command *c = out->reply->commands, *last = NULL;
	const char *groups[XW_DEPTH_MAX] = { "0" };
	size_t depth = 0;

	for (size_t i = 0; i < out->reply->ncommands; i++, last = c++) {
		if (is_alert(c)) {
			CHECK(last == NULL || is_alert(last));
			syncml_alert(out->w, (int)syncml_number(c->cmd_id),
			    c->item.data, c->item.target);
			continue;
		}
		if (last != NULL && strcmp(last->cmd_id, c->cmd_id) == 0) {
			write_item(out, c);
			continue;
		}
		if (is_open(last))
			syncml_command_close(out->w);
		while (
		    depth > 0 && (c->parent == NULL ||
				     strcmp(groups[depth], c->parent) != 0)) {
			syncml_command_close(out->w);
			depth--;
		}
		syncml_command_open(out->w, c->verb, c->cmd_id);
		if (is_group(c)) {
			CHECK(depth + 8 < XW_DEPTH_MAX);
			groups[++depth] = c->cmd_id;
		} else
			write_item(out, c);
	}
	if (is_open(last))
		syncml_command_close(out->w);
	for (; depth > 0; depth--)
		syncml_command_close(out->w);
}

/* Our package ends unless the device's goes on, or an object of ours does. */
static int
is_final(const struct session *s, const struct session_reply *reply)
{
	for (size_t i = 0; i < reply->ncommands; i++)
		if (reply->commands[i].item.more)
			return 0;
	return !is_continued(s) || reply->ended || is_refused(reply);
}

void
session_answer(
    struct xw *w, const struct session *s, const struct session_reply *reply)
{
	struct writing out = { w, s, reply, 0 };

	syncml_open(w, s->message, reply->msg_id, reply->server_name,
	    reply->server_cred);
	write_statuses(&out);
	write_continue(&out);
	write_commands(&out);
	syncml_close(w, is_final(s, reply));
}
