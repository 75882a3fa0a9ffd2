/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/json.h"
#include "../common/log.h"
#include "delivery.h"
#include "expand.h"
#include "program.h"
#include "secret.h"

#define TRIES 8 /* of one answer; what is left is for the next session */

/* What management.deliver() returns, in the order of the statement. */
enum {
	CMD_ID,
	PARENT,
	VERB,
	URI,
	FORMAT,
	TYPE,
	DATA,
	MORE,
	SIZE,
	EXPANSION, /* {"seq": ..., "values": {NAME: value}}; NULL: no variable */
};

/* The values of one command. */
struct values {
	struct worker *worker;
	struct request *request;
	const struct json *named;
};

/* Commands that cannot be given, and why. */
struct failures {
	const char **seqs;
	const char **reasons;
	size_t count;
};

static struct session_command *
commands(struct request *r, const struct exchange *x, size_t count)
{
	struct session_command *list;
	const struct db_work *work = x->delivered;
	int n = x->deliver;

	list = arena_alloc(r->arena, (count + 1) * sizeof(*list));
	for (int i = 0; list != NULL && i < (int)count; i++)
		list[i] = (struct session_command){
			.cmd_id = db_value(work, n, i, CMD_ID),
			.parent = db_value(work, n, i, PARENT),
			.verb = db_value(work, n, i, VERB),
			.item = {
			    .target = db_value(work, n, i, URI),
			    .format = db_value(work, n, i, FORMAT),
			    .type = db_value(work, n, i, TYPE),
			    .data = db_value(work, n, i, DATA),
			    .more = db_value_bool(work, n, i, MORE),
			    .size = db_value(work, n, i, SIZE),
			},
		};
	return list;
}

/* A secret: {"device": whose, "sealed": ...}; its name is what it is for. */
static const char *
open_value(const struct values *v, const char *name, const struct json *kept,
    const char **why)
{
	const struct seal_place place = { name, json_string(kept, "device") };
	const char *sealed = json_string(kept, "sealed");

	v->request->has_secret = 1;
	if (place.device == NULL || sealed == NULL) {
		*why = "not a sealed value";
		return NULL;
	}
	return secret_open(v->worker, v->request, RESEAL, &place, sealed, why);
}

static const char *
value(void *context, const char *name, const char **why)
{
	const struct values *v = context;
	const struct json *found = json_get(v->named, name);

	if (found != NULL && found->type == JSON_STRING)
		return found->text;
	if (found != NULL && found->type == JSON_OBJECT)
		return open_value(v, name, found, why);
	*why = "there is no value for it";
	return NULL;
}

static void
fail(struct request *r, struct failures *f, const char *seq, const char *why)
{
	r->note = why;
	f->seqs[f->count] = seq;
	f->reasons[f->count++] = why;
}

/* One Item; which of its command failed first is the reason of all of it. */
static void
expand_item(struct worker *w, struct request *r, struct session_command *c,
    const char *expansion, struct failures *f)
{
	const struct json *given =
	    json_read(r->arena, expansion, strlen(expansion));
	const char *seq = json_string(given, "seq"), *why = NULL;
	struct values values = { w, r, json_get(given, "values") };
	const struct expand_source source = { value, &values };

	CHECK(given == NULL || seq != NULL);
	if (given == NULL || c->item.data == NULL ||
	    (f->count > 0 && strcmp(f->seqs[f->count - 1], seq) == 0))
		return;
	c->item.data =
	    expand(r->arena, c->item.data, c->item.format, &source, &why);
	if (why != NULL)
		fail(r, f, seq, why);
}

static int
expand_all(struct worker *w, struct request *r, struct exchange *x,
    struct session_reply *reply, struct failures *f)
{
	size_t n = reply->ncommands = (size_t)db_rows(x->delivered, x->deliver);
	struct session_command *list = commands(r, x, n);
	const char *expansion;

	*f = (struct failures){ NULL, NULL, 0 };
	reply->commands = list;
	for (size_t i = 0; list != NULL && i < n; i++) {
		expansion =
		    db_value(x->delivered, x->deliver, (int)i, EXPANSION);
		if (expansion == NULL)
			continue;
		if (f->seqs == NULL) {
			f->seqs = arena_alloc(r->arena, n * sizeof(char *));
			f->reasons = arena_alloc(r->arena, n * sizeof(char *));
		}
		if (f->seqs == NULL || f->reasons == NULL)
			break;
		expand_item(w, r, &list[i], expansion, f);
	}
	if (arena_failed(r->arena))
		return fault_set(&r->fault, 500, NULL, "answer too large");
	return 0;
}

/* They have failed: nothing of them is sent, and the queue goes on. */
static int
give_up(struct worker *w, struct request *r, struct exchange *x,
    const struct session_reply *reply, const struct failures *f)
{
	struct db_error e;

	x->delivered = db_work(w->db, r->arena);
	db_call(x->delivered, UNDELIVERABLE);
	db_text(x->delivered, x->who.device);
	db_text(x->delivered, x->message.session_id);
	db_int(x->delivered, reply->msg_id);
	db_array(x->delivered, f->seqs, f->count);
	db_array(x->delivered, f->reasons, f->count);
	x->deliver = db_call(x->delivered, DELIVER);
	db_text(x->delivered, x->who.device);
	db_int(x->delivered, session_first_cmd_id(&x->session));
	return db_run(x->delivered, &e) == -1 ? request_db_fault(w, r, &e) : 0;
}

int
delivery_take(struct worker *w, struct request *r, struct exchange *x,
    struct session_reply *reply)
{
	struct failures f;

	for (int i = 0; i < TRIES; i++) {
		if (expand_all(w, r, x, reply, &f) == -1)
			return -1;
		if (f.count == 0)
			return 0;
		if (give_up(w, r, x, reply, &f) == -1)
			return -1;
	}
	/* Each try ended commands, and there are more: they wait. */
	r->response->retry_after = RETRY_AFTER;
	return fault_set(
	    &r->fault, 503, NULL, "too many commands that cannot be given");
}
