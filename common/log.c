/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define VALUE_MAX 256

/* -1 when it does not fit; the last byte is kept for the line feed. */
static int
put(struct log_line *l, const char *s, size_t len)
{
	if (len > sizeof(l->text) - 1 - l->len)
		return -1;
	memcpy(l->text + l->len, s, len);
	l->len += len;
	return 0;
}

static int
is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
}

static int
put_quoted(struct log_line *l, const char *s, size_t len)
{
	int rc = put(l, "\"", 1);
	char text[8];

	for (; rc == 0 && len > 0; s++, len--) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			snprintf(text, sizeof(text), "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			snprintf(text, sizeof(text), "\\u%04x", c);
		else
			snprintf(text, sizeof(text), "%c", c);
		rc = put(l, text, strlen(text));
	}
	return rc == 0 ? put(l, "\"", 1) : -1;
}

void
log_begin(struct log_line *l, const char *level)
{
	l->len = 0;
	log_add(l, "level", level);
}

/* What does not fit is left out whole. */
void
log_add(struct log_line *l, const char *key, const char *value)
{
	size_t before = l->len, len, plain = 0;
	int rc = 0;

	if (value == NULL)
		return;
	len = strnlen(value, VALUE_MAX);
	while (plain < len && is_plain((unsigned char)value[plain]))
		plain++;
	if (before > 0)
		rc = put(l, " ", 1);
	if (rc == 0)
		rc = put(l, key, strlen(key));
	if (rc == 0)
		rc = put(l, "=", 1);
	if (rc == 0 && plain == len && len > 0)
		rc = put(l, value, len);
	else if (rc == 0)
		rc = put_quoted(l, value, len);
	if (rc == -1)
		l->len = before;
}

void
log_add_int(struct log_line *l, const char *key, long long n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", n);
	log_add(l, key, text);
}

/* One write, so that lines of several workers do not mix. */
void
log_end(struct log_line *l)
{
	size_t done = 0;
	ssize_t n;

	l->text[l->len++] = '\n';
	while (done < l->len) {
		n = write(STDERR_FILENO, l->text + done, l->len - done);
		if (n <= 0)
			return; /* nowhere left to complain */
		done += (size_t)n;
	}
}

void
log_reason(const char *level, const char *worker, const char *fmt, ...)
{
	char reason[VALUE_MAX + 1];
	struct log_line l;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	log_begin(&l, level);
	log_add(&l, "worker", worker);
	log_add(&l, "reason", reason);
	log_end(&l);
}

void
log_notice(void *unused, const char *text)
{
	(void)unused;
	log_reason("info", "database", "%.*s", (int)strcspn(text, "\n"), text);
}
