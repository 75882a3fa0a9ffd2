/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

#define CHUNK_MIN ((size_t)32 * 1024)
#define ALIGN alignof(max_align_t)

struct chunk {
	struct chunk *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct chunk *head;
	size_t limit;
	size_t total;
	int failed;
};

struct arena *
arena_new(size_t limit)
{
	struct arena *a;

	if ((a = calloc(1, sizeof(*a))) == NULL)
		err(1, NULL);
	a->limit = limit;
	return a;
}

/* What was in it may have been a password: wipe before giving it back. */
static void
chunk_wipe(struct chunk *c)
{
	explicit_bzero(c->data, c->used);
	c->used = 0;
}

/* One small chunk is kept, so that a worker at rest holds that much. */
void
arena_reset(struct arena *a)
{
	struct chunk *c, *keep = NULL;

	while ((c = a->head) != NULL) {
		a->head = c->next;
		chunk_wipe(c);
		if (keep == NULL && c->size == CHUNK_MIN)
			keep = c;
		else
			free(c);
	}
	if (keep != NULL)
		keep->next = NULL;
	a->head = keep;
	a->total = 0;
	a->failed = 0;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->head);
	free(a);
}

int
arena_failed(const struct arena *a)
{
	return a->failed;
}

static struct chunk *
chunk_new(size_t size)
{
	struct chunk *c;

	if (size < CHUNK_MIN)
		size = CHUNK_MIN;
	if ((c = malloc(sizeof(*c) + size)) == NULL)
		err(1, NULL);
	c->size = size;
	c->used = 0;
	return c;
}

/* A large object gets a chunk behind the head, which stays in use. */
static struct chunk *
chunk_for(struct arena *a, size_t size)
{
	struct chunk *c = a->head;

	if (c != NULL && size <= c->size - c->used)
		return c;
	c = chunk_new(size);
	if (a->head != NULL && size > CHUNK_MIN / 2) {
		c->next = a->head->next;
		a->head->next = c;
	} else {
		c->next = a->head;
		a->head = c;
	}
	return c;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	size_t rounded = (size + ALIGN - 1) & ~(ALIGN - 1);
	struct chunk *c;
	void *p;

	if (rounded == 0)
		rounded = ALIGN;
	if (a->failed || rounded < size || rounded > a->limit - a->total) {
		a->failed = 1;
		return NULL;
	}
	a->total += rounded;
	size = rounded;
	c = chunk_for(a, size);
	p = c->data + c->used;
	c->used += size;
	memset(p, 0, size);
	return p;
}

void *
arena_dup(struct arena *a, const void *data, size_t len)
{
	void *p;

	if ((p = arena_alloc(a, len)) != NULL && len > 0)
		memcpy(p, data, len);
	return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p;

	if (len == SIZE_MAX) /* there is no room for the NUL */
		a->failed = 1;
	if ((p = arena_alloc(a, len + 1)) == NULL)
		return NULL;
	if (len > 0)
		memcpy(p, s, len);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (p = arena_alloc(a, (size_t)n + 1)) == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
