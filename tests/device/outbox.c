/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "session.h"

/* A chunk smaller than this is not worth a message. */
#define CHUNK_MINIMUM 64
#define WRONG_BY 7

static size_t
encoded_length(const struct session *s, const struct syncml_message *m)
{
	struct buf body = { 0 };
	size_t n;

	message_encode(s, m, &body);
	n = body.len;
	buf_free(&body);
	return n;
}

static struct syncml_command **
last_of(struct syncml_command **list)
{
	while (*list != NULL)
		list = &(*list)->next;
	return list;
}

/* Not inside of a character. */
static size_t
whole_characters(const char *text, size_t n)
{
	while (n > 0 && (text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static int
is_divisible(const struct syncml_command *c)
{
	return syncml_is(c, "Results") && c->items != NULL &&
	       c->items->next == NULL && c->items->data != NULL &&
	       strlen(c->items->data) > CHUNK_MINIMUM;
}

/* A Results with several items becomes two. */
static void
items_divide(struct syncml_command *c)
{
	struct syncml_item *first = c->items;
	struct syncml_command *next;

	c->items = NULL;
	next = syncml_command_copy(c);
	c->items = first;
	next->items = first->next;
	first->next = NULL;
	next->next = c->next;
	c->next = next;
}

static void
size_set(struct session *s, struct syncml_command *c)
{
	size_t size = strlen(c->items->data);

	if (bad_is_on(&s->d->o->bad, BAD_WRONG_SIZE)) {
		size += WRONG_BY;
		c->due = 424;
	}
	free(c->items->size);
	c->items->size = xprintf("%zu", size);
}

/* The first n bytes as a chunk of their own, before the rest. */
static struct syncml_command *
chunk_make(const struct syncml_command *c, size_t n)
{
	struct syncml_command *chunk = syncml_command_copy(c);

	n = whole_characters(c->items->data, n);
	free(chunk->items->data);
	chunk->items->data = xstrndup(c->items->data, n);
	chunk->items->more_data = 1;
	chunk->due = 213;
	return chunk;
}

static void
chunk_drop(struct syncml_command *c, size_t n)
{
	char *rest = xstrdup(c->items->data + n);

	free(c->items->data);
	c->items->data = rest;
	c->begun = 1;
	str_set(&c->items->size, NULL);
}

/* The longest chunk that fits behind what the message has already, or NULL. */
static struct syncml_command *
chunk_fit(struct session *s, struct syncml_message *m,
    const struct syncml_command *c, size_t limit)
{
	size_t n = strlen(c->items->data), length;
	struct syncml_command **tail = last_of(&m->commands), *chunk;

	if (n > limit)
		n = limit;
	while (n > CHUNK_MINIMUM) {
		chunk = chunk_make(c, n);
		*tail = chunk;
		length = encoded_length(s, m);
		*tail = NULL;
		if (length <= limit)
			return chunk;
		syncml_list_free(chunk);
		n = length - limit < n / 8 ? n - n / 8 : n - n / 4;
	}
	return NULL;
}

/* What becomes of an object after its first chunk, when told to spoil it. */
static void
object_spoil(struct session *s)
{
	const struct bad *bad = &s->d->o->bad;
	struct syncml_command **at = &s->rest, *c;

	while (*at != NULL && !(*at)->begun)
		at = &(*at)->next;
	c = *at;
	if (c == NULL || (!bad_is_on(bad, BAD_UNFINISHED_OBJECT) &&
			     !bad_is_on(bad, BAD_INTERRUPTED_OBJECT)))
		return;
	*at = c->next;
	c->next = NULL;
	syncml_list_free(c);
	s->is_broken_off = 1;
	if (bad_is(bad, BAD_UNFINISHED_OBJECT))
		return;
	bad_is(bad, BAD_INTERRUPTED_OBJECT);
	alert_typed_add(
	    &s->rest, "1224", "com.example/Nobody/Knows", "between");
	s->expect_1225 = 1;
}

/* 1 when a chunk of it went into the message. */
static int
chunk_put(struct session *s, struct syncml_message *m, struct syncml_command *c,
    size_t limit)
{
	struct syncml_command *chunk;
	size_t n;

	if (!is_divisible(c))
		return 0;
	if (!c->begun)
		size_set(s, c);
	chunk = chunk_fit(s, m, c, limit);
	if (chunk == NULL && !c->begun) {
		str_set(&c->items->size, NULL);
		c->due = 0;
	}
	if (chunk == NULL)
		return 0;
	bad_is(&s->d->o->bad, BAD_WRONG_SIZE);
	n = strlen(chunk->items->data);
	*last_of(&m->commands) = chunk;
	chunk_drop(c, n);
	return 1;
}

/* Moves the first command of the rest into the message, if there is room. */
static int
command_move(
    struct session *s, struct syncml_message *m, size_t limit, int must)
{
	struct syncml_command *c = s->rest, *after = c->next;
	struct syncml_command **tail = last_of(&m->commands);

	c->next = NULL;
	*tail = c;
	s->rest = after;
	if (limit == 0 || encoded_length(s, m) <= limit)
		return 1;
	*tail = NULL;
	s->rest = c;
	c->next = after;
	if (syncml_is(c, "Results") && c->items->next != NULL) {
		items_divide(c);
		return command_move(s, m, limit, must);
	}
	if (chunk_put(s, m, c, limit) || !must)
		return 0;
	/* too large, and not to be divided: alone */
	c->next = NULL;
	*tail = c;
	s->rest = after;
	return 1;
}

/* Our Status for the header and the alert that asks go first. */
static struct syncml_command *
head_split(struct syncml_message *m)
{
	struct syncml_command *rest;

	if (m->commands == NULL || !syncml_is(m->commands, "Status")) {
		rest = m->commands;
		m->commands = NULL;
		return rest;
	}
	rest = m->commands->next;
	m->commands->next = NULL;
	return rest;
}

void
outbox_cut(struct session *s, struct syncml_message *m)
{
	const struct plan *p = &s->d->o->plan;
	size_t limit = (size_t)p->max_message;
	long parts = plan_value(p, DO_PARTS), moved = 0;
	struct syncml_command *body, *c;

	s->expect_1225 = 0;
	if (s->rest_waits || (s->rest == NULL && limit == 0 && parts == -1)) {
		s->rest_waits = 0;
		return;
	}
	s->rest_final = m->final || (s->rest != NULL && s->rest_final);
	body = head_split(m);
	/* what answers the request for the rest is no part of it */
	for (c = s->rest == NULL ? NULL : body; c != NULL; c = c->next)
		moved--;
	*last_of(&body) = s->rest;
	s->rest = body;
	m->final = 0;
	object_spoil(s);
	for (; s->rest != NULL && (parts == -1 || moved < parts); moved++)
		if (!command_move(s, m, limit, moved <= 0))
			break;
	if (s->rest == NULL)
		m->final = s->rest_final;
	package_number(s, m, s->msg_id == 1 ? 2 : 1);
}
