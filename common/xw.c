/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "xw.h"

/* The start tag in hand ends, as something follows it. */
static void
end_tag(struct xw *w)
{
	if (w->in_tag)
		buf_putc(&w->out, '>');
	w->in_tag = 0;
}

static void
markup_open(struct xw *w, const char *name)
{
	end_tag(w);
	buf_putc(&w->out, '<');
	buf_puts(&w->out, name);
}

static void
markup_close(struct xw *w, const char *name)
{
	if (w->in_tag) {
		buf_puts(&w->out, "/>");
		return;
	}
	buf_puts(&w->out, "</");
	buf_puts(&w->out, name);
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

static void
markup_attr(struct xw *w, const char *name, const char *value)
{
	buf_putc(&w->out, ' ');
	buf_puts(&w->out, name);
	buf_puts(&w->out, "=\"");
	add_escaped(&w->out, value, 1);
	buf_putc(&w->out, '"');
}

static void
markup_text(struct xw *w, const char *text)
{
	end_tag(w);
	add_escaped(&w->out, text, 0);
}

void
xw_init(struct xw *w, struct arena *a)
{
	static const struct xw_form markup = { markup_open, markup_attr,
		markup_text, markup_close };

	*w = (struct xw){ .form = &markup };
	buf_init(&w->out, a);
}

void
xw_open(struct xw *w, const char *name)
{
	CHECK(w->depth < XW_DEPTH_MAX);
	w->form->open(w, name);
	w->open[w->depth++] = name;
	w->in_tag = 1;
}

void
xw_close(struct xw *w)
{
	CHECK(w->depth > 0);
	w->depth--;
	w->form->close(w, w->open[w->depth]);
	w->in_tag = 0;
}

void
xw_attr(struct xw *w, const char *name, const char *value)
{
	CHECK(w->in_tag);
	w->form->attr(w, name, value);
}

void
xw_text(struct xw *w, const char *text)
{
	w->form->text(w, text);
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
	char text[24];

	snprintf(text, sizeof(text), "%lld", n);
	xw_leaf(w, name, text);
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
