/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "session.h"

#define RULE "object"
#define NOT_SAID (-1)

static void
object_drop(struct incoming *o)
{
	free(o->uri);
	o->uri = NULL;
	buf_free(&o->data);
}

static void
object_begin(struct session *s, const struct syncml_item *i)
{
	struct incoming *o = &s->object;
	const struct plan *p = &s->d->o->plan;

	if (!p->large_objects)
		report_fail(&s->d->r, RULE,
		    "a chunk came, but we take no large objects");
	o->uri = xstrdup(i->target == NULL ? "" : i->target);
	buf_reset(&o->data);
	buf_add(&o->data, "", 0);
	if (i->size == NULL ||
	    str_number(i->size, 0, 1L << 40, &o->size) == -1) {
		report_fail(&s->d->r, RULE, "the first chunk of %s has no Size",
		    o->uri);
		o->size = NOT_SAID;
	} else if (p->max_object > 0 && o->size > p->max_object) {
		report_fail(&s->d->r, RULE,
		    "%s has %ld bytes, we take only %ld", o->uri, o->size,
		    p->max_object);
	}
}

static void
chunk_judge(struct session *s, const struct syncml_item *i)
{
	if (i->target == NULL || strcmp(i->target, s->object.uri) != 0)
		report_fail(&s->d->r, RULE, "%s came amidst the chunks of %s",
		    i->target == NULL ? "something" : i->target, s->object.uri);
	if (i->size != NULL)
		report_fail(&s->d->r, RULE,
		    "Size stands in another than the first "
		    "chunk");
}

int
object_take(struct session *s, const struct syncml_item *i)
{
	struct incoming *o = &s->object;
	const char *data = i->data == NULL ? "" : i->data;
	size_t size;

	if (o->uri == NULL)
		object_begin(s, i);
	else
		chunk_judge(s, i);
	buf_puts(&o->data, data);
	size = (size_t)o->size;
	if (o->size == NOT_SAID) {
		object_drop(o);
		return 411;
	}
	if (i->more_data && o->data.len < size)
		return 213;
	if (!i->more_data && o->data.len == size)
		return 0;
	report_fail(&s->d->r, RULE, "%s has %s than the %zu bytes it was to",
	    o->uri, o->data.len < size ? "less" : "more", size);
	object_drop(o);
	return 424;
}

void
object_interrupted(struct session *s, struct syncml_command **out)
{
	struct syncml_command *c = syncml_list_add(out, "Alert");

	report_fail(&s->d->r, RULE, "%s was never finished", s->object.uri);
	c->data = xstrdup("1225");
	syncml_item_add(c)->source = xstrdup(s->object.uri);
	object_drop(&s->object);
}

static int
has_alert(const struct syncml_message *m, const char *code)
{
	const struct syncml_command *c;

	for (c = m->commands; c != NULL; c = c->next)
		if (syncml_is(c, "Alert") && c->data != NULL &&
		    strcmp(c->data, code) == 0)
			return 1;
	return 0;
}

/* Whether the server noticed what we did to an object of ours. */
void
object_judge(const struct session *s, const struct syncml_message *got)
{
	if (s->expect_1225 && !has_alert(got, "1225"))
		report_fail(&s->d->r, RULE,
		    "our object was broken off, and no Alert 1225 came");
	if (!s->is_broken_off && has_alert(got, "1225"))
		report_fail(&s->d->r, RULE,
		    "Alert 1225 came, but our object was not broken off");
}
