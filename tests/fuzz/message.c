/* SPDX-License-Identifier: ISC */
#include "message.h"

#include "fuzz.h"

#include "../../fcgi/session.h"

/* Of what our own reader takes. */
#define SOURCE_MAX 512
#define CMD_MAX 32

static int
has_long_names(const struct syncml_command *c)
{
	for (; c != NULL; c = c->next)
		if (strlen(c->name) > CMD_MAX)
			return 1;
	return 0;
}

static int
refers(const struct session_rows *r, size_t i)
{
	const char *msg = r->columns[STATUS_MSG_REF][i];
	const char *cmd = r->columns[STATUS_CMD_REF][i];

	return (strcmp(msg, "-1") == 0 && strcmp(cmd, "-1") == 0) ||
	       (syncml_number(msg) > 0 && syncml_number(cmd) >= 0);
}

/* Each row is whole: what a column of SQL must not lack is there. */
static void
check_rows(const struct session *s)
{
	const struct session_rows *r;

	for (size_t i = 0; i < s->devinfo.count; i++)
		CHECK(s->devinfo.columns[DEVINFO_URI][i] != NULL &&
		      s->devinfo.columns[DEVINFO_VALUE][i] != NULL);
	for (size_t i = 0; i < s->alerts.count; i++)
		CHECK(s->alerts.columns[ALERT_CMD_ID][i] != NULL &&
		      syncml_number(s->alerts.columns[ALERT_CODE][i]) >= 0);
	/* What refers to nothing of ours says -1. */
	r = &s->statuses;
	for (size_t i = 0; i < r->count; i++)
		CHECK(refers(r, i) &&
		      syncml_number(r->columns[STATUS_STATUS][i]) >= 100 &&
		      syncml_number(r->columns[STATUS_STATUS][i]) <= 599);
	r = &s->results;
	for (size_t i = 0; i < r->count; i++)
		CHECK(refers(r, i));
}

/* Our answer as our own reader understands it: CmdIDs rise from 1. */
static void
check_answer(struct arena *a, const struct session *s, const struct xw *w)
{
	const struct http_request r = { .body = w->out.data,
		.body_len = w->out.len };
	const struct syncml_message *m = s->message;
	const struct syncml_command *c;
	struct syncml_message back = { 0 };
	struct fault f = { 0 };
	int id = 0, statuses = 0;

	if (strlen(m->target) > SOURCE_MAX || has_long_names(m->commands))
		return;
	CHECK(syncml_read(a, &r, &back, &f) == 0);
	CHECK(strcmp(back.target, m->source) == 0);
	CHECK(strcmp(back.source, m->target) == 0);
	CHECK(strcmp(back.session_id, m->session_id) == 0);
	CHECK(back.msg_id == 7);
	CHECK(back.final == (m->final || s->aborted));
	for (c = back.commands; c != NULL; c = c->next) {
		CHECK(syncml_number(c->cmd_id) == ++id);
		if (strcmp(c->name, "Status") != 0)
			continue;
		CHECK(id == ++statuses);
		CHECK(strcmp(c->msg_ref, m->msg_id_text) == 0);
	}
	CHECK(statuses == s->nstatuses);
	CHECK(id == statuses + (session_is_final(s) ? 1 : !s->aborted));
}

static const char *
refused(struct arena *a, const struct fault *f)
{
	fuzz_fault(f, NULL);
	CHECK(f->status == 400 || f->status == 403 || f->status == 413);
	return arena_printf(a, "%d %s", f->status, f->reason);
}

static const char *
answer(struct arena *a, const struct session *s)
{
	const struct syncml_message *m = s->message;
	const struct session_command command = { .verb = "Replace",
		.cmd_id = arena_printf(a, "%d", s->nstatuses + 1),
		.item = {
		    .target = m->target, .format = "chr", .data = m->source } };
	struct xw w;

	xw_init(&w, a);
	session_answer(&w, s,
	    &(const struct session_reply){ .msg_id = 7,
		.status = 200,
		.commands = &command,
		.ncommands = session_is_final(s) ? 1 : 0 });
	fuzz_readable(&w);
	check_answer(a, s, &w);
	return w.out.data;
}

const char *
message_take(struct arena *a, const struct http_request *r)
{
	struct syncml_message m = { 0 };
	struct fault f = { 0 };
	struct session s;

	if (syncml_read(a, r, &m, &f) == -1 ||
	    session_take(a, &m, &s, &f) == -1)
		return refused(a, &f);
	CHECK(m.msg_id > 0 && m.session_id != NULL);
	CHECK(m.source != NULL && m.target != NULL);
	CHECK(s.anomalies >= 0 && s.nstatuses >= 1);
	check_rows(&s);
	return answer(a, &s);
}
