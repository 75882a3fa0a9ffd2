/* SPDX-License-Identifier: ISC */
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
	r = &s->statuses;
	for (size_t i = 0; i < r->count; i++)
		CHECK(syncml_number(r->columns[STATUS_MSG_REF][i]) > 0 &&
		      syncml_number(r->columns[STATUS_CMD_REF][i]) > 0 &&
		      syncml_number(r->columns[STATUS_STATUS][i]) >= 100 &&
		      syncml_number(r->columns[STATUS_STATUS][i]) <= 599);
	r = &s->results;
	for (size_t i = 0; i < r->count; i++)
		CHECK(syncml_number(r->columns[RESULT_MSG_REF][i]) > 0 &&
		      syncml_number(r->columns[RESULT_CMD_REF][i]) >= 0);
}

/* Our answer as our own reader understands it: CmdIDs rise from 1. */
static void
check_answer(struct arena *a, const struct session *s, const struct xw *w)
{
	struct http_request r = { .body = w->out.data, .body_len = w->out.len };
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct http_request r = fuzz_request(data, size);
	struct session_command command = { .verb = "Replace" };
	struct syncml_message m = { 0 };
	struct fault f = { 0 };
	struct session s;
	struct xw w;

	if (syncml_read(a, &r, &m, &f) == -1 ||
	    session_take(a, &m, &s, &f) == -1) {
		fuzz_fault(&f, NULL);
		CHECK(f.status == 400 || f.status == 403 || f.status == 413);
		return 0;
	}
	CHECK(m.msg_id > 0 && m.session_id != NULL);
	CHECK(m.source != NULL && m.target != NULL);
	CHECK(s.anomalies >= 0 && s.nstatuses >= 1);
	check_rows(&s);
	command.cmd_id = arena_printf(a, "%d", s.nstatuses + 1);
	command.item = (struct syncml_item){
		.target = m.target, .format = "chr", .data = m.source
	};
	xw_init(&w, a);
	session_answer(&w, &s, 7, &command, session_is_final(&s) ? 1 : 0);
	fuzz_readable(&w);
	check_answer(a, &s, &w);
	return 0;
}
