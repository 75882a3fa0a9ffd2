/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "util.h"

_Noreturn void
die(const char *fmt, ...)
{
	va_list ap;

	fputs("fenestra-device: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (p == NULL)
		die("no memory");
	return p;
}

void *
xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size);

	if (p == NULL)
		die("no memory");
	return p;
}

char *
xstrndup(const char *s, size_t n)
{
	char *p = xcalloc(n + 1, 1);

	memcpy(p, s, n);
	return p;
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *
xprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("no memory");
	return p;
}

void
str_set(char **where, const char *value)
{
	char *copy = value == NULL ? NULL : xstrdup(value);

	free(*where);
	*where = copy;
}

int
str_is_decimal(const char *s)
{
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

int
str_number(const char *s, long low, long high, long *out)
{
	long value;

	if (!str_is_decimal(s))
		return -1;
	errno = 0;
	value = strtol(s, NULL, 10);
	if (errno != 0 || value < low || value > high)
		return -1;
	*out = value;
	return 0;
}

int
str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

void
buf_add(struct buf *b, const void *data, size_t n)
{
	size_t cap = b->cap == 0 ? 256 : b->cap;

	while (cap < b->len + n + 1)
		cap *= 2;
	if (cap != b->cap) {
		b->data = xrealloc(b->data, cap);
		b->cap = cap;
	}
	if (n > 0)
		memcpy(b->data + b->len, data, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("no memory");
	buf_add(b, p, (size_t)n);
	free(p);
}

void
buf_xml(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '&':
			buf_puts(b, "&amp;");
			break;
		case '<':
			buf_puts(b, "&lt;");
			break;
		case '>':
			buf_puts(b, "&gt;");
			break;
		case '"':
			buf_puts(b, "&quot;");
			break;
		case '\'':
			buf_puts(b, "&apos;");
			break;
		default:
			buf_add(b, s, 1);
		}
	}
}

void
buf_replace(struct buf *b, const char *from, const char *to)
{
	struct buf out = { 0 };
	const char *at = b->data, *hit;

	if (b->len == 0 || *from == '\0')
		return;
	while ((hit = strstr(at, from)) != NULL) {
		buf_add(&out, at, (size_t)(hit - at));
		buf_puts(&out, to);
		at = hit + strlen(from);
	}
	buf_puts(&out, at);
	buf_free(b);
	*b = out;
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void
buf_free(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

int
file_read(const char *path, struct buf *out)
{
	char chunk[8192];
	FILE *f = fopen(path, "rb");
	size_t n;
	int bad;

	if (f == NULL)
		return -1;
	buf_add(out, "", 0);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(out, chunk, n);
	bad = ferror(f);
	fclose(f);
	return bad ? -1 : 0;
}

int
file_write(const char *path, const void *data, size_t n)
{
	char *temporary = xprintf("%s.new", path);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	FILE *f = fd == -1 ? NULL : fdopen(fd, "wb");
	int bad = f == NULL;

	if (f != NULL) {
		bad = fwrite(data, 1, n, f) != n;
		bad |= fclose(f) != 0;
	}
	if (!bad)
		bad = rename(temporary, path) != 0;
	free(temporary);
	return bad ? -1 : 0;
}

double
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void
sleep_ms(double ms)
{
	struct timespec t;

	t.tv_sec = (time_t)(ms / 1e3);
	t.tv_nsec = (long)((ms - (double)t.tv_sec * 1e3) * 1e6);
	nanosleep(&t, NULL);
}
