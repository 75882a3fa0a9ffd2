/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_HTML_H
#define FENESTRA_HTML_H

#include "xw.h"

/*
 * HTML through the one writer of XML, as a browser reads it: an element is
 * closed by an end tag even if it is empty, but for the void ones.  Attributes
 * are pairs of name and value up to a NULL; one without a value is left out.
 */
void html_begin(struct xw *, struct arena *, const char *language);
void html_open(struct xw *, const char *name, ...) __attribute__((sentinel));
void html_close(struct xw *);
void html_void(struct xw *, const char *name, ...) __attribute__((sentinel));
void html_leaf(struct xw *, const char *name, const char *text, ...)
    __attribute__((sentinel));

/*
 * A script or a style sheet, which a browser reads as it stands: a literal
 * without the characters that the writer escapes.  And what a
 * Content-Security-Policy has to name for it to count.
 */
void html_raw(struct xw *, const char *name, const char *literal);
const char *html_hash(struct arena *, const char *literal);

#endif
