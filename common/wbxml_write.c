/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <string.h>

#include "base64.h"
#include "check.h"
#include "wbxml.h"
#include "xw.h"

/* The form of struct xw that writes WBXML. */

static void
put_number(struct buf *b, uint32_t n)
{
	int shift = 28;

	while (shift > 0 && n >> shift == 0)
		shift -= 7;
	for (; shift > 0; shift -= 7)
		buf_putc(b, (char)(0x80 | ((n >> shift) & 0x7F)));
	buf_putc(b, (char)(n & 0x7F));
}

/* The tag in hand is the last byte; what follows it is its content. */
static void
has_content(struct xw *w)
{
	if (w->in_tag && !w->out.failed)
		w->out.data[w->out.len - 1] |= WBXML_CONTENT;
	w->in_tag = 0;
}

static void
token_open(struct xw *w, const char *name)
{
	unsigned page, token;

	CHECK(wbxml_token(name, &page, &token) == 0);
	has_content(w);
	if (page != w->page) {
		buf_putc(&w->out, WBXML_SWITCH_PAGE);
		buf_putc(&w->out, (char)page);
		w->page = page;
	}
	buf_putc(&w->out, (char)token);
}

/* The code page says what the namespace is; there are no other attributes. */
static void
token_attr(struct xw *w, const char *name, const char *value)
{
	(void)w, (void)value;
	CHECK(strcmp(name, "xmlns") == 0 || strncmp(name, "xmlns:", 6) == 0);
}

static void
put_opaque(struct buf *b, const void *data, size_t len)
{
	CHECK(len <= UINT32_MAX);
	buf_putc(b, (char)WBXML_OPAQUE);
	put_number(b, (uint32_t)len);
	buf_add(b, data, len);
}

static int
is_in(const struct xw *w, const char *name)
{
	return strcmp(w->open[w->depth - 1], name) == 0;
}

/* Bytes that are base64 with us: 0, or -1 if it is no base64. */
static int
put_bytes(struct xw *w, const char *text)
{
	unsigned char *bytes;
	size_t len;

	bytes = base64_decode(w->out.arena, text, strlen(text), &len);
	if (bytes == NULL)
		return -1;
	put_opaque(&w->out, bytes, len);
	return 0;
}

/*
 * Data of Format bin is bytes in WBXML, whereas XML has it in base64.  Data
 * that is XML goes as OPAQUE, as other encoders do with what was CDATA.
 */
static int
put_data(struct xw *w, const char *text)
{
	if (w->bytes_depth > 0)
		return put_bytes(w, text);
	if (text[0] != '<')
		return -1;
	put_opaque(&w->out, text, strlen(text));
	return 0;
}

static void
token_text(struct xw *w, const char *text)
{
	CHECK(w->depth > 0);
	if (text[0] == '\0')
		return;
	has_content(w);
	if (is_in(w, "Format") && w->depth > 2)
		w->bytes_depth = strcmp(text, "bin") == 0 ? w->depth - 2 : 0;
	if (is_in(w, "Data") && put_data(w, text) == 0)
		return;
	buf_putc(&w->out, WBXML_STR_I);
	buf_add(&w->out, text, strlen(text) + 1);
}

static void
token_close(struct xw *w, const char *name)
{
	(void)name;
	if (!w->in_tag)
		buf_putc(&w->out, WBXML_END);
	if (w->depth < w->bytes_depth)
		w->bytes_depth = 0;
}

void
xw_init_wbxml(struct xw *w, struct arena *a)
{
	static const struct xw_form wbxml = { token_open, token_attr,
		token_text, token_close };

	*w = (struct xw){ .form = &wbxml };
	buf_init(&w->out, a);
	buf_putc(&w->out, 0x02); /* version 1.2 */
	put_number(&w->out, WBXML_SYNCML_1_2);
	put_number(&w->out, WBXML_UTF_8);
	put_number(&w->out, 0); /* no string table */
}
