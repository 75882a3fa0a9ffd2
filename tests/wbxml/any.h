/* SPDX-License-Identifier: ISC */
#ifndef TESTS_WBXML_ANY_H
#define TESTS_WBXML_ANY_H

#include <string.h>

#include "../../common/check.h"
#include "../../common/wbxml.h"
#include "../../common/xml.h"
#include "../../common/xw.h"

/*
 * A grammar that takes any element of the vocabulary anywhere and writes what
 * it reads to the struct xw that is the message: XML to WBXML and back, and a
 * way to see two messages to be the same.
 */
#define ANY_TOKENS 64

/* A namespace is said by each element of page 1, and at the way back. */
static inline void
any_namespace(struct xw *w, unsigned page)
{
	unsigned around = 1, token;

	if (w->depth > 1)
		CHECK(wbxml_token(w->open[w->depth - 2], &around, &token) == 0);
	if (page == 1)
		xw_attr(w, "xmlns", "syncml:metinf");
	else if (around == 1)
		xw_attr(w, "xmlns", "SYNCML:SYNCML1.2");
}

static inline void *
any_start(struct xml *x, void *out, const char **atts)
{
	struct xw *w = out;
	const char *name = xml_local(x);
	unsigned page, token;

	(void)atts;
	if (w->depth == XW_DEPTH_MAX) {
		xml_fail(x, "too deep for the writer");
		return NULL;
	}
	CHECK(wbxml_token(name, &page, &token) == 0);
	xw_open(w, name);
	any_namespace(w, page);
	return w;
}

static inline int
any_end(struct xml *x, void *out, char *text)
{
	struct xw *w = out;

	(void)x;
	/* White space between elements is nothing that is said. */
	if (text[0] != '\0' &&
	    (w->in_tag || text[strspn(text, " \t\r\n")] != '\0'))
		xw_text(w, text);
	xw_close(w);
	return 0;
}

/* The root is of page 0: an element of the other needs one around it. */
static inline const struct xml_grammar *
any_grammar(void)
{
	static struct xml_rule rules[WBXML_PAGES * ANY_TOKENS];
	static struct xml_grammar g = { rules, 0, NULL, 0 };
	unsigned page, token;

	if (g.nrules > 0)
		return &g;
	for (page = 0; page < WBXML_PAGES; page++)
		for (token = 0; token < ANY_TOKENS; token++) {
			struct xml_rule *r = &rules[g.nrules];

			if ((r->name = wbxml_name(page, token)) == NULL)
				continue;
			r->in = page == 0 ? XML_IN(XML_ROOT) | XML_IN(1)
					  : XML_IN(1);
			r->to = 1;
			r->flags = XML_MANY | XML_TEXT | XML_OPEN;
			r->max = (size_t)16 << 20;
			r->start = any_start;
			r->end = any_end;
			g.nrules++;
		}
	return &g;
}

#endif
