/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "arena.h"
#include "form.h"
#include "utf8.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One name or value, decoded; NULL and why if it is none. */
static char *
decode(struct arena *a, const char *s, size_t len, const char **why)
{
	char *text = arena_alloc(a, len + 1), *to = text;
	int high, low;

	*why = "a form too large";
	if (text == NULL)
		return NULL;
	*why = "a form with a broken escape";
	for (const char *end = s + len; s < end; s++)
		if (*s == '+') {
			*to++ = ' ';
		} else if (*s != '%') {
			*to++ = *s;
		} else {
			if (end - s < 3 || (high = hex(s[1])) == -1 ||
			    (low = hex(s[2])) == -1)
				return NULL;
			*to++ = (char)(high << 4 | low);
			s += 2;
		}
	*why = "a form with characters that are not text";
	if (utf8_valid(text, (size_t)(to - text)) != (size_t)(to - text))
		return NULL;
	return text;
}

static const struct form_field *
find(const struct form_field *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

static int
take(struct arena *a, const char *s, size_t len,
    const struct form_field *fields, size_t nfields, void *form,
    const char **why)
{
	const char *equals = memchr(s, '=', len);
	size_t n = equals == NULL ? len : (size_t)(equals - s);
	const struct form_field *f;
	char *name, *value, **at;

	if ((name = decode(a, s, n, why)) == NULL)
		return -1;
	if ((f = find(fields, nfields, name)) == NULL)
		return 0;
	*why = "a form with a field twice";
	at = (char **)(void *)((char *)form + f->off);
	if (*at != NULL)
		return -1;
	n += equals != NULL;
	if ((value = decode(a, s + n, len - n, why)) == NULL)
		return -1;
	*why = "a form with a field too long";
	if (strlen(value) > f->max)
		return -1;
	*at = value;
	return 0;
}

int
form_read(struct arena *a, const char *s, size_t len,
    const struct form_field *fields, size_t nfields, void *form,
    const char **why)
{
	const char *end = s + len, *and;
	size_t pairs = 0;

	for (; s < end; s = and+1) {
		if ((and = memchr(s, '&', (size_t)(end - s))) == NULL)
			and = end;
		if (and == s)
			continue;
		*why = "a form with too many fields";
		if (++pairs > FORM_PAIRS_MAX)
			return -1;
		if (take(a, s, (size_t)(and-s), fields, nfields, form, why) ==
		    -1)
			return -1;
	}
	return 0;
}
