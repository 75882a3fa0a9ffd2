/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "syncml.h"

struct syncml_command *
syncml_command_add(struct syncml_message *m, const char *name)
{
	struct syncml_command **tail = &m->commands;

	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = xcalloc(1, sizeof(**tail));
	(*tail)->name = xstrdup(name);
	return *tail;
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
		free(i->data);
		free(i);
		i = next;
	}
}

static void
command_free(struct syncml_command *c)
{
	items_free(c->items);
	free(c->name);
	free(c->cmd_id);
	free(c->msg_ref);
	free(c->cmd_ref);
	free(c->cmd);
	free(c->target_ref);
	free(c->data);
	free(c);
}

void
syncml_free(struct syncml_message *m)
{
	while (m->commands != NULL) {
		struct syncml_command *next = m->commands->next;

		command_free(m->commands);
		m->commands = next;
	}
	free(m->session_id);
	free(m->msg_id);
	free(m->target);
	free(m->source);
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
