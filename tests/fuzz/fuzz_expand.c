/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include "../../common/base64.h"
#include "../../common/utf8.h"
#include "../../common/xml.h"
#include "../../fcgi/expand.h"

/* One value for each name, or for none of them. */
static const char *
give(void *context, const char *name, const char **why)
{
	if (strcmp(name, "v") == 0)
		return context;
	*why = "there is none";
	return NULL;
}

/* What was read of a document: the attribute v, or the last text. */
struct read {
	char *text;
	char *v;
};

static void *
element(struct xml *x, void *out, const char **atts)
{
	struct read *r = out;
	const char *v = xml_attr(atts, "v");

	r->v = v != NULL ? xml_strdup(x, v) : NULL;
	return r;
}

static int
element_end(struct xml *x, void *out, char *text)
{
	(void)x;
	((struct read *)out)->text = text;
	return 0;
}

static const struct {
	const char *data;
	int attribute;
} slots[] = {
	{ "<e>$(v)</e>", 0 },
	{ "<e v=\"$(v)\"/>", 1 },
	{ "<e v='$(v)'/>", 1 },
	{ "<e><![CDATA[$(v)]]></e>", 0 },
	{ "<?x ?><!-- x --><e>$(v)</e>", 0 },
};

/* A value is a value wherever it stands. */
static void
check_value(struct arena *a, const struct expand_source *source, char *value)
{
	static const struct xml_rule any[] = { { XML_IN(XML_ROOT) | XML_IN(1),
	    1, XML_ANY, XML_MANY | XML_TEXT, 1 << 20, 0, element,
	    element_end } };
	static const struct xml_grammar g = { any, 1, NULL, 0, 8 };
	struct xml_error e;
	unsigned char *back;
	const char *text, *why;
	size_t len;

	for (size_t i = 0; i < COUNT(slots); i++) {
		struct read r = { NULL, NULL };

		text = expand(a, slots[i].data, "chr", source, &why);
		CHECK(text != NULL);
		CHECK(xml_read(a, &g, &r, text, strlen(text), &e) == 0);
		text = slots[i].attribute ? r.v : r.text;
		fuzz_same(text != NULL ? text : "", value);
	}
	fuzz_same(expand(a, "$(v)", "chr", source, &why), value);
	text = expand(a, "$(v)", "b64", source, &why);
	CHECK(text != NULL);
	back = base64_decode(a, text, strlen(text), &len);
	CHECK(back != NULL && len == strlen(value) &&
	      memcmp(back, value, len) == 0);
}

/* The first line is the value, and what is left a template. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = { "chr", "xml", "int", "b64" };
	struct arena *a = fuzz_arena();
	char *value = arena_strndup(a, (const char *)data, size), *template;
	const struct expand_source source = { give, value };
	const char *text, *why = NULL;

	CHECK(value != NULL);
	template = value + strcspn(value, "\n");
	if (*template != '\0')
		*template ++ = '\0';
	if (utf8_valid(value, strlen(value)) == strlen(value))
		check_value(a, &source, value);
	for (size_t i = 0; i < COUNT(formats); i++) {
		text = expand(a, template, formats[i], &source, &why);
		CHECK((text == NULL) == (why != NULL));
		if (text != NULL && strstr(template, "$(") == NULL)
			fuzz_same(text, template);
	}
	return 0;
}
