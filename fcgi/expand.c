/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <strings.h>

#include "../common/arena.h"
#include "../common/base64.h"
#include "../common/buf.h"
#include "../common/check.h"
#include "../common/utf8.h"
#include "expand.h"

#define OPEN "$("
#define LITERAL "$$("

/* Where in XML a template is; NONE for what is no XML. */
enum place {
	NONE,
	TEXT,
	TAG,
	QUOTED,	      /* an attribute's value in " */
	APOSTROPHIED, /* and in ' */
	CDATA,
	COMMENT,
	INSTRUCTION,
	DECLARATION,
};

/* The longest first: from a place by these characters to another. */
static const struct step {
	enum place from;
	const char *by;
	enum place to;
} steps[] = {
	{ TEXT, "<![CDATA[", CDATA },
	{ TEXT, "<!--", COMMENT },
	{ TEXT, "<?", INSTRUCTION },
	{ TEXT, "<!", DECLARATION },
	{ TEXT, "<", TAG },
	{ TAG, "\"", QUOTED },
	{ TAG, "'", APOSTROPHIED },
	{ TAG, ">", TEXT },
	{ QUOTED, "\"", TAG },
	{ APOSTROPHIED, "'", TAG },
	{ CDATA, "]]>", TEXT },
	{ COMMENT, "-->", TEXT },
	{ INSTRUCTION, "?>", TEXT },
	{ DECLARATION, ">", TEXT },
};

struct expansion {
	struct buf out;
	enum place place;
	int base64;
	const struct expand_source *source;
	const char *why;
};

static int
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static int
is_xml(const char *data, const char *format)
{
	return strcmp(format, "xml") == 0 ||
	       data[strspn(data, " \t\r\n")] == '<';
}

/* As it is: what it leads to counts for what comes. */
static const char *
copy(struct expansion *x, const char *s)
{
	const struct step *step;

	for (step = steps; step < steps + COUNT(steps); step++)
		if (step->from == x->place && begins(s, step->by)) {
			buf_puts(&x->out, step->by);
			x->place = step->to;
			return s + strlen(step->by);
		}
	buf_putc(&x->out, *s);
	return s + 1;
}

/* White space too, which an attribute's value would lose. */
static void
add_escaped(struct buf *out, const char *value)
{
	static const char special[] = "&<>\"'\t\n\r";
	size_t plain;

	for (; *value != '\0'; value++) {
		plain = strcspn(value, special);
		buf_add(out, value, plain);
		value += plain;
		if (*value == '\0')
			break;
		buf_printf(out, "&#%d;", *value);
	}
}

static int
no(struct expansion *x, const char *name, const char *why)
{
	x->why = arena_printf(x->out.arena, OPEN "%s): %s", name, why);
	return -1;
}

static int
add_value(struct expansion *x, const char *name, const char *value)
{
	const char *text = value;

	switch (x->place) {
	case NONE:
		if (x->base64)
			text =
			    base64_string(x->out.arena, value, strlen(value));
		buf_puts(&x->out, text != NULL ? text : "");
		return 0;
	case TEXT:
	case QUOTED:
	case APOSTROPHIED:
		add_escaped(&x->out, value);
		return 0;
	case CDATA:
		buf_puts(&x->out, "]]>");
		add_escaped(&x->out, value);
		buf_puts(&x->out, "<![CDATA[");
		return 0;
	default:
		return no(x, name,
		    "stands in a tag or a comment, where no value can be");
	}
}

/* At "$(": what is behind its end, or NULL and why. */
static const char *
take_variable(struct expansion *x, const char *s)
{
	const char *end, *value, *why = NULL;
	char *name;

	s += strlen(OPEN);
	end = strchr(s, ')');
	if (end == NULL) {
		x->why = "a variable without its end";
		return NULL;
	}
	if ((name = arena_strndup(x->out.arena, s, (size_t)(end - s))) == NULL)
		return NULL;
	value = x->source->value(x->source->context, name, &why);
	if (value == NULL)
		return no(x, name, why), NULL;
	if (utf8_valid(value, strlen(value)) != strlen(value))
		return no(x, name, "holds a character that XML cannot carry"),
		       NULL;
	return add_value(x, name, value) == 0 ? end + 1 : NULL;
}

static int
is_int(const char *s)
{
	s += *s == '+' || *s == '-';
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

/* What the format promises, once the values are in. */
static const char *
format_fault(const char *text, const char *format)
{
	if (strcmp(format, "int") == 0 && !is_int(text))
		return "the data with its variables is not an int";
	if (strcmp(format, "bool") == 0 && strcasecmp(text, "true") != 0 &&
	    strcasecmp(text, "false") != 0)
		return "the data with its variables is not a bool";
	return NULL;
}

const char *
expand(struct arena *a, const char *data, const char *format,
    const struct expand_source *source, const char **why)
{
	struct expansion x = { .source = source };
	const char *s;

	buf_init(&x.out, a);
	buf_puts(&x.out, ""); /* so that there is one */
	x.base64 = strcmp(format, "b64") == 0 || strcmp(format, "bin") == 0;
	if (!x.base64 && is_xml(data, format))
		x.place = TEXT;
	for (s = data; s != NULL && *s != '\0';) {
		if (begins(s, LITERAL)) {
			buf_puts(&x.out, OPEN);
			s += strlen(LITERAL);
		} else if (begins(s, OPEN))
			s = take_variable(&x, s);
		else
			s = copy(&x, s);
	}
	if (x.out.failed || arena_failed(a))
		x.why = "the data with its variables is too large";
	else if (x.why == NULL)
		x.why = format_fault(x.out.data, format);
	*why = x.why;
	return x.why == NULL ? x.out.data : NULL;
}
