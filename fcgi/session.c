/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "session.h"

#define LOGIN_STATUS "com.microsoft/MDM/LoginStatus"
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
			item->type != NULL ? item->type : c->type, item->format,
			item->mark,
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

static int
refers(const struct syncml_command *c)
{
	return syncml_number(c->msg_ref) > 0 && syncml_number(c->cmd_ref) >= 0;
}

static void
take_status(struct session *s, const struct syncml_command *c)
{
	const char *const row[] = { c->msg_ref, c->cmd_ref, c->data,
		c->original_error };
	long long status = syncml_number(c->data);

	if (!refers(c) || status < 100 || status > 599)
		s->anomalies++;
	else if (syncml_number(c->cmd_ref) != 0 && /* 0 is our header */
		 (c->cmd == NULL || strcmp(c->cmd, "Alert") != 0))
		add_row(&s->statuses, row, COUNT(row));
}

static void
take_results(struct session *s, const struct syncml_command *c)
{
	const struct syncml_item *item;

	if (!refers(c)) {
		s->anomalies++;
		return;
	}
	for (item = c->items; item != NULL; item = item->next) {
		const char *const row[] = { c->msg_ref, c->cmd_ref,
			item->source != NULL ? item->source : item->target,
			item->format != NULL ? item->format : c->format,
			item->type != NULL ? item->type : c->type, item->data };

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
	size_t n = 1;

	for (c = s->message->commands; c != NULL; c = c->next, n++)
		for (item = c->items; item != NULL; item = item->next)
			n++;
	for (size_t i = 0; i < COUNT(all); i++)
		for (size_t k = 0; k < COUNT(all[i]->columns); k++) {
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

void
session_answer(struct xw *w, const struct session *s, long long msg_id,
    const struct session_command *commands, size_t count)
{
	const struct syncml_message *m = s->message;
	const struct syncml_command *c;
	int n = 1, status;

	syncml_open(w, m, msg_id);
	syncml_status(w, n++, m->msg_id_text, "0", "SyncHdr", 200);
	for (c = m->commands; c != NULL; c = c->next)
		if ((status = status_for(c)) != 0)
			syncml_status(w, n++, m->msg_id_text,
			    c->cmd_id != NULL ? c->cmd_id : "", c->name,
			    status);
	if (!m->final && !s->aborted)
		syncml_next_message(w, n++);
	for (size_t i = 0; i < count; i++)
		syncml_command(
		    w, commands[i].cmd_id, commands[i].verb, &commands[i].item);
	syncml_close(w, m->final || s->aborted);
}
