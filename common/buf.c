/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"

void
buf_init(struct buf *b, struct arena *a)
{
	*b = (struct buf){ .arena = a };
}

void *
buf_space(struct buf *b, size_t len)
{
	size_t room;
	char *p;

	if (b->failed)
		return NULL;
	if (b->data != NULL && len < b->room - b->len)
		return b->data + b->len;
	room = b->room + b->room / 2 + len + 1;
	if (room < len || (p = arena_alloc(b->arena, room)) == NULL) {
		b->failed = 1;
		return NULL;
	}
	if (b->len > 0)
		memcpy(p, b->data, b->len);
	b->data = p;
	b->room = room;
	return p + b->len;
}

void
buf_grew(struct buf *b, size_t len)
{
	CHECK(b->room - b->len > len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
buf_add(struct buf *b, const void *data, size_t len)
{
	void *p;

	if ((p = buf_space(b, len)) == NULL)
		return;
	if (len > 0)
		memcpy(p, data, len);
	buf_grew(b, len);
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (p = buf_space(b, (size_t)n)) == NULL) {
		b->failed = 1;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf_grew(b, (size_t)n);
}
