/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "syncml.h"

struct syncml_command *
syncml_list_add(struct syncml_command **list, const char *name)
{
	while (*list != NULL)
		list = &(*list)->next;
	*list = xcalloc(1, sizeof(**list));
	(*list)->name = xstrdup(name);
	return *list;
}

struct syncml_command *
syncml_command_add(struct syncml_message *m, const char *name)
{
	return syncml_list_add(&m->commands, name);
}

struct syncml_item *
syncml_item_add(struct syncml_command *c)
{
	struct syncml_item **tail = &c->items;

	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = xcalloc(1, sizeof(**tail));
	return *tail;
}

struct syncml_proof *
syncml_proof_new(
    const char *format, const char *type, const char *nonce, const char *data)
{
	struct syncml_proof *p = xcalloc(1, sizeof(*p));

	str_set(&p->format, format);
	str_set(&p->type, type);
	str_set(&p->nonce, nonce);
	str_set(&p->data, data);
	return p;
}

static void
proof_free(struct syncml_proof *p)
{
	if (p == NULL)
		return;
	free(p->format);
	free(p->type);
	free(p->nonce);
	free(p->data);
	free(p);
}

static void
items_free(struct syncml_item *i)
{
	while (i != NULL) {
		struct syncml_item *next = i->next;

		free(i->target);
		free(i->source);
		free(i->format);
		free(i->type);
		free(i->mark);
		free(i->size);
		free(i->data);
		free(i);
		i = next;
	}
}

static void
command_free(struct syncml_command *c)
{
	items_free(c->items);
	syncml_list_free(c->children);
	proof_free(c->chal);
	free(c->name);
	free(c->cmd_id);
	free(c->msg_ref);
	free(c->cmd_ref);
	free(c->cmd);
	free(c->target_ref);
	free(c->source_ref);
	free(c->data);
	free(c->original_error);
	free(c);
}

void
syncml_list_free(struct syncml_command *c)
{
	while (c != NULL) {
		struct syncml_command *next = c->next;

		command_free(c);
		c = next;
	}
}

static void
items_copy(struct syncml_command *to, const struct syncml_item *i)
{
	for (; i != NULL; i = i->next) {
		struct syncml_item *copy = syncml_item_add(to);

		str_set(&copy->target, i->target);
		str_set(&copy->source, i->source);
		str_set(&copy->format, i->format);
		str_set(&copy->type, i->type);
		str_set(&copy->mark, i->mark);
		str_set(&copy->size, i->size);
		str_set(&copy->data, i->data);
		copy->more_data = i->more_data;
	}
}

struct syncml_command *
syncml_command_copy(const struct syncml_command *c)
{
	struct syncml_command *copy = xcalloc(1, sizeof(*copy));
	const struct syncml_command *child;
	struct syncml_command **tail = &copy->children;

	copy->name = xstrdup(c->name);
	str_set(&copy->cmd_id, c->cmd_id);
	str_set(&copy->msg_ref, c->msg_ref);
	str_set(&copy->cmd_ref, c->cmd_ref);
	str_set(&copy->cmd, c->cmd);
	str_set(&copy->target_ref, c->target_ref);
	str_set(&copy->source_ref, c->source_ref);
	str_set(&copy->data, c->data);
	str_set(&copy->original_error, c->original_error);
	if (c->chal != NULL)
		copy->chal = syncml_proof_new(c->chal->format, c->chal->type,
		    c->chal->nonce, c->chal->data);
	copy->due = c->due;
	copy->begun = c->begun;
	items_copy(copy, c->items);
	for (child = c->children; child != NULL; child = child->next) {
		*tail = syncml_command_copy(child);
		tail = &(*tail)->next;
	}
	return copy;
}

void
syncml_free(struct syncml_message *m)
{
	syncml_list_free(m->commands);
	proof_free(m->cred);
	free(m->session_id);
	free(m->msg_id);
	free(m->target);
	free(m->source);
	free(m->source_name);
	free(m->resp_uri);
	free(m->max_msg_size);
	free(m->max_obj_size);
	memset(m, 0, sizeof(*m));
}

int
syncml_is(const struct syncml_command *c, const char *name)
{
	return strcmp(c->name, name) == 0;
}

int
syncml_is_command(const struct syncml_command *c)
{
	return !syncml_is(c, "Status") && !syncml_is(c, "Results");
}

int
syncml_is_group(const struct syncml_command *c)
{
	return syncml_is(c, "Atomic") || syncml_is(c, "Sequence");
}
