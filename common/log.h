/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_LOG_H
#define FENESTRA_LOG_H

#include <stddef.h>

/*
 * One line of key=value on stderr.  Values are quoted where they need it, as
 * JSON is; bytes that are no printable ASCII become \u00NN, and what is over 256
 * bytes is cut: a line is a line whatever a client sent.  A key whose value is
 * NULL is left out.
 */
#define LOG_LINE_MAX 4096

struct log_line {
	char text[LOG_LINE_MAX];
	size_t len;
};

void log_begin(struct log_line *, const char *level);
void log_add(struct log_line *, const char *key, const char *value);
void log_add_int(struct log_line *, const char *key, long long);
void log_end(struct log_line *);

/* A line with a reason alone, for what is not a request. */
void log_reason(const char *level, const char *worker, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* What PostgreSQL says unasked, which libpq would print as it stands. */
void log_notice(void *, const char *text);

#endif
