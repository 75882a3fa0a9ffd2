/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define VALUE_MAX 256

static void
put(struct log_line *l, const char *s, size_t len)
{
	/* The end of a line always has room: for quote and line feed. */
	if (len > sizeof(l->text) - 8 - l->len)
		return;
	memcpy(l->text + l->len, s, len);
	l->len += len;
}

static int
is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
}

static void
put_quoted(struct log_line *l, const char *s, size_t len)
{
	char hex[8];

	put(l, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\') {
			put(l, "\\", 1);
			put(l, s + i, 1);
		} else if (c < ' ' || c >= 0x7f) {
			snprintf(hex, sizeof(hex), "\\x%02x", c);
			put(l, hex, 4);
		} else
			put(l, s + i, 1);
	}
	if (l->len < sizeof(l->text) - 4)
		l->text[l->len++] = '"';
}

void
log_begin(struct log_line *l, const char *level)
{
	l->len = 0;
	put(l, "level=", 6);
	put(l, level, strlen(level));
}

void
log_add(struct log_line *l, const char *key, const char *value)
{
	size_t len, plain = 0;

	if (value == NULL)
		return;
	len = strnlen(value, VALUE_MAX);
	put(l, " ", 1);
	put(l, key, strlen(key));
	put(l, "=", 1);
	while (plain < len && is_plain((unsigned char)value[plain]))
		plain++;
	if (plain == len && len > 0)
		put(l, value, len);
	else
		put_quoted(l, value, len);
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
