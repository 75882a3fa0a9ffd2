/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <string.h>

#include "arena.h"
#include "base64.h"
#include "check.h"
#include "html.h"
#include "x509.h"

void
html_begin(struct xw *w, struct arena *a, const char *language)
{
	xw_init(w, a);
	buf_puts(&w->out, "<!DOCTYPE html>\n");
	html_open(w, "html", "lang", language, NULL);
}

static void
add_attributes(struct xw *w, va_list ap)
{
	const char *name, *value;

	while ((name = va_arg(ap, const char *)) != NULL)
		if ((value = va_arg(ap, const char *)) != NULL)
			xw_attr(w, name, value);
}

void
html_open(struct xw *w, const char *name, ...)
{
	va_list ap;

	xw_open(w, name);
	va_start(ap, name);
	add_attributes(w, ap);
	va_end(ap);
}

void
html_close(struct xw *w)
{
	xw_text(w, "");
	xw_close(w);
}

void
html_void(struct xw *w, const char *name, ...)
{
	va_list ap;

	xw_open(w, name);
	va_start(ap, name);
	add_attributes(w, ap);
	va_end(ap);
	xw_close(w);
}

void
html_leaf(struct xw *w, const char *name, const char *text, ...)
{
	va_list ap;

	xw_open(w, name);
	va_start(ap, text);
	add_attributes(w, ap);
	va_end(ap);
	xw_text(w, text);
	html_close(w);
}

void
html_raw(struct xw *w, const char *name, const char *literal)
{
	CHECK(strpbrk(literal, "&<>\r") == NULL);
	xw_open(w, name);
	xw_text(w, literal);
	xw_close(w);
}

const char *
html_hash(struct arena *a, const char *literal)
{
	unsigned char sha256[X509_SHA256_LEN];
	const char *text;

	x509_sha256(literal, strlen(literal), sha256);
	CHECK((text = base64_string(a, sha256, sizeof(sha256))) != NULL);
	return arena_printf(a, "'sha256-%s'", text);
}
