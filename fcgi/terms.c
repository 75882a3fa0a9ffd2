/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "terms.h"

/* The schemes that only Windows itself answers to. */
#define WEB_VIEW "ms-appx-web:"
#define JOIN "ms-aadj-redir:"

/* clang-format off */
static const struct form_field query_fields[] = {
 { "redirect_uri",      1024, offsetof(struct terms, redirect_uri) },
 { "client-request-id",  256, offsetof(struct terms, request_id) },
 { "api-version",         64, offsetof(struct terms, api_version) },
 { "mode",                64, offsetof(struct terms, mode) },
};

static const struct form_field body_fields[] = {
 { "ticket",              64, offsetof(struct terms, ticket) },
 { "accept",              64, offsetof(struct terms, accept) },
 { "decline",             64, offsetof(struct terms, decline) },
};
/* clang-format on */

/* Parameters are added to it: it has no fragment for them to end in. */
static int
is_windows(const char *uri)
{
	return (page_address_is(uri, WEB_VIEW) || page_address_is(uri, JOIN)) &&
	       strchr(uri, '#') == NULL;
}

/* It is for logs alone: one that is no id is let go. */
static int
is_id(const char *text)
{
	static const char allowed[] =
	    "ABCDEFabcdef0123456789-GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz";

	return text[0] != '\0' && strlen(text) <= 64 &&
	       text[strspn(text, allowed)] == '\0';
}

int
terms_read(struct arena *a, const struct http_request *r, struct terms *t,
    struct fault *f)
{
	const char *query = http_param(r, "QUERY_STRING"), *why;

	if (query != NULL && form_read(a, query, strlen(query), query_fields,
				 COUNT(query_fields), t, &why) == -1)
		return fault_set(f, 400, NULL, why);
	if (t->redirect_uri == NULL)
		return fault_set(f, 400, NULL, "no redirect_uri");
	if (!is_windows(t->redirect_uri))
		return fault_set(
		    f, 400, NULL, "redirect_uri is not an address of Windows");
	if (t->request_id != NULL && !is_id(t->request_id))
		t->request_id = NULL;
	if (strcmp(r->method, "POST") != 0)
		return 0;
	if (page_form(a, r, body_fields, COUNT(body_fields), t, f) == -1)
		return -1;
	if (t->ticket == NULL)
		return fault_set(f, 400, NULL, "a form without a ticket");
	return 0;
}

int
terms_is_served(const struct terms *t)
{
	return t->api_version == NULL || strcmp(t->api_version, "1.0") == 0;
}

const char *
terms_bearer(const struct http_request *r)
{
	static const char scheme[] = "Bearer ";
	const char *value = http_param(r, "HTTP_AUTHORIZATION");

	if (value == NULL || strncasecmp(value, scheme, strlen(scheme)) != 0)
		return NULL;
	return value + strlen(scheme);
}

static void
write_choice(struct page *p, const char *word, const char *name,
    const char *value, const char *class)
{
	html_leaf(&p->w, "button", page_word(p, word), "type", "submit", "name",
	    name, "value", value, "class", class, NULL);
}

/* Where the organization joins the device, its user is not asked whether. */
static int
may_decline(const struct terms *t)
{
	return t->mode == NULL || strcasecmp(t->mode, "azureadjoin") != 0;
}

/*
 * The form goes to the address of the page, and from there on: browsers hold
 * the address of a redirect against the targets as well.
 */
void
terms_page(struct page *p, const struct terms *t, const struct terms_due *due)
{
	struct xw *w = &p->w;

	p->targets = "'self' " WEB_VIEW " " JOIN;
	page_begin(p, "page_terms_title", 0);
	html_open(w, "p", NULL);
	xw_text(w, page_word(p, "page_signed_in_text"));
	xw_text(w, " ");
	html_leaf(w, "strong", due->user, NULL);
	html_close(w);
	html_open(w, "form", "method", "post", NULL);
	html_void(w, "input", "type", "hidden", "name", "ticket", "value",
	    due->ticket, NULL);
	page_terms(p, due->content);
	write_choice(
	    p, "page_terms_accept_button", "accept", due->version, NULL);
	if (may_decline(t))
		write_choice(p, "page_terms_decline", "decline", "1", "plain");
	html_close(w);
	page_end(p);
}

const char *
terms_location(struct arena *a, const struct terms *t, const char *outcome,
    const char *blob)
{
	const char *uri = t->redirect_uri;

	return arena_printf(a, "Location: %s%c%s%s%s%s\r\n", uri,
	    strchr(uri, '?') != NULL ? '&' : '?', outcome,
	    blob != NULL ? blob : "",
	    t->request_id != NULL ? "&client-request-id=" : "",
	    t->request_id != NULL ? t->request_id : "");
}
