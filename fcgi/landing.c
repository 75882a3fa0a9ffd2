/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <string.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/form.h"
#include "../common/qr.h"
#include "landing.h"

#define QUIET 4 /* modules of white around a code, ISO/IEC 18004 */

int
landing_read(struct arena *a, const struct http_request *r, struct landing *l,
    struct fault *f)
{
	static const struct form_field fields[] = { { "username", 256,
	    offsetof(struct landing, username) } };
	const char *query = http_param(r, "QUERY_STRING"), *why;

	if (query != NULL && form_read(a, query, strlen(query), fields,
				 COUNT(fields), l, &why) == -1)
		return fault_set(f, 400, NULL, why);
	if (l->username != NULL && strpbrk(l->username, "\t\r\n") != NULL)
		return fault_set(f, 400, NULL, "username has several lines");
	return 0;
}

/* The dark modules, each run of a row a rectangle. */
static const char *
outline(struct arena *a, const struct qr *q)
{
	const unsigned char *row = q->modules;
	struct buf path;
	int x, y, n;

	buf_init(&path, a);
	for (y = 0; y < q->width; y++, row += q->width)
		for (x = 0; x < q->width; x += n) {
			for (n = 1; x + n < q->width && row[x + n] == row[x];)
				n++;
			if (row[x])
				buf_printf(&path, "M%d %dh%dv1h-%dz", x + QUIET,
				    y + QUIET, n, n);
		}
	return path.failed ? NULL : path.data;
}

/* A link too long for a code goes without one. */
static void
write_code(struct page *p, const char *link)
{
	const char *path;
	struct qr code;
	int size;

	if (qr_encode(p->arena, link, &code) == -1 ||
	    (path = outline(p->arena, &code)) == NULL)
		return;
	size = code.width + 2 * QUIET;
	page_paragraph(p, "page_enroll_code");
	html_open(&p->w, "svg", "viewBox",
	    arena_printf(p->arena, "0 0 %d %d", size, size), "role", "img",
	    "aria-label", page_word(p, "page_enroll_link"), "shape-rendering",
	    "crispEdges", NULL);
	html_void(&p->w, "path", "d", path, NULL);
	html_close(&p->w);
}

void
landing_page(struct page *p, const struct landing *l)
{
	struct xw *w = &p->w;

	page_begin(p, "page_enroll_title", 0);
	page_paragraph(p, "page_enroll_text");
	html_open(w, "p", NULL);
	html_leaf(w, "a", page_word(p, "page_enroll_link"), "class", "button",
	    "href", l->link, NULL);
	html_close(w);
	write_code(p, l->link);
	html_open(w, "p", "class", "quiet", NULL);
	xw_text(w, page_word(p, "page_enroll_manual"));
	xw_text(w, " ");
	html_leaf(w, "strong", page_word(p, "enrollment_url"), NULL);
	html_close(w);
	page_end(p);
}
