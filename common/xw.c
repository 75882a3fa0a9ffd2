/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "check.h"
#include "xw.h"

void
xw_init(struct xw *w, struct arena *a)
{
	*w = (struct xw){ .depth = 0 };
	buf_init(&w->out, a);
}

static void
end_tag(struct xw *w)
{
	if (w->in_tag)
		buf_putc(&w->out, '>');
	w->in_tag = 0;
}

void
xw_open(struct xw *w, const char *name)
{
	CHECK(w->depth < XW_DEPTH_MAX);
	end_tag(w);
	buf_putc(&w->out, '<');
	buf_puts(&w->out, name);
	w->open[w->depth++] = name;
	w->in_tag = 1;
}

void
xw_close(struct xw *w)
{
	CHECK(w->depth > 0);
	w->depth--;
	if (w->in_tag) {
		buf_puts(&w->out, "/>");
		w->in_tag = 0;
		return;
	}
	buf_puts(&w->out, "</");
	buf_puts(&w->out, w->open[w->depth]);
	buf_putc(&w->out, '>');
}

/* What stands for a byte; NULL where it stands for itself. */
static const char *
escape(char c, int in_attr)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return in_attr ? "&quot;" : NULL;
	case '\n':
		return in_attr ? "&#10;" : NULL;
	case '\t':
		return in_attr ? "&#9;" : NULL;
	case '\r':
		return "&#13;"; /* a reader would make it a line feed */
	default:
		return NULL;
	}
}

static void
add_escaped(struct buf *b, const char *s, int in_attr)
{
	const char *from = s, *e;

	for (; *s != '\0'; s++) {
		if ((e = escape(*s, in_attr)) == NULL)
			continue;
		buf_add(b, from, (size_t)(s - from));
		buf_puts(b, e);
		from = s + 1;
	}
	buf_add(b, from, (size_t)(s - from));
}

void
xw_attr(struct xw *w, const char *name, const char *value)
{
	CHECK(w->in_tag);
	buf_putc(&w->out, ' ');
	buf_puts(&w->out, name);
	buf_puts(&w->out, "=\"");
	add_escaped(&w->out, value, 1);
	buf_putc(&w->out, '"');
}

void
xw_text(struct xw *w, const char *text)
{
	end_tag(w);
	add_escaped(&w->out, text, 0);
}

void
xw_leaf(struct xw *w, const char *name, const char *text)
{
	xw_open(w, name);
	if (text != NULL)
		xw_text(w, text);
	xw_close(w);
}

void
xw_leaf_int(struct xw *w, const char *name, long long n)
{
	xw_open(w, name);
	end_tag(w);
	buf_printf(&w->out, "%lld", n);
	xw_close(w);
}

void
xw_open1(struct xw *w, const char *name, const char *attr, const char *value)
{
	xw_open(w, name);
	xw_attr(w, attr, value);
}

void
xw_leaf1(struct xw *w, const char *name, const char *attr, const char *value,
    const char *text)
{
	xw_open1(w, name, attr, value);
	if (text != NULL)
		xw_text(w, text);
	xw_close(w);
}
