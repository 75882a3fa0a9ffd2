/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "session.h"

/* An Atomic while it is carried out; its Statuses are put aside. */
struct atomic {
	struct session *s;
	const struct syncml_command *c;
	enum atomic_mode mode;
	const struct syncml_command *failed; /* NULL: none did */
};

static int
is_same_node(const struct syncml_command *a, const struct syncml_command *b)
{
	return a->items != NULL && b->items != NULL &&
	       a->items->target != NULL && b->items->target != NULL &&
	       strcasecmp(a->items->target, b->items->target) == 0;
}

/* Add, then Replace of one node cannot be undone. */
static int
is_added_before(
    const struct syncml_command *first, const struct syncml_command *c)
{
	const struct syncml_command *other;

	if (!syncml_is(c, "Replace"))
		return 0;
	for (other = first; other != c; other = other->next)
		if (syncml_is(other, "Add") && is_same_node(other, c))
			return 1;
	return 0;
}

/* What has no place in an Atomic fails. */
static int
child_refused(const struct atomic *t, const struct syncml_command *c)
{
	if (t->mode == ATOMIC_FAIL && c->next == NULL)
		return 500;
	if (c->cmd_id == NULL)
		return 400;
	if (syncml_is(c, "Atomic") || syncml_is(c, "Get"))
		return 500;
	if (is_added_before(t->c->children, c))
		return 500;
	return 0;
}

static int
worst_of(const struct syncml_command *statuses)
{
	int worst = 200, status;

	for (; statuses != NULL; statuses = statuses->next) {
		if (!syncml_is(statuses, "Status"))
			continue;
		status = (int)strtol(statuses->data, NULL, 10);
		if (status >= 300 || (worst < 300 && status > worst))
			worst = status;
	}
	return worst;
}

static int
child_run(const struct atomic *t, const struct syncml_command *c,
    struct syncml_command **out, const char *msg_ref)
{
	struct answer here = { t->s, out, msg_ref };
	int refused = child_refused(t, c);

	if (refused != 0)
		answer_status(&here, c->cmd_id, c->name, refused);
	else if (syncml_is(c, "Sequence"))
		answer_group(&here, c);
	else if (answer_verb(&here, c) == -1)
		answer_status(&here, c->cmd_id, c->name, 400);
	return worst_of(*out);
}

/* The children of one that failed for another one's sake. */
static void
innocent_status(struct answer *a, const struct syncml_command *c, int status)
{
	const struct syncml_command *child;

	answer_status(a, c->cmd_id, c->name, status);
	for (child = c->children; child != NULL; child = child->next)
		innocent_status(a, child, status);
}

/* Of several items some may have been fine. */
static void
successes_undo(struct syncml_command *statuses, int status)
{
	for (; statuses != NULL; statuses = statuses->next)
		if (syncml_is(statuses, "Status") && *statuses->data == '2') {
			free(statuses->data);
			statuses->data = xprintf("%d", status);
		}
}

/* All of them again, with what came of them after the failure. */
static void
rolled_back(
    const struct atomic *t, struct answer *a, struct syncml_command *guilty)
{
	int before = t->mode == ATOMIC_STUCK ? 516 : 216;
	int after = t->mode == ATOMIC_NOT_EXECUTED ? 215 : 216;
	struct syncml_command **tail;
	const struct syncml_command *c;
	int seen = 0;

	for (c = t->c->children; c != NULL; c = c->next) {
		if (c != t->failed) {
			innocent_status(a, c, seen ? after : before);
			continue;
		}
		seen = 1;
		successes_undo(guilty, before);
		for (tail = a->out; *tail != NULL; tail = &(*tail)->next)
			;
		*tail = guilty;
	}
}

static void
atomic_end(const struct atomic *t, struct answer *a, struct csp *copy,
    struct syncml_command *good, struct syncml_command *guilty)
{
	struct syncml_command **tail;
	int status = 200;

	if (t->mode == ATOMIC_TOO_LARGE)
		status = 517;
	else if (t->failed != NULL)
		status = 507;
	answer_status(a, t->c->cmd_id, t->c->name, status);
	report_detail(&t->s->d->r, "Atomic: %d", status);
	if (status == 200) {
		for (tail = a->out; *tail != NULL; tail = &(*tail)->next)
			;
		*tail = good;
		csp_close(copy);
		return;
	}
	rolled_back(t, a, guilty);
	syncml_list_free(good);
	if (t->mode == ATOMIC_STUCK)
		csp_close(copy);
	else
		csp_restore(t->s->tree, copy);
}

/* Alerts about what is being done are for what stays done. */
static void
atomic_run(struct answer *a, const struct syncml_command *c)
{
	struct atomic t = { a->s, c, a->s->d->o->plan.atomic, NULL };
	struct csp *copy = csp_copy(a->s->tree);
	struct syncml_command *good = NULL, *one, **tail = &good;
	const struct syncml_command *child;

	for (child = c->children; child != NULL; child = child->next) {
		one = NULL;
		if (child_run(&t, child, &one, a->msg_ref) >= 300) {
			t.failed = child;
			atomic_end(&t, a, copy, good, one);
			return;
		}
		*tail = one;
		while (*tail != NULL)
			tail = &(*tail)->next;
	}
	atomic_end(&t, a, copy, good, NULL);
}

/* In order, each one for itself. */
static void
sequence_run(struct answer *a, const struct syncml_command *c)
{
	const struct syncml_command *child;

	answer_status(a, c->cmd_id, c->name, 200);
	for (child = c->children; child != NULL; child = child->next)
		answer_command(a, child);
}

/* An Atomic inside of one inside of another, for which only 500 is left. */
void
answer_group(struct answer *a, const struct syncml_command *c)
{
	if (syncml_is(c, "Atomic"))
		atomic_run(a, c);
	else
		sequence_run(a, c);
}
