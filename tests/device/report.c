/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define HIDDEN "[hidden]"

void
report_init(struct report *r, int verbosity)
{
	memset(r, 0, sizeof(*r));
	r->out = stdout;
	r->verbosity = verbosity;
	r->step = xstrdup("start");
	r->subcode = xstrdup("");
}

void
report_close(struct report *r)
{
	size_t i;

	for (i = 0; i < r->nsecrets; i++)
		free(r->secrets[i]);
	free(r->secrets);
	free(r->first_failure);
	free(r->step);
	free(r->subcode);
}

void
report_secret(struct report *r, const char *secret)
{
	size_t i;

	if (secret == NULL || *secret == '\0')
		return;
	for (i = 0; i < r->nsecrets; i++)
		if (strcmp(r->secrets[i], secret) == 0)
			return;
	r->secrets =
	    xrealloc(r->secrets, (r->nsecrets + 1) * sizeof(*r->secrets));
	r->secrets[r->nsecrets++] = xstrdup(secret);
}

/* Both as it is and as it is written in XML. */
static void
secret_hide(struct buf *text, const char *secret)
{
	struct buf escaped = { 0 };

	buf_xml(&escaped, secret);
	buf_replace(text, escaped.data, HIDDEN);
	buf_replace(text, secret, HIDDEN);
	buf_free(&escaped);
}

/* The value of every <parm name="NAME" …> of a provisioning document. */
static void
parm_hide(struct buf *text, const char *name)
{
	char *start = xprintf("name=\"%s\"", name);
	struct buf out = { 0 };
	const char *at = text->data, *hit;

	while ((hit = strstr(at, start)) != NULL) {
		const char *end = strchr(hit, '>');

		if (end == NULL)
			break;
		buf_add(&out, at, (size_t)(hit - at));
		buf_printf(&out, "%s value=\"" HIDDEN "\"/", start);
		at = end;
	}
	buf_puts(&out, at);
	buf_free(text);
	*text = out;
	free(start);
}

/* A provisioning document travels in base64, secrets and all. */
static void
token_hide(struct buf *text)
{
	static const char mark[] = "DeviceEnrollmentProvisionDoc\"";
	char *at = strstr(text->data, mark), *start, *end;
	struct buf out = { 0 };

	if (at == NULL || (start = strchr(at, '>')) == NULL)
		return;
	end = strchr(start, '<');
	if (end == NULL)
		end = start + strlen(start);
	buf_add(&out, text->data, (size_t)(start + 1 - text->data));
	buf_printf(&out, "[%ld characters of base64]", (long)(end - start - 1));
	buf_puts(&out, end);
	buf_free(text);
	*text = out;
}

static void
text_hide(const struct report *r, struct buf *text)
{
	size_t i;

	if (text->len == 0)
		return;
	for (i = 0; i < r->nsecrets; i++)
		secret_hide(text, r->secrets[i]);
	token_hide(text);
	parm_hide(text, "AAUTHSECRET");
	parm_hide(text, "AAUTHDATA");
}

void
report_raw(struct report *r, const char *title, const char *text)
{
	struct buf shown = { 0 };

	if (r->verbosity < 1)
		return;
	buf_puts(&shown, text);
	text_hide(r, &shown);
	fprintf(r->out, "---- %s: %s\n", r->step, title);
	if (shown.len == 0)
		fputs("(empty)\n", r->out);
	else
		fprintf(r->out, "%s\n", shown.data);
	buf_free(&shown);
}

void
report_begin(struct report *r, const char *step)
{
	str_set(&r->step, step);
	str_set(&r->subcode, "");
	r->status = 0;
	r->tls_refused = 0;
}

void
report_step(struct report *r, size_t bytes, double ms, const char *remark)
{
	if (r->verbosity < 0)
		return;
	fprintf(r->out, "%-14s %3ld %7zu B %8.1f ms  %s\n", r->step, r->status,
	    bytes, ms, remark);
	fflush(r->out);
}

static void PRINTF_LIKE(3, 0)
    line_print(struct report *r, const char *head, const char *fmt, va_list ap)
{
	if (r->verbosity < 0)
		return;
	fprintf(r->out, "%-14s ", head);
	vfprintf(r->out, fmt, ap);
	fputc('\n', r->out);
	fflush(r->out);
}

void
report_note(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line_print(r, r->step, fmt, ap);
	va_end(ap);
}

void
report_detail(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line_print(r, "", fmt, ap);
	va_end(ap);
}

void
report_fail(struct report *r, const char *rule, const char *fmt, ...)
{
	struct buf line = { 0 };
	va_list ap;
	char *sentence;

	va_start(ap, fmt);
	if (vasprintf(&sentence, fmt, ap) < 0)
		die("no memory");
	va_end(ap);
	buf_printf(&line, "FAIL %s: %s: %s", r->step, rule, sentence);
	free(sentence);
	text_hide(r, &line);
	if (r->first_failure == NULL)
		str_set(&r->first_failure, line.data);
	r->failures++;
	if (!r->hush) {
		fflush(r->out);
		fprintf(stderr, "%s\n", line.data);
	}
	buf_free(&line);
}
