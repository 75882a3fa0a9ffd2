/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "codec.h"
#include "state.h"
#include "util.h"

struct pair {
	struct pair *next;
	char *name;
	char *value;
};

struct state {
	char *dir;
	struct pair *pairs;
};

static struct pair *
pair_find(const struct state *s, const char *name)
{
	struct pair *p;

	for (p = s->pairs; p != NULL; p = p->next)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

const char *
state_get(const struct state *s, const char *name)
{
	const struct pair *p = pair_find(s, name);

	return p == NULL ? NULL : p->value;
}

const char *
state_need(const struct state *s, const char *name)
{
	const char *value = state_get(s, name);

	if (value == NULL)
		die("%s: there is no %s; enrol the device first", s->dir, name);
	return value;
}

long
state_number(const struct state *s, const char *name, long otherwise)
{
	const char *value = state_get(s, name);

	return value == NULL ? otherwise : strtol(value, NULL, 10);
}

static struct pair *
pair_append(struct state *s, const char *name)
{
	struct pair **tail = &s->pairs;

	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = xcalloc(1, sizeof(**tail));
	(*tail)->name = xstrdup(name);
	return *tail;
}

void
state_set(struct state *s, const char *name, const char *value)
{
	struct pair *p = pair_find(s, name);

	if (value != NULL && strchr(value, '\n') != NULL)
		die("the value of %s has a line feed", name);
	if (p == NULL)
		p = pair_append(s, name);
	str_set(&p->value, value);
}

void
state_set_number(struct state *s, const char *name, long value)
{
	char *text = xprintf("%ld", value);

	state_set(s, name, text);
	free(text);
}

char *
state_path(const struct state *s, const char *file)
{
	return xprintf("%s/%s", s->dir, file);
}

static void
lines_read(struct state *s, char *text)
{
	char *line, *rest = text, *value;

	while ((line = strsep(&rest, "\n")) != NULL) {
		value = strchr(line, ' ');
		if (value == NULL)
			continue;
		*value++ = '\0';
		state_set(s, line, value);
	}
}

struct state *
state_open(const char *dir)
{
	struct state *s = xcalloc(1, sizeof(*s));
	struct buf text = { 0 };
	char *path;
	int found;

	s->dir = xstrdup(dir);
	path = state_path(s, "state");
	found = file_read(path, &text) == 0;
	if (found)
		lines_read(s, text.data);
	buf_free(&text);
	free(path);
	if (found)
		return s;
	state_close(s);
	return NULL;
}

void
state_close(struct state *s)
{
	if (s == NULL)
		return;
	while (s->pairs != NULL) {
		struct pair *next = s->pairs->next;

		free(s->pairs->name);
		free(s->pairs->value);
		free(s->pairs);
		s->pairs = next;
	}
	free(s->dir);
	free(s);
}

static void
random_set(struct state *s, const char *name, const char *prefix, size_t n)
{
	char *hex = random_hex(n);
	char *value = xprintf("%s%s", prefix, hex);

	state_set(s, name, value);
	free(value);
	free(hex);
}

/* Six of them, one twice, as the captured client had. */
static void
addresses_set(struct state *s)
{
	struct buf list = { 0 };
	char *hex = random_hex(2);
	static const char tails[] = "1223456";
	int i;

	for (i = 0; i < 6; i++)
		buf_printf(&list, "%s00-0C-29-%.2s-%.2s-9%c", i == 0 ? "" : " ",
		    hex, hex + 2, tails[i]);
	state_set(s, "mac", list.data);
	buf_free(&list);
	free(hex);
}

static void
identity_make(struct state *s)
{
	char *hex = random_hex(4);
	char *name = xprintf("DESKTOP-%.7s", hex);

	random_set(s, "device-id", "", 16);
	random_set(s, "hardware-id", "", 32);
	state_set(s, "device-name", name);
	addresses_set(s);
	free(name);
	free(hex);
}

struct state *
state_create(const char *dir)
{
	struct state *s = state_open(dir);

	if (s != NULL)
		return s;
	if (mkdir(dir, S_IRWXU) == -1 && errno != EEXIST)
		die("%s: %s", dir, strerror(errno));
	s = xcalloc(1, sizeof(*s));
	s->dir = xstrdup(dir);
	identity_make(s);
	return s;
}

void
state_save(const struct state *s)
{
	struct buf text = { 0 };
	char *path = state_path(s, "state");
	const struct pair *p;

	for (p = s->pairs; p != NULL; p = p->next)
		if (p->value != NULL)
			buf_printf(&text, "%s %s\n", p->name, p->value);
	if (file_write(path, text.data, text.len) == -1)
		die("%s: %s", path, strerror(errno));
	buf_free(&text);
	free(path);
}
