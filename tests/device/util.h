/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_UTIL_H
#define DEVICE_UTIL_H

#include <stddef.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Growing bytes, always followed by a NUL. All zero is an empty one. */
struct buf {
	char *data;
	size_t len;
	size_t cap;
};

void buf_add(struct buf *, const void *, size_t);
void buf_puts(struct buf *, const char *);
void buf_printf(struct buf *, const char *, ...) PRINTF_LIKE(2, 3);
/* Appends text with the five XML entities written out. */
void buf_xml(struct buf *, const char *);
/* Replaces every occurrence of a text by another. */
void buf_replace(struct buf *, const char *, const char *);
void buf_reset(struct buf *);
void buf_free(struct buf *);

/* The program ends with exit status 2 and a sentence. */
_Noreturn void die(const char *, ...) PRINTF_LIKE(1, 2);

/* These end the program when there is no memory. */
void *xcalloc(size_t, size_t);
void *xrealloc(void *, size_t);
char *xstrdup(const char *);
char *xstrndup(const char *, size_t);
char *xprintf(const char *, ...) PRINTF_LIKE(1, 2);
/* Frees the old value and takes a copy of the new one, which may be NULL. */
void str_set(char **, const char *);
/* A decimal number in a range: 0, or -1 and nothing stored. */
int str_number(const char *, long, long, long *);
int str_is_decimal(const char *);
int str_starts(const char *, const char *);

/* A whole file: 0 or -1 with errno. */
int file_read(const char *, struct buf *);
/* Writes a private file through a rename: 0 or -1 with errno. */
int file_write(const char *, const void *, size_t);

double clock_ms(void);
void sleep_ms(double);

#endif
