/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_PAGE_H
#define FENESTRA_PAGE_H

#include "../common/form.h"
#include "../common/html.h"
#include "../common/http.h"

#define PAGE_CONTENT_TYPE "text/html; charset=utf-8"

/* A page for people.  Its words are settings, found by their name. */
struct page {
	struct arena *arena;
	struct xw w;
	const char *(*setting)(void *context, const char *name);
	void *context;
	const char *targets; /* where its forms go, as CSP has it; or NULL */
	const char *script;  /* the one literal that may run, or NULL */
	int framed; /* whether Windows shows it in a frame of its own */
};

/*
 * Whether an address of the client's is of a scheme, as "ms-app:", with no
 * character in it that no address has.  Any other scheme would lead to whoever
 * made the link.
 */
int page_address_is(const char *, const char *scheme);

/* Read the form of a request; -1 with the fault set. */
int page_form(struct arena *, const struct http_request *,
    const struct form_field *, size_t nfields, void *form, struct fault *);

const char *page_word(const struct page *, const char *setting);

/* Up to the heading, which `title` names; then from its content to the end. */
void page_begin(struct page *, const char *title, int problem);
void page_end(struct page *);

/* What went wrong, beside the field that it is about, or else NULL. */
void page_problem(struct page *, const char *word, const char *field);

/* A page that says what went wrong, and no more. */
void page_refusal(struct page *, const char *word);

void page_paragraph(struct page *, const char *word);
void page_button(struct page *, const char *word, int focused);

/* The terms of use, in a box that scrolls. */
void page_terms(struct page *, const char *text);

/* The headers that a browser keeps it by, each with its line end. */
const char *page_headers(const struct page *);

#endif
