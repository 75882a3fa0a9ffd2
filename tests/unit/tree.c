/* SPDX-License-Identifier: ISC */
#include <expat.h>

#include "unit.h"

/* The namespaces of the protocols, by the prefixes of their documents. */
static const struct {
	const char *uri;
	const char *prefix;
} prefixes[] = {
	{ "http://www.w3.org/2003/05/soap-envelope", "s" },
	{ "http://www.w3.org/2005/08/addressing", "a" },
	{ "http://schemas.microsoft.com/windows/management/2012/01/enrollment",
	    "disc" },
	{ "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy",
	    "xcep" },
	{ "http://schemas.microsoft.com/windows/pki/2009/01/enrollment",
	    "enr" },
	{ "http://docs.oasis-open.org/ws-sx/ws-trust/200512", "wst" },
	{ "http://docs.oasis-open.org/wss/2004/01/"
	  "oasis-200401-wss-wssecurity-secext-1.0.xsd",
	    "wsse" },
	{ "http://docs.oasis-open.org/wss/2004/01/"
	  "oasis-200401-wss-wssecurity-utility-1.0.xsd",
	    "wsu" },
	{ "http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics",
	    "diag" },
	{ "http://www.w3.org/2001/XMLSchema-instance", "xsi" },
	{ "http://www.w3.org/XML/1998/namespace", "xml" },
	{ "SYNCML:SYNCML1.2", "sml" },
	{ "syncml:metinf", "metinf" },
};

#define DEPTH_MAX 64
#define SEPARATOR '\f'

struct tree {
	FILE *out;
	int depth;
	int open; /* the line of the last start tag is not ended */
	char *text[DEPTH_MAX];
	size_t text_len[DEPTH_MAX];
};

/* Lines are made at the start tag; an element with children has no text. */
static void
print_name(FILE *out, const char *name)
{
	const char *local = strchr(name, SEPARATOR);
	size_t i, len;

	if (local == NULL) {
		fputs(name, out);
		return;
	}
	len = (size_t)(local - name);
	for (i = 0; i < COUNT(prefixes); i++)
		if (strlen(prefixes[i].uri) == len &&
		    memcmp(prefixes[i].uri, name, len) == 0)
			break;
	fprintf(out, "%s:%s", i < COUNT(prefixes) ? prefixes[i].prefix : "?",
	    local + 1);
}

static void
print_text(struct tree *t, int depth)
{
	const char *text = t->text[depth];
	size_t len = t->text_len[depth];

	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	while (len > 0 && strchr(" \t\r\n", *text) != NULL)
		text++, len--;
	if (len > 0)
		fprintf(t->out, "=%.*s", (int)len, text);
	t->text_len[depth] = 0;
}

static void
start(void *data, const char *name, const char **attributes)
{
	struct tree *t = data;

	if (t->open) {
		print_text(t, t->depth);
		fputc('\n', t->out);
	}
	t->depth++;
	if (t->depth >= DEPTH_MAX)
		fail_msg("deeper than the tests can look");
	fprintf(t->out, "%*s", t->depth - 1, "");
	print_name(t->out, name);
	for (; *attributes != NULL; attributes += 2) {
		fputc('[', t->out);
		print_name(t->out, attributes[0]);
		fprintf(t->out, "=%s]", attributes[1]);
	}
	t->open = 1;
}

static void
end(void *data, const char *name)
{
	struct tree *t = data;

	(void)name;
	if (t->open) {
		print_text(t, t->depth);
		fputc('\n', t->out);
	}
	t->open = 0;
	t->text_len[t->depth] = 0;
	t->depth--;
}

static void
characters(void *data, const char *s, int len)
{
	struct tree *t = data;
	size_t had = t->text_len[t->depth];
	char *grown = realloc(t->text[t->depth], had + (size_t)len);

	assert_non_null(grown);
	memcpy(grown + had, s, (size_t)len);
	t->text[t->depth] = grown;
	t->text_len[t->depth] = had + (size_t)len;
}

char *
tree_of(const char *xml, size_t len)
{
	XML_Parser parser = XML_ParserCreateNS(NULL, SEPARATOR);
	struct tree t = { 0 };
	char *made = NULL, *tree = NULL;
	size_t size;

	assert_non_null(parser);
	t.out = open_memstream(&made, &size);
	assert_non_null(t.out);
	XML_SetUserData(parser, &t);
	XML_SetElementHandler(parser, start, end);
	XML_SetCharacterDataHandler(parser, characters);
	int good = XML_Parse(parser, xml, (int)len, 1) == XML_STATUS_OK;
	XML_ParserFree(parser);
	fclose(t.out);
	if (good)
		tree = unit_printf("%s", made);
	free(made);
	for (int i = 0; i < DEPTH_MAX; i++)
		free(t.text[i]);
	return tree;
}

/* The first line from here on whose element has that name. */
static const char *
find(const char *tree, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = tree; *line != '\0';) {
		const char *word = line + strspn(line, " ");

		if (strncmp(word, name, len) == 0 &&
		    strchr("[=\n", word[len]) != NULL)
			return line;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return NULL;
}

static const char *
next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

char *
tree_text(const char *tree, const char *name, int n)
{
	const char *line = tree == NULL ? NULL : find(tree, name), *text;

	for (; line != NULL && n > 0; n--)
		line = find(next_line(line), name);
	if (line == NULL)
		return NULL;
	text = line + strspn(line, " ") + strlen(name);
	while (*text == '[')
		text += strcspn(text, "]") + 1;
	return unit_printf("%.*s", (int)strcspn(text + (*text == '='), "\n"),
	    text + (*text == '='));
}

int
tree_count(const char *tree, const char *name)
{
	int n = 0;

	for (const char *line = tree; line != NULL; n++) {
		line = find(line, name);
		if (line == NULL)
			break;
		line = next_line(line);
	}
	return n;
}

char *
tree_part(const char *tree, const char *name)
{
	const char *line = tree == NULL ? NULL : find(tree, name), *last;
	size_t depth;

	if (line == NULL)
		return NULL;
	depth = strspn(line, " ");
	for (last = next_line(line);
	     *last != '\0' && strspn(last, " ") > depth;)
		last = next_line(last);
	return unit_printf("%.*s", (int)(last - line), line);
}
